"""Accounts of the closed year, the newest taxpayer status, the newest credit grade."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import A, B, Inbox

from srdi.facts.parameters import Conventions

pytestmark = pytest.mark.full


def on(inbox: Inbox, day: date, **parameters: Any) -> dict[str, Any]:
    return inbox.resolve(day, **parameters).enterprises[A]


def year(number: int, revenue: str | None = None, status: str | None = "正常", **row: Any) -> dict[str, Any]:
    return {"uscc": A, "year": number, "taxpayer_status": status, "revenue": Decimal(revenue or number)} | row


def known(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": None}, {"uscc": B, "name": None}, as_of=date(2024, 1, 1))


def test_closed_year_changes_after_the_closing_day(inbox: Inbox) -> None:
    known(inbox)
    batch = inbox.stage("tax_annual", [year(2023), year(2024), year(2025, status="非正常")], date(2025, 1, 1))
    before, after = on(inbox, date(2025, 5, 31)), on(inbox, date(2025, 6, 1))
    assert (before["tax_year"], before["revenue"], before["tax_row_no"]) == (2023, Decimal(2023), 2)
    assert (after["tax_year"], after["revenue"], after["tax_row_no"]) == (2024, Decimal(2024), 3)
    assert after["tax_batch_id"] == batch
    # the status is the newest one, closed or not
    assert (before["taxpayer_status"], before["tax_abnormal"], before["tax_status_row_no"]) == (
        "非正常",
        True,
        4,
    )
    assert on(inbox, date(2025, 6, 30), closing_month_day="06-30")["tax_year"] == 2023


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2025, 1, 1), 2023),
        (date(2025, 5, 31), 2023),
        (date(2025, 6, 1), 2024),
        (date(2025, 12, 31), 2024),
        (date(2026, 1, 1), 2024),
    ],
)
def test_closed_year(day: date, closed: int) -> None:
    assert Conventions().closed_year(day) == closed


@pytest.mark.parametrize("bad", ["5月31日", "13-01", "02-30", "31", ""])
def test_unusable_closing_day_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="closing_month_day"):
        Conventions.from_parameters({"closing_month_day": bad})


def test_accounts_of_another_year_do_not_stand_in(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("tax_annual", [year(2023, "5")])
    row = on(inbox, date(2025, 9, 30))
    assert (row["tax_year"], row["revenue"], row["tax_batch_id"]) == (None, None, None)
    assert (row["taxpayer_status"], row["tax_abnormal"]) == ("正常", False)


def test_no_rows_at_all_is_unknown(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("tax_annual", [year(2024, uscc=B)])
    row = on(inbox, date(2025, 9, 30))
    assert (row["taxpayer_status"], row["tax_abnormal"], row["revenue"]) == (None, None, None)


def test_a_later_export_corrects_a_year(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("tax_annual", [year(2024, "100.01")], date(2025, 7, 1), landed=30)
    inbox.stage("tax_annual", [year(2024, "200.02")], date(2025, 8, 1), landed=1)
    assert on(inbox, date(2025, 7, 31))["revenue"] == Decimal("100.01")
    assert on(inbox, date(2025, 8, 1))["revenue"] == Decimal("200.02")


def test_an_older_file_that_arrives_later_does_not_win(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("tax_annual", [year(2024, "2")], date(2025, 8, 1), landed=1)
    inbox.stage("tax_annual", [year(2024, "1")], date(2025, 7, 1), landed=59)
    assert on(inbox, date(2025, 9, 30))["revenue"] == Decimal(2)


def test_a_year_to_come_is_not_read(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("tax_annual", [year(2024), year(2026, status="非正常")])
    inbox.stage("tax_credit", [{"uscc": A, "year": 2026, "grade": "D"}])
    row = on(inbox, date(2025, 9, 30))
    assert (row["tax_abnormal"], row["tax_credit_d"]) == (False, None)


STATUSES = [
    ("正常", False),
    ("非正常", True),
    ("非正常户注销", True),
    ("停业", False),
    ("注销", False),
    ("其他", None),
    ("没见过的词", None),
    (None, None),
]


def test_status_words(inbox: Inbox) -> None:
    rows = {f"X{number:017d}": case for number, case in enumerate(STATUSES)}
    inbox.registry(*({"uscc": uscc, "name": None} for uscc in rows))
    inbox.stage("tax_annual", [year(2024, status=status, uscc=u) for u, (status, _) in rows.items()])
    found = inbox.resolve().enterprises
    assert [(status, found[u]["tax_abnormal"]) for u, (status, _) in rows.items()] == STATUSES


def test_newest_credit_grade(inbox: Inbox) -> None:
    known(inbox)
    batch = inbox.stage(
        "tax_credit", [{"uscc": A, "year": 2023, "grade": "D"}, {"uscc": A, "year": 2024, "grade": "B"}]
    )
    row = on(inbox, date(2025, 9, 30))
    assert (row["tax_credit_grade"], row["tax_credit_d"], row["tax_credit_year"]) == ("B", False, 2024)
    assert (row["tax_credit_batch_id"], row["tax_credit_row_no"]) == (batch, 3)


def test_newest_grade_missing_is_unknown(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage(
        "tax_credit", [{"uscc": A, "year": 2023, "grade": "A"}, {"uscc": A, "year": 2024, "grade": None}]
    )
    row = on(inbox, date(2025, 9, 30))
    assert (row["tax_credit_grade"], row["tax_credit_d"]) == (None, None)
