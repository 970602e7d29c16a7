"""Hand-made staged files, and the facts that come of them; the tests of this folder build on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.facts.manifest import Batch, Manifest, NameDecision
from srdi.facts.resolve import EVENTS, FactsReport, resolve
from srdi.facts.staged import READS

BIZ_DATE = date(2025, 9, 30)

ARROW = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE": pa.date32(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DECIMAL(18, 2)": pa.decimal128(18, 2),
    "DECIMAL(10, 4)": pa.decimal128(10, 4),
    "DECIMAL(12, 6)": pa.decimal128(12, 6),
    "BOOLEAN": pa.bool_(),
}

A, B, C = "91410300MA0000001A", "91410300MA0000002B", "91410300MA0000003C"

ALL_FRESH = dict.fromkeys(READS, "fresh")
SNAPSHOTS = ("enterprise_registry", "platform_membership")
MODES = {source: "snapshot" if source in SNAPSHOTS else "increment" for source in READS}
CLOSED = dict.fromkeys(
    (
        "registry_risk",
        "court_dishonest",
        "cloud_adoption",
        "tax_benefit",
        "platform_membership",
        "capital_market",
    ),
    True,
)


@dataclass
class Facts:
    """What a run wrote, as plain rows."""

    report: FactsReport
    enterprises: dict[str, dict[str, Any]]
    titles: list[dict[str, Any]]
    names: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    folder: Path
    events: dict[str, list[dict[str, Any]]]

    def checks(self) -> list[str]:
        return [finding["check_id"] for finding in self.findings]

    def finding(self, check_id: str) -> dict[str, Any]:
        (found,) = (finding for finding in self.findings if finding["check_id"] == check_id)
        return found


@dataclass
class Inbox:
    """Collects staged batches and resolves them; one lake per test."""

    lake: Lake
    batches: list[Batch] = field(default_factory=list)
    freshness: dict[str, str] = field(default_factory=lambda: dict(ALL_FRESH))
    closed_world: dict[str, bool] = field(default_factory=lambda: dict(CLOSED))
    modes: dict[str, str] = field(default_factory=lambda: dict(MODES))
    runs: int = 0

    def stage(
        self,
        source: str,
        rows: list[dict[str, Any]],
        as_of: date = BIZ_DATE,
        landed: int = 0,
        order: Callable[[list], list] = list,
    ) -> str:
        """Write one batch; ``_row_no`` counts from 2 as below a header unless a row says otherwise."""
        batch_id = f"{source}-{as_of:%Y%m%d}-{len(self.batches):012d}"
        kinds = READS[source]
        full = [
            {"_batch_id": batch_id, "_row_no": number, **{column: row.get(column) for column in kinds}}
            | ({"_row_no": row["_row_no"]} if "_row_no" in row else {})
            for number, row in enumerate(rows, start=2)
        ]
        schema = pa.schema(
            [("_batch_id", pa.string()), ("_row_no", pa.int64()), *((c, ARROW[k]) for c, k in kinds.items())]
        )
        path = f"staged/{source}/{batch_id}.parquet"
        pq.write_table(pa.Table.from_pylist(order(full), schema), self.lake.make_room(path))
        landed_at = datetime(2025, 10, 1, 1, landed, tzinfo=UTC)
        self.batches.append(Batch(batch_id, source, as_of, landed_at, path))
        return batch_id

    def registry(self, *rows: dict[str, Any], as_of: date = BIZ_DATE, landed: int = 0) -> str:
        """Registry rows; what a test does not care about is an operating manufacturer in Jianxi, Luoyang."""
        usual = {"name": None, "status": "存续", "district": "涧西区", "industry_code": "C3560"}
        return self.stage(
            "enterprise_registry",
            [usual | {"name": f"洛阳{row['uscc'][-2:]}有限公司"} | row for row in rows],
            as_of,
            landed,
        )

    def write(
        self,
        biz_date: date = BIZ_DATE,
        decisions: list[NameDecision] | None = None,
        threads: int | None = None,
        **parameters: Any,
    ) -> FactsReport:
        """Resolve without reading anything back: for facts of many enterprises."""
        self.runs += 1
        con = connect(self.lake, threads=threads)
        manifest = Manifest(tuple(self.batches), self.freshness, self.modes, self.closed_world)
        report = resolve(manifest, biz_date, parameters, decisions or [], self.lake, con, f"run-{self.runs}")
        con.close()
        return report

    def resolve(
        self,
        biz_date: date = BIZ_DATE,
        decisions: list[NameDecision] | None = None,
        threads: int | None = None,
        **parameters: Any,
    ) -> Facts:
        report = self.write(biz_date, decisions, threads, **parameters)
        folder = Path(self.lake.root) / report.folder
        rows = {name: pq.read_table(folder / f"{name}.parquet").to_pylist() for name in report.paths}
        return Facts(
            report,
            {row["uscc"]: row for row in rows["enterprise"]},
            rows["title"],
            rows["name_match"],
            rows["finding"],
            folder,
            {name: rows[name] for name in EVENTS},
        )

    def with_batches(self, batches: list[Batch]) -> Inbox:
        return replace(self, batches=batches)
