"""What one published day knows of one enterprise: facts, titles, verdicts with reasons, coverage.

Place on the way: after publish. Pure reading, from the run's own Parquet files, so that a past day answers
as it did then; the warehouse is asked only which runs there are and which file a batch came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb

    from srdi.engine.lake import Lake

Row = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A run whose results stand. ``areas``: what it was restricted to, None for everything."""

    run_id: str
    biz_date: date
    areas: list[str] | None
    rule_version: str | None


@dataclass(frozen=True)
class Evidence:
    """Where a batch came from."""

    batch_id: str
    source: str
    file_name: str
    as_of: date | None


@dataclass(frozen=True)
class Account:
    """Everything known of one code on one day; rows are plain mappings with the files' column names.

    ``enterprise``: its fact row, None when it is not registered. ``titles``: its title rows; ``unmatched``:
    title rows of nobody that may be its own, each with ``why``. ``measures``: id → row with its paper;
    ``rows``/``reasons``/``members``: by measure id. ``mentions``: sentences of the facts step naming the code.
    ``quarantined``: rows set aside under this code. ``batches``: by batch id. ``left``: lists it left not long
    ago, by measure id.
    """

    uscc: str
    run: Run
    enterprise: Row | None
    titles: list[Row] = field(default_factory=list)
    unmatched: list[Row] = field(default_factory=list)
    measures: dict[str, Row] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    reasons: dict[str, list[Row]] = field(default_factory=dict)
    members: dict[str, Row] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    quarantined: list[Row] = field(default_factory=list)
    batches: dict[str, Evidence] = field(default_factory=dict)
    left: dict[str, Row] = field(default_factory=dict)


class FilesGone(LookupError):
    """A published run's files are not in the lake."""


# ── the warehouse: which runs, which files ───────────────────────────────────────────────────────


def published_days(conn: Connection) -> list[date]:
    """Days with results that stand, oldest first."""
    query = "SELECT DISTINCT biz_date FROM control.run WHERE state IN ('published', 'unchanged') ORDER BY 1"
    return [row[0] for row in conn.execute(text(query))]


def runs_of(conn: Connection, day: date) -> list[Run]:
    """Runs whose results stand for ``day``, newest first, down to the newest that covered every area."""
    query = text(
        "SELECT run_id, biz_date, areas, rule_version FROM control.run"
        " WHERE state IN ('published', 'unchanged') AND biz_date = :day"
        " ORDER BY finished_at DESC NULLS LAST, started_at DESC"
    )
    found = []
    for row in conn.execute(query, {"day": day}).mappings():
        found.append(Run(row["run_id"], row["biz_date"], row["areas"] or None, row["rule_version"]))
        if not row["areas"]:
            break
    return found


def evidence(conn: Connection, batch_ids: Iterable[str]) -> dict[str, Evidence]:
    """The delivered files behind batches, by batch id."""
    query = text("SELECT batch_id, source, file_name, as_of FROM control.batch WHERE batch_id = ANY(:ids)")
    rows = conn.execute(query, {"ids": sorted(set(batch_ids))}).mappings()
    return {row["batch_id"]: Evidence(**row) for row in rows}


def quarantined(conn: Connection, run_id: str, uscc: str) -> list[Row]:
    """Rows of the run's batches that were set aside and carry this code."""
    query = text(
        "SELECT q.source, q.file_name, q.row_no FROM quality.quarantine AS q"
        " JOIN control.run_batch AS r USING (batch_id)"
        " WHERE r.run_id = :run_id AND q.state = 'open' AND starts_with(q.business_key, :uscc)"
        " ORDER BY q.source, q.file_name, q.row_no"
    )
    return [dict(row) for row in conn.execute(query, {"run_id": run_id, "uscc": uscc}).mappings()]


def left_lists(conn: Connection, day: date, uscc: str) -> dict[str, Row]:
    """Lists that show the enterprise on ``day`` only because it left them: measure id → day, codes, words.

    The policy room has no memory, so these rows are in no run's files. Words are kept for the newest day only.
    """
    query = text(
        "SELECT h.measure_id, h.left_on, h.reason_codes, r.message_zh FROM marts.whitelist_history AS h"
        " LEFT JOIN marts.whitelist_reason AS r ON r.measure_id = h.measure_id AND r.uscc = h.uscc"
        " AND r.rule_id = ANY(h.reason_codes) AND starts_with(r.rule_id, 'left_')"
        " WHERE h.uscc = :uscc AND h.left_on IS NOT NULL AND h.known_to IS NULL"
        " AND h.valid_from <= :day AND (h.valid_to IS NULL OR h.valid_to > :day)"
    )
    rows = conn.execute(query, {"uscc": uscc, "day": day}).mappings()
    return {row["measure_id"]: dict(row) for row in rows}


