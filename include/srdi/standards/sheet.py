"""A CSV as it comes in and goes out again: decoding, rows in chunks, lines written.

Cells are never changed, so that what a later column says can be checked against what was sent. Records are
taken apart by Python's csv reader, a chunk at a time, and joined with the results in SQL.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from srdi.conform.decode import UNREADABLE_KINDS, kind_of
from srdi.standards.header import Unusable, read_header
from srdi.standards.model import Column

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_ROWS = 100_000
DECODED_BYTES = 4 * 1024 * 1024
_KINDS = {
    **UNREADABLE_KINDS,
    "zip": "这是 Excel 工作簿（.xlsx）或压缩包，请另存为 CSV",
    "empty": "文件是空的，没有表头",
}


class Sheet:
    """A decoded CSV. ``header``; ``newline`` of its first line; ``blank``: empty lines above the header."""

    def __init__(self, data: bytes, columns: Sequence[Column], results: Sequence[str] = ()) -> None:
        """Raises :class:`Unusable` when the bytes are no text, or the header lacks or repeats a column or a result."""
        start = len(data[:4096]) - len(data[:4096].lstrip(b"\xef\xbb\xbf\r\n"))
        self.newline = "\r\n" if data[: data.find(b"\n", start) + 1].endswith(b"\r\n") else "\n"
        self.blank = 0
        # a quote left open may swallow the rest of the file into one cell: that is a bad row, not a crash
        self._cell_limit = len(data) + 1
        self._reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding_of(data), newline=""))
        while rows := self._take(1):
            if rows[0]:
                self.header = read_header(rows[0], columns, results)
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


def csv_line(cells: Sequence[str]) -> str:
    """One record without its line end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
