"""A target measured on a table of events, linked: its figure, the unit of its value, the words of its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from srdi.contracts.models import FieldMeaning
from srdi.policy import models
from srdi.policy.event_tables import TABLES, EventTable
from srdi.policy.expression import Condition, facts_of, parameters_of
from srdi.policy.packset import Measure, Parameter

#: Kinds of figure → the words that go with them.
PARTS: dict[str, tuple[str, ...]] = {
    "count": (),
    "sum": (),
    "share": ("where",),
    "mean": ("weight",),
    "ratio": ("over",),
    "quantile": ("of",),
    "lead": ("over", "against", "against_over"),
}
ROWS = "rows"
#: What ``count`` counts → the column whose distinct values it counts, None for the rows themselves.
SUBJECTS: dict[str, str | None] = {"rows": None, "enterprises": "uscc", "banks": "bank"}
#: Unit of a value → units of parameters it may be held against.
GOAL_UNITS = {"ratio": ("ratio",), "yuan": ("yuan",), "day": ("day",), "count": ("count", "person")}


@dataclass(frozen=True)
class EventMeasure(Measure):
    """See :class:`srdi.policy.models.EventMeasure`. ``columns``: the table's dictionary; ``unit``: of the value."""

    table: str
    columns: Mapping[str, FieldMeaning]
    figure: models.Figure
    where: Condition | None
    during: str
    growth: bool
    unit: str
    target: Parameter | None
    quantile: Parameter | None
    keeps: str
    horizon: date | None
    reading_of: str | None

    @property
    def event_table(self) -> EventTable:
        return TABLES[self.table]

    @property
    def by_bank(self) -> bool:
        """Whether its results stand per bank, beside other figures of financing."""
        return "bank" in self.columns

    def goal_day(self, day: date) -> date:
        """The day whose goal counts on ``day``: a lapsed goal stays the one it was measured against."""
        return min(day, self.horizon) if self.horizon else day

    def sources(self) -> list[str]:
        """Sources that the figure rests on, sorted."""
        conditions = [self.of] if self.where is None else [self.of, self.where]
        return self.event_table.sources([fact for one in conditions for fact in facts_of(one)])


def kinds_of(figure: models.Figure) -> list[str]:
    """The kinds of figure that are written; a sound figure has exactly one."""
    return [kind for kind in PARTS if getattr(figure, kind) is not None]


def kind_of(figure: models.Figure) -> str:
    """The kind of a sound figure."""
    return kinds_of(figure)[0]


def figure_facts(figure: models.Figure) -> dict[str, str]:
    """Part of a sound figure → the column it names, in the order they are computed with."""
    kind = kind_of(figure)
    parts = {"count": (), "quantile": ("of",)}.get(kind, (kind, *PARTS[kind]))
    named = {part: getattr(figure, part) for part in parts if part != "where"}
    return {
        part: name for part, name in named.items() if name is not None and (part, name) != ("share", ROWS)
    }


def unit_of(figure: models.Figure, growth: bool, columns: Mapping[str, FieldMeaning]) -> str:
    """Unit of the value of a sound figure: ratio, yuan, day or count."""
    kind = kind_of(figure)
    if growth or kind in ("share", "ratio", "lead"):
        return "ratio"
    if kind == "count":
        return "count"
    return fact_unit(columns[next(iter(figure_facts(figure).values()))])


def fact_unit(meaning: FieldMeaning) -> str:
    """Unit in which figures of a column are told."""
    if meaning.type in ("money", "ratio"):
        return {"money": "yuan", "ratio": "ratio"}[meaning.type]
    return "day" if meaning.unit == "day" else "count"


def link(
    measure: models.EventMeasure,
    shared: Mapping[str, Any],
    where: Condition | None,
    scope: Mapping[str, Parameter],
    events: Mapping[str, Mapping[str, FieldMeaning]],
) -> EventMeasure:
    """The measure of a checked pack with its parameters; KeyError for one that is in no usable file."""
    columns, figure = events[measure.events], measure.figure
    names = parameters_of(shared["of"]) + (parameters_of(where) if where is not None else [])
    names += [name for name in (figure.quantile, measure.target) if name]
    return EventMeasure(
        **shared,
        parameters={name: scope[name] for name in names},
        table=measure.events,
        columns=columns,
        figure=figure,
        where=where,
        during=measure.during,
        growth=measure.growth,
        unit=unit_of(figure, measure.growth, columns),
        target=scope[measure.target] if measure.target else None,
        quantile=scope[figure.quantile] if figure.quantile else None,
        keeps=measure.keeps or ">=",
        horizon=measure.horizon,
        reading_of=measure.reading_of,
    )
