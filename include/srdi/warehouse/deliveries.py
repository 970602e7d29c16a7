"""Questions the night asks about deliveries: which are refused anew, how big a day is, what the lake may keep."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from srdi.warehouse.tables import control

if TYPE_CHECKING:
    from sqlalchemy import Connection

BATCH = control.batch


def audit(
    conn: Connection,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    reason: str,
    detail: Mapping[str, Any],
) -> None:
    """Write down who did what and why."""
    conn.execute(
        insert(control.audit).values(
            happened_at=at,
            actor=actor,
            action=action,
            subject=subject,
            reason=reason,
            detail=json.loads(json.dumps(detail, default=str)),
        )
    )


def origins(conn: Connection) -> set[str]:
    """Where the accepted batches came from: ``sample``, ``inbox``, ``http``, ``hand``."""
    return set(conn.execute(select(BATCH.c.origin).where(BATCH.c.state == "accepted").distinct()).scalars())


def origins_of_last_publication(conn: Connection) -> set[str]:
    """Origins of the batches behind the newest published day; empty when nothing was published."""
    run = control.run
    last = (
        select(run.c.run_id)
        .where(run.c.state.in_(["published", "unchanged"]))
        .order_by(run.c.biz_date.desc(), run.c.finished_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    link = control.run_batch
    query = (
        select(BATCH.c.origin).join(link, link.c.batch_id == BATCH.c.batch_id).where(link.c.run_id == last)
    )
    return set(conn.execute(query.distinct()).scalars())


def origins_of_run(conn: Connection, run_id: str) -> set[str]:
    """Origins of the batches in a run's manifest."""
    link = control.run_batch
    query = (
        select(BATCH.c.origin).join(link, link.c.batch_id == BATCH.c.batch_id).where(link.c.run_id == run_id)
    )
    return set(conn.execute(query.distinct()).scalars())


def reconsider_shrunk(conn: Connection, source: str) -> int:
    """Put volume-refused parts of a day back before the gate when another part of that day arrived.

    Returns how many. A delivery may come in parts on different nights; only together are they complete.
    """
    other = BATCH.alias("other")
    arrived = (
        select(other.c.batch_id)
        .where(other.c.source == source, other.c.state == "staged")
        .where(other.c.as_of == BATCH.c.as_of, other.c.origin == BATCH.c.origin)
        .exists()
    )
    done = conn.execute(
        update(BATCH)
        .where(
            BATCH.c.source == source, BATCH.c.state == "refused", BATCH.c.refusal_code == "shrunk", arrived
        )
        .values(
            state="staged",
            refusal_code=None,
            refusal_message=None,
            rows_staged=BATCH.c.rows_landed - BATCH.c.rows_duplicate - BATCH.c.rows_ignored,
            rows_quarantined=0,
        )
    )
    return done.rowcount


def others_of_day(conn: Connection, batch: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The other batches of a batch's source, day and origin that are not refused: id → file in the lake.

    ``batch``: a row of ``control.batch``. Returns those that landed before it and those that landed after.
    """
    query = (
        select(BATCH.c.batch_id, BATCH.c.staged_path, BATCH.c.landed_at)
        .where(BATCH.c.source == batch["source"], BATCH.c.as_of == batch["as_of"])
        .where(BATCH.c.origin == batch["origin"], BATCH.c.state.in_(["staged", "accepted"]))
        .where(BATCH.c.batch_id != batch["batch_id"])
        .order_by(BATCH.c.landed_at, BATCH.c.batch_id)
    )
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for row in conn.execute(query):
        earlier = (row.landed_at, row.batch_id) < (batch["landed_at"], batch["batch_id"])
        (before if earlier else after)[row.batch_id] = row.staged_path
    return before, after


def supersede(conn: Connection, batch_ids: Collection[str]) -> int:
    """Take accepted batches out of force because a later export of their day replaces them; how many."""
    done = conn.execute(
        update(BATCH)
        .where(BATCH.c.batch_id.in_(list(batch_ids)), BATCH.c.state == "accepted")
        .values(state="superseded")
    )
    return done.rowcount


def day_rows(conn: Connection, source: str, as_of: date, origin: str, without: Collection[str] = ()) -> int:
    """Data rows of one day over all its parts that were conformed and not refused, ``without`` some batches."""
    query = select(func.coalesce(func.sum(BATCH.c.rows_staged + BATCH.c.rows_quarantined), 0)).where(
        BATCH.c.source == source,
        BATCH.c.as_of == as_of,
        BATCH.c.origin == origin,
        BATCH.c.state.in_(["staged", "accepted"]),
        BATCH.c.batch_id.not_in(list(without)),
    )
    return int(conn.execute(query).scalar_one())


def refused_since_last_validation(conn: Connection, source: str, this_run: str) -> list[Mapping[str, Any]]:
    """Batches of a source refused after its previous validation ended; ``this_run`` is the one under way."""
    step = control.step
    last = (
        select(func.max(step.c.finished_at))
        .where(step.c.source == source, step.c.verb == "validate", step.c.run_id != this_run)
        .scalar_subquery()
    )
    moment = func.greatest(BATCH.c.landed_at, BATCH.c.decided_at)
    query = (
        select(BATCH.c.batch_id, BATCH.c.file_name, BATCH.c.refusal_code, BATCH.c.refusal_message)
        .where(BATCH.c.source == source, BATCH.c.state == "refused")
        .where((moment > last) | last.is_(None))
        .order_by(BATCH.c.landed_at, BATCH.c.batch_id)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


@dataclass(frozen=True)
class NamedFiles:
    """What a row of the warehouse names: single files, and the folders of batches and runs."""

    files: frozenset[str]
    batches: frozenset[str]
    runs: frozenset[str]

    def covers(self, path: str) -> bool:
        """Whether ``path`` (inside the lake) belongs to a batch or a run."""
        room, *rest = path.split("/")
        if path in self.files:
            return True
        if room in ("facts", "results"):
            return bool(rest) and rest[0] in self.runs
        names = {part.removesuffix(".parquet") for part in rest}
        return bool(names & self.batches)


def named_in_lake(conn: Connection) -> NamedFiles:
    """Every file, batch and run that the warehouse names."""
    rows = conn.execute(select(BATCH.c.batch_id, BATCH.c.lake_path, BATCH.c.staged_path)).all()
    files = {path for row in rows for path in row[1:] if path}
    runs = set(conn.execute(select(control.run.c.run_id)).scalars())
    return NamedFiles(frozenset(files), frozenset(row[0] for row in rows), frozenset(runs))
