"""Days as suppliers write them. A closed list of shapes; anything else is unreadable, never guessed.

A month without day (2023年1月) names no day and is unreadable as a day: its raw text stays in the row. A field
that speaks about a month keeps that precision: it is stored as the month's first day.
"""

from __future__ import annotations

# 1927-05-18 … 2119-01-09 as Excel counts days (1900 system); smaller numbers are more likely no dates at all
SERIAL_FIRST, SERIAL_LAST = 10000, 80000

_TIME = r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_MARKED = rf"^([0-9]{{4}})(?:[-/.]|年) *([0-9]{{1,2}})(?:[-/.]|月) *([0-9]{{1,2}})日?{_TIME}$"
_COMPACT = r"^((?:1[89]|2[0-9])[0-9]{2})([0-9]{2})([0-9]{2})(?:\.0)?$"
_SERIAL = r"^([1-8][0-9]{4})(?:\.[0-9]+)?$"
_SECONDS = r"^([0-9]{9,10})(?:\.0)?$"
_MILLISECONDS = r"^([0-9]{12,13})(?:\.0)?$"

# 2023.1 is what Excel makes of 2023.10, so behind a point a month needs both its digits
_MONTH = r"^([0-9]{4})(?:[-/]|年) *(0?[1-9]|1[0-2])(?:月份?)?$"
_MONTH_COMPACT = r"^((?:19|20)[0-9]{2})\.?(0[1-9]|1[0-2])$"


def _built(pattern: str) -> str:
    part = [f"regexp_extract(t, '{pattern}', {i})" for i in (1, 2, 3)]
    return f"TRY_CAST({part[0]} || '-' || {part[1]} || '-' || {part[2]} AS DATE)"


def _first_of(pattern: str) -> str:
    part = [f"regexp_extract(t, '{pattern}', {i})" for i in (1, 2)]
    return f"TRY_CAST({part[0]} || '-' || {part[1]} || '-1' AS DATE)"


def _since_epoch(pattern: str, per_second: int) -> str:
    # 28800 s: the epoch numbers of these systems are moments, the day is the one in Shanghai
    seconds = f"CAST(regexp_extract(t, '{pattern}', 1) AS BIGINT) // {per_second} + 28800"
    return f"DATE '1970-01-01' + CAST(({seconds}) // 86400 AS INTEGER)"


MACROS = {
    # takes folded text; NULL means unreadable
    "day_of(t)": (
        f"CASE WHEN regexp_matches(t, '{_MARKED}') THEN {_built(_MARKED)} "
        f"WHEN regexp_matches(t, '{_COMPACT}') THEN {_built(_COMPACT)} "
        f"WHEN regexp_matches(t, '{_SERIAL}') AND CAST(regexp_extract(t, '{_SERIAL}', 1) AS INTEGER) "
        f"BETWEEN {SERIAL_FIRST} AND {SERIAL_LAST} "
        f"THEN DATE '1899-12-30' + CAST(regexp_extract(t, '{_SERIAL}', 1) AS INTEGER) "
        f"WHEN regexp_matches(t, '{_SECONDS}') THEN {_since_epoch(_SECONDS, 1)} "
        f"WHEN regexp_matches(t, '{_MILLISECONDS}') THEN {_since_epoch(_MILLISECONDS, 1000)} END"
    ),
    # the first day of the month that a text names, by itself or through one of its days
    "month_of(t)": (
        f"CASE WHEN regexp_matches(t, '{_MONTH}') THEN {_first_of(_MONTH)} "
        f"WHEN regexp_matches(t, '{_MONTH_COMPACT}') THEN {_first_of(_MONTH_COMPACT)} "
        f"ELSE CAST(date_trunc('month', day_of(t)) AS DATE) END"
    ),
    # the day that stands for "no end"
    "is_open_end(d)": "d >= DATE '9999-01-01'",
}
