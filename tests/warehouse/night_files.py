"""Facts and results of a small run, as the verbs before would have written them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.warehouse.publish import Guard, PublishReport, publish
from srdi.warehouse.runs import RunInfo, start_run

CITY = {"zhengzhou.whitelist": "410100", "luoyang.whitelist": "410300", "luoyang.coverage": "410300"}
CITY |= {"zhengzhou.fee": "410100", "luoyang.fee": "410300"}
LOOSE = Guard(max_shrink=1.0, smallest=1000)


def moment(n: int) -> datetime:
    """The n-th moment of a test."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)


SHAPES = {
    "enterprise": [
        ("uscc", pa.string()),
        ("name", pa.string()),
        ("former_names", pa.list_(pa.string())),
        ("status", pa.string()),
        ("operating", pa.bool_()),
        ("division_code", pa.string()),
        ("city_code", pa.string()),
        ("registered_capital", pa.decimal128(18, 2)),
        ("zone_code", pa.string()),
        ("industry_code", pa.string()),
        ("industry_section", pa.string()),
        ("founded_on", pa.date32()),
        ("size_class", pa.string()),
        ("first_seen", pa.date32()),
        ("last_seen", pa.date32()),
    ],
    "title": [
        ("title_id", pa.string()),
        ("uscc", pa.string()),
        ("raw_name", pa.string()),
        ("title", pa.string()),
        ("batch", pa.string()),
        ("state", pa.string()),
        ("recognised_on", pa.date32()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("derived_end", pa.bool_()),
        ("in_force", pa.bool_()),
        ("division_code", pa.string()),
        ("city_code", pa.string()),
        ("source_batch", pa.string()),
        ("row_no", pa.int64()),
    ],
    "name_match": [
        ("source", pa.string()),
        ("raw_name", pa.string()),
        ("normal_name", pa.string()),
        ("uscc", pa.string()),
        ("method", pa.string()),
        ("score", pa.decimal128(6, 4)),
        ("state", pa.string()),
    ],
    "measure": [
        ("measure_id", pa.string()),
        ("kind", pa.string()),
        ("area_code", pa.string()),
        ("document_id", pa.string()),
        ("clause", pa.string()),
        ("stage", pa.string()),
        ("term", pa.string()),
        ("rule_version", pa.string()),
        ("title_zh", pa.string()),
        ("title_en", pa.string()),
        ("definition_zh", pa.string()),
        ("exit_days", pa.int32()),
        ("rule_hash", pa.string()),
        ("rule_text_hash", pa.string()),
        ("rule_sources", pa.string()),
    ],
    "whitelist": [
        ("measure_id", pa.string()),
        ("uscc", pa.string()),
        ("area_code", pa.string()),
        ("name", pa.string()),
        ("division_code", pa.string()),
        ("title", pa.string()),
        ("title_valid_to", pa.date32()),
        ("verdict", pa.string()),
        ("reason_codes", pa.list_(pa.string())),
        ("warnings", pa.list_(pa.string())),
        ("days_to_lapse", pa.int32()),
        ("left_on", pa.date32()),
    ],
    "whitelist_reason": [
        ("measure_id", pa.string()),
        ("uscc", pa.string()),
        ("rule_id", pa.string()),
        ("outcome", pa.string()),
        ("effect", pa.string()),
        ("observed", pa.string()),
        ("required", pa.string()),
        ("distance", pa.decimal128(18, 6)),
        ("message_zh", pa.string()),
        ("clause", pa.string()),
        ("document_id", pa.string()),
        ("batch_id", pa.string()),
        ("row_no", pa.int64()),
    ],
    "coverage": [
        ("measure_id", pa.string()),
        ("area_code", pa.string()),
        ("division_code", pa.string()),
        ("tier", pa.string()),
        ("industry_section", pa.string()),
        ("numerator", pa.int64()),
        ("denominator", pa.int64()),
        ("unknown", pa.int64()),
        ("unmatched", pa.int64()),
        ("rate", pa.decimal128(12, 6)),
        ("target", pa.decimal128(12, 6)),
        ("shortfall", pa.int64()),
        ("met", pa.bool_()),
        ("document_id", pa.string()),
        ("clause", pa.string()),
        ("stage", pa.string()),
        ("term", pa.string()),
    ],
    "financing": [
        ("measure_id", pa.string()),
        ("area_code", pa.string()),
        ("bank", pa.string()),
        ("numerator", pa.decimal128(24, 6)),
        ("denominator", pa.decimal128(24, 6)),
        ("value", pa.decimal128(24, 6)),
        ("unit", pa.string()),
        ("target", pa.decimal128(24, 6)),
        ("keeps", pa.string()),
        ("met", pa.bool_()),
        ("unknown", pa.int64()),
        ("unmatched", pa.int64()),
        ("document_id", pa.string()),
        ("clause", pa.string()),
        ("stage", pa.string()),
        ("term", pa.string()),
    ],
    "measure_member": [
        ("measure_id", pa.string()),
        ("uscc", pa.string()),
        ("outcome", pa.string()),
        ("observed", pa.string()),
        ("required", pa.string()),
        ("distance", pa.decimal128(18, 6)),
        ("division_code", pa.string()),
    ],
}


@dataclass
class Content:
    """What a run says. ``lists``: measure → code → verdict; ``ends``: code → last day of its title.

    ``left``: code → the day decide itself says it left. ``more``: further reasons, (measure, code, rule) →
    columns. ``titles``/``places``: code → columns of its title (None: no title), code → city.
    ``rules``: (hash of the rules in force, hash of their text). ``sources``: rule → sources it reads.
    ``financing``: measure → bank → columns; None: the run wrote no such file.
    """

    lists: dict[str, dict[str, str]] = field(default_factory=dict)
    ends: dict[str, date] = field(default_factory=dict)
    reasons: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    coverage: dict[str, tuple[int, int]] = field(default_factory=dict)
    members: dict[str, dict[str, str]] = field(default_factory=dict)
    names: list[dict] = field(default_factory=list)
    enterprises: list[dict] = field(default_factory=list)
    seen: date | None = None
    rule_version: str = "r1"
    left: dict[str, date] = field(default_factory=dict)
    more: dict[tuple[str, str, str], dict] = field(default_factory=dict)
    titles: dict[str, dict | None] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    rules: tuple[str, str] | None = None
    sources: dict[str, list[str]] = field(default_factory=dict)
    exit_days: int | None = 30
    financing: dict[str, dict[str, dict]] | None = None

    def rows(self, day: date) -> dict[str, list[dict]]:
        codes = sorted({*self.titles, *self.places, *(c for one in self.lists.values() for c in one)})
        seen = self.seen or day
        enterprises = self.enterprises or [
            {
                "uscc": c,
                "name": f"企业{c}",
                "operating": True,
                "last_seen": seen,
                "city_code": self.places.get(c),
            }
            for c in codes
        ]
        measures = [
            {
                "measure_id": m,
                "kind": "list"
                if m in self.lists
                else "target"
                if m in (self.financing or {})
                else "coverage",
                "area_code": CITY[m],
                "rule_version": self.rule_version,
                "exit_days": self.exit_days,
                "rule_hash": self.rules[0] if self.rules else None,
                "rule_text_hash": self.rules[1] if self.rules else None,
                "rule_sources": json.dumps(self.sources),
            }
            for m in sorted({*self.lists, *self.coverage, *self.members, *(self.financing or {})})
        ]
        return {
            "enterprise": enterprises,
            "title": [
                {"title_id": f"t-{c}", "uscc": c, "raw_name": f"企业{c}", "title": "省级"}
                | (self.titles.get(c) or {})
                for c in codes
                if self.titles.get(c, {}) is not None
            ],
            "name_match": self.names,
            "measure": measures,
            "whitelist": [
                {
                    "measure_id": m,
                    "uscc": c,
                    "area_code": CITY[m],
                    "name": f"企业{c}",
                    "verdict": verdict,
                    "title": "省级",
                    "title_valid_to": self.ends.get(c),
                    "left_on": self.left.get(c),
                    "reason_codes": [] if verdict == "listed" else ['a "quoted" \\ code', verdict],
                    "days_to_lapse": (self.ends[c] - day).days if c in self.ends else None,
                }
                for m, one in sorted(self.lists.items())
                for c, verdict in sorted(one.items())
            ],
            "whitelist_reason": [
                {
                    "measure_id": m,
                    "uscc": c,
                    "rule_id": "serious_dishonest",
                    "outcome": self.reasons.get((m, c), ("pass", "none"))[0],
                    "effect": self.reasons.get((m, c), ("pass", "none"))[1],
                    "distance": Decimal("-0.019000"),
                    "batch_id": "b1",
                }
                for m, one in sorted(self.lists.items())
                for c in sorted(one)
                if (m, c, "serious_dishonest") not in self.more
            ]
            + [
                {"measure_id": m, "uscc": c, "rule_id": rule, "outcome": "pass", "effect": "none"} | columns
                for (m, c, rule), columns in self.more.items()
                if c in self.lists.get(m, {})
            ],
            "coverage": [
                {
                    "measure_id": m,
                    "area_code": CITY[m],
                    "division_code": "ALL",
                    "tier": "ALL",
                    "industry_section": "ALL",
                    "numerator": n,
                    "denominator": d,
                    "unknown": 0,
                    "rate": round(Decimal(n) / d, 6) if d else None,
                }
                for m, (n, d) in sorted(self.coverage.items())
            ],
            "financing": [
                {
                    "measure_id": m,
                    "area_code": CITY[m],
                    "bank": bank,
                    "unit": "ratio",
                    "unknown": 0,
                    "unmatched": 0,
                }
                | columns
                for m, banks in sorted((self.financing or {}).items())
                for bank, columns in sorted(banks.items())
            ],
            "measure_member": [
                {"measure_id": m, "uscc": c, "outcome": outcome}
                for m, one in sorted(self.members.items())
                for c, outcome in sorted(one.items())
            ],
        }


def write(lake: Lake, run_id: str, day: date, content: Content) -> None:
    """Write the Parquet files of a run into the lake."""
    for name, rows in content.rows(day).items():
        if name == "financing" and content.financing is None:
            continue
        folder = "facts" if name in ("enterprise", "title", "name_match") else "results"
        uri = lake.make_room(folder, run_id, f"{name}.parquet")
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(SHAPES[name])), uri)


