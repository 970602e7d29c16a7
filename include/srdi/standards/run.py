"""A CSV through a standard: read, judge set by set, write back with the results behind each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from srdi.engine.duck import connect
from srdi.standards.sheet import Sheet, csv_line

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from srdi.standards.model import Standard


@dataclass(frozen=True)
class Tally:
    """``rows`` judged (blank lines are none); ``open_rows`` without result; ``near``: see :class:`Header`."""

    rows: int
    open_rows: int
    near: dict[str, str]


def judge_csv(standard: Standard, data: bytes, out: BinaryIO, day: date) -> Tally:
    """Write ``data`` back to ``out`` as UTF-8 with the standard's columns appended, in the same order of rows.

    A row with fewer cells than the header is filled up with empty ones; one with more keeps the surplus behind
    the results and is not judged, unless the surplus is empty. Blank lines stay blank. Raises
    :class:`~srdi.standards.sheet.Unusable` before anything is written.
    """
    sheet = Sheet(data, standard.columns)
    rows = open_rows = 0
    con = connect()
    try:
        standard.prepare(con, day)
        head = csv_line([*sheet.header.cells, *standard.results])
        out.write((sheet.newline * sheet.blank + head + sheet.newline).encode())
        for chunk in sheet.chunks():
            con.register("chunk", chunk)
            _give(con, standard, sheet)
            standard.judge(con)
            lines, judged, empty = _lines(con, standard, len(sheet.header.cells))
            con.unregister("chunk")
            out.write((sheet.newline.join(lines) + sheet.newline).encode())
            rows += judged
            open_rows += empty
    finally:
        con.close()
    return Tally(rows, open_rows, sheet.header.near)


def _give(con: duckdb.DuckDBPyConnection, standard: Standard, sheet: Sheet) -> None:
    """The temp table ``given`` of the chunk."""
    cells = []
    for column in standard.columns:
        place = sheet.header.positions.get(column.name)
        value = "''" if place is None else f"COALESCE(cells[{place + 1}], '')"
        cells.append(f'{value} AS "{column.name}"')
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


def _lines(con: duckdb.DuckDBPyConnection, standard: Standard, width: int) -> tuple[list[str], int, int]:
    """The chunk's lines, the number of rows among them, and of those without result."""
    *values, note = (f"j.{name}" for name in standard.results)
    results = ", ".join(f"CASE WHEN misfit THEN '' ELSE {value} END" for value in values)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE line AS
        WITH shaped AS (
            SELECT
                row_no,
                cells,
                ARRAY_TO_STRING(cells[{width + 1}:], '') <> '' AS misfit
            FROM chunk
        ), told AS (
            SELECT
                s.row_no,
                s.cells,
                LEN(s.cells) > 0 AS filled,
                s.misfit OR j.{standard.verdict} = '' AS open,
                LIST_RESIZE(s.cells[1:{width}], {width}, '') || [{results}, CASE
                    WHEN misfit THEN '本行有 ' || LEN(s.cells) || ' 格，表头只有 {width} 格，未判定（是否有未加引号的逗号）'
                    WHEN LEN(s.cells) < {width}
                        THEN CONCAT_WS('；', NULLIF({note}, ''), '本行只有 ' || LEN(s.cells) || ' 格，缺的按空')
                    ELSE {note}
                END] || s.cells[{width + 1}:] AS full_cells
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
