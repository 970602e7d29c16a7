"""What the oracle knows of enterprises: three-valued columns on hand-made truths, both sides of every edge."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from srdi.samples.deeds import at_or_above, deeds, happened
from srdi.samples.standing import NO, UNKNOWN, YES, at_least, both, either, opposite, told
from srdi.samples.truth import MISSING, day

from .small import ON, provincial, standing_of, truth

ANY = [{"owner": 3, "year": 2024}]  # a row of somebody else: the source speaks


def days(*values: str) -> np.ndarray:
    return np.array([np.datetime64(value or "NaT", "D") for value in values])


def test_and_or_not_of_the_unknown() -> None:
    three = np.array([NO, UNKNOWN, YES])
    assert both(three, np.full(3, UNKNOWN)).tolist() == [NO, UNKNOWN, UNKNOWN]
    assert either(three, np.full(3, UNKNOWN)).tolist() == [UNKNOWN, UNKNOWN, YES]
    assert opposite(three).tolist() == [YES, UNKNOWN, NO]
    assert told(np.array([True, False, True]), np.array([True, True, False])).tolist() == [YES, NO, UNKNOWN]


@pytest.mark.parametrize(
    ("top", "bottom", "expected"),
    [
        (300, 10_000, YES),
        (299, 10_000, NO),
        (300, 0, UNKNOWN),
        (300, MISSING, UNKNOWN),
        (MISSING, 10_000, UNKNOWN),
        (0, 10_000, NO),
    ],
)
def test_a_ratio_meets_its_bound_to_the_yuan(top: int, bottom: int, expected: int) -> None:
    assert at_least(np.array([top]), np.array([bottom]), 3).tolist() == [expected]


def test_a_number_reaches_its_bound() -> None:
    values = np.array([10_000_000, 9_990_000, MISSING])
    assert at_or_above(values, 10_000_000).tolist() == [YES, NO, UNKNOWN]


def test_a_day_within_a_span_and_what_silence_means() -> None:
    found = days("2025-01-01", "2024-12-31", "", "2025-09-30", "2025-10-01")
    span = (date(2025, 1, 1), ON)
    assert happened(found, np.full(5, YES), *span).tolist() == [YES, NO, NO, YES, NO]
    assert happened(found, np.full(5, UNKNOWN), *span).tolist() == [YES, UNKNOWN, UNKNOWN, YES, UNKNOWN]


# ── sizes and accounts ───────────────────────────────────────────────────────────────────────


def account(owner: int, **more: Any) -> dict[str, Any]:
    return {"owner": owner, "year": 2024, "employees": 400, "revenue": 500_000_000, "assets": 1, **more}


@pytest.mark.parametrize(
    ("row", "sme", "small"),
    [
        (account(0, employees=1000, revenue=400_000_000), NO, NO),  # large by both measures
        (account(0, employees=999, revenue=400_000_000), YES, NO),
        (account(0, employees=300, revenue=20_000_000), YES, NO),  # medium: both lower bounds are reached
        (account(0, employees=299, revenue=20_000_000), YES, YES),
        (account(0, employees=1000, revenue=MISSING), UNKNOWN, UNKNOWN),
        (account(0, employees=299, revenue=MISSING), YES, YES),
        (account(0, year=2023), UNKNOWN, UNKNOWN),  # the closed year's return is missing
    ],
)
def test_size_classes_of_industry(row: dict[str, Any], sme: int, small: int) -> None:
    standing = standing_of(truth({"tax_annual": [row]}))
    assert (standing.sme[0], standing.small_micro[0]) == (sme, small)


def test_the_closed_year_turns_on_the_first_of_june() -> None:
    found = truth({"tax_annual": [account(0, year=2023, revenue=100), account(0, year=2024, revenue=200)]})
    for records in found.records.values():
        records.as_of[:] = day("2025-01-01")
    assert standing_of(found, date(2025, 5, 31)).accounts.of("revenue")[0] == 100
    assert standing_of(found, date(2025, 6, 1)).accounts.of("revenue")[0] == 200
    assert standing_of(found, date(2025, 6, 1)).before.of("revenue")[0] == 100


def test_the_later_of_two_rows_of_a_year_holds_unless_it_is_lost() -> None:
    found = truth({"tax_annual": [account(0, revenue=100), account(0, revenue=200)]})
    assert standing_of(found).accounts.of("revenue")[0] == 200
    found.records["tax_annual"].known[1] = False
    assert standing_of(found).accounts.of("revenue")[0] == 100


# ── declarations ─────────────────────────────────────────────────────────────────────────────


def test_the_newest_declaration_up_to_the_year_speaks() -> None:
    rows = [
        {"owner": 0, "year": 2025, "it_core_businesses": 1, "certifications": "ISO9001；CE"},
        {"owner": 0, "year": 2024, "it_core_businesses": 7, "certifications": "ISO14001"},
        {"owner": 0, "year": 2026, "it_core_businesses": 9, "certifications": ""},
        {"owner": 1, "year": 2024, "certifications": "ISO14001"},
    ]
    found = deeds(standing_of(truth({"annual_declaration": rows})))
    assert found.core_businesses.tolist() == [1, MISSING, MISSING, MISSING]
    assert found.certified_quality.tolist() == [YES, NO, UNKNOWN, UNKNOWN]
    assert found.certified_environment.tolist() == [NO, YES, UNKNOWN, UNKNOWN]


# ── cloud, platforms ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("began", "ended", "expected"),
    [
        ("2025-09-30", "", YES),
        ("2025-10-01", "", NO),
        ("2024-01-01", "2025-09-30", NO),  # half-open: the end is the first day without
        ("2024-01-01", "2025-10-01", YES),
        ("2024-01-01", "2025-09-29", NO),
    ],
)
def test_cloud_edges(began: str, ended: str, expected: int) -> None:
    rows = [{"owner": 0, "adopted_on": began, "cloud_until": ended}]
    assert deeds(standing_of(truth({"cloud_adoption": rows}))).cloud.tolist() == [expected, NO, NO, NO]


def test_one_contract_in_force_is_enough_and_a_silent_source_says_nothing() -> None:
    rows = [
        {"owner": 0, "adopted_on": "2023-01-01"},
        {"owner": 0, "adopted_on": "2024-01-01", "cloud_until": "2024-06-01"},
    ]
    assert deeds(standing_of(truth({"cloud_adoption": rows}))).cloud[0] == YES
    assert deeds(standing_of(truth({}))).cloud.tolist() == [UNKNOWN] * 4


def test_members_of_platforms() -> None:
    def row(owner: int, **more: str) -> dict[str, Any]:
        return {"owner": owner, "platform": "P", "name": str(owner), "member_state": "在册", **more}

    rows = [
        row(0, joined_on="2025-09-30"),
        row(1, joined_on="2025-10-01"),
        row(2, joined_on="2024-01-01", member_state="退出"),
    ]
    found = deeds(standing_of(truth({"platform_membership": rows}))).platforms["P"]
    assert found.tolist() == [YES, NO, NO, NO]


# ── services ─────────────────────────────────────────────────────────────────────────────────


def test_a_county_without_a_word_of_late_is_unknown() -> None:
    places = ("410305", "410305", "410323", "410324", "洛阳高新区", "洛阳高新区", "伊滨区")
    rows = [
        {"owner": 0, "service_type": "走访", "service_on": ON - timedelta(365)},
        {"owner": 2, "service_type": "走访", "service_on": ON - timedelta(366)},  # not of late any more
        {"owner": 4, "service_type": "培训", "service_on": ON},
        {"owner": 3, "service_type": "走访", "service_on": ON + timedelta(1)},  # to come
    ]
    found = deeds(standing_of(truth({"service_ledger": rows}, places)))
    assert found.heard.tolist() == [YES, YES, UNKNOWN, UNKNOWN, YES, YES, UNKNOWN]
    assert found.services["走访"][:4].tolist() == [ON - timedelta(365), None, ON - timedelta(366), None]
    assert found.services[""][4] == day(ON)


def test_the_newest_day_of_a_service_counts_and_an_event_is_no_service() -> None:
    rows = [
        {"owner": 0, "service_type": "走访", "service_on": "2025-03-01"},
        {"owner": 0, "service_type": "走访", "service_on": "2024-03-01"},
        {"owner": 1, "service_type": "产销对接", "service_on": "2025-03-01"},
    ]
    found = deeds(standing_of(truth({"service_ledger": rows})))
    assert found.services["走访"][0] == day("2025-03-01")
    assert np.isnat(found.services[""][1])


# ── benefits ─────────────────────────────────────────────────────────────────────────────────


def benefit(item: str, entitled: str, enjoyed: str, amount: int = MISSING, **more: Any) -> dict[str, Any]:
    return {
        "owner": 0, "year": 2024, "benefit_item": item, "entitled": entitled, "enjoyed": enjoyed,
        "benefit_amount": amount, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "entitled", "all_enjoyed", "billed"),
    [
        ([benefit("甲", "是", "是", 100)], YES, YES, YES),
        ([benefit("甲", "是", "是", 100), benefit("乙", "是", "否")], YES, NO, YES),
        ([benefit("甲", "是", "是", 100), benefit("乙", "否", "否")], YES, YES, YES),
        ([benefit("甲", "是", ""), benefit("乙", "是", "否")], YES, NO, NO),
        ([benefit("甲", "是", ""), benefit("乙", "是", "是", 100)], YES, UNKNOWN, YES),
        ([benefit("甲", "否", "否")], NO, NO, NO),
        ([benefit("甲", "是", "是", 100, year=2023)], NO, NO, NO),
    ],
)
def test_benefits_of_the_closed_year(
    rows: list[dict[str, Any]], entitled: int, all_enjoyed: int, billed: int
) -> None:
    found = deeds(standing_of(truth({"tax_benefit": rows})))
    assert (found.entitled[0], found.all_enjoyed[0], found.billed[0]) == (entitled, all_enjoyed, billed)
    assert found.entitled[1] == NO  # the source speaks by its silence


def test_benefits_nobody_told_of_are_unknown() -> None:
    found = deeds(standing_of(truth({})))
    assert found.entitled.tolist() == found.billed.tolist() == [UNKNOWN] * 4


# ── credit ───────────────────────────────────────────────────────────────────────────────────


def test_applications_grants_and_lines() -> None:
    def asked(number: str, on: str, **more: Any) -> dict[str, Any]:
        return {"owner": 0, "application_no": number, "applied_on": on, "amount_applied": 500, **more}

    rows = [
        asked("1", "2025-02-01", result="部分通过", approved_on="2025-02-20", amount_granted=300),
        asked("2", "2025-03-01", result="通过", approved_on="2025-03-20", amount_granted=0),  # no line given
        asked(
            "3", "2025-04-01", result="通过", approved_on="2025-10-01", amount_granted=900
        ),  # only tomorrow
        asked("4", "2025-01-01", result="拒绝", approved_on="2025-05-20", amount_applied=800),
        asked("5", "2024-12-31", amount_applied=9_000),
        asked("6", "2025-10-01", amount_applied=9_000, amount_total_granted=77),
        asked("3", "2025-04-01", result="审批中", amount_total_granted=44),  # a later word on the same
    ]
    found = deeds(standing_of(truth({"financing_credit": rows})))
    assert found.applied_on[0] == day("2025-04-01")
    assert found.granted_on[0] == day("2025-02-20")
    assert found.credit_line[0] == 44
    assert found.applied_this_year[0] == 800
    assert np.isnat(found.applied_on[1]) and found.credit_told[1] == YES


def test_titles_count_in_their_interval() -> None:
    rows = [provincial(0), provincial(1, end="2025-09-29"), provincial(2, end="2025-09-30")]
    rows.append(provincial(3, start="", end=""))
    standing = standing_of(truth({"title_list": rows}))
    assert standing.titles["upper"].tolist() == [YES, NO, YES, UNKNOWN]
    assert standing.titles["little_giant"].tolist() == [NO] * 4
