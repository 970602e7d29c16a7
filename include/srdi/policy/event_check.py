"""What can be wrong with a measure on a table of events: its table, columns, figure, units, growth and goal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from srdi.contracts.models import FieldMeaning
from srdi.policy import models
from srdi.policy.event_measure import GOAL_UNITS, PARTS, SUBJECTS, figure_facts, kinds_of, unit_of
from srdi.policy.event_tables import TABLES
from srdi.policy.expression import All, AnyOf, Compare, Condition, Holds, Not, parameters_of
from srdi.policy.packset import Parameter
from srdi.problems import nearest

if TYPE_CHECKING:
    from srdi.policy.pack_file import PackFile

Path = tuple[Any, ...]
Columns = Mapping[str, FieldMeaning]
Events = Mapping[str, Columns]

#: Spans that have the same days of the year before.
SPANS_WITH_A_YEAR_BEFORE = ("year", "quarter")
#: Figures of which growth says something; a lead is a difference already, a quantile belongs to no sum.
GROWING = ("count", "sum", "share", "mean", "ratio")
#: Parts of a figure that are divided by one another.
DIVIDED = {"ratio": (("ratio", "over"),), "lead": (("lead", "over"), ("against", "against_over"))}


def condition_places(measure: models.EventMeasure, place: Path) -> Iterator[tuple[Path, Any]]:
    """Conditions of the measure with their places in the file."""
    if measure.of is not None:
        yield (*place, "of"), measure.of
    if measure.figure.where is not None:
        yield (*place, "figure", "where"), measure.figure.where


def words_at(pack: models.Pack, path: Path, facts: Columns, events: Events) -> tuple[Columns | None, str]:
    """What a condition may speak about, and how to call it; None where its table is unknown."""
    measure = pack.measures[path[1]] if path[0] == "measures" else None
    if isinstance(measure, models.EventMeasure):
        return events.get(measure.events), f"不是事件表 {measure.events} 的列"
    return facts, "不是 fields.yaml 里的事实"


def check(
    opened: PackFile,
    measure: models.EventMeasure,
    place: Path,
    events: Events,
    visible: Mapping[str, Parameter],
    broken: Collection[str],
    conventions_usable: bool,
) -> None:
    """Report everything wrong with the measure at ``place``; its conditions are parsed already.

    ``broken``: parameters that have a defect of their own; ``visible``: the others.
    """
    table = events.get(measure.events)
    if table is None or measure.events not in TABLES:
        known = [name for name in events if name in TABLES]
        opened.report(
            (*place, "events"),
            f"没有事件表 {measure.events}（可用：{'、'.join(known)}）",
            nearest(measure.events, known),
        )
        return
    for path, _ in condition_places(measure, place):
        condition = opened.conditions.get(path)
        if condition is None:
            continue
        if not _plain(condition):
            opened.report(path, "事件表的条件只能用三种写法和 all、any、not")
        for name in parameters_of(condition) if _plain(condition) else ():
            if name in table:
                opened.report(path, f"参数 {name} 与事件表 {measure.events} 的列同名，条件里会分不清")
    sound = _check_figure(opened, measure.figure, (*place, "figure"), measure.events, table)
    _check_growth(opened, measure, place)
    if measure.keeps is not None and measure.target is None:
        opened.report((*place, "keeps"), "没有 target，keeps 无从比较")

    def parameter(path: Path, name: str) -> Parameter | None:
        if name not in visible and name not in broken and conventions_usable:
            opened.report(path, f"{name} 不是本文件或口径约定里的参数", nearest(name, visible))
        return visible.get(name)

    if measure.figure.quantile is not None:
        path = (*place, "figure", "quantile")
        found = parameter(path, measure.figure.quantile)
        if found is not None:
            _check_quantile(opened, path, found)
    if measure.target is not None:
        found = parameter((*place, "target"), measure.target)
        unit = unit_of(measure.figure, measure.growth, table) if sound else None
        if found is not None and unit is not None and found.unit not in GOAL_UNITS[unit]:
            wanted = "、".join(GOAL_UNITS[unit])
            opened.report(
                (*place, "target"), f"单位不一致：此处要 {wanted}，参数 {measure.target} 是 {found.unit}"
            )


def _plain(condition: Condition) -> bool:
    """Made of atoms and groups alone: other blocks ask what only the enterprises have."""
    match condition:
        case Holds() | Compare():
            return True
        case All(parts) | AnyOf(parts):
            return all(_plain(part) for part in parts)
        case Not(part):
            return _plain(part)
    return False


def _check_figure(opened: PackFile, figure: models.Figure, place: Path, name: str, table: Columns) -> bool:
    """Whether the figure is sound; what is not is reported."""
    before = len(opened.problems)
    kinds = kinds_of(figure)
    if len(kinds) != 1:
        written = "、".join(kinds) or "没有"
        opened.report(place, f"figure 只能写一种：{'、'.join(PARTS)}；现在写了 {written}")
        return False
    kind = kinds[0]
    for part in ("where", "weight", "over", "of", "against", "against_over"):
        given = getattr(figure, part) is not None
        if part in PARTS[kind] and not given:
            opened.report(place, f"figure: {kind} 需要写明 {part}")
        if part not in PARTS[kind] and given:
            opened.report((*place, part), f"figure: {kind} 用不到 {part}")
    if figure.count is not None:
        column = SUBJECTS[figure.count]
        if column is not None and column not in table:
            opened.report((*place, "count"), f"事件表 {name} 没有 {column}，不能数 {figure.count}")
    facts = figure_facts(figure)
    for part, fact in facts.items():
        if fact not in table:
            opened.report((*place, part), f"{fact} 不是事件表 {name} 的列", nearest(fact, table))
        elif table[fact].type not in ("money", "ratio", "integer"):
            opened.report((*place, part), f"{fact} 不是金额、比率或整数，不能计算")
        elif table[fact].type == "ratio" and (kind not in ("mean", "quantile") or part == "weight"):
            opened.report((*place, part), f"{fact} 是比率，不能加总")
    for one, other in DIVIDED.get(kind, ()):
        pair = [table.get(facts.get(part, "")) for part in (one, other)]
        if pair[0] and pair[1] and pair[0].unit != pair[1].unit:
            opened.report((*place, other), f"{facts[one]} 与 {facts[other]} 单位不同，不能相除")
    return len(opened.problems) == before


def _check_growth(opened: PackFile, measure: models.EventMeasure, place: Path) -> None:
    if not measure.growth:
        return
    if measure.during not in SPANS_WITH_A_YEAR_BEFORE:
        spans = "、".join(SPANS_WITH_A_YEAR_BEFORE)
        opened.report((*place, "growth"), f"during: {measure.during} 没有上年同期，growth 只能配 {spans}")
    kinds = kinds_of(measure.figure)
    if len(kinds) == 1 and kinds[0] not in GROWING:
        opened.report((*place, "growth"), f"figure: {kinds[0]} 不能求增长，只能是 {'、'.join(GROWING)}")


def _check_quantile(opened: PackFile, path: Path, parameter: Parameter) -> None:
    if parameter.unit != "ratio":
        opened.report(path, f"单位不一致：此处要 ratio，参数 {parameter.name} 是 {parameter.unit}")
        return
    for day, entry in parameter.values:
        if isinstance(entry.value, Decimal) and not 0 < entry.value <= 1:
            opened.report(path, f"分位数 {parameter.name} 自 {day} 起是 {entry.value}，应大于 0、至多为 1")