# ── the lake: the run's own files ────────────────────────────────────────────────────────────────


def read_account(runs: list[Run], uscc: str, lake: Lake, con: duckdb.DuckDBPyConnection) -> Account:
    """The account of ``uscc`` from the files of ``runs`` (newest first), without what the warehouse adds.

    Facts come from the newest run; a measure comes from the newest run that computed it. Raises
    :class:`FilesGone` when the lake no longer has a run's files.
    """
    run = runs[0]
    files = _Files(lake, con, uscc)
    enterprise = next(iter(files.rows("facts", run, "enterprise", "uscc = $uscc")), None)
    titles = files.rows("facts", run, "title", "uscc = $uscc", order="recognised_on, valid_from, title_id")
    mentions = files.rows("facts", run, "finding", "contains(message_zh, $uscc)", order="batch_id, row_no")
    account = Account(
        uscc,
        run,
        enterprise,
        titles,
        _unmatched(files, run, enterprise, mentions),
        mentions=[row["message_zh"] for row in mentions],
    )
    for one in runs:
        new = _measures(files, one, known=account.measures)
        account.measures.update(new)
        for name, found in (("whitelist", account.rows), ("measure_member", account.members)):
            for row in files.rows("results", one, name, "uscc = $uscc"):
                if row["measure_id"] in new:
                    found[row["measure_id"]] = row
        for row in files.rows("results", one, "whitelist_reason", "uscc = $uscc", order="rule_id"):
            if row["measure_id"] in new:
                account.reasons.setdefault(row["measure_id"], []).append(row)
    return account


def batch_ids(account: Account) -> set[str]:
    """Every batch the account points to."""
    found = {row["batch_id"] for rows in account.reasons.values() for row in rows}
    found |= {row["source_batch"] for row in (*account.titles, *account.unmatched)}
    if account.enterprise:
        found |= {account.enterprise["registry_batch_id"], account.enterprise["digital_batch_id"]}
    return {batch_id for batch_id in found if batch_id}


def nearest_codes(run: Run, code: str, lake: Lake, con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Registered enterprises whose code differs from ``code`` by one or two slips; the nearest first."""
    files = _Files(lake, con, code)
    return files.rows(
        "facts",
        run,
        "enterprise",
        "damerau_levenshtein(uscc, $uscc) <= 2",
        order="damerau_levenshtein(uscc, $uscc), uscc",
    )[:3]


@dataclass(frozen=True)
class _Files:
    """The run's Parquet files, asked about one code."""

    lake: Lake
    con: duckdb.DuckDBPyConnection
    uscc: str

    def rows(self, room: str, run: Run, name: str, where: str = "", *, order: str = "1") -> list[Row]:
        """Rows of one file as mappings. Raises :class:`FilesGone`."""
        parts = (room, run.run_id, f"{name}.parquet")
        if not self.lake.exists(*parts):
            raise FilesGone("/".join(parts))
        sql = f"SELECT * FROM read_parquet({literal(self.lake.uri(*parts))})"
        if where:
            sql += f" WHERE {where}"
        sql += f" ORDER BY {order}"
        cursor = self.con.execute(sql, {"uscc": self.uscc} if "$uscc" in sql else None)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _measures(files: _Files, run: Run, known: Iterable[str]) -> dict[str, Row]:
    """Measures this run computed that no newer run has, each with its paper."""
    papers = {row["document_id"]: row for row in files.rows("results", run, "document")}
    found = {}
    for row in files.rows("results", run, "measure", order="measure_id"):
        if row["measure_id"] not in known:
            found[row["measure_id"]] = {**row, "papers": papers}
    return found


def _unmatched(files: _Files, run: Run, enterprise: Row | None, mentions: list[Row]) -> list[Row]:
    """Title rows without an enterprise that bear its code or one of its names, or are proposed as its own."""
    names = {enterprise["name"], *(enterprise["former_names"] or [])} if enterprise else set()
    open_here = "source = 'title_list' AND uscc = $uscc AND state = 'open'"
    proposed = {row["raw_name"] for row in files.rows("facts", run, "name_match", open_here)}
    said = {(row["batch_id"], row["row_no"]): row["message_zh"] for row in mentions}
    nobody = files.rows("facts", run, "title", "uscc IS NULL", order="source_batch, row_no")
    told = {
        (row["batch_id"], row["row_no"]): row["message_zh"]
        for row in files.rows("facts", run, "finding", "starts_with(check_id, 'title.')", order="row_no")
    }
    found = []
    for row in nobody:
        place = (row["source_batch"], row["row_no"])
        if place in said or row["raw_name"] in names or row["raw_name"] in proposed:
            found.append({**row, "why": told.get(place)})
    return found
