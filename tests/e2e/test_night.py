"""The night end to end, through Airflow's scheduler, against the answers of the plain oracle."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import psutil
import pytest
from answers import differences
from sqlalchemy import create_engine

from srdi.contracts.heads import load_heads
from srdi.local.airflow import AirflowError

pytestmark = pytest.mark.full

CONTENT = {
    "marts.whitelist": "measure_id, uscc, verdict, reason_codes, warnings, title, title_valid_to, listed_since",
    "marts.whitelist_reason": "measure_id, uscc, rule_id, outcome, effect, observed, message_zh, batch_id, row_no",
    "marts.coverage": "biz_date, measure_id, division_code, industry_section, numerator, denominator, rate",
    "marts.whitelist_history": "*",
    "marts.whitelist_change": "*",
    "core.title": "*",
    "quality.quarantine": "batch_id, row_no, raw_row",
}


def content(installation) -> dict[str, list]:
    return {
        table: installation.ask(
            f"SELECT {columns} FROM {table} ORDER BY {columns if columns != '*' else '1, 2, 3, 4, 5'}"
        )
        for table, columns in CONTENT.items()
    }


def follow(client, dag_id: str, run_id: str, seconds: float = 240) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = client.run(dag_id, run_id)["state"]
        if state in ("success", "failed"):
            return state
        time.sleep(0.5)
    raise AssertionError(f"{dag_id} {run_id} did not end")


def recompute(client, name: str, conf: dict) -> str:
    client.trigger("recompute", name, conf)
    return follow(client, "recompute", name)


@pytest.fixture(scope="module")
def client(installation, night):
    return installation.services.airflow.client()


def test_the_night_equals_the_answers(installation, night):
    # Files are refused on purpose among all quirks: published, with warnings.
    assert night.returncode == 10, night.stdout + night.stderr
    engine = create_engine(installation.services.reader_url)
    with engine.connect() as conn:
        assert differences(conn, installation.inbox / "answers") == []
    engine.dispose()


def test_findings_of_facts_reach_the_warehouse(installation, night):
    rows = dict(
        installation.ask(
            "SELECT check_id, count(*) FROM quality.finding WHERE check_id LIKE '%.%' GROUP BY 1"
        )
    )
    for check in ("enterprise.vanished", "title.end_derived", "title.unmatched"):
        assert rows.get(check), f"no finding {check}"


def test_the_summary_says_what_happened(night):
    for words in (
        "已发布",
        "整批退回",
        "luoyang.evaluated_provincial_up",
        "docs/runbook.md#refusal-",
        "用时",
    ):
        assert words in night.stdout


def test_it_ran_through_the_scheduler(installation, night, client):
    runs = client.call("GET", "/dags/~/dagRuns?limit=100")["dag_runs"]
    verbs = {run["dag_id"]: client.task_instances({run["dag_id"]: run["dag_run_id"]}) for run in runs}
    sources = {f"ingest__{head.id}" for head in load_heads()}
    assert {dag for dag in verbs if dag.startswith("ingest__")} == sources and len(sources) >= 12
    for dag_id, instances in verbs.items():
        own = {"pull", "conform", "validate"} if dag_id != "recompute" else {"resolve", "decide", "publish"}
        ran = [one for one in instances if one["task_id"] in own]
        assert sorted(one["task_id"] for one in ran) == sorted(own)
        assert all(one["pid"] and one["hostname"] for one in ran), dag_id


def test_accounting(installation, night):
    off = installation.ask(
        "SELECT batch_id FROM control.batch WHERE state = 'accepted'"
        " AND rows_landed <> rows_staged + rows_quarantined + rows_duplicate + rows_ignored"
    )
    assert (
        off == []
        and installation.ask("SELECT count(*) FROM control.batch WHERE state = 'accepted'")[0][0] > 8
    )


def test_failing_counts_of_the_gate_equal_the_quarantine(installation, night):
    """Great Expectations' count per check is the number of rows our findings name for it."""
    rows = installation.ask(
        """
        SELECT c.batch_id, c.check_id, c.rows_failed, count(DISTINCT f.row_no)
        FROM quality.check_result AS c
        LEFT JOIN quality.finding AS f USING (batch_id, check_id)
        WHERE c.rows_failed > 0 AND c.check_id NOT LIKE 'table.%' AND c.check_id NOT LIKE '%.after_as_of'
        GROUP BY 1, 2, 3
        """
    )
    assert rows and all(failed == found for _, _, failed, found in rows), rows
    assert installation.ask("SELECT count(*) FROM quality.check_result WHERE outcome = 'error'") == [(0,)]


