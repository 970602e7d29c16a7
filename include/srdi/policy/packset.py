"""The packs after loading: parsed conditions, linked references, and what applies on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from srdi.contracts.models import FieldMeaning
from srdi.policy import models
from srdi.policy.expression import Compare, Condition, Years
from srdi.problems import PackError, Problem

if TYPE_CHECKING:
    from srdi.policy.inventory_file import Inventory

Value = Decimal | int | bool | date | str | list[list[Decimal]] | None
CONVENTIONS = "conventions"


@dataclass(frozen=True)
class Parameter:
    """A parameter of one document; ``name`` is unique within it."""

    document_id: str
    name: str
    unit: str
    zh: str
    values: tuple[tuple[date, models.DatedValue], ...]
    doubt: str | None = None
    bounds: str | None = None

    def entry_on(self, day: date) -> models.DatedValue | None:
        """The dated value in force on ``day``; None before the first and after the last day."""
        found = None
        for start, entry in self.values:
            if start <= day:
                found = entry
        return None if found is None or (found.until and day > found.until) else found

    def on(self, day: date) -> Value:
        """The value on ``day``; whole-number units as int, other numbers as Decimal."""
        entry = self.entry_on(day)
        if entry is None or entry.value is None:
            return None
        return int(entry.value) if models.UNITS[self.unit][0] == "integer" else entry.value  # type: ignore[arg-type]


@dataclass(frozen=True)
class Rule:
    """A condition to be kept, with its effects; ``off`` where the area switched the rule off."""

    id: str
    title: models.Words
    keep: Condition
    on_fail: str
    on_unknown: str
    clause: str
    document_id: str
    basis: str | None
    doubt: str | None
    parameters: Mapping[str, Parameter]
    off: bool = False


@dataclass(frozen=True)
class Exclusions:
    """A set of rules; ``rules`` already holds those of the sets it includes."""

    id: str
    title: models.Words
    document_id: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Measure:
    """What every kind of measure has. ``parameters``: by the name its conditions use."""

    id: str
    kind: models.Kind
    document: models.Document
    clause: str
    title: models.Words
    in_force: tuple[date, date | None]
    of: Condition
    parameters: Mapping[str, Parameter]
    note: str | None

    def term(self, day: date) -> str:
        """open (begun, no end named), in_force, lapsed or not_yet on ``day``."""
        first, last = self.in_force
        if day < first:
            return "not_yet"
        if last is None:
            return "open"
        return "in_force" if day <= last else "lapsed"

    @property
    def area(self) -> str:
        return self.document.area or ""


@dataclass(frozen=True)
class ListMeasure(Measure):
    """Who is on it. ``rules``: exclusions with this area's switches applied, then the list's own."""

    population_unknown: str
    by_title: bool
    action: Parameter
    window: Parameter
    leaves: Parameter
    warn_before: Parameter
    exclusions: Exclusions | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class CoverageMeasure(Measure):
    """How many of whom. A requirement (``kind``) counts who keeps it and has no target."""

    counts: Condition
    tier: str
    titles: tuple[str, ...]
    target: Parameter | None
    by: tuple[str, ...]
    reading_of: str | None


@dataclass(frozen=True)
class TargetMeasure(Measure):
    """A number against a goal; see :class:`srdi.policy.models.TargetMeasure`. ``of`` holds for a flow too, where
    it is not used."""

    counting: str
    titles: tuple[str, ...]
    period: tuple[date, date] | None
    mean: models.Mean | None
    target: Parameter | None
    horizon: date | None
    reading_of: str | None

    def goal_day(self, day: date) -> date:
        """The day whose goal counts on ``day``: a lapsed goal stays the one it was measured against."""
        return min(day, self.horizon) if self.horizon else day


@dataclass(frozen=True)
class Criterion:
    """A condition that a title asks for."""

    id: str
    title: models.Words
    keep: Condition
    clause: str
    doubt: str | None


@dataclass(frozen=True)
class Branch:
    when: Condition
    points: Parameter
    open: Parameter | None


@dataclass(frozen=True)
class ScoreItem:
    """One line of a score table; see :class:`srdi.policy.models.ScoreItem`. A single ``points`` is a ``best_of`` one."""

    id: str
    title: models.Words
    best_of: tuple[Compare | Years, ...] = ()
    first: tuple[Branch, ...] = ()
    each: tuple[Condition, ...] = ()
    points: Parameter | None = None
    cap: Parameter | None = None
    open: Parameter | None = None


@dataclass(frozen=True)
class ScoreTable:
    id: str
    title: models.Words
    sum_of: tuple[str, ...]
    items: tuple[ScoreItem, ...]


@dataclass(frozen=True)
class Renewal:
    """Holders judged again; ``in_force``: first and last day of that."""

    of: Condition
    in_force: tuple[date, date | None]
    waives: tuple[str, ...]


@dataclass(frozen=True)
class StandardMeasure(Measure):
    """What a title asks for; see :class:`srdi.policy.models.StandardMeasure`."""

    awards: str
    criteria: tuple[Criterion, ...]
    scores: tuple[ScoreTable, ...]
    renewal: Renewal | None


@dataclass(frozen=True)
class PackSet:
    """All packs of a folder that can be used, and what is wrong with the others.

    ``measures``: in graph order (a measure after those it builds on). ``broken``: one problem per
    defect; ``out``: id of a measure that cannot be computed → why, in Chinese. ``rule_version``:
    first 12 hex digits of the SHA-256 over all pack files. ``inventory``: what each paper promises, by
    document; its defects (``inventory_problems``) put nothing out. ``events``: tables of events → their columns.
    """

    documents: Mapping[str, models.Document]
    parameters: Mapping[str, Mapping[str, Parameter]]
    exclusions: Mapping[str, Exclusions]
    measures: Mapping[str, Measure]
    facts: Mapping[str, FieldMeaning]
    broken: list[Problem]
    out: Mapping[str, str]
    rule_version: str
    warnings: list[Problem] = field(default_factory=list)
    inventory: Mapping[str, Inventory] = field(default_factory=dict)
    inventory_problems: list[Problem] = field(default_factory=list)
    events: Mapping[str, Mapping[str, FieldMeaning]] = field(default_factory=dict)

    def of_kind(self, kind: type[Measure]) -> list[Measure]:
        return [measure for measure in self.measures.values() if isinstance(measure, kind)]


def conventions(packs: PackSet, biz_date: date) -> dict[str, Value]:
    """Conventions in force on ``biz_date`` by name, for the rooms that need them (facts).

    Days, years and levels are int, ratios and money Decimal. Raises :class:`PackError` when the
    conventions pack is missing or broken: without it nothing can be computed.
    """
    if CONVENTIONS not in packs.parameters:
        raise PackError(
            "口径约定 conventions.yaml 缺失或有误，无法计算：" + "；".join(map(str, packs.broken))
        )
    return {name: parameter.on(biz_date) for name, parameter in packs.parameters[CONVENTIONS].items()}


def switched(rule: Rule, switch: str | None) -> Rule:
    """The rule with an area's switch applied: another effect of a failure, or off."""
    if switch is None:
        return rule
    return replace(rule, off=True) if switch == "off" else replace(rule, on_fail=switch)
