"""Landing: the bytes of a delivery, kept as received under a name made from their digest.

A batch is known by source, day and content; the same bytes for the same day are the same batch.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from srdi.contracts.models import AsOf
from srdi.contracts.refusals import RefusalCode, refuse
from srdi.engine.lake import Lake
from srdi.pull.errors import TransportError

Origin = Literal["sample", "inbox", "http", "hand"]
CHUNK = 1024 * 1024
_NAME_BYTES = 150  # file systems stop at 255 bytes; a Chinese character takes three


@dataclass(frozen=True)
class Landed:
    """One delivered file as it lies in the lake.

    ``as_of``: the day the export speaks about, None when nobody said. ``lake_path``: relative to the lake.
    ``file_name``: as delivered (for messages); the name in the lake is made harmless.
    ``problem``: (refusal code, Chinese message) when the batch must be refused already.
    """

    batch_id: str
    source: str
    as_of: date | None
    file_name: str
    sha256: str
    bytes: int
    lake_path: str
    landed_at: datetime
    origin: Origin
    problem: tuple[str, str] | None = None


@dataclass(frozen=True)
class Skipped:
    """A file left where it is, and why, in Chinese."""

    file_name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file_name}：{self.reason}"


@dataclass(frozen=True)
class PullResult:
    """What one pull brought, in file name order.

    ``known``: batch ids delivered again, nothing was written for them. ``later``: batch ids landed now that
    speak about a day after the one asked for.
    """

    landed: list[Landed] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    later: list[str] = field(default_factory=list)


def batch_id(source: str, as_of: date | None, sha256: str, origin: Origin = "inbox") -> str:
    """``<source>-<yyyymmdd>-<first 12 of sha256>``, ``nodate`` where the day is unknown.

    The sample city's batches end in ``-sample``: the same bytes handed in as real data are real data.
    """
    day = f"{as_of:%Y%m%d}" if as_of else "nodate"
    return f"{source}-{day}-{sha256[:12]}" + ("-sample" if origin == "sample" else "")


def safe_name(name: str) -> str:
    """A delivered file name made harmless for every file system, glob and log line.

    Folder parts, control and direction characters, leading dots and characters with a meaning to shells,
    globs or Windows go; Chinese stays. The ending is kept when the name has to be shortened.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = re.sub(r"""[<>:"|?*\[\]{}'`$&;#%!~]""", "_", name)
    name = re.sub(r"\s+", " ", name).strip(" .")
    if not name:
        return "file"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 8:
        stem, ending = name, ""
    room = _NAME_BYTES - len(ending.encode()) - 1
    short = stem.encode()[:room].decode(errors="ignore").rstrip()
    return f"{short}.{ending}" if ending else short


def parse_day(text: str) -> date | None:
    """Eight digits or ISO as a day between 1990 and 2100, else None."""
    digits = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d(?:T.*)?", digits):
        digits = digits[:10].replace("-", "")
    if not re.fullmatch(r"[0-9]{8}", digits):
        return None
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


def day_in_name(file_name: str, rule: AsOf) -> tuple[date | None, str]:
    """The day a file name carries, or None and in Chinese why not.

    Digits that are no day are passed over; two different days are no day.
    """
    name = unicodedata.normalize("NFKC", file_name)
    days = set()
    for match in re.finditer(rule.pattern, name):
        named = [value for value in match.groupdict().values() if value]
        day = parse_day(named[0] if named else match.group())
        if day:
            days.add(day)
    if len(days) == 1:
        return days.pop(), ""
    if days:
        return None, "文件名中有多个日期：" + "、".join(f"{day:%Y%m%d}" for day in sorted(days))
    return None, "文件名中没有有效的八位日期"


def no_day(file_name: str, detail: str) -> tuple[str, str]:
    """The ``problem`` of a file whose day nobody knows."""
    refusal = refuse(RefusalCode.NO_AS_OF, file=file_name, detail=detail)
    return refusal.code.value, refusal.message


def digest(file: BinaryIO) -> tuple[str, int]:
    """sha256 and size of the rest of an open file, streamed."""
    sha, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        sha.update(chunk)
        size += len(chunk)
    return sha.hexdigest(), size


def land(
    lake: Lake,
    opener: Callable[[], BinaryIO],
    *,
    source: str,
    as_of: date | None,
    file_name: str,
    known: Iterable[str],
    landed_at: datetime,
    origin: Origin,
    problem: tuple[str, str] | None = None,
) -> Landed | str:
    """Copy one file into the lake; returns it, or its batch id when that batch is already ``known``.

    ``opener`` opens the file for reading bytes; it is read twice (digest, copy). What lies in the lake
    under a batch's name is never changed: equal bytes are kept, remains of a killed landing are replaced.
    Raises :class:`TransportError` when the file changes while it is read.
    """
    with opener() as file:
        sha256, size = digest(file)
    identity = batch_id(source, as_of, sha256, origin)
    if identity in known:
        return identity
    path = f"landed/{source}/{identity}/{safe_name(file_name)}"
    if not _holds(lake, path, sha256):
        _copy(lake, opener, path, sha256, file_name)
    return Landed(identity, source, as_of, file_name, sha256, size, path, landed_at, origin, problem)


def _holds(lake: Lake, path: str, sha256: str) -> bool:
    if not lake.exists(path):
        return False
    with lake.open(path) as file:
        return digest(file)[0] == sha256


def _copy(lake: Lake, opener: Callable[[], BinaryIO], path: str, sha256: str, file_name: str) -> None:
    uri = lake.make_room(path)
    if lake.exists(path):
        lake.filesystem.rm(uri)
    sha = hashlib.sha256()
    with opener() as file, lake.filesystem.open(uri, "wb") as target:
        while chunk := file.read(CHUNK):
            sha.update(chunk)
            target.write(chunk)
    if sha.hexdigest() != sha256:
        lake.filesystem.rm(uri)
        raise TransportError(f"文件 {file_name} 在读取过程中发生变化，稍后重试")
    if lake.is_local:
        # received bytes are evidence; a slip of the hand should not change them
        os.chmod(Path(uri), 0o444)
