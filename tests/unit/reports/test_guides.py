"""The examples of the guides are read by the product itself, so that a reader may copy them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import yaml

from srdi.contracts.loader import Dictionary, load_contract, load_dictionary
from srdi.contracts.models import FieldMeaning
from srdi.policy.event_measure import EventMeasure
from srdi.policy.loader import PACKS, load
from srdi.settings import REPOSITORY

DOCS = REPOSITORY / "docs"


def block(page: str, label: str) -> str:
    found = re.findall(rf"^```yaml {label}\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.M | re.S)
    assert len(found) == 1, f"{page}: {label}"
    return found[0]


def test_the_example_contract_loads(tmp_path: Path) -> None:
    known = load_dictionary()
    new = {n: FieldMeaning(**said) for n, said in yaml.safe_load(block("add-a-source.md", "fields")).items()}
    assert not new.keys() & known.fields.keys(), "the example's fields exist by now: choose others"
    path = tmp_path / "green_factory.yaml"
    path.write_text(block("add-a-source.md", "contract"), "utf-8")
    contract, problems = load_contract(path, Dictionary(known.fields | new, known.facts))
    assert [str(problem) for problem in problems] == []
    assert contract is not None and set(new) <= set(contract.fields)


def test_the_example_rule_loads(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    pack = folder / "luoyang_2023.yaml"
    text = pack.read_text("utf-8")
    text = text.replace("\nparameters:\n", "\nparameters:\n" + block("add-a-rule.md", "parameters"), 1)
    text = text.replace(
        "    unless: henan.exclusions\n",
        "    unless: henan.exclusions\n    switches: {court_dishonest: exclude}\n    rules:\n"
        + block("add-a-rule.md", "rules"),
        1,
    )
    own = block("add-a-rule.md", "measures") + "\n" + block("add-a-rule.md", "events")
    pack.write_text(text.rstrip() + "\n\n" + own, "utf-8")
    packs = load(folder)
    assert packs.measures["luoyang.high_tech_count"].kind == "target"
    assert isinstance(packs.measures["luoyang.first_loan_growth"], EventMeasure)
    assert [str(problem) for problem in packs.broken] == [] and not packs.out
    rules = {rule.id: rule for rule in packs.measures["luoyang.whitelist"].rules}  # type: ignore[attr-defined]
    assert rules["rd_floor"].on_fail == "warn" and rules["court_dishonest"].on_fail == "exclude"


def test_what_the_guides_name_exists() -> None:
    for page in ("architecture.md", "add-a-source.md", "add-a-rule.md"):
        text = (DOCS / page).read_text("utf-8")
        for link in re.findall(r"\]\(([^)#]+)", text):
            assert (DOCS / link).exists(), f"{page} → {link}"
        for path in re.findall(r"`((?:include|tests|dags|plugins)/[\w/.]+\.(?:py|yaml))`", text):
            assert (REPOSITORY / path).exists() or "green_factory" in path, f"{page} → {path}"
