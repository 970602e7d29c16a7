"""``title``: each condition of the five standards on both sides of its edge, and how the cells of a row are read.

Every number is typed from the published conditions, none is read from the packs.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import date
from typing import NamedTuple

import pytest

from srdi.standards import STANDARDS, sheet
from srdi.standards.run import judge_csv

pytestmark = pytest.mark.full

NOTICE = date(2025, 5, 16)
CLEAN = {"sme": "是", "serious_dishonest": "否", "abnormal_listed": "否"}
NO_DIRECT = dict.fromkeys(
    ("high_tech", "ip_model", "award_provincial", "award_national", "maker_top500", "maker_top50"), "否"
)

# 63号附件1, 90 points and ten more that no column tells: 10~20 + 20 | 20 + 10 | 10 + 20
INNOVATIVE = {
    **CLEAN,
    **NO_DIRECT,
    "revenue": "1000000",
    "main_revenue": "805000",
    "main_revenue_prior": "700000",
    "rd_expense": "50000",
    "assets": "100",
    "liabilities": "55",
    "product_emerging": "是",
    "ip_class1": "1",
    "ip_class2": "0",
    "rd_body_rank": "0",
    "equity_two_years": "0",
}
# 63号附件2, 5 + 10 + 5 + 5 | 5 + 3 (to 5) + 10 + 5 | 0 (to 15) | 2 + 10 + 5 + 10
PROVINCIAL = {
    **CLEAN,
    **NO_DIRECT,
    "revenue": "10000000",
    "main_revenue": "9600000",
    "main_revenue_prior": "8000000",
    "main_revenue_prior2": "8000000",
    "segment_years": "10",
    "product_key_link": "是",
    "product_six_bases": "否",
    "product_supporting": "否",
    "digital_evaluated": "是",
    "digital_level": "3",
    "certified_quality": "是",
    "net_profit": "1000000",
    "assets": "100",
    "liabilities": "50",
    "ip_class1": "0",
    "ip_class2": "1",
    "rd_expense": "1000000",
    "rd_expense_prior": "0",
    "employees": "100",
    "rd_staff": "20",
    "rd_body_rank": "4",
    "equity_two_years": "0",
}
# 63号附件3
GIANT = {
    **CLEAN,
    **NO_DIRECT,
    "segment_years": "3",
    "revenue": "100000000",
    "revenue_prior": "100000000",
    "main_revenue": "77000000",
    "main_revenue_prior": "70000000",
    "main_revenue_prior2": "70000000",
    "rd_expense": "7000000",
    "rd_expense_prior": "7000000",
    "it_core_businesses": "1",
    "certified_system": "是",
    "assets": "100000000",
    "liabilities": "70000000",
    "market_share": "10%",
    "rd_body_rank": "1",
    "ip_class1": "2",
    "product_key_link": "是",
    "product_power_field": "是",
    "equity_two_years": "0",
    "employees": "100",
    "rd_staff": "50",
}
# 2号文附件1
PROVINCIAL_NEW = {
    **CLEAN,
    **NO_DIRECT,
    "tech_sme": "是",
    "innovative": "否",
    "segment_years": "3",
    "revenue": "15000000",
    "revenue_prior": "15000000",
    "main_revenue": "12000000",
    "assets": "100000000",
    "liabilities": "80000000",
    "rd_expense": "1000000",
    "rd_expense_prior": "1000000",
    "ip_class1": "1",
    "rd_body_rank": "0",
    "equity_two_years": "0",
    "development_score": "50",
}
# 2号文附件2
GIANT_NEW = {
    **CLEAN,
    **NO_DIRECT,
    "provincial_or_above": "是",
    "champion": "否",
    "segment_years": "3",
    "revenue": "55125000",
    "revenue_prior": "52500000",
    "revenue_prior2": "50000000",
    "main_revenue": "49612500",
    "assets": "100000000",
    "liabilities": "75000000",
    "rd_expense": "6000000",
    "rd_expense_prior": "6000000",
    "ip_class1": "4",
    "market_share": "10%",
    "national_rank": "4",
    "product_six_bases": "是",
    "product_key_link": "否",
    "development_score": "60",
}
BASES = {
    ("创新型", "63"): INNOVATIVE,
    ("省级", "63"): PROVINCIAL,
    ("小巨人", "63"): GIANT,
    ("省级", "2"): PROVINCIAL_NEW,
    ("小巨人", "2"): GIANT_NEW,
}


class Case(NamedTuple):
    """``changes``: facts unlike the base; ``fails`` and ``open``: criteria; ``score`` None: not looked at."""

    title: str
    standard: str
    changes: dict[str, str]
    fails: str = ""
    open: str = ""
    score: str | None = None


def both(
    title: str, standard: str, criterion: str, kept: dict[str, str], missed: dict[str, str]
) -> list[Case]:
    return [Case(title, standard, kept), Case(title, standard, missed, criterion)]


def one(title: str, standard: str, fact: str, kept: str, missed: str, criterion: str) -> list[Case]:
    return both(title, standard, criterion, {fact: kept}, {fact: missed})


def basic(title: str, standard: str) -> list[Case]:
    """What every standard asks, and that an enterprise of which nothing is known is open throughout."""
    return [
        Case(title, standard, {}),
        Case(title, standard, {"sme": "否"}, "sme"),
        Case(title, standard, {"sme": ""}, open="sme"),
        Case(title, standard, {"serious_dishonest": "是"}, "serious_dishonest"),
        Case(title, standard, {"abnormal_listed": "是"}, "abnormal_operation"),
    ]


def points(title: str, base: tuple[int, int], rows: list[tuple[dict[str, str], int]]) -> list[Case]:
    """A line of points each, as the difference to the base's; whatever the outcome is."""
    return [
        Case(title, "63", changes, "?", "?", f"{base[0] + less}~{base[1] + less}") for changes, less in rows
    ]


