"""From paper and clause to measure, table and case file: the rows behind ``srdi policy trace`` and its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srdi.policy.event_measure import EventMeasure
from srdi.policy.inventory_file import PLACES, REASONS_ZH, STATUS_ZH, Inventory
from srdi.policy.packset import Measure, PackSet
from srdi.settings import REPOSITORY

CASES = "tests/policy/cases"
#: Where the results of a kind of measure are published.
TABLES: dict[str, tuple[str, ...]] = {
    "list": (
        "marts.whitelist",
        "marts.whitelist_reason",
        "marts.whitelist_history",
        "marts.whitelist_change",
    ),
    "coverage": ("marts.coverage", "marts.measure_member"),
    "requirement": ("marts.requirement", "marts.measure_member"),
    "target": ("marts.target",),
}
FINANCING = ("marts.financing",)


@dataclass(frozen=True)
class Traced:
    """A clause and one of its measures; a clause that has none (yet) is one row with ``measure`` empty or planned.

    ``status``: 已计算, 待建 or 不计算, the last with ``reason`` and ``because``. ``tables`` and ``cases`` are
    empty for what is not computed.
    """

    document_id: str
    paper: str
    stage: str
    clause: str
    says: str
    status: str
    measure: str = ""
    title: str = ""
    tables: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    reason: str = ""
    because: str = ""


def trace(packs: PackSet, document_id: str | None = None) -> Iterator[Traced]:
    """Every clause of the inventory in the order of the papers, or those of one paper."""
    for name in sorted(packs.inventory):
        if document_id is not None and name != document_id:
            continue
        inventory = packs.inventory[name]
        for clause in inventory.clauses:
            head = (name, inventory.paper.title, inventory.paper.stage, clause.id, clause.says)
            status = STATUS_ZH[clause.place]
            if clause.not_computed is not None:
                reason = REASONS_ZH[clause.not_computed]
                yield Traced(*head, status, reason=reason, because=clause.because or "")
            for measure_id in clause.planned or ():
                yield Traced(*head, status, measure_id)
            for measure_id in clause.measures or ():
                measure = packs.measures.get(measure_id)
                title, tables = (measure.title.zh, tables_of(measure)) if measure else ("", ())
                yield Traced(*head, status, measure_id, title, tables, case_files(measure_id))


def tables_of(measure: Measure) -> tuple[str, ...]:
    """Tables that hold the results of a measure; empty for a kind that nothing publishes yet."""
    if isinstance(measure, EventMeasure) and measure.by_bank:
        return FINANCING
    return TABLES.get(measure.kind, ())


def case_files(measure_id: str) -> tuple[str, ...]:
    """Case files of a measure, as places in the repository; empty where the tests are not installed."""
    path = f"{CASES}/{measure_id}.yaml"
    return (path,) if (REPOSITORY / path).exists() else ()


def counts(inventory: Inventory) -> dict[str, int]:
    """Clauses by status, in the order 已计算, 待建, 不计算."""
    return {STATUS_ZH[place]: sum(clause.place == place for clause in inventory.clauses) for place in PLACES}