def test_a_second_run_changes_nothing_and_says_so(installation, night):
    before = content(installation)
    assert all(before.values())
    again = installation.srdi("nightly", "--inbox", str(installation.inbox), "--date", "2025-09-30")
    assert "没有变化" in again.stdout, again.stdout + again.stderr
    assert content(installation) == before
    engine = create_engine(installation.services.reader_url)
    with engine.connect() as conn:
        assert differences(conn, installation.inbox / "answers") == []
    engine.dispose()


def test_explain_names_rule_clause_file_and_row(installation, night):
    uscc, file_name, row_no = installation.ask(
        "SELECT r.uscc, b.file_name, r.row_no FROM marts.whitelist_reason AS r JOIN control.batch AS b USING (batch_id)"
        " WHERE r.outcome = 'fail' AND r.effect = 'exclude' AND r.rule_id = 'serious_dishonest' LIMIT 1"
    )[0]
    told = installation.srdi("explain", uscc)
    assert told.returncode == 0, told.stderr
    flat = re.sub(r"[\s│┃|]", "", told.stdout)
    assert "严重违法失信" in flat and file_name in flat and str(row_no) in flat


# ── the form ─────────────────────────────────────────────────────────────────────────────────────


def test_dry_run_publishes_nothing(installation, client):
    before = content(installation)
    assert recompute(client, "dry", {"date": "2025-09-30", "dry_run": True}) == "success"
    assert content(installation) == before
    assert installation.ask("SELECT state FROM control.run WHERE dry_run") == [("dry_run",)]


def test_publication_by_hand_needs_a_reason(client):
    assert recompute(client, "no-reason", {"date": "2025-09-30"}) == "failed"


def test_unknown_keys_are_refused(client):
    assert recompute(client, "unknown-key", {"date": "2025-09-30", "reason": "核对", "dateh": 1}) == "failed"


@pytest.mark.parametrize(
    "conf", [{"date": "2025-02-30"}, {"areas": ["999999"]}, {"sources": ["nobody"]}, {"dry_run": "perhaps"}]
)
def test_bad_values_are_refused_by_the_form(client, conf):
    with pytest.raises(AirflowError, match=" 4"):
        client.trigger("recompute", f"bad-{next(iter(conf))}", {"reason": "核对", **conf})


def test_an_officer_recomputes_one_area(installation, client):
    before = installation.ask("SELECT max(publication_id) FROM control.publication")[0][0]
    conf = {"date": "2025-09-30", "areas": ["410300"], "reason": "复核洛阳名单", "sources": ["title_list"]}
    assert recompute(client, "one-area", conf) == "success"
    measures = installation.ask(
        "SELECT DISTINCT m.measure_id FROM control.run AS r JOIN control.measure_day AS m USING (run_id)"
        " WHERE r.reason = '复核洛阳名单'"
    )
    assert measures and all(measure.startswith("luoyang.") for (measure,) in measures)
    assert installation.ask("SELECT max(publication_id) FROM control.publication")[0][0] > before


# ── history ──────────────────────────────────────────────────────────────────────────────────────


