"""Publication: load staging tables, check against live, merge the differences in one transaction.

Readers see the old state or the new one. A process killed anywhere leaves the old one; the next run
sweeps what it left. The same content published again changes no row and says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from srdi.warehouse import freshness, guard, leavers, scopes, staging
from srdi.warehouse.guard import Guard
from srdi.warehouse.mover import Mover
from srdi.warehouse.publication import ListReport, PublishReport, TableReport
from srdi.warehouse.runs import RunInfo
from srdi.warehouse.staging import PublishError, Staged
from srdi.warehouse.tables import control

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Connection, Engine

    from srdi.engine.lake import Lake

__all__ = ["Guard", "ListReport", "PublishError", "PublishReport", "RunInfo", "TableReport", "publish"]

LOCK = 0x53524449_02  # one publication at a time


def publish(
    engine: Engine,
    run: RunInfo,
    facts_uri: str,
    results_uri: str,
    lake: Lake,
    con: duckdb.DuckDBPyConnection,
    published_at: datetime,
    dry_run: bool = False,
    *,
    forced: bool = False,
    limits: Guard | None = None,
) -> PublishReport:
    """Publish the facts and results of ``run`` (folders, absolute or inside the lake).

    The newest day of a measure moves its live rows; an older day writes history, changes and aggregates
    only. ``dry_run`` does everything and takes it back. ``forced``, or an approval of this run in
    ``control.approval``, passes the guard.
    Raises PublishError for results that cannot be published; nothing is changed then.
    """
    folders = {"facts": _absolute(lake, facts_uri), "results": _absolute(lake, results_uri)}
    with engine.connect() as connection:
        staging.hold(connection, run.run_id)
        try:
            swept = staging.sweep(connection)
            word = freshness.summary(connection, run.biz_date)
            staged = staging.load(connection, con, lake, run, folders, word)
            return _merge(
                connection, run, staged, published_at, word, swept, dry_run, forced, limits or Guard()
            )
        finally:
            connection.rollback()
            staging.release(connection, run.run_id)


def _absolute(lake: Lake, folder: str) -> str:
    return folder if folder.startswith("/") or "://" in folder else lake.uri(folder)


def _merge(
    connection: Connection,
    run: RunInfo,
    staged: Staged,
    published_at: datetime,
    word: str,
    swept: int,
    dry_run: bool,
    forced: bool,
    limits: Guard,
) -> PublishReport:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    moment = _moment(connection, published_at)
    _register(connection, run)
    core_live = scopes.prepare(connection, run, staged)
    held = guard.shrinkages(connection, staged.address["whitelist"], limits, run.biz_date)
    if held and not dry_run and not forced and guard.decision(connection, run.run_id) != "approved":
        guard.ask(connection, run.run_id, held, moment)
        _close(connection, run.run_id, "held", moment)
        connection.commit()
        return PublishReport(run.run_id, run.biz_date, "held", moment, held=held, swept=swept)

    staged = leavers.keep(connection, run, staged)
    mover = Mover(connection, run, staged, moment)
    mover.enterprises(core_live)
    mover.lists()
    mover.aggregates()
    mover.papers(core_live)
    scopes.record_measures(connection, run, staged, moment, word)
    mover.record_publications()
    # A publication whose worker died after the commit is no "unchanged" when it is tried again.
    changed = mover.rows_changed or _changed_before(connection, run.run_id)
    state = "dry_run" if dry_run else "published" if changed else "unchanged"
    report = PublishReport(
        run_id=run.run_id,
        biz_date=run.biz_date,
        state=state,
        published_at=moment,
        tables=mover.tables,
        lists=scopes.list_reports(connection, run.biz_date, staged),
        held=held,
        rows_changed=mover.rows_changed,
        history_changed=mover.history_changed,
        swept=swept,
    )
    if dry_run:
        connection.rollback()
    else:
        _close(connection, run.run_id, state, moment)
        connection.commit()
    return report


def _changed_before(connection: Connection, run_id: str) -> bool:
    """Whether an earlier try of this run already published something."""
    query = "SELECT COALESCE(SUM(rows_entered + rows_left + rows_changed), 0) FROM control.publication WHERE run_id = :run_id"
    return bool(connection.execute(text(query), {"run_id": run_id}).scalar())


def _moment(connection: Connection, published_at: datetime) -> datetime:
    """``published_at``, or just after the last publication when clocks or retries disagree."""
    last = connection.execute(text("SELECT MAX(published_at) FROM control.publication")).scalar()
    return max(published_at, last + timedelta(microseconds=1)) if last else published_at


def _register(connection: Connection, run: RunInfo) -> None:
    """Name the run when nobody has; publications and history refer to it."""
    connection.execute(
        upsert(control.run)
        .values(
            run_id=run.run_id,
            biz_date=run.biz_date,
            kind=run.kind,
            reason=run.reason,
            requested_by=run.requested_by,
            started_at=run.started_at,
            state="running",
            code_version=run.code_version,
            rule_version=run.rule_version,
            areas=run.areas,
        )
        .on_conflict_do_nothing(index_elements=["run_id"])
    )


def _close(connection: Connection, run_id: str, state: str, moment: datetime) -> None:
    connection.execute(
        update(control.run).where(control.run.c.run_id == run_id).values(state=state, finished_at=moment)
    )
