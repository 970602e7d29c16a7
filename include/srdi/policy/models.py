"""The shape of a pack file: one policy paper (or one set of local conventions) as data.

Conditions stay as written here; :mod:`srdi.policy.expression` parses them. Anything a file says that
these models do not know is an error with its line, never a default.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from srdi.policy.expression import KEYS

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
DottedId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
Effect = Literal["exclude", "review", "warn"]
Switch = Literal["exclude", "review", "warn", "off"]
Kind = Literal["list", "coverage", "requirement", "target", "standard"]
KINDS = ("list", "coverage", "requirement", "target", "standard")
LATER_KINDS = ("entitlement",)
Counting = Literal["stock", "flow", "cumulative", "mean"]
Stage = Literal["draft", "issued"]
By = Literal["division", "industry_section", "city", "tier"]
#: Labels of the rows ``by: [tier]`` gives: the highest title held, in the order of the ladder.
HELD = ("little_giant", "provincial", "champion", "municipal", "innovative")
HELD_ELSE = ("none", "unknown")

#: Unit of a parameter → (how its values are held, what it is called in Chinese).
UNITS: dict[str, tuple[str, str]] = {
    "ratio": ("ratio", ""),
    "yuan": ("money", "元"),
    "person": ("integer", "人"),
    "day": ("integer", "天"),
    "year": ("integer", "年"),
    "level": ("integer", "级"),
    "count": ("integer", "个"),
    "score": ("decimal", "分"),
    "date": ("date", ""),
    "month_day": ("month_day", ""),
    "flag": ("flag", ""),
    "text": ("text", ""),
    "after_expiry": ("after_expiry", ""),
    "bands": ("bands", "分"),
}


class Strict(BaseModel):
    """Refuses unknown keys and silent conversions: a typing mistake in a pack is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Words(Strict):
    """A title in Chinese and English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Verified(Strict):
    """Who looks at the paper again: checked ``on`` a day ``against`` a text, to be read again by ``verify_by``."""

    on: date
    against: str
    sha256: str | None = None
    verify_by: date


class Document(Strict):
    """A paper. ``in_force``: first and last day, both inside; None where the paper names no end.

    ``area``: GB/T 2260 code of the place it speaks about, None for conventions that hold everywhere.
    ``kind``: ``convention`` marks rules of this system that no paper states.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    kind: Literal["paper", "convention"] = "paper"
    title: str = Field(min_length=1)
    number: str | None = None
    issuer: str = Field(min_length=1)
    stage: Stage
    in_force: Annotated[list[date | None], Field(min_length=2, max_length=2)]
    area: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    verified: Verified
    note: str | None = None


class DatedValue(Strict):
    """A value from its day on (the key it stands under) until the next value, or ``until`` (last day)."""

    value: Decimal | bool | date | str | list[list[Decimal]] | None
    clause: str = Field(min_length=1)
    until: date | None = None


class Parameter(Strict):
    """A number or word of the paper; ``doubt`` says what is not certain about it.

    ``bounds``: of bands (pairs of a bound and its points, the best first), the unit of the bounds.
    """

    unit: str
    bounds: str | None = None
    values: Annotated[dict[date, DatedValue], Field(min_length=1)]
    zh: str | None = None
    doubt: str | None = None


class Rule(Strict):
    """A condition to be kept. ``on_fail``/``on_unknown``: what a failure or missing knowledge does."""

    id: Identifier
    title: Words
    keep: Any
    on_fail: Effect
    on_unknown: Effect = "warn"
    clause: str = Field(min_length=1)
    basis: str | None = None
    doubt: str | None = None


class Exclusions(Strict):
    """A set of rules that lists may subtract (``unless``); ``includes`` takes over other sets."""

    id: DottedId
    title: Words
    includes: list[DottedId] = []
    rules: list[Rule]


class AfterExpiry(Strict):
    """What happens when a title ran out and no renewal is published; names of parameters.

    ``action``: review, keep or drop; ``window``: days the action lasts; ``leaves``: days an enterprise
    that left is still shown.
    """

    action: Identifier = "after_expiry_action"
    window: Identifier = "after_expiry_window_days"
    leaves: Identifier = "exit_days"


class ListMeasure(Strict):
    """Who is on it: everybody of the population ``of`` but for ``unless`` and the list's own ``rules``.

    ``population_unknown``: effect when it is unknown whether an enterprise belongs to the population.
    ``by_title``: membership rests on a title, with what follows when it ends; else on the condition of the day alone.
    ``switches``: per rule, the effect of a failure in this area (or ``off``).
    """

    id: DottedId
    kind: Literal["list"]
    clause: str = Field(min_length=1)
    title: Words
    of: Any
    population_unknown: Effect = "review"
    by_title: bool = True
    after_expiry: AfterExpiry = AfterExpiry()
    warn_before: Identifier = "warn_before_days"
    unless: DottedId | None = None
    switches: dict[Identifier, Switch] = {}
    rules: list[Rule] = []
    in_force: Annotated[list[date | None], Field(min_length=2, max_length=2)] | None = None
    note: str | None = None


