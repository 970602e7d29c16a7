"""The files as they are promised: columns, types, order; the same whatever the order of rows and threads."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from facts_inbox import BIZ_DATE, Inbox
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srdi.contracts.loader import load_dictionary
from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.facts.manifest import Batch, Manifest
from srdi.facts.resolve import OUTPUTS, resolve

pytestmark = pytest.mark.full

ENTERPRISE = """
uscc string, name string, former_names list<element: string>, status string, operating bool, vanished bool,
division_code string, zone_code string, city_code string, industry_code string, industry_section string,
sme_industry string, producer_industry bool, founded_on date32[day], registered_capital decimal128(18, 2),
first_seen date32[day], last_seen date32[day], registry_batch_id string, registry_row_no int64,
provincial_or_above bool, title string, title_valid_from date32[day], title_valid_to date32[day],
title_ended_on date32[day], title_cancelled_on date32[day], title_batch_id string, title_row_no int64,
innovative bool, innovative_only bool, innovative_valid_to date32[day], municipal bool, provincial bool,
little_giant bool, champion bool, srdi bool, tech_sme bool, high_tech bool, quality_benchmark bool,
innovative_batch_id string, innovative_row_no int64, tech_sme_batch_id string, tech_sme_row_no int64,
high_tech_batch_id string, high_tech_row_no int64, quality_benchmark_batch_id string, quality_benchmark_row_no int64,
srdi_batch_id string, srdi_row_no int64, digital_evaluated bool,
digital_evaluated_on date32[day], digital_level int32, digital_level_derived bool, digital_version string,
digital_batch_id string, digital_row_no int64, serious_dishonest bool, serious_listed_on date32[day],
serious_batch_id string, serious_row_no int64, abnormal_listed bool, abnormal_listed_on date32[day],
abnormal_batch_id string, abnormal_row_no int64, court_dishonest bool, court_listed_on date32[day],
court_batch_id string, court_row_no int64, taxpayer_status string, tax_abnormal bool,
tax_status_batch_id string, tax_status_row_no int64, tax_year int32, revenue decimal128(18, 2),
main_revenue decimal128(18, 2), rd_expense decimal128(18, 2), net_profit decimal128(18, 2),
assets decimal128(18, 2), liabilities decimal128(18, 2), tax_paid decimal128(18, 2), employees int32,
employees_batch_id string, employees_row_no int64,
rd_staff int32, revenue_prior decimal128(18, 2), main_revenue_prior decimal128(18, 2),
rd_expense_prior decimal128(18, 2), net_profit_prior decimal128(18, 2), revenue_prior2 decimal128(18, 2),
main_revenue_prior2 decimal128(18, 2), tax_batch_id string, tax_row_no int64, tax_credit_grade string, tax_credit_d bool,
tax_credit_year int32, tax_credit_batch_id string, tax_credit_row_no int64, size_class string, sme bool
"""
TITLE = """
title_id string, uscc string, raw_name string, title string, batch string, state string,
recognised_on date32[day], valid_from date32[day], valid_to date32[day], derived_end bool, in_force bool,
division_code string, city_code string, source_batch string, row_no int64
"""
NAME_MATCH = """
source string, raw_name string, normal_name string, uscc string, method string,
score decimal128(6, 4), state string
"""
FINDING = """
batch_id string, row_no int64, field string, check_id string, severity string, raw_value string,
expected string, message_zh string
"""
PROMISED = {"enterprise": ENTERPRISE, "title": TITLE, "name_match": NAME_MATCH, "finding": FINDING}


def city(inbox: Inbox, order: Any = list) -> None:
    """A few dozen enterprises with something of everything."""
    codes = [f"9141030000000{number:05d}" for number in range(40)]
    kinds = ("创新型", "省级", "小巨人", "市级")
    states = ("认定", "复核", "取消", "公示")
    inbox.stage(
        "enterprise_registry",
        [
            {
                "uscc": c,
                "name": f"洛阳恒远{i // 2}有限公司",
                "status": "存续",
                "district": ("涧西区", "高新区", "乱写")[i % 3],
            }
            for i, c in enumerate(codes)
        ],
        date(2025, 8, 31),
        order=order,
    )
    inbox.stage(
        "enterprise_registry",
        [
            {
                "uscc": c,
                "name": f"洛阳恒远{i // 2}有限公司",
                "former_names": [f"洛阳旧名{i}厂"],
                "status": ("在业", "注销", "怪词")[i % 3],
                "address": "河南省郑州市金水区1号" if i % 5 == 0 else "洛阳市涧西区1号",
                "industry_code": "C3560",
                "registered_capital": Decimal("1000000.00"),
                "founded_on": date(2010, 1, 1),
            }
            for i, c in enumerate(codes[:36])
        ],
        order=order,
    )
    inbox.stage(
        "title_list",
        [
            {
                "name": f"洛阳旧名{i}厂" if i % 2 else f"洛阳恒远{i}有限公司",
                "uscc": codes[i] if i % 3 == 0 else None,
                "title": kinds[i % 4],
                "batch": None if i % 7 == 0 else "一",
                "state": states[(i // 4) % 4],
                "recognised_on": date(2024, 1 + i % 12, 1),
                "valid_to": None if i % 2 else date(2026, 12, 31),
            }
            for i in (j % 40 for j in range(80))
        ],
        order=order,
    )
    inbox.stage(
        "digital_evaluation",
        [
            {"uscc": codes[i % 20], "version": "2022", "evaluated_on": date(2025, 1, 1), "level": i % 5}
            for i in range(60)
        ],
        order=order,
    )
    risk = [{"uscc": codes[i], "list_type": "经营异常", "listed_on": date(2025, 1, i + 1)} for i in range(10)]
    inbox.stage("registry_risk", risk, order=order)
    inbox.stage(
        "court_dishonest",
        [{"uscc": c, "case_no": "1", "listed_on": BIZ_DATE} for c in codes[:5]],
        order=order,
    )
    taxes = [
        {
            "uscc": c,
            "year": y,
            "taxpayer_status": "正常",
            "revenue": Decimal(y),
            "employees": 10,
            "rd_staff": 1,
        }
        for c in codes
        for y in (2023, 2024, 2024)
    ]
    inbox.stage("tax_annual", taxes, order=order)
    inbox.stage("tax_credit", [{"uscc": c, "year": 2024, "grade": "A"} for c in codes], order=order)


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.parquet").read_bytes() for name in OUTPUTS}


@pytest.mark.parametrize("output", PROMISED)
def test_columns_and_types(inbox: Inbox, output: str) -> None:
    city(inbox)
    facts = inbox.resolve()
    schema = pq.read_schema(facts.folder / f"{output}.parquet")
    found = ", ".join(f"{field.name} {field.type}" for field in schema)
    assert found.replace("element: ", "") == " ".join(PROMISED[output].split()).replace("element: ", "")


def test_same_columns_when_nothing_ever_arrived(inbox: Inbox) -> None:
    facts = inbox.resolve()
    assert dict(facts.report.rows) == dict.fromkeys(OUTPUTS, 0)
    for output, promised in PROMISED.items():
        names = pq.read_schema(facts.folder / f"{output}.parquet").names
        assert names == [
            column.split()[0] for column in promised.replace("(18, 2)", "").replace("(6, 4)", "").split(",")
        ]


def test_every_fact_is_in_the_dictionary() -> None:
    names = [column.split()[0] for column in ENTERPRISE.replace("(18, 2)", "").split(",")]
    assert names == list(load_dictionary().facts)


def test_keys_are_unique_and_rows_sorted(inbox: Inbox) -> None:
    city(inbox)
    facts = inbox.resolve()
    assert list(facts.enterprises) == sorted(facts.enterprises) and len(facts.enterprises) == 40
    ids = [title["title_id"] for title in facts.titles]
    assert ids == sorted(set(ids))
    names = [(row["source"], row["raw_name"]) for row in facts.names]
    assert names == sorted(set(names))
    findings = [(f["batch_id"], f["row_no"], f["field"], f["check_id"]) for f in facts.findings]
    assert findings == sorted(set(findings)) and len(findings) > 10
    assert dict(facts.report.rows) == {
        "enterprise": 40,
        "title": len(ids),
        "name_match": len(names),
        "finding": len(findings),
    }


def test_findings_speak_to_a_person(inbox: Inbox) -> None:
    city(inbox)
    for finding in inbox.resolve().findings:
        message = finding["message_zh"]
        assert finding["batch_id"] in message and f"第 {finding['row_no']} 行" in message
        assert finding["expected"] in message and "处理：" in message
        assert finding["severity"] in ("info", "warning")


def test_evidence_points_at_rows_that_exist(inbox: Inbox) -> None:
    city(inbox)
    lines = {
        (row["_batch_id"], row["_row_no"]): row
        for batch in inbox.batches
        for row in pq.read_table(inbox.lake.uri(batch.staged_path)).to_pylist()
    }
    evidence = ("registry", "digital", "abnormal", "court", "tax_status", "tax", "employees", "tax_credit")
    seen = dict.fromkeys(evidence, 0)
    for uscc, row in inbox.resolve().enterprises.items():
        for prefix in evidence:
            key = (row[f"{prefix}_batch_id"], row[f"{prefix}_row_no"])
            if key != (None, None):
                assert lines[key]["uscc"] == uscc
                seen[prefix] += 1
    assert min(seen.values()) > 0


@given(seed=st.integers(0, 10_000), threads=st.sampled_from([1, 2, 4]))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_of_rows_and_threads_change_nothing(tmp_path: Path, seed: int, threads: int) -> None:
    straight = Inbox(Lake(str(tmp_path / f"a{seed}-{threads}")))
    shuffled = Inbox(Lake(str(tmp_path / f"b{seed}-{threads}")))
    city(straight)
    city(shuffled, order=lambda rows: random.Random(seed).sample(rows, len(rows)))
    assert content(straight.resolve(threads=1).folder) == content(shuffled.resolve(threads=threads).folder)


def test_order_of_batches_in_the_manifest_changes_nothing(inbox: Inbox) -> None:
    city(inbox)
    first = content(inbox.resolve().folder)
    inbox.batches.reverse()
    assert content(inbox.resolve().folder) == first


def test_only_files_of_the_manifest_are_read(inbox: Inbox) -> None:
    city(inbox)
    before = inbox.resolve().report.rows
    kept = list(inbox.batches)
    inbox.registry({"uscc": "91410300MA0000099X"})
    inbox.batches[:] = kept
    assert inbox.resolve().report.rows == before


def test_a_column_the_export_never_had_is_missing_not_an_error(tmp_path: Path) -> None:
    lake, con = Lake(str(tmp_path)), connect()
    uri = lake.make_room("staged/x.parquet")
    con.execute(
        f"COPY (SELECT 'b' AS _batch_id, CAST(2 AS BIGINT) AS _row_no, 'X' AS uscc, '甲' AS name, '涧西区' AS district) TO '{uri}'"
    )
    from datetime import UTC, datetime

    batch = Batch("b", "enterprise_registry", BIZ_DATE, datetime(2025, 10, 1, tzinfo=UTC), "staged/x.parquet")
    manifest = Manifest((batch,), {}, {"enterprise_registry": "snapshot"}, {})
    report = resolve(manifest, BIZ_DATE, {}, [], lake, con, "r")
    assert report.rows["enterprise"] == 1
    left = con.execute("SELECT table_name FROM duckdb_tables() WHERE table_name = 'enterprise'").fetchall()
    assert left == []