def innovative() -> list[Case]:
    title = "创新型"

    def steps(
        fact: str, values: list[tuple[str, int]], worth: int, **rest: str
    ) -> list[tuple[dict[str, str], int]]:
        return [({fact: value, **rest}, got - worth) for value, got in values]

    lines = steps(
        "rd_expense",
        [
            ("50000", 20),
            ("49999.99", 15),
            ("30000", 15),
            ("29999.99", 10),
            ("20000", 10),
            ("19999.99", 5),
            ("10000", 5),
            ("9999.99", 0),
            ("0", 0),
        ],
        20,
    )
    for main, reached, missed in (
        ("805000", 20, 15),
        ("770000", 15, 10),
        ("735000", 10, 5),
        ("700000", 5, 0),
    ):
        lines += steps(
            "main_revenue_prior", [("700000", reached), ("700000.01", missed)], 20, main_revenue=main
        )
    lines += steps("liabilities", [("55", 10), ("55.01", 5), ("75", 5), ("75.01", 0)], 10)
    lines += steps("product_emerging", [("是", 10), ("否", 5)], 10)
    lines += steps(
        "main_revenue",
        [
            ("700000", 20),
            ("699999.99", 15),
            ("600000", 15),
            ("599999.99", 10),
            ("550000", 10),
            ("549999.99", 5),
            ("500000", 5),
            ("499999.99", 0),
        ],
        20,
        main_revenue_prior="400000",
    )
    sixty = {
        "ip_class1": "0",
        "ip_class2": "1",
        "rd_expense": "30000",
        "main_revenue": "700000",
        "main_revenue_prior": "700000",
        "product_emerging": "否",
    }
    nothing = {**sixty, "ip_class2": "0", "rd_expense": "0", "main_revenue": "1", "liabilities": "90"}
    full = {"ip_class1": "0", "ip_class2": "1"}
    return [
        *basic(title, "63"),
        *points(title, (90, 100), lines),
        # a field that nobody told is one of the two: five points at least
        Case(title, "63", {"product_emerging": ""}, score="85~100"),
        Case(title, "63", {"ip_class1": "0", "ip_class2": "1"}, score="85"),
        Case(title, "63", {"ip_class1": "0"}, score="80"),
        Case(title, "63", {"ip_class1": "", "ip_class2": ""}, score="80~100"),
        Case(title, "63", sixty, score="60"),
        Case(title, "63", {**sixty, "main_revenue_prior": "700000.01"}, "evaluation", score="55"),
        # each of the three parts by itself, the total far above
        Case(title, "63", {**full, "rd_expense": "30000"}, score="80"),
        Case(title, "63", {**full, "rd_expense": "29999.99"}, "evaluation", score="75"),
        Case(title, "63", {**full, "main_revenue_prior": "805000"}, score="70"),
        Case(
            title,
            "63",
            {**full, "main_revenue_prior": "805000", "liabilities": "56"},
            "evaluation",
            score="65",
        ),
        Case(
            title,
            "63",
            {**full, "product_emerging": "否", "main_revenue": "550000", "main_revenue_prior": "1"},
            score="70",
        ),
        Case(
            title,
            "63",
            {**full, "product_emerging": "否", "main_revenue": "549999.99", "main_revenue_prior": "1"},
            "evaluation",
            score="65",
        ),
        # between two bounds: the ten points that no column tells decide, or cannot
        Case(
            title, "63", {**sixty, "ip_class1": "1", "rd_expense": "9999"}, open="evaluation", score="50~60"
        ),
        Case(
            title,
            "63",
            {
                **sixty,
                "ip_class1": "1",
                "rd_expense": "9999",
                "main_revenue": "690000",
                "main_revenue_prior": "690000",
            },
            "evaluation",
            score="45~55",
        ),
        Case(title, "63", nothing, "evaluation", score="5"),
        *(
            Case(title, "63", {**nothing, fact: "是"})
            for fact in ("high_tech", "ip_model", "award_provincial", "award_national")
        ),
        *both(title, "63", "evaluation", {**nothing, "rd_body_rank": "3"}, {**nothing, "rd_body_rank": "2"}),
        *both(
            title,
            "63",
            "evaluation",
            {**nothing, "equity_two_years": "5000000"},
            {**nothing, "equity_two_years": "4999999.99"},
        ),
        Case(title, "63", {**nothing, "high_tech": ""}, open="evaluation"),
    ]


