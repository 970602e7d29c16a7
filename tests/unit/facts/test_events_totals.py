"""Loan totals of banks by month and procurement by year: which day they speak of, and the start they grow from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import BIZ_DATE, Inbox

pytestmark = pytest.mark.full


def total(bank: str, month: date, loans: int | None, **row: Any) -> dict[str, Any]:
    money = None if loans is None else Decimal(loans)
    return {"bank": bank, "month": month, "all_loans": money} | row


def test_a_month_counts_on_its_last_day_beside_december_before(inbox: Inbox) -> None:
    rows = [
        total("甲行", date(2024, 12, 1), 100, inclusive_loans=Decimal("10.50"), inclusive_borrowers=7),
        total("甲行", date(2025, 2, 1), 110, inclusive_loans=Decimal("12"), inclusive_borrowers=9),
        total("乙行", date(2025, 2, 1), 50),
    ]
    batch = inbox.stage("bank_totals", rows)
    first, second, third = inbox.resolve().events["bank_month"]
    assert third == {
        "day": date(2025, 2, 28),
        "uscc": None,
        "city_code": None,
        "division_code": None,
        "bank": "甲行",
        "all_loans": Decimal("110.00"),
        "inclusive_loans": Decimal("12.00"),
        "inclusive_borrowers": 9,
        "all_loans_start": Decimal("100.00"),
        "inclusive_loans_start": Decimal("10.50"),
        "inclusive_borrowers_start": 7,
        "batch_id": batch,
        "row_no": 3,
    }
    assert (second["day"], second["all_loans_start"]) == (date(2024, 12, 31), None)
    assert (first["bank"], first["all_loans_start"]) == ("乙行", None), "another bank's December is no start"


def test_december_grows_from_the_december_a_year_before(inbox: Inbox) -> None:
    months = (date(2023, 12, 1), date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1))
    inbox.stage("bank_totals", [total("甲行", month, n) for n, month in enumerate(months, start=1)])
    starts = {row["day"]: row["all_loans_start"] for row in inbox.resolve().events["bank_month"]}
    assert starts == {
        date(2023, 12, 31): None,
        date(2024, 11, 30): Decimal("1.00"),
        date(2024, 12, 31): Decimal("1.00"),
        date(2025, 1, 31): Decimal("3.00"),
    }


def test_a_month_that_is_not_over_does_not_count(inbox: Inbox) -> None:
    inbox.stage("bank_totals", [total("甲行", date(2025, 9, 1), 1)], date(2025, 9, 1))
    assert inbox.resolve(date(2025, 9, 29)).events["bank_month"] == []
    (row,) = inbox.resolve(BIZ_DATE).events["bank_month"]
    assert row["day"] == BIZ_DATE


def test_the_later_word_on_a_bank_and_month_wins_also_as_a_start(inbox: Inbox) -> None:
    december = date(2024, 12, 1)
    inbox.stage("bank_totals", [total("甲行（洛阳）", december, 1)], date(2025, 1, 5))
    later = [total("甲行(洛阳)", december, 2), total("甲行(洛阳)", date(2025, 1, 31), 3)]
    inbox.stage("bank_totals", later, date(2025, 2, 5))
    rows = inbox.resolve().events["bank_month"]
    assert [(row["day"], row["all_loans"], row["all_loans_start"]) for row in rows] == [
        (date(2024, 12, 31), Decimal("2.00"), None),
        (date(2025, 1, 31), Decimal("3.00"), Decimal("2.00")),
    ]


def test_a_figure_that_was_not_told_stays_unknown(inbox: Inbox) -> None:
    rows = [total("甲行", date(2024, 12, 1), None), total("甲行", date(2025, 1, 1), 5)]
    inbox.stage("bank_totals", rows)
    january = inbox.resolve().events["bank_month"][1]
    assert (january["all_loans"], january["all_loans_start"], january["inclusive_borrowers"]) == (
        Decimal("5.00"),
        None,
        None,
    )


def bought(year: int, place: str, works: int = 100, reserved: int = 40) -> dict[str, Any]:
    return {
        "year": year,
        "district": place,
        "works_total": Decimal(works),
        "reserved_sme": Decimal(reserved),
    }


def test_where_procurement_was(inbox: Inbox) -> None:
    places = {
        "洛阳市": ("410300", "410300"),
        "洛阳市本级": ("410300", "410300"),
        "洛阳市涧西区": ("410300", "410305"),
        "偃师市": ("410300", "410307"),
        "410306": ("410300", "410308"),
        "洛阳高新区": ("410300", "410300"),
        "高新区": (None, None),
        "市本级": (None, None),
    }
    inbox.stage("procurement", [bought(2024, place, number) for number, place in enumerate(places)])
    facts = inbox.resolve()
    found = {int(row["works_total"]): row for row in facts.events["procurement_year"]}
    for number, (place, codes) in enumerate(places.items()):
        assert (found[number]["city_code"], found[number]["division_code"]) == codes, place
        assert found[number]["uscc"] is None
    unknown = [finding["raw_value"] for finding in facts.findings]
    assert unknown == ["高新区", "市本级"]
    assert set(facts.checks()) == {"procurement.place_unknown"}


def test_a_year_counts_once_it_is_over(inbox: Inbox) -> None:
    batch = inbox.stage("procurement", [bought(2024, "洛阳市"), bought(2025, "洛阳市")])
    (row,) = inbox.resolve(BIZ_DATE).events["procurement_year"]
    assert (row["day"], row["works_total"], row["reserved_sme"]) == (
        date(2024, 12, 31),
        Decimal("100.00"),
        Decimal("40.00"),
    )
    assert (row["batch_id"], row["row_no"]) == (batch, 2)
    assert len(inbox.resolve(date(2025, 12, 30)).events["procurement_year"]) == 1
    assert len(inbox.resolve(date(2025, 12, 31)).events["procurement_year"]) == 2


def test_the_later_word_on_a_year_and_place_wins_under_any_of_its_names(inbox: Inbox) -> None:
    early = [bought(2024, "偃师市", 1), bought(2024, "洛阳市", 2), bought(2023, "偃师市", 3)]
    inbox.stage("procurement", early, date(2025, 2, 1))
    inbox.stage("procurement", [bought(2024, "偃师区", 10), bought(2024, " 洛阳市", 20)], date(2025, 3, 1))
    rows = inbox.resolve().events["procurement_year"]
    assert [(row["day"].year, row["division_code"], row["works_total"]) for row in rows] == [
        (2023, "410307", Decimal("3.00")),
        (2024, "410300", Decimal("20.00")),
        (2024, "410307", Decimal("10.00")),
    ]


def test_places_merged_since_keep_their_own_rows(inbox: Inbox) -> None:
    early = [bought(2020, "吉利区", 1), bought(2020, "孟津县", 2), bought(2020, "吉利区", 3)]
    inbox.stage("procurement", early, date(2021, 2, 1))
    rows = inbox.resolve().events["procurement_year"]
    assert [(row["division_code"], row["works_total"]) for row in rows] == [
        ("410308", Decimal("2.00")),
        ("410308", Decimal("3.00")),
    ]
    inbox.stage("procurement", [bought(2020, "孟津区", 9)], date(2022, 2, 1))
    (row,) = inbox.resolve().events["procurement_year"]
    assert row["works_total"] == Decimal("9.00"), "told anew under the present name"


def test_a_city_and_its_own_level_are_two_rows(inbox: Inbox) -> None:
    inbox.stage("procurement", [bought(2024, "洛阳市", 9), bought(2024, "洛阳市本级", 4)])
    assert [row["works_total"] for row in inbox.resolve().events["procurement_year"]] == [
        Decimal("9.00"),
        Decimal("4.00"),
    ]
