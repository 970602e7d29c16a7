"""The exports of services and money: what they must hold to exercise every measure, and answers that agree with them."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from decimal import Decimal

import numpy as np
import pytest

from srdi.samples import SOURCES, flows, oracle, promises, truth_of
from srdi.samples.finance import BANKS
from srdi.samples.happenings import year_later
from srdi.samples.means import MEANS, RECOGNITIONS, STOCKS
from srdi.samples.places import PLACES
from srdi.samples.programmes import PLATFORMS, SILENT
from srdi.samples.truth import MISSING, Truth, day

from .conftest import City


@pytest.fixture(scope="module")
def truth() -> Truth:
    return truth_of(1200, 11)


def columns(truth: Truth, source: str) -> dict:
    return truth.records[source].columns


# ── what the exports hold ────────────────────────────────────────────────────────────────────


def test_no_clean_export_says_the_same_twice(cities: dict[str, City]) -> None:
    for source in SOURCES:
        (path,) = (cities["none"].out / source).iterdir()
        with path.open(encoding="utf-8", newline="") as file:
            rows = Counter(map(tuple, csv.reader(file)))
        assert len(rows) > 5
        assert [row for row, count in rows.items() if count > 1] == [], source


def test_some_counties_are_silent_and_the_others_are_not(truth: Truth) -> None:
    c, owner = columns(truth, "service_ledger"), truth.records["service_ledger"].owner
    recent = (owner >= 0) & (c["service_on"] <= day(truth.as_of)) & (c["service_on"] > day(truth.as_of) - 366)
    spoken = {PLACES[i].label for i in truth.population.place[owner[recent]]}
    assert spoken == {place.label for place in PLACES if place.division not in SILENT}
    assert not any(PLACES[i].division in SILENT for i in truth.population.place[owner[owner >= 0]])
    assert not any(
        place.label in unit for place in PLACES if place.division in SILENT for unit in c["service_unit"]
    )


def test_platforms_bear_the_names_of_the_papers(truth: Truth) -> None:
    c = columns(truth, "platform_membership")
    assert set(c["platform"]) == {name for name, _ in PLATFORMS} and len(PLATFORMS) == 6
    banks = c["member_kind"] == "银行"
    assert set(c["uscc"][banks]) == {""} and set(c["name"][banks]) <= set(BANKS)
    assert (c["member_state"] == "退出").any() and (c["joined_on"] > day(truth.as_of)).any()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("financing_credit", "approved_on"),
        ("financing_loan", "lent_on"),
        ("financing_guarantee", "started_on"),
    ],
)
def test_there_is_a_year_before_to_compare_with(truth: Truth, source: str, name: str) -> None:
    days = columns(truth, source)[name]
    for year in (truth.as_of.year - 1, truth.as_of.year):
        last = truth.as_of.replace(year=year)
        assert ((days >= day(f"{year}-01-01")) & (days <= day(last))).sum() > 30
    if source == "financing_loan":  # the edges of both periods
        for edge in ("2025-01-01", "2024-12-31", "2025-09-30", "2025-10-01", "2024-01-01", "2023-12-31"):
            assert (days == day(edge)).any(), edge


def test_terms_of_a_year_to_the_day_and_of_a_day_more(truth: Truth) -> None:
    c = columns(truth, "financing_loan")
    pairs = zip(c["lent_on"].tolist(), c["lent_until"].tolist(), strict=True)
    over = Counter((due - year_later(lent)).days for lent, due in pairs)
    assert (
        over[0] > 30 and over[1] > 5 and any(days > 300 for days in over) and any(days < 0 for days in over)
    )


def test_values_stand_on_the_edges_of_the_rules(truth: Truth) -> None:
    tax, credit = columns(truth, "tax_annual"), columns(truth, "financing_credit")
    for per_cent in (3, 4, 6):
        assert (tax["rd_expense"] * 100 == tax["revenue"] * per_cent).any()
    short = tax["revenue"] * 6 - tax["rd_expense"] * 100
    assert ((short > 0) & (short <= 10_000)).any()  # missed by a hundred yuan
    assert {10_000_000, 100_000_000, 100_000_100} <= set(tax["revenue"].tolist())
    assert (tax["rd_staff"] * 10 == tax["employees"]).any()
    assert {10_000_000, 9_990_000} <= set(credit["amount_applied"].tolist())
    assert (columns(truth, "financing_guarantee")["fee_rate"] == 100).mean() > 0.2  # exactly 1 %
    assert {1000, MISSING} <= set(columns(truth, "annual_declaration")["market_share"].tolist())
    cloud = columns(truth, "cloud_adoption")
    assert (cloud["cloud_until"] == day(truth.as_of)).any() and (
        cloud["adopted_on"] == day(truth.as_of)
    ).any()
    works = columns(truth, "procurement")
    assert (works["reserved_sme"] * 5 == works["works_total"] * 2).any()


def test_sources_contradict_each_other_in_a_few_firms(truth: Truth) -> None:
    p = truth.population
    declared, tax = columns(truth, "annual_declaration"), columns(truth, "tax_annual")
    founded = p.founded[truth.records["annual_declaration"].owner].astype("datetime64[Y]").astype(int) + 1970
    older = declared["segment_years"] > declared["year"] - founded
    assert 0 < older.sum() < 0.05 * len(older)
    assert 0 < (tax["main_revenue"] > tax["revenue"]).sum() < 0.05 * len(tax["revenue"])
    loan = columns(truth, "financing_loan")
    differs = (loan["credit_loan"] == "是") != (loan["guarantee_way"] == "信用")
    assert 0 < differs.sum() < 0.05 * len(differs)
    benefit = columns(truth, "tax_benefit")
    assert ((benefit["entitled"] == "否") & (benefit["enjoyed"] == "是")).any()


def test_the_higher_the_title_the_nearer_the_standards() -> None:
    """Segment years, R&D share, main business and first-class rights of the little giant's standard."""
    truth = truth_of(3000, 3)
    tax, declared = truth.records["tax_annual"], truth.records["annual_declaration"]
    good: dict[int, set[int]] = defaultdict(set)
    newest = tax.columns["year"] == truth.as_of.year - 1
    c = tax.columns
    sound = (
        newest & (c["rd_expense"] * 100 >= c["revenue"] * 3) & (c["main_revenue"] * 100 >= c["revenue"] * 70)
    )
    good[0] = set(tax.owner[sound].tolist())
    d = declared.columns
    good[1] = set(
        declared.owner[
            (d["segment_years"] >= 3) & (d["ip_class1"] >= 2) & (d["it_core_businesses"] > 0)
        ].tolist()
    )
    able = good[0] & good[1]
    rate = [np.mean([i in able for i in np.flatnonzero(truth.population.tier == tier)]) for tier in range(4)]
    assert rate[3] > 0.6 > rate[2] > rate[1] > rate[0]
    untitled = set(np.flatnonzero(truth.population.tier == 0).tolist())
    assert able & untitled


