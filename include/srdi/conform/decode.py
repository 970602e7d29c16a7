"""First step: what kind of file the bytes are (by content, never by name), and its text, strictly decoded.

Text arrives in DuckDB as one row a physical line; encodings are tried in the contract's order and the first
that decodes every byte wins. Nothing is replaced or skipped: a file no encoding fits is refused.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from srdi.contracts.refusals import Refusal, RefusalCode, refuse

if TYPE_CHECKING:
    import duckdb

CHUNK = 4 * 1024 * 1024
LONGEST_LINE = 4 * 1024 * 1024


class Refused(Exception):
    """The batch is refused; carries the finished :class:`Refusal`. Caught by ``batch.conform`` only."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refused(code: RefusalCode, **places: object) -> Refused:
    return Refused(refuse(code, **places))


@dataclass(frozen=True)
class Decoded:
    """``encoding`` that fitted; ``ends_with_newline`` False is a hint that the file may be cut off."""

    encoding: str
    lines: int
    ends_with_newline: bool


def digest_and_head(opener: Callable[[], BinaryIO]) -> tuple[str, bytes]:
    """sha256 of the whole file and its first 4 KiB, in one streamed pass."""
    digest, head = hashlib.sha256(), b""
    with opener() as file:
        while chunk := file.read(CHUNK):
            head = head or chunk[:4096]
            digest.update(chunk)
    return digest.hexdigest(), head


def kind_of(head: bytes) -> str:
    """``empty | zip | old_excel | html | pdf | json | binary | text`` from a file's first bytes."""
    if not head:
        return "empty"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "old_excel"
    if head.startswith(b"%PDF"):
        return "pdf"
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if not start and len(head) < 4096:
        return "empty"
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head", b"<style")):
        return "html"
    if start.startswith((b"{", b"[{", b"[\n", b"[]")):
        return "json"
    if b"\x00" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "binary"
    return "text"


UNREADABLE_KINDS = {
    "old_excel": "这是旧版 Excel（.xls）或加密的工作簿",
    "html": "这是网页（HTML/XML），不是数据文件",
    "pdf": "这是 PDF",
    "binary": "内容不是文字",
}


def load_lines(
    opener: Callable[[], BinaryIO],
    encodings: Sequence[str],
    con: duckdb.DuckDBPyConnection,
    table: str,
    file_name: str,
) -> Decoded:
    """Decode a text file into the temp table ``table(line_no BIGINT, text VARCHAR)``.

    Lines end with LF or CRLF (or CR when the file has no LF). Raises :class:`Refused` with ``encoding``,
    ``truncated`` (cut inside a character) or ``hostile`` (a line of several megabytes).
    """
    tried: list[str] = []
    for encoding in encodings:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} (line_no BIGINT, text VARCHAR)")
        reader = _LineReader(encoding, file_name)
        try:
            with opener() as file:
                for first, lines in reader.read(file):
                    _insert(con, table, first, lines)
        except UnicodeDecodeError as error:
            if reader.cut_inside_character(error):
                detail = "最后一个字符只有一半"
                raise refused(
                    RefusalCode.TRUNCATED, file=file_name, row=reader.count + 1, detail=detail
                ) from error
            tried.append(f"{encoding} 在第 {reader.count + 1} 行附近无法解码")
            continue
        return Decoded(encoding, reader.count, reader.ends_with_newline)
    raise refused(
        RefusalCode.ENCODING, file=file_name, encodings="、".join(encodings), detail="；".join(tried)
    )


def _insert(con: duckdb.DuckDBPyConnection, table: str, first: int, lines: list[str]) -> None:
    import numpy as np
    import pyarrow as pa

    numbers = pa.array(np.arange(first, first + len(lines), dtype=np.int64))
    batch = pa.table({"line_no": numbers, "text": pa.array(lines, pa.string())})
    con.register("decoded_lines", batch)
    con.execute(f"INSERT INTO {table} SELECT line_no, text FROM decoded_lines")
    con.unregister("decoded_lines")


class _LineReader:
    """Streams a file's lines in one encoding; remembers how far it came."""

    def __init__(self, encoding: str, file_name: str) -> None:
        self.encoding = encoding
        self.file_name = file_name
        self.count = 0
        self.ends_with_newline = True
        self._at_end = False
        self._seen_beyond_ascii = False
        self._newline = ""

    def read(self, file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
        """Yield (number of the first line, lines)."""
        decoder: Any = codecs.getincrementaldecoder(self.encoding)(errors="strict")
        rest = ""
        while True:
            chunk = file.read(CHUNK)
            self._at_end = not chunk
            text = decoder.decode(chunk, final=self._at_end)
            self._seen_beyond_ascii = self._seen_beyond_ascii or not text.isascii()
            if "\x00" in text:
                raise refused(RefusalCode.UNREADABLE, file=self.file_name, detail="内容不是文字（含空字符）")
            rest += text
            if not self._newline and "\r" in rest and "\n" not in rest:
                # only CR so far: an old Mac file, unless the LF of a CRLF is still to come
                self._newline = "\r" if not rest.endswith("\r") or self._at_end else ""
            elif not self._newline and "\n" in rest:
                self._newline = "\n"
            newline = self._newline or "\n"
            end = rest.rfind(newline)
            if end >= 0:
                whole, rest = rest[:end], rest[end + 1 :]
                if newline == "\n":
                    whole = whole.replace("\r\n", "\n").removesuffix("\r")
                yield self._counted(whole.split(newline))
            if len(rest) > LONGEST_LINE:
                detail = f"第 {self.count + 1} 行超过 {LONGEST_LINE // 1024 // 1024} MiB，没有换行"
                raise refused(RefusalCode.HOSTILE, file=self.file_name, detail=detail)
            if self._at_end:
                self.ends_with_newline = rest == ""
                if rest:
                    yield self._counted([rest.removesuffix("\r")])
                return

    def _counted(self, lines: list[str]) -> tuple[int, list[str]]:
        first = self.count + 1
        self.count += len(lines)
        return first, lines

    def cut_inside_character(self, error: UnicodeDecodeError) -> bool:
        """All bytes fitted but the last character's, which is incomplete at the very end of the file."""
        incomplete = error.reason in ("unexpected end of data", "incomplete multibyte sequence")
        return incomplete and self._at_end and self._seen_beyond_ascii
