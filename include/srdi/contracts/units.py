"""The units a contract may declare and a header may carry, and how they turn into the stored unit.

Factors are exact decimals, kept as text so that SQL multiplies in decimals and never in floats. A rate by the
month is stored by the year: twelve times, as contracts state such rates, without interest on interest.
"""

from __future__ import annotations

# unit as written → (stored unit, factor as exact decimal text)
UNITS: dict[str, tuple[str, str]] = {
    "元": ("yuan", "1"),
    "千元": ("yuan", "1000"),
    "万元": ("yuan", "10000"),
    "百万元": ("yuan", "1000000"),
    "亿元": ("yuan", "100000000"),
    "%": ("ratio", "0.01"),
    "‰": ("ratio", "0.001"),
    "1": ("ratio", "1"),
    "%/年": ("ratio", "0.01"),
    "%/月": ("ratio", "0.12"),
    "‰/年": ("ratio", "0.001"),
    "‰/月": ("ratio", "0.012"),
    "人": ("person", "1"),
    "分": ("point", "1"),
    "年": ("year", "1"),
    "户": ("borrower", "1"),
}

# other spellings of the same units, as they stand in headers (after width folding)
SPELLINGS: dict[str, str] = {
    "人民币元": "元",
    "人民币": "元",
    "单位:元": "元",
    "RMB": "元",
    "CNY": "元",
    "万": "万元",
    "人民币万元": "万元",
    "万元人民币": "万元",
    "单位:万元": "万元",
    "亿": "亿元",
    "单位:亿元": "亿元",
    "百分比": "%",
    "百分数": "%",
    "个": "人",
    "名": "人",
    "年度": "年",
    "%每年": "%/年",
    "%每月": "%/月",
    "‰每年": "‰/年",
    "‰每月": "‰/月",
} | {unit: unit for unit in UNITS}


def convertible(unit: str, stored: str | None) -> bool:
    """Whether numbers in ``unit`` can be turned into the dictionary's ``stored`` unit."""
    return UNITS[unit][0] == stored


def periods(unit: str) -> str:
    """How often a year a rate in ``unit`` falls due: 12 by the month, else 1."""
    return "12" if unit.endswith("/月") else "1"


def factor(unit: str) -> str:
    """Exact decimal factor from ``unit`` to its stored unit. Raises KeyError for an unknown unit."""
    return UNITS[unit][1]
