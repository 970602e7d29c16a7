"""The product's own contracts, dictionary and lookups hold together."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from srdi.conform.header import Headers
from srdi.conform.readings import lookup_of, read_lookup
from srdi.contracts.loader import LOOKUPS, load_contracts, load_dictionary
from srdi.contracts.refusals import WORDS, RefusalCode, refuse

HEADERS = {
    "enterprise_registry": "统一社会信用代码, 注册号, 企业名称, 曾用名, 企业类型, 登记状态, 成立日期, 核准日期, 注册资本(万元), 行业门类, 行业代码, 登记机关, 所属区县, 住所, 法定代表人, 从业人数",
    "registry_risk": "统一社会信用代码, 企业名称, 名单类型, 列入日期, 列入原因, 移出日期, 移出原因",
    "court_dishonest": "统一社会信用代码, 被执行人名称, 案号, 发布日期, 撤销日期",
    "tax_annual": "纳税人识别号, 纳税人名称, 所属年度, 纳税人状态, 营业收入(元), 主营业务收入(元), 研发费用(元), 净利润(元), 资产总额(元), 负债总额(元), 实缴税额(元), 从业人数, 研发人员数",
    "tax_credit": "纳税人识别号, 纳税人名称, 评价年度, 纳税信用等级, 评价得分, 直接判级原因",
    "title_list": "企业名称, 统一社会信用代码, 称号, 批次, 名单状态, 认定日期, 有效期起, 有效期止, 所属区县, 是否整体迁入, 迁入日期",
    "digital_evaluation": "统一社会信用代码, 企业名称, 评测版本, 评测方式, 评测日期, 评测得分, 数字化水平等级, 问卷答案",
    "financing_credit": "申请编号, 统一社会信用代码, 企业名称, 银行名称, 产品名称, 申请日期, 受理日期, 批复日期, 批复结果, 申请金额(万元), 授信金额(万元), 单户授信总额(万元), 白名单通道",
    "annual_declaration": "统一社会信用代码, 年度, 细分市场年限, 主导产品, 主导产品领域, Ⅰ类知识产权数, Ⅱ类知识产权数, 研发机构级别, 市场占有率(%), 全国排名, 管理体系认证, 信息系统核心业务数, 近两年股权融资(万元), 发展评价得分, 直接认定条件",
    "cloud_adoption": "统一社会信用代码, 企业名称, 上云日期, 上云业务, 服务商, 终止日期",
    "service_ledger": "统一社会信用代码, 服务类型, 日期, 经办单位, 人数, 证书等级",
    "tax_benefit": "纳税人识别号, 年度, 优惠事项, 是否符合条件, 是否享受, 享受金额(元)",
    "platform_membership": "平台名称, 统一社会信用代码, 企业名称, 主体类型, 入驻日期, 状态",
    "capital_market": "事项编号, 统一社会信用代码, 企业名称, 事项, 日期, 金额(万元), 投资方",
    # the last column of loans and guarantees need not be there
    "financing_loan": "借据号, 申请编号, 统一社会信用代码, 银行名称, 贷款产品, 放款日期, 到期日期, 贷款金额(万元), 贷款余额(万元), 年利率(%), 担保方式, 融资类型, 是否首贷, 是否信用贷, 是否无还本续贷, 五级分类, 借据状态",
    "financing_guarantee": "委保合同号, 借据号, 企业名称, 统一社会信用代码, 担保机构, 担保金额(元), 担保费率(年)(%), 担保起始日, 担保到期日, 解保类型, 借据状态",
    "bank_totals": "银行名称, 月份, 各项贷款余额(万元), 普惠小微贷款余额(万元), 普惠小微户数",
    "procurement": "年度, 区划, 政府采购工程总额(万元), 预留中小企业金额(万元)",
}
KEYS = {
    "financing_loan": ["loan_no"],
    "financing_guarantee": ["contract_no"],
    "bank_totals": ["bank", "month"],
    "procurement": ["year", "district"],
}


@pytest.fixture(scope="module")
def dictionary():
    return load_dictionary()


@pytest.fixture(scope="module")
def contracts(dictionary):
    found = load_contracts(dictionary=dictionary)
    assert found.broken == []
    return found.contracts


def test_the_sources_are_these(contracts):
    assert set(contracts) == set(HEADERS)


@pytest.mark.parametrize("source", HEADERS)
def test_canonical_headers_are_all_read_in_order(source, contracts):
    match = Headers(contracts[source], date(2025, 9, 30)).match(HEADERS[source].split(", "), 0)
    assert [column.field for column in match.columns] == list(contracts[source].fields)
    assert match.missing == [] and match.twice == [] and all(column.rank == 0 for column in match.columns)


@pytest.mark.parametrize("source", HEADERS)
def test_key_fields_are_required_or_part_of_a_name_key(source, contracts):
    contract = contracts[source]
    assert contract.fields[contract.key[0]].required


@pytest.mark.parametrize("source", KEYS)
def test_keys_and_modes(source, contracts):
    contract = contracts[source]
    assert (contract.key, contract.mode, contract.closed_world) == (KEYS[source], "increment", False)
    assert all(contract.fields[name].required for name in contract.key)
    due = {name for name, field in contract.fields.items() if field.column_optional}
    assert due == ({"loan_state"} if "loan_state" in contract.fields else set())


def test_guarantee_fees_have_a_plausible_range(contracts):
    fee = contracts["financing_guarantee"].fields["fee_rate"]
    assert (fee.unit, fee.minimum, fee.maximum) == ("%", 0.001, 0.05)


def test_a_figure_or_day_that_two_sources_tell_has_a_declared_precedence(contracts, dictionary):
    told = {}
    for name, fact in dictionary.facts.items():
        carried = {source for source, contract in contracts.items() if name in contract.fields}
        if len(carried) > 1 and fact.type in ("integer", "decimal", "money", "ratio", "date"):
            told[name] = carried
    assert told == {"employees": {"enterprise_registry", "tax_annual"}}
    for name, carried in told.items():
        fact = dictionary.facts[name]
        assert {*fact.sources, *fact.compared} == carried, name


def test_closed_world_sources(contracts):
    assert {c.id for c in contracts.values() if c.closed_world} == {
        "registry_risk",
        "court_dishonest",
        "cloud_adoption",
        "tax_benefit",
        "platform_membership",
        "capital_market",
    }
    assert {c.id for c in contracts.values() if c.mode == "snapshot"} == {
        "enterprise_registry",
        "platform_membership",
    }


def test_money_is_stored_in_yuan(dictionary):
    parts = (dictionary.fields, dictionary.facts, *dictionary.events.values())
    money = [m for part in parts for m in part.values() if m.type == "money"]
    assert len(money) > 30 and {(m.unit, m.places) for m in money} == {("yuan", 2)}


def test_every_lookup_gives_each_spelling_one_value(contracts, dictionary):
    files = {lookup_of(c, dictionary, name) for c in contracts.values() for name in c.fields} - {None}
    assert {"title.csv", "flag.csv", "list_type.csv"} <= files
    for file in files:
        assert len(read_lookup(file)) > 3


@pytest.mark.parametrize(
    ("file", "spelling", "value"),
    [
        ("title.csv", "国家级专精特新“小巨人”企业", "小巨人"),
        ("title.csv", "专精特新中小企业", "省级"),
        ("title_state.csv", "复核通过", "复核"),
        ("digital_level.csv", "三级", "3"),
        ("taxpayer_status.csv", "08", "非正常户注销"),
        ("registration_status.csv", "吊销,未注销", "吊销"),
        ("list_type.csv", "严重违法失信企业名单", "严重违法失信"),
        ("guarantee_way.csv", "005", "综合"),
        ("finance_type.csv", "应收账款质押融资", "应收账款"),
        ("risk_class.csv", "次级类", "次级"),
        ("loan_state.csv", "尚未放款", "未放款"),
        ("release_type.csv", "在保", "未解保"),
        ("service_type.csv", "智能制造诊断", "数字化诊断"),
        ("benefit_item.csv", "增值税期末留抵退税", "增值税留抵退税"),
        (
            "platform.csv",
            "全国中小企业融资综合信用服务平台(河南站)",
            "全国中小企业融资综合信用服务平台（河南站）",
        ),
        ("rd_body.csv", "无", "0"),
        ("product_field.csv", "工业“六基”", "工业六基"),
        ("certification.csv", "ISO 9001", "质量管理体系"),
        ("direct_condition.csv", "创客中国全国50强企业组", "创客中国全国50强"),
    ],
)
def test_spellings(file, spelling, value):
    from srdi.conform.text import lookup_key

    assert read_lookup(file)[lookup_key(spelling)] == value


@pytest.mark.parametrize("file", ["product_field.csv", "certification.csv", "direct_condition.csv"])
def test_words_of_cells_with_several_are_looked_up_by_facts(file, dictionary):
    """Several words stand in a cell, so the field cannot be looked up as a whole; each value spells itself."""
    from srdi.conform.text import lookup_key

    words = read_lookup(file)
    assert all(meaning.lookup != file for meaning in dictionary.fields.values())
    assert {value for value in words.values() if words.get(lookup_key(value)) != value} <= {"标准号前缀"}


def rows_of(file):
    with (LOOKUPS / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_division_names_work_within_a_city():
    names = {
        (row["city_code"], row["spelling"]): (row["division_code"], row["zone_code"])
        for row in rows_of("division_names.csv")
    }
    assert names["410300", "偃师市"] == ("410307", "")
    assert names["410300", "孟津县"] == names["410300", "吉利区"] == ("410308", "")
    assert names["411200", "陕县"] == ("411203", "")
    assert names["410100", "高新区"] == ("410100", "410172")
    assert names["410300", "高新区"] == names["410300", "洛阳高新区"] == ("410300", "410371")
    assert names["410100", "郑东新区"][1] == "4101Z1" and names["410300", "伊滨区"][1] == "4103Z1"
    assert names["410100", "郑州市金水区"] == ("410102", "") or names["410100", "郑州市金水区"][0] == "410105"
    codes = {row["code"] for row in rows_of("divisions.csv")}
    assert {division for division, _ in names.values()} <= codes
    assert {zone for _, zone in names.values() if zone} <= codes


def test_a_full_spelling_names_one_place_only():
    places: dict[str, set[str]] = {}
    for row in rows_of("division_names.csv"):
        places.setdefault(row["spelling"], set()).add(row["city_code"])
    shared = {spelling for spelling, cities in places.items() if len(cities) > 1}
    assert "高新区" in shared and not any(
        spelling.startswith(("郑州", "洛阳", "三门峡", "河南省")) for spelling in shared
    )


def test_industry_and_size_tables_fit_together():
    industries = {row["industry"] for row in rows_of("sme_size.csv")}
    mapped = {row["sme_industry"] for row in rows_of("industry_sme.csv")} - {""}
    assert mapped == industries
    codes = {row["code"]: row["section"] for row in rows_of("industry_codes.csv")}
    assert codes["3911"] == "C" and codes["C"] == "C" and len(codes) == 1971
    assert all(row["code"] in codes for row in rows_of("industry_sme.csv") + rows_of("producer_industry.csv"))
    for row in rows_of("sme_size.csv"):
        assert int(row["large_min"]) > int(row["medium_min"]) > int(row["small_min"])


def test_every_refusal_has_words():
    assert set(WORDS) == set(RefusalCode)
    assert len({words.anchor for words in WORDS.values()}) == len(WORDS)
    refusal = refuse("empty", file="a.csv", detail="没有")
    assert "a.csv" in refusal.message and refusal.todo and refusal.anchor == "refusal-empty"
