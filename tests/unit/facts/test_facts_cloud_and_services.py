"""In the cloud on the day; services by kind and day; which county's silence means that nothing was done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from facts_inbox import BIZ_DATE, A, B, C, Inbox

pytestmark = pytest.mark.full

ONE_DAY = timedelta(1)
SERVICES = {
    "服务专员": "officer_on",
    "走访": "visited_on",
    "数字化诊断": "diagnosed_on",
    "节能诊断": "energy_diagnosed_on",
    "培训": "trained_on",
}


def served(uscc: str | None, kind: str, day: date, unit: str | None = None) -> dict[str, Any]:
    return {"uscc": uscc, "service_type": kind, "service_on": day, "service_unit": unit}


def test_in_the_cloud_from_the_first_day_until_the_day_of_ending(inbox: Inbox) -> None:
    names = ("first", "eve", "last", "over", "open")
    spans = {
        "first": (BIZ_DATE, None),
        "eve": (BIZ_DATE + ONE_DAY, None),
        "last": (date(2024, 1, 1), BIZ_DATE + ONE_DAY),
        "over": (date(2024, 1, 1), BIZ_DATE),
        "open": (date(2024, 1, 1), None),
    }
    inbox.registry(*({"uscc": name} for name in names), {"uscc": "none"})
    batch = inbox.stage(
        "cloud_adoption",
        [{"uscc": name, "adopted_on": since, "cloud_until": until} for name, (since, until) in spans.items()],
    )
    facts = inbox.resolve().enterprises
    active = {name: facts[name]["cloud_active"] for name in (*names, "none")}
    assert active == {"first": True, "eve": False, "last": True, "over": False, "open": True, "none": False}
    assert facts["last"]["cloud_from"] == date(2024, 1, 1) and facts["over"]["cloud_from"] is None
    assert (facts["last"]["cloud_batch_id"], facts["last"]["cloud_row_no"]) == (batch, 4)


def test_the_earliest_adoption_still_in_force_and_later_exports_correct(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, as_of=date(2024, 1, 1))
    first, second = date(2023, 5, 1), date(2024, 5, 1)
    rows = [{"uscc": A, "adopted_on": first}, {"uscc": A, "adopted_on": second}]
    inbox.stage("cloud_adoption", rows, date(2025, 1, 1))
    inbox.stage("cloud_adoption", [rows[0] | {"cloud_until": date(2025, 2, 1)}], date(2025, 3, 1))
    assert inbox.resolve(date(2025, 2, 28)).enterprises[A]["cloud_from"] == first, (
        "not yet known to have ended"
    )
    assert inbox.resolve(date(2025, 3, 1)).enterprises[A]["cloud_from"] == second


def test_silence_about_the_cloud(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B})
    inbox.stage("cloud_adoption", [{"uscc": A, "adopted_on": BIZ_DATE}])
    inbox.freshness["cloud_adoption"] = "stale"
    stale = inbox.resolve().enterprises
    assert (stale[A]["cloud_active"], stale[B]["cloud_active"]) == (True, None)
    inbox.freshness["cloud_adoption"] = "late"
    inbox.closed_world["cloud_adoption"] = False
    assert inbox.resolve().enterprises[B]["cloud_active"] is None


def test_the_newest_day_of_each_service(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B})
    old, new = date(2024, 3, 1), date(2025, 3, 1)
    rows = [served(A, kind, day) for kind in SERVICES for day in (new, old, BIZ_DATE + ONE_DAY)]
    rows += [
        served(B, "产销对接", BIZ_DATE),
        served(B, "走访", BIZ_DATE),
        served(A, "培训", date(2025, 4, 1)),
    ]
    batch = inbox.stage("service_ledger", rows)
    facts = inbox.resolve().enterprises
    assert {facts[A][fact] for kind, fact in SERVICES.items() if kind != "培训"} == {new}
    assert facts[A]["trained_on"] == facts[A]["served_on"] == date(2025, 4, 1)
    assert (facts[A]["service_batch_id"], facts[A]["service_row_no"]) == (batch, len(rows) + 1)
    assert facts[B]["served_on"] == BIZ_DATE and facts[B]["officer_on"] is None


def test_an_event_of_many_is_no_service_to_one(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    inbox.stage("service_ledger", [served(A, "产销对接", BIZ_DATE)])
    row = inbox.resolve().enterprises[A]
    assert row["served_on"] is None and row["service_batch_id"] is None
    assert row["service_known"] is True, "its county does report"


@pytest.mark.parametrize("age", [365, 366])
def test_a_county_reports_that_has_a_row_of_late(inbox: Inbox, age: int) -> None:
    inbox.registry(
        {"uscc": A, "district": "涧西区"},
        {"uscc": B, "district": "涧西区"},
        {"uscc": C, "district": "西工区"},
    )
    inbox.stage("service_ledger", [served(A, "走访", BIZ_DATE - age * ONE_DAY)])
    facts = inbox.resolve().enterprises
    reports = True if age < 366 else None
    assert [facts[code]["service_known"] for code in (A, B, C)] == [reports, reports, None]
    assert facts[A]["visited_on"] == BIZ_DATE - age * ONE_DAY, "what was done stays known"


def test_how_old_a_countys_newest_row_may_be_is_a_convention(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    inbox.stage("service_ledger", [served(A, "走访", BIZ_DATE - 31 * ONE_DAY)])
    assert inbox.resolve(service_report_days=31).enterprises[A]["service_known"] is None
    assert inbox.resolve(service_report_days=32).enterprises[A]["service_known"] is True
    with pytest.raises(ValueError, match="service_report_days"):
        inbox.resolve(service_report_days=0)


def test_units_and_zones_report_for_themselves(inbox: Inbox) -> None:
    zones = {"gao": "洛阳高新区", "yi": "洛阳伊滨区", "xi": "西工区", "jian": "涧西区"}
    inbox.registry(*({"uscc": code, "district": place} for code, place in zones.items()))
    inbox.stage(
        "service_ledger",
        [
            served("gao", "走访", BIZ_DATE),
            served(None, "产销对接", BIZ_DATE, "洛阳市西工区工业和信息化局"),
            served(None, "产销对接", BIZ_DATE, "洛阳市工业和信息化局"),
            served(None, "产销对接", BIZ_DATE + ONE_DAY, "涧西区工信局"),
        ],
    )
    facts = inbox.resolve().enterprises
    known = {code: facts[code]["service_known"] for code in zones}
    assert known == {"gao": True, "yi": None, "xi": True, "jian": None}


@pytest.mark.parametrize(("freshness", "known"), [("fresh", True), ("late", True), ("stale", None)])
def test_a_stale_ledger_knows_nothing(inbox: Inbox, freshness: str, known: bool | None) -> None:
    inbox.registry({"uscc": A})
    inbox.stage("service_ledger", [served(A, "走访", BIZ_DATE)])
    inbox.freshness["service_ledger"] = freshness
    row = inbox.resolve().enterprises[A]
    assert (row["service_known"], row["visited_on"]) == (known, BIZ_DATE)


def test_matchmaking_events(inbox: Inbox) -> None:
    inbox.registry(
        {"uscc": A, "district": "涧西区"},
        {"uscc": B, "district": "西工区"},
        {"uscc": C, "district": "郑州市金水区"},
    )
    day = date(2025, 5, 1)
    unit = "洛阳市洛龙区工信局"
    inbox.stage(
        "service_ledger",
        [
            served(None, "产销对接", day, unit),
            served(A, "产销对接", day + ONE_DAY, "市工信局"),
            served(A, "产销对接", day + 2 * ONE_DAY, unit),
            served(B, "产销对接", day + 2 * ONE_DAY, unit),
            served(A, "产销对接", day + 3 * ONE_DAY, unit),
            served(C, "产销对接", day + 3 * ONE_DAY, unit),
            served(None, "产销对接", day + 4 * ONE_DAY, None),
            served(None, "产销对接", BIZ_DATE + ONE_DAY, unit),
            served(A, "走访", day, unit),
        ],
        date(2025, 8, 1),
    )
    newest = inbox.stage("service_ledger", [served(None, "产销对接", day, "洛阳市 洛龙区工信局")])
    events = inbox.resolve().events["service_event"]
    assert [(e["day"] - day).days for e in events] == [0, 1, 2, 3, 4]
    places = [(e["city_code"], e["division_code"]) for e in events]
    assert places == [
        ("410300", "410311"),  # nobody named: where the unit is
        ("410300", "410305"),  # where the only guest is
        ("410300", "410311"),  # guests of two counties of the city: the unit's
        ("410300", "410311"),  # guests of two cities: the unit's
        (None, None),
    ]
    assert events[0]["batch_id"] == newest and events[1]["unit"] == "市工信局"
    assert {e["uscc"] for e in events} == {None}
