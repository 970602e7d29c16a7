"""Figures of a cell as exact decimals, for comparing them with lower bounds.

Stricter than the reading of exports: no conversion between units and no powers of ten (a spreadsheet that
writes 1.2E+05 has already rounded), because a figure that is nearly on a bound must not be guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srdi.conform import macros

if TYPE_CHECKING:
    import duckdb

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+"
# Decimals behind the eighth are cut, not rounded: no bound is that fine, so the order to every bound stays,
# while rounding 19.999999999 up would reach the bound of 20.
_CUT = r"^([0-9]*\.?[0-9]{0,8})"

# what nearly all cells look like: no folding, no cutting
_PLAIN = r"^[0-9]{1,19}(?:\.[0-9]{1,8})?$"


def _read(units: str) -> str:
    """SQL for the cell ``t`` as DECIMAL(28,8), one of ``units`` behind the number allowed."""
    return (
        f"CASE WHEN regexp_matches(t, '{_PLAIN}') THEN CAST(t AS DECIMAL(28,8)) WHEN t <> '' THEN "
        f"figure(regexp_replace(number_text(fold(t)), '({units})$', '')) END"
    )


MACROS = {
    # nothing but blanks
    "is_blank(t)": "CASE WHEN t = '' THEN TRUE ELSE lookup_key(left(t, 100)) = '' END",
    # n: number text of conform, without its unit; NULL when it is no number or not below 10^20
    "figure(n)": (
        f"CASE WHEN regexp_matches(n, '^[+]?(?:{_NUMBER})$') THEN "
        f"TRY_CAST(regexp_extract(translate(n, '+,', ''), '{_CUT}', 1) AS DECIMAL(28,8)) END"
    ),
    # t: a cell. Whole people; a mean of 19.5 has not reached 20
    "people_of(t)": f"TRY_CAST(floor({_read('人|名|个')}) AS INTEGER)",
    # t: a cell in yuan → yuan to the fen, cut for the same reason
    "yuan_told(t)": f"TRY_CAST(floor(({_read('元')}) * 100) * CAST(0.01 AS DECIMAL(3,2)) AS DECIMAL(18,2))",
    # t: a cell in ten thousand yuan → the same
    "yuan_of_wan(t)": (
        f"TRY_CAST(floor(({_read('万|万元')}) * 1000000) * CAST(0.01 AS DECIMAL(3,2)) AS DECIMAL(18,2))"
    ),
    # t: a cell with the points of a hundred; NULL above, also when only cut decimals are
    "score_of(t)": (
        f"CASE WHEN ({_read('分')}) < 100 OR ({_read('分')}) = 100 AND NOT regexp_matches(fold(t), '[.][0-9]*[1-9]') "
        f"THEN {_read('分')} END"
    ),
    # a decimal without the zeros of its type
    "decimal_text(d)": "regexp_replace(regexp_replace(CAST(d AS VARCHAR), '(\\.[0-9]*?)0+$', '\\1'), '\\.$', '')",
    # a cell quoted in a message, never longer than a message should be
    "shown(t)": "'“' || left(trim(translate(t, chr(10) || chr(13), '  ')), 20) || '”'",
}


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give the connection conform's macros and the ones above."""
    macros.register(con)
    for signature, body in MACROS.items():
        con.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS {body}")
