"""Enterprises that left a list's population stay on it for thirty days, excluded and with a reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from night_files import LOOSE, Content, batch, manifest, moment, publish_content, run_info
from policy.scene import Scene, uscc
from test_publish import snapshot

from srdi.policy.loader import load
from srdi.reports.enterprise import left_lists
from srdi.warehouse.publish import publish

pytestmark = pytest.mark.full
Z, L = "zhengzhou.whitelist", "luoyang.whitelist"
D1 = date(2025, 9, 1)


def day(n: int) -> date:
    """The n-th day; day(1) is the first one published."""
    return D1 + timedelta(days=n - 1)


def city(*codes: str, **more) -> Content:
    """Zhengzhou's list with these enterprises, all of them listed."""
    content = Content(lists={Z: dict.fromkeys(codes, "listed")}, **more)
    content.ends = dict.fromkeys(codes, date(2026, 6, 30)) | content.ends
    content.places = dict.fromkeys(codes, "410100") | content.places
    return content


def live(db, measure: str = Z) -> dict[str, tuple]:
    rows = db.rows(
        "SELECT uscc, verdict, reason_codes, left_on FROM marts.whitelist WHERE measure_id = :m", m=measure
    )
    return {code: (verdict, codes, left_on) for code, verdict, codes, left_on in rows}


GONE = ("excluded", ["left_population"])


def test_a_leaver_stays_thirty_days_excluded_with_a_reason_and_then_vanishes(db, engine, lake):
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    # registered, titled, in the city: nothing says why A is no longer in the population
    after = city("B", titles={"A": {"title": "省级"}}, places={"A": "410100"})
    report = publish_content(engine, lake, "r2", day(2), after, 2)
    assert live(db) == {"A": (*GONE, day(2)), "B": ("listed", [], None)}
    assert [(one.listed, one.excluded, one.left) for one in report.lists] == [(1, 1, 1)]
    row = db.rows(
        "SELECT rule_id, outcome, effect, observed, message_zh FROM marts.whitelist_reason WHERE uscc = 'A'"
    )
    assert [one[:4] for one in row] == [("left_population", "fail", "exclude", "已不在名单总体")]
    assert "2025-09-02" in row[0][4] and "已不在名单总体" in row[0][4]
    assert db.rows("SELECT name, area_code, title, title_valid_to FROM marts.whitelist WHERE uscc = 'A'") == [
        ("企业A", "410100", "省级", date(2026, 6, 30))
    ]
    with engine.connect() as connection:
        assert left_lists(connection, day(1), "A") == {} == left_lists(connection, day(2), "B")
        told = left_lists(connection, day(2), "A")[Z]
    assert (told["left_on"], told["reason_codes"]) == (day(2), ["left_population"])
    assert "已不在名单总体" in told["message_zh"]
    publish_content(engine, lake, "r31", day(31), after, 3)
    assert live(db)["A"] == (*GONE, day(2))
    publish_content(engine, lake, "r32", day(32), after, 4)
    assert set(live(db)) == {"B"}
    assert not db.rows("SELECT * FROM marts.whitelist_reason WHERE uscc = 'A'")
    assert db.rows(
        "SELECT biz_date, change, cause, verdict_before, verdict_after FROM marts.whitelist_change"
        " WHERE uscc = 'A' ORDER BY 1"
    ) == [
        (day(1), "entered", "data", None, "listed"),
        (day(2), "left", "data", "listed", "excluded"),
        (day(32), "verdict", "calendar", "excluded", None),
    ]
    on = "SELECT verdict FROM marts.whitelist_on(:day) WHERE uscc = 'A'"
    assert [db.rows(on, day=day(n)) for n in (1, 2, 31, 32)] == [
        [("listed",)], [("excluded",)], [("excluded",)], []
    ]  # fmt: skip


def test_the_same_night_again_and_a_quiet_night_write_nothing(db, engine, lake):
    after = city("B", places={"A": "410300"})
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    publish_content(engine, lake, "r2", day(2), after, 2)
    before = snapshot(db)
    again = publish_content(engine, lake, "r2b", day(2), after, 3)
    assert again.state == "unchanged" and snapshot(db) == before
    quiet = publish_content(engine, lake, "r3", day(3), after, 4)
    assert quiet.rows_changed == 0 and snapshot(db) == before
    assert db.rows("SELECT DISTINCT biz_date FROM marts.whitelist") == [(day(3),)]
    said = db.rows(
        "SELECT run_id, rows, content_sha256 FROM control.publication WHERE table_name = 'marts.whitelist'"
        " ORDER BY publication_id"
    )
    assert [rows for _, rows, _ in said] == [2, 2, 2, 2]
    hashes = [sha for _, _, sha in said]
    assert hashes[0] != hashes[1] == hashes[2] == hashes[3]
    # The row goes although decide said the same: content that differs has another hash.
    publish_content(engine, lake, "r32", day(32), after, 5)
    last = db.rows(
        "SELECT rows, rows_left, content_sha256 FROM control.publication WHERE run_id = 'r32'"
        " AND table_name = 'marts.whitelist'"
    )[0]
    assert last[:2] == (1, 1) and last[2] != hashes[3]


