"""A province's rows per city and title in the warehouse: keys, days, runs of other areas, and what the summary shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from night_files import LOOSE, moment
from policy.province import PEOPLE, TITLES, province_packs
from policy.scene import Scene

from srdi.policy.packset import PackSet
from srdi.reports.summary import summarise
from srdi.warehouse.publish import PublishReport, RunInfo, publish

pytestmark = pytest.mark.full
D1, D2 = date(2025, 9, 29), date(2025, 9, 30)
Publish = Callable[..., PublishReport]


@pytest.fixture
def night(engine, tmp_path: Path) -> Publish:
    """``night(packs, run_id, day, at, areas=None, people=PEOPLE)``: decides and publishes what was decided."""
    scene = Scene(tmp_path)

    def run(packs: PackSet, run_id: str, day: date, at: int, areas=None, people=PEOPLE) -> PublishReport:
        facts = scene.facts(people, TITLES)
        report = scene.decide(packs, day, areas)
        info = RunInfo(run_id, day, "scheduled", None, "test", "c1", packs.rule_version, moment(0), areas)
        results = scene.lake.uri(report.files["coverage"]).rpartition("/")[0]
        return publish(engine, info, facts, results, scene.lake, scene.con, moment(at), limits=LOOSE)

    return run


def rows(db, day: date) -> list[tuple]:
    return db.rows(
        "SELECT area_code, tier, numerator, denominator FROM marts.coverage"
        " WHERE biz_date = :day AND division_code = 'ALL' AND denominator > 0 ORDER BY area_code, tier",
        day=day,
    )


def test_rows_of_cities_and_titles_are_published_day_by_day(db, night: Publish, tmp_path: Path) -> None:
    packs = province_packs(tmp_path / "packs", by="city, tier")
    assert night(packs, "r1", D1, 1).state == "published"
    first = rows(db, D1)
    assert {("410000", "srdi", 2, 6), ("410300", "srdi", 2, 3), ("410000", "provincial", 1, 3)} <= set(first)
    assert ("410300", "little_giant", 1, 1) in first
    night(packs, "r2", D2, 2, people=PEOPLE[1:])
    assert rows(db, D1) == first
    assert ("410300", "srdi", 1, 2) in rows(db, D2) and ("410300", "little_giant", 1, 1) not in rows(db, D2)
    assert (
        db.one("SELECT count(*) FROM marts.coverage_latest WHERE area_code = '410300' AND tier = 'srdi'") == 1
    )
    assert db.rows(
        "SELECT area_code, actual::int, target::int, gap, met FROM marts.target_latest"
        " WHERE measure_id = 'province.stock' AND actual > 0 ORDER BY 1"
    ) == [("410000", 4, 3, -1, True), ("410300", 3, None, None, None), ("410500", 1, None, None, None)]
    assert night(packs, "r3", D2, 3, people=PEOPLE[1:]).state == "unchanged"


def test_a_split_that_is_taken_out_leaves_the_day(db, night: Publish, tmp_path: Path) -> None:
    night(province_packs(tmp_path / "packs", by="city, tier"), "r1", D2, 1)
    night(province_packs(tmp_path / "packs", by=""), "r2", D2, 2)
    assert rows(db, D2) == [("410000", "srdi", 2, 6)]


def test_a_run_of_a_city_leaves_the_provinces_rows_of_that_city(db, night: Publish, tmp_path: Path) -> None:
    """The rows of a city under a measure of the province belong to the province."""
    provinces = province_packs(tmp_path / "packs", by="city")
    night(provinces, "r1", D2, 1)
    before = rows(db, D2), db.rows("SELECT * FROM marts.target ORDER BY 2, 3")
    folder = tmp_path / "packs"
    text = (folder / "province.yaml").read_text(encoding="utf-8")
    city = (
        text.replace("province", "city")
        .replace('area: "410000"', 'area: "410300"')
        .replace("by: [city]", "by: []")
    )
    (folder / "city.yaml").write_text(city, encoding="utf-8")
    both = province_packs(folder, by="city")
    assert both.broken == [] and both.measures["city.evaluated"].area == "410300"
    assert night(both, "r2", D2, 2, areas=["410300"], people=PEOPLE[1:]).state == "published"
    mine = "measure_id LIKE 'province.%'"
    assert (
        db.rows(
            f"SELECT area_code, tier, numerator, denominator FROM marts.coverage WHERE {mine} AND denominator > 0 ORDER BY 1, 2"
        ),
        db.rows(f"SELECT * FROM marts.target WHERE {mine} ORDER BY 2, 3"),
    ) == before
    assert db.rows(
        "SELECT area_code, denominator FROM marts.coverage WHERE measure_id = 'city.evaluated'"
    ) == [("410300", 2)]


def test_the_summary_shows_each_measure_once(db, engine, night: Publish, tmp_path: Path) -> None:
    night(province_packs(tmp_path / "packs", by="city, tier, division"), "r1", D2, 1)
    with engine.connect() as connection:
        told = summarise(connection, "r1")
    assert [(row["measure_id"], row["area_code"], row["denominator"]) for row in told.coverage] == [
        ("province.evaluated", "410000", 6)
    ]
    assert [(row["measure_id"], row["actual"]) for row in told.targets if row["counting"] != "mean"] == [
        ("province.flow", 0),
        ("province.stock", 5),
    ]
    assert db.rows("SELECT DISTINCT area_code, tier FROM core.measure WHERE kind = 'coverage'") == [
        ("410000", "srdi")
    ]
