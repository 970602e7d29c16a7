"""Measures on tables of events in Chinese: what is counted over which days, and how it must stand to its goal."""

from __future__ import annotations

from datetime import date

from srdi.policy.event_measure import EventMeasure, kind_of
from srdi.policy.event_tables import ALWAYS
from srdi.policy.words import SIGNS, beside, condition_words, fact_name, measured_text, value_text

DURING_ZH = {
    "year": "当年 1 月 1 日至当日",
    "quarter": "最近一个已结束的季度",
    "paper": "自文件施行（{first}）至当日",
    "newest": "至当日最新的一期",
    "ever": "截至当日",
}
SUBJECTS_ZH = {"rows": "笔数", "enterprises": "企业数", "banks": "银行数"}


def event_words(measure: EventMeasure, day: date) -> str:
    """The definition of the measure on ``day``."""
    goal = "未定目标"
    if measure.target is not None:
        value = measured_text(measure.target.on(measure.goal_day(day)), measure.target.unit)
        goal = f"目标 {SIGNS[measure.keeps]} {value}"
    by = f"，到 {measure.horizon}" if measure.horizon else ""
    return (
        f"《{measure.document.title}》{measure.clause}{beside(measure)}：{population_words(measure, day)}，"
        f"{during_words(measure)}，{figure_words(measure, day)}；{goal}{by}。"
        "数据不全的单列，对应不到企业或地区的另计，都不进结果。"
    )


def during_words(measure: EventMeasure) -> str:
    """The days that count."""
    return DURING_ZH[measure.during].format(first=measure.document.in_force[0])


def population_words(measure: EventMeasure, day: date) -> str:
    """Which rows are asked."""
    table = measure.event_table
    whose = "登记在本地的企业的" if table.about == ALWAYS else "" if table.anywhere == ALWAYS else "本地的"
    words = condition_words(measure.of, measure.columns, measure.parameters, day)
    return f"{whose}{table.zh}" + (f"中符合（{words}）的" if words else "")


def figure_words(measure: EventMeasure, day: date) -> str:
    """What is computed from these rows."""
    growth = "比上年同期的增长（两年之比减一）" if measure.growth else ""
    return _figure(measure, day) + growth


def _figure(measure: EventMeasure, day: date) -> str:
    figure, columns = measure.figure, measure.columns

    def name(fact: str | None) -> str:
        return fact_name(fact, columns) if fact is not None and fact in columns else "笔数"

    kind = kind_of(figure)
    if kind == "count":
        return SUBJECTS_ZH[figure.count or "rows"]
    if kind == "sum":
        return f"{name(figure.sum)}之和"
    if kind == "share":
        assert measure.where is not None
        where = condition_words(measure.where, columns, measure.parameters, day)
        return f"其中（{where}）的{name(figure.share)}所占比例"
    if kind == "mean":
        return f"{name(figure.mean)}按{name(figure.weight)}加权的平均"
    if kind == "ratio":
        return f"{name(figure.ratio)}之和 / {name(figure.over)}之和"
    if kind == "quantile":
        assert measure.quantile is not None
        return f"{name(figure.of)}的 {value_text(measure.quantile.on(day))} 分位数（从小到大，取最近名次）"
    shares = [(figure.lead, figure.over), (figure.against, figure.against_over)]
    return " 减去 ".join(f"{name(top)}之和 / {name(bottom)}之和" for top, bottom in shares)
