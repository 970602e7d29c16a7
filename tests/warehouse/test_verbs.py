"""The verbs on a real warehouse and lake, without a scheduler: what a person would see after odd nights."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from srdi.conform import batch as conforming
from srdi.installation import BadDelivery, BadRequest
from srdi.night import Night
from srdi.reports.summary import summarise
from srdi.samples import generate
from srdi.samples.codes import invent
from srdi.settings import Settings

pytestmark = pytest.mark.full
REGISTRY = "enterprise_registry"
DAY = date(2025, 9, 30)
CODES = invent(np.arange(40), np.full(40, 410305))


class Verbs:
    """A night whose clock is moved by hand, one hour a call."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.night = Night(Settings(home, str(home / "lake")), url)
        self.clock = datetime(2025, 10, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self.clock += timedelta(hours=1)
        return self.clock

    def ingest(self, inbox: Path, source: str = REGISTRY) -> None:
        self.night.pull(source, inbox / source, self.now())
        self.night.conform(source, self.now())
        self.night.validate(source, self.now())

    def ingest_lists(self, inbox: Path) -> None:
        """What the lists rest on; the other sources then count as never received."""
        for source in (REGISTRY, "title_list"):
            self.ingest(inbox, source)

    def ask(self, day: date, inbox: Path, **params) -> dict:
        now = self.now()
        return self.night.open_run(
            dag_run_id=f"manual__{now.isoformat()}",
            kind="manual",
            conf={},
            known_keys=set(),
            params={"reason": "核对", "inbox": str(inbox), **params},
            biz_date=day,
            started_at=now,
        )

    def recompute(self, day: date, inbox: Path, **params) -> tuple[dict, dict]:
        request = self.ask(day, inbox, **params)
        self.night.resolve(request, self.now())
        self.night.decide(request, self.now())
        return request, self.night.publish(request, self.now())


@pytest.fixture
def verbs(db, tmp_path):
    made = Verbs(tmp_path, db.url())
    yield made
    made.night.engine.dispose()


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    (folder / REGISTRY).mkdir(parents=True)
    return folder


def export(inbox: Path, name: str, codes: list[str], suffix: str = "", place: str = "涧西区") -> None:
    """A registry export with these enterprises."""
    with (inbox / REGISTRY / name).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["统一社会信用代码", "企业名称", "登记状态", "所属区县", "行业代码", "成立日期"])
        for code in codes:
            lines.writerow([code, f"洛阳{code[8:17]}{suffix}有限公司", "存续", place, "C3560", "2015-03-01"])


def batches(db) -> dict[str, tuple[str, str | None]]:
    return {
        name: (state, code)
        for name, state, code in db.rows(
            "SELECT file_name, state, refusal_code FROM control.batch ORDER BY landed_at, batch_id"
        )
    }


GOOD, REPLACED = ("accepted", None), ("superseded", None)


def test_a_whole_export_sent_again_replaces_the_first_of_its_day(verbs, inbox, db):
    export(inbox, "登记_20250930.csv", CODES)
    verbs.ingest(inbox)
    export(inbox, "登记更正_20250930.csv", CODES[1:], "更名")
    verbs.ingest(inbox)
    assert batches(db) == {"登记_20250930.csv": REPLACED, "登记更正_20250930.csv": GOOD}
    request = verbs.ask(DAY, inbox)
    assert verbs.night.resolve(request, verbs.now())["rows"]["enterprise"] == 39
    verbs.ingest(inbox)  # both files still lie there
    assert batches(db) == {"登记_20250930.csv": REPLACED, "登记更正_20250930.csv": GOOD}


def test_parts_of_a_day_stand_together(verbs, inbox, db):
    export(inbox, "登记1_20250930.csv", CODES[:22])
    verbs.ingest(inbox)
    export(inbox, "登记2_20250930.csv", CODES[20:])
    verbs.ingest(inbox)
    assert set(batches(db).values()) == {GOOD}
    request = verbs.ask(DAY, inbox)
    assert verbs.night.resolve(request, verbs.now())["rows"]["enterprise"] == 40


