"""Case files of the title standards: facts in; outcome, failing and unknown criteria and the score's span out.

All cases of one day are judged in one run. ``outcome: null``: this standard does not judge that enterprise then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from policy.scene import Scene, uscc
from srdi.policy.compile import Compiler
from srdi.policy.packset import PackSet, StandardMeasure
from srdi.policy.population import fact_rows
from srdi.policy.standards import decide_standards

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class StandardCase:
    """One case; ``uscc`` is its enterprise in the facts of its day."""

    standard: str
    uscc: str
    given: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.standard}: {self.given['name']}"

    @property
    def day(self) -> date:
        return self.given["biz_date"]


class StandardSuite:
    """All case files of standards in a folder; facts are written once and serve any number of pack sets."""

    def __init__(self, scene: Scene, folder: Path = CASES) -> None:
        self.scene = scene
        contents = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))]
        self.files = {one["standard"]: one for one in contents if "standard" in one}
        self.cases = [
            StandardCase(name, uscc(number), given)
            for name, content in self.files.items()
            for number, given in enumerate(content["cases"], start=1000 * list(self.files).index(name))
        ]

    @cached_property
    def facts(self) -> dict[date, str]:
        """Folder of the facts per day."""
        return {
            day: Scene(self.scene.folder / f"standards{day}", self.scene.con).facts(
                [{**case.given["facts"], "uscc": case.uscc} for case in self.cases if case.day == day]
            )
            for day in sorted({case.day for case in self.cases})
        }

    def failures(self, packs: PackSet, only: set[str] | None = None) -> Iterator[tuple[str, str]]:
        """(case, difference) for everything that is not as expected; ``only``: standards to look at, None for all."""
        chosen = [name for name in self.files if only is None or name in only]
        for name in chosen:
            yield from self._undated_failures(packs, name)
        for day, folder in self.facts.items():
            today = [case for case in self.cases if case.day == day and case.standard in chosen]
            if not today:
                continue
            decide_standards(self.scene.con, packs, Compiler(packs.facts, day), fact_rows(folder))
            found = self.scene.con.execute("SELECT * FROM policy_standing")
            names = [column[0] for column in found.description]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            judged = {(row["standard"], row["purpose"], row["uscc"]): row for row in rows}
            for case in today:
                difference = _difference(case, judged)
                if difference:
                    yield case.id, difference

    def _undated_failures(self, packs: PackSet, name: str) -> Iterator[tuple[str, str]]:
        measure = packs.measures.get(name)
        if not isinstance(measure, StandardMeasure):
            yield f"{name}: loaded", f"found {measure}"
            return
        for term in self.files[name]["terms"]:
            found = (measure.document.stage, measure.term(term["date"]))
            if found != (term["stage"], term["term"]):
                yield f"{name}: term on {term['date']}", f"found {found}"
        renewals = list(measure.renewal.in_force) if measure.renewal else None
        if renewals != self.files[name]["renewals"]:
            yield f"{name}: renewals", f"found {renewals}"
        for entry in self.files[name].get("values", []):
            for parameter, value in entry["values"].items():
                own = packs.parameters[measure.document.id][parameter]
                held = own.on(entry["date"]) if parameter in measure.parameters else None
                if held != value:
                    yield f"{name}: {parameter} on {entry['date']}", f"found {held}"


def _difference(case: StandardCase, judged: dict[tuple[str, str, str], dict[str, Any]]) -> str:
    given = case.given
    purposes = ("new", "renewal") if given["outcome"] is None else (given.get("purpose", "new"),)
    rows = [row for one in purposes if (row := judged.get((case.standard, one, case.uscc)))]
    if given["outcome"] is None:
        return f"judged {rows}" if rows else ""
    other = {("renewal",): "new", ("new",): "renewal"}.get(purposes)
    if other is not None and (case.standard, other, case.uscc) in judged:
        return f"judged for {other} as well"
    if not rows:
        return "not judged"
    (row,) = rows
    wanted = {name: given[name] for name in ("outcome", "failing", "unknown")}
    found = {"outcome": row["outcome"], "failing": row["failing"], "unknown": row["unclear"]}
    if "scores" in given:
        wanted["total"] = [Decimal(one) for one in given["scores"]["total"]]
        found["total"] = [row["score_low"], row["score_high"]]
    return "" if wanted == found else f"expected {wanted}, found {found}"