def test_one_who_comes_back_is_simply_on_the_list_again(db, engine, lake):
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    publish_content(engine, lake, "r2", day(2), city("B"), 2)
    publish_content(engine, lake, "r5", day(5), city("A", "B"), 3)
    assert live(db) == {"A": ("listed", [], None), "B": ("listed", [], None)}
    assert db.rows("SELECT rule_id FROM marts.whitelist_reason WHERE uscc = 'A'") == [("serious_dishonest",)]
    assert db.one("SELECT listed_since FROM marts.whitelist WHERE uscc = 'A'") == day(5)
    publish_content(engine, lake, "r40", day(40), city("B"), 4)
    assert live(db)["A"][2] == day(40)


def test_the_first_publication_knows_no_leavers_and_a_correction_of_it_neither(db, engine, lake):
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    publish_content(engine, lake, "r1b", day(1), city("B"), 2)
    # On that day nobody had been there before: A was never in the population.
    assert set(live(db)) == {"B"}


def test_a_rerun_with_mended_facts_mends_the_leavers(db, engine, lake):
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    publish_content(engine, lake, "r2", day(2), city("A"), 2)
    assert live(db)["B"][0] == "excluded"
    publish_content(engine, lake, "r2b", day(2), city("B"), 3)
    assert {code: row[0] for code, row in live(db).items()} == {"A": "excluded", "B": "listed"}
    publish_content(engine, lake, "r2c", day(2), city("A"), 4)
    assert {code: row[0] for code, row in live(db).items()} == {"A": "listed", "B": "excluded"}


def test_a_backfill_shows_the_leavers_of_its_day_and_leaves_the_newest_rows_alone(db, engine, lake):
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    publish_content(engine, lake, "r5", day(5), city("B"), 2)
    before = {name: rows for name, rows in snapshot(db).items() if name.startswith("store.")}
    publish_content(engine, lake, "r3", day(3), city("B"), 3)
    assert {name: rows for name, rows in snapshot(db).items() if name.startswith("store.")} == before
    on = "SELECT verdict FROM marts.whitelist_on(:day) WHERE uscc = 'A'"
    assert [db.rows(on, day=day(n)) for n in (2, 3, 5)] == [[("listed",)], [("excluded",)], [("excluded",)]]
    settled = snapshot(db)
    assert publish_content(engine, lake, "r3b", day(3), city("B"), 4).rows_changed == 0
    assert snapshot(db) == settled


def test_a_run_for_one_area_keeps_the_leavers_of_the_others(db, engine, lake):
    both = Content(lists={Z: {"A": "listed", "B": "listed"}, L: {"C": "listed", "D": "listed"}})
    publish_content(engine, lake, "r1", day(1), both, 1)
    fewer = Content(lists={Z: {"B": "listed"}, L: {"D": "listed"}})
    publish_content(engine, lake, "r2", day(2), fewer, 2)
    publish_content(engine, lake, "r3", day(3), fewer, 3, areas=["410300"])
    assert live(db)["A"][2] == live(db, L)["C"][2] == day(2)
    publish_content(engine, lake, "r40", day(40), fewer, 4, areas=["410300"])
    assert set(live(db)) == {"A", "B"} and set(live(db, L)) == {"D"}


def test_a_title_that_ran_out_is_shown_no_longer_than_its_days(db, engine, lake):
    """What decide itself shows as left counts from the day it left, not once more when decide drops it."""
    gone = Content(lists={Z: {"A": "excluded", "B": "listed"}}, left={"A": day(0)})
    publish_content(engine, lake, "r1", day(1), gone, 1)
    assert live(db)["A"][2] == day(0)
    publish_content(engine, lake, "r29", day(29), gone, 2)
    publish_content(engine, lake, "r30", day(30), Content(lists={Z: {"B": "listed"}}), 3)
    assert set(live(db)) == {"B"}