def test_of_two_whole_exports_in_one_folder_the_copy_counts(verbs, inbox, db):
    """Neither is refused for having doubled the day."""
    export(inbox, "登记_20250929.csv", CODES[:39])
    verbs.ingest(inbox)
    export(inbox, "登记_20250930.csv", CODES)
    export(inbox, "登记_20250930(1).csv", CODES, "更名")
    verbs.ingest(inbox)
    assert batches(db) == {
        "登记_20250929.csv": GOOD,
        "登记_20250930.csv": REPLACED,
        "登记_20250930(1).csv": GOOD,
    }


def test_a_shrunken_second_export_leaves_the_first_in_force(verbs, inbox, db):
    export(inbox, "登记_20250929.csv", CODES)
    export(inbox, "登记_20250930.csv", CODES)
    verbs.ingest(inbox)
    export(inbox, "登记更正_20250930.csv", CODES[:25], "更名")
    with pytest.raises(BadDelivery, match="登记更正_20250930"):
        verbs.ingest(inbox)
    assert batches(db) == {
        "登记_20250929.csv": GOOD,
        "登记_20250930.csv": GOOD,
        "登记更正_20250930.csv": ("refused", "shrunk"),
    }


def test_a_crash_in_conform_refuses_that_file_alone_and_is_tried_again(verbs, inbox, db, monkeypatch):
    export(inbox, "登记1_20250930.csv", CODES[:20])
    export(inbox, "登记2_20250930.csv", CODES[20:])
    sound = conforming.conform

    def crash_on_the_first(contract, dictionary, landed, *more, **options):
        if landed.file_name.startswith("登记1"):
            raise ZeroDivisionError
        return sound(contract, dictionary, landed, *more, **options)

    monkeypatch.setattr(conforming, "conform", crash_on_the_first)
    with pytest.raises(BadDelivery, match="登记1"):
        verbs.ingest(inbox)
    assert batches(db) == {"登记1_20250930.csv": ("refused", "internal"), "登记2_20250930.csv": GOOD}
    monkeypatch.undo()
    verbs.ingest(inbox)
    assert set(batches(db).values()) == {GOOD}


def test_without_a_good_batch_nothing_is_published(verbs, inbox, db):
    with pytest.raises(BadRequest, match="没有任何合格的批次"):
        verbs.recompute(DAY, inbox)
    assert db.one("SELECT COUNT(*) FROM control.publication") == 0


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    """Three small cities without quirks: of the day before, of the day, and quite another one of the day."""
    folder = tmp_path_factory.mktemp("cities")
    generate(folder / "before", 800, 1, DAY - timedelta(1), "none")
    generate(folder / "day", 800, 1, DAY, "none")
    generate(folder / "other", 800, 2, DAY, "none")
    return folder


def test_the_sample_city_does_not_replace_real_data(verbs, cities, db):
    samples = verbs.night.settings.samples
    samples.symlink_to(cities / "other")
    verbs.ingest_lists(cities / "day")
    verbs.recompute(DAY, cities / "day")
    real = db.rows("SELECT measure_id, uscc FROM marts.whitelist ORDER BY 1, 2")
    verbs.ingest_lists(samples)
    with pytest.raises(BadRequest, match="不用示范城市覆盖"):
        verbs.recompute(DAY, samples)
    assert db.rows("SELECT measure_id, uscc FROM marts.whitelist ORDER BY 1, 2") == real
    _, told = verbs.recompute(DAY, samples, force=True)
    assert told["state"] == "published"
    assert db.rows("SELECT measure_id, uscc FROM marts.whitelist ORDER BY 1, 2") != real


def test_a_retried_publication_keeps_its_state(verbs, cities, db):
    verbs.ingest_lists(cities / "day")
    request, told = verbs.recompute(DAY, cities / "day")
    assert told["state"] == "published" and told["rows_changed"] > 0
    again = verbs.night.publish(request, verbs.now())
    assert again["state"] == "published"
    assert db.rows("SELECT state FROM control.run") == [("published",)]


