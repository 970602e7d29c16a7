"""Amounts, counts and shares as suppliers write them, turned into exact decimals in the stored unit.

A unit in the cell ("800万人民币") wins over the unit of the column. Foreign currencies, words ("约三千万"),
odd grouping ("1,00") and anything that would need a guess are unreadable. No floats anywhere.
"""

from __future__ import annotations

_NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|[+-]?\.[0-9]+"
# nearly all cells look like this and need no taking apart
_PLAIN = r"^[+-]?[0-9]+(?:\.[0-9]+)?$"
# and of those most have no more than fen, which needs no rounding: ten times faster, and as exact
_FEN = r"^[+-]?[0-9]{1,12}(?:\.[0-9]{1,2})?$"
_POWER = r"[+-]?[0-9](?:\.[0-9]+)?[Ee][+-]?[0-9]{1,2}"
_MONEY_UNIT = r"\(?(百万|千万|万|亿|千|)(?:元|圆)?(?:人民币|整)*(?:元)?\)?"
_AMOUNT = rf"^(?:人民币|RMB|CNY|¥)?:?(\()?({_POWER}|{_NUMBER})(\))?{_MONEY_UNIT}$"
_COUNT = rf"^第?({_POWER}|{_NUMBER})(?:人|名|个|户|家|分|项|次|年)?$"
_SHARE = rf"^({_POWER}|{_NUMBER})(?:([%‰])(/年|/月)?)?$"
_YEAR = r"^((?:19|20)[0-9]{2})(?:\.0)?(?:年度|年)?$"


def _exact(text: str) -> str:
    # 16 digits before the point is what DECIMAL(18,2) can hold; 12 behind it keep 亿 exact to the fen
    return f"TRY_CAST(replace({text}, ',', '') AS DECIMAL(28,12))"


def _group(pattern: str, group: int) -> str:
    return f"regexp_extract(n, '{pattern}', {group})"


MACROS = {
    # number text: folded, without any blanks
    "number_text(t)": "upper(replace(t, ' ', ''))",
    # n: number text; column_factor: yuan per unit of the column, a whole number; NULL means unreadable
    "yuan_of(n, column_factor)": (
        f"CASE WHEN regexp_matches(n, '{_FEN}') "
        f"THEN TRY_CAST(CAST(n AS DECIMAL(21,2)) * CAST(column_factor AS DECIMAL(9,0)) AS DECIMAL(18,2)) "
        f"WHEN regexp_matches(n, '{_PLAIN}') "
        f"THEN TRY_CAST(TRY_CAST(n AS DECIMAL(28,12)) * CAST(column_factor AS DECIMAL(9,0)) AS DECIMAL(18,2)) "
        f"WHEN regexp_matches(n, '{_AMOUNT}') "
        f"AND ({_group(_AMOUNT, 1)} = '(') = ({_group(_AMOUNT, 3)} = ')') THEN "
        f"TRY_CAST({_exact(_group(_AMOUNT, 2))} * CAST(CASE {_group(_AMOUNT, 4)} "
        f"WHEN '万' THEN 10000 WHEN '亿' THEN 100000000 WHEN '千' THEN 1000 WHEN '百万' THEN 1000000 "
        f"WHEN '千万' THEN 10000000 "
        f"ELSE CASE WHEN contains(n, '元') OR contains(n, '圆') THEN 1 ELSE column_factor END END "
        f"AS DECIMAL(9,0)) * CAST(CASE WHEN {_group(_AMOUNT, 1)} = '(' THEN -1 ELSE 1 END AS DECIMAL(1,0)) "
        f"AS DECIMAL(18,2)) END"
    ),
    "whole_of(n)": (
        f"CASE WHEN regexp_matches(n, '{_COUNT}') "
        f"AND {_exact(_group(_COUNT, 1))} = TRY_CAST({_exact(_group(_COUNT, 1))} AS INTEGER) "
        f"THEN TRY_CAST({_exact(_group(_COUNT, 1))} AS INTEGER) END"
    ),
    "points_of(n)": (
        f"CASE WHEN regexp_matches(n, '{_COUNT}') THEN TRY_CAST({_exact(_group(_COUNT, 1))} AS DECIMAL(10,4)) END"
    ),
    # column_factor: exact decimal, 0.01 for a column in percent, 0.12 for one in percent a month;
    # column_periods: 12 for a column by the month, whose cells may still say 1% or 12%/年, else 1
    "share_of(n, column_factor, column_periods)": (
        f"CASE WHEN regexp_matches(n, '{_SHARE}') THEN "
        f"TRY_CAST(TRY_CAST({_group(_SHARE, 1)} AS DECIMAL(18,9)) * CAST(CASE {_group(_SHARE, 2)} "
        f"WHEN '%' THEN 0.01 WHEN '‰' THEN 0.001 ELSE column_factor END AS DECIMAL(4,3)) "
        f"* CAST(CASE WHEN {_group(_SHARE, 2)} = '' THEN 1 ELSE CASE {_group(_SHARE, 3)} "
        f"WHEN '/月' THEN 12 WHEN '/年' THEN 1 ELSE column_periods END END AS DECIMAL(2,0)) "
        f"AS DECIMAL(12,6)) END"
    ),
    "year_of(n)": f"CASE WHEN regexp_matches(n, '{_YEAR}') THEN CAST({_group(_YEAR, 1)} AS INTEGER) END",
}
