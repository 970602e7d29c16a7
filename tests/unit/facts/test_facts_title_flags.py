"""One flag a kind of title, and the accounts of earlier years."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from facts_inbox import BIZ_DATE, A, B, Inbox

pytestmark = pytest.mark.full
START, LAST = date(2023, 1, 1), date(2025, 12, 31)
FLAGS = (
    "municipal",
    "provincial",
    "little_giant",
    "champion",
    "srdi",
    "tech_sme",
    "high_tech",
    "quality_benchmark",
)


def title(kind: str, uscc: str = A, **row: Any) -> dict[str, Any]:
    usual = {"batch": "2023年第一批", "state": "认定", "valid_from": START, "valid_to": LAST}
    return usual | {"name": f"洛阳{uscc[-2:]}有限公司", "uscc": uscc, "title": kind} | row


def flags(inbox: Inbox, day: date = BIZ_DATE, uscc: str = A) -> dict[str, bool | None]:
    row = inbox.resolve(day).enterprises[uscc]
    return {name: row[name] for name in FLAGS if row[name] is not False}


@pytest.mark.parametrize(
    ("kind", "true"),
    [
        ("市级", {"municipal", "srdi"}),
        ("省级", {"provincial", "srdi"}),
        ("小巨人", {"little_giant", "srdi"}),
        ("单项冠军企业", {"champion", "srdi"}),
        ("单项冠军产品", {"champion", "srdi"}),
        ("科技型", {"tech_sme"}),
        ("高企", {"high_tech"}),
        ("质量标杆", {"quality_benchmark"}),
        ("创新型", set()),
    ],
)
def test_each_kind_raises_its_flags_inside_its_interval(inbox: Inbox, kind: str, true: set[str]) -> None:
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=date(2023, 1, 1))
    batch = inbox.stage("title_list", [title(kind)], date(2023, 1, 1))
    assert flags(inbox) == dict.fromkeys(true, True)
    assert flags(inbox, date(2026, 1, 1)) == {} == flags(inbox, uscc=B)
    row = inbox.resolve().enterprises[A]
    assert (row["srdi_batch_id"], row["srdi_row_no"]) == ((batch, 2) if "srdi" in true else (None, None))


def test_without_a_day_it_is_unknown(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    inbox.stage("title_list", [title("市级", valid_from=None, valid_to=None)])
    assert flags(inbox) == {"municipal": None, "srdi": None}


def test_one_in_force_outweighs_one_without_a_day(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    batch = inbox.stage("title_list", [title("小巨人", valid_from=None, valid_to=None), title("省级")])
    row = inbox.resolve().enterprises[A]
    assert [row[name] for name in ("little_giant", "provincial", "srdi")] == [None, True, True]
    assert (row["srdi_batch_id"], row["srdi_row_no"]) == (batch, 3)


def test_without_any_title_list_all_is_unknown(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    assert flags(inbox) == dict.fromkeys(FLAGS)


def test_accounts_of_the_two_years_before_stand_beside_the_closed_one(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=date(2025, 1, 1))
    rows = [
        {
            "uscc": A,
            "year": year,
            "revenue": 100 + year,
            "main_revenue": year,
            "rd_expense": 7,
            "net_profit": -1,
        }
        for year in (2022, 2023, 2024)
    ]
    inbox.stage("tax_annual", [*rows, {"uscc": B, "year": 2024, "revenue": 1}], date(2025, 1, 2))
    row = inbox.resolve().enterprises[A]
    assert [row[name] for name in ("revenue", "revenue_prior", "revenue_prior2")] == [2124, 2123, 2122]
    assert [row[name] for name in ("main_revenue", "main_revenue_prior", "main_revenue_prior2")] == [
        2024,
        2023,
        2022,
    ]
    assert (row["rd_expense_prior"], row["net_profit_prior"]) == (7, -1)
    other = inbox.resolve().enterprises[B]
    assert (other["revenue"], other["revenue_prior"], other["revenue_prior2"]) == (1, None, None)
    early = inbox.resolve(date(2025, 5, 31)).enterprises[A]
    assert (early["tax_year"], early["revenue_prior"], early["revenue_prior2"]) == (2023, 2122, None)
