"""One measure in words as it stands on a day: what ``srdi policy show`` prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from srdi.policy.event_measure import EventMeasure
from srdi.policy.event_words import during_words, figure_words, population_words
from srdi.policy.heads import load_areas
from srdi.policy.inventory_file import Clause
from srdi.policy.measure_words import in_words
from srdi.policy.packset import (
    CoverageMeasure,
    ListMeasure,
    Measure,
    PackSet,
    Parameter,
    Rule,
    StandardMeasure,
    TargetMeasure,
)
from srdi.policy.words import EFFECTS_ZH, SIGNS, condition_words, measured_text
from srdi.reports.trace import case_files, tables_of
from srdi.reports.words import STAGES, TERMS


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it; plain text, a line each."""

    heading: str
    lines: tuple[str, ...]


def tell(packs: PackSet, measure: Measure, day: date) -> list[Part]:
    """Everything that is known of ``measure`` on ``day``, part by part."""
    document = measure.document
    number = f"{document.number}，" if document.number else ""
    stage = f"{STAGES[document.stage]} / {document.stage}"
    term = [f"{day} 时{TERMS[measure.term(day)]} / {measure.term(day)}：{_span(*measure.in_force)}"]
    if day < measure.in_force[0]:
        day = measure.in_force[0]
        term.append(f"以下是施行首日 {day} 的数值")
    told = [
        ("名称 title", [f"{measure.title.zh} / {measure.title.en}", f"{measure.id}，类型 {measure.kind}"]),
        ("文件 paper", [f"《{document.title}》{number}{document.issuer}，{document.id}", f"阶段 {stage}"]),
        ("时效 term", term),
        ("条款 clause", _clauses(packs, measure)),
        ("统计范围 population", _population(packs, measure, day)),
        *_condition(packs, measure, day),
        ("参数 parameters", _parameters(measure, day)),
        ("另一种读法 readings", _readings(packs, measure)),
        ("备注 note", [measure.note] if measure.note else []),
        ("口径 definition", [in_words(measure, packs.facts, day)]),
        ("案例 cases", list(case_files(measure.id)) or ["—"]),
        ("结果表 tables", list(tables_of(measure)) or ["—"]),
        ("规则版本（全部政策包合为一个版本）rule version", [packs.rule_version]),
    ]
    return [Part(heading, tuple(lines)) for heading, lines in told if lines]


def _span(first: date, last: date | None) -> str:
    return f"{first} 起，" + (f"至 {last}" if last else "未写终止日")


def _clauses(packs: PackSet, measure: Measure) -> list[str]:
    """The promises of the inventory that this measure answers; the reference of the pack where none stands there.

    A reading that no line names answers what its promise answers.
    """
    inventory = packs.inventory.get(measure.document.id)
    named: list[Clause] = []
    wanted: str | None = measure.id
    while inventory is not None and wanted is not None and not named:
        named = [clause for clause in inventory.clauses if wanted in (clause.measures or ())]
        wanted = getattr(packs.measures.get(wanted), "reading_of", None)
    told = [f"{clause.id}：{clause.says}" for clause in named]
    return told if any(clause.id.startswith(measure.clause) for clause in named) else [measure.clause, *told]


def _population(packs: PackSet, measure: Measure, day: date) -> list[str]:
    area = load_areas().get(measure.area, "")
    if isinstance(measure, EventMeasure):
        return [f"{area}（{measure.area}）：{population_words(measure, day)}，{during_words(measure)}"]
    place = f"登记在{area}（{measure.area}）" if measure.area else "全国标准，本系统内的全部企业"
    words = condition_words(measure.of, packs.facts, measure.parameters, day)
    # A count of recognitions has no population: whoever was recognised counts.
    told = [f"{place}：{words}" if words else f"{place}：取得认定的企业"]
    if isinstance(measure, ListMeasure):
        told.append(f"是否属于这个范围不详时：{EFFECTS_ZH[measure.population_unknown]}")
    return told


