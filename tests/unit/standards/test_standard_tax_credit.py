"""``tax-credit``: bands, circumstances in their order, flags as people write them."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srdi.standards import sheet

HEADER = "score,new_enterprise,no_revenue_year,direct_D"
LESS = Decimal("0.000000000001")

# score, new, no income, direct D → grade
CASES = [
    ("100", "", "", "", "A"),
    ("90", "", "", "", "A"),
    (str(90 - LESS), "", "", "", "B"),
    ("70", "", "", "", "B"),
    (str(70 - LESS), "", "", "", "C"),
    ("40", "", "", "", "C"),
    (str(40 - LESS), "", "", "", "D"),
    ("0", "", "", "", "D"),
    ("95", "1", "", "", "M"),
    ("40", "1", "", "", "M"),
    (str(40 - LESS), "1", "", "", "D"),
    ("95", "", "1", "", "M"),
    ("70", "", "1", "", "M"),
    (str(70 - LESS), "", "1", "", "C"),
    ("39", "", "1", "", "D"),
    ("55", "1", "1", "", "M"),
    ("95", "1", "1", "1", "D"),
    ("95", "", "", "1", "D"),
    ("", "", "", "1", "D"),
    ("", "1", "", "", "M"),
    ("", "1", "", "1", "D"),
    ("", "", "1", "", ""),
    ("", "", "", "", ""),
    ("100.01", "", "", "", ""),
    ("-1", "", "", "", ""),
    ("abc", "", "", "1", ""),
    ("101", "", "", "1", ""),
    ("8O", "1", "", "", ""),
    ("85分", "", "", "", "B"),
    ("８５．５", "", "", "", "B"),
    ("85", "也许", "", "", ""),
    ("85", "", "2", "", ""),
    ("85", "", "", "？", ""),
]


@pytest.fixture(scope="module")
def graded(judge) -> list[list[str]]:
    return judge("tax-credit", HEADER, [case[:4] for case in CASES])


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: "-".join(CASES[n][:4]))
def test_grade(graded, number: int) -> None:
    grade, note = graded[number]
    assert grade == CASES[number][4]
    assert grade or note


def test_notes_say_convention_or_fault(judge) -> None:
    rows = [
        ("39", "1", "", ""),
        ("", "1", "", ""),
        ("", "", "", ""),
        ("200", "是", "", ""),
        ("80", "x", "y", "z"),
    ]
    assert [note for _, note in judge("tax-credit", HEADER, rows)] == [
        "新设立而得分低于40：文件未明，从严按D级",
        "新设立且未给得分：按M级",
        "未填得分 score",
        "score “200”无法识别，应为 0 至 100 的数",
        "new_enterprise “x”无法识别，应为 是/否；direct_D “z”无法识别，应为 是/否",
    ]


def test_flags_as_people_write_them(judge) -> None:
    yes = ["1", "true", "TRUE", "True", "是", "y", "Y", "yes", "1.0", " 1 ", "１"]
    no = ["0", "false", "False", "否", "n", "N", "no", "0.0", "", "  "]
    found = judge("tax-credit", HEADER, [("50", "", "", flag) for flag in yes + no])
    assert [grade for grade, _ in found] == ["D"] * len(yes) + ["C"] * len(no)


@pytest.mark.parametrize("day", [date(2015, 1, 1), date(2025, 6, 30), date(2025, 7, 1), date(2030, 1, 1)])
def test_the_bands_hold_on_every_day(judge, day: date) -> None:
    assert judge("tax-credit", HEADER, [("90", "", "", "")], day=day) == [["A", ""]]


def oracle(score: str, new: str, idle: str, direct: str) -> str:
    """By hand, one row: direct D, then below 40, then new, then idle with 70 and more, then the bands."""
    try:
        points = Decimal(score) if score else None
    except ArithmeticError:
        return ""
    if points is not None and not 0 <= points <= 100:
        return ""
    if direct == "1":
        return "D"
    if points is None:
        return "M" if new == "1" else ""
    if points < 40:
        return "D"
    if new == "1" or (idle == "1" and points >= 70):
        return "M"
    return "A" if points >= 90 else "B" if points >= 70 else "C"


EDGE_SCORES = ["", "x", "-0.01", "100.01"] + [
    f"{Decimal(edge) + step:f}" for edge in (0, 40, 70, 90, 100) for step in (-LESS, Decimal(0), LESS)
]


def test_every_edge_with_every_circumstance(judge) -> None:
    rows = list(product(EDGE_SCORES, ("0", "1"), ("0", "1"), ("0", "1")))
    assert [grade for grade, _ in judge("tax-credit", HEADER, rows)] == [oracle(*row) for row in rows]


FLAG = st.sampled_from(["0", "1"])
SCORE = st.one_of(st.decimals(-5, 105, places=4).map(lambda d: f"{d:f}"), st.sampled_from(EDGE_SCORES))


@pytest.mark.full
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(SCORE, FLAG, FLAG, FLAG), min_size=1, max_size=100))
def test_any_rows_equal_the_rule_by_hand(judge, rows) -> None:
    assert [grade for grade, _ in judge("tax-credit", HEADER, rows)] == [oracle(*row) for row in rows]


@pytest.mark.full
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_a_hundred_thousand_rows_equal_row_by_row(judge, seed: int) -> None:
    draw = random.Random(seed)
    rows = [
        (draw.choice([*EDGE_SCORES, f"{draw.randint(0, 10000) / Decimal(100)}"]), *draw.choices("01", k=3))
        for _ in range(sheet.CHUNK_ROWS + 7)
    ]
    assert [grade for grade, _ in judge("tax-credit", HEADER, rows)] == [oracle(*row) for row in rows]
