"""The merge of one publication, table by table, inside one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text

from srdi.warehouse import changes, history
from srdi.warehouse.merging import Counts, merge
from srdi.warehouse.publication import TableReport
from srdi.warehouse.staging import AGGREGATES, PARTS, Staged
from srdi.warehouse.tables import control

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from srdi.warehouse.runs import RunInfo

PART = {part.name: part for part in PARTS}
LIVE = "EXISTS (SELECT FROM scope AS s WHERE s.measure_id = t.measure_id AND s.live)"

#: Standards take turns by their dates: whoever was judged by another one before is told by the new one now.
STANDARDS = "EXISTS (SELECT FROM scope AS s WHERE s.measure_id = t.standard AND s.live)"


class Mover:
    """Moves staged rows into place and counts what it touched; needs the tables of :mod:`scopes`."""

    def __init__(self, connection: Connection, run: RunInfo, staged: Staged, moment: datetime) -> None:
        self.connection, self.run, self.staged, self.moment = connection, run, staged, moment
        self.tables: dict[str, TableReport] = {}
        self.history_changed = 0
        self.rows_changed = 0

    def enterprises(self, live: bool) -> None:
        counts = self._overwrite("enterprise", str(PART["enterprise"].table), "core_span")
        self._report("core.enterprise", "enterprise", live, counts if live else Counts())
        if live:
            self._table("core.title", "title")
            match = PART["name_match"]
            self.rows_changed += merge(
                self.connection,
                str(match.table),
                self.staged.address["name_match"],
                match.keys,
                match.content,
                within="t.decided_by IS NULL",  # what a person decided stands
                taken="TRUE",
            ).total

    def lists(self) -> None:
        verdicts = "(SELECT measure_id, uscc, verdict, reason_codes, left_on FROM {})".format(
            self.staged.address["whitelist"]
        )
        moved = history.overwrite(
            self.connection,
            "marts.whitelist_history",
            verdicts,
            ["measure_id", "uscc"],
            ["verdict", "reason_codes", "left_on"],
            day=self.run.biz_date,
            moment=self.moment,
            run_id=self.run.run_id,
            span="span",
        )
        self._moved(moved)
        self.rows_changed += changes.recompute(
            self.connection, self.run.biz_date, self.run.run_id, self.staged.address
        )
        for name in ("whitelist", "whitelist_reason"):
            self._table(f"marts.{name}", name, within=LIVE)

    def aggregates(self) -> None:
        day = f"t.biz_date = DATE '{self.run.biz_date}'"
        for name in AGGREGATES:
            self._table(
                f"marts.{name}",
                name,
                within=f"{day} AND t.measure_id IN (SELECT measure_id FROM scope)",
                provenance={"run_id": self.run.run_id, "published_at": self.moment},
            )
        self._table("marts.measure_member", "measure_member", within=LIVE)
        self._table("marts.title_gap", "title_gap", within=STANDARDS)

    def papers(self, live: bool) -> None:
        for name in ("document", "clause", "measure"):
            part = PART[name]
            known = " AND ".join(f'o."{key}" = t."{key}"' for key in part.keys)
            # An older day does not change the words of today; it may bring a paper nobody knew.
            new = f"NOT EXISTS (SELECT FROM {part.table} AS o WHERE {known})"
            newest = LIVE if name == "measure" else "TRUE" if live else "FALSE"
            self.rows_changed += merge(
                self.connection,
                str(part.table),
                self.staged.address[name],
                part.keys,
                part.content,
                within=newest,
                taken=new,
                keep_missing=True,
            ).total

    def record_publications(self) -> None:
        """One row per table, each naming the content hash of the publication before it."""
        table = control.publication
        for report in self.tables.values():
            before = (
                select(table.c.content_sha256)
                .where(table.c.table_name == report.table)
                .order_by(table.c.publication_id.desc())
                .limit(1)
            )
            detail: dict[str, object] = {}
            if report.table == "core.enterprise" and self.staged.newest_seen:
                detail["newest_seen"] = self.staged.newest_seen.isoformat()
            self.connection.execute(
                insert(table).values(
                    run_id=self.run.run_id,
                    biz_date=self.run.biz_date,
                    table_name=report.table,
                    live=report.live,
                    rows=report.rows,
                    rows_entered=report.entered,
                    rows_left=report.left,
                    rows_changed=report.changed,
                    content_sha256=report.content_sha256,
                    previous_sha256=self.connection.execute(before).scalar(),
                    published_at=self.moment,
                    detail=detail or None,
                )
            )

    def _overwrite(self, name: str, target: str, span: str) -> Counts:
        part = PART[name]
        counts = history.overwrite(
            self.connection,
            target,
            self.staged.address[name],
            part.keys,
            part.content,
            day=self.run.biz_date,
            moment=self.moment,
            run_id=self.run.run_id,
            span=span,
        )
        self._moved(counts)
        return counts

    def _moved(self, counts: Counts) -> None:
        self.history_changed += counts.total
        self.rows_changed += counts.total

    def _table(self, table: str, name: str, *, within: str = "TRUE", provenance: dict | None = None) -> None:
        part = PART[name]
        counts = merge(
            self.connection,
            str(part.table),
            self.staged.address[name],
            part.keys,
            part.content,
            within=within,
            provenance=provenance,
        )
        self.rows_changed += counts.total
        live = bool(
            self.connection.execute(text("SELECT COALESCE(BOOL_OR(live), FALSE) FROM scope")).scalar()
        )
        self._report(table, name, live, counts)

    def _report(self, table: str, name: str, live: bool, counts: Counts) -> None:
        loaded = self.staged.loaded[name]
        self.tables[table] = TableReport(
            table, live, loaded.rows, counts.entered, counts.left, counts.changed, loaded.sha256
        )
