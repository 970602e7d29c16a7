"""Words, types and units of conditions and parameter values, checked before anything is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from srdi.contracts.models import FieldMeaning
from srdi.policy import models
from srdi.policy.expression import Compare, Condition, ExpressionError, Holds, atoms
from srdi.policy.packset import Parameter
from srdi.policy.problems import nearest

NUMERIC = ("integer", "decimal", "money", "ratio", "year")
#: Units without a dimension: a fact that declares no unit may be compared with these.
BARE = ("count", "level", "score")
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
AFTER_EXPIRY = ("review", "keep", "drop")
#: Whole digits and places a number of a unit may have (DECIMAL(12,6), DECIMAL(18,2) …).
SIZES = {"ratio": (6, 6), "money": (16, 2), "integer": (9, 0), "decimal": (12, 6)}


def check_condition(
    condition: Condition, facts: Mapping[str, FieldMeaning], parameters: Mapping[str, Parameter]
) -> list[tuple[str, str]]:
    """Problems of a condition as (message, hint); empty when every word is known and types agree."""
    found: list[tuple[str, str]] = []
    for atom in atoms(condition):
        names = [atom.fact] if isinstance(atom, Holds) or atom.over is None else [atom.fact, atom.over]
        unknown = [name for name in names if name not in facts]
        for name in unknown:
            role = (
                "是参数，不是事实；运算符左边应为事实" if name in parameters else "不是 fields.yaml 里的事实"
            )
            found.append((f"{name} {role}", nearest(name, facts)))
        if isinstance(atom, Compare) and atom.parameter not in parameters:
            role = "是事实，不是参数" if atom.parameter in facts else "不是本文件或口径约定里的参数"
            found.append((f"{atom.parameter} {role}", nearest(atom.parameter, parameters)))
        elif not unknown:
            message = _mismatch(atom, facts, parameters)
            if message:
                found.append((message, ""))
    return found


def _mismatch(
    atom: Holds | Compare, facts: Mapping[str, FieldMeaning], parameters: Mapping[str, Parameter]
) -> str | None:
    fact = facts[atom.fact]
    if isinstance(atom, Holds):
        return (
            None if fact.type == "flag" else f"{atom.fact} 不是是非型事实（类型 {fact.type}），不能单独作条件"
        )
    unit = parameters[atom.parameter].unit
    if atom.over is not None:
        over = facts[atom.over]
        if fact.type not in NUMERIC or over.type not in NUMERIC:
            return f"{atom.fact} / {atom.over}：只有数值型事实能相除"
        if fact.unit != over.unit:
            return f"{atom.fact}（{fact.unit}）与 {atom.over}（{over.unit}）单位不同，不能相除"
        return (
            None
            if unit == "ratio"
            else f"{atom.fact} / {atom.over} 是比值（ratio），不能与 {atom.parameter}（{unit}）比较"
        )
    accepted = _units(fact)
    if unit not in accepted:
        own = fact.unit or fact.type
        return f"单位不一致：{atom.fact} 是 {own}，{atom.parameter} 是 {unit}"
    if fact.type not in (*NUMERIC, "date") and atom.op not in ("==", "!="):
        return f"{atom.fact} 不是数值或日期，只能用 == 或 !="
    return None


def _units(fact: FieldMeaning) -> tuple[str, ...]:
    """Units of parameters a fact may be compared with."""
    if fact.type in ("text", "category", "code"):
        return ("text",)
    if fact.type in ("flag", "date", "ratio", "year"):
        return (fact.type,)
    if fact.type == "names":
        return ()
    return (fact.unit,) if fact.unit else BARE


def check_value(value: Any, unit: str) -> str | None:
    """Why ``value`` cannot be a value of ``unit``; None when it can. null is a value: "no limit"."""
    if value is None:
        return None
    held = models.UNITS[unit][0]
    if held in SIZES:
        if not isinstance(value, Decimal):
            return f"单位 {unit} 的值应为数字，不是 {value}"
        whole, places = SIZES[held]
        if -int(value.as_tuple().exponent) > places:
            return f"{value} 的小数位超过 {places} 位"
        return None if abs(value) < 10**whole else f"{value} 过大（整数部分至多 {whole} 位）"
    if held == "flag":
        return None if isinstance(value, bool) else f"单位 flag 的值应为 true 或 false，不是 {value}"
    if held == "date":
        return None if isinstance(value, date) else f"单位 date 的值应为日期，不是 {value}"
    if not isinstance(value, str):
        return f"单位 {unit} 的值应为文字（需要时加引号），不是 {value}"
    if held == "month_day" and not MONTH_DAY.fullmatch(value):
        return f'{value} 不是“月-日”，应写如 "05-31"'
    if held == "after_expiry" and value not in AFTER_EXPIRY:
        return f"{value} 不是到期处理方式，应为 {' / '.join(AFTER_EXPIRY)}"
    return None


def check_dates(days: Iterable[tuple[date, date | None]], begins: date) -> list[tuple[date, str]]:
    """Problems of a series of (first day, last day or None) as (day they stand under, message)."""
    found: list[tuple[date, str]] = []
    before: tuple[date, date | None] | None = None
    for first, last in days:
        if before is None:
            if first > begins:
                found.append((first, f"日期有空档：文件自 {begins} 起施行，首个值自 {first} 起"))
        elif first <= before[0]:
            found.append((first, f"日期未按先后排列：{first} 写在 {before[0]} 之后"))
        elif before[1] and first <= before[1]:
            found.append((first, f"日期重叠：上一个值到 {before[1]} 为止，{first} 已在其内"))
        elif before[1] and first > before[1] + timedelta(days=1):
            found.append((first, f"日期有空档：{before[1]} 之后、{first} 之前没有值"))
        if last and last < first:
            found.append((first, f"终止日 {last} 早于起始日 {first}"))
        before = (first, last)
    return found


def word_hint(error: ExpressionError) -> str:
    """Hint for a word the grammar did not understand."""
    return nearest(error.word, ("all", "any", "not")) if error.word else ""
