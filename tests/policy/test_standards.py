"""Title standards: criteria, scores between two bounds, who is near, who renews, and pools made of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.scene import FACTS, Scene, uscc
from srdi.policy.loader import load
from srdi.policy.packset import PackSet

pytestmark = pytest.mark.full

DAY = date(2025, 9, 30)
CONVENTIONS = """
document:
  id: conventions
  kind: convention
  title: 口径
  issuer: 约定
  stage: issued
  in_force: [2000-01-01, null]
  verified: {on: 2026-01-01, against: 无, verify_by: 2030-01-01}
parameters:
  after_expiry_action: {unit: after_expiry, values: {2000-01-01: {value: review, clause: 约定}}}
  after_expiry_window_days: {unit: day, values: {2000-01-01: {value: 180, clause: 约定}}}
  exit_days: {unit: day, values: {2000-01-01: {value: 30, clause: 约定}}}
  warn_before_days: {unit: day, values: {2000-01-01: {value: 180, clause: 约定}}}
  pool_max_missing: {unit: count, values: {2000-01-01: {value: 1, clause: 约定}}}
"""
NATIONAL = """
document:
  id: national
  title: 标准
  issuer: 部
  stage: issued
  in_force: [2022-08-01, 2026-03-31]
  verified: {on: 2026-01-01, against: 无, verify_by: 2030-01-01}
parameters:
  rd_min: {unit: ratio, values: {2022-08-01: {value: 0.03, clause: 附件 一}}}
  growth_min: {unit: ratio, values: {2022-08-01: {value: 0.05, clause: 附件 二}}}
  rd_mean: {unit: yuan, values: {2022-08-01: {value: 1000000, clause: 附件 三}}}
  score_min: {unit: score, values: {2022-08-01: {value: 20, clause: 附件 四}}}
  main_bands: {unit: bands, bounds: ratio, values: {2022-08-01: {value: [[0.8, 5], [0.7, 3], [0.6, 1]], clause: 指标一}}}
  debt_bands: {unit: bands, bounds: ratio, values: {2022-08-01: {value: [[0.5, 5], [0.6, 3]], clause: 指标二}}}
  rd_bands: {unit: bands, bounds: yuan, values: {2022-08-01: {value: [[5000000, 10], [1000000, 2]], clause: 指标三}}}
  ratio_bands: {unit: bands, bounds: ratio, values: {2022-08-01: {value: [[0.1, 10], [0.03, 2]], clause: 指标三}}}
  growth_bands: {unit: bands, bounds: ratio, values: {2022-08-01: {value: [[0.1, 10], [0, 2]], clause: 指标四}}}
  level_three: {unit: level, values: {2022-08-01: {value: 3, clause: 指标五}}}
  level_two: {unit: level, values: {2022-08-01: {value: 2, clause: 指标五}}}
  five: {unit: score, values: {2022-08-01: {value: 5, clause: 指标五}}}
  three: {unit: score, values: {2022-08-01: {value: 3, clause: 指标五}}}
  local: {unit: score, values: {2022-08-01: {value: 4, clause: 指标六}}}
