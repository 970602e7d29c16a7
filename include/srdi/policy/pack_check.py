"""A pack file of good shape checked against the dictionary: its words, units, dates and names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from srdi.contracts.models import FieldMeaning
from srdi.policy import checks, event_check, models
from srdi.policy.expression import (
    All,
    Condition,
    ExpressionError,
    OnList,
    atoms,
    parse,
)
from srdi.policy.pack_file import PackFile, Path
from srdi.policy.packset import Parameter
from srdi.policy.standard_file import (
    check_standard,
    gives_points,
    point_places,
    scores_of,
    standard_conditions,
)
from srdi.problems import nearest


def check_pack(
    opened: PackFile,
    facts: Mapping[str, FieldMeaning],
    conventions: Mapping[str, Parameter],
    conventions_usable: bool,
    events: Mapping[str, Mapping[str, FieldMeaning]],
) -> None:
    """Check parameters and conditions of a file of good shape; problems and parsed conditions go into it.

    ``conventions_usable`` False (that pack is broken): a parameter not found is then no defect of this
    file; the loader puts the measures concerned out instead.
    """
    pack = opened.pack
    if pack is None:
        return
    begins, ends = pack.document.in_force
    if begins is None or (ends is not None and ends < begins):
        opened.report(("document", "in_force"), "in_force 应为 [起始日, 终止日或 null]，且先后有序")
        return
    own = opened.parameters()
    usable = {}
    for name, parameter in own.items():
        if _check_parameter(opened, name, parameter, begins, facts):
            usable[name] = parameter
    visible = {**conventions, **usable}
    broken_names = set(own) - set(usable)
    for path, raw in condition_places(pack):
        try:
            condition = parse(raw)
        except ExpressionError as error:
            opened.report((*path, *error.path), error.message_zh, checks.word_hint(error))
            continue
        opened.conditions[path] = condition
        words, unknown = event_check.words_at(pack, path, facts, events)
        scores, points = scores_of(pack, path), gives_points(path)
        found = checks.check_condition(condition, words, visible, scores, points) if words is not None else ()
        for message, hint in found:
            word = message.split(" ")[0]
            excused = word in broken_names or ("里的参数" in message and not conventions_usable)
            if not excused:
                opened.report(path, message.replace("不是 fields.yaml 里的事实", unknown), hint)
        if any(isinstance(atom, OnList) for atom in atoms(condition)):
            _check_on_list(opened, pack, path, condition)
    _check_names(opened, pack, facts, visible, broken_names, conventions_usable)
    for index, measure in enumerate(pack.measures):
        if isinstance(measure, models.EventMeasure):
            event_check.check(
                opened, measure, ("measures", index), events, visible, broken_names, conventions_usable
            )


def _check_on_list(opened: PackFile, pack: models.Pack, path: Path, condition: Condition) -> None:
    """A population may start from a list; anywhere else the list would have to be decided before itself."""
    inner = condition.parts if isinstance(condition, All) else (condition,)
    nested = sum(isinstance(atom, OnList) for atom in atoms(condition)) > sum(
        isinstance(part, OnList) for part in inner
    )
    counted = path[0] == "measures" and isinstance(
        pack.measures[path[1]], models.CoverageMeasure | models.RequirementMeasure
    )
    if nested or not counted or path[2:] != ("of",):
        opened.report(path, "on_list 只能写在覆盖率或要求的 of 里：单独写，或放在最外层 all 之下")


def _check_parameter(
    opened: PackFile, name: str, parameter: Parameter, begins: Any, facts: Mapping[str, FieldMeaning]
) -> bool:
    before = len(opened.problems)
    path: Path = ("parameters", name)
    if name in facts:
        opened.report(path, f"参数名 {name} 与事实同名，条件里会分不清")
    if parameter.unit not in models.UNITS:
        opened.report(
            (*path, "unit"), f"不认识的单位 {parameter.unit}", nearest(parameter.unit, models.UNITS)
        )
        return False
    if (parameter.unit == "bands") != (parameter.bounds is not None):
        opened.report(path, "分档参数（unit: bands）要写明界限的单位 bounds，其他参数不写")
    elif parameter.bounds is not None and parameter.bounds not in models.UNITS:
        opened.report(
            (*path, "bounds"), f"不认识的单位 {parameter.bounds}", nearest(parameter.bounds, models.UNITS)
        )
    for day, entry in parameter.values:
        message = checks.check_value(entry.value, parameter.unit, parameter.bounds)
        if message:
            opened.report((*path, "values", day, "value"), f"参数 {name}：{message}")
    for day, message in checks.check_dates(((day, entry.until) for day, entry in parameter.values), begins):
        opened.report((*path, "values", day), f"参数 {name}：{message}")
    return len(opened.problems) == before


def condition_places(pack: models.Pack) -> Iterator[tuple[Path, Any]]:
    """Every condition of a pack with its place in the file."""
    for index, group in enumerate(pack.exclusions):
        for number, rule in enumerate(group.rules):
            yield ("exclusions", index, "rules", number, "keep"), rule.keep
    for index, measure in enumerate(pack.measures):
        if isinstance(measure, models.EventMeasure):
            yield from event_check.condition_places(measure, ("measures", index))
            continue
        if not isinstance(measure, models.TargetMeasure) or measure.of is not None:
            yield ("measures", index, "of"), measure.of
        if isinstance(measure, models.StandardMeasure):
            for place, raw in standard_conditions(measure):
                yield ("measures", index, *place), raw
        elif isinstance(measure, models.CoverageMeasure):
            yield ("measures", index, "counts"), measure.counts
        elif isinstance(measure, models.RequirementMeasure):
            yield ("measures", index, "require"), measure.require
        elif isinstance(measure, models.ListMeasure):
            for number, rule in enumerate(measure.rules):
                yield ("measures", index, "rules", number, "keep"), rule.keep


def parameter_places(measure: models.AnyMeasure) -> Iterator[tuple[Path, str, str]]:
    """Parameters a measure names outside its conditions: (place below the measure, name, unit wanted)."""
    if isinstance(measure, models.ListMeasure):
        yield ("after_expiry", "action"), measure.after_expiry.action, "after_expiry"
        yield ("after_expiry", "window"), measure.after_expiry.window, "day"
        yield ("after_expiry", "leaves"), measure.after_expiry.leaves, "day"
        yield ("warn_before",), measure.warn_before, "day"
    elif isinstance(measure, models.TargetMeasure):
        if measure.target is not None:
            yield ("target",), measure.target, "ratio" if measure.counting == "mean" else "count"
    elif isinstance(measure, models.CoverageMeasure) and measure.target is not None:
        yield ("target",), measure.target, "ratio"
    elif isinstance(measure, models.StandardMeasure):
        yield from point_places(measure)


def _check_names(
    opened: PackFile,
    pack: models.Pack,
    facts: Mapping[str, FieldMeaning],
    visible: Mapping[str, Parameter],
    broken: set[str],
    conventions_usable: bool,
) -> None:
    """Names a measure uses outside conditions: parameters, area, titles, rule ids."""
    for index, measure in enumerate(pack.measures):
        place: Path = ("measures", index)
        if pack.document.area is None and not isinstance(measure, models.StandardMeasure):
            opened.report(("document",), f"有指标的文件必须写明 area（{measure.id}）")
        for path, name, unit in parameter_places(measure):
            if name in broken:
                continue
            if name not in visible:
                if conventions_usable:
                    opened.report(
                        (*place, *path), f"{name} 不是本文件或口径约定里的参数", nearest(name, visible)
                    )
            elif visible[name].unit != unit:
                opened.report(
                    (*place, *path), f"单位不一致：此处要 {unit}，参数 {name} 是 {visible[name].unit}"
                )
        window = measure.in_force
        if window is not None and (window[0] is None or (window[1] is not None and window[1] < window[0])):
            opened.report((*place, "in_force"), "in_force 应为 [起始日, 终止日或 null]，且先后有序")
        if isinstance(measure, models.TargetMeasure):
            _check_target(opened, measure, place, facts)
        if isinstance(measure, models.StandardMeasure):
            for path, message, hint in check_standard(measure):
                opened.report((*place, *path), message, hint)
        elif not isinstance(measure, models.ListMeasure | models.EventMeasure):
            for number, title in enumerate(measure.titles):
                if title not in models.TITLES:
                    opened.report(
                        (*place, "titles", number), f"不认识的称号 {title}", nearest(title, models.TITLES)
                    )
        by = getattr(measure, "by", [])
        if len(set(by)) != len(by):
            opened.report((*place, "by"), "by 里有重复的分组")
        if "city" in by and not (pack.document.area or "").endswith("0000"):
            opened.report((*place, "by"), "只有全省的指标能按市分列（by: city）")
        if "tier" in by and getattr(measure, "tier", None) in (*models.HELD, *models.HELD_ELSE):
            opened.report(
                (*place, "by"),
                f"按称号分列（by: tier）时，合计行的 tier 不能叫 {getattr(measure, 'tier', '')}",
            )
    rule_lists: list[tuple[Path, list[models.Rule]]] = [
        (("exclusions", index), group.rules) for index, group in enumerate(pack.exclusions)
    ] + [
        (("measures", index), measure.rules)
        for index, measure in enumerate(pack.measures)
        if isinstance(measure, models.ListMeasure)
    ]
    for owner, rules in rule_lists:
        seen: set[str] = set()
        for number, rule in enumerate(rules):
            if rule.id in seen:
                opened.report((*owner, "rules", number, "id"), f"规则编号 {rule.id} 重复")
            if rule.id in models.RESERVED_RULES or rule.id.startswith(models.RESERVED_PREFIX):
                opened.report((*owner, "rules", number, "id"), f"规则编号 {rule.id} 由系统保留")
            seen.add(rule.id)


#: What each way of counting needs, and what would say nothing beside it.
TARGET_PARTS = {
    "stock": ({"of", "titles"}, {"period", "mean"}),
    "flow": ({"titles"}, {"of", "mean"}),
    "cumulative": ({"titles"}, {"of", "mean", "period"}),
    "mean": ({"of", "mean"}, {"titles", "period"}),
}


def _check_target(
    opened: PackFile, measure: models.TargetMeasure, place: Path, facts: Mapping[str, FieldMeaning]
) -> None:
    """Whether the parts of a target fit its way of counting, and its mean divides what can be divided."""
    needed, idle = TARGET_PARTS[measure.counting]
    for name in sorted(needed):
        if not getattr(measure, name):
            opened.report(place, f"counting: {measure.counting} 需要写明 {name}")
    for name in sorted(idle):
        if getattr(measure, name):
            opened.report((*place, name), f"counting: {measure.counting} 用不到 {name}")
    if measure.period and measure.period[1] < measure.period[0]:
        opened.report((*place, "period"), "period 应为 [首日, 末日]，且先后有序")
    if measure.mean is None:
        return
    for part in ("of", "over"):
        fact = getattr(measure.mean, part)
        if fact not in facts:
            opened.report((*place, "mean", part), f"{fact} 不是 fields.yaml 里的事实", nearest(fact, facts))
        elif facts[fact].type not in checks.NUMERIC:
            opened.report((*place, "mean", part), f"{fact} 不是数值型事实，不能求平均")
    known = [facts[fact] for fact in (measure.mean.of, measure.mean.over) if fact in facts]
    if len(known) == 2 and known[0].unit != known[1].unit:
        opened.report((*place, "mean"), f"{measure.mean.of} 与 {measure.mean.over} 单位不同，不能相除")