def _condition(packs: PackSet, measure: Measure, day: date) -> list[tuple[str, list[str]]]:
    """What is asked of the population: what counts, the goal, or rules and exclusions with their effects.

    A kind that is not taken apart here is told by its definition alone.
    """
    told: list[tuple[str, list[str]]] = []
    if isinstance(measure, CoverageMeasure):
        counted = condition_words(measure.counts, packs.facts, measure.parameters, day)
        told.append(("达到的条件 condition", [counted]))
    if isinstance(measure, StandardMeasure):
        return [("条件 criteria", _criteria(packs, measure, day)), ("得分 scores", _scores(measure))]
    if isinstance(measure, EventMeasure):
        told.append(("数值 figure", [figure_words(measure, day)]))
    if isinstance(measure, ListMeasure):
        group = measure.exclusions
        taken = {rule.id for rule in group.rules} if group else set()
        own = _rules(packs, [rule for rule in measure.rules if rule.id not in taken], day)
        told.append(("条件 condition", own or ["范围内的原则上均纳入，名单自己没有另外的规则"]))
        if group is not None:
            head = f"{group.title.zh}（{group.id}），效力按本名单的开关："
            others = _rules(packs, [rule for rule in measure.rules if rule.id in taken], day)
            told.append(("排除规则 exclusions", [head, *others]))
    elif measure.kind != "requirement":
        told.append(("目标 target", [_goal(measure, day)]))
    return told


def _criteria(packs: PackSet, measure: StandardMeasure, day: date) -> list[str]:
    told = []
    for one in measure.criteria:
        words = condition_words(one.keep, packs.facts, measure.parameters, day)
        clause = "" if f"（{one.clause}）" in words else f"；{one.clause}"
        told.append(f"{one.title.zh}（{one.id}）：{words}{clause}")
        told += [f"  存疑：{one.doubt}"] if one.doubt else []
    if measure.renewal is not None:
        words = condition_words(measure.renewal.of, packs.facts, measure.parameters, day)
        waived = f"，不要求 {'、'.join(measure.renewal.waives)}" if measure.renewal.waives else ""
        told.append(f"复核：{words}，{_span(*measure.renewal.in_force)}{waived}")
    return told


def _scores(measure: StandardMeasure) -> list[str]:
    told = []
    for score in measure.scores:
        parts = [*score.sum_of, *(item.title.zh for item in score.items)]
        told.append(f"{score.title.zh}（{score.id}）：{'、'.join(parts)}")
    return told


def _goal(measure: Measure, day: date) -> str:
    """The goal that counts on ``day``; a lapsed goal stays the one it was measured against."""
    parameter: Parameter | None = getattr(measure, "target", None)
    if parameter is None:
        return "未定目标，只报告 / none"
    if not isinstance(measure, TargetMeasure | EventMeasure):
        return f"≥ {_value(parameter, day)}（{parameter.name}）"
    by = f"，到 {measure.horizon}" if measure.horizon else ""
    sign = SIGNS[measure.keeps] if isinstance(measure, EventMeasure) else "≥"
    return f"{sign} {_value(parameter, measure.goal_day(day))}（{parameter.name}）{by}"


def _rules(packs: PackSet, rules: Iterable[Rule], day: date) -> list[str]:
    told = []
    for rule in rules:
        words = condition_words(rule.keep, packs.facts, rule.parameters, day)
        fails = EFFECTS_ZH["off" if rule.off else rule.on_fail]
        told.append(
            f"{rule.title.zh}（{rule.id}）：{words}；不符合：{fails}，不详：{EFFECTS_ZH[rule.on_unknown]}；"
            f"{rule.document_id} {rule.clause}"
        )
        told += [f"  依据：{rule.basis}"] if rule.basis else []
        told += [f"  存疑：{rule.doubt}"] if rule.doubt else []
    return told


def _parameters(measure: Measure, day: date) -> list[str]:
    """Every parameter that a result of the measure rests on, with the value of the day."""
    used = dict(measure.parameters)
    for rule in getattr(measure, "rules", ()):
        used.update(rule.parameters)
    told = []
    for parameter in used.values():
        entry = parameter.entry_on(day)
        where = "当日无值"
        if entry is not None:
            start = max(first for first, one in parameter.values if one is entry)
            until = f"，至 {entry.until}" if entry.until else ""
            where = f"{_value(parameter, day)}（{entry.clause}，{start} 起{until}）"
        told.append(f"{parameter.zh}（{parameter.document_id} {parameter.name}，{parameter.unit}）：{where}")
        told += [f"  存疑：{parameter.doubt}"] if parameter.doubt else []
    return told


def _value(parameter: Parameter, day: date) -> str:
    entry = parameter.entry_on(day)
    return "当日无值" if entry is None else measured_text(entry.value, parameter.unit)


def _readings(packs: PackSet, measure: Measure) -> list[str]:
    told = []
    promise = getattr(measure, "reading_of", None)
    if promise:
        told.append(f"本指标是 {promise} 的另一种读法")
    for other in packs.measures.values():
        same = getattr(other, "reading_of", None)
        if other.id != measure.id and same and same in (measure.id, promise):
            told.append(f"{other.id}：{other.title.zh}")
    return told