def test_news_of_an_old_cancellation_still_gives_thirty_days(db, engine, lake):
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    late = Content(lists={Z: {"A": "excluded", "B": "listed"}}, left={"A": day(-18)})
    publish_content(engine, lake, "r2", day(2), late, 2)
    assert live(db)["A"][2] == day(2)
    reasons = db.rows("SELECT * FROM store.whitelist_reason WHERE uscc = 'A'")
    publish_content(engine, lake, "r20", day(20), Content(lists={Z: {"B": "listed"}}), 3)
    assert live(db)["A"] == ("excluded", ['a "quoted" \\ code', "excluded"], day(2))
    assert db.rows("SELECT * FROM store.whitelist_reason WHERE uscc = 'A'") == reasons
    publish_content(engine, lake, "r32", day(32), Content(lists={Z: {"B": "listed"}}), 4)
    assert set(live(db)) == {"B"}


ENDED = {"title": "省级", "state": "recognised", "valid_from": date(2022, 7, 1)}


@pytest.mark.parametrize(
    ("after", "code", "said"),
    [
        (dict(places={"A": "410300"}), "left_moved", "洛阳市"),
        (dict(enterprises=[{"uscc": "B", "name": "企业B"}]), "left_unregistered", "已无此企业"),
        (dict(titles={"A": None}), "left_title_gone", "已无对应"),
        (dict(titles={"A": ENDED | {"valid_to": date(2026, 7, 1)}}), "left_population", "已不在名单总体"),
        (dict(titles={"A": ENDED | {"valid_to": day(2)}}), "left_title_corrected", "有效期更正为至 2025-09-01"),
        (
            dict(titles={"A": {"title": "省级", "state": "cancelled", "recognised_on": date(2025, 7, 1)}}),
            "left_title_cancelled",
            "2025-07-01 取消",
        ),
        (dict(rules=("h2", "t2")), "left_rule", "规则"),
    ],
)  # fmt: skip
def test_the_reason_says_why(db, engine, lake, after, code, said):
    publish_content(engine, lake, "r1", day(1), city("A", "B", rules=("h1", "t1")), 1)
    more = {"places": {"A": "410100"}, "rules": ("h1", "t1")} | after
    content = city("B", **more)
    publish_content(engine, lake, "r2", day(2), content, 2)
    assert live(db)["A"] == ("excluded", [code], day(2))
    rule_id, observed, message = db.rows(
        "SELECT rule_id, observed, message_zh FROM marts.whitelist_reason WHERE uscc = 'A'"
    )[0]
    assert rule_id == code and said in observed and observed in message and "2025-09-02" in message
    before = snapshot(db)
    assert publish_content(engine, lake, "r2b", day(2), content, 3).rows_changed == 0
    # Later nights keep what was said on the day it left, whatever becomes of the enterprise.
    publish_content(engine, lake, "r3", day(3), city("B", titles={"A": None}, rules=content.rules), 4)
    for name in ("store.whitelist", "store.whitelist_reason", "marts.whitelist_history"):
        assert snapshot(db)[name] == before[name]


def test_a_title_that_ran_out_between_two_far_nights_says_so(db, engine, lake):
    ends = {"A": day(10)}
    publish_content(engine, lake, "r1", day(1), city("A", "B", ends=ends), 1)
    title = ENDED | {"valid_to": day(11)}
    after = city("B", titles={"A": title}, places={"A": "410100"})
    publish_content(engine, lake, "r300", day(300), after, 2)
    assert live(db)["A"][1] == ["left_title_ended"]
    assert "有效期至 2025-09-10" in db.one("SELECT observed FROM marts.whitelist_reason WHERE uscc = 'A'")
    assert (
        db.one("SELECT cause FROM marts.whitelist_change WHERE uscc = 'A' AND change = 'left'") == "calendar"
    )


def test_a_match_that_a_person_rejected_says_so(db, engine, lake):
    name = {"source": "title_list", "raw_name": "企业A", "uscc": "A", "method": "exact", "state": "accepted"}
    # what was decided about the names of another source has nothing to do with titles
    other = name | {"source": "financing_guarantee", "raw_name": "企业0"}
    publish_content(engine, lake, "r1", day(1), city("A", "B", names=[name, other]), 1)
    db.run(
        "UPDATE quality.name_match SET state = 'rejected', decided_by = 'officer', decided_at = now()"
        " WHERE uscc = 'A'"
    )
    rejected = [name | {"uscc": None, "state": "rejected"}]
    after = city("B", names=rejected, titles={"A": {"uscc": None}}, places={"A": "410100"})
    for run, at in (("r2", 2), ("r2b", 3)):
        publish_content(engine, lake, run, day(2), after, at)
        assert live(db)["A"][1] == ["left_match"]
        assert "企业A" in db.one("SELECT observed FROM marts.whitelist_reason WHERE uscc = 'A'")


