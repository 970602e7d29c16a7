"""What a measure means on a day, in Chinese: for the dictionary, the command line and officers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from srdi.contracts.models import FieldMeaning
from srdi.policy.cities import split_by_city
from srdi.policy.event_measure import EventMeasure
from srdi.policy.event_words import event_words
from srdi.policy.expression import Condition
from srdi.policy.packset import CoverageMeasure, ListMeasure, Measure, PackSet, StandardMeasure, TargetMeasure
from srdi.policy.words import EFFECTS_ZH, beside, condition_words, fact_name, measured_text


@dataclass(frozen=True)
class MeasureWords:
    """A measure as it stands on a day, for ``srdi policy list`` and the console."""

    measure_id: str
    title_zh: str
    paper: str
    clause: str
    stage: str
    term: str
    meaning_zh: str


def measure_words(packs: PackSet, measure: Measure, day: date) -> MeasureWords:
    """What a person needs to know of a measure on ``day``; before its first day, with the values of that."""
    return MeasureWords(
        measure.id,
        measure.title.zh,
        measure.document.title,
        measure.clause,
        measure.document.stage,
        measure.term(day),
        in_words(measure, packs.facts, max(day, measure.in_force[0])),
    )


def in_words(measure: Measure, facts: Mapping[str, FieldMeaning], day: date) -> str:
    """The definition of a measure on ``day`` in Chinese, for the dictionary, the command line and officers."""
    if isinstance(measure, TargetMeasure):
        return _target_words(measure, facts, day)
    if isinstance(measure, EventMeasure):
        return event_words(measure, day)
    population = condition_words(measure.of, facts, measure.parameters, day)
    place = f"《{measure.document.title}》{measure.clause}"
    if isinstance(measure, StandardMeasure):
        return _standard_words(measure, facts, day)
    if isinstance(measure, ListMeasure) and not measure.by_title:
        rules = "；".join(rule.title.zh for rule in measure.rules)
        return (
            f"{place}：登记在本地、符合（{population}）的企业；是否符合不详的{EFFECTS_ZH[measure.population_unknown]}。"
            f"逐条核对：{rules or '无'}。退出后再显示 {measure.leaves.on(day)} 天。"
        )
    if isinstance(measure, ListMeasure):
        rules = "；".join(
            f"{rule.title.zh}（不符合：{EFFECTS_ZH['off' if rule.off else rule.on_fail]}，不详：{EFFECTS_ZH[rule.on_unknown]}）"
            for rule in measure.rules
        )
        action = {"review": "待核实", "keep": "保留", "drop": "移出"}[str(measure.action.on(day) or "review")]
        window = 0 if action == "移出" else measure.window.on(day)
        return (
            f"{place}：登记在本市的{population}企业，原则上均纳入；逐条核对：{rules or '无'}。"
            f"称号到期而未见复核结果的，{window} 天内{action}；到期前 {measure.warn_before.on(day)} 天起提示；"
            f"退出后再显示 {measure.leaves.on(day)} 天。"
        )
    assert isinstance(measure, CoverageMeasure)
    counted = condition_words(measure.counts, facts, measure.parameters, day)
    if measure.kind == "requirement":
        return (
            f"{place}{beside(measure)}：登记在本市、符合（{population}）的企业，应当{counted}；"
            f"是否属于统计范围或是否做到不详的，单列，不进分母。{_split(measure)}"
        )
    goal = "未定目标"
    if measure.target is not None:
        goal = f"目标 ≥ {measured_text(measure.target.on(day), measure.target.unit)}"
    return (
        f"{place}{beside(measure)}：登记在本市、符合（{population}）的企业中，{counted}的比例；{goal}。"
        f"是否属于统计范围或是否达到不详的，单列，不进分母。{_split(measure)}"
    )


BY_ZH = {"city": "各市", "tier": "所持最高称号"}


def _split(measure: CoverageMeasure) -> str:
    """What a measure is also shown by, beyond county and industry."""
    words = [BY_ZH[word] for word in measure.by if word in BY_ZH]
    return f"另按{'、'.join(words)}分列。" if words else ""


def _standard_words(measure: StandardMeasure, facts: Mapping[str, FieldMeaning], day: date) -> str:
    """A title standard in Chinese: for whom, and every criterion with its values."""

    def words(condition: Condition) -> str:
        return condition_words(condition, facts, measure.parameters, day)

    criteria = "；".join(
        f"{number}. {one.title.zh}：{words(one.keep)}" for number, one in enumerate(measure.criteria, start=1)
    )
    renewal = ""
    if measure.renewal is not None:
        waived = "、".join(one.title.zh for one in measure.criteria if one.id in measure.renewal.waives)
        renewal = (
            f"复核对象（{words(measure.renewal.of)}）" + (f"不要求{waived}" if waived else "要求相同") + "。"
        )
    return (
        f"《{measure.document.title}》{measure.clause}：{measure.awards}的条件，对象（{words(measure.of)}），须全部符合：{criteria}。"
        f"{renewal}有数据不详的，得分取可能的最低和最高，条件单列为不详。"
    )


def _target_words(measure: TargetMeasure, facts: Mapping[str, FieldMeaning], day: date) -> str:
    """A target in Chinese: what is counted how, the goal and its day."""
    kinds = "、".join(measure.titles)
    if measure.mean is not None:
        top, bottom = (fact_name(fact, facts) for fact in (measure.mean.of, measure.mean.over))
        way = {"total": f"{top}之和 / {bottom}之和", "each": f"各户 {top} / {bottom} 的平均数"}
        less = " 减一" if measure.mean.growth else ""
        population = condition_words(measure.of, facts, measure.parameters, day)
        counted = f"登记在本地、符合（{population}）的企业的{way[measure.mean.weighting]}{less}；数据不全的单列，不进平均"
    elif measure.counting == "stock":
        population = condition_words(measure.of, facts, measure.parameters, day)
        counted = f"当日登记在本地、符合（{population}）的企业数（存量）"
    elif measure.counting == "cumulative":
        counted = f"截至当日累计认定过{kinds}的企业数（含称号已到期的，复核不重复计）"
    else:
        span = f"{measure.period[0]} 至 {measure.period[1]}" if measure.period else "当年"
        counted = f"{span}新认定{kinds}的企业数（不含复核）"
    goal = "未定目标"
    if measure.target is not None:
        goal = f"目标 ≥ {measured_text(measure.target.on(measure.goal_day(day)), measure.target.unit)}"
    by = f"，到 {measure.horizon}" if measure.horizon else ""
    cities = "另列各市的数，各市不设目标。" if split_by_city(measure) else ""
    return f"《{measure.document.title}》{measure.clause}{beside(measure)}：{counted}；{goal}{by}。{cities}"
