"""History on two axes against a naive model: random publications, backfills and corrections."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from night_files import Content, moment, publish_content

pytestmark = pytest.mark.full
Z, L = "zhengzhou.whitelist", "luoyang.whitelist"
CODES = ("A", "B", "C")
FIRST = date(2025, 9, 1)


SHOWN = 3  # days for which a leaver is shown in these tests


class Model:
    """Every answer kept whole: after each publication, what each measure said on each published day.

    ``left``: measure → day → code → the day it left, for those shown although they left.
    """

    def __init__(self) -> None:
        self.days: dict[str, dict[date, dict[str, str]]] = {Z: {}, L: {}}
        self.left: dict[str, dict[date, dict[str, date]]] = {Z: {}, L: {}}
        self.snapshots: list[tuple[int, dict]] = []

    def publish(self, at: int, day: date, lists: dict[str, dict[str, str]]) -> None:
        for measure, verdicts in lists.items():
            days, left = self.days[measure], self.left[measure]
            before = max((d for d in days if d < day), default=day)
            gone = {
                code: left[before].get(code, day)
                for code in (days[before] if before < day else {})
                if code not in verdicts
            }
            left[day] = {code: since for code, since in gone.items() if (day - since).days < SHOWN}
            days[day] = dict(verdicts) | dict.fromkeys(left[day], "excluded")
        self.snapshots.append((at, {m: {d: dict(v) for d, v in by.items()} for m, by in self.days.items()}))

    @staticmethod
    def on(days: dict[date, dict[str, str]], day: date) -> dict[str, str]:
        before = [d for d in days if d <= day]
        return days[max(before)] if before else {}

    def changes(self, measure: str) -> set[tuple[date, str, str | None, str | None]]:
        found = set()
        days = self.days[measure]
        for day, now in days.items():
            earlier = [d for d in days if d < day]
            before = days[max(earlier)] if earlier else {}
            for code in {*before, *now}:
                if before.get(code) != now.get(code):
                    found.add((day, code, before.get(code), now.get(code)))
        return found

    def listed_since(self, measure: str) -> dict[str, date]:
        days = sorted(self.days[measure], reverse=True)
        since = {}
        for code, verdict in self.days[measure][days[0]].items():
            if verdict == "listed":
                unbroken = []
                for day in days:
                    if self.days[measure][day].get(code) != "listed":
                        break
                    unbroken.append(day)
                since[code] = unbroken[-1]
        return since


def check(db, model: Model) -> None:
    days = [FIRST + timedelta(days=n) for n in range(-1, 9)]
    for at, snapshot in model.snapshots:
        rows = db.rows(
            "SELECT d.day, w.measure_id, w.uscc, w.verdict FROM unnest(CAST(:days AS date[])) AS d (day)"
            " CROSS JOIN LATERAL marts.whitelist_on(d.day, :at) AS w",
            days=days,
            at=moment(at),
        )
        expected = {
            (day, measure, code, verdict)
            for day in days
            for measure, by_day in snapshot.items()
            for code, verdict in Model.on(by_day, day).items()
        }
        assert sorted(rows) == sorted(expected), f"as known after publication {at}"
    for measure in (Z, L):
        if not model.days[measure]:
            continue
        assert set(
            db.rows(
                "SELECT biz_date, uscc, verdict_before, verdict_after FROM marts.whitelist_change"
                " WHERE measure_id = :m",
                m=measure,
            )
        ) == model.changes(measure)
        newest = max(model.days[measure])
        live = db.rows("SELECT uscc, verdict FROM marts.whitelist WHERE measure_id = :m", m=measure)
        assert dict(live) == model.days[measure][newest]
        left = db.rows("SELECT uscc, left_on FROM marts.whitelist WHERE measure_id = :m", m=measure)
        assert {code: since for code, since in left if since} == model.left[measure][newest]
        assert db.rows("SELECT DISTINCT biz_date FROM marts.whitelist WHERE measure_id = :m", m=measure) in (
            [(newest,)],
            [],
        )
        since = db.rows(
            "SELECT uscc, listed_since FROM marts.whitelist WHERE measure_id = :m AND verdict = 'listed'",
            m=measure,
        )
        assert dict(since) == model.listed_since(measure)
    assert not db.rows(
        "SELECT * FROM marts.whitelist_history AS a JOIN marts.whitelist_history AS b"
        " ON a.measure_id = b.measure_id AND a.uscc = b.uscc"
        " AND (a.valid_from, a.known_from) <> (b.valid_from, b.known_from)"
        " AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)"
        " AND tstzrange(a.known_from, a.known_to) && tstzrange(b.known_from, b.known_to)"
    ), "two answers for one day"
    assert not db.rows(
        "SELECT * FROM marts.whitelist_history AS a JOIN marts.whitelist_history AS b"
        " ON a.measure_id = b.measure_id AND a.uscc = b.uscc AND a.valid_to = b.valid_from"
        " AND a.known_to IS NULL AND b.known_to IS NULL AND a.verdict = b.verdict"
        " AND a.reason_codes = b.reason_codes AND a.left_on IS NOT DISTINCT FROM b.left_on"
    ), "an interval cut without a change"
    assert not db.rows(
        "SELECT * FROM core.enterprise_history AS a JOIN core.enterprise_history AS b"
        " ON a.uscc = b.uscc AND (a.valid_from, a.known_from) <> (b.valid_from, b.known_from)"
        " AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)"
        " AND tstzrange(a.known_from, a.known_to) && tstzrange(b.known_from, b.known_to)"
    )


@pytest.mark.parametrize("seed", range(6))
def test_random_publications_agree_with_the_naive_model(db, engine, lake, seed):
    chance, model = random.Random(seed), Model()
    for at in range(1, 9):
        day = FIRST + timedelta(days=chance.randrange(6))
        lists = {
            measure: {
                code: chance.choice(("listed", "excluded", "review"))
                for code in CODES
                if chance.random() < 0.8
            }
            for measure in (Z, L)
        }
        areas = chance.choice([None, None, ["410100"], ["410300"]])
        report = publish_content(
            engine, lake, f"r{at}", day, Content(lists=lists, exit_days=SHOWN), at, areas=areas, forced=True
        )
        assert report.state in ("published", "unchanged")
        published = {
            m: v for m, v in lists.items() if areas is None or areas == [{"z": "410100", "l": "410300"}[m[0]]]
        }
        model.publish(at, day, published)
    check(db, model)


def test_a_verdict_taken_back_leaves_one_interval_and_the_earlier_answer(db, engine, lake):
    listed, excluded = Content(lists={Z: {"A": "listed"}}), Content(lists={Z: {"A": "excluded"}})
    for at, (day, content) in enumerate([(0, listed), (4, listed), (2, excluded), (2, listed)], start=1):
        publish_content(engine, lake, f"r{at}", FIRST + timedelta(days=day), content, at, forced=True)
    assert db.rows(
        "SELECT verdict, valid_from, valid_to FROM marts.whitelist_history WHERE known_to IS NULL"
    ) == [("listed", FIRST, None)]
    on = "SELECT verdict FROM marts.whitelist_on(:day, :at)"
    third = FIRST + timedelta(days=2)
    assert [db.one(on, day=third, at=moment(at)) for at in (2, 3, 4)] == ["listed", "excluded", "listed"]
    assert db.rows("SELECT biz_date, change FROM marts.whitelist_change") == [(FIRST, "entered")]


def test_one_moment_for_two_publications_still_keeps_them_apart(db, engine, lake):
    publish_content(engine, lake, "r1", FIRST, Content(lists={Z: {"A": "listed"}}), 1)
    report = publish_content(engine, lake, "r2", FIRST, Content(lists={Z: {"A": "review"}}), 1, forced=True)
    assert report.published_at > moment(1)
    assert db.one("SELECT verdict FROM marts.whitelist_on(:d, :at)", d=FIRST, at=moment(1)) == "listed"
