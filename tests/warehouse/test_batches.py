"""The register of batches, freshness, quarantine and findings, and runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from night_files import Content, moment, run_info
from sqlalchemy.exc import IntegrityError

from srdi.contracts.models import Cadence
from srdi.contracts.refusals import Refusal, RefusalCode
from srdi.engine.duck import connect
from srdi.quality.results import CheckResult, Counts, GateResult
from srdi.warehouse import batches, deliveries, freshness, runs, set_aside

pytestmark = pytest.mark.full
D1, D2, D3 = date(2025, 9, 28), date(2025, 9, 29), date(2025, 9, 30)
DAILY = Cadence(every="day", due=time(2), fresh_days=3)


@dataclass
class File:
    batch_id: str
    as_of: date | None
    source: str = "registry_risk"
    landed_at: datetime = field(default_factory=lambda: moment(0))
    file_name: str = "名单_20250930.csv"
    sha256: str = "ab"
    bytes: int = 10
    origin: str = "inbox"
    problem: tuple[str, str] | None = None

    @property
    def lake_path(self) -> str:
        return f"landed/{self.source}/{self.batch_id}/{self.file_name}"


@dataclass
class Report:
    batch_id: str
    rows_landed: int
    rows_ignored: int = 0
    rows_duplicate: int = 0
    refusal: Refusal | None = None
    encoding: str = "utf-8"
    sheet: str | None = None
    header_row: int = 1
    columns: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)
    drift: list = field(default_factory=list)
    profile: dict | None = None


def contract(**more):
    return SimpleNamespace(
        **{"id": "registry_risk", "cadence": DAILY, "mode": "increment", "closed_world": True} | more
    )


def good(batch_id: str, counts: Counts, **more) -> GateResult:
    return GateResult(
        batch_id, "accepted", None, counts, [], staged_path=f"staged/{batch_id}.parquet", **more
    )


def take(conn, batch_id: str, as_of: date, rows: int, **more) -> None:
    batches.register(conn, File(batch_id, as_of, **more), "v1")
    batches.accept(conn, batch_id, good(batch_id, Counts(rows + 3, rows, 1, 1, 1)), at=moment(1))


def test_the_way_of_a_batch(db, engine):
    drift = SimpleNamespace(kind="new", column="新列", action="record", detail="x")
    check = CheckResult("uscc.required", "critical", "fail", 9, 2, None, None, "说明", [{"row_no": 3}])
    with engine.begin() as conn:
        assert batches.register(conn, File("b1", D3), "v1") is True
        assert batches.register(conn, File("b1", D3), "v1") is False
        report = Report("b1", 12, 1, 2, drift=[drift, drift], profile={"revenue": {"median": "1"}})
        batches.mark_staged(conn, report)
        assert [row["batch_id"] for row in batches.batches_in_state(conn, "registry_risk", "staged")] == [
            "b1"
        ]
        result = good("b1", Counts(12, 7, 2, 2, 1))
        result.check_results.append(check)
        batches.accept(conn, "b1", result, at=moment(2))
        batches.accept(conn, "b1", result, at=moment(2))
    assert db.rows(
        "SELECT state, rows_landed, rows_staged, rows_quarantined, rows_duplicate, rows_ignored,"
        " reading ->> 'encoding', profile -> 'revenue' ->> 'median' FROM control.batch"
    ) == [("accepted", 12, 7, 2, 2, 1, "utf-8", "1")]
    assert db.rows("SELECT column_name, action FROM quality.drift") == [("新列", "record")]
    assert db.rows("SELECT check_id, outcome, sample FROM quality.check_result") == [
        ("uscc.required", "fail", [{"row_no": 3}])
    ]


def test_counts_that_do_not_add_up_are_refused_by_the_database(db, engine):
    with engine.begin() as conn:
        batches.register(conn, File("b1", D3), "v1")
    with pytest.raises(IntegrityError, match="accounting"), engine.begin() as conn:
        batches.accept(conn, "b1", good("b1", Counts(12, 7, 2, 2, 0)))
    assert db.one("SELECT state FROM control.batch") == "landed"


def test_a_refused_batch_keeps_its_code_and_can_come_right(db, engine):
    refusal = Refusal(RefusalCode.SHRUNK, "行数减半")
    with engine.begin() as conn:
        batches.register(conn, File("b0", None, problem=("no_as_of", "文件名没有日期")))
        batches.register(conn, File("b1", D3))
        batches.refuse(
            conn, "b1", GateResult("b1", "refused", refusal, Counts(5, 5, 0, 0, 0), []), at=moment(1)
        )
        assert batches.known_batches(conn, "registry_risk", None) == {"b0", "b1"}
        # Under a mended contract a refused file is landed anew; an accepted one would not be.
        assert batches.known_batches(conn, "registry_risk", "v2") == set()
        assert batches.manifest(conn, D3, [contract()]).batches == ()
        with pytest.raises(LookupError):
            batches.refuse(conn, "b9", refusal)
    assert db.rows("SELECT batch_id, refusal_code, refusal_message FROM control.batch ORDER BY 1") == [
        ("b0", "no_as_of", "文件名没有日期"),
        ("b1", "shrunk", "行数减半"),
    ]
    with engine.begin() as conn:
        assert not batches.register(conn, File("b1", D3))
        assert batches.register(conn, File("b1", D3), "v2")
    assert db.rows("SELECT state, refusal_code, rows_landed FROM control.batch WHERE batch_id = 'b1'") == [
        ("landed", None, 0)
    ]
    with engine.begin() as conn:
        batches.mark_staged(conn, Report("b1", 5))
        batches.accept(conn, "b1", good("b1", Counts(5, 5, 0, 0, 0)), at=moment(2))
    assert db.one("SELECT refusal_code FROM control.batch WHERE batch_id = 'b1'") is None


def test_manifest_and_last_good_keep_days_and_origins_apart(engine):
    with engine.begin() as conn:
        take(conn, "b1", D1, 10)
        take(conn, "b2a", D2, 20)
        take(conn, "b2b", D2, 30)
        take(conn, "b3", D3, 40)
        take(conn, "s2", D2, 99, origin="sample")
        seen = batches.manifest(conn, D2, {"registry_risk": contract()}, {"inbox"})
        assert [batch.batch_id for batch in seen.batches] == ["b1", "b2a", "b2b"]
        assert seen.freshness == {"registry_risk": "fresh"} and seen.closed_world == {"registry_risk": True}
        assert batches.last_good_rows(conn, "registry_risk", D3, {"inbox"}) == 52
        assert batches.last_good_rows(conn, "registry_risk", D3) == 152
        assert batches.last_good_rows(conn, "registry_risk", D1) is None
        assert batches.last_profile(conn, "registry_risk", D3) is None


def test_a_snapshot_day_of_which_a_part_was_refused_is_no_truth(engine):
    """The last good day stays in force until enough of a newer one was accepted."""
    snapshot = contract(mode="snapshot", volume=SimpleNamespace(minimum=0.8, maximum=2.0, action="stop"))
    with engine.begin() as conn:
        take(conn, "whole", D1, 100)
        take(conn, "part", D2, 60)
        seen = batches.manifest(conn, D3, {"registry_risk": snapshot})
        assert [batch.batch_id for batch in seen.batches] == ["whole"]
        take(conn, "rest", D2, 30)
        seen = batches.manifest(conn, D3, {"registry_risk": snapshot})
        assert [batch.batch_id for batch in seen.batches] == ["whole", "part", "rest"]


def test_parts_of_a_day_that_arrive_on_different_nights_come_right_together(db, engine):
    refusal = Refusal(RefusalCode.SHRUNK, "行数减半")
    with engine.begin() as conn:
        batches.register(conn, File("first", D2), "v1")
        batches.refuse(
            conn, "first", GateResult("first", "refused", refusal, Counts(12, 0, 0, 1, 1), []), at=moment(1)
        )
        assert deliveries.reconsider_shrunk(conn, "registry_risk") == 0
        batches.register(conn, File("second", D2), "v1")
        batches.mark_staged(conn, Report("second", 40), "conformed/second.parquet")
        assert deliveries.reconsider_shrunk(conn, "registry_risk") == 1
    assert db.rows("SELECT state, rows_staged, refusal_code FROM control.batch WHERE batch_id = 'first'") == [
        ("staged", 10, None)
    ]


@pytest.mark.parametrize(
    ("last", "biz_date", "state"),
    [
        (None, D3, "never"),
        (D3, D3, "fresh"),
        (D2, D3, "late"),
        (date(2025, 9, 27), D3, "late"),
        (date(2025, 9, 26), D3, "stale"),
    ],
)
def test_freshness_is_judged_against_the_day(last, biz_date, state):
    assert freshness.judge(DAILY, last, biz_date)[0] == state


def test_a_monthly_source_is_late_only_when_the_next_export_is_due():
    monthly = Cadence(every="month", due=time(9), fresh_days=62)
    assert freshness.judge(monthly, date(2025, 9, 1), date(2025, 10, 1))[0] == "fresh"
    assert freshness.judge(monthly, date(2025, 9, 1), date(2025, 10, 2))[0] == "late"


def test_freshness_is_recorded_and_summed_up(db, engine):
    with engine.begin() as conn:
        take(conn, "b1", D1, 10)
        for day in (D1, D3, D3):
            freshness.record(conn, freshness.states_on(conn, day, [contract(), contract(id="tax_annual")]))
        assert freshness.summary(conn, D3) == "registry_risk=late,tax_annual=never"
    assert db.rows(
        "SELECT biz_date, last_as_of, state FROM control.freshness WHERE source = 'registry_risk'"
    ) == [
        (D1, D1, "fresh"),
        (D3, D1, "late"),
    ]


def write_rows(lake, path: str, rows: list[dict]) -> str:
    pq.write_table(pa.Table.from_pylist(rows), lake.make_room(path))
    return path


def aside(row_no: int, raw: dict, batch_id: str = "b1") -> dict:
    return {
        "batch_id": batch_id,
        "row_no": row_no,
        "source": "s",
        "file_name": "f.csv",
        "raw_row": json.dumps(raw, ensure_ascii=True),
        "business_key": f"k{row_no}\0",
        "state": "open",
    }


def test_quarantine_keeps_the_row_and_what_a_person_decided(db, engine, lake):
    hostile = {"名称": '甲"\\ \0\0,\n{}', "literal": "\\u0000"}
    con = connect(lake, threads=1)
    path = write_rows(lake, "quarantine/b1.parquet", [aside(3, hostile), aside(4, {"a": ""})])
    with engine.begin() as conn:
        assert set_aside.load_quarantine(conn, con, lake, "b1", path) == 2
    db.run(
        "UPDATE quality.quarantine SET state = 'accepted', decided_by = 'x', decided_at = now() WHERE row_no = 3"
    )
    path = write_rows(lake, "quarantine/b1.parquet", [aside(3, hostile), aside(5, {"a": "c"})])
    with engine.begin() as conn:
        assert set_aside.load_quarantine(conn, con, lake, "b1", path) == 2
        assert set_aside.load_quarantine(conn, con, lake, "other", None) == 0
    rows = db.rows("SELECT row_no, state, business_key, raw_row FROM quality.quarantine ORDER BY 1")
    kept = {"名称": '甲"\\ \ufffd\ufffd,\n{}', "literal": "\\u0000"}
    assert rows == [(3, "accepted", "k3", kept), (5, "open", "k5", {"a": "c"})]


def test_findings_are_replaced_by_batch(db, engine, lake):
    con = connect(lake, threads=1)

    def found(row_no, check_id, field="uscc", batch_id="b1"):
        names = {"batch_id": batch_id, "row_no": row_no, "field": field, "check_id": check_id}
        return names | {"severity": "warning", "raw_value": "x", "expected": "y", "message_zh": "z"}

    def load(rows, batch_id="b1"):
        with engine.begin() as conn:
            return set_aside.load_findings(
                conn, con, lake, batch_id, write_rows(lake, "finding/f.parquet", rows)
            )

    assert load([found(1, "c1"), found(1, "c1"), found(None, "c2", None)]) == 2
    assert load([found(2, "c1")]) == 1
    assert load([found(7, "vanished", batch_id="b2")], None) == 1
    assert load([found(8, "vanished", batch_id="b2")], None) == 1
    assert db.rows("SELECT batch_id, row_no, field, check_id FROM quality.finding ORDER BY 1") == [
        ("b1", 2, "uscc", "c1"),
        ("b2", 8, "uscc", "vanished"),
    ]


def test_runs_have_a_manifest_steps_and_an_end(db, engine):
    with engine.begin() as conn:
        take(conn, "b1", D1, 1)
        take(conn, "b2", D2, 1)
        run = run_info("r1", D3, Content(), kind="manual", reason="复核", areas=["410300"])
        runs.start_run(conn, run, ["b1", "b2", "b1"])
        runs.start_run(conn, run, ["b2"])
        runs.record_step(conn, "r1", "decide", "", moment(1), None)
        runs.record_step(conn, "r1", "decide", "", moment(1), moment(2), 7, {"packs": 3})
        runs.finish_run(conn, "r1", "failed", moment(3), {"why": "x"})
        with pytest.raises(LookupError):
            runs.finish_run(conn, "r9", "failed", moment(3))
    assert db.rows("SELECT batch_id FROM control.run_batch") == [("b2",)]
    assert db.rows("SELECT verb, rows, finished_at IS NOT NULL FROM control.step") == [("decide", 7, True)]
    assert db.rows("SELECT state, areas, reason FROM control.run") == [("failed", ["410300"], "复核")]
