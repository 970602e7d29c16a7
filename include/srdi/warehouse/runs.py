"""Runs: who asked for a recomputation, what it read, how it ended, how long each verb took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from srdi.warehouse.tables import control

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from srdi.policy.lists import ListException

Kind = Literal["scheduled", "manual", "backfill", "replay", "whatif"]
State = Literal["running", "published", "unchanged", "held", "dry_run", "failed"]


@dataclass(frozen=True)
class RunInfo:
    """One recomputation. ``areas``: division codes it is restricted to, None for all."""

    run_id: str
    biz_date: date
    kind: Kind
    reason: str | None
    requested_by: str | None
    code_version: str
    rule_version: str
    started_at: datetime
    areas: list[str] | None = None


def start_run(
    conn: Connection, run: RunInfo, batch_ids: Iterable[str] = (), *, dry_run: bool = False
) -> None:
    """Register a run and its manifest; a retry of the same run begins anew."""
    row = {
        "run_id": run.run_id,
        "biz_date": run.biz_date,
        "kind": run.kind,
        "reason": run.reason,
        "requested_by": run.requested_by,
        "started_at": run.started_at,
        "finished_at": None,
        "state": "running",
        "code_version": run.code_version,
        "rule_version": run.rule_version,
        "areas": run.areas,
        "dry_run": dry_run,
    }
    put = upsert(control.run).values(row)
    named = {name: put.excluded[name] for name in row if name != "run_id"}
    conn.execute(put.on_conflict_do_update(index_elements=["run_id"], set_=named))
    manifest = control.run_batch
    conn.execute(delete(manifest).where(manifest.c.run_id == run.run_id))
    rows = [{"run_id": run.run_id, "batch_id": batch_id} for batch_id in sorted(set(batch_ids))]
    if rows:
        conn.execute(insert(manifest), rows)


def finish_run(
    conn: Connection, run_id: str, state: State, finished_at: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Close a run. Raises LookupError for a run that was never started."""
    done = conn.execute(
        update(control.run)
        .where(control.run.c.run_id == run_id)
        .values(state=state, finished_at=finished_at, detail=detail)
    )
    if not done.rowcount:
        raise LookupError(f"运行未登记：{run_id}")


def fail_running(conn: Connection, run_id: str, finished_at: datetime) -> bool:
    """Mark a run as failed if it is still running; False when it is not."""
    run = control.run
    done = conn.execute(
        update(run)
        .where(run.c.run_id == run_id, run.c.state == "running")
        .values(state="failed", finished_at=finished_at)
    )
    return bool(done.rowcount)


def record_step(
    conn: Connection,
    run_id: str,
    verb: str,
    source: str,
    started_at: datetime,
    finished_at: datetime | None,
    rows: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write how long a verb took; a repeated step replaces its entry. ``source`` '' where there is none."""
    put = upsert(control.step).values(
        run_id=run_id,
        verb=verb,
        source=source,
        started_at=started_at,
        finished_at=finished_at,
        rows=rows,
        detail=detail,
    )
    named = {name: put.excluded[name] for name in ("started_at", "finished_at", "rows", "detail")}
    conn.execute(put.on_conflict_do_update(index_elements=["run_id", "verb", "source"], set_=named))


def exceptions(conn: Connection) -> list[ListException]:
    """Every manual exception on record, for the policy room (which knows the days)."""
    from srdi.policy.lists import ListException

    t = control.exception
    query = select(
        t.c.measure_id, t.c.uscc, t.c.effect, t.c.valid_from, t.c.valid_to, t.c.reason, t.c.decided_by
    )
    return [ListException(**dict(row)) for row in conn.execute(query.order_by(t.c.exception_id)).mappings()]