class CoverageMeasure(Strict):
    """How many of whom: ``counts`` among ``of``, against the parameter ``target`` (None: report only).

    ``tier``: label of the population. ``titles``: kinds of title whose unmatched holders it could touch.
    ``by``: what it is also shown by; ``city`` for a province, ``tier`` by the highest title held.
    ``reading_of``: this measure is another reading of the same promise, shown beside it.
    """

    id: DottedId
    kind: Literal["coverage"]
    clause: str = Field(min_length=1)
    title: Words
    of: Any
    counts: Any
    tier: Identifier
    titles: Annotated[list[str], Field(min_length=1)]
    target: Identifier | None = None
    by: list[By] = []
    reading_of: DottedId | None = None
    in_force: Annotated[list[date | None], Field(min_length=2, max_length=2)] | None = None
    note: str | None = None


class RequirementMeasure(Strict):
    """Who keeps a promise: everybody ``of`` a population has to ``require``; the rest as for coverage."""

    id: DottedId
    kind: Literal["requirement"]
    clause: str = Field(min_length=1)
    title: Words
    of: Any
    require: Any
    tier: Identifier
    titles: list[str] = []
    by: list[By] = []
    reading_of: DottedId | None = None
    in_force: Annotated[list[date | None], Field(min_length=2, max_length=2)] | None = None
    note: str | None = None


class Mean(Strict):
    """A mean over enterprises: facts ``of`` / ``over``; ``total``: sum by sum, ``each``: mean of the ratios.

    ``growth``: the figure is by how much ``of`` exceeds ``over`` (the ratio less one).
    """

    of: Identifier
    over: Identifier
    weighting: Literal["total", "each"]
    growth: bool = False


class TargetMeasure(Strict):
    """A number against a goal.

    ``counting``: ``stock`` enterprises ``of`` the population on the day (``titles``: kinds whose unmatched
    holders it could touch); ``flow`` enterprises recognised (kinds ``titles``) in the calendar year or within
    ``period``; ``cumulative`` recognised up to the day, also those whose title has ended since; ``mean`` over
    the population. ``target``: parameter, None: report only.
    ``horizon``: the day the goal speaks about; after it the goal in force on it stays.
    """

    id: DottedId
    kind: Literal["target"]
    clause: str = Field(min_length=1)
    title: Words
    counting: Counting
    of: Any = None
    titles: list[str] = []
    period: Annotated[list[date], Field(min_length=2, max_length=2)] | None = None
    mean: Mean | None = None
    target: Identifier | None = None
    horizon: date | None = None
    reading_of: DottedId | None = None
    in_force: Annotated[list[date | None], Field(min_length=2, max_length=2)] | None = None
    note: str | None = None


class Figure(Strict):
    """What is measured on an event table: one of ``count``, ``sum``, ``share``, ``mean``, ``ratio``, ``quantile``,
    ``lead``, with the words that go with it; ``event_check`` says which.
    """

    count: Literal["rows", "enterprises", "banks"] | None = None
    sum: Identifier | None = None
    share: Identifier | None = None
    where: Any = None
    mean: Identifier | None = None
    weight: Identifier | None = None
    ratio: Identifier | None = None
    over: Identifier | None = None
    quantile: Identifier | None = None
    of: Identifier | None = None
    lead: Identifier | None = None
    against: Identifier | None = None
    against_over: Identifier | None = None


class EventMeasure(Strict):
    """A number against a goal, measured on a table of ``events`` instead of the enterprises.

    ``of``: which rows, by the table's own columns. ``during``: ``year`` (1 January to the day), ``quarter`` (the last
    closed one), ``paper`` (since its first day), ``newest`` (rows of the newest day), ``ever`` (all up to the day).
    ``growth``: by how much the figure exceeds the one of the same days of the year before. ``keeps``: how it must stand
    to ``target``; at least, unless said otherwise.
    """

    id: DottedId
    kind: Literal["target"]
    clause: str = Field(min_length=1)
    title: Words
    events: Identifier
    of: Any = None
    during: Literal["year", "quarter", "paper", "newest", "ever"]
    figure: Figure
    growth: bool = False
    target: Identifier | None = None
    keeps: Literal[">=", "<=", "<", ">"] | None = None
    horizon: date | None = None
    reading_of: DottedId | None = None
    in_force: Annotated[list[date | None], Field(min_length=2, max_length=2)] | None = None
    note: str | None = None


