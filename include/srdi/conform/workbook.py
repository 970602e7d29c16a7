"""Reads xlsx workbooks and JSON answers into the same table of text cells as delimited text.

Cells come as exact text: whole numbers without ``.0``, days as ISO dates, numbers with the digits a person
sees. A number too long for Excel's 15 digits keeps its scientific shape, so that a ruined code shows.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from srdi.conform.decode import refused
from srdi.contracts.refusals import RefusalCode

if TYPE_CHECKING:
    import duckdb

BATCH = 20_000
LARGEST_UNPACKED = 4 * 1024**3
HIGHEST_RATIO = 300
EXACT_WHOLE = 10**15


class Workbook:
    """An xlsx file opened by content. Only visible worksheets count."""

    def __init__(self, file: BinaryIO, file_name: str) -> None:
        """Raises ``Refused``: ``truncated`` for a damaged file, ``hostile`` for a zip bomb, ``unreadable``."""
        from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

        data = file.read()
        self._refuse_other_archives(data, file_name)
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except (CalamineError, ValueError, OSError) as error:
            raise refused(RefusalCode.UNREADABLE, file=file_name, detail="工作簿已损坏") from error
        self.file_name = file_name
        self.sheets = [
            sheet.name
            for sheet in self._book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]

    @staticmethod
    def _refuse_other_archives(data: bytes, file_name: str) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts = archive.infolist()
        except zipfile.BadZipFile as error:
            detail = "压缩结构不完整，文件没有传完"
            raise refused(RefusalCode.TRUNCATED, file=file_name, row="?", detail=detail) from error
        if "[Content_Types].xml" not in {part.filename for part in parts}:
            raise refused(RefusalCode.UNREADABLE, file=file_name, detail="这是压缩包，请解压后报送")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > LARGEST_UNPACKED or unpacked > max(len(data), 64 * 1024) * HIGHEST_RATIO:
            detail = f"解压后有 {unpacked // 1024 // 1024} MiB，疑似压缩炸弹"
            raise refused(RefusalCode.HOSTILE, file=file_name, detail=detail)

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """All rows of a sheet from its first one on (empty ones too), as text."""
        for row in self._book.get_sheet_by_name(sheet).iter_rows():
            yield [cell if cell.__class__ is str else cell_text(cell) for cell in row]

    def head(self, sheet: str, count: int) -> list[list[str]]:
        return list(islice(self.rows(sheet), count))


def damaged() -> tuple[type[Exception], ...]:
    """What the readers raise for a file that is broken inside (a sheet cut short, JSON nested without end)."""
    import python_calamine

    return (python_calamine.CalamineError, UnicodeDecodeError, RecursionError)


def cell_text(value: Any) -> str:
    """One cell's value as the exact text a person would type."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int) and abs(value) < EXACT_WHOLE:
        return str(value)
    if isinstance(value, (int, float)):
        number = float(value)
        if number.is_integer() and abs(number) < EXACT_WHOLE:
            return str(int(number))
        return f"{number:E}" if abs(number) >= EXACT_WHOLE else repr(number)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def load_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[list[str]], first: int = 1) -> int:
    """Write rows of text cells into temp table ``table(_row_no BIGINT, cells VARCHAR[])``; returns their number."""
    import numpy as np
    import pyarrow as pa

    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} (_row_no BIGINT, cells VARCHAR[])")
    stream, number = iter(rows), first
    while batch := list(islice(stream, BATCH)):
        numbers = pa.array(np.arange(number, number + len(batch), dtype=np.int64))
        con.register("cell_rows", pa.table({"n": numbers, "cells": pa.array(batch, pa.list_(pa.string()))}))
        con.execute(f"INSERT INTO {table} SELECT n, cells FROM cell_rows")
        con.unregister("cell_rows")
        number += len(batch)
    return number - first


def json_rows(file: BinaryIO, file_name: str) -> list[list[str]]:
    """A JSON array of objects, an object with ``rows``, or one object a line, as header row plus rows.

    Numbers keep the digits they were sent with. Raises ``Refused`` with ``truncated`` or ``unreadable``.
    """
    text = file.read().decode("utf-8-sig", errors="strict")
    try:
        value = json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as whole:
        try:
            value = [
                json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines() if line.strip()
            ]
        except json.JSONDecodeError:
            cut = whole.pos >= len(text.rstrip())
            code = RefusalCode.TRUNCATED if cut else RefusalCode.UNREADABLE
            detail = f"JSON 在第 {whole.lineno} 行中断或写法有误"
            raise refused(code, file=file_name, row=whole.lineno, detail=detail) from whole
    if isinstance(value, dict):
        value = value.get("rows", [value])
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise refused(RefusalCode.UNREADABLE, file=file_name, detail="JSON 里不是一行一个对象的数据")
    headers = list(dict.fromkeys(key for row in value for key in row))
    return [headers, *([_json_text(row.get(key)) for key in headers] for row in value)]


def _json_text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return cell_text(value)