def test_an_exception_that_ended_says_so(db, engine, lake):
    db.run(
        "INSERT INTO control.exception (measure_id, uscc, effect, valid_from, valid_to, reason, decided_by,"
        " decided_at) VALUES (:m, 'A', 'include', :since, :until, '测试', 'officer', now())",
        m=Z,
        since=day(0),
        until=day(2),
    )
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    publish_content(engine, lake, "r2", day(2), city("B", places={"A": "410100"}), 2)
    assert live(db)["A"][1] == ["left_exception"]
    assert (
        db.one("SELECT cause FROM marts.whitelist_change WHERE uscc = 'A' AND change = 'left'") == "exception"
    )


def test_results_that_name_no_days_show_thirty_and_none_means_none(db, engine, lake):
    publish_content(engine, lake, "r1", day(1), city("A", "B", exit_days=None), 1)
    publish_content(engine, lake, "r2", day(2), city("B", exit_days=None), 2)
    assert set(live(db)) == {"A", "B"}
    publish_content(engine, lake, "r3", day(3), city("B", exit_days=0), 3)
    assert set(live(db)) == {"B"}


def test_the_sample_city_leaves_no_traces_on_a_real_list(db, engine, lake):
    sample, real = batch(db, "s1", "title_list", day(0), "sample"), batch(db, "i1", "title_list", day(0))
    manifest(db, "r1", day(1), city("A"), sample)
    publish_content(engine, lake, "r1", day(1), city("A"), 1)
    manifest(db, "r2", day(2), city("B"), real)
    publish_content(engine, lake, "r2", day(2), city("B"), 2)
    assert set(live(db)) == {"B"}
    manifest(db, "r3", day(3), city("C"), real)
    publish_content(engine, lake, "r3", day(3), city("C"), 3)
    assert set(live(db)) == {"B", "C"}


def test_what_decide_says_of_real_rules_and_the_leavers_go_together(db, engine, tmp_path):
    """From facts through the shipped packs: one moves to another city, one title is past its window."""
    member = {
        "city_code": "410100",
        "provincial_or_above": True,
        "operating": True,
        "title": "省级",
        "title_valid_to": date(2026, 7, 1),
        "title_batch_id": "title-1",
    }
    ended = member | {
        "provincial_or_above": False,
        "title_valid_to": None,
        "title_ended_on": day(1) - timedelta(181),
    }
    scene = Scene(tmp_path)

    def night(at: int, on: date, *people: dict) -> None:
        titles = [{"uscc": uscc(n), "raw_name": f"企业{n}", "title": "省级"} for n in range(len(people))]
        scene.facts(people, titles)
        report = scene.decide(load(), on)
        run = f"run{scene.runs}"
        publish(
            engine,
            run_info(run, on, Content()),
            str(tmp_path / "facts"),
            f"results/{run}",
            scene.lake,
            scene.con,
            moment(at),
            limits=LOOSE,
        )
        assert report.run_id == run

    night(1, day(1), member, member, ended)
    assert live(db)[uscc(2)] == ("excluded", ["title_in_force"], day(0))
    moved = member | {"city_code": "410300"}
    night(2, day(2), moved, member, ended)
    assert live(db) == {
        uscc(0): ("excluded", ["left_moved"], day(2)),
        uscc(1): ("listed", [], None),
        uscc(2): ("excluded", ["title_in_force"], day(0)),
    }
    assert live(db, L)[uscc(0)][0] == "listed"
    assert db.one("SELECT rule_sources ->> 'sme' FROM core.measure WHERE measure_id = :m", m=Z)
    hashes = db.rows(
        "SELECT DISTINCT rule_hash, rule_text_hash FROM control.measure_day WHERE measure_id = :m", m=Z
    )
    assert len(hashes) == 1 and all(hashes[0])
    night(3, day(30), moved, member, ended)
    assert set(live(db)) == {uscc(0), uscc(1)}
    night(4, day(32), moved, member, ended)
    assert set(live(db)) == {uscc(1)}


def test_a_dry_run_reports_the_leavers_and_keeps_none(db, engine, lake):
    publish_content(engine, lake, "r1", day(1), city("A", "B"), 1)
    dry = publish_content(engine, lake, "r2", day(2), city("B"), 2, dry_run=True)
    assert [(one.listed, one.excluded) for one in dry.lists] == [(1, 1)]
    assert live(db) == {"A": ("listed", [], None), "B": ("listed", [], None)}