def provincial() -> list[Case]:
    title = "省级"
    lines: list[tuple[dict[str, str], int]] = []

    def line(worth: int, fact: str, values: dict[str, int], **rest: str) -> None:
        lines.extend(({**rest, fact: value}, got - worth) for value, got in values.items())

    few = {"main_revenue_prior": "5000000", "main_revenue_prior2": "4000000"}
    line(
        5,
        "main_revenue",
        {"8000000": 5, "7999999.99": 3, "7000000": 3, "6999999.99": 1, "6000000": 1, "5999999.99": 0},
        **few,
    )
    line(
        10,
        "main_revenue",
        {"9600000": 10, "9599999.99": 8, "9280000": 8, "9279999.99": 6, "8960000": 6, "8959999.99": 4},
    )
    # the last one falls below eighty percent of revenue, too
    line(10, "main_revenue", {"8640000": 4, "8639999.99": 2, "8000000": 2, "7999999.99": -2})
    line(
        5,
        "segment_years",
        {"11": 5, "10": 5, "9": 4, "8": 4, "7": 3, "6": 3, "5": 2, "4": 2, "3": 1, "2": 1, "1": 0},
    )
    line(5, "product_six_bases", {"是": 3, "否": 0}, product_key_link="否")
    line(5, "product_supporting", {"是": 3}, product_key_link="否")
    line(5, "digital_level", {"4": 5, "三级": 5, "2": 3, "1": 0, "0": 0})
    line(5, "digital_evaluated", {"否": 0, "": 5})
    line(
        10,
        "net_profit",
        {"1000000": 10, "999999.99": 8, "800000": 8, "799999.99": 6, "600000": 6, "599999.99": 4},
    )
    line(10, "net_profit", {"400000": 4, "399999.99": 2, "200000": 2, "199999.99": 0, "-200000": 0})
    line(5, "liabilities", {"50": 5, "50.01": 3, "60": 3, "60.01": 1, "70": 1, "70.01": 0})
    line(2, "ip_class2", {"0": 0})
    # by share, the amount too small to count …
    line(
        10,
        "rd_expense",
        {"1000000": 10, "999999.99": 8, "800000": 8, "799999.99": 6, "600000": 6, "599999.99": 4},
    )
    line(10, "rd_expense", {"400000": 4, "399999.99": 2, "300000": 2, "299999.99": 0})
    # … and by amount, the share too small to count for more
    large = {
        "revenue": "100000000",
        "main_revenue": "96000000",
        "main_revenue_prior": "80000000",
        "main_revenue_prior2": "80000000",
        "net_profit": "10000000",
    }
    line(
        10,
        "rd_expense",
        {"5000000": 10, "4999999.99": 8, "4000000": 8, "3999999.99": 6, "3000000": 6, "2999999.99": 4},
        **large,
    )
    line(10, "rd_expense", {"2000000": 4, "1999999.99": 2, "1000000": 2, "999999.99": 0}, **large)
    line(5, "rd_staff", {"20": 5, "19": 3, "10": 3, "9": 1, "5": 1, "4": 0})
    line(10, "rd_body_rank", {"国家级": 10, "3": 8, "省部级": 8, "2": 4, "市级": 4, "1": 2, "0": 0})
    sixty = {"net_profit": "0", "rd_staff": "4"}
    poor = {**sixty, "rd_body_rank": "0", "product_key_link": "否", "digital_level": "2"}
    short = {**poor, "segment_years": "8"}
    mean = {**short, "rd_expense": "10000000"}
    return [
        *basic(title, "63"),
        *points(title, (75, 92), lines),
        Case(title, "63", {"certified_quality": "否"}, score="72~92"),
        Case(title, "63", {"ip_class1": "1"}, score="79~100"),
        Case(title, "63", {"digital_level": "", "digital_evaluated": ""}, score="70~92"),
        *one(title, "63", "segment_years", "2", "1.99", "segment"),
        *one(title, "63", "rd_expense", "1000000", "999999.99", "rd"),
        *both(title, "63", "rd", {"revenue": "33333333.33", "main_revenue": "30000000", "net_profit": "3333334"}, {"revenue": "33333333.34", "main_revenue": "30000000", "net_profit": "3333334"}),
        *one(title, "63", "revenue", "10000000", "9999999.99", "revenue"),
        *both(title, "63", "revenue", {"revenue": "9999999.99", "equity_two_years": "20000000"}, {"revenue": "9999999.99", "equity_two_years": "19999999.99"}),
        Case(title, "63", sixty, score="60~77"),
        Case(title, "63", {**sixty, "rd_body_rank": "3"}, open="evaluation", score="58~75"),
        Case(title, "63", poor, open="evaluation", score="43~60"),
        Case(title, "63", short, "evaluation", score="42~59"),
        *(Case(title, "63", {**short, fact: "是"}) for fact in ("award_provincial", "award_national", "maker_top500")),
        Case(title, "63", {**short, "maker_top50": "是"}, "evaluation"),
        *both(title, "63", "evaluation", {**short, "equity_two_years": "60000000"}, {**short, "equity_two_years": "59999999.99"}),
        *both(title, "63", "evaluation", {**mean, "rd_expense_prior": "10000000"}, {**mean, "rd_expense_prior": "9999999.99"}),
    ]  # fmt: skip


