"""Figures of financing on a real PostgreSQL: every day stays, the newest is shown, a rerun says nothing new."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from night_files import SHAPES, Content, freshness, publish_content
from policy.event_packs import at_home, sound
from policy.scene import Scene
from rich.console import Console

from srdi.cli.summary import render
from srdi.engine.lake import Lake
from srdi.reports.summary import summarise
from srdi.warehouse.publish import PublishError

pytestmark = pytest.mark.full
Z, L = "zhengzhou.fee", "luoyang.fee"
D1, D2, D3 = date(2025, 9, 29), date(2025, 9, 30), date(2025, 10, 1)
LATEST = "SELECT measure_id, bank, value, biz_date, run_id FROM marts.financing_latest ORDER BY 1, 2"


def fee(value: str | None, **more) -> dict:
    return {
        "numerator": Decimal("10000"),
        "denominator": Decimal("1000000"),
        "value": None if value is None else Decimal(value),
        "target": Decimal("0.01"),
        "keeps": "<=",
        "met": None if value is None else Decimal(value) <= Decimal("0.01"),
    } | more


def content(**figures: dict[str, dict]) -> Content:
    names = {"z": Z, "l": L}
    return Content(financing={names[name]: banks for name, banks in figures.items()})


def test_figures_are_published_per_bank_with_their_day_run_and_freshness(db, engine, lake):
    freshness(db, D2, financing_guarantee="stale", title_list="fresh")
    night = content(z={"ALL": fee("0.012345", unknown=2, unmatched=7), "甲担保": fee("0.01")})
    report = publish_content(engine, lake, "r1", D2, night, 1)
    assert report.state == "published"
    (whole, one) = db.rows(
        "SELECT bank, area_code, numerator::text, denominator::text, value::text, unit, target::text, keeps, met,"
        " unknown, unmatched, freshness, rule_version, run_id FROM marts.financing ORDER BY bank"
    )
    assert whole == (
        *(
            "ALL",
            "410100",
            "10000.000000",
            "1000000.000000",
            "0.012345",
            "ratio",
            "0.010000",
            "<=",
            False,
            2,
            7,
        ),
        *("financing_guarantee=stale", "r1", "r1"),
    )
    assert one[0] == "甲担保" and one[4:9] == ("0.010000", "ratio", "0.010000", "<=", True)
    assert db.rows(LATEST) == [
        (Z, "ALL", Decimal("0.012345"), D2, "r1"),
        (Z, "甲担保", Decimal("0.010000"), D2, "r1"),
    ]
    report_ = report.tables["marts.financing"]
    assert (report_.rows, report_.entered, report_.changed, report_.left) == (2, 2, 0, 0)


def test_the_same_again_changes_nothing_and_a_new_figure_one_row(db, engine, lake):
    night = content(z={"ALL": fee("0.012"), "甲担保": fee("0.01")})
    publish_content(engine, lake, "r1", D2, night, 1)
    assert publish_content(engine, lake, "r2", D2, night, 2).state == "unchanged"
    assert {row[-1] for row in db.rows(LATEST)} == {"r1"}
    changed = content(z={"ALL": fee("0.012"), "甲担保": fee(None)})
    report = publish_content(engine, lake, "r3", D2, changed, 3).tables["marts.financing"]
    assert (report.entered, report.left, report.changed) == (0, 0, 1)
    assert [(bank, value, run) for _, bank, value, _, run in db.rows(LATEST)] == [
        ("ALL", Decimal("0.012000"), "r1"),
        ("甲担保", None, "r3"),
    ]


def test_every_day_stays_and_a_bank_that_is_gone_leaves_its_day_only(db, engine, lake):
    publish_content(engine, lake, "r1", D1, content(z={"ALL": fee("0.01"), "甲担保": fee("0.01")}), 1)
    publish_content(engine, lake, "r2", D2, content(z={"ALL": fee("0.02"), "甲担保": fee("0.02")}), 2)
    publish_content(engine, lake, "r3", D2, content(z={"ALL": fee("0.02")}), 3)
    assert db.rows("SELECT biz_date, bank FROM marts.financing ORDER BY 1, 2") == [
        (D1, "ALL"),
        (D1, "甲担保"),
        (D2, "ALL"),
    ]
    # an older day afterwards writes its own rows and leaves the newest alone
    publish_content(engine, lake, "r4", D1, content(z={"ALL": fee("0.03")}), 4)
    assert [row[2:4] for row in db.rows(LATEST)] == [(Decimal("0.020000"), D2)]
    assert db.rows("SELECT value FROM marts.financing WHERE biz_date = :d", d=D1) == [(Decimal("0.030000"),)]


def test_a_run_of_one_area_leaves_the_other_alone(db, engine, lake):
    both = content(z={"ALL": fee("0.01")}, l={"ALL": fee("0.01")})
    publish_content(engine, lake, "r1", D2, both, 1)
    other = content(z={"ALL": fee("0.05")}, l={"ALL": fee("0.05")})
    publish_content(engine, lake, "r2", D2, other, 2, areas=["410300"])
    assert [(one, value) for one, _, value, *_ in db.rows(LATEST)] == [
        (L, Decimal("0.050000")),
        (Z, Decimal("0.010000")),
    ]


def test_a_run_without_such_a_file_publishes_the_rest(db, engine, lake):
    publish_content(engine, lake, "r1", D2, Content(coverage={"luoyang.coverage": (1, 2)}), 1)
    assert db.one("SELECT count(*) FROM marts.financing") == 0
    assert db.one("SELECT count(*) FROM marts.coverage") == 1


def test_a_figure_nobody_declared_is_refused(db, engine, lake):
    night = content(z={"ALL": fee("0.01")})
    rows = night.rows(D2)
    rows["financing"][0]["measure_id"] = "luoyang.fee"
    night.rows = lambda day: rows
    with pytest.raises(PublishError, match="luoyang"):
        publish_content(engine, lake, "r1", D2, night, 1)


def test_what_decide_writes_is_what_publication_reads(db, engine, lake, tmp_path):
    """The real file of a real measure goes through as it is, large figures and unknown ones too."""
    scene = Scene(tmp_path / "scene")
    scene.events("loan", [at_home(n, bank="甲乙"[n % 2], amount=f"{10**13 + n}.99") for n in range(5)])
    packs = sound(
        scene,
        "events: loan\nduring: year\nfigure: {sum: amount}\ntarget: sum_wanted",
        "events: loan\nduring: quarter\nfigure: {mean: rate, weight: amount}",
        "events: guarantee\nduring: year\nfigure: {count: rows}\ntarget: few",
    )
    report = scene.decide(packs, D2)
    rows = scene.rows(report, "financing")
    assert len(rows) == 3 + 1 + 1
    figures = {row["measure_id"]: {} for row in rows}
    for row in rows:
        figures[row["measure_id"]][row["bank"]] = {
            k: v for k, v in row.items() if k not in ("measure_id", "bank")
        }
    night = Content()
    made = night.rows(D2)
    made["measure"] = [
        {
            "measure_id": name,
            "kind": "target",
            "area_code": "410100",
            "rule_version": "r1",
            "rule_sources": "{}",
        }
        for name in figures
    ]
    made["financing"] = rows
    night.financing = {}
    night.rows = lambda day: made
    publish_content(engine, lake, "r1", D2, night, 1)
    written = pq.read_table(Lake(str(tmp_path / "lake")).uri("results", "r1", "financing.parquet"))
    assert written.schema == pa.schema(SHAPES["financing"])
    assert pq.read_schema(scene.lake.uri(report.files["financing"])).names == written.schema.names
    stands = db.rows(
        "SELECT measure_id, bank, value, unit, target, keeps, met, unknown FROM marts.financing ORDER BY 1, 2"
    )
    wanted = ("measure_id", "bank", "value", "unit", "target", "keeps", "met", "unknown")
    assert stands == [tuple(row[name] for name in wanted) for row in rows]
    assert stands[0][2] == Decimal("50000000000014.95")


def test_the_summary_shows_value_unit_goal_and_whether_it_is_kept(db, engine, lake, tmp_path):
    night = content(
        z={"ALL": fee("0.0125", unknown=3, unmatched=4), "甲担保": fee("0.01"), "unknown": fee("0.02")},
        l={"ALL": fee("123456.78", unit="yuan", target=None, keeps=None, met=None)},
    )
    publish_content(engine, lake, "r1", D2, night, 1)
    with engine.connect() as connection:
        summary = summarise(connection, "r1")
    assert [(row["measure_id"], row["banks"]) for row in summary.financing] == [(L, 0), (Z, 1)]
    services = SimpleNamespace(
        airflow=SimpleNamespace(url="http://x"), settings=SimpleNamespace(home=tmp_path)
    )
    text = io.StringIO()
    Console(file=text, width=140).print(render(summary, services, "success", {}))
    lines = {line.split()[0]: line.split() for line in text.getvalue().splitlines() if ".fee" in line}
    assert lines[Z][1:8] == ["1.25%", "≤", "1.00%", "否", "1", "3", "4"]
    # what has no goal is counted below, with the table that tells it
    assert (
        L not in lines and "另有 1 项没有目标，或是另一种读法，见 marts.financing_latest" in text.getvalue()
    )
    assert "融资 / financing" in text.getvalue()
    publish_content(engine, lake, "r2", D3, Content(coverage={"luoyang.coverage": (1, 2)}), 2)
    with engine.connect() as connection:
        assert summarise(connection, "r2").financing == []
