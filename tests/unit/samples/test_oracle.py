"""The plain oracle on hand-made holdings, on the written answers, and on other days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from srdi.samples import means, oracle, truth_of
from srdi.samples.knowledge import Firm, Holding, gather
from srdi.samples.oracle import Answers, _judge, _rates
from srdi.samples.truth import day

from .conftest import City

ON = date(2025, 9, 30)
TITLES = {"innovative": "创新型", "provincial": "省级", "little_giant": "小巨人"}
CLEAN = dict.fromkeys(("serious", "abnormal", "court", "tax_abnormal", "credit_d"), False) | {"sme": True}


def firm(*holdings: Holding, operating: bool | None = True, **facts: bool | None) -> Firm:
    return Firm(0, "X", "410300", "410305", operating, list(holdings), CLEAN | facts)


def verdict(one: Firm, measure: str = "luoyang.whitelist") -> tuple[str, str, str] | None:
    result = Answers(ON)
    _judge(result, measure, "410300", one, ON)
    return (
        (lambda row: (row["verdict"], row["reasons"], row["warnings"]))(result.whitelist[0])
        if result.whitelist
        else None
    )


def until(end: date, **more: date) -> Holding:
    return Holding("省级", date(2022, 1, 1), end, **more)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (ON + timedelta(182), ("listed", "", "")),
        (ON + timedelta(181), ("listed", "", "title_lapsing")),  # the last day is 180 days ahead
        (ON + timedelta(1), ("listed", "", "title_lapsing")),
        (ON, ("review", "title_in_force", "")),  # half-open: the end is the first day without
        (ON - timedelta(179), ("review", "title_in_force", "")),
        (ON - timedelta(180), ("excluded", "title_in_force", "")),
        (ON - timedelta(209), ("excluded", "title_in_force", "")),
        (ON - timedelta(210), None),
    ],
)
def test_edges_of_expiry(end: date, expected: tuple[str, str, str] | None) -> None:
    assert verdict(firm(until(end))) == expected


@pytest.mark.parametrize(("days", "expected"), [(29, ("excluded", "title_cancelled", "")), (30, None)])
def test_edges_of_cancellation(days: int, expected: tuple[str, str, str] | None) -> None:
    gone = ON - timedelta(days)
    assert verdict(firm(until(gone, cancelled=gone))) == expected


def test_rules_and_their_effects() -> None:
    held = until(date(2027, 1, 1))
    assert verdict(firm(held, serious=True)) == ("excluded", "serious_dishonest", "")
    assert verdict(firm(held, serious=None)) == ("listed", "", "serious_dishonest_unknown")
    assert verdict(firm(held, operating=None)) == ("review", "not_operating", "")
    assert verdict(firm(held, operating=False)) == ("excluded", "not_operating", "")
    assert verdict(firm(held, sme=False)) == ("listed", "", "")
    assert verdict(firm(held, sme=False), "zhengzhou.whitelist") == ("listed", "", "sme")
    warned = firm(held, abnormal=True, court=True, tax_abnormal=None, credit_d=True)
    assert verdict(warned) == (
        "listed",
        "",
        "abnormal_operation;court_dishonest;tax_abnormal_unknown;tax_credit_d",
    )
    assert verdict(firm(Holding("省级", None, None))) == ("review", "title_in_force", "")
    assert verdict(firm(Holding("创新型", date(2024, 1, 1), date(2027, 1, 1)))) is None


def test_of_titles_that_ended_together_the_higher_one_shows() -> None:
    end = ON - timedelta(10)
    both = firm(until(end), Holding("小巨人", date(2022, 1, 1), end))
    result = Answers(ON)
    _judge(result, "luoyang.whitelist", "410300", both, ON)
    assert [row["title"] for row in result.whitelist] == ["小巨人"]


def test_rates_count_unknown_apart_and_round_half_up() -> None:
    held = until(date(2026, 1, 1))
    firms = [firm(held) for _ in range(3)]
    firms[0].evaluation = firms[1].evaluation = (ON, 3, False)
    firms.append(firm(held, operating=None))
    firms.append(firm(held, operating=False))
    result = Answers(ON)
    _rates(result, firms, ON)
    total = next(
        r
        for r in result.coverage
        if r["measure_id"] == "luoyang.evaluated_provincial_up" and r["division_code"] == "ALL"
    )
    assert (total["numerator"], total["denominator"], total["unknown"]) == (2, 3, 1)
    assert total["rate"] == Decimal("0.666667") and total["shortfall"] == 1


def test_answers_are_consistent_with_each_other(cities: dict[str, City]) -> None:
    for city in cities.values():
        listed = city.answers("whitelist")
        assert {row["verdict"] for row in listed} == {"listed", "excluded", "review"}
        assert len({(row["measure_id"], row["uscc"]) for row in listed}) == len(listed)
        known = set(city.report.truth.population.uscc)  # type: ignore[union-attr]
        for row in listed:
            assert row["uscc"] in known
            assert (row["verdict"] == "listed") == (row["reasons"] == "")
        _titles_agree(city)
        coverage = city.answers("coverage")
        for measure in oracle.COVERAGE:
            rows = {r["division_code"]: r for r in coverage if r["measure_id"] == measure}
            total = rows.pop("ALL")
            for part in ("numerator", "denominator", "unknown"):
                assert sum(int(r[part]) for r in rows.values()) == int(total[part])
            assert 0 < int(total["numerator"]) <= int(total["denominator"])
            assert (total["shortfall"] == "") == (measure.startswith("luoyang.level3"))


def _titles_agree(city: City) -> None:
    """What is told criterion by criterion is what the row of the enterprise sums up."""
    titles = {f"national.{name}_2022": title for name, title in TITLES.items()}
    standing = {(row["uscc"], titles[row["standard"]]): row for row in city.answers("title_standing")}
    assert {(row["standard"], row["purpose"]) for row in standing.values()} == {
        (standard, purpose) for standard in titles for purpose in ("new", "renewal")
    }
    assert {row["outcome"] for row in standing.values()} == {"pass", "fail", "unknown"}
    gap: dict[tuple[str, str], dict[str, set[str]]] = {}
    for row in city.answers("title_gap"):
        outcomes = gap.setdefault((row["uscc"], row["next_title"]), {})
        outcomes.setdefault(row["outcome"], set()).add(row["criterion_id"])
    assert 100 < len(gap) < len(standing)
    for key, row in standing.items():
        failing, unknown = (set(filter(None, row[part].split(";"))) for part in ("failing", "unknown"))
        if key in gap:
            assert gap[key].get("fail", set()) == failing and gap[key].get("unknown", set()) == unknown
        else:
            assert len(failing | unknown) > 2


def test_all_rules_and_title_cases_occur(cities: dict[str, City]) -> None:
    seen = {(r["rule_id"], r["outcome"]) for r in cities["all"].answers("reasons")}
    assert seen >= {
        ("title_in_force", "fail"), ("title_in_force", "unknown"), ("title_cancelled", "fail"),
        ("not_operating", "unknown"), ("serious_dishonest", "fail"), ("abnormal_operation", "fail"),
        ("court_dishonest", "fail"), ("tax_abnormal", "unknown"), ("sme", "fail"), ("tax_credit_d", "unknown"),
        ("population", "unknown"), ("champion_conditions", "fail"), ("srdi", "fail"), ("provincial_up", "fail"),
    }  # fmt: skip


def test_a_lost_row_is_a_lost_fact() -> None:
    truth = truth_of(1200, 4)
    before = {row["uscc"]: row["verdict"] for row in oracle.answers(truth).whitelist}
    serious = truth.records["registry_risk"]
    hit = [r for r in oracle.answers(truth).reasons if r["rule_id"] == "serious_dishonest"]
    assert hit
    serious.known[serious.columns["list_type"] == "严重违法失信"] = False
    after = oracle.answers(truth)
    assert not [r for r in after.reasons if r["rule_id"] == "serious_dishonest"]
    assert any(before[row["uscc"]] != row["verdict"] for row in after.whitelist)


def test_twins_strangers_and_contradictions_reach_nobody() -> None:
    truth = truth_of(1200, 4)
    titles, population = truth.records["title_list"], truth.population
    nobodys = titles.owner < 0
    assert nobodys.sum() >= 27
    mentioned = set(titles.columns["uscc"][nobodys]) - {""}
    holders = {one.uscc for one in gather(truth, truth.as_of)}
    assert not holders & mentioned
    named = set(titles.columns["name"][nobodys])
    assert not holders & {
        u for u, name in zip(population.uscc, population.name, strict=True) if name in named
    }


def test_other_days_and_stale_sources() -> None:
    truth = truth_of(1200, 4)
    assert not oracle.answers(truth, truth.as_of - timedelta(1)).whitelist  # nothing had arrived
    later = oracle.answers(truth, date(2026, 1, 15), frozenset({"registry_risk", "court_dishonest"}))
    assert {r["outcome"] for r in later.reasons if r["rule_id"] == "abnormal_operation"} >= {"unknown"}
    by_title = [r for r in later.whitelist if r["measure_id"] in oracle.WHITELISTS]
    lapsed = [r for r in by_title if r["title_valid_to"] == date(2025, 12, 31)]
    assert lapsed and all(r["verdict"] != "listed" for r in lapsed)


def test_older_snapshot_is_what_an_earlier_day_knew() -> None:
    truth = truth_of(1200, 4, quirks="all")
    assert truth.older is not None
    vanished = truth.population.seen_before & ~truth.population.seen
    assert vanished.any()
    gone = set(truth.population.uscc[vanished])
    by_title = [r for r in oracle.answers(truth).whitelist if r["measure_id"] in oracle.WHITELISTS]
    rows = [r for r in by_title if r["uscc"] in gone]
    assert rows and all("not_operating" in r["reasons"] for r in rows)
    assert (truth.records["registry_risk"].as_of == day(truth.older)).any()
    early = oracle.answers(truth, truth.older)  # only the registry and the risk lists had arrived
    totals = [r for r in early.coverage if r["measure_id"] in oracle.COVERAGE and r["division_code"] == "ALL"]
    # without a title or a reserve on record nobody is under review
    assert early.whitelist == []
    assert len(totals) == 4
    assert all(total["denominator"] == 0 and total["unknown"] > 300 for total in totals)
    assert not any(r["numerator"] or r["denominator"] for r in early.coverage)
    assert not any(r["keeping"] or r["failing"] for r in early.requirements)
    assert all(r["value"] is None and r["bank"] == "ALL" for r in early.financing)
    assert all(r["actual"] is None for r in early.targets if r["measure_id"] not in means.STOCKS)
    assert np.all(truth.records["title_list"].as_of == day(truth.as_of))
