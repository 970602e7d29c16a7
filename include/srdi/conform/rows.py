"""Which rows below the header are data, and which are repeated headers, totals or notes.

When in doubt a row stays data: a wrong row then shows up in quarantine, while a row dropped here would be
gone. So a word such as 合计 or 注 only counts where the key is empty and no enterprise's name stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from srdi.conform.header import HeaderMatch
from srdi.conform.text import header_key, lookup_key
from srdi.contracts.models import Contract
from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb

_NEVER = "[^\\s\\S]"
_NOTE = "^\\(?(说明|备注|注)"
# endings of enterprise names: such a cell is a name even when it begins with a footer word
_NAME_ENDING = "(公司|厂|店|社|行|院|所|部|中心|集团|合伙\\)?|合伙企业\\)?)$"
_ANY_TEXT = "[^\\s\\x{3000}\\x{A0}\\x1f\\x{200B}\\x{FEFF}]"


def row_names(match: HeaderMatch, width: int = 0) -> list[str]:
    """A distinct name for every column of the raw row: its header, or 列N; also beyond the header up to ``width``."""
    names: list[str] = []
    seen: set[str] = set()
    for position in range(1, max(width, len(match.columns)) + 1):
        header = match.columns[position - 1].header if position <= len(match.columns) else ""
        name = header or f"列{position}"
        name = f"{name}#{position}" if name.casefold() in seen else name
        seen.add(name.casefold())
        names.append(name)
    return names


def classify(con: duckdb.DuckDBPyConnection, contract: Contract, match: HeaderMatch, header_row: int) -> None:
    """Temp view ``body`` over temp table ``sheet``: rows below the header that are not blank.

    Columns: ``_row_no, cells, _ignored_reason`` (footer, repeated_header, note, or NULL for data), ``_width``
    (number of cells), ``_shifted`` (more filled cells than the header has columns). The rows are looked at
    once: what is odd about them is kept in temp table ``odd_rows``, and most rows have nothing to keep.
    The patterns are constants of the query: DuckDB compiles a pattern from a column anew for every row.
    """
    words = sorted({lookup_key(word) for word in contract.arrival.footer_words}, key=len, reverse=True)
    one_of = "|".join(re.escape(word) for word in words) or _NEVER
    spaced = "|".join("[\\s\\x{3000}]*".join(re.escape(char) for char in word) for word in words) or _NEVER
    anywhere = literal(f"(^|\\x1f)[^\\x1f\\p{{L}}\\p{{N}}]*({spaced})")
    # the word alone or set off by a mark; or, in a row of hardly anything else, the word as a beginning
    set_off, beginning = literal(f"^\\(?({one_of})(\\)|$|[:(0-9,.;、。])"), literal(f"^\\(?({one_of})")

    width = len(match.columns)
    mapped = [column for column in match.columns if column.field]
    first = mapped[0]
    same = " AND ".join(f"header_key(cells[{c.position}]) = {literal(header_key(c.header))}" for c in mapped)
    keys = [match.by_field[name].position for name in contract.key if name in match.by_field]
    required = [c.position for c in mapped if contract.fields[c.field or ""].required]
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE odd_rows AS
        WITH filled AS (
            SELECT _row_no, cells, array_to_string(cells, chr(31)) AS joined
            FROM sheet WHERE _row_no > {int(header_row)}
        ), marked AS (
            SELECT _row_no, cells,
                   coalesce(NOT regexp_matches(joined, {literal(_ANY_TEXT)}), true) AS _blank,
                   CASE WHEN length(cells[{first.position}]) <= {len(first.header) + 8}
                         AND header_key(cells[{first.position}]) = {literal(header_key(first.header))}
                        THEN {same} ELSE false END AS repeats,
                   regexp_matches(joined, {anywhere}) AS suspicious
            FROM filled
        ), headed AS (
            SELECT *,
                   CASE WHEN suspicious
                        THEN lookup_key(list_filter(cells, lambda x: fold(x) <> '')[1]) END AS head,
                   CASE WHEN suspicious
                        THEN len(list_filter(cells, lambda x: fold(x) <> '')) END AS filled_cells
            FROM marked
            WHERE _blank OR suspicious OR repeats OR len(cells) <> {width}
        )
        SELECT _row_no, _blank,
               CASE WHEN repeats THEN 'repeated_header'
                    WHEN NOT suspicious THEN NULL
                    WHEN (regexp_matches(head, {set_off}) AND {_only_head(keys, set_off)}
                          AND (contains(head, ':') OR NOT regexp_matches(head, {literal(_NAME_ENDING)})))
                      OR (filled_cells <= 2 AND regexp_matches(head, {beginning})
                          AND {_only_head(sorted({*keys, *required}), set_off)}
                          AND NOT regexp_matches(head, {literal(_NAME_ENDING)}))
                    THEN CASE WHEN regexp_matches(head, {literal(_NOTE)}) THEN 'note' ELSE 'footer' END
               END AS _ignored_reason,
               len(cells) AS _width,
               len(cells) > {width} AND fold(array_to_string(cells[{width + 1}:], '')) <> '' AS _shifted
        FROM headed
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW body AS
        SELECT _row_no, cells, _ignored_reason, coalesce(_width, {width}) AS _width,
               coalesce(_shifted, false) AS _shifted
        FROM sheet LEFT JOIN odd_rows USING (_row_no)
        WHERE _row_no > {int(header_row)} AND NOT coalesce(_blank, false)
        """
    )


def _only_head(positions: list[int], set_off: str) -> str:
    """SQL: each of these cells is blank, is the row's first filled cell, or says a footer word itself."""
    tests = (
        f"(coalesce(fold(cells[{p}]), '') = '' OR lookup_key(cells[{p}]) = head "
        f"OR regexp_matches(lookup_key(cells[{p}]), {set_off}))"
        for p in positions
    )
    return f"({' AND '.join(tests)})" if positions else "true"
