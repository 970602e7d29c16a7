"""Listings are intervals and silence means clean only while a source is fresh; which evaluation counts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import A, B, Inbox

pytestmark = pytest.mark.full

ONE_DAY = timedelta(1)
LISTED, REMOVED = date(2025, 3, 1), date(2025, 8, 1)
SERIOUS = {"uscc": A, "list_type": "严重违法失信", "listed_on": LISTED}
COURT = {"uscc": A, "case_no": "（2025）豫0305执1号", "listed_on": LISTED}


def on(inbox: Inbox, day: date, uscc: str = A, **parameters: Any) -> dict[str, Any]:
    return inbox.resolve(day, **parameters).enterprises[uscc]


def known(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": None}, {"uscc": B, "name": None}, as_of=date(2024, 1, 1))


@pytest.mark.parametrize(
    ("source", "row", "fact", "prefix"),
    [
        ("registry_risk", SERIOUS, "serious_dishonest", "serious"),
        ("registry_risk", SERIOUS | {"list_type": "经营异常"}, "abnormal_listed", "abnormal"),
        ("court_dishonest", COURT, "court_dishonest", "court"),
    ],
)
def test_listed_from_the_first_day_until_the_day_of_removal(
    inbox: Inbox, source: str, row: dict[str, Any], fact: str, prefix: str
) -> None:
    known(inbox)
    batch = inbox.stage(source, [row | {"removed_on": REMOVED}], date(2025, 1, 1))
    days = (LISTED - ONE_DAY, LISTED, REMOVED - ONE_DAY, REMOVED)
    rows = [on(inbox, day) for day in days]
    assert [r[fact] for r in rows] == [False, True, True, False]
    assert [r[f"{prefix}_listed_on"] for r in rows] == [None, LISTED, LISTED, None]
    assert (rows[1][f"{prefix}_batch_id"], rows[1][f"{prefix}_row_no"]) == (batch, 2)
    assert rows[3][f"{prefix}_batch_id"] is None


def test_a_later_export_brings_the_removal(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("registry_risk", [SERIOUS], date(2025, 3, 2))
    inbox.stage("registry_risk", [SERIOUS | {"removed_on": REMOVED}], date(2025, 8, 15))
    assert on(inbox, date(2025, 8, 14))["serious_dishonest"] is True
    assert on(inbox, date(2025, 8, 15))["serious_dishonest"] is False


@pytest.mark.parametrize(
    ("freshness", "silent"), [("fresh", False), ("late", False), ("stale", None), ("never", None)]
)
def test_silence_means_clean_only_while_fresh(inbox: Inbox, freshness: str, silent: bool | None) -> None:
    known(inbox)
    inbox.stage("registry_risk", [SERIOUS])
    inbox.freshness["registry_risk"] = freshness
    facts = inbox.resolve()
    assert facts.enterprises[A]["serious_dishonest"] is True
    assert facts.enterprises[A]["abnormal_listed"] is silent
    assert facts.enterprises[B]["serious_dishonest"] is silent


def test_never_received_or_open_world_is_unknown(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("court_dishonest", [COURT])
    inbox.closed_world["court_dishonest"] = False
    facts = inbox.resolve()
    assert facts.enterprises[B]["serious_dishonest"] is None
    assert facts.enterprises[B]["court_dishonest"] is None
    assert facts.enterprises[A]["court_dishonest"] is True


def evaluated(level: int | None, day: date, score: str | None = None, **row: Any) -> dict[str, Any]:
    return {
        "uscc": A,
        "version": "2024",
        "evaluated_on": day,
        "level": level,
        "score": score and Decimal(score),
    } | row


def test_newest_evaluation_up_to_the_day(inbox: Inbox) -> None:
    known(inbox)
    batch = inbox.stage(
        "digital_evaluation",
        [evaluated(3, date(2025, 1, 10)), evaluated(2, date(2025, 6, 10)), evaluated(4, date(2025, 12, 1))],
        date(2025, 1, 1),
    )
    assert on(inbox, date(2025, 1, 9))["digital_evaluated"] is False
    assert on(inbox, date(2025, 1, 10))["digital_level"] == 3
    assert on(inbox, date(2025, 6, 9))["digital_level"] == 3
    row = on(inbox, date(2025, 11, 30))
    assert (row["digital_level"], row["digital_evaluated_on"]) == (2, date(2025, 6, 10))
    assert (row["digital_batch_id"], row["digital_row_no"], row["digital_version"]) == (batch, 3, "2024")
    assert on(inbox, date(2025, 12, 1))["digital_level"] == 4


def test_one_day_the_higher_level_but_a_correction_replaces(inbox: Inbox) -> None:
    known(inbox)
    day = date(2025, 1, 10)
    inbox.stage("digital_evaluation", [evaluated(3, day), evaluated(2, day)], date(2025, 2, 1))
    inbox.stage("digital_evaluation", [evaluated(1, day, version="2022")], date(2025, 3, 1))
    assert on(inbox, date(2025, 3, 1))["digital_level"] == 3
    inbox.stage("digital_evaluation", [evaluated(2, day)], date(2025, 4, 1))
    assert on(inbox, date(2025, 3, 31))["digital_level"] == 3
    assert on(inbox, date(2025, 4, 1))["digital_level"] == 2


BANDS = [
    ("0", 0),
    ("19.9999", 0),
    ("20", 1),
    ("39.9999", 1),
    ("40", 2),
    ("59.9999", 2),
    ("60", 3),
    ("79.9999", 3),
    ("80", 4),
    ("100", 4),
    (None, None),
]


def test_level_from_the_score_lower_bound_inclusive(inbox: Inbox) -> None:
    rows = {f"X{number:017d}": case for number, case in enumerate(BANDS)}
    inbox.registry(*({"uscc": uscc, "name": None} for uscc in rows))
    day = date(2025, 1, 10)
    inbox.stage("digital_evaluation", [evaluated(None, day, score, uscc=u) for u, (score, _) in rows.items()])
    facts = inbox.resolve()
    assert [(score, facts.enterprises[u]["digital_level"]) for u, (score, _) in rows.items()] == BANDS
    derived = [facts.enterprises[u]["digital_level_derived"] for u in rows]
    assert derived == [level is not None for _, level in BANDS]
    assert facts.checks().count("evaluation.level_derived") == 10
    assert all(row["digital_evaluated"] for row in facts.enterprises.values())


def test_a_given_level_is_not_derived(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("digital_evaluation", [evaluated(2, date(2025, 1, 1), "85")])
    row = on(inbox, date(2025, 9, 30))
    assert (row["digital_level"], row["digital_level_derived"]) == (2, False)


def test_age_limit(inbox: Inbox) -> None:
    known(inbox)
    inbox.stage("digital_evaluation", [evaluated(2, date(2024, 9, 30))], date(2024, 10, 1))
    assert on(inbox, date(2025, 9, 30), evaluation_max_age_days=365)["digital_evaluated"] is True
    assert on(inbox, date(2025, 10, 1), evaluation_max_age_days=365)["digital_evaluated"] is False
    assert on(inbox, date(2035, 1, 1))["digital_evaluated"] is True


def test_no_evaluations_ever_is_unknown(inbox: Inbox) -> None:
    known(inbox)
    assert on(inbox, date(2025, 9, 30))["digital_evaluated"] is None
