"""Title intervals on both sides of each of their days: validity, renewal, cancellation, derived ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from facts_inbox import BIZ_DATE, A, B, Inbox

pytestmark = pytest.mark.full

ONE_DAY = timedelta(1)
START, LAST = date(2023, 1, 1), date(2025, 12, 31)


def title(uscc: str = A, kind: str = "省级", state: str = "认定", **row: Any) -> dict[str, Any]:
    name = f"洛阳{uscc[-2:]}有限公司"
    return {"name": name, "uscc": uscc, "title": kind, "batch": "2023年第一批", "state": state} | row


def titled(inbox: Inbox, *rows: dict[str, Any], as_of: date = date(2023, 1, 1)) -> str:
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=as_of)
    return inbox.stage("title_list", list(rows), as_of)


def on(inbox: Inbox, day: date, **parameters: Any) -> dict[str, Any]:
    return inbox.resolve(day, **parameters).enterprises[A]


def test_in_force_from_its_first_to_its_last_day(inbox: Inbox) -> None:
    batch = titled(inbox, title(valid_from=START, valid_to=LAST), as_of=date(2022, 12, 1))
    before, first = on(inbox, START - ONE_DAY), on(inbox, START)
    last, after = on(inbox, LAST), on(inbox, LAST + ONE_DAY)
    assert [row["provincial_or_above"] for row in (before, first, last, after)] == [False, True, True, False]
    assert before["title"] is None
    assert (last["title"], last["title_valid_from"], last["title_valid_to"]) == (
        "省级",
        START,
        LAST + ONE_DAY,
    )
    assert last["title_ended_on"] is None and last["title_cancelled_on"] is None
    assert (last["title_batch_id"], last["title_row_no"]) == (batch, 2)
    assert (after["title"], after["title_ended_on"]) == ("省级", LAST + ONE_DAY)


def test_start_falls_back_to_the_day_of_recognition(inbox: Inbox) -> None:
    recognised = date(2023, 3, 20)
    titled(inbox, title(recognised_on=recognised, valid_to=LAST))
    assert on(inbox, recognised - ONE_DAY)["provincial_or_above"] is False
    assert on(inbox, recognised)["provincial_or_above"] is True


def test_end_is_derived_three_years_from_recognition(inbox: Inbox) -> None:
    recognised = date(2023, 3, 20)
    titled(inbox, title(recognised_on=recognised, valid_from=START))
    facts = inbox.resolve(date(2026, 3, 19))
    assert facts.enterprises[A]["provincial_or_above"] is True
    assert facts.enterprises[A]["title_valid_to"] == date(2026, 3, 20)
    assert facts.titles[0]["derived_end"] is True
    finding = facts.finding("title.end_derived")
    assert finding["severity"] == "warning" and "2026-03-19" in finding["message_zh"]
    assert on(inbox, date(2026, 3, 20))["provincial_or_above"] is False
    assert on(inbox, date(2027, 3, 19), title_years=4)["provincial_or_above"] is True


def test_a_given_end_is_never_derived(inbox: Inbox) -> None:
    titled(inbox, title(recognised_on=START, valid_to=date(2024, 6, 30)))
    facts = inbox.resolve(date(2024, 7, 1))
    assert facts.enterprises[A]["provincial_or_above"] is False
    assert facts.titles[0]["derived_end"] is False and facts.checks() == []


def test_open_ends_stay_open(inbox: Inbox) -> None:
    titled(
        inbox,
        title(recognised_on=START, valid_to=date(9999, 12, 31)),
        title(kind="创新型", recognised_on=START, _missing='{"valid_to":"not_applicable"}'),
    )
    facts = inbox.resolve(date(2040, 1, 1))
    row = facts.enterprises[A]
    assert row["provincial_or_above"] is True and row["innovative"] is True
    assert row["title_valid_to"] == row["innovative_valid_to"] == date(9999, 12, 31)
    assert facts.checks() == []


def test_without_any_day_it_is_unknown(inbox: Inbox) -> None:
    batch = titled(inbox, title(), title(kind="创新型"))
    facts = inbox.resolve()
    row = facts.enterprises[A]
    assert (row["provincial_or_above"], row["title"], row["title_valid_to"]) == (None, "省级", None)
    assert (row["innovative"], row["innovative_only"]) == (None, None)
    assert (row["title_batch_id"], row["title_row_no"]) == (batch, 2)
    assert [t["in_force"] for t in facts.titles] == [None, None]
    assert facts.checks() == ["title.dates_missing"] * 2


def test_a_title_in_force_outweighs_an_undated_one(inbox: Inbox) -> None:
    titled(inbox, title(kind="小巨人"), title(valid_from=START, valid_to=LAST))
    row = on(inbox, BIZ_DATE)
    assert (row["provincial_or_above"], row["title"]) == (True, "省级")


def test_undated_title_that_was_cancelled(inbox: Inbox) -> None:
    cancelled = date(2025, 9, 1)
    titled(inbox, title(), title(state="取消", recognised_on=cancelled))
    assert on(inbox, cancelled - ONE_DAY)["provincial_or_above"] is None
    row = on(inbox, cancelled)
    assert (row["provincial_or_above"], row["title"], row["title_cancelled_on"]) == (False, "省级", cancelled)


def test_cancellation_ends_it_from_its_day_whatever_the_batch(inbox: Inbox) -> None:
    cancelled = date(2025, 9, 30)
    batch = titled(
        inbox,
        title(valid_from=START, valid_to=LAST),
        title(state="取消", batch="2025年度撤销", recognised_on=cancelled),
    )
    assert on(inbox, cancelled - ONE_DAY)["provincial_or_above"] is True
    facts = inbox.resolve(cancelled)
    row = facts.enterprises[A]
    assert (row["provincial_or_above"], row["title_cancelled_on"]) == (False, cancelled)
    assert row["title_ended_on"] is None and row["title_valid_to"] == cancelled
    assert (row["title_batch_id"], row["title_row_no"]) == (batch, 3)
    states = {t["state"]: t for t in facts.titles}
    assert states["recognised"]["valid_to"] == cancelled and states["recognised"]["in_force"] is False
    assert states["cancelled"]["in_force"] is False


def test_cancellation_under_the_same_batch_label_leaves_the_past(inbox: Inbox) -> None:
    cancelled = date(2025, 6, 1)
    titled(inbox, title(valid_from=START, valid_to=LAST), title(state="取消", recognised_on=cancelled))
    assert on(inbox, cancelled - ONE_DAY)["provincial_or_above"] is True
    assert on(inbox, cancelled)["provincial_or_above"] is False


def test_cancellation_takes_only_its_own_kind(inbox: Inbox) -> None:
    titled(
        inbox,
        title(valid_from=START, valid_to=LAST),
        title(kind="小巨人", valid_from=START, valid_to=LAST),
        title(kind="小巨人", state="取消", recognised_on=date(2025, 1, 1)),
    )
    row = on(inbox, BIZ_DATE)
    assert (row["provincial_or_above"], row["title"]) == (True, "省级")


def test_recognition_after_a_cancellation_stands(inbox: Inbox) -> None:
    titled(
        inbox,
        title(valid_from=START, valid_to=LAST),
        title(state="取消", batch="撤销", recognised_on=date(2024, 1, 1)),
        title(batch="2025年", recognised_on=date(2025, 1, 1), valid_to=date(2027, 12, 31)),
    )
    assert on(inbox, date(2024, 12, 31))["provincial_or_above"] is False
    row = on(inbox, BIZ_DATE)
    assert (row["provincial_or_above"], row["title_cancelled_on"]) == (True, None)


def test_cancellation_after_expiry_is_told(inbox: Inbox) -> None:
    titled(
        inbox,
        title(valid_from=START, valid_to=date(2025, 6, 30)),
        title(state="取消", recognised_on=date(2025, 8, 1)),
    )
    assert on(inbox, date(2025, 7, 31))["title_ended_on"] == date(2025, 7, 1)
    row = on(inbox, date(2025, 8, 1))
    assert (row["title_ended_on"], row["title_cancelled_on"]) == (None, date(2025, 8, 1))


def test_cancellation_without_day_or_title_is_a_finding(inbox: Inbox) -> None:
    titled(inbox, title(valid_from=START, valid_to=LAST), as_of=date(2023, 1, 1))
    inbox.stage("title_list", [title(state="取消"), title(B, state="取消")], date(2025, 5, 5))
    assert on(inbox, date(2025, 5, 4))["provincial_or_above"] is True
    facts = inbox.resolve(date(2025, 5, 5))
    assert facts.enterprises[A]["title_cancelled_on"] == date(2025, 5, 5)
    assert facts.checks() == [
        "title.cancel_day_missing",
        "title.cancel_day_missing",
        "title.cancel_without_title",
    ]
    assert facts.finding("title.cancel_without_title")["row_no"] == 3


def test_proposed_does_not_count(inbox: Inbox) -> None:
    titled(inbox, title(state="公示", valid_from=START, valid_to=LAST))
    facts = inbox.resolve()
    assert (facts.enterprises[A]["provincial_or_above"], facts.enterprises[A]["title"]) == (False, None)
    assert (facts.titles[0]["state"], facts.titles[0]["in_force"]) == ("proposed", False)


def test_renewal_that_touches_extends_without_a_gap(inbox: Inbox) -> None:
    batch = titled(
        inbox,
        title(valid_from=START, valid_to=LAST),
        title(state="复核", batch="2025年复核", valid_from=LAST + ONE_DAY, valid_to=date(2028, 12, 31)),
    )
    row = on(inbox, LAST)
    assert (row["title_valid_from"], row["title_valid_to"]) == (START, date(2029, 1, 1))
    assert (row["title_batch_id"], row["title_row_no"]) == (batch, 3)
    assert on(inbox, LAST + ONE_DAY)["provincial_or_above"] is True


def test_a_gap_of_one_day_is_a_gap(inbox: Inbox) -> None:
    titled(
        inbox,
        title(valid_from=START, valid_to=LAST),
        title(state="复核", batch="复核", valid_from=LAST + 2 * ONE_DAY, valid_to=date(2028, 12, 31)),
    )
    assert on(inbox, LAST)["title_valid_to"] == LAST + ONE_DAY
    assert on(inbox, LAST + ONE_DAY)["provincial_or_above"] is False
    assert on(inbox, LAST + 2 * ONE_DAY)["title_valid_from"] == LAST + 2 * ONE_DAY


def test_a_later_list_corrects_the_same_entry(inbox: Inbox) -> None:
    titled(inbox, title(valid_from=START, valid_to=LAST), as_of=date(2023, 1, 1))
    inbox.stage("title_list", [title(valid_from=START, valid_to=date(2024, 12, 31))], date(2025, 3, 1))
    assert on(inbox, date(2025, 2, 28))["title_valid_to"] == LAST + ONE_DAY
    assert on(inbox, date(2025, 3, 1))["provincial_or_above"] is False


def test_a_later_list_corrects_the_code_beside_a_name(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": "甲公司"}, {"uscc": B, "name": "乙公司"})
    row = {"title": "省级", "batch": "2023年第一批", "state": "认定", "valid_from": START, "valid_to": LAST}
    inbox.stage("title_list", [row | {"name": "丙公司", "uscc": A}], date(2025, 1, 1))
    assert inbox.resolve().enterprises[A]["provincial_or_above"] is True
    inbox.stage("title_list", [row | {"name": "丙公司", "uscc": B}], date(2025, 2, 1))
    facts = inbox.resolve()
    assert [facts.enterprises[code]["provincial_or_above"] for code in (A, B)] == [False, True]
    assert len(facts.titles) == 1


def test_a_later_list_takes_a_recognition_back_to_proposed(inbox: Inbox) -> None:
    titled(inbox, title(valid_from=START, valid_to=LAST))
    inbox.stage("title_list", [title(state="公示", valid_from=START, valid_to=LAST)], date(2025, 3, 1))
    assert on(inbox, date(2025, 2, 28))["provincial_or_above"] is True
    assert on(inbox, date(2025, 3, 1))["provincial_or_above"] is False


def test_namesakes_with_their_own_codes_stand_side_by_side_in_one_list(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": "甲公司"}, {"uscc": B, "name": "甲公司"})
    row = title(name="甲公司", valid_from=START, valid_to=LAST)
    inbox.stage("title_list", [row, row | {"uscc": B}], date(2025, 1, 1))
    facts = inbox.resolve()
    assert [facts.enterprises[code]["provincial_or_above"] for code in (A, B)] == [True, True]


def test_highest_title_in_force_then_the_one_last_held(inbox: Inbox) -> None:
    titled(
        inbox,
        title(valid_from=START, valid_to=LAST),
        title(kind="小巨人", valid_from=START, valid_to=date(2025, 6, 30)),
    )
    assert on(inbox, date(2025, 6, 30))["title"] == "小巨人"
    assert on(inbox, date(2025, 7, 1))["title"] == "省级"
    row = on(inbox, date(2026, 1, 1))
    assert (row["provincial_or_above"], row["title"], row["title_ended_on"]) == (
        False,
        "省级",
        date(2026, 1, 1),
    )


def test_innovative_only_ends_with_a_higher_title(inbox: Inbox) -> None:
    granted = date(2025, 1, 1)
    titled(
        inbox,
        title(kind="创新型", valid_from=START, valid_to=LAST),
        title(valid_from=granted, valid_to=date(2027, 12, 31)),
    )
    before, after = on(inbox, granted - ONE_DAY), on(inbox, granted)
    assert (before["innovative"], before["innovative_only"]) == (True, True)
    assert (after["innovative"], after["innovative_only"]) == (True, False)
    assert after["innovative_valid_to"] == LAST + ONE_DAY
    assert on(inbox, LAST + ONE_DAY)["innovative"] is False


def test_champion_counts_only_by_its_switch(inbox: Inbox) -> None:
    titled(
        inbox,
        title(kind="单项冠军企业", valid_from=START, valid_to=LAST),
        title(kind="创新型", valid_from=START, valid_to=LAST),
    )
    off, switched = on(inbox, BIZ_DATE), on(inbox, BIZ_DATE, champion_counts=True)
    assert (off["provincial_or_above"], off["innovative_only"]) == (False, True)
    assert (switched["provincial_or_above"], switched["title"]) == (True, "单项冠军企业")
    assert switched["innovative_only"] is False


def test_other_titles_are_no_rung_of_the_ladder(inbox: Inbox) -> None:
    kinds = ("市级", "科技型", "高企", "质量标杆")
    titled(inbox, *(title(kind=kind, valid_from=START, valid_to=LAST) for kind in kinds))
    facts = inbox.resolve()
    assert (facts.enterprises[A]["provincial_or_above"], facts.enterprises[A]["innovative"]) == (False, False)
    assert {t["title"] for t in facts.titles if t["in_force"]} == set(kinds)


def test_no_title_list_ever_leaves_titles_unknown(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    row = on(inbox, BIZ_DATE)
    assert [row[c] for c in ("provincial_or_above", "innovative", "innovative_only")] == [None, None, None]
