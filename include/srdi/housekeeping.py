"""Beside the night: is everything we ship readable, and what in the lake belongs to nobody any more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from srdi.night import Night

KEEP_DAYS = 7
ROOMS = ("landed", "conformed", "staged", "quarantine", "finding", "facts", "results")


class Unsound(RuntimeError):
    """A contract or a pack cannot be used; its source or its measures are out until it is mended."""


def check_health() -> dict[str, int]:
    """Counts of sound contracts and measures. Raises :class:`Unsound` naming every file that is not."""
    from srdi.contracts.loader import load_contracts
    from srdi.policy.loader import load

    contracts, packs = load_contracts(), load()
    problems = [*contracts.broken, *packs.broken]
    if problems:
        raise Unsound("有合同或政策包被停用：\n" + "\n".join(str(problem) for problem in problems))
    return {"contracts": len(contracts.contracts), "measures": len(packs.measures)}


def sweep(night: Night, now: datetime) -> dict[str, int]:
    """Delete lake files that no batch and no run names and that are older than a week.

    The row in the warehouse is the commit point, so such a file is what a killed task left behind.
    """
    from srdi.warehouse import deliveries

    with night.engine.connect() as conn:
        named = deliveries.named_in_lake(conn)
    swept = {"files": 0, "bytes": 0}
    for room in ROOMS:
        if not night.lake.exists(room):
            continue
        for path, info in night.lake.filesystem.find(night.lake.uri(room), detail=True).items():
            inside = path[path.rindex(f"/{room}/") + 1 :]
            changed = info.get("mtime") or info.get("LastModified")
            moment = changed.timestamp() if isinstance(changed, datetime) else float(changed or 0)
            if now.timestamp() - moment > KEEP_DAYS * 86400 and not named.covers(inside):
                night.lake.filesystem.rm_file(path)
                swept["files"] += 1
                swept["bytes"] += int(info.get("size") or 0)
    return swept
