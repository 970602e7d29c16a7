"""A CSV through a standard: read, judge set by set, write back with the results behind each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from srdi.engine.duck import connect
from srdi.standards.model import NOTE
from srdi.standards.sheet import Sheet, csv_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from srdi.standards.header import Header
    from srdi.standards.model import Standard


@dataclass(frozen=True)
class Tally:
    """``rows`` judged (blank lines are none); ``open_rows`` without result; ``header``: as it was read."""

    rows: int
    open_rows: int
    header: Header


def judge_csv(standard: Standard, data: bytes, out: BinaryIO, day: date) -> Tally:
    """Write ``data`` back to ``out`` as UTF-8 with the standard's results, in the same order of rows.

    A result stands where the file has a column of its name, else behind the last column. A column that is an input
    too (the score of digital-level) keeps what was sent where nothing can be said.

    A row with fewer cells than the header is filled up with empty ones; one with more keeps the surplus behind
    the results and is not judged, unless the surplus is empty. Blank lines stay blank. Raises
    :class:`~srdi.standards.sheet.Unusable` before anything is written.
    """
    sheet = Sheet(data, standard.columns, standard.results)
    early = standard.too_early(day)
    rows = open_rows = 0
    con = connect()
    try:
        standard.prepare(con, day)
        head = csv_line(_head(sheet.header, standard.results))
        out.write((sheet.newline * sheet.blank + head + sheet.newline).encode())
        for chunk in sheet.chunks():
            con.register("chunk", chunk)
            _give(con, standard, sheet)
            if early:
                _unjudged(con, standard, early)
            else:
                standard.judge(con)
            lines, judged, empty = _lines(con, standard, sheet.header)
            con.unregister("chunk")
            out.write((sheet.newline.join(lines) + sheet.newline).encode())
            rows += judged
            open_rows += empty
    finally:
        con.close()
    return Tally(rows, open_rows, sheet.header)


def _head(header: Header, results: Sequence[str]) -> list[str]:
    cells = list(header.cells)
    for result, place in header.results.items():
        cells[place] = result
    return cells + [result for result in results if result not in header.results]


def _unjudged(con: duckdb.DuckDBPyConnection, standard: Standard, reason: str) -> None:
    """``judged`` without a result in any row."""
    empty = ", ".join(f"'' AS {name}" for name in standard.results if name != NOTE)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS SELECT row_no, {empty}, $reason AS {NOTE} FROM given",
        {"reason": reason},
    )


def _give(con: duckdb.DuckDBPyConnection, standard: Standard, sheet: Sheet) -> None:
    """The temp table ``given`` of the chunk."""
    cells = []
    for name in (form for column in standard.columns for form in column.forms):
        place = sheet.header.positions.get(name)
        value = "''" if place is None else f"COALESCE(cells[{place + 1}], '')"
        cells.append(f'{value} AS "{name}"')
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE given AS SELECT row_no, {', '.join(cells)} FROM chunk WHERE LEN(cells) > 0"
    )


_SPECIAL = """'[",\\r\\n]'"""
# few rows have a cell that needs quotes; one look at all its cells together tells
_TEXT = f"""CASE
    WHEN NOT REGEXP_MATCHES(ARRAY_TO_STRING(full_cells, ''), {_SPECIAL}) THEN ARRAY_TO_STRING(full_cells, ',')
    ELSE ARRAY_TO_STRING(
        LIST_TRANSFORM(
            full_cells,
            LAMBDA c: CASE WHEN REGEXP_MATCHES(c, {_SPECIAL}) THEN '"' || REPLACE(c, '"', '""') || '"' ELSE c END
        ),
        ','
    )
END"""


def _full_cells(standard: Standard, header: Header) -> str:
    """SQL for all cells of a line, over ``s`` (shaped) and ``j`` (judged)."""
    width = len(header.cells)
    values = {name: f"CASE WHEN s.misfit THEN '' ELSE j.{name} END" for name in standard.results}
    values[NOTE] = f"""CASE
        WHEN s.misfit THEN '本行有 ' || LEN(s.cells) || ' 格，表头只有 {width} 格，未判定（是否有未加引号的逗号）'
        WHEN LEN(s.cells) < {width} THEN CONCAT_WS('；', NULLIF(j.{NOTE}, ''), '本行只有 ' || LEN(s.cells) || ' 格，缺的按空')
        ELSE j.{NOTE}
    END"""
    pieces, first = [], 1
    for name, place in sorted(header.results.items(), key=lambda item: item[1]):
        told = values.pop(name)
        if place in header.positions.values():
            told = f"COALESCE(NULLIF({told}, ''), s.padded[{place + 1}])"
        pieces += [f"s.padded[{first}:{place}]", f"[{told}]"]
        first = place + 2
    # every piece is a copy of the lists of all rows
    if first <= width:
        pieces.append(f"s.padded[{first}:]" if first > 1 else "s.padded")
    if values:
        pieces.append(f"[{', '.join(values.values())}]")
    pieces.append(f"s.cells[{width + 1}:]")
    return " || ".join(pieces)


def _lines(con: duckdb.DuckDBPyConnection, standard: Standard, header: Header) -> tuple[list[str], int, int]:
    """The chunk's lines, the number of rows among them, and of those without result."""
    width = len(header.cells)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE line AS
        WITH shaped AS (
            SELECT
                row_no,
                cells,
                LIST_RESIZE(cells[1:{width}], {width}, '') AS padded,
                ARRAY_TO_STRING(cells[{width + 1}:], '') <> '' AS misfit
            FROM chunk
        ), told AS (
            SELECT
                s.row_no,
                LEN(s.cells) > 0 AS filled,
                s.misfit OR j.{standard.verdict} = '' AS open,
                {_full_cells(standard, header)} AS full_cells
            FROM shaped AS s
            LEFT JOIN judged AS j
                ON j.row_no = s.row_no
        )
        SELECT
            row_no,
            filled,
            filled AND open AS open,
            CASE WHEN filled THEN {_TEXT} ELSE '' END AS text
        FROM told
        """
    )
    ((texts, rows, open_rows),) = con.execute(
        """
        SELECT
            LIST(text ORDER BY row_no),
            COUNT(*) FILTER (filled),
            COUNT(*) FILTER (open)
        FROM line
        """
    ).fetchall()
    return texts, rows, open_rows
