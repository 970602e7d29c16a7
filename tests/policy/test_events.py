"""Figures on tables of events against numbers worked out by hand; which rows and days count; how goals are kept."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from policy.event_packs import DAY, HEAD, amounts, at_home, financing, six, sound, target, whole
from policy.scene import Scene, uscc

MEAN = "events: guarantee\nduring: year\nfigure: {mean: fee_rate, weight: amount}\n"
COUNT = "events: loan\nduring: year\nfigure: {count: rows}\n"
SUM = "events: loan\nduring: year\nfigure: {sum: amount}\n"


def figures(row: dict) -> tuple:
    return row["numerator"], row["denominator"], row["value"], row["unit"]


# ── each kind of figure ──────────────────────────────────────────────────────────────────────────


def test_a_mean_is_weighted_and_told_per_bank(scene: Scene) -> None:
    scene.events(
        "guarantee",
        [
            at_home(1, bank="甲担保", amount="1000000.00", fee_rate="0.01"),
            at_home(2, bank="乙担保", amount="3000000.00", fee_rate="0.02"),
            at_home(3, bank=None, amount="1000000.00", fee_rate="0.005"),
        ],
    )
    rows = financing(scene, MEAN + 'target: ceiling\nkeeps: "<="')
    assert list(rows) == ["ALL", "unknown", "乙担保", "甲担保"]
    assert figures(rows["甲担保"]) == (six("10000"), six("1000000"), six("0.01"), "ratio")
    assert figures(rows["乙担保"]) == (six("60000"), six("3000000"), six("0.02"), "ratio")
    assert figures(rows["ALL"]) == (six("75000"), six("5000000"), six("0.015"), "ratio")
    assert {bank: row["met"] for bank, row in rows.items()} == {
        "ALL": False,
        "unknown": True,
        "乙担保": False,
        "甲担保": True,
    }
    assert (rows["ALL"]["target"], rows["ALL"]["keeps"], rows["ALL"]["area_code"]) == (
        six("0.01"),
        "<=",
        "410100",
    )
    assert (rows["ALL"]["document_id"], rows["ALL"]["clause"], rows["ALL"]["stage"], rows["ALL"]["term"]) == (
        "events-2022",
        "三(四)14",
        "issued",
        "open",
    )


def test_counts_and_sums(scene: Scene) -> None:
    rows = [at_home(1, amount="10.25"), at_home(1, amount="0.75"), at_home(2, bank="乙银行", amount="-1.00")]
    scene.events("loan", rows)
    assert figures(whole(scene, COUNT)) == (six("3"), None, six("3"), "count")
    assert figures(whole(scene, SUM)) == (six("10"), None, six("10"), "yuan")
    assert figures(whole(scene, COUNT.replace("rows", "enterprises"))) == (six("2"), None, six("2"), "count")
    per_bank = financing(scene, COUNT.replace("rows", "enterprises"))
    assert {bank: row["value"] for bank, row in per_bank.items()} == {
        "ALL": 2,
        "甲银行": 1,
        "乙银行": 1,
    }
    banks = financing(scene, COUNT.replace("rows", "banks"))
    assert {bank: row["value"] for bank, row in banks.items()} == {"ALL": 2}


def test_a_bank_called_like_the_roll_up_is_no_bank(scene: Scene) -> None:
    scene.events(
        "loan",
        [
            at_home(1, amount="1.00"),
            at_home(2, bank="ALL", amount="10.00"),
            at_home(3, bank=None, amount="100.00"),
        ],
    )
    rows = financing(scene, SUM)
    assert {bank: row["value"] for bank, row in rows.items()} == {"ALL": 111, "甲银行": 1, "unknown": 110}


def test_shares_of_rows_and_of_amounts(scene: Scene) -> None:
    scene.events(
        "loan",
        [
            at_home(1, amount="100.00", credit_loan=True),
            at_home(2, amount="200.00", credit_loan=False),
            at_home(3, amount="50.01", credit_loan=None),
        ],
    )
    rows = whole(scene, "events: loan\nduring: year\nfigure: {share: rows, where: credit_loan}")
    assert figures(rows) == (six("1"), six("2"), six("0.5"), "ratio") and rows["unknown"] == 1
    money = whole(scene, "events: loan\nduring: year\nfigure: {share: amount, where: credit_loan}")
    assert figures(money) == (six("100"), six("300"), six("0.333333"), "ratio") and money["unknown"] == 1


def test_a_ratio_and_a_lead_over_banks_without_a_place(scene: Scene) -> None:
    month = {"day": date(2025, 9, 30)}
    scene.events(
        "bank_month",
        [
            {**month, "bank": "甲银行", "all_loans": "1100.00", "all_loans_start": "1000.00"}
            | {"inclusive_loans": "240.00", "inclusive_loans_start": "200.00"}
            | {"inclusive_borrowers": 9, "inclusive_borrowers_start": 10},
            {**month, "bank": "乙银行", "all_loans": "300.00", "all_loans_start": "200.00"}
            | {"inclusive_loans": "30.00", "inclusive_loans_start": "30.00"}
            | {"inclusive_borrowers": 20, "inclusive_borrowers_start": 20},
        ],
    )
    ratio = "events: bank_month\nduring: newest\nfigure: {ratio: inclusive_borrowers, over: inclusive_borrowers_start}\ntarget: whole"
    rows = financing(scene, ratio)
    assert figures(rows["甲银行"]) == (six("9"), six("10"), six("0.9"), "ratio")
    assert figures(rows["ALL"]) == (six("29"), six("30"), six("0.966667"), "ratio")
    assert {bank: row["met"] for bank, row in rows.items()} == {"ALL": False, "甲银行": False, "乙银行": True}
    lead = (
        "events: bank_month\nduring: newest\ntarget: nothing\n"
        "figure: {lead: inclusive_loans, over: inclusive_loans_start, against: all_loans, against_over: all_loans_start}"
    )
    rows = financing(scene, lead)
    # 1.2 − 1.1; 1 − 1.5; 270/230 − 1400/1200 = 1.173913… − 1.166666… = 0.0072463…
    assert figures(rows["甲银行"]) == (six("1.2"), six("1.1"), six("0.1"), "ratio")
    assert figures(rows["乙银行"]) == (six("1"), six("1.5"), six("-0.5"), "ratio")
    assert figures(rows["ALL"]) == (six("1.173913"), six("1.166667"), six("0.007246"), "ratio")
    assert {bank: row["met"] for bank, row in rows.items()} == {"ALL": True, "甲银行": True, "乙银行": False}
    assert rows["ALL"]["unmatched"] == 0


@pytest.mark.parametrize(
    ("values", "middle", "ninth", "whole_"),
    [
        ([7], 7, 7, 7),
        ([9, 3], 3, 9, 9),
        ([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], 5, 9, 10),
        ([1, 1, 2], 1, 2, 2),
        ([5, 0, 5], 5, 5, 5),
    ],
)
def test_a_quantile_is_the_value_of_the_nearest_rank(
    scene: Scene, values: list[int], middle: int, ninth: int, whole_: int
) -> None:
    scene.events("application", [at_home(n, days=days) for n, days in enumerate(values)])
    for name, expected in (("middle", middle), ("ninth", ninth), ("whole", whole_)):
        row = whole(scene, f"events: application\nduring: year\nfigure: {{quantile: {name}, of: days}}")
        assert (row["value"], row["denominator"], row["unit"]) == (expected, len(values), "day"), name
        rank = -(-len(values) * int({"middle": 50, "ninth": 90, "whole": 100}[name]) // 100)
        assert row["numerator"] == rank


def test_a_quantile_keeps_its_goal_exactly(scene: Scene) -> None:
    scene.events("application", [at_home(n, days=days) for n, days in enumerate([1, 3, 8])])
    lines = "events: application\nduring: year\nfigure: {quantile: middle, of: days}\ntarget: at_most_days\n"
    assert whole(scene, lines + 'keeps: "<="')["met"] is True
    assert whole(scene, lines + 'keeps: "<"')["met"] is False


# ── goals ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        ("0.010000", {">=": True, "<=": True, "<": False, ">": False}),
        # 0.010000000000333…: the same when rounded, but not kept
        ("0.010001", {">=": True, "<=": False, "<": False, ">": True}),
        ("0.009999", {">=": False, "<=": True, "<": True, ">": False}),
    ],
)
def test_a_goal_is_judged_on_the_unrounded_value(scene: Scene, second: str, kept: dict[str, bool]) -> None:
    first = at_home(1, amount="2999999.00", fee_rate="0.01")
    scene.events("guarantee", [first, at_home(2, amount="1.00", fee_rate=second)])
    for sign, expected in kept.items():
        row = whole(scene, MEAN + f'target: ceiling\nkeeps: "{sign}"')
        assert (row["value"], row["met"]) == (six("0.01"), expected), sign


@pytest.mark.parametrize(
    ("count", "kept"),
    [
        (2, {">=": False, "<=": True, "<": True, ">": False}),
        (3, {">=": True, "<=": True, "<": False, ">": False}),
        (4, {">=": True, "<=": False, "<": False, ">": True}),
    ],
)
def test_a_count_on_both_sides_of_its_goal(scene: Scene, count: int, kept: dict[str, bool]) -> None:
    scene.events("loan", [at_home(n) for n in range(count)])
    for sign, expected in kept.items():
        assert whole(scene, COUNT + f'target: few\nkeeps: "{sign}"')["met"] is expected, sign
    assert whole(scene, COUNT + "target: few")["met"] is kept[">="]


def test_a_sum_on_both_sides_of_its_goal(scene: Scene) -> None:
    for amount, kept in (("999.99", False), ("1000.00", True)):
        scene.events("loan", [at_home(amount=amount)])
        assert whole(scene, SUM + "target: sum_wanted")["met"] is kept


def test_a_lapsed_goal_stays_the_one_of_its_day(scene: Scene) -> None:
    scene.events("loan", [at_home(n) for n in range(2)])
    row = whole(scene, COUNT + "target: few\nhorizon: 2024-12-31")
    assert (row["target"], row["met"], row["term"]) == (2, True, "lapsed")
    row = whole(scene, COUNT + "target: few\nhorizon: 2025-12-31")
    assert (row["target"], row["met"], row["term"]) == (3, False, "in_force")


def test_without_a_goal_nothing_is_kept_or_broken(scene: Scene) -> None:
    scene.events("loan", [at_home()])
    row = whole(scene, COUNT)
    assert (row["target"], row["keeps"], row["met"]) == (None, None, None)


# ── which days count ─────────────────────────────────────────────────────────────────────────────


def counted_on(
    scene: Scene, during: str, days: list[date], biz_date: date, table: str = "loan"
) -> list[date]:
    """Those of ``days`` that count: each has an amount of its own."""
    rows = [at_home(n, day=day, amount=str(2**n)) for n, day in enumerate(days)]
    scene.events(table, rows)
    total = int(
        whole(scene, f"events: {table}\nduring: {during}\nfigure: {{sum: amount}}", biz_date)["value"]
    )
    return [day for n, day in enumerate(days) if total >> n & 1]


def around(*days: date) -> list[date]:
    return sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1)})


def test_the_year_is_1_january_to_the_day(scene: Scene) -> None:
    days = around(date(2025, 1, 1), DAY)
    assert counted_on(scene, "year", days, DAY) == [
        date(2025, 1, 1),
        date(2025, 1, 2),
        date(2025, 9, 29),
        date(2025, 9, 30),
    ]
    assert counted_on(scene, "year", around(date(2025, 1, 1)), date(2025, 1, 1)) == [date(2025, 1, 1)]


@pytest.mark.parametrize(
    ("biz_date", "first", "last"),
    [
        (date(2025, 9, 29), date(2025, 4, 1), date(2025, 6, 30)),
        (date(2025, 9, 30), date(2025, 7, 1), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2025, 7, 1), date(2025, 9, 30)),
        (date(2025, 12, 31), date(2025, 10, 1), date(2025, 12, 31)),
        (date(2025, 1, 1), date(2024, 10, 1), date(2024, 12, 31)),
        (date(2025, 3, 30), date(2024, 10, 1), date(2024, 12, 31)),
        (date(2024, 2, 29), date(2023, 10, 1), date(2023, 12, 31)),
    ],
)
def test_the_quarter_is_the_last_closed_one(scene: Scene, biz_date: date, first: date, last: date) -> None:
    found = counted_on(scene, "quarter", around(first, last), biz_date)
    assert found == [first, first + timedelta(days=1), last - timedelta(days=1), last]


def test_the_paper_begins_on_its_first_day(scene: Scene) -> None:
    begins = date(2022, 4, 12)
    assert counted_on(scene, "paper", around(begins, DAY), DAY) == [
        begins,
        begins + timedelta(days=1),
        DAY - timedelta(days=1),
        DAY,
    ]


def test_ever_ends_on_the_day(scene: Scene) -> None:
    days = [date(1999, 1, 1), DAY, DAY + timedelta(days=1)]
    assert counted_on(scene, "ever", days, DAY) == days[:2]


def test_newest_is_the_newest_day_of_the_table_not_after_the_day(scene: Scene) -> None:
    days = [date(2025, 8, 31), date(2025, 9, 30), date(2025, 10, 31)]
    assert counted_on(scene, "newest", days, date(2025, 10, 30)) == [date(2025, 9, 30)]
    assert counted_on(scene, "newest", days, date(2025, 10, 31)) == [date(2025, 10, 31)]
    assert counted_on(scene, "newest", days, date(2025, 9, 29)) == [date(2025, 8, 31)]


def test_newest_before_anything_arrived(scene: Scene) -> None:
    scene.events("loan", [at_home(day=date(2025, 8, 31), amount="1.00")])
    row = whole(
        scene, "events: loan\nduring: newest\nfigure: {ratio: amount, over: amount}", date(2025, 8, 30)
    )
    assert (row["value"], row["unknown"]) == (None, 0)


# ── growth ───────────────────────────────────────────────────────────────────────────────────────


def test_growth_compares_the_same_days_of_the_year_before(scene: Scene) -> None:
    scene.events(
        "loan",
        [
            at_home(1, day=date(2025, 1, 1), amount="150.00"),
            at_home(2, day=date(2025, 9, 30), amount="100.00"),
            at_home(3, day=date(2024, 1, 1), amount="120.00"),
            at_home(4, day=date(2024, 9, 30), amount="80.00"),
            at_home(5, day=date(2024, 10, 1), amount="1000.00"),
            at_home(6, day=date(2023, 12, 31), amount="1000.00"),
            at_home(7, day=date(2025, 3, 1), bank="新银行", amount="50.00"),
        ],
    )
    rows = financing(scene, SUM + "growth: true\ntarget: middle")
    assert (
        figures(rows["ALL"]) == (six("300"), six("200"), six("0.5"), "ratio") and rows["ALL"]["met"] is True
    )
    assert figures(rows["甲银行"]) == (six("250"), six("200"), six("0.25"), "ratio")
    assert rows["甲银行"]["met"] is False
    assert figures(rows["新银行"]) == (six("50"), six("0"), None, "ratio") and rows["新银行"]["met"] is None
    counted = whole(scene, COUNT + "growth: true\ntarget: middle")
    assert figures(counted) == (six("3"), six("2"), six("0.5"), "ratio") and counted["met"] is True
    counted = whole(scene, COUNT + 'growth: true\ntarget: middle\nkeeps: ">"')
    assert counted["met"] is False
    mean = whole(scene, "events: loan\nduring: year\nfigure: {ratio: amount, over: amount}\ngrowth: true")
    assert figures(mean) == (six("1"), six("1"), six("0"), "ratio")


def test_growth_of_a_quarter(scene: Scene) -> None:
    days = [date(2025, 7, 1), date(2025, 9, 30), date(2024, 7, 1), date(2024, 9, 30), date(2024, 10, 1)]
    scene.events("loan", [at_home(n, day=day) for n, day in enumerate(days)])
    lines = "events: loan\nduring: quarter\nfigure: {count: rows}\ngrowth: true"
    assert figures(whole(scene, lines)) == (six("2"), six("2"), six("0"), "ratio")


@pytest.mark.parametrize(
    ("biz_date", "before"),
    [
        (date(2024, 2, 29), [date(2023, 2, 28)]),
        (date(2025, 2, 28), [date(2024, 2, 28)]),
        (date(2025, 3, 1), [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]),
    ],
)
def test_29_february_has_the_28th_before_it(scene: Scene, biz_date: date, before: list[date]) -> None:
    """Of the days at the end of February of the year before, these lie in its same days."""
    year = biz_date.year - 1
    days = [date(year, 2, 28), date(year, 3, 1)] + ([date(2024, 2, 29)] if year == 2024 else [])
    rows = [at_home(n, day=day) for n, day in enumerate(days)]
    scene.events("loan", [at_home(9, day=date(biz_date.year, 1, 1)), *rows])
    row = whole(scene, COUNT + "growth: true", biz_date)
    assert row["denominator"] == len(before) == len([day for day in days if day in before])


def test_growth_over_nothing_is_unknown(scene: Scene) -> None:
    for before in (
        [],
        [at_home(2, day=date(2024, 5, 5), amount="0.00")],
        [at_home(2, day=date(2024, 5, 5), amount="-5")],
    ):
        scene.events("loan", [at_home(1, amount="5.00"), *before])
        row = whole(scene, SUM + "growth: true\ntarget: nothing")
        assert (row["numerator"], row["value"], row["met"]) == (six("5"), None, None)


# ── which rows count ─────────────────────────────────────────────────────────────────────────────


def test_places_and_nobodies(scene: Scene) -> None:
    nobody = {"uscc": None, "city_code": None, "division_code": None, "srdi": None, "sme": None}
    scene.events(
        "loan",
        [
            at_home(1, amount="1.00"),
            at_home(2, amount="2.00", city_code="410300", division_code="410307"),
            at_home(3, amount="4.00", **{**nobody, "uscc": uscc(3)}),
            at_home(amount="8.00", **nobody),
            at_home(amount="16.00", **{**nobody, "city_code": "410100"}),
            at_home(amount="32.00", **{**nobody, "city_code": "410300"}),
            at_home(amount="64.00", bank="乙银行", credit_loan=False, **nobody),
        ],
    )
    rows = financing(scene, SUM)
    assert (rows["ALL"]["value"], rows["ALL"]["unknown"], rows["ALL"]["unmatched"]) == (1, 0, 4)
    assert (rows["乙银行"]["value"], rows["乙银行"]["unmatched"]) == (0, 1)
    asked = whole(scene, SUM.replace("during", "of: {all: [srdi, credit_loan]}\nduring"))
    # the last one surely is no loan on credit, whoever borrowed
    assert (asked["value"], asked["unknown"], asked["unmatched"]) == (None, 1, 3)
    province = HEAD.replace('area: "410100"', 'area: "410000"')
    assert whole(scene, SUM, head=province)["value"] == 3
    county = HEAD.replace('area: "410100"', 'area: "410307"')
    assert whole(scene, SUM, head=county)["value"] == 2


def test_unmatched_rows_of_other_days_touch_nothing(scene: Scene) -> None:
    nobody = {"uscc": None, "city_code": None}
    scene.events("loan", [at_home(), at_home(day=date(2024, 5, 5), **nobody), at_home(day=None, **nobody)])
    assert whole(scene, COUNT)["unmatched"] == 1
    assert whole(scene, COUNT + "growth: true")["unmatched"] == 2


def test_a_needed_column_that_is_empty_makes_a_row_unknown(scene: Scene) -> None:
    scene.events(
        "loan",
        [
            at_home(1, amount="1.00", srdi=True),
            at_home(2, amount=None, srdi=True),
            at_home(3, amount="4.00", srdi=None),
            at_home(4, amount=None, srdi=False),
            at_home(5, amount="16.00", srdi=True, day=None),
            at_home(6, amount="32.00", srdi=True, balance=None),
        ],
    )
    row = whole(scene, SUM.replace("during", "of: srdi\nduring"))
    assert (row["value"], row["unknown"], row["unmatched"]) == (33, 3, 0)
    everybody = whole(scene, SUM)
    assert (everybody["value"], everybody["unknown"]) == (37, 3)


def test_conditions_compare_with_parameters_and_words(scene: Scene) -> None:
    rows = [
        at_home(1, amount="999.99", finance_type="应收账款"),
        at_home(2, amount="1000.00", finance_type="应收账款"),
        at_home(3, amount="5000.00", finance_type="存货"),
    ]
    scene.events("loan", rows)
    lines = "events: loan\nof: {all: [finance_type == receivables, amount >= sum_wanted]}\nduring: year\nfigure: {sum: amount}"
    assert whole(scene, lines)["value"] == 1000


def test_members_of_a_platform_are_banks_without_a_place_or_enterprises(scene: Scene) -> None:
    member = {"day": date(2020, 1, 1), "platform": "平台"}
    scene.events(
        "platform_member",
        [
            {**member, "bank": "甲银行", "kind": "银行"},
            {**member, "bank": "乙银行", "kind": "银行"},
            {**member, "bank": "乙银行", "kind": "银行"},
            {**member, "uscc": uscc(1), "city_code": "410100", "kind": "企业"},
            {**member, "uscc": None, "kind": "企业"},
            {**member, "bank": "丙银行", "kind": "银行", "day": date(2025, 10, 1)},
        ],
    )
    lines = "events: platform_member\nduring: ever\nfigure: {count: banks}"
    row = whole(scene, lines)
    assert (row["value"], row["unmatched"]) == (2, 1)
    assert whole(scene, lines.replace("banks", "enterprises"))["value"] == 1


# ── what is not known ────────────────────────────────────────────────────────────────────────────


FIGURES = [
    "{count: rows}",
    "{count: enterprises}",
    "{count: banks}",
    "{sum: amount}",
    "{share: amount, where: credit_loan}",
    "{share: rows, where: credit_loan}",
    "{mean: rate, weight: amount}",
    "{ratio: balance, over: amount}",
    "{quantile: middle, of: rate}",
    "{lead: amount, over: balance, against: amount, against_over: balance}",
]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_table_that_never_came_or_is_empty_leaves_the_figure_unknown(scene: Scene, figure: str) -> None:
    lines = f"events: loan\nduring: year\nfigure: {figure}"
    scene.facts([])
    absent = financing(scene, lines)
    scene.events("loan", [])
    empty = financing(scene, lines)
    for rows in (absent, empty):
        assert list(rows) == ["ALL"]
        row = rows["ALL"]
        assert (row["value"], row["met"], row["unknown"], row["unmatched"]) == (None, None, 0, 0)
    # another city's loans alone: counts and sums are nought, what has no denominator is unknown
    scene.events("loan", [at_home(city_code="410300", amount="1", rate="0.1", balance="1", credit_loan=True)])
    row = whole(scene, lines)
    assert row["value"] == (0 if figure.startswith(("{count", "{sum")) else None)


@pytest.mark.parametrize("figure", FIGURES)
def test_growth_of_an_absent_table_is_unknown(scene: Scene, figure: str) -> None:
    if figure.startswith(("{quantile", "{lead")):
        return
    scene.facts([])
    lines = f"events: loan\nduring: year\nfigure: {figure}\ngrowth: true\ntarget: nothing"
    assert whole(scene, lines)["value"] is None
    scene.events("loan", [])
    assert (whole(scene, lines)["value"], whole(scene, lines)["met"]) == (None, None)


def test_a_denominator_of_nought_or_less_leaves_the_figure_unknown(scene: Scene) -> None:
    for over in ("0.00", "-1.00"):
        scene.events("loan", [at_home(amount=over, balance="5.00", rate="0.05", credit_loan=True)])
        for figure in (
            "{ratio: balance, over: amount}",
            "{mean: rate, weight: amount}",
            "{share: amount, where: credit_loan}",
        ):
            row = whole(scene, f"events: loan\nduring: year\nfigure: {figure}\ntarget: ceiling")
            assert (row["value"], row["met"], row["denominator"]) == (None, None, six(over)), figure


def test_nothing_known_is_not_nought(scene: Scene) -> None:
    scene.events("loan", [at_home(1, srdi=None), at_home(2, srdi=None)])
    row = whole(scene, COUNT.replace("during", "of: srdi\nduring"))
    assert (row["value"], row["unknown"]) == (None, 2)
    scene.events("loan", [at_home(1, srdi=None), at_home(2, srdi=False)])
    assert whole(scene, COUNT.replace("during", "of: srdi\nduring"))["value"] is None
    scene.events("loan", [at_home(1, srdi=False)])
    assert whole(scene, COUNT.replace("during", "of: srdi\nduring"))["value"] == 0


def test_a_quantile_without_a_value_of_the_day_is_unknown(scene: Scene) -> None:
    scene.events("loan", [at_home(rate="0.1")])
    lines = "events: loan\nduring: year\nfigure: {quantile: middle, of: rate}"
    head = HEAD.replace("{value: 0.5, clause: 约定}", "{value: 0.5, clause: 约定, until: 2025-06-30}")
    assert whole(scene, lines, head=head)["value"] is None
    assert whole(scene, lines)["value"] == six("0.1")


def test_figures_beyond_their_type_are_unknown_and_end_no_night(scene: Scene) -> None:
    huge = {"day": DAY, "bank": "甲银行", "all_loans": "9" * 16 + ".00", "all_loans_start": "9" * 16 + ".00"}
    huge |= {"inclusive_loans": "9" * 16 + ".00", "inclusive_loans_start": "9" * 16 + ".00"}
    scene.events("bank_month", [huge] * 3)
    lines = (
        "events: bank_month\nduring: newest\ntarget: nothing\n"
        "figure: {lead: inclusive_loans, over: inclusive_loans_start, against: all_loans, against_over: all_loans_start}"
    )
    row = whole(scene, lines)
    assert row["value"] in (None, 0) and row["numerator"] == 1


# ── against plain arithmetic ─────────────────────────────────────────────────────────────────────


def half_up(value: Fraction) -> Decimal:
    scaled = abs(value) * 10**6
    whole_ = int(scaled + Fraction(1, 2))
    return (Decimal(whole_) / 10**6 if value >= 0 else -Decimal(whole_) / 10**6).quantize(Decimal("0.000001"))


@pytest.mark.parametrize("seed", range(4))
def test_means_and_growth_agree_with_fractions(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    rows = [
        at_home(
            n,
            bank=chance.choice("甲乙丙"),
            day=date(chance.choice([2024, 2025]), chance.randint(1, 12), chance.randint(1, 28)),
            amount=f"{chance.randint(0, 10**9)}.{chance.randint(0, 99):02d}",
            rate=f"0.{chance.randint(0, 99999):06d}",
        )
        for n in range(60)
    ]
    scene.events("loan", rows)

    def sums(bank: str, year: int) -> tuple[Fraction, Fraction]:
        last = date(year, 9, 30)
        kept = [r for r in rows if bank in ("ALL", r["bank"]) and date(year, 1, 1) <= r["day"] <= last]
        weights = sum((Fraction(r["amount"]) for r in kept), Fraction(0))
        return sum((Fraction(r["amount"]) * Fraction(r["rate"]) for r in kept), Fraction(0)), weights

    mean = financing(
        scene, "events: loan\nduring: year\nfigure: {mean: rate, weight: amount}\ntarget: middle"
    )
    growth = financing(scene, SUM + "growth: true\ntarget: middle")
    assert set(mean) == set(growth) == {"ALL", "甲", "乙", "丙"}
    for bank in mean:
        top, bottom = sums(bank, 2025)
        before = sums(bank, 2024)[1]
        assert mean[bank]["value"] == half_up(top / bottom)
        assert mean[bank]["met"] == (top / bottom >= Fraction(1, 2))
        assert mean[bank]["numerator"] == half_up(top)
        assert growth[bank]["value"] == half_up(bottom / before) - 1
        assert growth[bank]["met"] == (bottom / before - 1 >= Fraction(1, 2))


# ── tables without banks ─────────────────────────────────────────────────────────────────────────

EVENTS_A_YEAR = (
    "events: service_event\nduring: paper\nfigure: {count: rows}\ntarget: few\nhorizon: 2025-12-31"
)
SHARE = "events: procurement_year\nduring: newest\nfigure: {ratio: reserved_sme, over: works_total}\n"


def test_figures_without_banks_stand_among_the_targets(scene: Scene) -> None:
    held = {"city_code": "410100", "unit": "工信局"}
    days = [date(2022, 4, 11), date(2022, 4, 12), DAY, DAY + timedelta(days=1)]
    scene.events("service_event", [*({**held, "day": day} for day in days), {"day": DAY, "unit": "某单位"}])
    row = target(scene, EVENTS_A_YEAR)
    assert (row["counting"], row["actual"], row["target"], row["gap"], row["met"]) == (
        "cumulative",
        2,
        3,
        1,
        False,
    )
    assert (row["unknown"], row["unmatched"], row["horizon"], row["area_code"]) == (
        0,
        1,
        date(2025, 12, 31),
        "410100",
    )
    assert (row["measure_id"], row["clause"], row["stage"], row["term"]) == (
        "zhengzhou.figure",
        "三(四)14",
        "issued",
        "in_force",
    )
    assert financing(scene, EVENTS_A_YEAR) == {}


def test_the_gap_of_a_ceiling_is_what_lies_above_it(scene: Scene) -> None:
    year = {"day": date(2024, 12, 31), "city_code": "410100", "works_total": "100.00"}
    for reserved, gap, met in (("0.99", "-0.0001", True), ("1.00", "0", True), ("1.50", "0.005", False)):
        scene.events("procurement_year", [{**year, "reserved_sme": reserved}])
        row = target(scene, SHARE + 'target: ceiling\nkeeps: "<="')
        assert (row["counting"], row["gap"], row["met"]) == ("mean", six(gap), met)
    row = target(scene, SHARE + "target: ceiling")
    assert (row["actual"], row["gap"], row["met"]) == (six("0.015"), six("-0.005"), True)


def test_a_target_of_a_table_that_never_came(scene: Scene) -> None:
    scene.facts([])
    row = target(scene, EVENTS_A_YEAR)
    assert (row["actual"], row["gap"], row["met"], row["target"]) == (None, None, None, 3)


def test_amounts_of_one_test_are_rows_of_their_own(scene: Scene) -> None:
    scene.events("loan", amounts("1.00", "2.00", None))
    row = whole(scene, SUM)
    assert (row["value"], row["unknown"]) == (3, 1)
    assert len(sound(scene, SUM, COUNT).measures) == 2