def giant() -> list[Case]:
    title, paper = "小巨人", "63"
    middle = {"main_revenue": "38500000", "main_revenue_prior": "35000000", "main_revenue_prior2": "35000000"}
    middle |= {
        "revenue": "50000000",
        "revenue_prior": "50000000",
        "rd_expense": "3000000",
        "rd_expense_prior": "3000000",
    }
    no_rd = {"rd_expense": "0", "rd_expense_prior": "0", "rd_body_rank": "0", "ip_class1": "0"}
    cases = [
        *basic(title, paper),
        *one(title, paper, "segment_years", "3年", "2.99", "segment"),
        *one(title, paper, "revenue", "110000000", "110000000.01", "main_share"),
        *one(title, paper, "main_revenue_prior2", "70000000", "70000000.01", "growth"),
        *one(title, paper, "main_revenue", "77000000", "76999999.99", "growth"),
        *one(title, paper, "it_core_businesses", "1", "0", "core_business"),
        *one(title, paper, "certified_system", "有", "无", "certified"),
        *one(title, paper, "liabilities", "70000000", "70000000.01", "debt"),
        *one(title, paper, "market_share", "0.1", "9.9999%", "market_share"),
        *one(title, paper, "rd_body_rank", "1", "0", "rd_body"),
        *one(title, paper, "ip_class1", "2", "1", "ip"),
        *one(title, paper, "product_key_link", "是", "否", "key_link"),
        *one(title, paper, "product_power_field", "是", "否", "field"),
        *one(title, paper, "rd_expense", "3000000", "2999999.99", "rd"),
        *one(title, paper, "rd_expense_prior", "3000000", "2999999.99", "rd"),
        # a fen less than a hundred million: six percent instead of three
        *both(title, paper, "rd", {"revenue": "99999999.99", "rd_expense": "6000000"}, {"revenue": "99999999.99", "rd_expense": "5999999.99"}),
        *both(title, paper, "rd", middle, {**middle, "rd_expense": "2999999.99"}),
        Case(title, paper, {**middle, "rd_expense_prior": "2999999.99"}, "rd"),
        Case(title, paper, {**middle, "revenue": "49999999.99"}, "revenue_floor rd"),
        Case(title, paper, no_rd, "rd rd_body ip"),
        Case(title, paper, {**no_rd, "award_national": "是"}),
        Case(title, paper, {**no_rd, "maker_top50": "是"}),
        Case(title, paper, {**no_rd, "maker_top500": "是"}, "rd rd_body ip"),
        Case(title, paper, {"main_revenue_prior2": ""}, open="growth"),
        Case(title, paper, {"main_revenue_prior2": "0"}, open="growth"),
    ]  # fmt: skip
    return cases


def provincial_new() -> list[Case]:
    title, paper = "省级", "2"
    large = {"revenue": "40000000", "revenue_prior": "40000000", "main_revenue": "32000000"}
    large |= {"rd_expense": "1200000", "rd_expense_prior": "1200000"}
    equity = {"revenue": "14999999.99"}
    return [
        *basic(title, paper),
        *both(title, paper, "first_tier", {"tech_sme": "否", "innovative": "是"}, {"tech_sme": "否"}),
        *one(title, paper, "segment_years", "3", "2", "segment"),
        *one(title, paper, "revenue", "15000000", "14999999.99", "revenue"),
        *both(title, paper, "revenue", {**equity, "equity_two_years": "20000000"}, {**equity, "equity_two_years": "19999999.99"}),
        *one(title, paper, "main_revenue", "12000000", "11999999.99", "main_share"),
        *one(title, paper, "liabilities", "80000000", "80000000.01", "debt"),
        *one(title, paper, "rd_expense", "1000000", "999999.99", "rd"),
        *one(title, paper, "rd_expense_prior", "1000000", "999999.99", "rd"),
        *both(title, paper, "rd", large, {**large, "rd_expense": "1199999.99"}),
        Case(title, paper, {**large, "rd_expense_prior": "1199999.99"}, "rd"),
        *one(title, paper, "ip_class1", "1", "0", "ip"),
        *both(title, paper, "ip", {"ip_class1": "0", "rd_body_rank": "3"}, {"ip_class1": "0", "rd_body_rank": "2"}),
        Case(title, paper, {"ip_class1": "0", "award_provincial": "是"}),
        Case(title, paper, {"ip_class1": "0", "award_national": "是"}),
        *one(title, paper, "development_score", "50分", "49.9999999", "evaluation"),
    ]  # fmt: skip


