"""A province sees its cities, and a measure its tiers: the numbers of each row, counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from policy.province import ANYANG, GIANT, LUOYANG, NOTHING, PEOPLE, PROVINCIAL, TITLES, USUAL, province_packs
from policy.scene import Scene, uscc
from srdi.policy.heads import load_cities
from srdi.policy.measure_words import in_words
from srdi.policy.packset import PackSet

DAY = date(2025, 9, 30)
Rows = dict[tuple[str, ...], dict[str, Any]]


@pytest.fixture
def province(tmp_path: Path) -> Callable[..., PackSet]:
    """``province(by="city", area="410000", tier="srdi")`` → the packs with one paper of a province."""
    return partial(province_packs, tmp_path / "packs")


def decided(
    scene: Scene, packs: PackSet, people: list[dict[str, Any]] = PEOPLE, **more: Any
) -> dict[str, Rows]:
    """Result → (area, division, tier, section) → row."""
    assert packs.broken == [] and packs.out == {}
    scene.facts(people, more.pop("titles", TITLES))
    report = scene.decide(packs, DAY, **more)
    keys = {
        "coverage": ("area_code", "division_code", "tier", "industry_section"),
        "target": ("measure_id", "area_code"),
    }
    found: dict[str, Rows] = {}
    for name, key in keys.items():
        rows = scene.rows(report, name)
        found[name] = {tuple(row[column] for column in key): row for row in rows}
        assert len(found[name]) == len(rows), "a key stands once"
        order = [(row["measure_id"], *(row[column] for column in key)) for row in rows]
        assert order == sorted(order)
    return found


def counts(rows: Rows) -> dict[tuple[str, ...], tuple[int, ...]]:
    return {
        key: (row["numerator"], row["denominator"], row["unknown"], row["unmatched"])
        for key, row in rows.items()
    }


WHOLE = ("410000", "ALL", "srdi", "ALL")
BY_CITY = {
    ("410300", "ALL", "srdi", "ALL"): (2, 3, 1, 0),
    ("410500", "ALL", "srdi", "ALL"): (0, 2, 0, 1),
    ("410700", "ALL", "srdi", "ALL"): (0, 0, 0, 1),
    ("419001", "ALL", "srdi", "ALL"): (0, 1, 0, 0),
}


def test_without_a_word_nothing_is_split(scene: Scene, province: Callable[..., PackSet]) -> None:
    assert counts(decided(scene, province())["coverage"]) == {WHOLE: (2, 6, 1, 3)}


def test_a_row_per_city_beside_the_province(scene: Scene, province: Callable[..., PackSet]) -> None:
    rows = decided(scene, province("city"))["coverage"]
    found = counts(rows)
    assert found.pop(WHOLE) == (2, 6, 1, 3)
    empty = {(city, "ALL", "srdi", "ALL"): (0, 0, 0, 0) for city in load_cities("410000")}
    assert len(empty) == 18 and found == empty | BY_CITY, "a city without anybody has its row"
    luoyang, anyang = (rows[(city, "ALL", "srdi", "ALL")] for city in ("410300", "410500"))
    assert (str(luoyang["rate"]), luoyang["shortfall"], luoyang["met"]) == ("0.666667", 0, True)
    assert (str(anyang["rate"]), anyang["shortfall"], anyang["met"]) == ("0.000000", 1, False)
    nobody = rows[("410100", "ALL", "srdi", "ALL")]
    assert (nobody["rate"], nobody["met"], nobody["shortfall"]) == (None, None, 0)


BY_TIER = {
    ("410000", "ALL", "little_giant", "ALL"): (1, 1, 0, 0),
    ("410000", "ALL", "provincial", "ALL"): (1, 3, 1, 0),
    ("410000", "ALL", "champion", "ALL"): (0, 1, 0, 0),
    ("410000", "ALL", "municipal", "ALL"): (0, 1, 0, 0),
}


def test_a_row_per_highest_title_with_the_measures_own_as_total(
    scene: Scene, province: Callable[..., PackSet]
) -> None:
    """A little giant that is provincial too counts once, as the little giant."""
    found = counts(decided(scene, province("tier"))["coverage"])
    assert found == {WHOLE: (2, 6, 1, 3), **BY_TIER}


@pytest.mark.parametrize(
    ("held", "label"),
    [
        (GIANT, "little_giant"),
        ({**GIANT, "provincial": None}, "little_giant"),
        ({**PROVINCIAL, "little_giant": None}, "unknown"),
        ({**PROVINCIAL, "champion": None}, "provincial"),
        ({**NOTHING, "champion": True, "municipal": True, "innovative": True}, "champion"),
        ({**NOTHING, "municipal": True, "innovative": True}, "municipal"),
        ({**NOTHING, "innovative": True}, "innovative"),
        ({**NOTHING, "innovative": None}, "unknown"),
        (NOTHING, "none"),
    ],
)
def test_the_highest_title_is_known_or_said_to_be_unknown(
    scene: Scene, province: Callable[..., PackSet], held: dict[str, Any], label: str
) -> None:
    found = decided(scene, province("tier"), [{**USUAL, **LUOYANG, **held}], titles=[])["coverage"]
    assert {key[2]: row["denominator"] for key, row in found.items()} == {"srdi": 1, label: 1}


def test_everything_at_once_keeps_the_rows_there_were(scene: Scene, province: Callable[..., PackSet]) -> None:
    before = decided(scene, province("division, industry_section"))["coverage"]
    all_of_them = decided(scene, province("division, industry_section, city, tier"))["coverage"]
    assert {key: all_of_them[key] for key in before} == before
    more = counts({key: row for key, row in all_of_them.items() if key not in before})
    assert {**BY_CITY, **BY_TIER}.items() <= more.items()
    assert more[("410300", "ALL", "provincial", "C")] == (1, 2, 1, 0)
    assert more[("410000", "410302", "provincial", "ALL")] == (1, 2, 1, 0)
    assert ("410300", "410302", "srdi", "ALL") not in more, "a county stands under the province only"
    for rows in (BY_CITY, BY_TIER):
        assert tuple(sum(row[at] for row in rows.values()) for at in range(3)) == (2, 6, 1), (
            "each counts once"
        )


def test_the_cities_of_a_target_have_figures_and_no_goal(
    scene: Scene, province: Callable[..., PackSet]
) -> None:
    titles = [
        *TITLES,
        {"title": "省级", "uscc": uscc(1), "city_code": "410300", "recognised_on": date(2025, 1, 1)},
        {"title": "省级", "uscc": uscc(2), "city_code": "410300", "recognised_on": DAY},
        {"title": "省级", "uscc": uscc(2), "city_code": "410300", "recognised_on": date(2025, 5, 1)},
        {"title": "省级", "uscc": uscc(3), "city_code": "410300", "recognised_on": date(2024, 12, 31)},
        {"title": "省级", "uscc": uscc(4), "city_code": "410500", "recognised_on": None},
        {"title": "省级", "uscc": uscc(7), "city_code": "420100", "recognised_on": DAY},
    ]
    people = [*PEOPLE, {**USUAL, **ANYANG, **PROVINCIAL, "operating": None}]
    rows = decided(scene, province(), people, titles=titles)["target"]

    def told(measure: str, city: str) -> tuple[Any, ...]:
        row = rows[(f"province.{measure}", city)]
        return (int(row["actual"]), row["unknown"], row["unmatched"], row["target"], row["gap"], row["met"])

    assert [*map(str, told("stock", "410000"))] == ["5", "1", "2", "3.000000", "-2.000000", "True"]
    assert told("stock", "410300") == (4, 0, 0, None, None, None)
    assert told("stock", "410500") == (1, 1, 1, None, None, None)
    assert told("stock", "411700") == (0, 0, 0, None, None, None)
    assert [*map(str, told("flow", "410000"))] == ["2", "1", "2", "3.000000", "1.000000", "False"]
    assert told("flow", "410300") == (2, 0, 0, None, None, None)
    assert told("flow", "410500") == (0, 1, 1, None, None, None)
    cities = {(measure, city) for measure in ("stock", "flow") for city in load_cities("410000")}
    assert {(m.removeprefix("province."), c) for m, c in rows} == {
        *cities, ("stock", "410000"), ("flow", "410000"), ("mean", "410000"),
    }  # fmt: skip
    assert rows[("province.stock", "410300")]["horizon"] == date(2025, 12, 31)


def test_a_city_of_which_no_list_ever_told_is_unknown_like_its_province(
    scene: Scene, province: Callable[..., PackSet]
) -> None:
    people = [{**USUAL, **LUOYANG, "provincial": None}]
    rows = decided(scene, province(), people, titles=[])["target"]
    for measure in ("stock", "flow"):
        for area in ("410000", "410300"):
            assert rows[(f"province.{measure}", area)]["actual"] is None, (measure, area)
    assert rows[("province.stock", "410300")]["unknown"] == 1


def test_a_run_of_other_areas_leaves_the_province_out(scene: Scene, province: Callable[..., PackSet]) -> None:
    packs = province("city")
    scene.facts(PEOPLE, TITLES)
    report = scene.decide(packs, DAY, areas=["410000"])
    assert report.rows["coverage"] == 19 and report.rows["target"] == 2 * 19 + 1
    assert [(one.measure_id, one.denominator) for one in report.coverage] == [("province.evaluated", 6)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"by": "city", "area": "410300"}, "只有全省的指标能按市分列"),
        ({"by": "tier", "tier": "little_giant"}, "合计行的 tier 不能叫 little_giant"),
        ({"by": "tier", "tier": "unknown"}, "合计行的 tier 不能叫 unknown"),
        ({"by": "city, city"}, "by 里有重复的分组"),
        ({"by": "county"}, "不在可选范围"),
    ],
)
def test_a_split_that_cannot_be_is_refused(
    province: Callable[..., PackSet], given: dict[str, str], message: str
) -> None:
    packs = province(**given)
    assert any(message in problem.message_zh for problem in packs.broken), packs.broken
    assert "province.evaluated" in packs.out


def test_words_say_what_is_split(province: Callable[..., PackSet]) -> None:
    def words(packs: PackSet, name: str) -> str:
        return in_words(packs.measures[f"province.{name}"], packs.facts, DAY)

    assert words(province("division"), "evaluated").endswith("不进分母。")
    assert words(province("division, city, tier"), "evaluated").endswith("另按各市、所持最高称号分列。")
    assert words(province(), "flow").endswith("另列各市的数，各市不设目标。")
    assert "各市" not in words(province(), "mean")
    assert "各市" not in words(province(area="410300"), "flow")
