"""The drop folder: files a supplier (or a person) puts into ``<inbox>/<source>/``.

What is there already and unchanged is recognised by its digest; what is still being written waits.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from srdi.contracts.models import Contract
from srdi.engine.lake import Lake
from srdi.pull.errors import TransportError
from srdi.pull.landing import Landed, Origin, PullResult, Skipped, day_in_name, land, no_day

# endings that programs give to files they have not finished
UNFINISHED = (".part", ".tmp", ".partial", ".crdownload", ".filepart", ".download", ".writing")
SETTLE_SECONDS = 0.5
RECENT_SECONDS = 10.0


@dataclass(frozen=True)
class _Seen:
    path: Path
    size: int
    changed: int


def pull(
    contract: Contract,
    folder: Path,
    lake: Lake,
    known: Collection[str],
    landed_at: datetime,
    origin: Origin = "inbox",
    until: date | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> PullResult:
    """Land every new file of ``folder``, the source's own folder; a folder that is not there holds none.

    ``known``: batch ids landed before. ``landed_at``: the moment of this pull, with time zone. Files for
    days after ``until`` are landed too, and listed in ``PullResult.later``. A file whose name carries no
    day is landed with a problem. Names in ``skipped`` stay where they are.
    """
    landed: list[Landed] = []
    again: list[str] = []
    taken = set(known)
    files, skipped = _candidates(contract, folder)
    files, busy = _settled(files, landed_at, sleep)
    skipped += busy
    for place, file in enumerate(files):
        as_of, why_not = day_in_name(file.path.name, contract.as_of)
        try:
            found = land(
                lake,
                lambda file=file: _open(file.path),  # type: ignore[misc]
                source=contract.id,
                as_of=as_of,
                file_name=file.path.name,
                known=taken,
                # of two exports of one day the later one counts, so no two land at the same moment
                landed_at=landed_at + timedelta(microseconds=place),
                origin=origin,
                problem=None if as_of else no_day(file.path.name, why_not),
            )
        except TransportError as error:
            skipped.append(Skipped(file.path.name, error.message_zh))
        except OSError as error:
            skipped.append(Skipped(file.path.name, f"文件读不出来：{error.strerror}；请检查权限和存储"))
        else:
            if isinstance(found, str):
                again.append(found)
            else:
                landed.append(found)
                taken.add(found.batch_id)
    later = [one.batch_id for one in landed if until and one.as_of and one.as_of > until]
    return PullResult(landed, again, sorted(skipped, key=lambda one: one.file_name), later)


def _candidates(contract: Contract, folder: Path) -> tuple[list[_Seen], list[Skipped]]:
    """Regular files with an agreed name, in name order; the others with a reason. Folders are passed over."""
    if not folder.is_dir():
        return [], []
    home = folder.resolve()
    files, skipped = [], []
    # without the ending, so that 导出.csv comes before 导出(1).csv
    for path in sorted(folder.iterdir(), key=lambda one: (one.stem, one.name)):
        reason = _reason_by_name(path.name, contract)
        target = path
        if reason is None and path.is_symlink():
            target = Path(os.path.realpath(path))
            if not target.is_relative_to(home):
                reason = "是指向文件夹以外的链接，出于安全不予读取"
        try:
            state = target.stat()
        except OSError:
            skipped.append(Skipped(path.name, reason or "文件打不开或链接已失效"))
            continue
        if stat.S_ISDIR(state.st_mode):
            if reason and path.is_symlink() and "链接" in reason:
                skipped.append(Skipped(path.name, reason))
            continue
        if reason is None and not stat.S_ISREG(state.st_mode):
            reason = "不是普通文件"
        if reason:
            skipped.append(Skipped(path.name, reason))
        else:
            files.append(_Seen(path, state.st_size, state.st_mtime_ns))
    return files, skipped


def _reason_by_name(name: str, contract: Contract) -> str | None:
    if name.startswith("~$"):
        return "是表格软件打开文件时留下的临时文件"
    if name.startswith("."):
        return "是隐藏文件"
    if name.lower().endswith(UNFINISHED):
        return "文件名表明尚未传输完成"
    if not any(fnmatchcase(name, pattern) for pattern in contract.arrival.files):
        return f"文件类型不在约定之内（约定：{'、'.join(contract.arrival.files)}）"
    return None


def _settled(
    files: list[_Seen], landed_at: datetime, sleep: Callable[[float], None]
) -> tuple[list[_Seen], list[Skipped]]:
    """Look twice at files changed just now: who changes in between is still being written."""
    moment = landed_at.timestamp()
    recent = [file for file in files if abs(moment - file.changed / 1e9) < RECENT_SECONDS]
    if not recent:
        return files, []
    sleep(SETTLE_SECONDS)
    busy = set()
    for file in recent:
        try:
            state = file.path.stat()
        except OSError:
            busy.add(file.path.name)
            continue
        if (state.st_size, state.st_mtime_ns) != (file.size, file.changed):
            busy.add(file.path.name)
    still = [file for file in files if file.path.name not in busy]
    return still, [Skipped(name, "文件正在写入，下次再取") for name in sorted(busy)]


def _open(path: Path):  # type: ignore[no-untyped-def]
    return path.open("rb")