def giant_new() -> list[Case]:
    title, paper = "小巨人", "2"
    floor = {"main_revenue": "45000000", "revenue_prior2": "45000000"}
    low = {"market_share": "9.9999%"}
    return [
        *basic(title, paper),
        *one(title, paper, "provincial_or_above", "是", "否", "provincial_title"),
        # who holds the provincial title holds one of that rank or above
        Case(title, paper, {"provincial_or_above": "", "provincial": "是"}),
        Case(title, paper, {"provincial_or_above": "", "provincial": "否"}, open="provincial_title"),
        *one(title, paper, "champion", "否", "是", "not_champion"),
        *one(title, paper, "segment_years", "3", "2", "segment"),
        *both(title, paper, "revenue", {**floor, "revenue": "50000000"}, {**floor, "revenue": "49999999.99"}),
        *one(title, paper, "main_revenue", "49612500", "49612499.99", "main_share"),
        *one(title, paper, "revenue_prior2", "50000000", "50000000.01", "growth"),
        *one(title, paper, "liabilities", "75000000", "75000000.01", "debt"),
        *one(title, paper, "rd_expense", "6000000", "5999999.99", "rd"),
        *both(title, paper, "rd", {"rd_expense": "1653750", "rd_expense_prior": "10346250"}, {"rd_expense": "1653749.99", "rd_expense_prior": "10346251"}),
        *both(title, paper, "rd", {"rd_expense": "10425000", "rd_expense_prior": "1575000"}, {"rd_expense": "10425001", "rd_expense_prior": "1574999.99"}),
        *one(title, paper, "ip_class1", "4", "3", "ip"),
        *both(title, paper, "ip", {"ip_class1": "3", "award_national": "是"}, {"ip_class1": "3", "award_provincial": "是"}),
        *both(title, paper, "market_share", {**low, "national_rank": "3"}, {**low, "national_rank": "4"}),
        Case(title, paper, {**low, "national_rank": "0"}, open="market_share"),
        *both(title, paper, "field", {"product_six_bases": "否", "product_key_link": "是"}, {"product_six_bases": "否"}),
        *one(title, paper, "development_score", "60", "59.99", "evaluation"),
    ]  # fmt: skip


CASES = [*innovative(), *provincial(), *giant(), *provincial_new(), *giant_new()]
HEADER = list(
    dict.fromkeys(["title", "standard", "renewal", "provincial", *(f for b in BASES.values() for f in b)])
)
OUTCOME, FAILING, UNKNOWN, SCORE, NOTE = range(5)


def row(title: str, standard: str, changes: dict[str, str], renewal: str = "") -> list[str]:
    cells = {"title": title, "standard": standard, "renewal": renewal, **BASES[title, standard], **changes}
    return [cells.get(name, "") for name in HEADER]


@pytest.fixture(scope="module")
def told(judge) -> list[list[str]]:
    return judge("title", ",".join(HEADER), [row(case.title, case.standard, case.changes) for case in CASES])


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=lambda n: f"{CASES[n].title}-{CASES[n].standard}-{CASES[n].changes}"
)
def test_each_condition_on_both_sides(told, number: int) -> None:
    case, found = CASES[number], told[number]
    if case.fails != "?":
        outcome = "fail" if case.fails else "unknown" if case.open else "pass"
        assert found[:SCORE] == [outcome, case.fails, case.open]
    if case.score is not None:
        assert found[SCORE] == case.score
    assert case.title != "小巨人" or found[SCORE] == ""


def test_nothing_told_is_open_and_nothing_fails(judge) -> None:
    found = judge("title", "title,standard", [list(key) for key in BASES])
    assert [cells[OUTCOME] for cells in found] == ["unknown"] * 5
    assert [cells[FAILING] for cells in found] == [""] * 5
    assert found[0][UNKNOWN] == "sme serious_dishonest abnormal_operation evaluation"
    assert [cells[SCORE] for cells in found] == ["5~100", "0~100", "", "", ""]


SMALL = {
    "revenue": "49999999.99",
    "main_revenue": "38500000",
    "main_revenue_prior": "35000000",
    "main_revenue_prior2": "35000000",
    "rd_expense": "30000000",
    "rd_expense_prior": "0",
    "equity_two_years": "80000000",
}


