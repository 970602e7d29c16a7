"""The gate: verdicts, counts that agree, accounting, and checks that crash without blaming the data."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from quality_bench import BATCH, Report, contract_with

from srdi.contracts.refusals import RefusalCode, refuse
from srdi.quality import gate, split
from srdi.quality.results import Counts
from srdi.quality.rows import any_of, count_failing, gate_rows
from srdi.quality.rules import rules_for

BAD_CODE = {"uscc": None, "uscc__raw": "ABC", "uscc__missing": "code_checksum"}
MIXED = [
    {},
    BAD_CODE,
    {"_kind": "duplicate", "_duplicate_of": 2},
    {"_kind": "ignored", "_ignored_reason": "footer"},
    {"amount": -5, "amount__raw": "-5", "amount__missing": None},
    {"kind": "乙", "kind__raw": "乙", "amount": 600, "amount__raw": "600", "amount__missing": None},
    {"person__missing": "unreadable", "person__raw": "某\u3000某"},
    {"uscc": "C00000000000000002", "amount": 7, "amount__missing": None},
    {"listed_on": date(2025, 10, 1), "amount__missing": "withheld"},
    {},
]


def by_id(result):
    return {check.check_id: check for check in result.check_results}


def test_a_mixed_batch_is_split_and_every_row_accounted_for(bench):
    bench.write(MIXED)
    result = bench.validate()
    assert result.outcome == "accepted"
    assert result.refusal is None
    assert result.counts == Counts(landed=10, staged=6, quarantined=2, duplicate=1, ignored=1)
    staged = bench.read(result.staged_path)
    assert [row["_row_no"] for row in staged] == [2, 6, 8, 9, 10, 11]
    assert list(staged[0]) == ["_batch_id", "_row_no", *bench.contract.fields, "_missing"]
    assert [row["_missing"] for row in staged] == [
        None, None, '{"person":"unreadable"}', None, '{"amount":"withheld"}', None,
    ]  # fmt: skip
    assert staged[1]["amount"] == Decimal("-5.00")
    assert bench.read(result.quarantine_path) == [
        {
            "batch_id": BATCH,
            "row_no": n,
            "source": "ledger",
            "file_name": "台账'_20250930.csv",
            "raw_row": f'{{"代码":"C{n}"}}',
            "business_key": key,
            "state": "open",
        }
        for n, key in [(3, "ABC|2025-01-01"), (7, "C00000000000000007|2025-01-01")]
    ]


def test_failing_counts_are_those_of_both_engines_and_of_the_findings(bench):
    bench.write(MIXED)
    result = bench.validate()
    failed = {c.check_id: c.rows_failed for c in result.check_results if c.outcome == "fail"}
    assert failed == {
        "uscc.code_checksum": 1,
        "amount.range": 1,
        "person.readable": 1,
        "listed_on.after_as_of": 1,
        "key.unique": 2,
        "big_amount": 1,
    }
    findings = bench.read(result.finding_path)
    assert result.findings == len(findings) == sum(failed.values())
    assert {c: sum(f["check_id"] == c for f in findings) for c in failed} == failed
    assert {check.outcome for check in result.check_results} == {"pass", "fail"}
    assert result.has_warnings


def test_a_finding_names_file_row_field_value_expected_and_what_to_do(bench):
    bench.write(MIXED)
    finding = bench.read(bench.validate().finding_path)[1]
    assert finding == {
        "batch_id": BATCH,
        "row_no": 3,
        "field": "uscc",
        "check_id": "uscc.code_checksum",
        "severity": "warning",
        "raw_value": "ABC",
        "expected": "18 位统一社会信用代码",
        "message_zh": "文件 台账'_20250930.csv 第 3 行「代码」：校验位不正确（收到：ABC）。应为：18 位统一社会信用代码。"
        "请对照营业执照核对；确为早期试点代码的，由业务人员说明理由后放行。",
    }


def test_samples_leave_sensitive_values_out(bench):
    bench.write(MIXED)
    checks = by_id(bench.validate())
    assert checks["person.readable"].sample == [{"row_no": 8}]
    assert checks["uscc.code_checksum"].sample == [{"row_no": 3, "raw_value": "ABC"}]


def test_samples_are_the_first_five_rows(bench):
    bench.write([{}] * 12 + [BAD_CODE] * 8)
    sample = by_id(bench.validate())["uscc.code_checksum"].sample
    assert [row["row_no"] for row in sample] == [14, 15, 16, 17, 18]


def test_findings_of_a_recording_rule_are_cut_but_counted_and_those_of_the_quarantine_are_not(
    bench, monkeypatch
):
    monkeypatch.setattr(split, "FINDINGS_PER_RULE", 3)
    bench.write([{"person__missing": "unreadable"}] * 5 + [BAD_CODE] * 5)
    result = bench.validate()
    found = [(row["check_id"], row["row_no"]) for row in bench.read(result.finding_path)]
    assert [n for check, n in found if check == "person.readable"] == [2, 3, 4]
    assert [n for check, n in found if check == "uscc.code_checksum"] == [7, 8, 9, 10, 11]
    check = by_id(result)["person.readable"]
    assert check.rows_failed == 5
    assert len(check.sample) == 3


def test_findings_of_a_refused_batch_are_cut(bench, monkeypatch):
    monkeypatch.setattr(split, "FINDINGS_PER_RULE", 3)
    bench.write([BAD_CODE] * 5)
    result = bench.validate()
    assert result.outcome == "refused"
    assert result.findings == 3
    assert by_id(result)["uscc.code_checksum"].rows_failed == 5


def test_the_same_batch_gives_the_same_bytes(bench):
    bench.write(MIXED)
    digests = []
    for _ in range(2):
        result = bench.validate()
        paths = (result.staged_path, result.quarantine_path, result.finding_path)
        digests.append([hashlib.sha256(bench.lake.open(path).read()).hexdigest() for path in paths])
    assert digests[0] == digests[1]


@pytest.mark.parametrize(("bad", "outcome"), [(5, "accepted"), (6, "refused")])
def test_a_batch_is_refused_above_the_share_the_contract_allows_not_at_it(bench, bad, outcome):
    bench.write([BAD_CODE] * bad + [{}] * (10 - bad))
    result = bench.validate()
    assert result.outcome == outcome
    check = by_id(result)["table.quarantine_share"]
    assert (check.rows_failed, check.share_failed) == (bad, Decimal(bad) / 10)
    if outcome == "refused":
        assert result.refusal.code is RefusalCode.QUARANTINE_SHARE
        assert "60%" in result.refusal.message
        assert result.staged_path is None
        assert not bench.lake.exists(split.staged_path("ledger", BATCH))
        assert not bench.lake.exists(split.quarantine_path(BATCH))
        assert len(bench.read(result.finding_path)) == bad
        assert (result.counts.staged, result.counts.quarantined) == (0, 0)


@pytest.mark.parametrize(
    ("day_rows", "mode", "action", "code"),
    [
        (80, "snapshot", "stop", None),
        (79, "snapshot", "stop", RefusalCode.SHRUNK),
        (79, "snapshot", "record", None),
        (79, "increment", "stop", None),
    ],
)
def test_volume_against_the_last_good_day(bench, day_rows, mode, action, code):
    bench.write([{}] * 3)
    contract = contract_with(mode=mode, volume={"action": action})
    result = bench.validate(contract=contract, day_rows=day_rows, last_good_rows=100)
    assert (result.refusal.code if result.refusal else None) is code
    check = by_id(result)["table.volume"]
    assert check.outcome == ("pass" if day_rows >= 80 else "fail")
    assert check.severity == ("critical" if mode == "snapshot" and action == "stop" else "warning")
    assert check.rows_checked == day_rows


@pytest.mark.parametrize(("last", "code"), [(2, None), (1, RefusalCode.GROWN)])
def test_one_file_may_be_too_large_a_day_of_parts_and_corrections_may_not(bench, last, code):
    """Three rows: up to twice the last good day's pass, however many the day has in all."""
    bench.write([{}] * 3)
    result = bench.validate(day_rows=6, last_good_rows=last)
    assert (result.refusal.code if result.refusal else None) is code
    assert by_id(result)["table.volume"].outcome == ("pass" if code is None else "fail")