def test_backfill_gives_history(installation, client):
    """Airflow's own backfill over past days; newer days stay what they are."""
    stood = installation.ask(
        "SELECT measure_id, uscc, verdict FROM marts.whitelist_on('2025-09-30') ORDER BY 1, 2"
    )
    client.call(
        "POST",
        "/backfills",
        dag_id="recompute",
        from_date="2025-09-29T00:00:00+08:00",
        to_date="2025-09-30T00:00:00+08:00",
        max_active_runs=1,
        reprocess_behavior="none",
    )
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        rows = installation.ask("SELECT biz_date, state FROM control.run WHERE kind = 'backfill' ORDER BY 1")
        if rows and all(state != "running" for _, state in rows):
            break
        time.sleep(1)
    assert [str(day) for day, _ in rows] == ["2025-09-28"], rows
    assert rows[0][1] in ("published", "unchanged", "held")
    assert stood == installation.ask(
        "SELECT measure_id, uscc, verdict FROM marts.whitelist_on('2025-09-30') ORDER BY 1, 2"
    )
    assert installation.ask("SELECT count(*) FROM marts.coverage WHERE biz_date = '2025-09-28'")[0][0] > 0


def test_a_day_after_everything_ran_out(installation, night, client):
    """A run for a late day says what is stale; nobody is known to be near a title, so a person is asked first."""
    late = installation.srdi("nightly", "--inbox", str(installation.inbox), "--date", "2026-11-22")
    assert late.returncode == 20, late.stdout + late.stderr
    assert "陈旧" in late.stdout and "待确认" in late.stdout
    of_the_day = "SELECT DISTINCT measure_id, term FROM marts.coverage WHERE biz_date = '2026-11-22'"
    assert installation.ask(of_the_day) == []
    conf = {"date": "2026-11-22", "force": True, "reason": "申报数据未到，先行发布"}
    assert recompute(client, "released", conf) == "success"
    terms = dict(installation.ask(of_the_day))
    assert terms["luoyang.evaluated_provincial_up"] == "lapsed"
    assert installation.ask(
        "SELECT count(*) FROM marts.whitelist WHERE measure_id = 'henan.pool_provincial' AND verdict = 'listed'"
    ) == [(0,)]


# ── over HTTP ────────────────────────────────────────────────────────────────────────────────────


def test_a_source_arrives_over_http(installation, client):
    """Without an inbox named, the contract's transport and the connection's address and token are used."""
    client.trigger("ingest__financing_credit", "over-http", {})
    assert follow(client, "ingest__financing_credit", "over-http") == "success"
    rows = installation.ask(
        "SELECT origin, as_of::text, state, rows_landed, rows_staged FROM control.batch WHERE origin = 'http'"
    )
    assert rows == [("http", "2025-10-01", "accepted", 4, 4)]


# ── a killed worker ──────────────────────────────────────────────────────────────────────────────


def test_a_worker_killed_in_validate_is_retried_to_the_same_result(installation, client):
    source = installation.inbox / "court_dishonest"
    text = (
        "统一社会信用代码,被执行人名称,案号,发布日期,撤销日期\n"
        + "".join(f"{uscc},某企业,（2026）豫01执{n}号,2026-11-20,\n" for n, (uscc,) in enumerate(
            installation.ask("SELECT uscc FROM core.enterprise ORDER BY uscc LIMIT 50")
        ))
    )  # fmt: skip
    (source / "失信被执行人_20261121.csv").write_text(text, "utf-8")
    scheduler = installation.services.airflow.process("scheduler")
    run_id = f"killed-{datetime.now(UTC):%H%M%S}"
    client.trigger("ingest__court_dishonest", run_id, {"inbox": str(installation.inbox)})
    killed = 0
    deadline = time.monotonic() + 120
    while not killed and time.monotonic() < deadline:
        for one in client.task_instances({"ingest__court_dishonest": run_id}):
            if one["task_id"] == "validate" and one["state"] == "running" and one["pid"]:
                process = psutil.Process(one["pid"])
                assert scheduler.pid in [parent.pid for parent in process.parents()]
                process.kill()
                killed = one["try_number"]
        time.sleep(0.05)
    assert killed == 1, "validate was never seen running"
    assert follow(client, "ingest__court_dishonest", run_id) == "success"
    last = [
        one
        for one in client.task_instances({"ingest__court_dishonest": run_id})
        if one["task_id"] == "validate"
    ]
    assert last[0]["try_number"] == 2
    assert installation.ask(
        "SELECT state, rows_landed, rows_staged FROM control.batch WHERE file_name = '失信被执行人_20261121.csv'"
    ) == [("accepted", 50, 50)]
