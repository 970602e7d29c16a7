"""Words, types and units of conditions and parameter values, checked before anything is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from srdi.contracts.models import FieldMeaning
from srdi.policy import models
from srdi.policy.expression import (
    GROUPS,
    Atom,
    Compare,
    Condition,
    ExpressionError,
    Happened,
    Holds,
    Known,
    NearTitle,
    OnList,
    Score,
    Years,
    atoms,
    facts_of_atom,
)
from srdi.policy.packset import Parameter
from srdi.problems import nearest

NUMERIC = ("integer", "decimal", "money", "ratio", "year")
#: Units without a dimension: a fact that declares no unit may be compared with these.
BARE = ("count", "level", "score")
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
AFTER_EXPIRY = ("review", "keep", "drop")
#: Whole digits and places a number of a unit may have (DECIMAL(12,6), DECIMAL(18,2) …).
SIZES = {"ratio": (6, 6), "money": (16, 2), "integer": (9, 0), "decimal": (6, 6)}
#: Bands of one parameter at most: no score table has more, and each is a branch of the compiled statement.
MOST_BANDS = 50


def check_condition(
    condition: Condition,
    facts: Mapping[str, FieldMeaning],
    parameters: Mapping[str, Parameter],
    scores: Iterable[str] = (),
    bands: bool = False,
) -> list[tuple[str, str]]:
    """Problems of a condition as (message, hint); empty when every word is known and types agree.

    ``scores``: those it may speak of (inside a standard). ``bands``: it gives points, its parameter holds bands.
    """
    found: list[tuple[str, str]] = []
    if bands and not isinstance(condition, Compare | Years):
        return [("给分只能写一句与分档参数比较的表达式，或 growth 等跨年的条件", "")]
    for atom in atoms(condition):
        unknown = [name for name in facts_of_atom(atom) if name not in facts]
        for name in unknown:
            role = (
                "是参数，不是事实；运算符左边应为事实" if name in parameters else "不是 fields.yaml 里的事实"
            )
            found.append((f"{name} {role}", nearest(name, facts)))
        if isinstance(atom, Score) and atom.score not in scores:
            found.append((f"{atom.score} 不是本标准的得分", nearest(atom.score, scores)))
        if isinstance(atom, NearTitle) and atom.title not in models.TITLES:
            found.append((f"不认识的称号 {atom.title}", nearest(atom.title, models.TITLES)))
        wanted = getattr(atom, "parameter", None)
        if wanted is not None and wanted not in parameters:
            role = "是事实，不是参数" if wanted in facts else "不是本文件或口径约定里的参数"
            found.append((f"{wanted} {role}", nearest(wanted, parameters)))
        elif not unknown:
            message = _mismatch(atom, facts, parameters, bands)
            if message:
                found.append((message, ""))
    return found


def _mismatch(
    atom: Atom, facts: Mapping[str, FieldMeaning], parameters: Mapping[str, Parameter], bands: bool
) -> str | None:
    name = getattr(atom, "parameter", None)
    unit = parameters[name].unit if name else ""
    if name and bands != (unit == "bands"):
        return f"{name} {'不是分档参数（bands），不能给分' if bands else '是分档参数，只能用来给分'}"
    if name and bands:
        unit = parameters[name].bounds or ""
        if (
            isinstance(atom, Compare | Years)
            and atom.op in (">=", "<=")
            and _wrong_way(atom, parameters[name])
        ):
            return f"{name} 的界限方向不对：>= 应从高到低写，<= 应从低到高写"
    wanted = _wanted_unit(atom)
    if wanted is not None and unit != wanted:
        return f"单位不一致：此处要 {wanted}，参数 {name} 是 {unit}"
    if isinstance(atom, Score):
        return None if atom.op in (">=", ">") else "得分只能用 >= 或 >"
    if isinstance(atom, Known | OnList | NearTitle):
        return None
    if isinstance(atom, Happened):
        kind = facts[atom.fact].type
        return None if kind == "date" else f"{atom.fact} 不是日期型事实（类型 {kind}）"
    if isinstance(atom, Years):
        return _mismatch_of_years(atom, facts, unit)
    fact = facts[atom.fact]
    if isinstance(atom, Holds):
        return (
            None if fact.type == "flag" else f"{atom.fact} 不是是非型事实（类型 {fact.type}），不能单独作条件"
        )
    if bands and atom.op not in (">=", "<="):
        return "分档只能用 >= 或 <="
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


def _wrong_way(atom: Compare | Years, bands: Parameter) -> bool:
    """Whether bounds rise where the first band reached should count: the others could never apply."""
    for _, entry in bands.values:
        pairs = entry.value if isinstance(entry.value, list) else []
        rising = len(pairs) > 1 and pairs[0][0] < pairs[-1][0]
        if len(pairs) > 1 and rising != (atom.op == "<="):
            return True
    return False


def _wanted_unit(atom: Atom) -> str | None:
    """Unit that the parameter of a block must have whatever the fact; None where the fact decides."""
    match atom:
        case Score():
            return "score"
        case NearTitle():
            return "count"
        case Happened(_, None):
            return "day"
        case Years("yearly_mean" | "compound"):
            return "ratio"
    return None


def _mismatch_of_years(atom: Years, facts: Mapping[str, FieldMeaning], unit: str) -> str | None:
    fact = facts[atom.fact]
    if fact.type not in NUMERIC:
        return f"{atom.fact} 不是数值型事实，不能跨年计算"
    if atom.way in ("sum", "mean") and unit not in _units(fact):
        return f"单位不一致：{atom.fact} 是 {fact.unit or fact.type}，{atom.parameter} 是 {unit}"
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


def check_value(value: Any, unit: str, bounds: str | None = None) -> str | None:
    """Why ``value`` cannot be a value of ``unit``; None when it can. null is a value: "no limit".

    ``bounds``: unit of the bounds of bands.
    """
    if value is None:
        return "分数不能为空" if unit in ("score", "bands") else None
    held = models.UNITS[unit][0]
    if held == "bands":
        return _check_bands(value, bounds)
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


def _check_bands(value: Any, unit: str | None) -> str | None:
    """Pairs of a bound and its points; points fall from the first pair on, bounds run one way."""
    if not isinstance(value, list) or not value:
        return "分档应写作 [[界限, 分数], …]，从得分最高的一档写起"
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, Decimal) for one in pair):
            return f"分档的每一档应为 [界限, 分数] 两个数字，不是 {pair}"
    if len(value) > MOST_BANDS:
        return f"分档过多（上限 {MOST_BANDS} 档）"
    for bound, points_of_it in value:
        for one, its_unit in ((bound, unit), (points_of_it, "score")):
            message = check_value(one, its_unit) if its_unit in models.UNITS else None
            if message:
                return message
    bounds, points = ([pair[at] for pair in value] for at in (0, 1))
    if any(later >= earlier for earlier, later in pairwise(points)) or points[-1] < 0:
        return "分档的分数应逐档降低，且不小于 0"
    if bounds not in (sorted(set(bounds)), sorted(set(bounds), reverse=True)):
        return "分档的界限应逐档升高或逐档降低"
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
    return nearest(error.word, error.known or GROUPS) if error.word else ""
