"""The register of batches: what was landed, what became of it, and what a run may read.

``control.batch`` is the lake's commit point: a file counts once its row names it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from srdi.warehouse.freshness import states_on
from srdi.warehouse.tables import control, quality

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from srdi.contracts.models import Contract
    from srdi.facts.manifest import Manifest, NameDecision

BATCH = control.batch


def known_batches(conn: Connection, source: str, contract_version: str | None) -> set[str]:
    """Batches that need not be landed again: all but those refused under another version of the contract.

    So a file that is still in the inbox gets another chance once its contract was mended, and one that only
    failed because of a fault of ours (``internal``) gets it every night.
    """
    again = _another_chance(contract_version)
    return set(conn.execute(select(BATCH.c.batch_id).where(BATCH.c.source == source, ~again)).scalars())


def register(conn: Connection, landed: Any, contract_version: str | None = None) -> bool:
    """Register a landed file (:class:`srdi.pull.landing.Landed`); False when it is known already.

    A file landed with a problem is refused at once under the problem's code.
    """
    problem = landed.problem
    row = {
        "batch_id": landed.batch_id,
        "source": landed.source,
        "as_of": landed.as_of,
        "landed_at": landed.landed_at,
        "file_name": landed.file_name,
        "sha256": landed.sha256,
        "bytes": landed.bytes,
        "origin": landed.origin,
        "lake_path": landed.lake_path,
        "contract_version": contract_version,
        "state": "refused" if problem else "landed",
        "refusal_code": str(problem[0]) if problem else None,
        "refusal_message": problem[1] if problem else None,
        "decided_at": landed.landed_at if problem else None,
    }
    put = upsert(BATCH).values(row)
    counters = ("rows_landed", "rows_staged", "rows_quarantined", "rows_duplicate", "rows_ignored")
    put = put.on_conflict_do_update(
        index_elements=["batch_id"],
        set_={name: put.excluded[name] for name in row if name != "batch_id"} | dict.fromkeys(counters, 0),
        # Landed again after its contract was mended: the old refusal makes way, everything else stands.
        where=_another_chance(contract_version),
    )
    return conn.execute(put.returning(BATCH.c.batch_id)).scalar() is not None


def _another_chance(contract_version: str | None) -> Any:
    """Condition for a refused batch that may be landed again."""
    mended = BATCH.c.contract_version.is_distinct_from(contract_version)
    return (BATCH.c.state == "refused") & (mended | (BATCH.c.refusal_code == "internal"))


def mark_staged(conn: Connection, report: Any, staged_path: str | None = None) -> None:
    """Record what conforming found: counts, how the file was read, its profile, drift.

    Until the gate has spoken all data rows count as staged. A report with a refusal refuses the batch.
    Raises LookupError for a batch that is not registered.
    """
    if report.refusal is not None:
        _set(conn, report.batch_id, **_refusal(report.refusal), rows_landed=report.rows_landed)
    else:
        _set(
            conn,
            report.batch_id,
            state="staged",
            staged_path=staged_path,
            refusal_code=None,
            refusal_message=None,
            rows_landed=report.rows_landed,
            rows_staged=report.rows_landed - report.rows_ignored - report.rows_duplicate,
            rows_quarantined=0,
            rows_duplicate=report.rows_duplicate,
            rows_ignored=report.rows_ignored,
            reading=_reading(report),
            profile=_plain(getattr(report, "profile", None)),
        )
    record_drift(conn, report.batch_id, report.drift)


def accept(
    conn: Connection,
    batch_id: str,
    result: Any,
    *,
    staged_path: str | None = None,
    at: datetime | None = None,
) -> None:
    """Take a batch into force with the gate's counts.

    ``result``: a GateResult, or anything with ``counts`` (landed, staged, quarantined, duplicate, ignored).
    The database refuses counts that do not add up (IntegrityError) and then nothing is changed.
    """
    counts = getattr(result, "counts", result)
    path = staged_path or getattr(result, "staged_path", None)
    page = getattr(result, "docs_page", None)
    _set(
        conn,
        batch_id,
        state="accepted",
        refusal_code=None,
        refusal_message=None,
        rows_landed=counts.landed,
        rows_staged=counts.staged,
        rows_quarantined=counts.quarantined,
        rows_duplicate=counts.duplicate,
        rows_ignored=counts.ignored,
        decided_at=at if at is not None else func.now(),
        data_docs=str(page) if page else None,
        **({"staged_path": path} if path else {}),
    )
    record_checks(conn, batch_id, getattr(result, "check_results", []))


def refuse(conn: Connection, batch_id: str, result: Any, *, at: datetime | None = None) -> None:
    """Refuse a batch as a whole; the last good one stays in force.

    ``result``: a GateResult or conform report with ``refusal``, a Refusal, or a (code, message) pair.
    """
    refusal = getattr(result, "refusal", None) or result
    counts = getattr(result, "counts", None)
    page = getattr(result, "docs_page", None)
    values = _refusal(refusal)
    if counts is not None:
        values |= {
            "rows_landed": counts.landed,
            "rows_staged": counts.staged,
            "rows_quarantined": counts.quarantined,
            "rows_duplicate": counts.duplicate,
            "rows_ignored": counts.ignored,
        }
    _set(
        conn,
        batch_id,
        decided_at=at if at is not None else func.now(),
        data_docs=str(page) if page else None,
        **values,
    )
    record_checks(conn, batch_id, getattr(result, "check_results", []))


def last_good_rows(
    conn: Connection, source: str, before: date, origins: Collection[str] | None = None
) -> int | None:
    """Data rows (without duplicates and ignored ones) of the newest accepted day before ``before``; all parts."""
    rows = BATCH.c.rows_staged + BATCH.c.rows_quarantined
    query = (
        select(BATCH.c.as_of, func.sum(rows))
        .where(*_good(source, origins), BATCH.c.as_of < before)
        .group_by(BATCH.c.as_of)
        .order_by(BATCH.c.as_of.desc())
        .limit(1)
    )
    found = conn.execute(query).first()
    return int(found[1]) if found else None


def last_profile(
    conn: Connection, source: str, before: date, origins: Collection[str] | None = None
) -> dict | None:
    """Column profile of the newest accepted batch of an earlier day; None when there is none."""
    query = (
        select(BATCH.c.profile)
        .where(*_good(source, origins), BATCH.c.as_of < before, BATCH.c.profile.is_not(None))
        .order_by(BATCH.c.as_of.desc(), BATCH.c.landed_at.desc())
        .limit(1)
    )
    return conn.execute(query).scalar()


def batches_in_state(conn: Connection, source: str, state: str) -> list[Mapping[str, Any]]:
    """Rows of ``control.batch`` of a source in one state, oldest day first."""
    query = (
        select(BATCH)
        .where(BATCH.c.source == source, BATCH.c.state == state)
        .order_by(BATCH.c.as_of, BATCH.c.landed_at, BATCH.c.batch_id)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def manifest(
    conn: Connection,
    biz_date: date,
    contracts: Iterable[Contract] | Mapping[str, Contract],
    origins: Collection[str] | None = None,
) -> Manifest:
    """Every accepted batch of the contracts' sources up to ``biz_date``, with the sources' freshness.

    ``origins`` keeps the sample city and real exports apart; None takes both.
    """
    from srdi.facts.manifest import Batch, Manifest

    known = list(contracts.values() if isinstance(contracts, Mapping) else contracts)
    names = [contract.id for contract in known]
    query = (
        select(BATCH.c.batch_id, BATCH.c.source, BATCH.c.as_of, BATCH.c.landed_at, BATCH.c.staged_path)
        .where(BATCH.c.source.in_(names), BATCH.c.state == "accepted", BATCH.c.as_of <= biz_date)
        .order_by(BATCH.c.source, BATCH.c.as_of, BATCH.c.landed_at, BATCH.c.batch_id)
    )
    if origins is not None:
        query = query.where(BATCH.c.origin.in_(list(origins)))
    found = conn.execute(query.add_columns(BATCH.c.rows_staged + BATCH.c.rows_quarantined)).all()
    short = _short_days(found, {contract.id: contract for contract in known})
    rows = tuple(Batch(*row[:5]) for row in found if (row[1], row[2]) not in short)
    states = states_on(conn, biz_date, known, origins)
    return Manifest(
        batches=rows,
        freshness={state.source: state.state for state in states},
        modes={contract.id: contract.mode for contract in known},
        closed_world={contract.id: contract.closed_world for contract in known},
    )


def _short_days(found: Iterable[Any], contracts: Mapping[str, Contract]) -> set[tuple[str, date]]:
    """Days of snapshot sources of which too little was accepted: a part was refused, so the day is no truth.

    ``found``: batch_id, source, as_of, landed_at, staged_path, rows; ordered by source and day. The last good
    day stays in force, as it does when a whole export shrinks.
    """
    days: dict[tuple[str, date], int] = {}
    for row in found:
        days[row[1], row[2]] = days.get((row[1], row[2]), 0) + int(row[5])
    short: set[tuple[str, date]] = set()
    good: dict[str, int] = {}
    for (source, as_of), rows in days.items():
        contract = contracts[source]
        stops = contract.mode == "snapshot" and contract.volume.action == "stop"
        if stops and source in good and rows < contract.volume.minimum * good[source]:
            short.add((source, as_of))
        else:
            good[source] = rows
    return short


def name_decisions(conn: Connection) -> list[NameDecision]:
    """What persons decided on names, for the resolver."""
    from srdi.facts.manifest import NameDecision

    match = quality.name_match
    query = (
        select(match.c.source, match.c.raw_name, match.c.uscc, match.c.state)
        .where(match.c.decided_by.is_not(None), match.c.state.in_(["accepted", "rejected"]))
        .order_by(match.c.source, match.c.raw_name)
    )
    return [NameDecision(*row) for row in conn.execute(query)]


def record_checks(conn: Connection, batch_id: str, results: Iterable[Any]) -> int:
    """Replace the check results of a batch; returns their number."""
    table = quality.check_result
    rows = [
        {
            "batch_id": batch_id,
            "check_id": r.check_id,
            "severity": r.severity,
            "outcome": r.outcome,
            "rows_checked": r.rows_checked,
            "rows_failed": r.rows_failed,
            "share_failed": r.share_failed,
            "tolerance": r.tolerance,
            "sample": _plain(r.sample),
            "message_zh": r.message_zh,
        }
        for r in results
    ]
    conn.execute(delete(table).where(table.c.batch_id == batch_id))
    if rows:
        conn.execute(insert(table), rows)
    return len(rows)


def record_drift(conn: Connection, batch_id: str, drifts: Iterable[Any]) -> int:
    """Replace what is known of a batch's drift; returns the number of entries."""
    table = quality.drift
    rows = {
        (str(d.kind), str(d.column or "")): {
            "batch_id": batch_id,
            "kind": str(d.kind),
            "column_name": str(d.column or ""),
            "action": str(d.action),
            "detail": d.detail,
        }
        for d in drifts
    }
    conn.execute(delete(table).where(table.c.batch_id == batch_id))
    if rows:
        conn.execute(insert(table), list(rows.values()))
    return len(rows)


def _good(source: str, origins: Collection[str] | None) -> list:
    conditions = [BATCH.c.source == source, BATCH.c.state == "accepted"]
    if origins is not None:
        conditions.append(BATCH.c.origin.in_(list(origins)))
    return conditions


def _set(conn: Connection, batch_id: str, **values: Any) -> None:
    if not conn.execute(update(BATCH).where(BATCH.c.batch_id == batch_id).values(values)).rowcount:
        raise LookupError(f"批次未登记：{batch_id}")


def _refusal(refusal: Any) -> dict[str, Any]:
    code, message = refusal if isinstance(refusal, tuple) else (refusal.code, refusal.message)
    return {"state": "refused", "refusal_code": str(code), "refusal_message": message}


def _reading(report: Any) -> dict[str, Any]:
    names = ("encoding", "sheet", "header_row", "columns", "units")
    return {name: _plain(getattr(report, name, None)) for name in names}


def _plain(value: Any) -> Any:
    """The value as JSON can hold it: dataclasses and models as objects, the rest as text."""
    from dataclasses import asdict, is_dataclass

    if value is None:
        return None
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    elif hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    elif is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    return json.loads(json.dumps(value, default=str, ensure_ascii=False).replace("\\u0000", ""))
