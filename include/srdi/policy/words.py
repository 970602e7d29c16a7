"""Conditions, values and what is required, in Chinese: read from the syntax tree, never written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from srdi.contracts.models import FieldMeaning
from srdi.policy.expression import (
    All,
    AnyOf,
    Atom,
    Compare,
    Condition,
    Happened,
    Holds,
    Known,
    NearTitle,
    Not,
    OnList,
    Score,
    Years,
)
from srdi.policy.models import UNITS
from srdi.policy.packset import Measure, Parameter, Value

SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "=", "!=": "≠"}
EFFECTS_ZH = {"exclude": "不列入", "review": "待人工核实", "warn": "仅提示", "off": "停用"}


def fact_name(fact: str, facts: Mapping[str, FieldMeaning]) -> str:
    """A fact in Chinese; flags lose their 是否."""
    return facts[fact].zh.removeprefix("是否")


YEARS_ZH = {
    "sum": "近两年{}合计",
    "mean": "近两年{}平均",
    "yearly_mean": "近两年{}年增长率平均",
    "compound": "近两年{}增长",
}


def atom_name(atom: Atom, facts: Mapping[str, FieldMeaning]) -> str:
    """What an atom speaks about."""
    match atom:
        case Years(way, fact):
            return YEARS_ZH[way].format(fact_name(fact, facts))
        case Score():
            return atom.zh or "评价得分"
        case OnList(measure):
            return f"名单 {measure}"
        case NearTitle(title):
            return f"距{title}标准"
    assert isinstance(atom, Holds | Known | Happened | Compare)
    name = fact_name(atom.fact, facts)
    return f"{name} / {fact_name(atom.over, facts)}" if isinstance(atom, Compare) and atom.over else name


def value_text(value: Value) -> str:
    """A value as plain text: no exponent, no trailing zeros."""
    if value is None:
        return "（无值）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(f"{value_text(bound)}：{value_text(points)} 分" for bound, points in value)
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def measured_text(value: Value, unit: str) -> str:
    """A value as a paper writes it: 3.5% (unit ``ratio``), 5000 万元 and 1 亿元 (``yuan``), 3 年.

    An empty value is a statement of the paper's: no limit.
    """
    if value is None:
        return "不限"
    if isinstance(value, Decimal) and unit == "ratio":
        return f"{value_text(value * 100)}%"
    if isinstance(value, Decimal) and unit == "yuan" and value:
        for size, name in ((100_000_000, "亿元"), (10_000, "万元")):
            if value % size == 0:
                return f"{value_text(value / size)} {name}"
    return value_text(value) + UNITS[unit][1]


def required_text(
    condition: Condition, facts: Mapping[str, FieldMeaning], parameters: Mapping[str, Parameter], day: date
) -> str:
    """What is required on ``day``: ``≥ 0.06``, 是, 否; groups in words."""
    match condition:
        case Holds():
            return "是"
        case Not(Holds()):
            return "否"
        case Compare(_, _, op, name) | Years(_, _, op, name):
            return f"{SIGNS[op]} {_required_value(condition, parameters[name], day)}"
        case Score(_, op, name):
            return f"{SIGNS[op]} {value_text(parameters[name].on(day))} 分"
    return condition_words(condition, facts, parameters, day)


def _required_value(atom: Compare | Years, parameter: Parameter, day: date) -> str:
    value = parameter.on(day)
    if isinstance(atom, Years) and atom.way == "compound" and isinstance(value, Decimal):
        return f"{value_text((1 + value) ** 2 - 1)}（年均 {value_text(value)}）"
    return value_text(value)


def condition_words(
    condition: Condition, facts: Mapping[str, FieldMeaning], parameters: Mapping[str, Parameter], day: date
) -> str:
    """A condition in Chinese with the values of ``day`` and their clauses."""

    def inner(part: Condition) -> str:
        words = condition_words(part, facts, parameters, day)
        return f"（{words}）" if isinstance(part, All | AnyOf) else words

    match condition:
        case Holds(fact):
            return fact_name(fact, facts)
        case Not(part):
            return f"不是（{condition_words(part, facts, parameters, day)}）"
        case All(parts):
            return "，且 ".join(inner(part) for part in parts)
        case AnyOf(parts):
            return "，或 ".join(inner(part) for part in parts)
        case Compare(_, _, op, name) | Years(_, _, op, name) | Score(_, op, name):
            what = atom_name(condition, facts)
            if isinstance(condition, Years) and condition.way == "compound":
                what = f"近两年{fact_name(condition.fact, facts)}年均复合增长率"
            return f"{what} {SIGNS[op]} {_value_words(parameters[name], day)}"
        case Known(fact):
            return f"有{fact_name(fact, facts)}的记录"
        case Happened(fact, during, name):
            what = fact_name(fact, facts)
            if name is not None:
                return f"{what}在最近 {_value_words(parameters[name], day)} 内"
            return f"{what}在{'当年' if during == 'year' else '文件施行以来'}"
        case OnList(measure):
            return f"列入 {measure}"
        case NearTitle(title, name):
            return f"距{title}标准还差不超过 {_value_words(parameters[name], day)}"


def _value_words(parameter: Parameter, day: date) -> str:
    entry = parameter.entry_on(day)
    if entry is None:
        return "（当日无值）"
    if parameter.unit == "bands":
        return f"按 {parameter.name} 分档（{entry.clause}）"
    return f"{measured_text(parameter.on(day), parameter.unit)}（{entry.clause}）"


def beside(measure: Measure) -> str:
    """Whose other reading a measure is, in brackets; empty for a promise of its own."""
    promise = getattr(measure, "reading_of", None)
    return f"（{promise} 的另一种读法）" if promise else ""