def test_banks_books(truth: Truth) -> None:
    c = columns(truth, "bank_totals")
    months = defaultdict(set)
    for bank, month in zip(c["bank"], c["month"], strict=True):
        months[bank].add(month)
    assert set(months) == set(BANKS)
    assert {"2023-12", "2024-12", "2025-09"} <= months[BANKS[0]]
    assert sum("2025-09" not in found for found in months.values()) == 1
    assert sum("2024-12" not in found for found in months.values()) == 1
    assert (c["inclusive_loans"] < c["all_loans"]).all()


def test_guarantors_know_names_rather_than_codes(truth: Truth) -> None:
    c, p = columns(truth, "financing_guarantee"), truth.population
    coded = c["uscc"] != ""
    assert 0.2 < coded.mean() < 0.6
    former = {name for names in p.former.values() for name in names}
    present = set(p.name)
    assert set(c["name"][~coded]) & former
    assert set(c["name"][~coded]) - former - present  # strangers


# ── the answers ──────────────────────────────────────────────────────────────────────────────


def test_every_measure_has_its_row(cities: dict[str, City]) -> None:
    for city in cities.values():
        whole = {r["measure_id"] for r in city.answers("coverage") if r["division_code"] == "ALL"}
        assert whole == {*oracle.COVERAGE, *(promise.id for promise in promises.COVERAGE)}
        whole = {r["measure_id"] for r in city.answers("requirements") if r["division_code"] == "ALL"}
        assert whole == {promise.id for promise in promises.REQUIREMENTS}
        aims = {flow.id for flow in flows.AIMS}
        assert {r["measure_id"] for r in city.answers("targets")} == {*STOCKS, *RECOGNITIONS, *aims} | {
            m.id for m in MEANS
        }
        whole = {r["measure_id"] for r in city.answers("financing") if r["bank"] == "ALL"}
        assert whole == {flow.id for flow in flows.FINANCING}