measures:
  - id: national.provincial
    kind: standard
    clause: 附件
    title: {zh: 省级标准, en: Provincial}
    awards: 省级
    of: {not: provincial_or_above}
    renewal: {of: provincial, in_force: [2022-08-01, 2026-12-31], waives: [growth]}
    scores:
      - id: sound
        title: {zh: 稳健, en: Sound}
        items:
          - {id: main, title: {zh: 主营占比, en: Main}, points: main_revenue / revenue >= main_bands}
          - {id: debt, title: {zh: 负债率, en: Debt}, points: liabilities / assets <= debt_bands}
      - id: total
        title: {zh: 总分, en: Total}
        sum_of: [sound]
        items:
          - {id: rd, title: {zh: 研发, en: R&D}, best_of: [rd_expense >= rd_bands, rd_expense / revenue >= ratio_bands]}
          - {id: growth, title: {zh: 增长, en: Growth}, points: {growth: main_revenue, way: yearly_mean, keeps: ">= growth_bands"}}
          - id: digital
            title: {zh: 数字化, en: Digital}
            first: [{when: digital_level >= level_three, points: five}, {when: digital_level >= level_two, points: three}]
          - {id: honours, title: {zh: 资质, en: Honours}, each: [high_tech, tech_sme], points: three, cap: five}
          - {id: local, title: {zh: 地方指标, en: Local}, open: local}
    criteria:
      - {id: sme, title: {zh: 中小企业, en: SME}, keep: sme, clause: 附件 零}
      - {id: rd, title: {zh: 两年研发占比, en: R&D}, keep: {each_of_two_years: rd_expense / revenue >= rd_min}, clause: 附件 一}
      - {id: growth, title: {zh: 复合增长, en: Growth}, keep: {growth: revenue, way: compound, keeps: ">= growth_min"}, clause: 附件 二}
      - {id: score, title: {zh: 得分, en: Score}, keep: {any: [{score: total, keeps: ">= score_min"}, {mean_of_two_years: rd_expense, keeps: ">= rd_mean"}]}, clause: 附件 四}
"""
CITY = """
document:
  id: city
  title: 某市文件
  issuer: 某市
  stage: issued
  in_force: [2022-04-12, null]
  area: "410100"
  verified: {on: 2026-01-01, against: 无, verify_by: 2030-01-01}
measures:
  - id: city.pool
    kind: list
    clause: 三
    title: {zh: 培育库, en: Pool}
    by_title: false
    of: {all: [operating, {known: tax_year}, {near_title: 省级, within: pool_max_missing}]}
  - id: city.pool_evaluated
    kind: coverage
    clause: 三
    title: {zh: 培育库测评, en: Pool evaluated}
    of: {all: [{on_list: city.pool}, operating]}
    counts: digital_evaluated
    tier: pool
    titles: [省级]