def test_a_day_in_parts_is_measured_as_a_day(bench):
    bench.write([{}] * 3)
    assert bench.validate(day_rows=100, last_good_rows=100).outcome == "accepted"
    assert bench.validate(day_rows=3, last_good_rows=100).refusal.code is RefusalCode.SHRUNK


@pytest.mark.parametrize(("allowed", "outcome"), [(False, "refused"), (True, "accepted")])
def test_no_rows(bench, allowed, outcome):
    bench.write([{"_kind": "ignored", "_ignored_reason": "footer"}])
    result = bench.validate(contract=contract_with(allow_empty=allowed))
    assert result.outcome == outcome
    if allowed:
        assert result.counts == Counts(1, 0, 0, 0, 1)
        assert bench.read(result.staged_path) == []
    else:
        assert result.refusal.code is RefusalCode.EMPTY


def test_a_critical_rule_tolerates_no_row(bench):
    check = contract_with().checks[0].model_copy(update={"severity": "critical", "action": "record"})
    bench.write(MIXED)
    result = bench.validate(contract=bench.contract.model_copy(update={"checks": [check]}))
    assert result.outcome == "refused"
    assert "金额与类型不符" in result.refusal.message
    assert by_id(result)["big_amount"].tolerance == 0


def test_what_conform_refused_stays_refused(bench):
    refusal = refuse(RefusalCode.EMPTY, file="x.csv", detail="空")
    result = bench.validate(report=Report(refusal, 4, 1, 2))
    assert (result.outcome, result.refusal) == ("refused", refusal)
    assert result.counts == Counts(4, 0, 0, 1, 2)
    assert result.check_results == []


