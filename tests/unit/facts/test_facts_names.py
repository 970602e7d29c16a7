"""Whose title it is: code, name, former name, and what waits for a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import A, B, C, Facts, Inbox

from srdi.facts.manifest import NameDecision

pytestmark = pytest.mark.full

NOBODY = "91410300MA0000009X"


def match(
    inbox: Inbox, name: str, uscc: str | None = None, decisions: list | None = None, **row: Any
) -> Facts:
    """Three enterprises of Luoyang, one list row, the facts."""
    inbox.registry(
        {"uscc": A, "name": "洛阳恒远轴承有限公司", "former_names": ["洛阳恒远机械厂"]},
        {"uscc": B, "name": "洛阳天力阀门有限责任公司"},
        {"uscc": C, "name": "洛阳永新食品（集团）有限公司", "former_names": ["洛阳永新粮油有限公司"]},
    )
    usual = {"title": "省级", "batch": "一", "state": "认定", "recognised_on": date(2024, 1, 1)}
    usual |= {"valid_to": date(2026, 12, 31)}
    inbox.stage("title_list", [usual | {"name": name, "uscc": uscc} | row])
    return inbox.resolve(decisions=decisions)


@pytest.mark.parametrize(
    ("name", "code", "owner", "method", "state", "check"),
    [
        ("洛阳恒远轴承有限公司", None, A, "exact", "accepted", None),
        ("洛阳 恒远轴承有限公司　", None, A, "exact", "accepted", None),
        ("洛阳永新食品(集团)有限公司", None, C, "exact", "accepted", None),
        ("洛阳恒远机械厂", None, A, "former", "accepted", None),
        ("洛阳天力阀门有限公司", None, B, "exact", "accepted", None),
        ("洛阳永新粮油有限责任公司", None, C, "former", "accepted", None),
        ("洛阳恒远轴承有限公司", A, A, "code", "accepted", None),
        ("洛阳恒远机械厂", A, A, "code", "accepted", None),
        ("洛阳天力阀门有限公司", B, B, "code", "accepted", None),
        ("从未有过的名称", A, A, "code", "accepted", "title.name_unknown"),
        ("洛阳天力阀门有限责任公司", A, None, "code", "open", "title.name_of_another"),
        ("洛阳永新粮油有限公司", A, None, "code", "open", "title.name_of_another"),
        ("从未有过的名称", NOBODY, None, "proposed", "open", "title.code_unknown"),
        ("从未有过的名称", None, None, "proposed", "open", "title.unmatched"),
    ],
)
def test_matrix(
    inbox: Inbox, name: str, code: str | None, owner: str | None, method: str, state: str, check: str | None
) -> None:
    facts = match(inbox, name, code)
    (title,), (row,) = facts.titles, facts.names
    assert title["uscc"] == owner
    assert (row["method"], row["state"], row["uscc"]) == (method, state, owner)
    assert facts.checks() == ([check] if check else [])
    holders = {u for u, e in facts.enterprises.items() if e["provincial_or_above"]}
    assert holders == ({owner} if owner else set())


def test_unknown_code_with_a_known_name_is_only_a_proposal(inbox: Inbox) -> None:
    facts = match(inbox, "洛阳恒远轴承有限公司", NOBODY)
    assert facts.titles[0]["uscc"] is None
    assert (facts.names[0]["uscc"], facts.names[0]["state"]) == (A, "open")
    assert facts.checks() == ["title.code_unknown"]


def test_a_slip_of_the_pen_is_proposed_not_matched(inbox: Inbox) -> None:
    facts = match(inbox, "洛阳恒远轴呈有限公司", district="涧西区")
    row = facts.names[0]
    assert (row["uscc"], row["method"], row["state"]) == (A, "proposed", "open")
    assert Decimal("0.82") <= row["score"] < 1
    title = facts.titles[0]
    assert (title["uscc"], title["division_code"], title["city_code"]) == (None, "410305", "410300")
    assert facts.checks() == ["title.unmatched"]


def test_no_proposal_from_another_city(inbox: Inbox) -> None:
    assert match(inbox, "洛阳恒远轴呈有限公司", district="金水区").names[0]["uscc"] is None


def test_a_name_borne_by_two_is_nobodys_until_decided(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": "洛阳同名有限公司"}, {"uscc": B, "name": "洛阳同名有限公司"})
    row = {"name": "洛阳同名有限公司", "title": "省级", "batch": "一", "state": "认定"}
    row |= {"recognised_on": date(2024, 1, 1), "valid_to": date(2026, 12, 31)}
    inbox.stage("title_list", [row])
    facts = inbox.resolve()
    assert facts.titles[0]["uscc"] is None
    assert (facts.names[0]["uscc"], facts.names[0]["state"]) == (None, "open")
    assert facts.checks() == ["title.name_borne_by_many"]
    decided = inbox.resolve(decisions=[NameDecision("title_list", row["name"], B, "accepted")])
    assert decided.titles[0]["uscc"] == B and decided.checks() == []
    assert decided.enterprises[B]["provincial_or_above"] is True
    assert decided.enterprises[A]["provincial_or_above"] is False


def test_present_bearer_goes_before_a_former_one(inbox: Inbox) -> None:
    inbox.registry(
        {"uscc": A, "name": "洛阳甲有限公司"},
        {"uscc": B, "name": "洛阳乙有限公司", "former_names": ["洛阳甲有限公司"]},
    )
    inbox.stage(
        "title_list",
        [{"name": "洛阳甲有限公司", "title": "省级", "state": "认定", "recognised_on": date(2024, 1, 1)}],
    )
    assert inbox.resolve().titles[0]["uscc"] == A


def test_loose_form_fits_two_and_stays_open(inbox: Inbox) -> None:
    inbox.registry(
        {"uscc": A, "name": "洛阳甲有限责任公司", "former_names": []},
        {"uscc": B, "name": "洛阳乙有限公司", "former_names": ["洛阳甲有限责任公司"]},
    )
    inbox.stage(
        "title_list",
        [{"name": "洛阳甲有限公司", "title": "省级", "state": "认定", "recognised_on": date(2024, 1, 1)}],
    )
    facts = inbox.resolve()
    assert facts.titles[0]["uscc"] is None and facts.names[0]["state"] == "open"


def test_decision_settles_a_conflict_of_code_and_name(inbox: Inbox) -> None:
    name = "洛阳天力阀门有限责任公司"
    facts = match(inbox, name, A, decisions=[NameDecision("title_list", name, B, "accepted")])
    assert facts.titles[0]["uscc"] == B and facts.names[0]["state"] == "accepted"
    assert facts.checks() == []


def test_rejection_takes_a_match_away(inbox: Inbox) -> None:
    name = "洛阳恒远机械厂"
    facts = match(inbox, name, decisions=[NameDecision("title_list", name, A, "rejected")])
    assert facts.titles[0]["uscc"] is None
    assert (facts.names[0]["uscc"], facts.names[0]["state"]) == (None, "rejected")


def test_rejection_of_another_enterprise_changes_nothing(inbox: Inbox) -> None:
    name = "洛阳恒远机械厂"
    facts = match(inbox, name, decisions=[NameDecision("title_list", name, B, "rejected")])
    assert facts.titles[0]["uscc"] == A


def test_decision_about_another_source_changes_nothing(inbox: Inbox) -> None:
    name = "从未有过的名称"
    facts = match(
        inbox, name, decisions=[{"source": "other", "raw_name": name, "uscc": A, "state": "accepted"}]
    )
    assert facts.titles[0]["uscc"] is None


def test_contradicting_decisions_are_refused(inbox: Inbox) -> None:
    decisions = [
        NameDecision("title_list", "甲", A, "accepted"),
        NameDecision("title_list", "甲", B, "accepted"),
    ]
    with pytest.raises(ValueError, match="矛盾"):
        match(inbox, "甲", decisions=decisions)


def test_title_by_name_and_by_code_are_one_entry(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": "洛阳甲有限公司"})
    row = {
        "name": "洛阳甲有限公司",
        "title": "省级",
        "batch": "一",
        "state": "认定",
        "recognised_on": date(2023, 1, 1),
    }
    inbox.stage("title_list", [row | {"valid_to": date(2026, 12, 31)}], date(2024, 1, 1))
    inbox.stage("title_list", [row | {"uscc": A, "valid_to": date(2024, 12, 31)}], date(2025, 1, 1))
    facts = inbox.resolve()
    assert len(facts.titles) == 1
    assert facts.enterprises[A]["provincial_or_above"] is False


def test_names_beside_codes_in_other_sources_are_checked(inbox: Inbox) -> None:
    inbox.registry(
        {"uscc": A, "name": "洛阳甲有限公司", "former_names": ["洛阳老甲有限公司"]},
        {"uscc": B, "name": "洛阳乙有限公司"},
    )
    row = {"list_type": "经营异常", "listed_on": date(2025, 1, 1)}
    inbox.stage(
        "registry_risk",
        [
            row | {"uscc": A, "name": "洛阳乙有限公司"},
            row | {"uscc": B, "name": "无人之名"},
            row | {"uscc": NOBODY, "name": "外地企业"},
        ],
    )
    inbox.stage(
        "court_dishonest",
        [{"uscc": A, "name": "洛阳老甲有限公司", "case_no": "1", "listed_on": date(2025, 1, 1)}],
    )
    facts = inbox.resolve()
    found = [(f["check_id"], f["row_no"]) for f in facts.findings]
    assert found == [("code.name_of_another", 2), ("code.name_unknown", 3), ("code.not_registered", 4)]
    # the code decides all the same
    assert facts.enterprises[A]["abnormal_listed"] is True
