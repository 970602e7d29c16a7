"""The oracle's figures and promises on hand-made events and truths: periods, weights, growth, ranks, rounding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from srdi.samples import oracle
from srdi.samples.figures import (
    Flow,
    aimed,
    banks,
    count,
    every,
    financed,
    has,
    lead,
    mean,
    quantile,
    ratio,
    share,
    span,
    total,
    year_before,
)
from srdi.samples.happenings import Event, happenings, year_later
from srdi.samples.knowledge import gather
from srdi.samples.standing import NO, UNKNOWN, YES

from .small import ON, provincial, standing_of, truth


def event(
    on: str, amount: int | None = 100, bank: str = "甲", city: str | None = "410300", **more: Any
) -> Event:
    flags = {"x": YES} | {k: v for k, v in more.items() if k in ("x", "w")}
    numbers = {"amount": amount} | {k: v for k, v in more.items() if k not in ("x", "w")}
    return Event(date.fromisoformat(on), city, bank, flags, {}, numbers)


def flow(figure: Any, **more: Any) -> Flow:
    return Flow(**({"id": "m", "area": "410300", "table": "t", "of": has("x"), "figure": figure} | more))


def of_all(one: Flow, events: list[Event], on: date = ON) -> tuple[Any, Any, Any]:
    row = financed(one, events, on)[0]
    assert row["bank"] == "ALL"
    return row["numerator"], row["denominator"], row["value"]


def test_a_year_runs_from_its_first_day_to_the_day_asked_about() -> None:
    events = [event("2025-01-01"), event("2025-09-30"), event("2024-12-31"), event("2025-10-01")]
    assert of_all(flow(count), events) == (2, None, 2)
    assert of_all(flow(total("amount")), events) == (200, None, 200)


def test_events_of_nobody_and_of_elsewhere_and_doubtful_ones_are_in_no_figure() -> None:
    events = [
        event("2025-03-01"), event("2025-03-01", city=None), event("2025-03-01", city="410100"),
        event("2025-03-01", x=UNKNOWN), event("2025-03-01", x=NO), event("2025-03-01", city=""),
    ]  # fmt: skip
    assert of_all(flow(count), events) == (2, None, 2)  # its own, and one that needs no place
    assert of_all(flow(count, area="410000"), events) == (3, None, 3)


def test_banks_have_rows_of_their_own_and_sum_to_all() -> None:
    events = [event("2025-03-01", 100), event("2025-03-02", 50, "乙"), event("2025-03-02", 25, "乙")]
    rows = {row["bank"]: row["value"] for row in financed(flow(total("amount")), events, ON)}
    assert rows == {"ALL": 175, "甲": 100, "乙": 75}
    assert [r["bank"] for r in financed(flow(banks, per_bank=False), events, ON)] == ["ALL"]
    assert of_all(flow(banks, per_bank=False), events)[2] == 2


def test_a_mean_is_weighted_and_leaves_out_what_has_no_rate() -> None:
    events = [
        event("2025-03-01", 300, rate=100), event("2025-03-01", 100, rate=200),
        event("2025-03-01", 900, rate=None), event("2025-03-01", None, rate=500),
    ]  # fmt: skip
    # (300 × 1 % + 100 × 2 %) / 400
    assert of_all(flow(mean("rate", "amount")), events) == (5, 400, Decimal("0.0125"))
    assert of_all(flow(mean("rate", "amount")), [event("2025-03-01", 5, rate=None)]) == (None, None, None)


def test_a_share_is_of_what_is_told() -> None:
    events = [
        event("2025-03-01", 100, w=YES),
        event("2025-03-01", 200, w=NO),
        event("2025-03-01", 400, w=UNKNOWN),
    ]
    assert of_all(flow(share("amount", has("w"))), events) == (100, 300, Decimal("0.333333"))


@pytest.mark.parametrize(
    ("top", "bottom", "value"),
    [(1, 8, "0.125"), (2, 3, "0.666667"), (1, 2_000_000, "0.000001"), (1, 2_000_001, "0")],
)
def test_half_up_to_six_places(top: int, bottom: int, value: str) -> None:
    assert of_all(flow(ratio("amount", "b")), [event("2025-03-01", top, b=bottom)])[2] == Decimal(value)


def test_nothing_to_divide_by_is_no_number() -> None:
    assert of_all(flow(ratio("amount", "b")), [event("2025-03-01", 5, b=0)]) == (5, 0, None)
    assert of_all(flow(count), [event("2024-03-01")]) == (0, None, 0)
    assert of_all(flow(count), []) == (None, None, None)  # nothing ever arrived
    assert of_all(flow(count), [event("2025-03-01", x=UNKNOWN)]) == (None, None, None)  # it may be one
    assert of_all(flow(total("amount")), [event("2025-03-01", None)]) == (None, None, None)


@pytest.mark.parametrize(
    ("p", "n", "expected"), [("1/2", 4, 2), ("1/2", 5, 3), ("9/10", 10, 9), ("9/10", 11, 10), ("9/10", 1, 1)]
)
def test_nearest_rank(p: str, n: int, expected: int) -> None:
    events = [event("2025-03-01", days=d) for d in range(n, 0, -1)] + [event("2025-03-01", days=None)]
    assert of_all(flow(quantile("days", Fraction(p))), events) == (expected, n, expected)


def test_growth_is_against_the_same_days_of_the_year_before() -> None:
    events = [
        event("2025-01-01", 300), event("2024-09-30", 100), event("2024-01-01", 100),
        event("2024-10-01", 999), event("2023-12-31", 999),
    ]  # fmt: skip
    assert of_all(flow(total("amount"), growth=True), events) == (300, 200, Decimal("0.5"))
    alone = financed(flow(total("amount"), growth=True), [event("2025-01-01", 5)], ON)[0]
    assert (alone["denominator"], alone["value"]) == (0, None)


def test_leap_days() -> None:
    assert year_before(date(2024, 2, 29)) == date(2023, 2, 28)
    assert year_later(date(2024, 2, 29)) == date(2025, 2, 28)
    assert year_later(date(2025, 2, 28)) == date(2026, 2, 28)


def test_a_lead_of_one_growth_over_another() -> None:
    one = flow(lead("a", "b", "c", "d"), of=every)
    assert of_all(one, [event("2025-03-01", a=110, b=100, c=105, d=100)]) == (
        Decimal("1.1"), Decimal("1.05"), Decimal("0.05"),
    )  # fmt: skip
    assert of_all(one, [event("2025-03-01", a=110, b=None, c=105, d=100)])[2] is None


def test_only_the_newest_day_counts() -> None:
    events = [event("2025-08-31", 5), event("2025-08-31", 7, "乙"), event("2025-07-31", 100)]
    assert of_all(flow(total("amount"), during="newest"), events)[2] == 12


@pytest.mark.parametrize(
    ("on", "first", "last"),
    [
        ("2025-09-29", "2025-04-01", "2025-06-30"),
        ("2025-09-30", "2025-07-01", "2025-09-30"),  # closed on its last day
        ("2025-10-01", "2025-07-01", "2025-09-30"),
        ("2025-01-01", "2024-10-01", "2024-12-31"),
    ],
)
def test_the_last_closed_quarter(on: str, first: str, last: str) -> None:
    found = span(flow(count, during="quarter"), [], date.fromisoformat(on))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_paper_counts_from_its_first_day() -> None:
    one = flow(count, during="paper", paper=date(2022, 4, 12), target=Decimal(50))
    row = aimed(one, [event("2022-04-12"), event("2022-04-11"), event("2025-09-30")], ON)
    assert (row["actual"], row["gap"], row["target"]) == (2, 48, 50)


# ── from rows to events ──────────────────────────────────────────────────────────────────────


def test_titles_are_those_of_the_event_s_own_day() -> None:
    loans = [
        {"owner": 0, "loan_no": "1", "lent_on": "2025-06-30", "lent_until": "2026-06-30", "loan_amount": 1},
        {"owner": 0, "loan_no": "2", "lent_on": "2025-07-01", "lent_until": "2026-07-02", "loan_amount": 1},
        {"owner": 0, "loan_no": "3", "lent_on": "2025-10-01", "loan_amount": 1},
        {"owner": -1, "loan_no": "4", "lent_on": "2025-07-01", "loan_amount": 1},
        {"owner": 1, "loan_no": "5", "lent_on": "2025-07-01", "loan_amount": 1},
    ]
    found = truth({"financing_loan": loans, "title_list": [provincial(0, "2024-01-01", "2025-06-30")]})
    events = happenings(standing_of(found), gather(found, ON))["loan"]
    assert [e.flags["upper"] for e in events] == [YES, NO, UNKNOWN, NO]
    assert [e.city for e in events] == ["410300", "410300", None, "410300"]
    assert [e.flags["medium_long"] for e in events] == [NO, YES, NO, NO]  # a year to the day is not long


def test_guarantees_find_their_firm_by_name() -> None:
    rows = [
        {"contract_no": "1", "name": "企业0有限公司"},
        {"contract_no": "2", "name": "企业0有限责任公司"},
        {"contract_no": "3", "name": "旧名有限公司"},
        {"contract_no": "4", "name": "无人有限公司"},
        {"contract_no": "5", "name": "双生有限公司"},
    ]
    found = truth({"financing_guarantee": [row | {"started_on": "2025-05-01"} for row in rows]})
    found.population.former[1] = ["旧名有限公司"]
    found.population.name[2] = found.population.name[3] = "双生有限公司"
    codes = found.records["financing_guarantee"].columns["uscc"]
    events = happenings(standing_of(found), [])["guarantee"]
    assert [e.city for e in events] == ["410300", "410300", "410300", None, None]
    codes[3], codes[4] = found.population.uscc[0], found.population.uscc[1]
    events = happenings(standing_of(found), [])["guarantee"]
    assert [e.city for e in events] == ["410300"] * 4 + [None]  # a code decides, unless the name is another's


def test_banks_months_know_their_december() -> None:
    rows = [
        {"bank": "甲", "month": "2025-08", "all_loans": 120}, {"bank": "甲", "month": "2024-12", "all_loans": 100},
        {"bank": "甲", "month": "2025-10", "all_loans": 1}, {"bank": "乙", "month": "2025-08", "all_loans": 5},
    ]  # fmt: skip
    events = happenings(standing_of(truth({"bank_totals": rows})), [])["bank_month"]
    assert [(e.bank, e.day, e.numbers["all_loans_start"]) for e in events] == [
        ("甲", date(2025, 8, 31), 100), ("甲", date(2024, 12, 31), None), ("乙", date(2025, 8, 31), None),
    ]  # fmt: skip


def test_an_event_of_a_day_and_unit_is_one() -> None:
    rows = [
        {"service_type": "产销对接", "service_on": "2025-05-01", "service_unit": unit}
        for unit in ("洛阳市工业和信息化局", "洛阳市工业和信息化局", "洛阳市新安县工业和信息化局", "某中心")
    ]
    events = happenings(standing_of(truth({"service_ledger": rows})), [])["service_event"]
    assert sorted(e.city or "" for e in events) == ["", "410300", "410300"]


def test_a_decision_before_its_application_tells_no_days() -> None:
    rows = [
        {
            "owner": 0,
            "application_no": "1",
            "applied_on": "2025-05-01",
            "approved_on": "2025-05-01",
            "result": "拒绝",
        },
        {
            "owner": 0,
            "application_no": "2",
            "applied_on": "2025-05-02",
            "approved_on": "2025-05-01",
            "result": "通过",
        },
        {"owner": 0, "application_no": "3", "applied_on": "2025-05-02", "result": "审批中"},
    ]
    events = happenings(standing_of(truth({"financing_credit": rows})), [])["application"]
    assert [e.numbers["days"] for e in events] == [0, None, None]
    assert [e.flags["decided"] for e in events] == [YES, YES, NO]
    assert [e.flags["granted"] for e in events] == [NO, YES, NO]


# ── whole answers on a truth of four ─────────────────────────────────────────────────────────


def test_a_requirement_counts_who_keeps_and_who_fails_and_whom_nobody_knows() -> None:
    accounts = {"year": 2024, "employees": 10, "revenue": 10_000, "rd_staff": 1}
    rows = [
        {"owner": 0, "rd_expense": 600, **accounts},
        {"owner": 1, "rd_expense": 599, **accounts, "employees": 11},
        {"owner": 2, "rd_expense": 600, **accounts, "revenue": 100_000_001, "employees": 10},
    ]
    right = oracle.answers(truth({"tax_annual": rows, "title_list": [provincial(0)]}))
    found = {r["measure_id"]: r for r in right.requirements if r["division_code"] == "ALL"}

    def tally(measure: str) -> tuple[int, int, int]:
        return tuple(found[measure][name] for name in ("keeping", "failing", "unknown"))  # type: ignore[return-value]

    assert tally("luoyang.rd_floor_small") == (1, 1, 1)  # the third earns too much, the fourth told nothing
    assert tally("luoyang.rd_floor_small.titled") == (1, 0, 0)
    assert tally("luoyang.rd_staff_share") == (2, 1, 1)
    assert found["luoyang.rd_staff_share"]["share"] == Decimal("0.666667")


def test_recognitions_of_a_year_and_of_all_years() -> None:
    rows = [
        provincial(0, "2025-01-01"), provincial(1, "2024-12-31"), provincial(2, "2025-10-01"),
        provincial(3, "2025-03-01", state="复核"), provincial(1, "2025-02-01", state="公示", batch="又"),
    ]  # fmt: skip
    found = {r["measure_id"]: r["actual"] for r in oracle.answers(truth({"title_list": rows})).targets}
    assert (
        found["henan.provincial_flow"] == 1
    )  # neither last year's, nor tomorrow's, nor renewed, nor proposed
    assert found["luoyang.provincial_cumulative"] == 2
    assert found["henan.innovative_flow"] is None  # no list of that kind ever arrived


def test_means_leave_out_who_has_no_figures() -> None:
    rows = [
        {"owner": 0, "year": 2024, "revenue": 1_000, "rd_expense": 30, "main_revenue": 500, "net_profit": 10},
        {"owner": 0, "year": 2023, "revenue": 1_000, "main_revenue": 400, "net_profit": -10},
        {"owner": 1, "year": 2024, "revenue": 3_000, "rd_expense": 150, "main_revenue": 1_500},
        {"owner": 2, "year": 2024, "revenue": 0, "rd_expense": 5},
    ]
    titles = [provincial(i) for i in range(3)]
    right = oracle.answers(truth({"tax_annual": rows, "title_list": titles}, ("410102",) * 4))
    found = {r["measure_id"]: r for r in right.targets}
    assert found["zhengzhou.rd_share"]["actual"] == Decimal("0.045")
    assert found["zhengzhou.rd_share.mean_of_ratios"]["actual"] == Decimal("0.04")
    assert found["zhengzhou.rd_share"]["unknown"] == 1
    assert found["zhengzhou.main_revenue_growth"]["actual"] == Decimal("0.25")
    assert found["zhengzhou.main_revenue_growth"]["unknown"] == 2
    assert found["zhengzhou.net_profit_growth"]["actual"] is None  # a loss before: no growth can be told
    assert found["zhengzhou.main_revenue_share"]["actual"] == Decimal("0.5")


def test_credit_within_a_year_counts_for_the_list() -> None:
    asked = [
        {"owner": i, "application_no": str(i), "applied_on": "2024-01-01", "result": "通过", "amount_granted": 9,
         "approved_on": day_}
        for i, day_ in enumerate(("2025-09-30", "2024-09-30", "2024-09-29", "2025-10-01"))
    ]  # fmt: skip
    found = truth(
        {
            "financing_credit": asked,
            "title_list": [provincial(i) for i in range(4)],
            "registry_risk": [{"owner": 0, "list_type": "严重违法失信", "listed_on": "2025-01-01"}],
        }
    )
    right = oracle.answers(found)
    row = next(r for r in right.coverage if r["measure_id"] == "luoyang.whitelist_credit")
    assert (row["numerator"], row["denominator"], row["unknown"]) == (1, 3, 0)  # the first is excluded
    found.population.status[1] = "停业"  # nobody can say whether it operates: under review
    right = oracle.answers(found)
    row = next(r for r in right.coverage if r["measure_id"] == "luoyang.whitelist_credit")
    assert (row["numerator"], row["denominator"], row["unknown"]) == (0, 2, 1)
    assert [r["verdict"] for r in right.whitelist].count("listed") == 2
