"""Credit applications: the event table, and what the enterprise row says of the newest of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import BIZ_DATE, A, B, Facts, Inbox

pytestmark = pytest.mark.full

ONE_DAY = timedelta(1)
NOBODY = "91410300MA0000009X"
MAY = date(2025, 5, 1)


def application(number: str, uscc: str | None = A, **row: Any) -> dict[str, Any]:
    usual = {"application_no": number, "uscc": uscc, "bank": "洛水样例农商行", "applied_on": MAY}
    return usual | row


def granted(number: str, day: date, amount: str = "500000", **row: Any) -> dict[str, Any]:
    return application(number, approved_on=day, result="通过", amount_granted=Decimal(amount), **row)


def of(facts: Facts) -> dict[str, dict[str, Any]]:
    return {row["application_no"]: row for row in facts.events["application"]}


def test_a_row_tells_its_day_its_person_and_where_it_stands(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    batch = inbox.stage(
        "financing_credit",
        [
            granted(
                "1",
                date(2025, 5, 8),
                product="税易贷",
                amount_applied=Decimal("800000.50"),
                whitelist_channel=True,
            )
        ],
    )
    assert inbox.resolve().events["application"] == [
        {
            "day": date(2025, 5, 8),
            "uscc": A,
            "city_code": "410300",
            "division_code": "410305",
            "srdi": None,
            "provincial_or_above": None,
            "sme": None,
            "small_micro": None,
            "application_no": "1",
            "bank": "洛水样例农商行",
            "product": "税易贷",
            "applied_on": MAY,
            "approved_on": date(2025, 5, 8),
            "decided": True,
            "granted": True,
            "days": 7,
            "amount_applied": Decimal("800000.50"),
            "amount_granted": Decimal("500000.00"),
            "whitelist_channel": True,
            "batch_id": batch,
            "row_no": 2,
        }
    ]


def test_decided_and_granted(inbox: Inbox) -> None:
    expected = {
        ("通过", MAY): (True, True),
        ("部分通过", MAY): (True, True),
        ("拒绝", MAY): (True, False),
        ("撤回", MAY): (False, False),
        ("审批中", None): (False, False),
        ("通过", None): (False, False),
        (None, None): (False, False),
        # a decision whose outcome nobody can read
        (None, MAY): (None, None),
    }
    said = {f"{number}": case for number, case in enumerate(expected)}
    rows = [application(number, result=result, approved_on=day) for number, (result, day) in said.items()]
    inbox.stage("financing_credit", rows)
    found = of(inbox.resolve())
    assert {case: (found[n]["decided"], found[n]["granted"]) for n, case in said.items()} == expected
    assert {case[1]: found[n]["day"] for n, case in said.items()} == {MAY: MAY, None: None}


def test_days_from_application_to_decision(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    rows = [granted("same", MAY), granted("next", MAY + ONE_DAY), granted("before", MAY - ONE_DAY)]
    rows += [granted("undated", MAY, applied_on=None), application("open")]
    inbox.stage("financing_credit", rows)
    found = of(inbox.resolve())
    assert {number: row["days"] for number, row in found.items()} == {
        "same": 0,
        "next": 1,
        "before": None,
        "undated": None,
        "open": None,
    }
    assert found["before"]["decided"] is True, "the day of the decision still counts"


def test_newest_word_on_an_application_wins(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=date(2025, 6, 30))
    old = [application("1", result="审批中"), application("1", uscc=B, result="审批中", applied_on=None)]
    inbox.stage("financing_credit", old, date(2025, 6, 30))
    assert of(inbox.resolve())["1"]["uscc"] == B, "of one file the later line"
    inbox.stage("financing_credit", [granted("1", date(2025, 7, 3))], date(2025, 7, 31))
    row = of(inbox.resolve())["1"]
    assert (row["uscc"], row["granted"], row["day"]) == (A, True, date(2025, 7, 3))
    assert of(inbox.resolve(date(2025, 7, 30)))["1"]["decided"] is False, "not yet known then"


def test_what_comes_after_the_day_does_not_count(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    rows = [
        granted("on", BIZ_DATE),
        granted("after", BIZ_DATE + ONE_DAY),
        application("made", applied_on=BIZ_DATE),
        application("to come", applied_on=BIZ_DATE + ONE_DAY),
    ]
    inbox.stage("financing_credit", rows)
    facts = inbox.resolve()
    found = of(facts)
    assert set(found) == {"on", "after", "made"}
    assert (found["on"]["day"], found["on"]["decided"]) == (BIZ_DATE, True)
    after = found["after"]
    assert (after["day"], after["approved_on"], after["amount_granted"]) == (None, None, None)
    assert (after["decided"], after["granted"], after["days"]) == (False, False, None)
    assert facts.enterprises[A]["credit_granted_on"] == BIZ_DATE


@pytest.mark.parametrize(("approved", "line"), [(BIZ_DATE, Decimal(9)), (BIZ_DATE + ONE_DAY, None)])
def test_a_credit_line_counts_from_the_day_of_its_decision(
    inbox: Inbox, approved: date, line: Decimal | None
) -> None:
    inbox.registry({"uscc": A})
    inbox.stage("financing_credit", [granted("1", approved, amount_total_granted=Decimal(9))])
    assert inbox.resolve().enterprises[A]["credit_line"] == line


def test_rows_of_nobody_stay_without_place_and_flags(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": "洛阳甲有限公司"})
    inbox.stage("title_list", [])
    rows = [granted("no code", MAY, uscc=None, name="洛阳甲有限公司"), granted("unknown", MAY, uscc=NOBODY)]
    inbox.stage("financing_credit", [*rows, granted("known", MAY)])
    facts = inbox.resolve()
    found = of(facts)
    for number in ("no code", "unknown"):
        row = found[number]
        told = [row[c] for c in ("uscc", "city_code", "division_code", "srdi", "provincial_or_above")]
        assert told == [None] * 5, "credit is matched by code alone"
    assert (found["known"]["uscc"], found["known"]["srdi"]) == (A, False)
    assert facts.finding("code.not_registered")["row_no"] == 3


def test_size_flags_are_those_of_the_business_day(inbox: Inbox) -> None:
    sizes = {"微型": (5, 10**6), "小型": (50, 10**7), "中型": (400, 10**8), "大型": (2000, 10**9), None: None}
    codes = dict(zip(sizes, (f"91410300MA000001{n}X" for n in range(9)), strict=False))
    inbox.registry(*({"uscc": code} for code in codes.values()))
    figures = [
        {"uscc": codes[size], "year": 2024, "employees": told[0], "revenue": Decimal(told[1])}
        for size, told in sizes.items()
        if told
    ]
    inbox.stage("tax_annual", figures)
    inbox.stage("financing_credit", [granted(str(size), MAY, uscc=code) for size, code in codes.items()])
    facts = inbox.resolve()
    assert {size: facts.enterprises[code]["size_class"] for size, code in codes.items()} == {
        s: s for s in sizes
    }
    assert {number: (row["sme"], row["small_micro"]) for number, row in of(facts).items()} == {
        "微型": (True, True),
        "小型": (True, True),
        "中型": (True, False),
        "大型": (False, False),
        "None": (None, None),
    }


def test_enterprise_row_shows_the_newest_of_each(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B})
    batch = inbox.stage(
        "financing_credit",
        [
            granted("1", date(2025, 3, 1), applied_on=date(2025, 2, 1), amount_applied=Decimal(900)),
            granted("zero", date(2025, 8, 1), "0", applied_on=date(2025, 7, 1)),
            application("refused", result="拒绝", approved_on=date(2025, 9, 1), applied_on=date(2025, 8, 1)),
            application(
                "newest",
                applied_on=date(2025, 8, 2),
                amount_applied=Decimal(300),
                amount_total_granted=Decimal(7000),
            ),
            application("last year", applied_on=date(2024, 12, 31), amount_applied=Decimal(99999)),
        ],
    )
    rows = inbox.resolve().enterprises
    assert {name: value for name, value in rows[A].items() if name.startswith("credit_")} == {
        "credit_applied_on": date(2025, 8, 2),
        "credit_granted_on": date(2025, 3, 1),
        "credit_line": Decimal("7000.00"),
        "credit_applied_year": Decimal("900.00"),
        "credit_known": True,
        "credit_batch_id": batch,
        "credit_row_no": 5,
    }
    assert {value for name, value in rows[B].items() if name.startswith("credit_")} == {None, True}


def test_partial_grants_count_and_the_first_day_of_the_year_does(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    part = application(
        "1",
        result="部分通过",
        approved_on=date(2025, 1, 9),
        amount_granted=Decimal("0.01"),
        applied_on=date(2025, 1, 1),
        amount_applied=Decimal(5),
    )
    inbox.stage("financing_credit", [part])
    row = inbox.resolve().enterprises[A]
    assert (row["credit_granted_on"], row["credit_applied_year"]) == (date(2025, 1, 9), Decimal("5.00"))
    assert row["credit_line"] is None, "the newest application tells none"


def test_of_two_applications_of_a_day_the_later_word_counts(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    inbox.stage(
        "financing_credit",
        [
            application("1", amount_total_granted=Decimal(1)),
            application("2", amount_total_granted=Decimal(2)),
            application("3", amount_total_granted=Decimal(3), applied_on=None),
        ],
    )
    row = inbox.resolve().enterprises[A]
    assert (row["credit_line"], row["credit_row_no"]) == (Decimal("2.00"), 3)


@pytest.mark.parametrize(
    ("freshness", "known"), [("fresh", True), ("late", True), ("stale", None), ("never", None)]
)
def test_silence_means_something_only_while_the_source_is_up_to_date(
    inbox: Inbox, freshness: str, known: bool | None
) -> None:
    inbox.registry({"uscc": A}, {"uscc": B})
    inbox.stage("financing_credit", [application("1")])
    inbox.freshness["financing_credit"] = freshness
    rows = inbox.resolve().enterprises
    assert [rows[code]["credit_known"] for code in (A, B)] == [known, known]
    assert rows[A]["credit_applied_on"] == MAY, "what was told stays told"


def test_a_source_called_fresh_without_a_file_is_not_known(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    assert inbox.resolve().enterprises[A]["credit_known"] is None