def test_little_giants_below_fifty_million(judge) -> None:
    """Their own way by annex 3 of 63号, until the notice of 2025 takes no more of them."""
    ways = [{}, {"rd_expense": "29999999.99"}, {"equity_two_years": "79999999.99"}, {"rd_staff": "49"}]
    rows = [row("小巨人", "63", {**SMALL, **way}) for way in ways]
    before = judge("title", ",".join(HEADER), rows, day=date(2025, 5, 15))
    assert [cells[FAILING] for cells in before] == ["", "rd", "rd", "rd"]
    after = judge("title", ",".join(HEADER), rows[:1], day=NOTICE)
    assert after[0][FAILING] == "revenue_floor"
    assert "工信厅企业函〔2025〕190号" in after[0][NOTE]


FLAT = {"main_revenue_prior": "77000000", "main_revenue_prior2": "77000000"}
RENEWALS = [
    # growth is asked of new ones only; both purposes of one standard stand in one file
    ("小巨人", "63", FLAT, "是", "pass", ""),
    ("小巨人", "63", FLAT, "否", "fail", "growth"),
    ("小巨人", "63", FLAT, "新申报", "fail", "growth"),
    ("小巨人", "63", {"main_revenue_prior": ""}, "复核", "pass", ""),
    ("小巨人", "63", {"liabilities": "70000000.01"}, "1", "fail", "debt"),
    ("小巨人", "2", {"revenue_prior2": "55125000"}, "是", "pass", ""),
    ("小巨人", "2", {"revenue_prior2": "55125000"}, "", "fail", "growth"),
    ("省级", "63", {"segment_years": "1"}, "是", "fail", "segment"),
    ("省级", "2", {}, "是", "pass", ""),
    ("创新型", "63", {}, "是", "pass", ""),
    ("小巨人", "63", {}, "也许", "", ""),
]


def test_renewals_beside_new_ones(judge) -> None:
    found = judge("title", ",".join(HEADER), [row(*case[:4]) for case in RENEWALS])
    assert [cells[:2] for cells in found] == [list(case[4:]) for case in RENEWALS]
    assert found[-1][NOTE] == "是否复核 renewal 无法识别，应为 是、否 或空"
    # each criterion once, though two purposes of one standard brought theirs along
    assert found[4][NOTE].count("资产负债率") == 1
    assert found[4][NOTE].count("附件3 精") == 1


def test_innovative_under_the_new_paper_is_judged_by_the_old(judge) -> None:
    base = {**INNOVATIVE, "title": "创新型", "renewal": ""}
    rows = [[{**base, "standard": number}.get(name, "") for name in HEADER] for number in ("63", "2")]
    rows.append([{**base, "standard": "2", "sme": "否"}.get(name, "") for name in HEADER])
    old, new, failing = judge("title", ",".join(HEADER), rows)
    assert old == ["pass", "", "", "90~100", ""]
    assert new == ["pass", "", "", "90~100", "2号没有新的创新型标准，按63号附件1判定"]
    assert failing[NOTE].startswith(
        "2号没有新的创新型标准，按63号附件1判定；不符合：属于中小企业（否，要求 是"
    )


SPELLED = [
    ("小巨人", "63"),
    ("专精特新“小巨人”企业", "63号"),
    ("国家级专精特新小巨人企业", "63号文"),
    (' 专精特新"小巨人" ', "工信部企业〔2022〕63号"),
    ("小巨人", "〔2022〕63号"),
    ("小巨人", "２０２２"),
    ("小巨人", "63.0"),
]
NOT_SPELLED = [
    ("小巨人", "163", "标准 standard 无法识别，应为 63 或 2"),
    ("小巨人", "12", "标准 standard 无法识别，应为 63 或 2"),
    ("小巨人", "〔2026〕63号", "标准 standard 无法识别，应为 63 或 2"),
    ("小巨人", "", "标准 standard 无法识别，应为 63 或 2"),
    ("巨人", "63", "称号 title 无法识别，应为 创新型、省级、小巨人"),
    ("", "", "称号 title 无法识别，应为 创新型、省级、小巨人"),
    ("高企", "63", "63号没有高企的标准"),
    ("市级专精特新", "2", "2号没有市级的标准"),
]


def test_titles_and_papers_as_people_write_them(judge) -> None:
    rows = [[title, paper, *row("小巨人", "63", {})[2:]] for title, paper in SPELLED]
    rows += [[title, paper, *row("小巨人", "63", {})[2:]] for title, paper, _ in NOT_SPELLED]
    found = judge("title", ",".join(HEADER), rows)
    assert [cells[OUTCOME] for cells in found[: len(SPELLED)]] == ["pass"] * len(SPELLED)
    assert found[len(SPELLED) :] == [["", "", "", "", note] for *_, note in NOT_SPELLED]


