"""The files as they are promised: columns, types, order; the same whatever the order of rows and threads."""

from __future__ import annotations

import random
import re
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
from srdi.facts.resolve import EVENTS, OUTPUTS, resolve

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
tax_credit_year int32, tax_credit_batch_id string, tax_credit_row_no int64, size_class string, sme bool,
small_micro bool, declared_year int32, segment_years int32, main_product string, ip_class1 int32, ip_class2 int32,
rd_body_rank int32, market_share decimal128(12, 6), national_rank int32, it_core_businesses int32,
equity_two_years decimal128(18, 2), development_score decimal128(10, 4), product_key_link bool,
product_six_bases bool, product_supporting bool, product_power_field bool, product_emerging bool,
certified_system bool, certified_quality bool, certified_environment bool, award_national bool,
award_provincial bool, maker_top500 bool, maker_top50 bool, ip_model bool, declaration_batch_id string,
declaration_row_no int64, cloud_active bool, cloud_from date32[day], cloud_batch_id string, cloud_row_no int64,
service_known bool, officer_on date32[day], visited_on date32[day], diagnosed_on date32[day],
energy_diagnosed_on date32[day], trained_on date32[day], served_on date32[day], service_batch_id string,
service_row_no int64, rd_deduction_entitled bool, rd_deduction_enjoyed bool, vat_refund_entitled bool,
vat_refund_enjoyed bool, benefit_entitled bool, benefits_all_enjoyed bool, benefit_billed bool,
benefits_amount decimal128(18, 2), tax_benefit_batch_id string, tax_benefit_row_no int64, platform_index bool,
platform_city_finance bool, platform_shared bool, platform_credit_station bool, platform_cloud bool,
platform_smart bool, platform_batch_id string, platform_row_no int64, listing_reserve bool,
listing_reserve_on date32[day], capital_batch_id string, capital_row_no int64,
credit_applied_on date32[day], credit_granted_on date32[day], credit_line decimal128(18, 2),
credit_applied_year decimal128(18, 2), credit_known bool, credit_batch_id string, credit_row_no int64
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
SERVICE_EVENT = """
day date32[day], uscc string, city_code string, division_code string, batch_id string, row_no int64, unit string
"""
PLATFORM_MEMBER = """
day date32[day], uscc string, city_code string, division_code string, batch_id string, row_no int64, srdi bool,
provincial_or_above bool, sme bool, small_micro bool, platform string, kind string, bank string, joined_on date32[day]
"""
WHOSE = """
day date32[day], uscc string, city_code string, division_code string, srdi bool, provincial_or_above bool,
sme bool, small_micro bool,
"""
APPLICATION = f"""
{WHOSE} application_no string, bank string, product string, applied_on date32[day], approved_on date32[day],
decided bool, granted bool, days int32, amount_applied decimal128(18, 2), amount_granted decimal128(18, 2),
whitelist_channel bool, batch_id string, row_no int64
"""
LOAN = f"""
{WHOSE} loan_no string, application_no string, bank string, product string, lent_on date32[day],
due_on date32[day], amount decimal128(18, 2), balance decimal128(18, 2), rate decimal128(12, 6),
guarantee_way string, finance_type string, first_loan bool, credit_loan bool, renewal_loan bool,
risk_class string, medium_long bool, batch_id string, row_no int64
"""
GUARANTEE = f"""
{WHOSE} contract_no string, loan_no string, bank string, amount decimal128(18, 2), fee_rate decimal128(12, 6),
started_on date32[day], ends_on date32[day], release_type string, batch_id string, row_no int64
"""
BANK_MONTH = """
day date32[day], uscc string, city_code string, division_code string, bank string,
all_loans decimal128(18, 2), inclusive_loans decimal128(18, 2), inclusive_borrowers int32,
all_loans_start decimal128(18, 2), inclusive_loans_start decimal128(18, 2), inclusive_borrowers_start int32,
batch_id string, row_no int64
"""
PROCUREMENT_YEAR = """
day date32[day], uscc string, city_code string, division_code string, works_total decimal128(18, 2),
reserved_sme decimal128(18, 2), batch_id string, row_no int64
"""
PROMISED = {
    "enterprise": ENTERPRISE,
    "title": TITLE,
    "name_match": NAME_MATCH,
    "finding": FINDING,
    "application": APPLICATION,
    "loan": LOAN,
    "guarantee": GUARANTEE,
    "bank_month": BANK_MONTH,
    "procurement_year": PROCUREMENT_YEAR,
    "service_event": SERVICE_EVENT,
    "platform_member": PLATFORM_MEMBER,
}
ARROW_OF = {
    "text": "string",
    "code": "string",
    "names": "list<string>",
    "date": "date32[day]",
    "flag": "bool",
    "integer": "int32",
    "year": "int32",
    "money": "decimal128(18, 2)",
    "ratio": "decimal128(12, 6)",
    "decimal": "decimal128(10, 4)",
}


