"""The guard before a publication: a list that shrinks oddly waits for a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text

from srdi.warehouse.tables import control

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection


@dataclass(frozen=True)
class Guard:
    """``max_shrink``: share of a list that may go in one night. ``smallest``: lists below it are not judged,
    unless they turn empty."""

    max_shrink: float = 0.2
    smallest: int = 20


@dataclass(frozen=True)
class Shrinkage:
    """A list that would shrink more than the guard allows: enterprises listed before and after."""

    measure_id: str
    before: int
    after: int

    @property
    def message_zh(self) -> str:
        return (
            f"{self.measure_id} 在册企业将由 {self.before} 家减为 {self.after} 家，超出允许幅度，等待人工确认"
        )

    def __str__(self) -> str:
        return self.message_zh


def shrinkages(connection: Connection, staged: str, guard: Guard, day: date) -> list[Shrinkage]:
    """Lists of this publication's newest day that shrink oddly. Needs temporary table ``span``.

    An enterprise whose title has run out by ``day`` was bound to go and is not counted as before.
    """
    rows = connection.execute(
        text(
            f"""
            SELECT
                s.measure_id,
                (
                    SELECT COUNT(*) FROM store.whitelist AS w
                    WHERE w.measure_id = s.measure_id
                        AND w.verdict = 'listed'
                        AND (w.lapse_day IS NULL OR w.lapse_day >= :day)
                ) AS before,
                (
                    SELECT COUNT(*) FROM {staged} AS w
                    WHERE w.measure_id = s.measure_id AND w.verdict = 'listed'
                ) AS after
            FROM span AS s
            WHERE s.live
            ORDER BY s.measure_id
            """
        ),
        {"day": day},
    )
    return [
        Shrinkage(measure_id, before, after)
        for measure_id, before, after in rows
        if before > after
        and (after == 0 or (before >= guard.smallest and before - after > guard.max_shrink * before))
    ]


def decision(connection: Connection, run_id: str) -> str | None:
    """What a person last decided about a held run: approved, rejected, held (nothing yet), None (not held)."""
    table = control.approval
    return connection.execute(
        select(table.c.decision).where(table.c.run_id == run_id).order_by(table.c.approval_id.desc()).limit(1)
    ).scalar()


def ask(connection: Connection, run_id: str, held: list[Shrinkage], asked_at: datetime) -> None:
    """Put a held publication before a person, once per run."""
    if decision(connection, run_id) is None:
        connection.execute(
            insert(control.approval).values(
                run_id=run_id,
                subject="名单异常缩减",
                diff=[asdict(one) for one in held],
                decision="held",
                reason="；".join(one.message_zh for one in held),
                asked_at=asked_at,
            )
        )
