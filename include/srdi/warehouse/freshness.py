"""How fresh each source is on a day: judged against the contract's cadence, never against the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from srdi.warehouse.tables import control

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from srdi.contracts.models import Cadence, Contract

SHANGHAI = ZoneInfo("Asia/Shanghai")
State = Literal["fresh", "late", "stale", "never"]
PERIOD_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


@dataclass(frozen=True)
class SourceState:
    """State of a source on ``biz_date``; ``due_at`` is when the export after the last good one is due."""

    source: str
    biz_date: date
    last_as_of: date | None
    last_landed_at: datetime | None
    due_at: datetime
    state: State


def judge(cadence: Cadence, last_as_of: date | None, biz_date: date) -> tuple[State, datetime]:
    """State and due moment of a source whose newest good export speaks about ``last_as_of``.

    never: nothing was ever accepted. stale: older than ``fresh_days``. late: the next export was due by
    the end of ``biz_date`` and is not there. fresh: everything else.
    """
    if last_as_of is None:
        return "never", datetime.combine(biz_date, cadence.due, SHANGHAI)
    due_day = last_as_of + timedelta(days=PERIOD_DAYS[cadence.every])
    due_at = datetime.combine(due_day, cadence.due, SHANGHAI)
    if (biz_date - last_as_of).days > cadence.fresh_days:
        return "stale", due_at
    return ("late" if due_day <= biz_date else "fresh"), due_at


def states_on(
    conn: Connection, biz_date: date, contracts: Iterable[Contract], origins: Collection[str] | None = None
) -> list[SourceState]:
    """State of every contract's source on ``biz_date`` from the batches accepted for days up to it."""
    batch = control.batch
    query = (
        select(batch.c.source, batch.c.as_of, func.max(batch.c.landed_at))
        .where(batch.c.state == "accepted", batch.c.as_of <= biz_date)
        .group_by(batch.c.source, batch.c.as_of)
        .order_by(batch.c.source, batch.c.as_of)
    )
    if origins is not None:
        query = query.where(batch.c.origin.in_(list(origins)))
    last = {row[0]: (row[1], row[2]) for row in conn.execute(query)}  # the newest day comes last
    found = []
    for contract in sorted(contracts, key=lambda c: c.id):
        as_of, landed_at = last.get(contract.id, (None, None))
        state, due_at = judge(contract.cadence, as_of, biz_date)
        found.append(SourceState(contract.id, biz_date, as_of, landed_at, due_at, state))
    return found


def record(conn: Connection, states: Iterable[SourceState]) -> None:
    """Write the states to ``control.freshness``; a day judged again is replaced where it differs."""
    rows = [asdict(state) for state in states]
    if not rows:
        return
    table = control.freshness
    put = upsert(table).values(rows)
    named = {c.name: put.excluded[c.name] for c in table.columns if not c.primary_key}
    conn.execute(put.on_conflict_do_update(index_elements=["source", "biz_date"], set_=named))


def summary(conn: Connection, biz_date: date) -> str:
    """One word for the day's results: ``fresh``, or the sources that are not, as ``source=state``."""
    table = control.freshness
    rows = conn.execute(
        select(table.c.source, table.c.state)
        .where(table.c.biz_date == biz_date, table.c.state != "fresh")
        .order_by(table.c.source)
    ).all()
    return ",".join(f"{source}={state}" for source, state in rows) or "fresh"
