"""The oracle's lists that rest on no title, on hand-made truths: who belongs, who is in question, what is remarked."""

from __future__ import annotations

from typing import Any

import pytest

from srdi.samples import oracle
from srdi.samples.oracle import Answers

from .small import provincial, truth

PLACES = ("410305", "410105", "411202")
ACCOUNTS = {"revenue": 100_000_000, "main_revenue": 90_000_000, "rd_expense": 6_000_000, "net_profit": 8_000_000,
            "assets": 100_000_000, "liabilities": 50_000_000, "employees": 100, "rd_staff": 20}  # fmt: skip
DECLARED = {"segment_years": 9, "ip_class1": 3, "rd_body_level": "省级", "equity_two_years": 0, "year": 2025}
SILENT = {
    "registry_risk": [{"owner": -1, "list_type": "经营异常", "listed_on": "2024-01-01"}],
    "title_list": [provincial(9, title="省级")],
    "capital_market": [{"owner": -1, "capital_event": "受理", "event_on": "2025-01-01"}],
}


def judged(
    titles: list[dict[str, Any]] | None = None, declares: bool = True, accounts: bool = True, **more: Any
) -> Answers:
    """Answers about an enterprise each in Luoyang, Zhengzhou and Sanmenxia."""
    years = [{"owner": o, "year": y, **ACCOUNTS} for o in range(3) for y in (2022, 2023, 2024)]
    given = SILENT | {
        "tax_annual": years if accounts else [],
        "annual_declaration": [{"owner": o, **DECLARED} for o in range(3)] if declares else [],
    }
    if titles:
        given["title_list"] = titles
    return oracle.answers(truth(given | more, PLACES))


def lists(answers: Answers, owner: int = 0) -> dict[str, tuple[str, str, str]]:
    """list → (verdict, reasons, warnings) of one enterprise, whitelists aside."""
    code = truth({}, PLACES).population.uscc[owner]
    return {
        row["measure_id"]: (row["verdict"], row["reasons"], row["warnings"])
        for row in answers.whitelist
        if row["uscc"] == code and not row["measure_id"].endswith("whitelist")
    }


LISTED, IN_QUESTION = ("listed", "", ""), ("review", "population", "")


def test_a_candidate_is_in_the_pools_of_its_own_places() -> None:
    answers = judged()
    assert lists(answers, 0) == dict.fromkeys(
        ("henan.pool_provincial", "luoyang.pool_provincial", "luoyang.pool_innovative"), LISTED
    )
    assert lists(answers, 1) == dict.fromkeys(("henan.pool_provincial", "zhengzhou.pool_provincial"), LISTED)
    assert lists(answers, 2) == {"henan.pool_provincial": LISTED}
    (row,) = [r for r in answers.whitelist if r["measure_id"] == "zhengzhou.pool_provincial"]
    assert (row["area_code"], row["division_code"], row["title"]) == ("410100", "410105", "")
    assert row["title_valid_to"] is None and not answers.reasons


def test_who_declared_nothing_is_in_no_pool_and_without_accounts_nobody_knows() -> None:
    assert lists(judged(declares=False)) == {}
    found = judged(
        accounts=False
    )  # size, research and revenue are unknown: three of seven, and so is the score
    assert lists(found)["henan.pool_provincial"] == IN_QUESTION
    assert {(r["rule_id"], r["outcome"], r["effect"]) for r in found.reasons} == {
        ("population", "unknown", "review")
    }


@pytest.mark.parametrize(
    ("segment", "rd", "staff", "expected"),
    [(1, 2_999_999, 20, True), (1, 999_999, 0, False)],  # the third criterion missing is the score
)
def test_no_more_than_two_criteria_may_be_missing(segment: int, rd: int, staff: int, expected: bool) -> None:
    years = [
        {"owner": 0, "year": y, **ACCOUNTS, "rd_expense": rd, "rd_staff": staff} for y in (2022, 2023, 2024)
    ]
    declared = [{"owner": 0, **DECLARED, "segment_years": segment, "ip_class1": 0, "ip_class2": 0}]
    if not expected:
        declared[0] |= {"rd_body_level": "无"}
    found = lists(judged(tax_annual=years, annual_declaration=declared))
    assert ("henan.pool_provincial" in found) == expected


def test_a_holder_is_a_candidate_for_the_next_title_only() -> None:
    words = {
        "product_fields": "补短板；工业六基",
        "market_share": 2000,
        "it_core_businesses": 2,
        "certifications": "CE",
    }
    declared = [{"owner": 0, **DECLARED, **words}]
    answers = judged([provincial(0)], annual_declaration=declared)
    assert lists(answers) == dict.fromkeys(("henan.pool_little_giant", "luoyang.pool_little_giant"), LISTED)
    shown = [r for r in answers.whitelist if r["measure_id"] == "henan.pool_little_giant"]
    assert [(r["title"], str(r["title_valid_to"])) for r in shown] == [("省级", "2026-12-31")]
    lapsed = judged([provincial(0, "2021-01-01", "2023-12-31")])
    shown = [r for r in lapsed.whitelist if r["measure_id"] == "luoyang.pool_provincial"]
    assert [(r["title"], str(r["title_valid_to"])) for r in shown] == [("省级", "2023-12-31")]


def test_a_little_giant_waits_for_a_person_to_see_a_champion() -> None:
    giant, champion = provincial(0, title="小巨人"), provincial(0, title="单项冠军企业")
    waiting = ("review", "champion_conditions", "")
    assert lists(judged([giant])) == {"luoyang.pool_champion": waiting}
    assert lists(judged([giant, champion])) == {}
    undated = provincial(0, title="单项冠军企业", recognised_on=None, valid_from=None, valid_to=None)
    both = ("review", "champion_conditions;population", "")
    assert lists(judged([giant, undated])) == {"luoyang.pool_champion": both}


def test_the_reserve_is_kept_from_its_first_day_and_remarks_who_has_no_title() -> None:
    steps = [
        {"owner": 0, "capital_event": "后备入库", "event_on": "2025-09-30"},
        {"owner": 1, "capital_event": "后备入库", "event_on": "2025-09-30"},
        {"owner": 2, "capital_event": "后备入库", "event_on": "2025-09-30"},
    ]
    found = judged([provincial(9), provincial(1, title="市级")], declares=False, capital_market=steps)
    assert lists(found, 0) == {"luoyang.listing_reserve": ("listed", "", "provincial_up")}
    assert lists(found, 1) == {"zhengzhou.listing_reserve": LISTED}
    assert lists(found, 2) == {}
    later = [steps[0] | {"event_on": "2025-10-01"}, steps[1] | {"capital_event": "辅导备案"}]
    assert lists(judged(declares=False, capital_market=later)) == {}
    assert lists(judged(declares=False, capital_market=later), 1) == {}
    nothing = judged(declares=False, capital_market=[])
    assert lists(nothing) == {}
