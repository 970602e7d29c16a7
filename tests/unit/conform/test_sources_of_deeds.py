"""A file of each source on what enterprises declare, are members of and are served with, as suppliers write it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

pytestmark = pytest.mark.full

A = "91110000600037341L"
B = "914403001922038216"
BROKEN = "914403001922038217"


def lines(*rows):
    return "\n".join(rows) + "\n"


def data(rows):
    return [row for row in rows if row["_kind"] == "data"]


DECLARATION = (
    "统一社会信用代码,年度,细分市场年限,主导产品,主导产品领域,Ⅰ类知识产权数,Ⅱ类知识产权数,研发机构级别,市场占有率(%),全国排名,"
    "管理体系认证,信息系统核心业务数,近两年股权融资(万元),发展评价得分,直接认定条件"
)


def test_declarations(conform_bytes):
    text = lines(
        DECLARATION,
        f"{A},2025年,5年,轴承,补短板；工业“六基”,12,3项,省级,12.5,第3名,ISO9001、ISO14001/CE,2,600,71.5,省级科技奖励",
        f"{B},2025,约五年,,无,,,无,,,未公开,,,,",
    )
    report, rows = conform_bytes("annual_declaration", text)
    assert report.refusal is None and report.drift == []
    full, bare = data(rows)
    assert (full["segment_years"], full["ip_class1"], full["ip_class2"], full["national_rank"]) == (
        5,
        12,
        3,
        3,
    )
    assert full["product_fields"] == ["补短板", "工业“六基”"]
    assert full["certifications"] == ["ISO9001", "ISO14001", "CE"]
    assert full["market_share"] == Decimal("0.125000") and full["equity_two_years"] == Decimal("6000000.00")
    assert (full["rd_body_level"], full["development_score"]) == (3, Decimal("71.5"))
    assert (bare["rd_body_level"], bare["rd_body_level__missing"]) == (0, None)
    assert (bare["product_fields"], bare["product_fields__missing"]) == (None, "not_applicable")
    assert (bare["certifications"], bare["certifications__missing"]) == (None, "withheld")
    assert bare["segment_years__missing"] == "unreadable" and bare["ip_class1__missing"] == "not_reported"


def test_a_declaration_may_lack_figures_but_not_the_columns_of_words(conform_bytes):
    few = lines("统一社会信用代码,年度,主导产品所属领域,体系认证,直接认定条件", f"{A},2025,填空白,ISO9001,")
    report, rows = conform_bytes("annual_declaration", few)
    assert report.refusal is None and data(rows)[0]["market_share__missing"] == "not_reported"
    for lost in ("主导产品所属领域", "体系认证", "直接认定条件"):
        header = few.splitlines()[0].replace(f",{lost}", "")
        report, _ = conform_bytes("annual_declaration", lines(header, f"{A},2025,x,y"))
        assert report.refusal is not None and report.refusal.code == "missing_column", lost


def test_cloud_adoptions(conform_bytes):
    text = lines(
        "统一社会信用代码,企业名称,上云日期,上云业务,服务商,终止日期",
        f"{A},甲公司,2024/3/1,经营管理,某云,长期",
        f"{B},乙公司,2024-03-01,,,2025-03-01",
    )
    report, rows = conform_bytes("cloud_adoption", text)
    assert report.refusal is None
    endless, ended = data(rows)
    assert (endless["adopted_on"], endless["cloud_until"]) == (date(2024, 3, 1), None)
    assert endless["cloud_until__missing"] == "not_applicable"
    assert ended["cloud_until"] == date(2025, 3, 1)


def test_services(conform_bytes):
    text = lines(
        "服务类型,服务日期,统一社会信用代码,经办单位,人数,证书等级",
        f"智能制造诊断,2025-03-01,{A},涧西区工信局,,",
        "产销对接活动,2025.03.02,,洛阳市工业和信息化局,120人,",
        f"吃饭,2025-03-02,{A},涧西区工信局,,",
    )
    report, rows = conform_bytes("service_ledger", text)
    assert report.refusal is None
    diagnosis, event, unknown = data(rows)
    assert (diagnosis["service_type"], diagnosis["service_on"]) == ("数字化诊断", date(2025, 3, 1))
    assert (event["service_type"], event["uscc"], event["participants"]) == ("产销对接", None, 120)
    assert unknown["service_type__missing"] == "unknown_category"


def test_tax_benefits(conform_bytes):
    text = lines(
        "纳税人识别号,年度,优惠事项,是否符合条件,是否享受,享受金额(元)",
        f'{A},2024,研发费加计扣除,符合,已享受,"12,000.50"',
        f"{A},2024,某项减免,是,否,",
        f"{B},2024,留抵退税,是,待定,",
    )
    report, rows = conform_bytes("tax_benefit", text)
    assert report.refusal is None
    research, other, refund = data(rows)
    assert (research["benefit_item"], research["entitled"], research["enjoyed"]) == (
        "研发费用加计扣除",
        True,
        True,
    )
    assert research["benefit_amount"] == Decimal("12000.50")
    assert (other["benefit_item"], other["benefit_item__missing"]) == ("某项减免", None), "kept as received"
    assert (refund["benefit_item"], refund["enjoyed__missing"]) == ("增值税留抵退税", "unknown_category")


def test_members_of_platforms(conform_bytes):
    text = lines(
        "平台名称,统一社会信用代码,企业名称,主体类型,入驻日期,状态",
        f"河南省金融服务共享平台,{A},甲公司,企业用户,2024-01-02,正常",
        "信易贷平台（河南站）,,某某银行洛阳分行,银行机构,2024-01-02,已退出",
        "某平台,/,乙银行,银行,,待审核",
    )
    report, rows = conform_bytes("platform_membership", text)
    assert report.refusal is None
    enterprise, bank, other = data(rows)
    assert (enterprise["platform"], enterprise["member_kind"]) == ("省金融服务共享平台", "企业")
    assert (bank["platform"], bank["uscc"]) == ("全国中小企业融资综合信用服务平台（河南站）", None)
    assert [row["member_state"] for row in (enterprise, bank, other)] == ["在册", "退出", "待审"]
    assert other["platform"] == "某平台", "kept as received"


def test_steps_towards_the_capital_market(conform_bytes):
    text = lines(
        "事项编号,统一社会信用代码,企业名称,事项,日期,金额(万元),投资方",
        f"S1,{A},甲公司,上市后备,20240102,,",
        f"S2,{B},乙公司,股权融资,2024年1月3日,1500,某基金",
        f"S3,{BROKEN},丙公司,辅导备案,2024-01-03,,",
    )
    report, rows = conform_bytes("capital_market", text)
    assert report.refusal is None
    reserve, investment, broken = data(rows)
    assert (reserve["capital_event"], reserve["event_on"]) == ("后备入库", date(2024, 1, 2))
    assert (investment["event_amount"], investment["investor"]) == (Decimal("15000000.00"), "某基金")
    assert broken["uscc__missing"] == "code_checksum"


@pytest.mark.parametrize(
    ("written", "count"),
    [("5年", 5), ("第3名", 3), ("第2", 2), ("3位", None), ("五年", None), ("5年半", None)],
)
def test_counts_of_years_and_ranks(written, count, sql):
    assert sql("whole_of(number_text(fold(s)))", written) == count