def columns(promised: str) -> dict[str, str]:
    parts = re.split(r", (?![0-9])", " ".join(promised.split()))
    return dict(part.split(" ", 1) for part in parts)


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
    inbox.stage(
        "annual_declaration",
        [
            {"uscc": c, "year": 2025, "product_fields": ["补短板", "怪领域"], "certifications": ["ISO9001"]}
            for c in (*codes[:30], *codes[:5])
        ],
        order=order,
    )
    day = date(2025, 2, 1)
    inbox.stage("cloud_adoption", [{"uscc": c, "adopted_on": day} for c in codes[:20] * 2], order=order)
    services = ("走访", "培训", "产销对接")
    inbox.stage(
        "service_ledger",
        [
            {
                "uscc": codes[i % 30],
                "service_type": services[i % 3],
                "service_on": day,
                "service_unit": "涧西区",
            }
            for i in range(60)
        ],
        order=order,
    )
    inbox.stage(
        "tax_benefit",
        [{"uscc": c, "year": 2024, "benefit_item": "怪事项", "entitled": True} for c in codes[:15] * 2],
        order=order,
    )
    members = {
        "platform": "省中小企业融资云平台",
        "member_kind": "企业",
        "joined_on": day,
        "member_state": "在册",
    }
    inbox.stage(
        "platform_membership",
        [members | {"uscc": c, "name": f"洛阳恒远{i}有限公司"} for i, c in enumerate(codes[:10])],
        order=order,
    )
    inbox.stage(
        "capital_market",
        [{"uscc": c, "event_no": c, "capital_event": "后备入库", "event_on": day} for c in codes[:8]],
        order=order,
    )
    finance(inbox, codes, order)


def finance(inbox: Inbox, codes: list[str], order: Any) -> None:
    """Applications, loans, guarantees and totals, some of them told twice."""
    applied = [
        {
            "application_no": f"S{i % 30}",
            "uscc": codes[i % 40] if i % 9 else None,
            "bank": "甲行",
            "applied_on": date(2025, 1 + i % 12, 1),
            "approved_on": date(2025, 2 + i % 11, 1) if i % 3 else None,
            "result": ("通过", "拒绝", "部分通过", None)[i % 4],
            "amount_applied": Decimal(i + 1),
            "amount_granted": Decimal(i),
        }
        for i in range(50)
    ]
    inbox.stage("financing_credit", applied, order=order)
    lent = [
        {
            "loan_no": f"J{i % 50}",
            "uscc": codes[i % 40],
            "lent_on": date(2024, 1 + i % 12, 1),
            "lent_until": date(2025, 6, 1),
            "loan_amount": Decimal(i),
        }
        for i in range(60)
    ]
    inbox.stage("financing_loan", lent, order=order)
    guaranteed = [
        {
            "contract_no": f"W{i % 25}",
            "name": f"洛阳旧名{i}厂" if i % 2 else f"洛阳恒远{i}有限公司",
            "uscc": codes[i] if i % 5 == 0 else None,
            "guarantee_amount": Decimal(i),
            "fee_rate": Decimal("0.01"),
            "started_on": date(2025, 1 + i % 12, 1),
        }
        for i in range(40)
    ]
    inbox.stage("financing_guarantee", guaranteed, order=order)
    months = [date(2024, 12, 1), date(2025, 6, 1), date(2025, 6, 1)]
    totals = [{"bank": b, "month": m, "all_loans": Decimal(n)} for b in "甲乙" for n, m in enumerate(months)]
    inbox.stage("bank_totals", totals, order=order)
    places = ("洛阳市", "偃师市", "偃师区", "乱写", "乱写")
    works = [{"year": 2024, "district": p, "works_total": Decimal(n)} for n, p in enumerate(places)]
    inbox.stage("procurement", works, order=order)


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
        assert names == names_of(promised)


def names_of(promised: str) -> list[str]:
    return [column.split()[0] for column in re.sub(r"\(\d+, \d\)", "", promised).split(",")]


def test_every_fact_is_in_the_dictionary() -> None:
    dictionary = load_dictionary()
    assert names_of(ENTERPRISE) == list(dictionary.facts)
    assert set(dictionary.events) == set(EVENTS)
    for table, columns_told in dictionary.events.items():
        assert names_of(PROMISED[table]) == list(columns_told)
        kinds = columns(PROMISED[table])
        assert {
            name: ARROW_OF[meaning.type] for name, meaning in columns_told.items() if name != "row_no"
        } == {name: kind for name, kind in kinds.items() if name != "row_no"}


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
    keys = {
        "application": "application_no",
        "loan": "loan_no",
        "guarantee": "contract_no",
    }
    for table, key in keys.items():
        found = [row[key] for row in facts.events[table]]
        assert found == sorted(set(found)) and len(found) > 15, table
    months = [(row["bank"], row["day"]) for row in facts.events["bank_month"]]
    assert months == sorted(set(months)) and len(months) == 4
    assert dict(facts.report.rows) == {
        "enterprise": 40,
        "title": len(ids),
        "name_match": len(names),
        "finding": len(findings),
    } | {table: len(rows) for table, rows in facts.events.items()}
    assert (len(facts.events["service_event"]), len(facts.events["platform_member"])) == (1, 10)


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
    evidence = (
        "registry",
        "digital",
        "abnormal",
        "court",
        "tax_status",
        "tax",
        "tax_credit",
        "employees",
        "declaration",
        "cloud",
        "service",
        "tax_benefit",
        "platform",
        "capital",
    )
    seen = dict.fromkeys(evidence, 0)
    facts = inbox.resolve()
    for table, rows in facts.events.items():
        for row in rows:
            line = lines[row["batch_id"], row["row_no"]]
            assert row["uscc"] in (None, line.get("uscc")) or table == "guarantee"
            assert line.get("bank") == row.get("bank") or table == "guarantee"
    for uscc, row in facts.enterprises.items():
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
