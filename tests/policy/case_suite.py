"""The case files, driven through the real compiler on real Parquet: all cases of one day in one run.

Enterprises of coverage cases get a division of their own per case, so that many populations fit in one run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from policy.scene import Scene, uscc
from srdi.policy.decide import ListException
from srdi.policy.packset import CONVENTIONS, PackSet

CASES = Path(__file__).parent / "cases"


@dataclass
class Case:
    """One case with the enterprises it put into the facts."""

    file: str
    measure: str
    name: str
    day: date
    expect: dict[str, Any]
    uscc: str = ""
    division: str = ""

    @property
    def id(self) -> str:
        return f"{self.measure}: {self.name}"


@dataclass
class Suite:
    """All case files of a folder; facts are written once and serve any number of pack sets."""

    scene: Scene
    folder: Path = CASES
    cases: list[Case] = field(default_factory=list)
    terms: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    conventions: list[dict[str, Any]] = field(default_factory=list)
    _enterprises: dict[date, list[dict[str, Any]]] = field(default_factory=dict)
    _titles: dict[date, list[dict[str, Any]]] = field(default_factory=dict)
    _exceptions: dict[date, list[ListException]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number = 0
        for path in sorted(self.folder.glob("*.yaml")):
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            self.conventions += content.get("conventions", [])
            if "measure" not in content:
                continue
            self.terms += [(content["measure"], term) for term in content["terms"]]
            for given in content["cases"]:
                assert given["origin"] and given["expect"], f"{path.name}: {given}"
                day = given.get("date", content["date"])
                case = Case(path.name, content["measure"], given["name"], day, given["expect"])
                self.cases.append(case)
                people = self._enterprises.setdefault(day, [])
                if "enterprises" not in given:
                    number += 1
                    case.uscc = uscc(number)
                    people.append({**content["base"], **given.get("facts", {}), "uscc": case.uscc})
                    if "exception" in given:
                        decision = ListException(
                            measure_id=case.measure,
                            uscc=case.uscc,
                            reason="案例",
                            decided_by="测试",
                            **given["exception"],
                        )
                        self._exceptions.setdefault(day, []).append(decision)
                    continue
                case.division = f"4103c{len(self.cases):03d}"
                for facts in given["enterprises"]:
                    facts = dict(facts)
                    for _ in range(facts.pop("times", 1)):
                        number += 1
                        own = {"division_code": case.division, "uscc": uscc(number)}
                        people.append({**content["base"], **facts, **own})
                for title in given.get("titles", []):
                    place = {"city_code": "410300", "division_code": case.division}
                    self._titles.setdefault(day, []).append({**place, **title})

    @cached_property
    def facts(self) -> dict[date, str]:
        """Folder of the facts per day, days with many cases first."""
        written = {}
        for day, people in sorted(self._enterprises.items(), key=lambda item: -len(item[1])):
            scene = Scene(self.scene.folder / f"{day}", self.scene.con)
            written[day] = scene.facts(people, self._titles.get(day, []))
        return written

    def failures(self, packs: PackSet, areas: list[str] | None = None) -> Iterator[tuple[str, str]]:
        """(case, difference) for everything that is not as expected (in ``areas``), cheap checks first, lazily."""
        yield from self._undated_failures(packs)
        for day, facts in self.facts.items():
            report = self.scene.decide(packs, day, areas, self._exceptions.get(day, []), facts)
            results = {name: self.scene.rows(report, name) for name in report.files}
            lists = {(row["measure_id"], row["uscc"]): row for row in results["whitelist"]}
            reasons: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
            for row in results["whitelist_reason"]:
                reasons.setdefault((row["measure_id"], row["uscc"]), {})[row["rule_id"]] = row
            for case in self.cases:
                if case.day != day or (areas and packs.measures[case.measure].area not in areas):
                    continue
                if case.uscc:
                    key = (case.measure, case.uscc)
                    found = _list_row(lists.get(key), reasons.get(key, {}), case.expect)
                else:
                    found = _coverage_row(case, results)
                for name, expected in case.expect.items():
                    if found.get(name) != _plain(expected):
                        yield case.id, f"{name}: expected {_plain(expected)!r}, found {found.get(name)!r}"

    def _undated_failures(self, packs: PackSet) -> Iterator[tuple[str, str]]:
        for measure_id, term in self.terms:
            measure = packs.measures.get(measure_id)
            found = (measure.document.stage, measure.term(term["date"])) if measure else None
            if found != (term["stage"], term["term"]):
                yield f"{measure_id}: term on {term['date']}", f"found {found}"
        parameters = packs.parameters.get(CONVENTIONS, {})
        for entry in self.conventions:
            for name, value in entry["values"].items():
                found_value = parameters[name].on(entry["date"]) if name in parameters else "absent"
                if found_value != value:
                    yield f"conventions: {name} on {entry['date']}", f"found {found_value!r}"
            for name, clause in entry.get("clauses", {}).items():
                dated = parameters[name].entry_on(entry["date"]) if name in parameters else None
                if dated is None or dated.clause != clause:
                    yield f"conventions: clause of {name} on {entry['date']}", f"found {dated}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return str(value) if isinstance(value, Decimal) else value


def _list_row(
    row: dict[str, Any] | None, reasons: dict[str, dict[str, Any]], expect: dict[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {"row": row is not None}
    if row is not None:
        found |= {name: row[name] for name in ("verdict", "warnings", "days_to_lapse", "title_valid_to")}
        found["reasons"] = row["reason_codes"]
        absent = {"outcome": None, "observed": None, "batch_id": None, "row_no": None}
        pick = {
            rule: reasons.get(rule, absent)
            for part in ("outcomes", "observed", "evidence")
            for rule in expect.get(part, {})
        }
        found["outcomes"] = {rule: pick[rule]["outcome"] for rule in expect.get("outcomes", {})}
        found["observed"] = {rule: pick[rule]["observed"] for rule in expect.get("observed", {})}
        found["evidence"] = {
            rule: [pick[rule]["batch_id"], pick[rule]["row_no"]] for rule in expect.get("evidence", {})
        }
    return found


def _coverage_row(case: Case, results: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    rows = {
        row["industry_section"]: {name: _plain(value) for name, value in row.items()}
        for row in results["coverage"]
        if row["measure_id"] == case.measure and row["division_code"] == case.division
    }
    members = [
        row
        for row in results["measure_member"]
        if row["measure_id"] == case.measure and row["division_code"] == case.division
    ]
    found = dict(rows.get("ALL", {}))
    found["members"] = dict(Counter(row["outcome"] for row in members))
    found["distance"] = {row["observed"]: _plain(row["distance"]) for row in members}
    found["sections"] = {
        section: {name: rows.get(section, {}).get(name) for name in expected}
        for section, expected in case.expect.get("sections", {}).items()
    }
    return found
