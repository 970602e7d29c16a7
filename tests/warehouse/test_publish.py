"""Publication on a real PostgreSQL: what readers see, what a rerun changes, what the guard stops."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from night_files import LOOSE, Content, freshness, moment, publish_content, run_info, write
from sqlalchemy import text

from srdi.engine.duck import connect
from srdi.warehouse.publish import Guard, PublishError, publish

pytestmark = pytest.mark.full
Z, L, C = "zhengzhou.whitelist", "luoyang.whitelist", "luoyang.coverage"
D1, D2, D3 = date(2025, 9, 29), date(2025, 9, 30), date(2025, 10, 1)


def first() -> Content:
    return Content(
        lists={Z: {"A": "listed", "B": "excluded"}, L: {"C": "listed"}},
        ends={"A": date(2025, 12, 31)},
        coverage={C: (1, 3)},
        members={C: {"C": "missing"}},
    )


def snapshot(db) -> dict:
    """Everything that is stored, with the physical version of every row."""
    tables = [
        "store.whitelist",
        "store.whitelist_reason",
        "store.measure_member",
        "marts.whitelist_history",
        "marts.whitelist_change",
        "marts.coverage",
        "core.enterprise_history",
        "core.title",
        "core.measure",
    ]
    return {t: sorted(db.rows(f"SELECT t.xmin::text, t::text FROM {t} AS t")) for t in tables}


def test_first_publication_shows_the_list_with_its_day_and_run(db, engine, lake):
    report = publish_content(engine, lake, "r1", D2, first(), 1)
    assert report.state == "published"
    assert db.rows(
        "SELECT uscc, biz_date, verdict, reason_codes, listed_since, days_to_lapse, run_id, rule_version"
        " FROM marts.whitelist WHERE measure_id = :m ORDER BY uscc",
        m=Z,
    ) == [
        ("A", D2, "listed", [], D2, 92, "r1", "r1"),
        ("B", D2, "excluded", ['a "quoted" \\ code', "excluded"], None, None, "r1", "r1"),
    ]
    assert db.rows("SELECT numerator, denominator, rate::text, run_id FROM marts.coverage_latest") == [
        (1, 3, "0.333333", "r1")
    ]
    assert db.rows("SELECT uscc, outcome, biz_date FROM marts.measure_member") == [("C", "missing", D2)]
    assert db.rows("SELECT uscc, last_seen FROM core.enterprise ORDER BY 1") == [
        ("A", D2),
        ("B", D2),
        ("C", D2),
    ]
    assert [(one.measure_id, one.listed, one.excluded, one.entered) for one in report.lists] == [
        (L, 1, 0, 1),
        (Z, 1, 1, 1),
    ]


def test_a_second_run_of_the_same_content_touches_no_row_and_says_so(db, engine, lake):
    publish_content(engine, lake, "r1", D2, first(), 1)
    before = snapshot(db)
    report = publish_content(engine, lake, "r2", D2, first(), 2)
    assert report.state == "unchanged" and report.rows_changed == 0
    assert snapshot(db) == before
    said = db.rows(
        "SELECT rows_entered + rows_left + rows_changed, content_sha256 = previous_sha256"
        " FROM control.publication WHERE run_id = 'r2'"
    )
    assert said and set(said) == {(0, True)}
    assert db.one("SELECT state FROM control.run WHERE run_id = 'r2'") == "unchanged"


def test_a_night_without_changes_writes_only_the_small_aggregates(db, engine, lake):
    publish_content(engine, lake, "r1", D1, first(), 1)
    before = snapshot(db)
    report = publish_content(engine, lake, "r2", D2, first(), 2)
    after = snapshot(db)
    assert report.state == "published"
    assert {name for name in before if before[name] != after[name]} == {"marts.coverage"}
    assert db.rows("SELECT DISTINCT biz_date, run_id FROM marts.whitelist") == [(D2, "r2")]
    assert db.one("SELECT days_to_lapse FROM marts.whitelist WHERE uscc = 'A'") == 92
    assert db.one("SELECT listed_since FROM marts.whitelist WHERE uscc = 'A'") == D1
    assert db.one("SELECT MIN(last_seen) FROM core.enterprise") == D2
    assert db.one("SELECT COUNT(*) FROM marts.coverage") == 2


def test_changes_name_their_cause(db, engine, lake):
    content = first()
    content.lists[Z] |= {"E": "listed", "K": "listed", "S": "listed", "X": "review"}
    content.sources = {"serious_dishonest": ["registry_risk"]}
    freshness(db, D1, registry_risk="fresh")
    freshness(db, D2, registry_risk="stale")
    content.ends["K"] = D1
    publish_content(engine, lake, "r1", D1, content, 1)
    db.run(
        "INSERT INTO control.exception (measure_id, uscc, effect, valid_from, reason, decided_by, decided_at)"
        " VALUES (:m, 'E', 'exclude', :d, '测试', 'officer', now())",
        m=Z,
        d=D2,
    )
    content = first()
    content.sources = {"serious_dishonest": ["registry_risk"]}
    content.lists[Z] = {"A": "excluded", "B": "listed", "E": "excluded", "K": "review", "S": "review"}
    content.ends["K"] = D1
    content.reasons[Z, "S"] = ("unknown", "review")
    report = publish_content(engine, lake, "r2", D2, content, 2)
    assert db.rows(
        "SELECT uscc, change, cause, detail, batch_id FROM marts.whitelist_change WHERE biz_date = :d ORDER BY 1",
        d=D2,
    ) == [
        ("A", "left", "data", '在册 → 不予纳入：a "quoted" \\ code、excluded', None),
        ("B", "entered", "data", "不予纳入 → 在册", None),
        ("E", "left", "exception", '在册 → 不予纳入：a "quoted" \\ code、excluded', None),
        ("K", "left", "calendar", '在册 → 待核：a "quoted" \\ code、review', None),
        (
            "S",
            "left",
            "staleness",
            '在册 → 待核：a "quoted" \\ code、review；serious_dishonest',
            "b1",
        ),
        (
            "X",
            "verdict",
            "data",
            "待核 → 不予纳入：left_unregistered；left_unregistered 企业登记中已无此企业",
            None,
        ),
    ]
    assert (report.entered, report.left, report.changed) == (1, 4, 1)
    content.lists[Z]["A"], content.rule_version = "listed", "r2"
    publish_content(engine, lake, "r3", D3, content, 3)
    assert db.rows("SELECT uscc, cause FROM marts.whitelist_change WHERE biz_date = :d", d=D3) == [
        ("A", "rule")
    ]


def test_an_older_day_writes_history_and_aggregates_and_never_the_live_rows(db, engine, lake):
    publish_content(engine, lake, "r1", D1, first(), 1)
    publish_content(engine, lake, "r3", D3, first(), 2)
    live = ("store.whitelist", "store.whitelist_reason", "store.measure_member", "core.title", "core.measure")
    before = snapshot(db)
    content = first()
    content.lists[Z]["A"] = "excluded"
    content.coverage[C] = (3, 3)
    report = publish_content(engine, lake, "r2", D2, content, 3)
    after = snapshot(db)
    assert report.state == "published" and not any(t.live for t in report.tables.values())
    assert all(before[name] == after[name] for name in live)
    on = "SELECT verdict FROM marts.whitelist_on(:day) WHERE uscc = 'A'"
    assert [db.one(on, day=day) for day in (D1, D2, D3)] == ["listed", "excluded", "listed"]
    known = "SELECT verdict FROM marts.whitelist_on(:day, :at) WHERE uscc = 'A'"
    assert db.one(known, day=D2, at=moment(2)) == "listed"
    assert db.one(known, day=D2, at=moment(3)) == "excluded"
    assert db.rows(
        "SELECT biz_date, change, cause FROM marts.whitelist_change WHERE uscc = 'A' ORDER BY 1"
    ) == [(D1, "entered", "data"), (D2, "left", "correction"), (D3, "entered", "correction")]
    assert db.one("SELECT listed_since FROM marts.whitelist WHERE uscc = 'A'") == D3
    assert db.one("SELECT biz_date FROM marts.coverage_latest") == D3
    assert db.one("SELECT numerator FROM marts.coverage WHERE biz_date = :d", d=D2) == 3


def test_a_run_for_one_area_touches_only_its_measures(db, engine, lake):
    content = first()
    content.lists = {Z: {"A": "listed", "B": "listed"}, L: {"C": "listed", "D": "listed"}}
    publish_content(engine, lake, "r1", D1, content, 1)
    content.lists = {Z: {"A": "excluded", "B": "listed"}, L: {"C": "review", "D": "listed"}}
    report = publish_content(engine, lake, "r2", D2, content, 2, areas=["410300"])
    assert [one.measure_id for one in report.lists] == [L]
    assert db.rows("SELECT measure_id, uscc, biz_date, verdict FROM marts.whitelist ORDER BY 1, 2") == [
        (L, "C", D2, "review"),
        (L, "D", D2, "listed"),
        (Z, "A", D1, "listed"),
        (Z, "B", D1, "listed"),
    ]
    publish_content(engine, lake, "r3", D2, content, 3)
    assert db.one("SELECT verdict FROM marts.whitelist WHERE uscc = 'A'") == "excluded"


def test_a_dry_run_reports_the_same_and_publishes_nothing(db, engine, lake):
    dry = publish_content(engine, lake, "r0", D2, first(), 1, dry_run=True)
    assert db.one("SELECT COUNT(*) FROM control.publication") == 0
    assert db.one("SELECT COUNT(*) FROM store.whitelist") == 0
    wet = publish_content(engine, lake, "r1", D2, first(), 1)
    assert dry.state == "dry_run"
    assert (dry.tables, dry.lists, dry.rows_changed) == (wet.tables, wet.lists, wet.rows_changed)


def test_a_list_that_shrinks_oddly_waits_for_a_person(db, engine, lake):
    content = first()
    content.lists[Z] = {f"A{n:02}": "listed" for n in range(30)}
    publish_content(engine, lake, "r1", D1, content, 1)
    content.lists[Z] = {f"A{n:02}": "listed" for n in range(10)}
    held = publish_content(engine, lake, "r2", D2, content, 2, limits=Guard())
    assert held.state == "held" and [(h.before, h.after) for h in held.held] == [(30, 10)]
    assert (
        db.one("SELECT COUNT(*) FROM marts.whitelist WHERE verdict = 'listed' AND measure_id = :m", m=Z) == 30
    )
    again = publish_content(engine, lake, "r2", D2, content, 3, limits=Guard())
    assert again.state == "held"
    assert db.rows("SELECT run_id, decision FROM control.approval") == [("r2", "held")]
    db.run("UPDATE control.approval SET decision = 'approved', decided_by = 'officer', decided_at = now()")
    assert publish_content(engine, lake, "r2", D2, content, 4, limits=Guard()).state == "published"
    assert db.rows(
        "SELECT verdict, COUNT(*) FROM marts.whitelist WHERE measure_id = :m GROUP BY 1 ORDER BY 1", m=Z
    ) == [("excluded", 20), ("listed", 10)]  # those who left are shown for thirty days


def test_what_a_person_decided_on_a_name_stands(db, engine, lake):
    def named(raw, uscc, state):
        return {"source": "title_list", "raw_name": raw, "uscc": uscc, "method": "proposed", "state": state}

    content = first()
    content.names = [named("甲", "A", "open"), named("乙", "B", "open"), named("丙", "C", "open")]
    publish_content(engine, lake, "r1", D1, content, 1)
    db.run(
        "UPDATE quality.name_match SET state = 'accepted', uscc = 'Z', decided_by = 'officer',"
        " decided_at = now() WHERE raw_name IN ('甲', '丙')"
    )
    content.names = [named("甲", "B", "rejected"), named("乙", "C", "open")]
    publish_content(engine, lake, "r2", D2, content, 2)
    assert db.rows('SELECT raw_name, uscc, state FROM quality.name_match ORDER BY raw_name COLLATE "C"') == [
        ("丙", "Z", "accepted"),
        ("乙", "C", "open"),
        ("甲", "Z", "accepted"),
    ]


def test_results_that_contradict_themselves_are_refused_whole(db, engine, lake):
    content = first()
    write(lake, "r1", D2, content)
    con = connect(lake, threads=1)
    con.execute(
        f"COPY (SELECT * FROM read_parquet('{lake.uri('results/r1/whitelist.parquet')}') UNION ALL"
        f" SELECT * FROM read_parquet('{lake.uri('results/r1/whitelist.parquet')}'))"
        f" TO '{lake.make_room('results/twice/whitelist.parquet')}'"
    )
    for name in ("whitelist_reason", "coverage", "measure_member", "measure"):
        lake.filesystem.copy(
            lake.uri(f"results/r1/{name}.parquet"), lake.uri(f"results/twice/{name}.parquet")
        )
    run = run_info("twice", D2, content)
    with pytest.raises(PublishError, match="主键重复"):
        publish(engine, run, "facts/r1", "results/twice", lake, con, moment(1), limits=LOOSE)
    with pytest.raises(PublishError, match="缺少结果文件"):
        publish(engine, run, "facts/r1", "results/none", lake, con, moment(1), limits=LOOSE)
    assert db.one("SELECT COUNT(*) FROM control.publication") == 0
    assert db.one("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'staging'") == 0


def test_two_publishers_at_once_both_end_and_the_later_day_is_live(db, engine, lake):
    contents = {"r1": (D1, first()), "r2": (D2, first())}
    contents["r2"][1].lists[Z] |= {"A": "excluded", "G": "listed"}
    reports, errors = {}, []

    def go(run_id):
        try:
            reports[run_id] = publish_content(db.engine(), lake, run_id, *contents[run_id], 1)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=go, args=(run_id,)) for run_id in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert db.rows("SELECT uscc, biz_date, verdict FROM marts.whitelist WHERE uscc = 'A'") == [
        ("A", D2, "excluded")
    ]
    on = "SELECT verdict FROM marts.whitelist_on(:day) WHERE uscc = 'A'"
    assert [db.one(on, day=day) for day in (D1, D2)] == ["listed", "excluded"]
    assert db.one("SELECT COUNT(DISTINCT published_at) FROM control.publication") == 2


def test_a_reader_sees_only_the_old_state_or_the_new(db, engine, lake):
    old, new = first(), first()
    old.lists[Z] = {f"A{n:03}": "listed" for n in range(300)}
    new.lists[Z] = {f"A{n:03}": "excluded" for n in range(150, 500)}
    publish_content(engine, lake, "r1", D1, old, 1)
    seen, stop = set(), threading.Event()

    def poll():
        with db.engine("srdi_reader").connect() as connection:
            while not stop.is_set():
                row = connection.execute(
                    text(
                        "SELECT COUNT(*), MIN(verdict), MAX(verdict), MIN(biz_date), MAX(run_id),"
                        " (SELECT MAX(biz_date) FROM marts.coverage_latest)"
                        " FROM marts.whitelist WHERE measure_id = :m"
                    ),
                    {"m": Z},
                ).one()
                connection.rollback()
                seen.add(tuple(row))

    thread = threading.Thread(target=poll)
    thread.start()
    publish_content(engine, lake, "r2", D2, new, 2)
    stop.set()
    thread.join()
    assert seen <= {(300, "listed", "listed", D1, "r1", D1), (500, "excluded", "excluded", D2, "r2", D2)}
    assert len(seen) >= 1
