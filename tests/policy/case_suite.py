"""The case files, driven through the real compiler on real Parquet: all cases of one day in one run.

Enterprises of coverage cases get a division of their own per case, so that many populations fit in one run. A
target is one figure for its whole area: its cases are decided one by one. ``events``: rows of the tables that such a
measure asks (``base_event`` holds their usual columns, ``times`` repeats a row); it is then compared with the row of
``bank`` (default: all).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from policy.scene import Scene, uscc
from srdi.policy.decide import ListException
from srdi.policy.expression import NearTitle, OnList, atoms
from srdi.policy.packset import CONVENTIONS, Measure, PackSet, StandardMeasure

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
    bank: str = "ALL"

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
    _alone: list[tuple[Case, list[dict[str, Any]], list[dict[str, Any]], dict[str, list[dict[str, Any]]]]] = (
        field(default_factory=list)
    )

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
                case.bank = given.get("bank", case.bank)
                self.cases.append(case)
                if content.get("alone"):
                    self._add_alone(case, content, given)
                    continue
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
                    place = {"city_code": content["base"]["city_code"], "division_code": case.division}
                    self._titles.setdefault(day, []).append({**place, **title})

    def _add_alone(self, case: Case, content: dict[str, Any], given: dict[str, Any]) -> None:
        people: list[dict[str, Any]] = []
        for facts in given.get("enterprises", []):
            facts = dict(facts)
            for _ in range(facts.pop("times", 1)):
                people.append({**content["base"], **facts, "uscc": uscc(len(people) + 1)})
        place = {"city_code": content.get("base", {}).get("city_code")}
        titles = [{**place, **title} for title in given.get("titles", [])]
        events = {
            table: list(_repeated({**content.get("base_event", {}), **row} for row in rows))
            for table, rows in given.get("events", {}).items()
        }
        self._alone.append((case, people, titles, events))

    @cached_property
    def alone(self) -> list[tuple[Case, str]]:
        """Cases decided one by one, each with the folder of its facts."""
        written = []
        for number, (case, people, titles, events) in enumerate(self._alone):
            scene = Scene(self.scene.folder / f"alone{number}", self.scene.con)
            written.append((case, scene.facts(people, titles)))
            for table, rows in events.items():
                scene.events(table, rows)
        return written

    @cached_property
    def facts(self) -> dict[date, str]:
        """Folder of the facts per day, days with many cases first."""
        written = {}
        for day, people in sorted(self._enterprises.items(), key=lambda item: -len(item[1])):
            scene = Scene(self.scene.folder / f"{day}", self.scene.con)
            written[day] = scene.facts(people, self._titles.get(day, []))
        return written

    def failures(self, packs: PackSet, only: set[str] | None = None) -> Iterator[tuple[str, str]]:
        """(case, difference) for everything that is not as expected, cheap checks first, lazily.

        ``only``: measures to decide, None for all.
        """
        yield from self._undated_failures(packs)
        chosen = {name: one for name, one in packs.measures.items() if only is None or name in only}
        solitary = {id(case) for case, *_ in self._alone}
        for case, facts in self.alone:
            if case.measure in chosen:
                yield from self._alone_failures(
                    replace(packs, measures={case.measure: chosen[case.measure]}), case, facts
                )
        together = [case for case in self.cases if id(case) not in solitary and case.measure in chosen]
        chosen = {name: one for name, one in chosen.items() if one.kind != "target"}
        part = replace(packs, measures=_with_what_they_build_on(packs, chosen))
        for day, facts in self.facts.items():
            today = [case for case in together if case.day == day]
            if not today:
                continue
            report = self.scene.decide(part, day, None, self._exceptions.get(day, []), facts)
            results = {name: self.scene.rows(report, name) for name in report.files}
            lists = {(row["measure_id"], row["uscc"]): row for row in results["whitelist"]}
            reasons: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
            for row in results["whitelist_reason"]:
                reasons.setdefault((row["measure_id"], row["uscc"]), {})[row["rule_id"]] = row
            for case in today:
                if case.uscc:
                    key = (case.measure, case.uscc)
                    found = _list_row(lists.get(key), reasons.get(key, {}), case.expect)
                else:
                    found = _coverage_row(case, results, getattr(packs.measures[case.measure], "tier", None))
                yield from _differences(case, found)

    def _alone_failures(self, packs: PackSet, case: Case, facts: str) -> Iterator[tuple[str, str]]:
        report = self.scene.decide(packs, case.day, None, (), facts)
        rows = self.scene.rows(report, "target")
        rows += [row for row in self.scene.rows(report, "financing") if row["bank"] == case.bank]
        yield from _differences(
            case, {name: _plain(value) for name, value in rows[0].items()} if rows else {}
        )

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
                if _plain(found_value) != (str(value) if isinstance(value, float) else value):
                    yield f"conventions: {name} on {entry['date']}", f"found {found_value!r}"
            for name, clause in entry.get("clauses", {}).items():
                dated = parameters[name].entry_on(entry["date"]) if name in parameters else None
                if dated is None or dated.clause != clause:
                    yield f"conventions: clause of {name} on {entry['date']}", f"found {dated}"


def _repeated(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each row as often as its ``times`` say."""
    for row in rows:
        own = dict(row)
        for _ in range(own.pop("times", 1)):
            yield dict(own)


def _with_what_they_build_on(packs: PackSet, chosen: dict[str, Measure]) -> dict[str, Measure]:
    """``chosen`` in the order of the packs, with the lists they start from and the standards of nearness."""
    wanted = set(chosen)
    for measure in reversed(packs.measures.values()):
        for atom in atoms(measure.of) if measure.id in wanted else ():
            if isinstance(atom, OnList):
                wanted.add(atom.measure)
            elif isinstance(atom, NearTitle):
                wanted |= {one.id for one in packs.of_kind(StandardMeasure)}
    return {name: one for name, one in packs.measures.items() if name in wanted}


def _differences(case: Case, found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, expected in case.expect.items():
        if found.get(name) != _plain(expected):
            yield case.id, f"{name}: expected {_plain(expected)!r}, found {found.get(name)!r}"


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


def _coverage_row(case: Case, results: dict[str, list[dict[str, Any]]], tier: str | None) -> dict[str, Any]:
    every = [
        {name: _plain(value) for name, value in row.items()}
        for row in results["coverage"] + results["requirement"]
        if row["measure_id"] == case.measure and row["division_code"] == case.division
    ]
    rows = {row["industry_section"]: row for row in every if row["tier"] == tier}
    tiers = {row["tier"]: row for row in every if row["industry_section"] == "ALL"}
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
    found["tiers"] = {
        name: {column: tiers.get(name, {}).get(column) for column in expected}
        for name, expected in case.expect.get("tiers", {}).items()
    }
    return found