def test_the_answers_tell_something(cities: dict[str, City]) -> None:
    """Nothing is trivially nought, full or unknown, else a mistake would hide in it."""
    for city in cities.values():
        for row in city.answers("coverage"):
            if row["division_code"] != "ALL":
                continue
            numerator, denominator = int(row["numerator"]), int(row["denominator"])
            assert 0 < numerator <= denominator, row
        unknown = {r["measure_id"] for r in city.answers("coverage") if int(r["unknown"])}
        assert {
            "luoyang.service_officer",
            "luoyang.core_business_on_it",
            "zhengzhou.cloud_provincial_up",
        } <= unknown
        for row in city.answers("targets"):
            assert row["actual"], row
        flows_ = {
            r["measure_id"]: int(Decimal(r["actual"]))
            for r in city.answers("targets")
            if "_flow" in r["measure_id"]
        }
        assert all(flows_.values())
        values = {r["measure_id"]: r["value"] for r in city.answers("financing") if r["bank"] == "ALL"}
        empty = {measure for measure, value in values.items() if value in ("", "0.000000")}
        assert not empty


def test_parts_add_up_to_the_whole(cities: dict[str, City]) -> None:
    for city in cities.values():
        parts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for row in city.answers("requirements"):
            kind = "whole" if row["division_code"] == "ALL" else "parts"
            for name in ("keeping", "failing", "unknown"):
                parts[row["measure_id"], kind][name] += int(row[name])
        for promise in promises.REQUIREMENTS:
            assert parts[promise.id, "parts"] == parts[promise.id, "whole"], promise.id
        sums: dict[str, Decimal] = defaultdict(Decimal)
        whole = {}
        for row in city.answers("financing"):
            if row["bank"] == "ALL":
                whole[row["measure_id"]] = Decimal(row["numerator"] or 0)
            else:
                sums[row["measure_id"]] += Decimal(row["numerator"] or 0)
        for flow in flows.FINANCING:
            added = flow.table == "loan" and "mean_rate" not in flow.id
            assert not added or sums[flow.id] == whole[flow.id], flow.id


def test_what_is_counted_shrinks_with_what_is_known() -> None:
    """Each source behind a measure: without its rows the measure says less."""
    cases = {
        "cloud_adoption": "luoyang.cloud_provincial_up",
        "service_ledger": "henan.service_coverage",
        "annual_declaration": "luoyang.core_business_on_it",
        "platform_membership": "henan.platform_cloud_members",
        "tax_benefit": "henan.tax_benefit_all",
        "financing_credit": "zhengzhou.whitelist_credit",
    }
    truth = truth_of(900, 4)
    before = {
        r["measure_id"]: r["numerator"] for r in oracle.answers(truth).coverage if r["division_code"] == "ALL"
    }
    for source, measure in cases.items():
        known = truth.records[source].known.copy()
        truth.records[source].known[:] = False
        after = {
            r["measure_id"]: r["numerator"]
            for r in oracle.answers(truth).coverage
            if r["division_code"] == "ALL"
        }
        truth.records[source].known = known
        assert after[measure] == 0 < before[measure], measure


def test_stale_sources_say_nothing_by_their_silence() -> None:
    truth = truth_of(900, 4)
    sources = ("cloud_adoption", "service_ledger", "platform_membership", "tax_benefit", "financing_credit")
    fresh = {r["measure_id"]: r for r in oracle.answers(truth).coverage}
    stale = {r["measure_id"]: r for r in oracle.answers(truth, stale=frozenset(sources)).coverage}
    for measure in (
        "luoyang.cloud_provincial_up", "luoyang.service_officer", "henan.platform_shared_members",
        "henan.tax_benefit_bill", "zhengzhou.whitelist_credit",
    ):  # fmt: skip
        assert stale[measure]["unknown"] > fresh[measure]["unknown"], measure
        assert stale[measure]["numerator"] == fresh[measure]["numerator"], measure
