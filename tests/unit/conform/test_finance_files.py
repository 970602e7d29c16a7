"""Loans, guarantees, bank totals and procurement as suppliers write them: units, rates, codes, months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

A = "91410300MA44ABCD2N"
LOAN = (
    "借据号,申请编号,统一社会信用代码,银行名称,贷款产品,放款日期,到期日期,贷款金额(万元),贷款余额(万元),年利率(%),"
    "担保方式,融资类型,是否首贷,是否信用贷,是否无还本续贷,五级分类"
)
GUARANTEE = "委保合同号,借据号,企业名称,统一社会信用代码,担保机构,担保金额(元),担保费率（年）（%）,担保起始日,担保到期日,解保类型"


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def one(conform_bytes, source: str, header: str, row: str) -> dict:
    report, rows = conform_bytes(source, lines(header, row))
    assert report.refusal is None, report.refusal
    (found,) = rows
    return found


def test_a_loan_as_delivered(conform_bytes):
    row = one(
        conform_bytes,
        "financing_loan",
        LOAN,
        'J1,S1,,洛水样例农商行,科技贷,1709222400,2025/3/1,"1,000.00",99.99,3.45,004,应收账款,Y,是,N,正常',
    )
    assert (row["lent_on"], row["lent_until"]) == (date(2024, 3, 1), date(2025, 3, 1)), (
        "epoch numbers are days"
    )
    assert (row["loan_amount"], row["loan_balance"]) == (Decimal("10000000.00"), Decimal("999900.00"))
    assert row["rate"] == Decimal("0.0345")
    assert (row["guarantee_way"], row["finance_type"], row["risk_class"]) == ("信用", "应收账款", "正常")
    assert (row["first_loan"], row["credit_loan"], row["renewal_loan"]) == (True, True, False)
    assert (row["uscc"], row["uscc__missing"]) == (None, "not_reported")
    assert (row["loan_state"], row["loan_state__missing"]) == (None, "not_reported")


def test_a_receipt_not_paid_out_says_so_in_its_state_or_its_day(conform_bytes):
    header = LOAN + ",借据状态"
    row = one(conform_bytes, "financing_loan", header, "J1,,,甲行,,未放款,,100,,,,,,,,,尚未放款")
    assert (row["lent_on"], row["lent_on__missing"], row["loan_state"]) == (None, "not_applicable", "未放款")
    row = one(conform_bytes, "financing_loan", header, "J1,,,甲行,,2024-03-01,,100,,,,,,,,,没见过的词")
    assert (row["loan_state"], row["loan_state__missing"]) == (None, "unknown_category")


@pytest.mark.parametrize(
    ("spelling", "way"), [("001", "抵押"), ("002", "质押"), ("003", "保证"), ("004", "信用"), ("005", "综合")]
)
def test_ways_of_security_by_code(conform_bytes, spelling, way):
    row = one(conform_bytes, "financing_loan", "借据号,担保方式,银行名称", f"J1,{spelling},甲行")
    assert row["guarantee_way"] == way


@pytest.mark.parametrize(
    ("header", "cell", "rate"),
    [
        ("年利率(%)", "3.45", "0.0345"),
        ("贷款利率（年）（%）", "3.45", "0.0345"),
        ("月利率(‰)", "2.875", "0.0345"),
        ("月利率(%)", "0.2875", "0.0345"),
        ("利率(‰/月)", "2.875", "0.0345"),
        ("执行利率", "3.45%", "0.0345"),
        # a month without sign could be percent or permille
        ("月利率", "2.875", None),
    ],
)
def test_interest_by_the_year_and_by_the_month(conform_bytes, header, cell, rate):
    row = one(conform_bytes, "financing_loan", f"借据号,银行名称,{header}", f"J1,甲行,{cell}")
    assert row["rate"] == (Decimal(rate) if rate else None)


@pytest.mark.parametrize(
    ("header", "cell", "rate"),
    [
        ("担保费率（年）（%）", "0.84", "0.0084"),
        ("担保费率(%)", "0.84%", "0.0084"),
        ("担保费率", "0.84", "0.0084"),
        ("担保费率(‰)", "8.4", "0.0084"),
        ("担保费率(%/年)", "0.84", "0.0084"),
        ("担保费率(%/月)", "0.07", "0.0084"),
        ("担保费率(%/月)", "0.07%", "0.0084"),
        ("担保费率（‰／月）", "0.7", "0.0084"),
        ("担保费率(月)(%)", "0.07", "0.0084"),
        ("担保费率(月)(‰)", "0.7", "0.0084"),
        ("月担保费率(‰)", "0.7", "0.0084"),
        ("担保费率(%)", "0.7‰/月", "0.0084"),
        ("担保费率(月)", "0.07", None),
        ("原应收取担保费率(%)", "0.84", None),
        ("担保费率(%)", "约1", None),
    ],
)
def test_guarantee_fees_by_the_year_and_by_the_month(conform_bytes, header, cell, rate):
    row = one(
        conform_bytes,
        "financing_guarantee",
        f"委保合同号,企业名称,担保机构,{header}",
        f"W1,甲有限公司,乙担保,{cell}",
    )
    assert row["fee_rate"] == (Decimal(rate) if rate else None)


def test_guarantees_mix_units_and_lack_codes(conform_bytes):
    row = one(
        conform_bytes,
        "financing_guarantee",
        GUARANTEE,
        "W1,J1,甲有限公司,-,乙融资担保有限公司,5000000,1.0,2024年3月1日,无固定期限,代偿",
    )
    assert (row["guarantee_amount"], row["fee_rate"]) == (Decimal("5000000.00"), Decimal("0.01"))
    assert (row["uscc"], row["uscc__missing"]) == (None, "not_reported")
    assert (row["started_on"], row["release_type"]) == (date(2024, 3, 1), "代偿解保")
    assert row["guaranteed_until__missing"] == "not_applicable"
    header = GUARANTEE.replace("担保金额(元)", "担保金额(万元)")
    row = one(
        conform_bytes, "financing_guarantee", header, "W1,,甲有限公司,,乙担保,500,1,2024-03-01,9999-12-31,"
    )
    assert row["guarantee_amount"] == Decimal("5000000.00")
    assert (row["guaranteed_until"], row["guaranteed_until__missing"]) == (None, "not_applicable")


def test_bank_totals_by_month(conform_bytes):
    report, rows = conform_bytes(
        "bank_totals",
        lines(
            "银行名称,月份,各项贷款余额(万元),普惠小微贷款余额(万元),普惠小微户数(户)",
            "甲行,2025-08,1000000.5,20000,350户",
            "甲行,2025年9月,,,",
            "甲行,九月,1,1,1",
        ),
    )
    assert report.refusal is None
    assert [row["month"] for row in rows] == [date(2025, 8, 1), date(2025, 9, 1), None]
    assert rows[2]["month__missing"] == "unreadable"
    first = rows[0]
    assert (first["all_loans"], first["inclusive_borrowers"]) == (Decimal("10000005000.00"), 350)
    assert rows[1]["all_loans"] is None


def test_procurement_by_year_and_place(conform_bytes):
    row = one(
        conform_bytes,
        "procurement",
        "年度,区划,政府采购工程总额(万元),预留中小企业金额(万元)",
        "2024年,偃师区,12000,4800.5",
    )
    assert (row["year"], row["district"]) == (2024, "偃师区")
    assert (row["works_total"], row["reserved_sme"]) == (Decimal("120000000.00"), Decimal("48005000.00"))
