"""The oracle's title standards on hand-made truths: who is asked, both sides of each bound, what is unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from srdi.samples import oracle
from srdi.samples.oracle import Answers

from .small import ON, provincial, truth

GIANT_2022, PROVINCIAL_2022, INNOVATIVE_2022 = (
    f"national.{name}_2022" for name in ("little_giant", "provincial", "innovative")
)
YEAR = {
    "revenue": 100_000_000, "main_revenue": 90_000_000, "rd_expense": 6_000_000, "net_profit": 8_000_000,
    "assets": 100_000_000, "liabilities": 50_000_000, "employees": 100, "rd_staff": 20,
}  # fmt: skip
DECLARED = {
    "year": 2025, "segment_years": 3, "product_fields": "补短板；制造强国重点领域", "ip_class1": 2, "ip_class2": 0,
    "rd_body_level": "省级", "market_share": 1000, "national_rank": 3, "certifications": "CE", "it_core_businesses": 1,
    "equity_two_years": 0, "development_score": 600, "direct_conditions": "",
}  # fmt: skip


def asked(
    titles: tuple[str, ...] = ("省级",),
    on: date = ON,
    years: dict[int, dict[str, Any]] | None = None,
    declared: dict[str, Any] | None = None,
    sources: dict[str, list[dict[str, Any]]] | None = None,
    status: str = "存续",
) -> Answers:
    """The answers for one enterprise that meets everything but for what is given (sales of 90 million each year)."""
    accounts = [
        {"owner": 0, "year": year, **YEAR, **((years or {}).get(year, {}))} for year in (2022, 2023, 2024)
    ]
    found = truth(
        {
            "tax_annual": accounts,
            "annual_declaration": [{"owner": 0, **DECLARED, **(declared or {})}],
            "title_list": [provincial(0, title=title) for title in titles] + [provincial(1)],
            "registry_risk": [{"owner": 1, "list_type": "经营异常", "listed_on": "2024-01-01"}],
            "digital_evaluation": [{"owner": 1, "evaluated_on": "2025-01-01", "level": 1}],
            "capital_market": [{"owner": 1, "capital_event": "受理", "event_on": "2025-01-01"}],
            **(sources or {}),
        }
    )
    found.population.status[0] = status
    return oracle.answers(found, on)


def row(answers: Answers, standard: str) -> dict[str, Any] | None:
    code = truth({}).population.uscc[0]
    rows = [r for r in answers.title_standing if (r["uscc"], r["standard"]) == (code, standard)]
    assert len(rows) < 2
    return rows[0] if rows else None


def outcome(answers: Answers, standard: str, criterion: str) -> str:
    found = row(answers, standard)
    assert found is not None
    if criterion in found["failing"].split(";"):
        return "fail"
    return "unknown" if criterion in found["unknown"].split(";") else "pass"


GROWN = {2022: {"main_revenue": 80_000_000}, 2023: {"main_revenue": 85_000_000}}


def test_who_meets_everything() -> None:
    giant = row(asked(years=GROWN), GIANT_2022)
    assert giant is not None
    assert (giant["purpose"], giant["outcome"], giant["failing"], giant["unknown"]) == ("new", "pass", "", "")
    assert giant["score_low"] is None


@pytest.mark.parametrize(
    ("titles", "status", "expected"),
    [
        ((), "存续", {INNOVATIVE_2022: "new", PROVINCIAL_2022: "new"}),
        (("创新型",), "存续", {INNOVATIVE_2022: "renewal", PROVINCIAL_2022: "new"}),
        (("省级",), "存续", {PROVINCIAL_2022: "renewal", GIANT_2022: "new"}),
        (("省级", "小巨人"), "存续", {PROVINCIAL_2022: "renewal", GIANT_2022: "renewal"}),
        (("小巨人",), "存续", {GIANT_2022: "renewal"}),
        ((), "停业", {INNOVATIVE_2022: "new", PROVINCIAL_2022: "new"}),  # it may be operating
        ((), "注销", {}),
        (("省级",), "注销", {}),
        (("省级",), "停业", {GIANT_2022: "new"}),  # only who operates for certain renews
    ],
)
def test_whose_next_title_it_is(titles: tuple[str, ...], status: str, expected: dict[str, str]) -> None:
    answers = asked(titles, status=status)
    code = truth({}).population.uscc[0]
    found = {r["standard"]: r["purpose"] for r in answers.title_standing if r["uscc"] == code}
    assert found == expected


def test_a_title_without_days_leaves_both_questions_open() -> None:
    undated = {"title_list": [provincial(0, recognised_on=None, valid_from=None, valid_to=None)]}
    answers = asked(sources=undated)
    assert row(answers, PROVINCIAL_2022)["purpose"] == "new"  # type: ignore[index]
    assert row(answers, GIANT_2022)["purpose"] == "new"  # type: ignore[index]


@pytest.mark.parametrize(
    ("criterion", "declared", "years", "expected"),
    [
        ("segment", {"segment_years": 2}, {}, "fail"),
        ("segment", {"segment_years": -1}, {}, "unknown"),
        ("main_share", {}, {2024: {"main_revenue": 70_000_000}}, "pass"),
        ("main_share", {}, {2024: {"main_revenue": 69_999_999}}, "fail"),
        ("growth", {}, {}, "fail"),
        ("growth", {}, {2022: {"main_revenue": 80_000_000}, 2023: {"main_revenue": 88_000_000}, 2024: {"main_revenue": 88_000_000}}, "pass"),
        ("growth", {}, {2022: {"main_revenue": 80_000_000}, 2023: {"main_revenue": 88_000_000}, 2024: {"main_revenue": 87_999_999}}, "fail"),
        ("growth", {}, {2022: {"main_revenue": 0}}, "unknown"),
        ("core_business", {"it_core_businesses": 0}, {}, "fail"),
        ("certified", {"certifications": ""}, {}, "fail"),
        ("certified", {"certifications": "职业健康安全管理体系"}, {}, "pass"),
        ("debt", {}, {2024: {"liabilities": 70_000_000}}, "pass"),
        ("debt", {}, {2024: {"liabilities": 70_000_001}}, "fail"),
        ("debt", {}, {2024: {"assets": 0}}, "unknown"),
        ("market_share", {"market_share": 999}, {}, "fail"),
        ("market_share", {"market_share": -1}, {}, "unknown"),
        ("revenue_floor", {}, {2024: {"revenue": 50_000_000}}, "pass"),
        ("revenue_floor", {}, {2024: {"revenue": 49_999_999}}, "fail"),
        # a hundred million and more: three per cent in both years
        ("rd", {}, {2023: {"rd_expense": 3_000_000}, 2024: {"rd_expense": 3_000_000}}, "pass"),
        ("rd", {}, {2023: {"rd_expense": 2_999_999}}, "fail"),
        ("rd", {}, {2023: {"rd_expense": -1}}, "unknown"),
        # from fifty million: six per cent in both years
        ("rd", {}, {2024: {"revenue": 99_999_999}}, "pass"),
        ("rd", {}, {2023: {"rd_expense": 5_999_999}, 2024: {"revenue": 99_999_999}}, "fail"),
        # below: investors, research and staff together
        ("rd", {"equity_two_years": 80_000_000}, {2024: {"revenue": 49_999_999, "rd_expense": 30_000_000, "rd_staff": 50}}, "pass"),
        ("rd", {"equity_two_years": 79_999_999}, {2024: {"revenue": 49_999_999, "rd_expense": 30_000_000, "rd_staff": 50}}, "fail"),
        ("rd", {"equity_two_years": 80_000_000}, {2024: {"revenue": 49_999_999, "rd_expense": 29_999_999, "rd_staff": 50}}, "fail"),
        ("rd", {"equity_two_years": 80_000_000}, {2024: {"revenue": 49_999_999, "rd_expense": 30_000_000, "rd_staff": 49}}, "fail"),
        ("rd", {"direct_conditions": "创客中国全国50强"}, {2024: {"rd_expense": 0}}, "pass"),
        ("rd", {"direct_conditions": "创客中国全国500强"}, {2024: {"rd_expense": 0}}, "fail"),
        ("rd_body", {"rd_body_level": "无"}, {}, "fail"),
        ("rd_body", {"rd_body_level": "市级以下"}, {}, "pass"),
        ("ip", {"ip_class1": 1}, {}, "fail"),
        ("ip", {"ip_class1": 0, "direct_conditions": "省级科技奖励；国家级科技奖励"}, {}, "pass"),
        ("key_link", {"product_fields": "工业六基"}, {}, "fail"),
        ("field", {"product_fields": "补短板"}, {}, "fail"),
        ("field", {"product_fields": "工业六基"}, {}, "pass"),
        ("sme", {}, {2024: {"employees": 1000, "revenue": 400_000_000}}, "fail"),
    ],
)  # fmt: skip
def test_little_giant_of_2022(
    criterion: str, declared: dict[str, Any], years: dict[int, dict[str, Any]], expected: str
) -> None:
    assert outcome(asked(declared=declared, years=years), GIANT_2022, criterion) == expected


def test_growth_and_the_floor_of_revenue_are_not_asked_of_everybody() -> None:
    renewing = asked(("省级", "小巨人"))
    assert row(renewing, GIANT_2022)["outcome"] == "pass"  # type: ignore[index]
    gap = {r["criterion_id"]: r["outcome"] for r in renewing.title_gap if r["next_title"] == "小巨人"}
    assert gap["growth"] == "waived" and len(gap) == 16
    small = {2022: {"revenue": 49_999_999}, 2023: {"revenue": 49_999_999}, 2024: {"revenue": 49_999_999}}
    found = truth(
        {
            "tax_annual": [{"owner": 0, "year": y, **YEAR, **small[y]} for y in small],
            "title_list": [provincial(0)],
        }
    )
    found.as_of = date(2025, 5, 1)
    for one in found.records.values():
        one.as_of[:] = "2025-05-01"
    for on, expected in ((date(2025, 5, 15), "pass"), (date(2025, 5, 16), "fail")):
        # before June the closed year is 2023
        assert outcome(oracle.answers(found, on), GIANT_2022, "revenue_floor") == expected


@pytest.mark.parametrize(
    ("criterion", "declared", "years", "expected"),
    [
        ("segment", {"segment_years": 2}, {}, "pass"),
        ("segment", {"segment_years": 1}, {}, "fail"),
        ("rd", {}, {2024: {"rd_expense": 3_000_000}}, "pass"),
        ("rd", {}, {2024: {"rd_expense": 2_999_999}}, "fail"),
        ("rd", {}, {2024: {"rd_expense": 999_999, "revenue": 10_000_000}}, "fail"),
        ("rd", {}, {2024: {"rd_expense": 1_000_000, "revenue": 10_000_000}}, "pass"),
        ("revenue", {"equity_two_years": 19_999_999}, {2024: {"revenue": 9_999_999}}, "fail"),
        ("revenue", {"equity_two_years": 20_000_000}, {2024: {"revenue": 9_999_999}}, "pass"),
        ("revenue", {}, {2024: {"revenue": 10_000_000}}, "pass"),
        ("evaluation", {}, {}, "unknown"),  # 55 to 79 points, see below
        ("evaluation", {}, {2023: {"rd_expense": 14_000_000}}, "pass"),  # ten million on the mean
        ("evaluation", {"equity_two_years": 60_000_000}, {}, "pass"),
        ("evaluation", {"direct_conditions": "创客中国全国50强"}, {}, "pass"),
        ("evaluation", {"direct_conditions": "省级科技奖励"}, {}, "pass"),
        ("evaluation", {"rd_body_level": "无", "ip_class1": 0}, {}, "unknown"),  # 41 to 61
        ("evaluation", {"rd_body_level": "无", "ip_class1": 0}, {2024: {"rd_staff": 19}}, "fail"),  # 39 to 59
    ],
)  # fmt: skip
def test_provincial_of_2022(
    criterion: str, declared: dict[str, Any], years: dict[int, dict[str, Any]], expected: str
) -> None:
    assert outcome(asked((), declared=declared, years=years), PROVINCIAL_2022, criterion) == expected


def _score(standard: str, **more: Any) -> tuple[int, int]:
    found = row(asked((), **more), standard)
    assert found is not None
    return found["score_low"], found["score_high"]


def test_points_of_a_provincial_candidate_by_hand() -> None:
    # main share 5, growth 2, segment 1, field 5; digital 0, quality 0 to 5, margin 8, debt 5; local 0 to 15;
    # ip 6 to 10, research 10 by amount, staff 5, body 8
    assert _score(PROVINCIAL_2022) == (55, 79)
    evaluated = {"digital_evaluation": [
        {"owner": 0, "evaluated_on": "2025-01-01", "level": 4}, {"owner": 0, "evaluated_on": "2025-02-01", "level": -1, "score": 599},
        {"owner": 0, "evaluated_on": "2025-10-01", "level": 4},
    ]}  # fmt: skip
    assert _score(PROVINCIAL_2022, sources=evaluated) == (
        58,
        82,
    )  # by its score of the newest day up to the day: level two
    evaluated["digital_evaluation"][1]["score"] = 600
    assert _score(PROVINCIAL_2022, sources=evaluated) == (60, 84)
    assert _score(PROVINCIAL_2022, declared={"certifications": "ISO9001"}) == (58, 79)
    assert _score(PROVINCIAL_2022, sources={"digital_evaluation": []}) == (55, 84)  # nobody was evaluated yet
    assert _score(PROVINCIAL_2022, years={2024: {"net_profit": -1_000_000}}) == (47, 71)


def test_points_of_an_innovative_candidate_by_hand() -> None:
    # ip 10 to 20, research 20; growth 5, debt 10; field 5, main share 20
    assert _score(INNOVATIVE_2022) == (70, 80)
    assert _score(
        INNOVATIVE_2022, declared={"product_fields": "战略性新兴产业", "ip_class1": 0, "ip_class2": 1}
    ) == (70, 70)
    assert outcome(asked(()), INNOVATIVE_2022, "evaluation") == "pass"
    few = {2024: {"main_revenue": 90_000_000 - 1}, 2023: {"main_revenue": 90_000_000}}
    plain = {"rd_body_level": "市级"}
    assert (
        outcome(asked((), years=few, declared=plain), INNOVATIVE_2022, "evaluation") == "fail"
    )  # growth of 10 points
    for direct in (
        {"rd_body_level": "省级"},
        plain | {"equity_two_years": 5_000_000},
        plain | {"direct_conditions": "知识产权优势企业"},
    ):
        assert outcome(asked((), years=few, declared=direct), INNOVATIVE_2022, "evaluation") == "pass"
    high_tech = asked(("高企",), years=few, declared=plain)
    assert outcome(high_tech, INNOVATIVE_2022, "evaluation") == "pass"


def test_lists_of_the_regulator() -> None:
    listed = {"registry_risk": [{"owner": 0, "list_type": "严重违法失信", "listed_on": "2025-09-30"}]}
    answers = asked(sources=listed)
    assert outcome(answers, GIANT_2022, "serious_dishonest") == "fail"
    assert outcome(answers, GIANT_2022, "abnormal_operation") == "pass"
    assert outcome(asked(sources={"registry_risk": []}), GIANT_2022, "abnormal_operation") == "unknown"


def test_everything_is_told_to_holders_and_to_those_who_are_near() -> None:
    codes = truth({}).population.uscc
    far = {"segment_years": 1, "rd_body_level": "无", "ip_class1": 0}
    answers = asked((), declared=far)
    told = {(r["uscc"], r["next_title"]) for r in answers.title_gap}
    assert (codes[0], "省级") in told  # two are missing
    answers = asked((), declared=far, years={2024: {"rd_expense": 0}})
    told = {(r["uscc"], r["next_title"]) for r in answers.title_gap}
    assert (codes[0], "省级") not in told and (codes[1], "省级") in told and (codes[2], "省级") not in told
    innovative = asked(("创新型",), declared=far, years={2024: {"rd_expense": 0}})
    assert (codes[0], "省级") in {(r["uscc"], r["next_title"]) for r in innovative.title_gap}


def test_from_april_2026_the_new_paper_counts() -> None:
    on = date(2026, 4, 15)
    grown = {2022: {"revenue": 90_702_947}, 2023: {"revenue": 95_000_000}}
    giant, provincial_2026 = "national.little_giant_2026", "national.provincial_2026"
    four = {"ip_class1": 4}
    holder = asked(on=on, years=grown, declared=four)
    assert row(holder, giant)["outcome"] == "pass"  # type: ignore[index]
    assert row(holder, GIANT_2022) is None and row(holder, provincial_2026)["purpose"] == "renewal"  # type: ignore[index]
    less = asked(on=on, years={**grown, 2022: {"revenue": 90_702_948}}, declared=four)
    assert outcome(less, giant, "growth") == "fail"
    for criterion, declared in (
        ("ip", {"ip_class1": 3}), ("market_share", {"market_share": 999, "national_rank": 4}),
        ("field", {"product_fields": "战略性新兴产业"}), ("evaluation", {"development_score": 599}),
    ):  # fmt: skip
        assert outcome(asked(on=on, years=grown, declared=four | declared), giant, criterion) == "fail"
    few = {2023: {"revenue": 95_000_000, "rd_expense": 5_999_999}, 2024: {"rd_expense": 6_000_000}}
    assert outcome(asked(on=on, years=few, declared=four), giant, "rd") == "fail"
    champion = asked(("省级", "单项冠军企业"), on=on, years=grown, declared=four)
    assert outcome(champion, giant, "not_champion") == "fail"
    new = asked((), on=on)
    assert row(new, PROVINCIAL_2022) is None and outcome(new, provincial_2026, "first_tier") == "fail"
    assert outcome(asked(("科技型",), on=on), provincial_2026, "first_tier") == "pass"
    assert outcome(new, provincial_2026, "evaluation") == "pass"
    assert (
        outcome(asked((), on=on, declared={"development_score": 499}), provincial_2026, "evaluation")
        == "fail"
    )
    renewing = {
        day: row(asked(("小巨人",), on=day), GIANT_2022) for day in (date(2026, 12, 31), date(2027, 1, 1))
    }
    assert renewing[date(2026, 12, 31)] and not renewing[date(2027, 1, 1)]