def test_the_new_paper_by_its_names(judge) -> None:
    names = ("2", "2号", "2号文", "〔2026〕2号", "工信部企业〔2026〕2号", "2026", "2026年")
    rows = [
        [title, name, *row("省级", "2", {})[2:]] for name in names for title in ("省级", "专精特新中小企业")
    ]
    found = judge("title", ",".join(HEADER), rows)
    assert [cells[OUTCOME] for cells in found] == ["pass"] * len(rows)


# a cell in the place of one that is kept at its edge; None: not read, named in the note
MONEY = [
    ("15000000", True),
    ("15,000,000.00", True),
    ("1500万", True),
    ("1500万元", True),
    ("1,500.00 万元", True),
    ("0.15亿元", True),
    ("15000000元", True),
    ("１５００万", True),
    ("+15000000", True),
    ("1499.999999万", False),
    ("14999999.999", False),
    ("0.14999999999亿", False),
    ("30万", False),
    ("0", False),
    ("1,50万", None),
    ("1.5E7", None),
    ("约1500万", None),
    ("1500万美元", None),
    ("--15000000", None),
    ("-15000000", "不合理"),
    ("(15,000,000)", "不合理"),
    ("−15000000", "不合理"),
    ("1000000000001", "不合理"),
    ("-", None),
    ("1" * 40, None),
]


def test_amounts_in_yuan(judge) -> None:
    rows = [row("省级", "2", {"revenue": text, "main_revenue": "12000000"}) for text, _ in MONEY]
    found = judge("title", ",".join(HEADER), rows)
    read = {"revenue": False}
    for (text, kept), cells in zip(MONEY, found, strict=True):
        if not isinstance(kept, bool):
            assert ("revenue" in cells[UNKNOWN].split(), "revenue" in cells[FAILING].split()) == (
                True,
                False,
            ), text
            assert f"营业收入 revenue “{text[:20]}”{kept or '无法识别，应为金额'}" in cells[NOTE], text
        else:
            assert ("revenue" in cells[FAILING].split()) is not kept, text
            assert "无法识别" not in cells[NOTE], text
            read["revenue"] = True
    assert read["revenue"]


def test_amounts_in_ten_thousand_yuan(judge) -> None:
    header = [name for name in HEADER if name != "revenue"]
    at = HEADER.index("revenue")
    base = row("省级", "2", {})
    values = ["1500", "1499.999999", "1500万元", "15000000元", "0.15亿", "１,５００", "abc", ""]
    rows = [[*base[:at], *base[at + 1 :], value] for value in values]
    found = judge("title", ",".join([*header, "revenue_wan"]), rows)
    assert [cells[FAILING] for cells in found] == ["", "revenue", "", "", "", "", "", ""]
    assert [cells[OUTCOME] for cells in found[-2:]] == ["unknown"] * 2
    assert [cells[NOTE].split("；")[0] for cells in found[-2:]] == [
        "营业收入（万元） revenue_wan “abc”无法识别，应为金额",
        "不详：营业收入或股权投资、主营业务收入占营业收入、近两年每年的研发费用和占比",
    ]


OTHERS = [
    ("market_share", "10%", True),
    ("market_share", "0.10", True),
    ("market_share", "１０％", True),
    ("market_share", "1", True),
    ("market_share", "100%", True),
    ("market_share", "0.0999999999", False),
    ("market_share", "9.99999999%", False),
    ("market_share", "0%", False),
    ("market_share", "10", None),
    ("market_share", "101%", None),
    ("market_share", "-10%", None),
    ("market_share", "一成", None),
    ("ip_class1", "4项", True),
    ("ip_class1", "4.0", True),
    ("ip_class1", "1,000", True),
    ("ip_class1", "3.9", None),
    ("ip_class1", "-4", None),
    ("ip_class1", "99999999999", None),
    ("segment_years", "3.5", True),
    ("segment_years", "2.9", False),
    ("segment_years", "-3", None),
    ("development_score", "60.0", True),
    ("development_score", "59.9999999999", False),
    ("development_score", "101", None),
    ("development_score", "-60", None),
    ("product_six_bases", "√", True),
    ("product_six_bases", "1.0", True),
    ("product_six_bases", "无", False),
    ("product_six_bases", "也许", None),
]
CRITERION = {
    "market_share": "market_share",
    "ip_class1": "ip",
    "segment_years": "segment",
    "development_score": "evaluation",
    "product_six_bases": "field",
}


@pytest.fixture(scope="module")
def read(judge) -> list[list[str]]:
    return judge("title", ",".join(HEADER), [row("小巨人", "2", {fact: text}) for fact, text, _ in OTHERS])


