"""Every fact names the sources it is made from: found out by leaving sources out, compared with what is declared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import ALL_FRESH, A, B, Inbox

from srdi.contracts.loader import load_contracts, load_dictionary
from srdi.policy.evidence import EVIDENCE, evidence_prefix
from srdi.policy.rule_hash import ALSO, SOURCES, sources_of

FACTS = load_dictionary().facts
YEAR = {"taxpayer_status": "非正常", "employees": 400, "rd_staff": 9} | {
    name: Decimal(900)
    for name in ("revenue", "main_revenue", "rd_expense", "net_profit", "assets", "liabilities", "tax_paid")
}
KINDS = ("创新型", "市级", "省级", "小巨人", "单项冠军企业", "科技型", "高企", "质量标杆")


def rows() -> dict[str, list[dict[str, Any]]]:
    """One enterprise of which every source tells something; another one keeps each source from being empty."""
    day = date(2024, 3, 1)
    held = {"state": "认定", "recognised_on": day, "valid_to": date(2026, 12, 31)}
    gone = {"state": "认定", "recognised_on": date(2020, 1, 1), "valid_to": date(2025, 6, 30)}
    return {
        "title_list": [{"uscc": A, "title": kind, **held} for kind in KINDS]
        + [{"uscc": B, "title": "省级", **gone}],
        "tax_annual": [{"uscc": A, "year": year, **YEAR} for year in (2022, 2023, 2024)],
        "tax_credit": [{"uscc": A, "year": 2024, "grade": "D"}],
        "digital_evaluation": [{"uscc": A, "version": "2022", "evaluated_on": day, "score": Decimal(65)}],
        "registry_risk": [
            {"uscc": A, "list_type": kind, "listed_on": day} for kind in ("严重违法失信", "经营异常")
        ],
        "court_dishonest": [{"uscc": A, "case_no": "1", "listed_on": day}],
    }


def facts_without(inbox: Inbox, left_out: str | None) -> dict[str, dict[str, Any]]:
    inbox.batches.clear()
    inbox.registry({"uscc": A, "employees": 300}, {"uscc": B, "employees": 300})
    for source, given in rows().items():
        inbox.stage(source, given)
    inbox.batches[:] = [batch for batch in inbox.batches if batch.source != left_out]
    inbox.freshness = ALL_FRESH | ({left_out: "never"} if left_out else {})
    return inbox.resolve().enterprises


@pytest.mark.full
@pytest.mark.parametrize("source", rows())
def test_what_a_source_takes_with_it_is_declared_to_come_from_it(inbox: Inbox, source: str) -> None:
    whole, without = facts_without(inbox, None), facts_without(inbox, source)
    lost = {fact for fact in FACTS if any(whole[u][fact] != without[u][fact] for u in (A, B))}
    declared = {fact for fact in FACTS if source in sources_of(fact)}
    # what only a title that was cancelled has is not in this scene
    assert lost == declared - {"title_cancelled_on"}


def test_every_fact_says_which_row_proves_it_and_where_it_comes_from() -> None:
    known = set(load_contracts().contracts)
    for fact in FACTS:
        prefix = evidence_prefix(fact)
        assert {f"{prefix}_batch_id", f"{prefix}_row_no"} <= set(FACTS), fact
        assert sources_of(fact) and set(sources_of(fact)) <= known, fact
        assert set(FACTS[fact].sources) <= set(sources_of(fact)), fact
    named = [fact for names in EVIDENCE.values() for fact in names]
    assert sorted(named) == sorted(set(named)), "one row proves a fact"
    assert set(named) <= set(FACTS) and set(ALSO) <= set(FACTS)
    assert set(SOURCES) == set(EVIDENCE)


def test_the_registry_proves_what_it_tells_and_nothing_else() -> None:
    assert evidence_prefix("sme_industry") == "registry" and sources_of("operating") == (
        "enterprise_registry",
    )
    for title in ("tech_sme", "high_tech", "quality_benchmark", "innovative_only"):
        assert sources_of(title) == ("title_list",)
    assert sources_of("employees") == ("enterprise_registry", "tax_annual")
    assert evidence_prefix("tax_status_row_no") == "tax_status"
    for stranger in ("no_such_fact", "employees_batch", "wrong_batch_id"):
        with pytest.raises(LookupError, match=stranger):
            evidence_prefix(stranger)


@pytest.mark.full
def test_the_row_behind_a_title_beside_the_ladder_is_that_titles_own(inbox: Inbox) -> None:
    found = facts_without(inbox, None)[A]
    order = {"innovative": 2, "tech_sme": 7, "high_tech": 8, "quality_benchmark": 9}
    assert {name: found[f"{name}_row_no"] for name in order} == order
    assert {found[f"{name}_batch_id"] for name in order} == {inbox.batches[1].batch_id}
    other = facts_without(inbox, "title_list")[A]
    assert {other[f"{name}_batch_id"] for name in order} == {None}