"""
GOOD: dict[str, Any] = {
    "city_code": "410100",
    "division_code": "410102",
    "operating": True,
    "provincial_or_above": False,
    "provincial": False,
    "srdi": False,
    "innovative": True,
    "sme": True,
    "tax_year": 2024,
    "revenue": 100,
    "revenue_prior": 100,
    "revenue_prior2": 80,
    "rd_expense": 3,
    "rd_expense_prior": 3,
    "main_revenue": 80,
    "main_revenue_prior": 75,
    "main_revenue_prior2": 75,
    "assets": 100,
    "liabilities": 50,
    "digital_evaluated": True,
    "digital_level": 3,
    "high_tech": True,
    "tech_sme": True,
}


@pytest.fixture(scope="module")
def standards(tmp_path_factory: pytest.TempPathFactory) -> PackSet:
    folder = tmp_path_factory.mktemp("packs")
    for name, text in (("conventions", CONVENTIONS), ("national", NATIONAL), ("city", CITY)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    packs = load(folder, FACTS)
    assert not packs.broken and not packs.out, [*packs.broken, packs.out]
    return packs


def standing(scene: Scene, packs: PackSet, *people: dict[str, Any], day: date = DAY) -> list[dict[str, Any]]:
    scene.facts([GOOD | one for one in people])
    report = scene.decide(packs, day)
    return scene.rows(report, "title_standing")


def criterion(scene: Scene, packs: PackSet, name: str, **facts: Any) -> dict[str, Any]:
    """The row of one criterion; the enterprise is told in full because it holds a title."""
    scene.facts([GOOD | facts])
    rows = scene.rows(scene.decide(packs, DAY), "title_gap")
    (found,) = [row for row in rows if row["criterion_id"] == name]
    return found


@pytest.mark.parametrize(
    ("facts", "low", "high"),
    [
        # 5 main + 5 debt + 2 rd + 2..10 growth + 5 digital + 5 honours (capped) + 0..4 local
        ({}, 24, 28),
        ({"main_revenue": "79.99", "main_revenue_prior": "79.99", "main_revenue_prior2": "79.99"}, 22, 26),
        ({"main_revenue": 70, "main_revenue_prior": 70, "main_revenue_prior2": 70}, 22, 26),
        ({"main_revenue": "69.99", "main_revenue_prior": "69.99", "main_revenue_prior2": "69.99"}, 20, 24),
        ({"main_revenue": 60, "main_revenue_prior": 60, "main_revenue_prior2": 60}, 20, 24),
        ({"main_revenue": "59.99", "main_revenue_prior": "59.99", "main_revenue_prior2": "59.99"}, 19, 23),
        ({"liabilities": "50.01"}, 22, 26),
        ({"liabilities": 60}, 22, 26),
        ({"liabilities": "60.01"}, 19, 23),
        # a debt nobody knows may be the best or the worst
        ({"liabilities": None}, 19, 28),
        ({"assets": 0}, 19, 28),
        # R&D: the better of amount and ratio
        ({"rd_expense": "9.99"}, 24, 28),
        ({"rd_expense": 10}, 32, 36),
        ({"rd_expense": "2.99"}, 22, 26),
        ({"rd_expense": 4_999_999, "revenue": 1_000_000_000, "main_revenue": 800_000_000}, 32, 36),
        # yearly rates 80/75 and 75/75: mean 3.33 %; exactly 10 % needs 20 % and 0 %
        ({"main_revenue": 90, "main_revenue_prior": 75, "main_revenue_prior2": 75}, 32, 36),
        ({"main_revenue": "89.99", "main_revenue_prior": 75, "main_revenue_prior2": 75}, 24, 28),
        ({"main_revenue_prior": 80, "main_revenue_prior2": 80}, 24, 28),
        ({"main_revenue_prior": 80, "main_revenue_prior2": "80.01"}, 22, 26),
        ({"main_revenue_prior2": None}, 22, 36),
        ({"main_revenue_prior2": 0}, 22, 36),
        # digital: first branch kept wins, an unknown level leaves both open
        ({"digital_level": 2}, 22, 26),
        ({"digital_level": 1}, 19, 23),
        ({"digital_level": None}, 19, 28),
        # honours: three each, five at most
        ({"tech_sme": False}, 22, 26),
        ({"tech_sme": None}, 22, 28),
        ({"tech_sme": False, "high_tech": False}, 19, 23),
        ({"tech_sme": None, "high_tech": None}, 19, 28),
    ],
)
def test_points_take_the_better_band_and_leave_open_what_nobody_knows(
    scene: Scene, standards: PackSet, facts: dict[str, Any], low: int, high: int
) -> None:
    (row,) = standing(scene, standards, facts)
    assert (row["score_low"], row["score_high"]) == (low, high)


@pytest.mark.parametrize(
    ("branches", "facts", "low", "high"),
    [
        # one of two opposites is kept, whoever knows which
        (
            "{when: high_tech, points: five}, {when: {not: high_tech}, points: three}",
            {"high_tech": None},
            3,
            5,
        ),
        (
            "{when: high_tech, points: five}, {when: {not: high_tech}, points: three}",
            {"high_tech": True},
            5,
            5,
        ),
        (
            "{when: high_tech, points: five}, {when: {not: high_tech}, points: three}",
            {"high_tech": False},
            3,
            3,
        ),
        ("{when: high_tech, points: five}, {when: tech_sme, points: three}", {"high_tech": None}, 3, 5),
        (
            "{when: high_tech, points: five}, {when: {not: tech_sme}, points: three}",
            {"high_tech": None},
            0,
            5,
        ),
        # the lesser branch written first may be the one
        ("{when: high_tech, points: three}, {when: tech_sme, points: five}", {"high_tech": None}, 3, 5),
        ("{when: high_tech, points: three}, {when: tech_sme, points: five}", {"high_tech": False}, 5, 5),
    ],
)
def test_the_first_branch_kept_gives_the_points(
    scene: Scene, tmp_path: Path, branches: str, facts: dict[str, Any], low: int, high: int
) -> None:
    """Told as the difference to an enterprise with neither flag."""
    line = "first: [{when: digital_level >= level_three, points: five}, {when: digital_level >= level_two, points: three}]"
    assert NATIONAL.count(line) == 1
    text = NATIONAL.replace(line, f"first: [{branches}]").replace(
        "each: [high_tech, tech_sme]", "each: [innovative]"
    )
    for name, pack in (("conventions", CONVENTIONS), ("national", text)):
        (tmp_path / f"{name}.yaml").write_text(pack, "utf-8")
    packs = load(tmp_path, FACTS)
    assert not packs.broken, packs.broken
    (plain,) = standing(scene, packs, {"high_tech": False, "tech_sme": False})
    (row,) = standing(scene, packs, facts)
    worth = 3 if "not: high_tech" in branches or "not: tech_sme" in branches else 0
    assert (
        row["score_low"] - plain["score_low"] + worth,
        row["score_high"] - plain["score_high"] + worth,
    ) == (low, high)


@pytest.mark.parametrize(
    ("facts", "outcome", "distance"),
    [
        ({}, "pass", None),
        # 19 to 23 reach 20 or not: nobody can say
        ({"digital_level": 1}, "unknown", None),
        # 12 to 16 do not, even with every open point
        ({"digital_level": 1, "high_tech": False, "tech_sme": False, "liabilities": 70}, "fail", None),
        # a direct condition saves: mean of two years exactly one million
        (
            {
                "digital_level": 1,
                "high_tech": False,
                "tech_sme": False,
                "liabilities": 70,
                "rd_expense": 1_999_997,
            },
            "pass",
            None,
        ),
    ],
)
def test_a_score_is_missed_only_when_even_the_most_points_do_not_reach_it(
    scene: Scene, standards: PackSet, facts: dict[str, Any], outcome: str, distance: Any
) -> None:
    assert criterion(scene, standards, "score", **facts)["outcome"] == outcome


def test_an_explanation_tells_where_the_points_come_from(scene: Scene, standards: PackSet) -> None:
    row = criterion(scene, standards, "score", digital_level=None)
    assert "总分 19～28 分" in row["observed"]
    assert (
        "主营占比 5" in row["observed"]
        and "数字化 0～5" in row["observed"]
        and "地方指标 0～4" in row["observed"]
    )
    assert row["required"].startswith("总分 ≥ 20分（附件 四）")
    assert (row["criterion_zh"], row["clause"], row["document_id"]) == ("得分", "附件 四", "national")


@pytest.mark.parametrize(
    ("now", "before", "outcome"),
    [
        ("3", "3", "pass"),
        ("2.99", "3", "fail"),
        ("3", "2.99", "fail"),
        (None, "3", "unknown"),
        ("3", None, "unknown"),
        (None, "2.99", "fail"),
    ],
)
def test_each_of_two_years_must_keep_it(
    scene: Scene, standards: PackSet, now: Any, before: Any, outcome: str
) -> None:
    row = criterion(scene, standards, "rd", rd_expense=now, rd_expense_prior=before)
    assert row["outcome"] == outcome


@pytest.mark.parametrize(
    ("now", "earlier", "outcome", "observed", "distance"),
    [
        # 1.05² = 1.1025 exactly
        ("110.25", "100", "pass", "0.1025", "0.000000"),
        ("110.24", "100", "fail", "0.1024", "-0.000100"),
        ("110.26", "100", "pass", "0.1026", "0.000100"),
        ("110.25", "0", "unknown", "不详", None),
        ("110.25", "-1", "unknown", "不详", None),
        ("-5", "100", "fail", "-1.05", "-1.152500"),
        (None, "100", "unknown", "不详", None),
        ("9999999999999.99", "9000000000000", "pass", "0.111111", "0.008611"),
        ("10000000000000", "9000000000000", "unknown", "不详", None),
    ],
)
def test_compound_growth_is_exact_and_never_overflows(
    scene: Scene,
    standards: PackSet,
    now: Any,
    earlier: str,
    outcome: str,
    observed: str,
    distance: str | None,
) -> None:
    row = criterion(scene, standards, "growth", revenue=now, revenue_prior2=earlier)
    assert (row["outcome"], row["observed"]) == (outcome, observed)
    assert row["distance"] == (None if distance is None else Decimal(distance))
    assert row["required"] == "≥ 0.1025（年均 0.05）"


def test_missing_and_unknown_are_counted_apart(scene: Scene, standards: PackSet) -> None:
    good, short, dark = standing(
        scene, standards, {}, {"sme": False, "rd_expense": 1}, {"sme": None, "rd_expense": 1}
    )
    assert (good["outcome"], good["missing"], good["unknown"]) == ("pass", 0, 0)
    assert (short["outcome"], short["failing"], short["unclear"]) == ("fail", ["sme", "rd"], [])
    assert (dark["outcome"], dark["failing"], dark["unclear"]) == ("fail", ["rd"], ["sme"])


def test_only_titled_ones_and_those_near_are_told_in_full(scene: Scene, standards: PackSet) -> None:
    untitled = {"innovative": False}
    people = [
        {"sme": False, "rd_expense": 1},  # two away, but titled
        untitled | {"rd_expense": 1},  # one away
        untitled | {"sme": False, "rd_expense": 1},  # two away
        untitled | {"sme": None, "rd_expense": 1},  # one missing and one unknown
        untitled | {"sme": None},  # one unknown
    ]
    scene.facts([GOOD | one for one in people])
    report = scene.decide(standards, DAY)
    told = {row["uscc"] for row in scene.rows(report, "title_gap")}
    assert told == {uscc(0), uscc(1), uscc(4)}
    assert len(scene.rows(report, "title_standing")) == 5
    assert report.rows["title_gap"] == 3 * 4


def test_who_holds_the_title_renews_without_what_is_waived(scene: Scene, standards: PackSet) -> None:
    holder = {"provincial_or_above": True, "provincial": True, "srdi": True, "revenue_prior2": 1000}
    (row,) = standing(scene, standards, holder)
    assert (row["purpose"], row["next_title"], row["outcome"]) == ("renewal", "省级", "pass")
    assert criterion(scene, standards, "growth", **holder)["outcome"] == "waived"
    # the standard itself ended in March 2026; renewals by it go on to the end of the year
    assert [row["purpose"] for row in standing(scene, standards, holder, {}, day=date(2026, 12, 31))] == [
        "renewal"
    ]
    assert standing(scene, standards, holder, {}, day=date(2027, 1, 1)) == []


@pytest.mark.parametrize(
    ("day", "rows"),
    [(date(2022, 7, 31), 0), (date(2022, 8, 1), 1), (date(2026, 3, 31), 1), (date(2026, 4, 1), 0)],
)
def test_a_standard_judges_on_its_days(scene: Scene, standards: PackSet, day: date, rows: int) -> None:
    assert len(standing(scene, standards, {}, day=day)) == rows


def test_a_pool_holds_who_is_near_and_says_what_is_missing(scene: Scene, standards: PackSet) -> None:
    people = [
        {},
        {"rd_expense": 1},
        {"rd_expense": 1, "sme": False},
        {"rd_expense": 1, "sme": None},
        {"tax_year": None, "sme": None},
        {"provincial_or_above": True},
        {"operating": False},
        {"city_code": "410300"},
    ]
    scene.facts([GOOD | one for one in people])
    report = scene.decide(standards, DAY)
    verdicts = {row["uscc"]: (row["verdict"], row["reason_codes"]) for row in scene.rows(report, "whitelist")}
    assert verdicts == {
        uscc(0): ("listed", []),
        uscc(1): ("listed", []),
        uscc(3): ("review", ["population"]),
    }
    reasons = {row["uscc"]: row for row in scene.rows(report, "whitelist_reason")}
    assert "距省级标准 差 1 项，另有 1 项不详" in reasons[uscc(3)]["observed"]
    assert "距省级标准还差不超过 1个（约定）" in reasons[uscc(3)]["required"]


def test_a_population_may_start_from_a_list(scene: Scene, standards: PackSet) -> None:
    people = [
        {},
        {"rd_expense": 1, "digital_evaluated": False},
        {"rd_expense": 1, "sme": None},
        {"rd_expense": 1, "sme": False},
    ]
    scene.facts([GOOD | one for one in people])
    report = scene.decide(standards, DAY)
    (row,) = [one for one in scene.rows(report, "coverage") if one["division_code"] == "ALL"]
    # listed and evaluated, listed and not, under review; who is not on the list is nowhere
    assert (row["numerator"], row["denominator"], row["unknown"]) == (1, 2, 1)
    members = {one["uscc"]: one["outcome"] for one in scene.rows(report, "measure_member")}
    assert members == {uscc(0): "counted", uscc(1): "missing", uscc(2): "unknown"}


MAYBE_MONEY = st.none() | st.decimals(-50, 200, places=2)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    known=st.fixed_dictionaries(
        dict.fromkeys(
            (
                "revenue",
                "rd_expense",
                "main_revenue",
                "assets",
                "liabilities",
                "revenue_prior2",
                "main_revenue_prior2",
            ),
            MAYBE_MONEY,
        )
        | {name: st.sampled_from([True, False, None]) for name in ("sme", "high_tech", "tech_sme")}
        | {"digital_level": st.sampled_from([None, 0, 1, 2, 3, 4])}
    ),
    forgotten=st.sets(
        st.sampled_from(
            ["revenue", "rd_expense", "main_revenue", "liabilities", "sme", "high_tech", "digital_level"]
        )
    ),
)
def test_knowing_less_never_settles_what_was_open_nor_turns_an_outcome_round(
    scene: Scene, standards: PackSet, known: dict[str, Any], forgotten: set[str]
) -> None:
    less = known | dict.fromkeys(forgotten)
    full, part = standing(scene, standards, known, less)
    assert part["score_low"] <= full["score_low"] <= full["score_high"] <= part["score_high"]
    assert set(part["failing"]) <= set(full["failing"])
    if part["outcome"] == "pass":
        assert full["outcome"] == "pass"


def broken(tmp_path: Path, old: str, new: str) -> list[str]:
    for name, text in (("conventions", CONVENTIONS), ("national", NATIONAL), ("city", CITY)):
        assert name != "national" or old in NATIONAL + CITY, old
        (tmp_path / f"{name}.yaml").write_text(text.replace(old, new, 1), "utf-8")
    return [str(problem) for problem in load(tmp_path, FACTS).broken]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("awards: 省级", "awards: 省及", "您是否想写 省级"),
        ("waives: [growth]", "waives: [grow]", "没有条件 grow（您是否想写 growth？）"),
        ("sum_of: [sound]", "sum_of: [total]", "sum_of 只能引用写在前面的得分，没有 total"),
        ("{score: total, keeps", "{score: totl, keeps", "totl 不是本标准的得分（您是否想写 total？）"),
        ('keeps: ">= score_min"', 'keeps: "<= score_min"', "得分只能用 >= 或 >"),
        ('keeps: ">= score_min"', 'keeps: ">= rd_min"', "单位不一致：此处要 score，参数 rd_min 是 ratio"),
        ('keeps: ">= score_min"', 'keeps: ">= 20"', "表达式里不能写数字 20"),
        (
            "way: compound",
            "way: compund",
            "compund 不在可选范围：yearly_mean、compound（您是否想写 compound？）",
        ),
        (
            "{growth: revenue, way: compound",
            "{growth: revenu, way: compound",
            "revenu 不是 fields.yaml 里的事实",
        ),
        (
            "{growth: revenue, way: compound",
            "{growth: assets, way: compound",
            "assets_prior 不是 fields.yaml 里的事实",
        ),
        (
            "{each_of_two_years: rd_expense / revenue >= rd_min}",
            "{each_of_two_years: sme}",
            "应为与参数比较的表达式",
        ),
        ("{each_of_two_years:", "{each_of_to_years:", "您是否想写 each_of_two_years"),
        (
            "rd_expense / revenue >= rd_min}",
            "rd_expense / revenue >= ratio_bands}",
            "是分档参数，只能用来给分",
        ),
        (
            "points: main_revenue / revenue >= main_bands",
            "points: main_revenue / revenue >= rd_min",
            "不是分档参数（bands），不能给分",
        ),
        (
            "points: main_revenue / revenue >= main_bands",
            "points: main_revenue / revenue >= rd_bands",
            "是比值（ratio），不能与 rd_bands（yuan）比较",
        ),
        ("points: main_revenue / revenue >= main_bands", "points: high_tech", "给分只能写一句"),
        (
            "points: main_revenue / revenue >= main_bands",
            "points: main_revenue / revenue > main_bands",
            "分档只能用 >= 或 <=",
        ),
        ("[[0.8, 5], [0.7, 3], [0.6, 1]]", "[[0.8, 5], [0.7, 5], [0.6, 1]]", "分数应逐档降低"),
        ("[[0.8, 5], [0.7, 3], [0.6, 1]]", "[[0.8, 5], [0.6, 3], [0.7, 1]]", "界限应逐档升高或逐档降低"),
        ("[[0.8, 5], [0.7, 3], [0.6, 1]]", "[[0.8, 5], [0.7]]", "[界限, 分数] 两个数字"),
        ("[[0.8, 5], [0.7, 3], [0.6, 1]]", "0.8", "分档应写作"),
        ("[[0.8, 5], [0.7, 3], [0.6, 1]]", "[[0.6, 5], [0.7, 3], [0.8, 1]]", "界限方向不对"),
        ("[[0.8, 5], [0.7, 3], [0.6, 1]]", "[[0.8, 5000000], [0.7, 3]]", "5000000 过大"),
        ("[[0.8, 5], [0.7, 3], [0.6, 1]]", str([[60 - n, 60 - n] for n in range(51)]), "分档过多"),
        ("{value: 5, clause: 指标五}", "{value: null, clause: 指标五}", "分数不能为空"),
        ("waives: [growth]", "waives: [sme, rd, growth, score]", "复核不能免去全部条件"),
        (
            "bounds: ratio, values: {2022-08-01: {value: [[0.8",
            "values: {2022-08-01: {value: [[0.8",
            "要写明界限的单位 bounds",
        ),
        ("cap: five}", "capp: five}", "不认识的键 capp（您是否想写 cap？）"),
        (
            "each: [high_tech, tech_sme], points: three, cap: five",
            "each: [high_tech, tech_sme], cap: five",
            "each 要写明每项的分数参数 points",
        ),
        ("each: [high_tech, tech_sme], points: three, cap: five", "first: [], cap: five", "没有写怎样给分"),
        ("open: local}", "open: rd_min}", "单位不一致：此处要 score，参数 rd_min 是 ratio"),
        ("{id: rd, title: {zh: 两年", "{id: sme, title: {zh: 两年", "条件编号 sme 重复"),
        ("{near_title: 省级", "{near_title: 省极", "不认识的称号 省极（您是否想写 省级？）"),
        ("{on_list: city.pool}", "{on_list: city.pol}", "引用的 city.pol 不存在（您是否想写 city.pool？）"),
        ("{on_list: city.pool}", "{on_list: city.pool_evaluated}", "不存在"),
        (
            "of: {all: [{on_list: city.pool}, operating]}",
            "of: {any: [{on_list: city.pool}, operating]}",
            "on_list 只能写在覆盖率或要求的 of 里",
        ),
        ("counts: digital_evaluated", "counts: {on_list: city.pool}", "on_list 只能写在覆盖率或要求的 of 里"),
        ("{known: tax_year}", "{happened: tax_year, during: year}", "tax_year 不是日期型事实"),
        ("{known: tax_year}", "{happened: founded_on, during: quarter}", "不在可选范围：year、paper"),
        ("{known: tax_year}", "{happened: founded_on, within: pool_max_missing}", "此处要 day"),
        ("{known: tax_year}", "{happened: founded_on}", "要写明 during"),
        ("{known: tax_year}", '{score: total, keeps: ">= pool_max_missing"}', "不是本标准的得分"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_the_nearest_word(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    found = broken(tmp_path, old, new)
    assert any(words in one for one in found), found
    assert all(".yaml 第 " in one for one in found)


@pytest.mark.parametrize(
    ("diagnosed", "outcome"),
    [
        (date(2025, 1, 1), "counted"),
        (date(2025, 9, 30), "counted"),
        (date(2024, 12, 31), "missing"),
        (None, "unknown"),
    ],
)
def test_a_day_counts_inside_its_year(
    scene: Scene, tmp_path: Path, diagnosed: date | None, outcome: str
) -> None:
    text = CITY.replace("{all: [{on_list: city.pool}, operating]}", "operating")
    text = text.replace("counts: digital_evaluated", "counts: {happened: digital_evaluated_on, during: year}")
    for name, content in (("conventions", CONVENTIONS), ("national", NATIONAL), ("city", text)):
        (tmp_path / f"{name}.yaml").write_text(content, "utf-8")
    packs = load(tmp_path, FACTS)
    scene.facts([GOOD | {"digital_evaluated_on": diagnosed}])
    (row,) = scene.rows(scene.decide(packs, DAY), "measure_member")
    assert row["outcome"] == outcome


@pytest.mark.parametrize(
    ("block", "day", "outcome"),
    [
        # the paper of the scene begins on 12 April 2022
        ("during: paper", date(2022, 4, 12), "counted"),
        ("during: paper", date(2022, 4, 11), "missing"),
        ("within: exit_days", date(2025, 8, 31), "counted"),
        ("within: exit_days", date(2025, 8, 30), "missing"),
        ("during: year", date(2025, 10, 1), "missing"),
    ],
)
def test_spans_begin_and_end_on_their_day(
    scene: Scene, tmp_path: Path, block: str, day: date, outcome: str
) -> None:
    text = CITY.replace("{all: [{on_list: city.pool}, operating]}", "operating")
    text = text.replace("counts: digital_evaluated", f"counts: {{happened: digital_evaluated_on, {block}}}")
    for name, content in (("conventions", CONVENTIONS), ("national", NATIONAL), ("city", text)):
        (tmp_path / f"{name}.yaml").write_text(content, "utf-8")
    scene.facts([GOOD | {"digital_evaluated_on": day}])
    (row,) = scene.rows(scene.decide(load(tmp_path, FACTS), DAY), "measure_member")
    assert row["outcome"] == outcome


def test_a_broken_standard_takes_the_pools_out_that_it_would_judge(tmp_path: Path) -> None:
    for name, text in (("conventions", CONVENTIONS), ("national", NATIONAL), ("city", CITY)):
        (tmp_path / f"{name}.yaml").write_text(
            text.replace("stage: issued\n  in_force: [2022-08-01", "stage: isued\n  in_force: [2022-08-01"),
            "utf-8",
        )
    packs = load(tmp_path, FACTS)
    assert packs.broken and not packs.measures
    assert "national.provincial 未能载入" in packs.out["city.pool"]
    assert "city.pool 未能载入" in packs.out["city.pool_evaluated"]


def test_a_list_of_another_area_is_decided_for_who_starts_from_it(scene: Scene, tmp_path: Path) -> None:
    province = CITY.replace("id: city\n", "id: province\n").replace('area: "410100"', 'area: "410000"')
    province = province[: province.index("  - id: city.pool_evaluated")].replace("city.pool", "province.pool")
    city = CITY.replace("{on_list: city.pool}", "{on_list: province.pool}")
    city = city[: city.index("  - id: city.pool\n")] + city[city.index("  - id: city.pool_evaluated") :]
    for name, text in (
        ("conventions", CONVENTIONS),
        ("national", NATIONAL),
        ("city", city),
        ("province", province),
    ):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    packs = load(tmp_path, FACTS)
    assert not packs.broken and not packs.out
    scene.facts([GOOD, GOOD | {"digital_evaluated": False}])
    whole = scene.rows(scene.decide(packs, DAY), "coverage")
    part = scene.rows(scene.decide(packs, DAY, areas=["410100"]), "coverage")
    assert whole == part and (whole[0]["numerator"], whole[0]["denominator"]) == (1, 2)
