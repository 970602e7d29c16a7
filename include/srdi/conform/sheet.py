"""Fills the temp table ``sheet`` from a landed file: text, workbook or JSON, chosen by content.

Also finds the header on the way (delimiter and worksheet are chosen by it) and notices files that were cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from srdi.conform.decode import UNREADABLE_KINDS, Decoded, digest_and_head, kind_of, load_lines, refused
from srdi.conform.header import HeaderMatch, Headers, required_missing
from srdi.conform.text_rows import choose_delimiter, split_rows
from srdi.conform.workbook import Workbook, json_rows, load_rows
from srdi.contracts.models import Contract
from srdi.contracts.refusals import RefusalCode

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Sheet:
    """Temp table ``sheet`` is filled; ``first`` is its number of the first of ``head``'s rows."""

    head: Sequence[Sequence[str]]
    match: HeaderMatch | None
    first: int = 1
    encoding: str | None = None
    name: str | None = None
    open_row: int | None = None
    may_be_cut: bool = False


def read_sheet(
    contract: Contract,
    headers: Headers,
    opener: Callable[[], BinaryIO],
    name: str,
    sha256: str,
    con: duckdb.DuckDBPyConnection,
) -> Sheet:
    """Fill temp table ``sheet(_row_no, cells)`` from the landed bytes, whatever their format.

    ``name``: file name for messages; ``sha256``: what was written down at landing. Raises ``Refused``.
    """
    actual, head = digest_and_head(opener)
    if actual != sha256:
        raise refused(RefusalCode.CHECKSUM, file=name, detail=f"登记 {sha256[:12]}，实为 {actual[:12]}")
    kind = kind_of(head)
    if kind in UNREADABLE_KINDS:
        raise refused(RefusalCode.UNREADABLE, file=name, detail=UNREADABLE_KINDS[kind])
    if kind == "empty":
        raise refused(RefusalCode.EMPTY, file=name, detail="文件是空的")
    if kind == "zip":
        with opener() as file:
            return _read_workbook(contract, headers, Workbook(file, name), con)
    if kind == "json":
        with opener() as file:
            rows = json_rows(file, name)
        load_rows(con, "sheet", rows, first=0)
        return Sheet(rows[:1], headers.search(rows[:1]), first=0, encoding="utf-8")
    decoded = load_lines(opener, contract.arrival.encodings, con, "lines", name)
    return _read_text(contract, headers, decoded, con)


def _read_text(
    contract: Contract, headers: Headers, decoded: Decoded, con: duckdb.DuckDBPyConnection
) -> Sheet:
    count = contract.arrival.header_rows
    lines = [
        row[0]
        for row in con.execute("SELECT text FROM lines ORDER BY line_no LIMIT ?", [count * 2]).fetchall()
    ]
    delimiter = choose_delimiter(lines, headers)
    split = split_rows(con, "lines", "sheet", delimiter)
    con.execute("DROP TABLE lines")
    head = [
        row[0] for row in con.execute("SELECT cells FROM sheet ORDER BY _row_no LIMIT ?", [count]).fetchall()
    ]
    if not _any_cell(con):
        head = []
    return Sheet(
        head,
        headers.search(head),
        encoding=decoded.encoding,
        open_row=split.open_row,
        may_be_cut=not decoded.ends_with_newline,
    )


def _any_cell(con: duckdb.DuckDBPyConnection) -> bool:
    found = con.execute("SELECT 1 FROM sheet WHERE fold(array_to_string(cells, '')) <> '' LIMIT 1").fetchone()
    return found is not None


def _read_workbook(
    contract: Contract, headers: Headers, book: Workbook, con: duckdb.DuckDBPyConnection
) -> Sheet:
    """The sheet the contract names, else the only one that carries its required columns."""
    wanted = contract.arrival.sheet
    if wanted is not None and wanted not in book.sheets:
        detail = f"没有工作表「{wanted}」，只有：{'、'.join(book.sheets)}"
        raise refused(RefusalCode.UNREADABLE, file=book.file_name, detail=detail)
    tried = []
    for name in [wanted] if wanted else book.sheets:
        head = book.head(name, contract.arrival.header_rows)
        tried.append((name, head, headers.search(head)))
    if not any(cell.strip() for _, head, _ in tried for row in head for cell in row):
        raise refused(RefusalCode.EMPTY, file=book.file_name, detail="工作簿里没有内容")
    complete = [name for name, _, match in tried if match and not required_missing(contract, match)]
    if len(complete) > 1:
        detail = f"工作表「{'」「'.join(complete)}」都像这份数据，请只留一个"
        raise refused(RefusalCode.AMBIGUOUS_HEADER, file=book.file_name, detail=detail)
    name, head, match = max(tried, key=lambda item: (item[0] in complete, item[2].matched if item[2] else 0))
    load_rows(con, "sheet", book.rows(name))
    return Sheet(head, match, name=name)


def refuse_truncated(sheet: Sheet, match: HeaderMatch, name: str, con: duckdb.DuckDBPyConnection) -> None:
    """A quote open at the end, or a last row shorter than the others without a line end: the file was cut."""
    if sheet.open_row is not None:
        detail = "引号没有闭合"
        raise refused(RefusalCode.TRUNCATED, file=name, row=sheet.open_row, detail=detail)
    if not sheet.may_be_cut:
        return
    last = con.execute(
        "SELECT _row_no, len(cells), _ignored_reason FROM body ORDER BY _row_no DESC LIMIT 1"
    ).fetchone()
    width = len(match.columns)
    if last is None or last[1] >= width or last[2] is not None:
        return
    usual = con.execute(
        "SELECT count(*) FILTER (len(cells) < ?), count(*) FROM body WHERE _row_no < ?", [width, last[0]]
    ).fetchone()
    if usual is not None and usual[0] * 2 <= usual[1]:
        detail = f"最后一行只有 {last[1]} 列，应有 {width} 列，且没有换行"
        raise refused(RefusalCode.TRUNCATED, file=name, row=last[0], detail=detail)