def test_an_odd_night_is_held_and_forcing_it_is_written_down(verbs, cities, db):
    verbs.ingest_lists(cities / "before")
    verbs.recompute(DAY - timedelta(1), cities / "before")
    before = db.rows("SELECT measure_id, uscc FROM marts.whitelist ORDER BY 1, 2")
    verbs.ingest_lists(cities / "other")
    _, told = verbs.recompute(DAY, cities / "other")
    assert told["state"] == "held" and told["held"]
    assert db.rows("SELECT measure_id, uscc FROM marts.whitelist ORDER BY 1, 2") == before
    assert db.one("SELECT COUNT(*) FROM control.audit") == 0
    request, told = verbs.recompute(DAY, cities / "other", force=True, reason="换库")
    assert told["state"] == "published"
    assert db.rows("SELECT action, subject, reason FROM control.audit") == [
        ("forced publication", request["run_id"], "换库")
    ]


def summary_of(verbs: Verbs, request: dict):
    with verbs.night.engine.connect() as connection:
        return summarise(connection, request["run_id"])


def test_the_summary_names_what_keeps_standing_and_what_fails_widely(verbs, cities, inbox, db):
    """A file refused on an earlier night, a column in another unit, no title list at all."""
    taxes = inbox / "tax_annual"
    taxes.mkdir()
    for path in (cities / "day" / "tax_annual").iterdir():
        text = path.read_bytes().decode("utf-8-sig").replace("研发费用(元)", "研发费用(百万元)", 1)
        assert "百万元" in text
        (taxes / path.name).write_text(text, "utf-8")
    (inbox / "registry_risk").mkdir()
    (inbox / "registry_risk" / "名单_20250930.csv").write_text("甲,乙\n1,2\n", "utf-8")
    export(inbox, "登记_20250930.csv", CODES, place="金水区")
    verbs.ingest(inbox)
    verbs.ingest(inbox, "tax_annual")
    with pytest.raises(BadDelivery):
        verbs.ingest(inbox, "registry_risk")
    verbs.recompute(DAY, inbox)
    second, told = verbs.recompute(DAY, inbox)
    assert told["state"] == "unchanged"
    summary = summary_of(verbs, second)
    assert [(row["source"], row["refusal_code"]) for row in summary.standing] == [
        ("registry_risk", "foreign")
    ]
    assert "rd_within_revenue" in {row["check_id"] for row in summary.loud}
    assert any("没有收到过可用的称号名单" in line for line in summary.told)
    assert summary.sample is False
    stocks = [row for row in summary.targets if row["measure_id"].startswith("zhengzhou.champion")]
    assert [(row["actual"], row["met"], row["unknown"]) for row in stocks] == [(None, None, 40)]


def test_a_rerun_that_published_nothing_says_that_nobody_came(verbs, cities):
    verbs.ingest_lists(cities / "day")
    first, told = verbs.recompute(DAY, cities / "day")
    assert told["state"] == "published"
    came = {row["measure_id"]: row["entered"] for row in summary_of(verbs, first).lists}
    assert min(came[f"{city}.whitelist"] for city in ("luoyang", "zhengzhou")) > 0
    again, told = verbs.recompute(DAY, cities / "day")
    assert told["state"] == "unchanged"
    rows = summary_of(verbs, again).lists
    assert {(row["measure_id"], row["entered"], row["gone"]) for row in rows} == {(one, 0, 0) for one in came}
    assert {row["measure_id"]: row["listed"] for row in rows} == came


def test_the_summary_of_the_sample_city_says_so_and_complains_of_nothing(verbs, cities):
    samples = verbs.night.settings.samples
    samples.symlink_to(cities / "day")
    verbs.ingest_lists(samples)
    verbs.ingest(samples, "tax_annual")
    request, _ = verbs.recompute(DAY, samples)
    summary = summary_of(verbs, request)
    assert summary.sample is True
    assert (summary.standing, summary.loud) == ([], [])
