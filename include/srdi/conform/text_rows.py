"""From lines to rows: delimited text split into cells by set-based SQL.

Written out rather than left to a CSV reader, because no row may be lost or moved: ragged rows, blank lines,
stray quotes and line breaks inside quotes all keep their number. ``_row_no`` is the ordinal of the record
(blank ones counted), which is the row number a spreadsheet shows.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srdi.conform.header import Headers

if TYPE_CHECKING:
    import duckdb

DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Split:
    """``open_row``: record in which a quote is still open at the end of the file, or None."""

    open_row: int | None


def preview(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The first rows as cells, for choosing delimiter and header only."""
    try:
        return list(csv.reader([line + "\n" for line in lines], delimiter=delimiter))
    except csv.Error:
        return [line.split(delimiter) for line in lines]


def choose_delimiter(lines: Sequence[str], headers: Headers) -> str:
    """The delimiter under which most headers are recognised; comma when none is."""
    scored = []
    for delimiter in DELIMITERS:
        match = headers.search(preview(lines, delimiter))
        scored.append(
            (match.matched if match else 0, sum(line.count(delimiter) for line in lines), delimiter)
        )
    best = max(scored, key=lambda item: item[:2])
    return best[2] if best[1] else ","


def split_rows(con: duckdb.DuckDBPyConnection, lines: str, rows: str, delimiter: str) -> Split:
    """Turn temp table ``lines(line_no, text)`` into temp table ``rows(_row_no BIGINT, cells VARCHAR[])``.

    Three ways with one meaning, the cheapest a line allows: no quotes; quotes only around whole cells without
    delimiter in them, where dropping the quotes is all; anything else cell by cell.
    """
    d = {"\t": "\\t", "|": "\\|"}.get(delimiter, delimiter)
    quoted_delimiter = "chr(9)" if delimiter == "\t" else f"'{delimiter}'"
    cell = f'"(?:[^"]|"")*"(?:[^"{d}][^{d}]*)?|[^"{d}][^{d}]*|'
    ends_open = f'^(?:(?:{cell}){d})*"(?:[^"]|"")*$'
    bare = f'(?:"[^"{d}]*"|[^"{d}]*)'
    simple = f"regexp_matches(text, '^{bare}(?:{d}{bare})*$')"
    has_quotes = "contains(text, '\"')"
    # a simple line closes every quote it opens; only the others can leave one open
    found = con.execute(
        f"""
        SELECT count(*), count(*) FILTER (CASE WHEN {simple} THEN false
                                               ELSE regexp_matches(text, '{ends_open}') END)
        FROM {lines} WHERE {has_quotes}
        """
    ).fetchone()
    quotes, spans = found or (0, 0)
    open_row = None
    if spans:
        _mark_quotes(con, lines, ends_open)
        open_row = _join_lines(con, lines)
        source = "joined_lines ORDER BY line_no"
    else:
        source = lines
    plain = f"string_split(text, {quoted_delimiter})"
    unquoted = f"""CASE WHEN NOT {has_quotes} THEN {plain}
        WHEN {simple} THEN string_split(replace(text, '"', ''), {quoted_delimiter})
        ELSE list_transform(
            regexp_extract_all(text || {quoted_delimiter}, '({cell}){d}', 1),
            lambda c: CASE WHEN starts_with(c, '"')
                THEN replace(regexp_extract(c, '^"((?:[^"]|"")*)"', 1), '""', '"')
                     || regexp_replace(c, '^"(?:[^"]|"")*"', '')
                ELSE c END)
        END"""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {rows} AS
        SELECT line_no AS _row_no, {unquoted if quotes else plain} AS cells
        FROM {source}
        """
    )
    for table in ("quote_lines", "joined_lines"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    return Split(open_row)


def _mark_quotes(con: duckdb.DuckDBPyConnection, lines: str, ends_open: str) -> None:
    """What a line does to the state "inside quotes", for both states it can meet, as temp table ``quote_lines``."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE quote_lines AS
        SELECT line_no,
               regexp_matches(text, '{ends_open}') AS from_outside,
               regexp_matches('"' || text, '{ends_open}') AS from_inside
        FROM {lines} WHERE contains(text, '"')
        """
    )


def _join_lines(con: duckdb.DuckDBPyConnection, lines: str) -> int | None:
    """Put lines that belong to one record together into ``joined_lines``; returns the record left open, if any.

    Each line maps the state before it to the state after it: constant, unchanged or flipped. The state after a
    line is that of the last constant one, flipped as often as lines since then flip it: two window sums.
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE joined_lines AS
        WITH effect AS (
            SELECT line_no, text,
                   coalesce(from_outside, false) AS from_outside,
                   coalesce(from_inside, true) AS from_inside
            FROM {lines} LEFT JOIN quote_lines USING (line_no)
        ), stretch AS (
            SELECT *, sum((from_outside = from_inside)::INTEGER) OVER (ORDER BY line_no) AS stretch_no
            FROM effect
        ), state AS (
            SELECT line_no, text,
                   (bool_or(from_outside AND from_inside) OVER (PARTITION BY stretch_no))::INTEGER
                   + sum((from_outside AND NOT from_inside)::INTEGER)
                     OVER (PARTITION BY stretch_no ORDER BY line_no) AS flips
            FROM stretch
        ), start AS (
            SELECT line_no, text, flips % 2 = 1 AS open_after,
                   coalesce(lag(flips % 2 = 1) OVER (ORDER BY line_no), false) AS continues
            FROM state
        ), record AS (
            SELECT *, sum((NOT continues)::INTEGER) OVER (ORDER BY line_no) AS record_no FROM start
        )
        SELECT record_no::BIGINT AS line_no, string_agg(text, chr(10) ORDER BY line_no) AS text,
               arg_max(open_after, line_no) AS open_after
        FROM record GROUP BY record_no
        """
    )
    found = con.execute(
        "SELECT line_no FROM joined_lines WHERE open_after ORDER BY line_no DESC LIMIT 1"
    ).fetchone()
    return int(found[0]) if found else None
