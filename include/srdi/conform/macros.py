"""Gives a DuckDB connection the words of this room: one macro per reading rule.

Other rooms call :func:`register` on their own connection before using ``normal_name`` and the like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srdi.conform import codes, dates, numbers, text

if TYPE_CHECKING:
    import duckdb

MACROS: dict[str, str] = {**text.MACROS, **codes.MACROS, **dates.MACROS, **numbers.MACROS}


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Create (or replace) all macros on ``con``; they live as long as the connection.

    ``fold clean plain_text lookup_key header_key normal_name split_names`` text → text (or list);
    ``uscc_compact uscc_reason`` codes; ``day_of month_of is_open_end`` days;
    ``number_text yuan_of whole_of points_of share_of year_of`` numbers.
    """
    for signature, body in MACROS.items():
        con.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS {body}")