def test_a_conformed_file_without_a_column_is_our_fault(bench):
    bench.write(MIXED)
    fields = {**contract_with().model_dump()["fields"], "district": {"headers": ["区县"]}}
    result = bench.validate(contract=contract_with(fields=fields))
    assert result.refusal.code is RefusalCode.INTERNAL
    assert [(c.check_id, c.outcome) for c in result.check_results] == [("table.columns", "error")]
    assert "district__missing" in result.check_results[0].message_zh


def test_a_predicate_that_crashes_is_an_error_and_takes_no_other_check_with_it(bench):
    broken = (
        contract_with().checks[0].model_copy(update={"id": "boom", "predicate": "CAST(kind AS INTEGER) > 0"})
    )
    bench.write(MIXED)
    result = bench.validate(contract=contract_with().model_copy(update={"checks": [broken]}))
    checks = by_id(result)
    assert checks["boom"].outcome == "error"
    assert checks["boom"].severity == "critical"
    assert "不是数据问题" in checks["boom"].message_zh
    assert checks["uscc.code_checksum"].outcome == "fail"
    # how many rows would have to go is unknown too, since one of the rules that say so is broken
    errors = [c.check_id for c in result.check_results if c.outcome == "error"]
    assert errors == ["boom", "table.quarantine_share"]
    assert result.refusal.code is RefusalCode.INTERNAL
    assert not bench.lake.exists(split.staged_path("ledger", BATCH))


def test_counts_that_disagree_are_an_error(bench, monkeypatch):
    real = gate.run_suite

    def off_by_one(*given):
        run = real(*given)
        run.observed["amount.range"] += 1
        return run

    monkeypatch.setattr(gate, "run_suite", off_by_one)
    bench.write(MIXED)
    result = bench.validate()
    assert by_id(result)["amount.range"].outcome == "error"
    assert "2 与 1" in by_id(result)["amount.range"].message_zh
    assert result.refusal.code is RefusalCode.INTERNAL


def test_a_library_that_does_not_run_is_no_verdict_on_the_data(bench, monkeypatch):
    def broken(*_):
        raise RuntimeError("no such library")

    monkeypatch.setattr(gate, "run_suite", broken)
    bench.write(MIXED)
    result = bench.validate()
    assert {check.outcome for check in result.check_results} == {"error"}
    assert "no such library" in by_id(result)["gate.run"].message_zh
    assert result.refusal.code is RefusalCode.INTERNAL


def test_a_staged_row_that_vanishes_is_detected(bench, monkeypatch):
    real = split._copy

    def lose_the_first(con, lake, query, path):
        return real(con, lake, query + (" OFFSET 1" if path.startswith("staged/") else ""), path)

    monkeypatch.setattr(split, "_copy", lose_the_first)
    bench.write(MIXED)
    result = bench.validate()
    assert result.refusal.code is RefusalCode.INTERNAL
    assert by_id(result)["table.accounting"].outcome == "error"
    assert not bench.lake.exists(split.staged_path("ledger", BATCH))


def test_a_row_number_used_twice_is_detected(bench):
    bench.write([{}, {"_row_no": 2}])
    assert by_id(bench.validate())["table.accounting"].outcome == "error"


def test_nothing_is_left_in_the_connection(bench):
    bench.write(MIXED)
    bench.validate()
    assert bench.con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
    assert bench.con.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchone() == (0,)


def test_an_unknown_day_dates_nothing_later(bench):
    bench.landed = bench.landed.__class__(as_of=None)
    bench.write(MIXED)
    assert by_id(bench.validate())["listed_on.after_as_of"].outcome == "pass"


def test_the_quarantine_is_the_union_of_the_quarantining_rules(bench):
    bench.write(MIXED)
    rules = rules_for(bench.contract, bench.dictionary)
    with gate_rows(
        bench.con, bench.contract, rules, bench.uri, batch_id=BATCH, file_name="f", as_of=date(2025, 9, 30)
    ):
        counts = count_failing(bench.con, rules)
        union = any_of([rule.failing for rule in rules if rule.action == "quarantine"])
        again = bench.con.execute(f"SELECT count(*) FROM quality_rows WHERE {union}").fetchone()
    assert again == (counts.quarantined,) == (2,)


def test_the_data_docs_page_is_self_contained_and_in_chinese(bench, tmp_path: Path):
    bench.write(MIXED)
    result = bench.validate(docs_dir=tmp_path / "docs")
    assert result.docs_page == tmp_path / "docs" / "ledger" / f"{BATCH}.html"
    page = result.docs_page.read_text(encoding="utf-8")
    assert "//" not in page.replace("<!--", "").replace("/*", "")
    assert "<script" not in page
    for word in ("测试台账", "没有一行「代码」校验位不正确", "1 行不符合", "须隔离的行不超过 50%", "通过率"):
        assert word in page


def test_a_page_that_cannot_be_written_does_not_cost_the_batch(bench, tmp_path: Path):
    (tmp_path / "docs").write_text("a file where a folder should be")
    bench.write(MIXED)
    result = bench.validate(docs_dir=tmp_path / "docs")
    assert result.outcome == "accepted"
    assert result.docs_page is None
    assert by_id(result)["docs.page"].outcome == "error"