@pytest.mark.parametrize("number", range(len(OTHERS)), ids=lambda n: "-".join(OTHERS[n][:2]))
def test_other_cells(read, number: int) -> None:
    fact, text, kept = OTHERS[number]
    criterion, cells = CRITERION[fact], read[number]
    if kept is None:
        assert cells[:SCORE] == ["unknown", "", criterion]
        assert f"{fact} “{text}”无法识别" in cells[NOTE]
    else:
        assert cells[:SCORE] == (["pass", "", ""] if kept else ["fail", criterion, ""])
        assert "无法识别" not in cells[NOTE]


def test_size_where_no_flag_tells(judge) -> None:
    sizes = [
        ("", "微型"),
        ("", "中型企业"),
        ("", "small"),
        ("", "大型"),
        ("", "巨型"),
        ("是", "大型"),
        ("否", "中型"),
    ]
    rows = [[*row("小巨人", "63", {"sme": sme}), size] for sme, size in sizes]
    for name in ("size", "size_class", "企业规模"):
        found = judge("title", ",".join([*HEADER, name]), rows)
        assert [cells[FAILING] or cells[UNKNOWN] for cells in found] == ["", "", "", "sme", "sme", "", "sme"]
        assert [cells[OUTCOME] for cells in found[3:5]] == ["fail", "unknown"]
        assert "企业规模 size “巨型”无法识别" in found[4][NOTE]
        assert "sme 与 size 不一致，取 sme" in found[5][NOTE]


def test_chinese_headers(judge) -> None:
    names = {column.name: column.zh for column in STANDARDS["title"].columns}
    found = judge("title", ",".join(names.get(name, name) for name in HEADER[3:]) + ",称号,标准,是否复核", [
        [*row("小巨人", "63", changes)[3:], "小巨人", "63", ""] for changes in ({}, {"liabilities": "70000000.01"})
    ])  # fmt: skip
    assert [cells[:2] for cells in found] == [["pass", ""], ["fail", "debt"]]
    for unit, enough, short in (("（元）", "1000000", "999999.99"), ("(万元)", "100", "99.999999"), ("", "1000000", "999999.99")):  # fmt: skip
        units = judge("title", f"称号,标准,研发费用{unit},营业收入（万元）", [["省级", "63", rd, "1000"] for rd in (enough, short)])  # fmt: skip
        assert [cells[FAILING] for cells in units] == ["", "rd"]


def written(data: bytes) -> list[list[str]]:
    out = io.BytesIO()
    judge_csv(STANDARDS["title"], data, out, date(2026, 11, 22))
    return list(csv.reader(io.StringIO(out.getvalue().decode())))


def test_files_as_they_come() -> None:
    text = "企业,称号,标准,sme\n㛃䶮公司,小巨人,63,否\n㛃䶮公司,小巨人,63,否\n甲,小巨人\n"
    first, second, third = written(text.encode("gb18030"))[1:]
    assert first == second and first[0] == "㛃䶮公司" and first[5] == "sme"
    assert third[4] == "" and third[-1].startswith("标准 standard 无法识别")
    assert written(b"title,standard\n") == [
        ["title", "standard", "outcome", "failing", "unknown", "score", "note"]
    ]
    with pytest.raises(sheet.Unusable, match="文件是空的"):
        written(b"")
    with pytest.raises(sheet.Unusable, match=r"缺少必需的列：standard（标准（63 或 2）") as told:
        written(b"title,standards\n")
    assert len(str(told.value)) < 600


def test_a_row_does_not_depend_on_its_neighbours(judge, told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set by set, whatever stands in the sets, and repeated."""
    picked = range(0, len(CASES), 29)
    rows = [row(CASES[n].title, CASES[n].standard, CASES[n].changes) for n in picked]
    monkeypatch.setattr(sheet, "CHUNK_ROWS", 5)
    assert judge("title", ",".join(HEADER), rows * 2) == [told[n] for n in picked] * 2


def test_the_note_says_what_was_seen_what_is_asked_and_where(told) -> None:
    at = CASES.index(Case("小巨人", "63", {"liabilities": "70000000.01"}, "debt"))
    assert told[at][NOTE] == "不符合：资产负债率（0.7，要求 ≤ 0.7，附件3 精）"
    assert [
        cells[NOTE] for cells, case in zip(told, CASES, strict=True) if not (case.fails or case.open)
    ] == ["" for case in CASES if not (case.fails or case.open)]


def test_other_standards_do_not_wait_for_the_packs() -> None:
    """Nor does help: what reads the packs is imported when a title is judged."""
    script = (
        "import sys; from srdi.standards import STANDARDS; [one.usage for one in STANDARDS.values()];"
        "print([name for name in sys.modules if name.startswith('srdi.policy')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_help_tells_where_the_facts_stand_in_a_line() -> None:
    usage = STANDARDS["title"].usage
    assert usage.startswith("title  称号认定标准 / title standard：title、standard、[renewal]、")
    assert "docs/dictionary.md" in usage
    assert len(usage) < 200