class Branch(Strict):
    """``points`` (a parameter) of a score item ``when`` a condition is kept.

    ``open``: so many points more that no data tell.
    """

    when: Any
    points: Identifier
    open: Identifier | None = None


class ScoreItem(Strict):
    """One line of a score table; exactly one of the forms below.

    ``points``: a comparison with a parameter of bands; ``best_of``: the best of several; ``first``: the points of
    the first branch kept; ``each``: ``points`` (a parameter) for each condition kept, at most ``cap``, and up to
    ``open`` more that no data tell; ``open`` alone: no data at all, anything from nought to it.
    """

    id: Identifier
    title: Words
    points: Any = None
    best_of: Annotated[list[Any], Field(max_length=20)] = []
    first: Annotated[list[Branch], Field(max_length=20)] = []
    each: Annotated[list[Any], Field(max_length=20)] = []
    cap: Identifier | None = None
    open: Identifier | None = None


class ScoreTable(Strict):
    """Points that are added up; ``sum_of``: scores written above it whose points it takes in."""

    id: Identifier
    title: Words
    sum_of: Annotated[list[Identifier], Field(max_length=20)] = []
    items: Annotated[list[ScoreItem], Field(max_length=50)] = []


class Criterion(Strict):
    """A condition that a title asks for."""

    id: Identifier
    title: Words
    keep: Any
    clause: str = Field(min_length=1)
    doubt: str | None = None


class Renewal(Strict):
    """Holders who are judged again by this standard, from when to when, and the criteria not asked of them."""

    of: Any
    in_force: Annotated[list[date | None], Field(min_length=2, max_length=2)] | None = None
    waives: list[Identifier] = []


class StandardMeasure(Strict):
    """What a title asks for: every criterion kept. ``awards``: the title; ``of``: those whose next title it is."""

    id: DottedId
    kind: Literal["standard"]
    clause: str = Field(min_length=1)
    title: Words
    awards: str
    of: Any
    renewal: Renewal | None = None
    scores: Annotated[list[ScoreTable], Field(max_length=20)] = []
    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=50)]
    in_force: Annotated[list[date | None], Field(min_length=2, max_length=2)] | None = None
    note: str | None = None


#: Begins the tags that tell shapes of one kind apart; pydantic puts them into the path of a mistake.
SHAPE_TAG = "shape:"


def _target_shape(raw: Any) -> str:
    """A target that names ``events`` is measured on their table."""
    on_events = "events" in raw if isinstance(raw, dict) else isinstance(raw, EventMeasure)
    return SHAPE_TAG + ("events" if on_events else "population")


AnyTarget = Annotated[
    Annotated[TargetMeasure, Tag(SHAPE_TAG + "population")]
    | Annotated[EventMeasure, Tag(SHAPE_TAG + "events")],
    Discriminator(_target_shape),
]
AnyMeasure = (
    ListMeasure | CoverageMeasure | RequirementMeasure | TargetMeasure | EventMeasure | StandardMeasure
)
MeasureEntry = ListMeasure | CoverageMeasure | RequirementMeasure | AnyTarget | StandardMeasure


class Pack(Strict):
    """One file."""

    document: Document
    parameters: dict[Identifier, Parameter] = {}
    exclusions: list[Exclusions] = []
    measures: list[Annotated[MeasureEntry, Field(discriminator="kind")]] = []


#: Kinds of title a coverage measure may name in ``titles`` (canonical values of the title list).
TITLES = ("创新型", "市级", "省级", "小巨人", "单项冠军企业", "单项冠军产品", "科技型", "高企", "质量标杆")

#: Rule ids the list engine itself writes into the reasons.
RESERVED_RULES = ("title_in_force", "title_cancelled", "title_lapsing", "population", "exception")
#: Beginning of the reason codes that publication gives to those who left.
RESERVED_PREFIX = "left_"


def known_keys() -> set[str]:
    """Every key a pack may use anywhere, for "did you mean"."""
    shapes: list[type[Strict]] = [
        Pack,
        Document,
        Verified,
        Parameter,
        DatedValue,
        Rule,
        Exclusions,
        AfterExpiry,
    ]
    shapes += [ListMeasure, CoverageMeasure, RequirementMeasure, TargetMeasure, Mean, Words]
    shapes += [StandardMeasure, Criterion, Renewal, ScoreTable, ScoreItem, Branch]
    shapes += [EventMeasure, Figure]
    keys = {name for shape in shapes for name in shape.model_fields}
    return keys | KEYS
