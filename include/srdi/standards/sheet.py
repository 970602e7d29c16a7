"""A CSV as it comes in and goes out again: decoding, header, rows in chunks, lines with results appended.

Cells are never changed, so that what a later column says can be checked against what was sent. Records are
taken apart by Python's csv reader, a chunk at a time, and joined with the results in SQL.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from srdi.conform.decode import UNREADABLE_KINDS, kind_of
from srdi.conform.text import fold
from srdi.standards.model import Column

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_ROWS = 100_000
DECODED_BYTES = 4 * 1024 * 1024
_OTHER_DELIMITERS = {"\t": "制表符", ";": "分号", "；": "全角分号", "，": "全角逗号", "|": "竖线"}
_KINDS = {
    **UNREADABLE_KINDS,
    "zip": "这是 Excel 工作簿（.xlsx）或压缩包，请另存为 CSV",
    "empty": "文件是空的，没有表头",
}


class Unusable(Exception):
    """The file as a whole cannot be judged; ``str()`` is the Chinese message."""


@dataclass(frozen=True)
class Header:
    """``cells`` as written; ``positions``: input column → 0-based place, required ones always there.

    ``near``: optional column the file lacks → a header that looks like it.
    """

    cells: list[str]
    positions: dict[str, int]
    near: dict[str, str]


class Sheet:
    """A decoded CSV. ``header``; ``newline`` of its first line; ``blank``: empty lines above the header."""

    def __init__(self, data: bytes, columns: Sequence[Column]) -> None:
        """Raises :class:`Unusable` when the bytes are no text, or the header lacks or repeats a column."""
        start = len(data[:4096]) - len(data[:4096].lstrip(b"\xef\xbb\xbf\r\n"))
        self.newline = "\r\n" if data[: data.find(b"\n", start) + 1].endswith(b"\r\n") else "\n"
        self.blank = 0
        # a quote left open may swallow the rest of the file into one cell: that is a bad row, not a crash
        self._cell_limit = len(data) + 1
        self._reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding_of(data), newline=""))
        while rows := self._take(1):
            if rows[0]:
                self.header = read_header(rows[0], columns)
                return
            self.blank += 1
        raise Unusable("文件里没有表头")

    def _take(self, count: int) -> list[list[str]]:
        limit = csv.field_size_limit(self._cell_limit)
        try:
            return list(islice(self._reader, count))
        finally:
            csv.field_size_limit(limit)

    def chunks(self) -> Iterator[pa.Table]:
        """The rows behind the header as tables ``(row_no BIGINT, cells list<string>)``; a blank line has no cells."""
        import numpy as np
        import pyarrow as pa

        first = 1
        while rows := self._take(CHUNK_ROWS):
            numbers = np.arange(first, first + len(rows), dtype=np.int64)
            ends = np.cumsum([0, *map(len, rows)], dtype=np.int32)
            cells = pa.ListArray.from_arrays(ends, pa.array(list(chain.from_iterable(rows)), pa.string()))
            yield pa.table({"row_no": numbers, "cells": cells})
            first += len(rows)


def encoding_of(data: bytes) -> str:
    """The first of UTF-8 (with or without mark) and GB18030 that fits every byte. Raises :class:`Unusable`."""
    kind = kind_of(data[:4096])
    if kind in _KINDS:
        raise Unusable(_KINDS[kind])
    if b"\x00" in data:
        raise Unusable("内容不是文字（含空字符），请另存为 UTF-8 的 CSV")
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            for start in range(0, len(data), DECODED_BYTES):
                decoder.decode(data[start : start + DECODED_BYTES])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unusable("内容既不是 UTF-8 也不是 GB18030 文本，请另存为 UTF-8 的 CSV")


def read_header(cells: list[str], columns: Sequence[Column]) -> Header:
    """Find the columns in a header row by name, else by alias; letter case and blanks at the edges apart."""
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        places.setdefault(_key(cell), []).append(position)
    found = {column.name: _places(column, places) for column in columns}
    used = {position for positions in found.values() for position in positions}
    strangers = {key: cells[at[0]] for key, at in places.items() if key and used.isdisjoint(at)}
    absent = [column for column in columns if not found[column.name]]
    missing = []
    for column in absent:
        if column.required:
            close = difflib.get_close_matches(_key(column.name), strangers, n=1, cutoff=0.6)
            guess = f"；最接近的是“{strangers[close[0]].strip()}”" if close else ""
            missing.append(f"{column.name}（{column.zh}{guess}）")
    if missing:
        raise Unusable(
            f"缺少必需的列：{'、'.join(missing)}\n"
            f"  文件里有：{_listed(cells)}\n"
            f"  应有：{_listed([c.name if c.required else f'{c.name}（可缺）' for c in columns], most=12)}"
            f"{_delimiter_hint(cells)}"
        )
    for column in columns:
        if len(found[column.name]) > 1:
            raise Unusable(
                f"表头里有不止一列叫 {column.name}，不知道该用哪一列\n  文件里有：{_listed(cells)}"
            )
    return Header(cells, {name: at[0] for name, at in found.items() if at}, _near(strangers, absent))


def _places(column: Column, places: Mapping[str, list[int]]) -> list[int]:
    """Where a column stands; what its aliases head is somebody's own column once its name is there."""
    named = places.get(_key(column.name), [])
    return named or [at for alias in column.aliases for at in places.get(_key(alias), [])]


def _near(strangers: Mapping[str, str], absent: Sequence[Column]) -> dict[str, str]:
    """Absent column → a header that is likely meant for it; every header is guessed once."""
    names = {_key(name): column.name for column in absent for name in (column.name, *column.aliases)}
    near: dict[str, str] = {}
    for key, cell in strangers.items():
        if close := difflib.get_close_matches(key, names, n=1, cutoff=0.6):
            near.setdefault(names[close[0]], cell.strip())
    return near


def _key(cell: str) -> str:
    return fold(cell).casefold()


def _listed(cells: Sequence[str], most: int = 40) -> str:
    shown = "、".join(fold(cell)[:30] or "（空）" for cell in cells[:most])
    return shown + (f" 等 {len(cells)} 列" if len(cells) > most else "")


def _delimiter_hint(cells: Sequence[str]) -> str:
    if len(cells) > 1:
        return ""
    used = [name for mark, name in _OTHER_DELIMITERS.items() if cells and mark in cells[0]]
    return f"\n  看上去以{used[0]}分隔，应以半角逗号分隔" if used else ""


def csv_line(cells: Sequence[str]) -> str:
    """One record without its line end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