def run_info(run_id: str, day: date, content: Content, **more) -> RunInfo:
    return RunInfo(
        **{
            "run_id": run_id,
            "biz_date": day,
            "kind": "scheduled",
            "reason": None,
            "requested_by": "test",
            "code_version": "c1",
            "rule_version": content.rule_version,
            "started_at": moment(0),
            "areas": None,
        }
        | more
    )


def publish_content(
    engine, lake: Lake, run_id: str, day: date, content: Content, at: int, *, limits=LOOSE, areas=None, **more
) -> PublishReport:
    """Write a run's files and publish them."""
    write(lake, run_id, day, content)
    con = connect(lake, threads=1)
    try:
        run = run_info(run_id, day, content, areas=areas)
        facts, results = f"facts/{run_id}", f"results/{run_id}"
        return publish(engine, run, facts, results, lake, con, moment(at), limits=limits, **more)
    finally:
        con.close()


def batch(db, batch_id: str, source: str, as_of: date, origin: str = "inbox") -> str:
    """Register an accepted batch of a source, for manifests."""
    db.run(
        "INSERT INTO control.batch (batch_id, source, as_of, landed_at, file_name, sha256, bytes, origin,"
        " lake_path, staged_path, state) VALUES (:id, :source, :as_of, now(), 'f', :id, 1, :origin, 'p', 's',"
        " 'accepted')",
        id=batch_id,
        source=source,
        as_of=as_of,
        origin=origin,
    )
    return batch_id


def manifest(db, run_id: str, day: date, content: Content, *batch_ids: str) -> None:
    """Register a run with the batches it reads, as resolve does."""
    with db.engine().begin() as connection:
        start_run(connection, run_info(run_id, day, content), batch_ids)


def freshness(db, day: date, **states: str) -> None:
    """Say how fresh sources were on a day."""
    for source, state in states.items():
        db.run(
            "INSERT INTO control.freshness (source, biz_date, state) VALUES (:source, :day, :state)",
            source=source,
            day=day,
            state=state,
        )
