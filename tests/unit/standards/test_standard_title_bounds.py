"""``title``: figures that cannot be are not known, by the bounds that the contracts of the night have."""

from __future__ import annotations

from datetime import date

import pytest

from srdi.contracts.loader import load_contracts
from srdi.standards.title_columns import facts
from srdi.standards.title_plausible import parts, ranges

pytestmark = pytest.mark.full

BASE = {
    "title": "小巨人",
    "standard": "2",
    "sme": "是",
    "serious_dishonest": "否",
    "abnormal_listed": "否",
    "provincial": "是",
    "champion": "否",
    "segment_years": "3",
    "revenue": "60000000",
    "main_revenue": "54000000",
    "revenue_prior": "55000000",
    "revenue_prior2": "50000000",
    "assets": "100",
    "liabilities": "75",
    "rd_expense": "6000000",
    "rd_expense_prior": "6000000",
    "ip_class1": "4",
    "award_national": "否",
    "market_share": "10%",
    "national_rank": "9",
    "product_six_bases": "是",
    "product_key_link": "否",
    "development_score": "60",
    "net_profit": "1",
    "employees": "100",
    "rd_staff": "10",
}
# changes, criterion that is open, words of the note
IMPOSSIBLE = [
    ({"liabilities": "-3"}, "debt", "负债总额 liabilities “-3”不合理，应为 0 至 1000000000000 元"),
    ({"liabilities": "(3)"}, "debt", "liabilities “(3)”不合理"),
    ({"assets": "-100"}, "debt", "资产总额 assets “-100”不合理"),
    ({"assets": "1000000000000.01"}, "debt", "assets “1000000000000.01”不合理"),
    ({"revenue_prior2": "-1"}, "growth", "前两年营业收入 revenue_prior2 “-1”不合理"),
    ({"main_revenue": "60000000.01"}, "main_share", "主营业务收入 main_revenue “60000000.01”大于营业收入“60000000”"),
    ({"main_revenue": "-1"}, "main_share", "main_revenue “-1”不合理"),
    ({"rd_expense_prior": "-1"}, "rd", "上一年研发费用 rd_expense_prior “-1”不合理"),
    ({"market_share": "101%"}, "market_share", "市场占有率 market_share “101%”无法识别，应为 0% 至 100%，或 0 至 1 的小数"),
    ({"market_share": "-10%"}, "market_share", "market_share “-10%”无法识别"),
    ({"segment_years": "101"}, "segment", "细分市场年限 segment_years “101”不合理，应为 0 至 100 年"),
    ({"segment_years": "-3"}, "segment", "segment_years “-3”无法识别，应为不小于 0 的整数"),
    ({"ip_class1": "100001"}, "ip", "ip_class1 “100001”不合理"),
    ({"development_score": "101"}, "evaluation", "development_score “101”无法识别，应为 0 至 100 的数"),
    ({"market_share": "9%", "national_rank": "100001"}, "market_share", "national_rank “100001”不合理"),
]  # fmt: skip
POSSIBLE = [
    {},
    {"liabilities": "0", "assets": "0.01"},
    {"assets": "1000000000000"},
    {"main_revenue": "60000000"},
    {"main_revenue": "5400万"},
    {"net_profit": "-99999999"},
    {"segment_years": "100"},
    {"market_share": "100%"},
    {"market_share": "1"},
    {"ip_class1": "100000"},
    {"rd_expense": "70000000"},
    {"rd_staff": "100"},
]


def rows(cases: list[dict[str, str]]) -> list[list[str]]:
    return [list({**BASE, **changes}.values()) for changes in cases]


@pytest.mark.parametrize("changes", [case[0] for case in IMPOSSIBLE], ids=str)
def test_what_cannot_be_is_open_and_named(judge, changes: dict[str, str]) -> None:
    _, criterion, words = next(case for case in IMPOSSIBLE if case[0] == changes)
    ((outcome, failing, unknown, _, note),) = judge("title", ",".join(BASE), rows([changes]))
    assert (outcome, failing, unknown) == ("unknown", "", criterion)
    assert words in note


def test_what_can_be_counts_up_to_its_edge(judge) -> None:
    found = judge("title", ",".join(BASE), rows(POSSIBLE))
    assert [cells[:3] for cells in found] == [["pass", "", ""]] * len(POSSIBLE)
    assert [cells[4] for cells in found] == [""] * len(POSSIBLE)


def test_a_part_larger_than_its_whole_where_the_criterion_asks_for_it(judge) -> None:
    """People: 63号 asks the smallest ones for half of their staff in R&D. Years: the year before has its own whole."""
    small = {
        **BASE,
        "standard": "63",
        "liabilities": "70",
        "revenue": "40000000",
        "main_revenue": "30000000",
        "main_revenue_prior": "20000000",
        "main_revenue_prior2": "20000000",
        "rd_expense": "30000000",
        "equity_two_years": "80000000",
        "it_core_businesses": "1",
        "certified_system": "是",
        "product_key_link": "是",
        "product_power_field": "是",
        "rd_body_rank": "1",
        "maker_top50": "否",
        "rd_staff": "101",
    }
    more = {**small, "rd_staff": "100", "revenue_prior": "19999999.99"}
    both = [list(small.values()), list(more.values())]
    staff, growth = judge("title", ",".join(small), both, day=date(2025, 5, 15))
    assert staff[:3] == ["unknown", "", "rd"]
    assert "研发人员数 rd_staff “101”大于从业人数“100”，两者不可能同时成立，按不详" in staff[4]
    assert growth[:3] == ["unknown", "", "growth"]
    assert "上一年主营业务收入 main_revenue_prior “20000000”大于上一年营业收入“19999999.99”" in growth[4]


def test_the_same_in_ten_thousands(judge) -> None:
    header = [name if name != "liabilities" else "负债总额（万元）" for name in BASE]
    ((outcome, _, unknown, _, note),) = judge("title", ",".join(header), rows([{"liabilities": "-3"}]))
    assert (outcome, unknown) == ("unknown", "debt")
    assert "负债总额（万元） liabilities_wan “-3”不合理，应为 0 至 100000000 万元" in note


def test_bounds_are_those_of_the_contracts() -> None:
    """Both ends typed here from the contracts, so that a bound that is lost does not go unseen."""
    found = ranges()
    assert found["liabilities"] == (0, 10**12)
    assert found["revenue_prior2"] == (0, 10**12)
    assert found["employees"] == (0, 10**6)
    assert found["equity_two_years"] == (0, 10**11)
    assert found["national_rank"] == (1, 10**5)
    assert "net_profit" not in found
    figures = {name for name, one in facts().items() if one.type in ("money", "ratio", "decimal", "integer")}
    assert figures - found.keys() == {"net_profit", "digital_level", "rd_body_rank"}
    assert dict(parts()) == {
        "main_revenue": "revenue",
        "main_revenue_prior": "revenue_prior",
        "main_revenue_prior2": "revenue_prior2",
        "rd_staff": "employees",
    }
    checks = {check.id: check.severity for check in load_contracts().contracts["tax_annual"].checks}
    assert checks["rd_within_revenue"] == "info", "an R&D expense above the revenue is odd, not impossible"
