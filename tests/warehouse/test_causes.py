"""Why an enterprise entered, left or changed its verdict: every cause, one at a time and against each other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from night_files import Content, batch, freshness, manifest, publish_content

pytestmark = pytest.mark.full
Z = "zhengzhou.whitelist"
D1, D2 = date(2025, 9, 29), date(2025, 9, 30)
RISK, COURT, TITLE = "serious_dishonest", "court_dishonest", "title_in_force"
SOURCES = {
    RISK: ["registry_risk"],
    COURT: ["court_dishonest"],
    TITLE: ["title_list"],
    "title_cancelled": ["title_list"],
}
FAR = date(2027, 6, 30)


class Nights:
    """Two nights of one list. What an enterprise has: reasons by rule as (outcome, effect, observed, batch)."""

    def __init__(self, db, engine, lake) -> None:
        self.db, self.engine, self.lake = db, engine, lake
        self.at = 0
        for name, source, as_of in (
            ("risk-1", "registry_risk", D1 - timedelta(9)),
            ("court-1", "court_dishonest", D1 - timedelta(9)),
            ("title-1", "title_list", D1 - timedelta(40)),
            ("risk-2", "registry_risk", D2),
            ("title-2", "title_list", D2),
            ("risk-late", "registry_risk", D1 - timedelta(3)),
        ):
            batch(db, name, source, as_of)

    def publish(self, day, verdicts, reasons, *, read=("risk-1", "court-1", "title-1"), run=None, **more):
        """``reasons``: code → rule → (outcome, effect, observed, batch[, required])."""
        content = Content(lists={Z: verdicts}, sources=SOURCES, ends=dict.fromkeys(verdicts, FAR))
        content.rules = ("h1", "t1")
        for name, value in more.items():
            setattr(content, name, value)
        for code in verdicts:
            told = {
                TITLE: ("pass", "none", "有效期至 2027-06-30", "title-1"),
                RISK: ("pass", "none", "否", None),
            }
            for rule, (outcome, effect, observed, batch_id, *required) in (
                told | reasons.get(code, {})
            ).items():
                content.more[Z, code, rule] = {
                    "outcome": outcome,
                    "effect": effect,
                    "observed": observed,
                    "batch_id": batch_id,
                    "required": required[0] if required else None,
                }
        self.at += 1
        run = run or f"r{self.at}"
        manifest(self.db, run, day, content, *read)
        # lists this small turn empty easily, which the guard would hold
        return publish_content(self.engine, self.lake, run, day, content, self.at, forced=True)

    def causes(self, day=D2) -> dict[str, str]:
        return dict(self.db.rows("SELECT uscc, cause FROM marts.whitelist_change WHERE biz_date = :d", d=day))

    def change(self, code="A", day=D2) -> tuple:
        return self.db.rows(
            "SELECT cause, detail, batch_id FROM marts.whitelist_change WHERE biz_date = :d AND uscc = :c",
            d=day,
            c=code,
        )[0]


@pytest.fixture
def nights(db, engine, lake) -> Nights:
    return Nights(db, engine, lake)


CLEAN = ("pass", "none", "否", None)
LISTED = ("fail", "exclude", "是（2025-09-30）", "risk-2")
UNKNOWN = ("unknown", "review", "不详", None)
NEW_RISK = ("risk-1", "risk-2", "court-1", "title-1")


# ── data ─────────────────────────────────────────────────────────────────────────────────────────


def test_data_names_rule_observation_and_batch(nights):
    nights.publish(D1, {"A": "listed", "B": "listed"}, {})
    nights.publish(D2, {"A": "excluded", "B": "listed"}, {"A": {RISK: LISTED}}, read=NEW_RISK)
    cause, detail, batch_id = nights.change()
    assert (cause, batch_id) == ("data", "risk-2")
    assert detail.startswith("在册 → 不予纳入") and f"{RISK} 否 → 是（2025-09-30）" in detail
    assert set(nights.causes()) == {"A"}


def test_what_no_longer_holds_names_the_batch_that_cleared_it(nights):
    old = ("fail", "exclude", "是（2025-03-01）", "risk-1")
    nights.publish(D1, {"A": "excluded"}, {"A": {RISK: old}})
    nights.publish(D2, {"A": "listed"}, {"A": {RISK: CLEAN}}, read=NEW_RISK)
    assert nights.change()[0::2] == ("data", "risk-2")


def test_data_that_turned_unknown_while_its_source_is_fresh_is_data(nights):
    for day in (D1, D2):
        freshness(nights.db, day, registry_risk="fresh", title_list="fresh")
    nights.publish(D1, {"A": "listed"}, {})
    nights.publish(D2, {"A": "review"}, {"A": {RISK: UNKNOWN}}, read=NEW_RISK)
    assert nights.change()[0] == "data"


def test_entering_and_leaving_by_news_is_data(nights):
    nights.publish(D1, {"A": "listed"}, {}, places={"A": "410100", "N": "410100"})
    told = {"N": {TITLE: ("pass", "none", "有效期至 2027-06-30", "title-2")}}
    read = ("risk-1", "court-1", "title-1", "title-2")
    nights.publish(D2, {"N": "listed"}, told, places={"A": "410300", "N": "410100"}, read=read)
    assert nights.causes() == {"A": "data", "N": "data"}
    assert nights.change("N")[2] == "title-2"


# ── rule ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_changed_rule_is_the_cause_where_the_facts_stayed(nights):
    before = ("fail", "warn", "是（2025-03-01）", "risk-1")
    nights.publish(D1, {"A": "listed"}, {"A": {RISK: before}})
    after = ("fail", "exclude", "是（2025-03-01）", "risk-1")
    nights.publish(D2, {"A": "excluded"}, {"A": {RISK: after}}, rules=("h2", "t2"), read=NEW_RISK)
    assert nights.change()[0] == "rule"


def test_a_changed_requirement_shows_old_and_new(nights):
    share = ("pass", "none", "0.04", "risk-1", "≥ 0.03")
    nights.publish(D1, {"A": "listed"}, {"A": {RISK: share}})
    after = ("fail", "exclude", "0.04", "risk-1", "≥ 0.05")
    nights.publish(D2, {"A": "excluded"}, {"A": {RISK: after}}, rules=("h2", "t2"))
    cause, detail, _ = nights.change()
    assert cause == "rule" and "≥ 0.03 → ≥ 0.05" in detail


def test_a_rule_that_is_new_is_the_cause(nights):
    nights.publish(D1, {"A": "listed"}, {})
    new = {COURT: ("fail", "exclude", "是（2025-01-05）", "court-1")}
    nights.publish(D2, {"A": "excluded"}, {"A": new}, rules=("h2", "t2"))
    assert nights.change()[0] == "rule"


def test_rule_and_data_in_one_night_are_told_apart_by_what_was_observed(nights):
    warned = ("fail", "warn", "是（2025-01-05）", "court-1")
    nights.publish(D1, {"A": "listed", "B": "listed"}, {"A": {COURT: warned}, "B": {COURT: CLEAN}})
    told = {
        "A": {COURT: ("fail", "exclude", "是（2025-01-05）", "court-1")},
        "B": {COURT: CLEAN, RISK: LISTED},
    }
    nights.publish(D2, {"A": "excluded", "B": "excluded"}, told, rules=("h2", "t2"), read=NEW_RISK)
    assert nights.causes() == {"A": "rule", "B": "data"}


def test_packs_that_changed_elsewhere_are_no_cause(nights):
    nights.publish(D1, {"A": "listed"}, {})
    nights.publish(D2, {"A": "excluded"}, {"A": {RISK: LISTED}}, rule_version="other", read=NEW_RISK)
    assert nights.change()[0] == "data"


def test_a_population_drawn_anew_lets_enterprises_enter_and_leave_by_rule(nights):
    home = {"places": {"A": "410100", "N": "410100"}, "titles": {"A": {"title": "省级"}}}
    nights.publish(D1, {"A": "listed"}, {}, **home)
    nights.publish(D2, {"N": "listed"}, {}, rules=("h2", "t2"), **home)
    assert nights.causes() == {"A": "rule", "N": "rule"}


def test_one_who_moved_in_on_the_night_the_rule_changed_is_data(nights):
    nights.publish(D1, {"A": "listed"}, {}, places={"A": "410100", "N": "410300"})
    nights.publish(
        D2, {"A": "listed", "N": "listed"}, {}, rules=("h2", "t2"), places={"N": "410100", "A": "410100"}
    )
    assert nights.causes() == {"N": "data"}


def test_results_without_hashes_are_compared_by_the_version_of_all_packs(nights):
    before = ("fail", "warn", "是（2025-03-01）", "risk-1")
    nights.publish(D1, {"A": "listed"}, {"A": {RISK: before}}, rules=None)
    after = ("fail", "exclude", "是（2025-03-01）", "risk-1")
    nights.publish(D2, {"A": "excluded"}, {"A": {RISK: after}}, rules=("h2", "t2"), rule_version="r2")
    assert nights.change()[0] == "rule"


# ── calendar ─────────────────────────────────────────────────────────────────────────────────────


def title(outcome, effect, observed="有效期至 2025-09-29，未见复核结果"):
    return {TITLE: (outcome, effect, observed, "title-1")}


@pytest.mark.parametrize("rules", [("h1", "t1"), ("h2", "t2")])
def test_a_title_that_ran_out_is_calendar_whatever_else_changed(nights, rules):
    ends = {"A": D1}
    nights.publish(D1, {"A": "listed"}, {"A": title("pass", "none", "有效期至 2025-09-29")}, ends=ends)
    nights.publish(D2, {"A": "review"}, {"A": title("fail", "review")}, ends=ends, rules=rules, read=NEW_RISK)
    assert nights.change()[0] == "calendar"


@pytest.mark.parametrize(("rules", "cause"), [(("h1", "t1"), "calendar"), (("h2", "t2"), "rule")])
def test_the_window_after_it_ends_by_the_calendar_or_by_a_new_rule(nights, rules, cause):
    ends = {"A": date(2025, 4, 1)}
    nights.publish(D1, {"A": "review"}, {"A": title("fail", "review")}, ends=ends)
    nights.publish(
        D2, {"A": "excluded"}, {"A": title("fail", "exclude")}, ends=ends, left={"A": D2}, rules=rules
    )
    assert nights.change()[0] == cause


def test_a_title_cut_short_is_data(nights):
    nights.publish(D1, {"A": "listed"}, {})
    ends = {"A": D1}
    read = ("risk-1", "court-1", "title-1", "title-2")
    told = {TITLE: ("fail", "review", "有效期至 2025-09-29，未见复核结果", "title-2")}
    nights.publish(D2, {"A": "review"}, {"A": told}, ends=ends, read=read)
    assert nights.change()[0::2] == ("data", "title-2")


def test_a_title_whose_first_day_came_is_calendar(nights):
    known = {"A": {"state": "recognised", "valid_from": D2, "valid_to": FAR, "source_batch": "title-1"}}
    nights.publish(D1, {"B": "listed"}, {}, titles=known)
    nights.publish(D2, {"A": "listed", "B": "listed"}, {}, titles=known)
    assert nights.causes() == {"A": "calendar"}


def test_a_parameter_value_in_force_from_this_day_is_calendar(nights):
    share = ("pass", "none", "0.04", "risk-1", "≥ 0.03")
    nights.publish(D1, {"A": "listed"}, {"A": {RISK: share}})
    after = ("fail", "exclude", "0.04", "risk-1", "≥ 0.05")
    nights.publish(D2, {"A": "excluded"}, {"A": {RISK: after}}, rules=("h2", "t1"), read=NEW_RISK)
    assert nights.change()[0] == "calendar"


def test_a_listing_whose_last_or_first_day_came_is_calendar(nights):
    held = ("fail", "exclude", "是（2025-03-01）", "risk-1")
    nights.publish(D1, {"A": "excluded", "B": "listed"}, {"A": {RISK: held}})
    begun = ("fail", "exclude", "是（2025-09-30）", "risk-1")
    # A: nothing new arrived from the source. B: the row itself was read the night before.
    nights.publish(D2, {"A": "listed", "B": "excluded"}, {"B": {RISK: begun}})
    assert nights.causes() == {"A": "calendar", "B": "calendar"}


def test_a_row_known_before_begins_by_the_calendar_even_when_other_news_arrived(nights):
    nights.publish(D1, {"B": "listed"}, {})
    begun = ("fail", "exclude", "是（2025-09-30）", "risk-1")
    nights.publish(D2, {"B": "excluded"}, {"B": {RISK: begun}}, read=NEW_RISK)
    assert nights.causes() == {"B": "calendar"}


# ── staleness ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second", "cause"),
    [
        ("fresh", "stale", "staleness"),
        ("late", "stale", "staleness"),
        ("fresh", "never", "staleness"),
        ("fresh", "late", "data"),
        ("stale", "never", "data"),
    ],
)
def test_only_a_source_that_fell_out_is_staleness(nights, first, second, cause):
    freshness(nights.db, D1, registry_risk=first, court_dishonest="fresh")
    freshness(nights.db, D2, registry_risk=second, court_dishonest="fresh")
    nights.publish(D1, {"A": "listed"}, {})
    read = NEW_RISK if cause == "data" else ("risk-1", "court-1", "title-1")
    nights.publish(D2, {"A": "review"}, {"A": {RISK: UNKNOWN}}, read=read)
    assert nights.change()[0] == cause


def test_a_source_that_came_back_is_staleness(nights):
    freshness(nights.db, D1, registry_risk="stale")
    freshness(nights.db, D2, registry_risk="fresh")
    nights.publish(D1, {"A": "review"}, {"A": {RISK: UNKNOWN}})
    nights.publish(D2, {"A": "listed"}, {"A": {RISK: CLEAN}}, read=NEW_RISK)
    assert nights.change()[0] == "staleness"


def test_another_source_that_fell_out_is_not_the_cause(nights):
    freshness(nights.db, D1, registry_risk="fresh", court_dishonest="fresh")
    freshness(nights.db, D2, registry_risk="fresh", court_dishonest="stale")
    nights.publish(D1, {"A": "listed"}, {"A": {COURT: CLEAN}})
    told = {COURT: ("unknown", "warn", "不详", None), RISK: UNKNOWN}
    nights.publish(D2, {"A": "review"}, {"A": told}, read=NEW_RISK)
    assert nights.change()[0] == "data"


def test_a_warning_in_place_of_an_exclusion_is_staleness_too(nights):
    freshness(nights.db, D1, registry_risk="fresh")
    freshness(nights.db, D2, registry_risk="stale")
    nights.publish(D1, {"A": "excluded"}, {"A": {RISK: ("fail", "exclude", "是（2025-03-01）", "risk-1")}})
    nights.publish(D2, {"A": "listed"}, {"A": {RISK: ("unknown", "warn", "不详", None)}})
    assert nights.change()[0] == "staleness"


# ── correction, exception ────────────────────────────────────────────────────────────────────────


def test_a_batch_about_a_day_already_published_is_a_correction(nights):
    nights.publish(D1, {"A": "listed"}, {})
    late = ("fail", "exclude", "是（2025-09-20）", "risk-late")
    nights.publish(
        D2, {"A": "excluded"}, {"A": {RISK: late}}, read=("risk-1", "risk-late", "court-1", "title-1")
    )
    assert nights.change()[0::2] == ("correction", "risk-late")


def test_an_old_batch_that_was_read_before_is_no_correction(nights):
    nights.publish(D1, {"A": "listed", "B": "listed"}, {})
    told = {"A": {RISK: LISTED}}
    read = (*NEW_RISK, "risk-late")
    nights.publish(D2, {"A": "excluded", "B": "listed"}, told, read=read)
    assert nights.change()[0::2] == ("data", "risk-2")


def test_the_same_day_told_anew_is_a_correction_with_its_evidence(nights):
    nights.publish(D1, {"A": "listed"}, {})
    nights.publish(D2, {"A": "listed"}, {})
    nights.publish(D2, {"A": "excluded"}, {"A": {RISK: LISTED}}, read=NEW_RISK)
    cause, detail, batch_id = nights.change()
    assert (cause, batch_id) == ("correction", "risk-2") and RISK in detail


def test_an_exception_decided_for_a_past_day_is_still_an_exception(nights):
    nights.publish(D1, {"A": "listed"}, {})
    nights.db.run(
        "INSERT INTO control.exception (measure_id, uscc, effect, valid_from, reason, decided_by, decided_at)"
        " VALUES (:m, 'A', 'exclude', :d, '测试', 'officer', now())",
        m=Z,
        d=D1 - timedelta(20),
    )
    by_hand = {"exception": ("waived", "exclude", "人工决定不列入", None)}
    nights.publish(D2, {"A": "excluded"}, {"A": by_hand}, rules=("h2", "t2"))
    assert nights.change()[0] == "exception"


def test_causes_stay_when_the_night_runs_again(nights):
    nights.publish(D1, {"A": "listed"}, {})
    told = ({"A": "excluded"}, {"A": {RISK: LISTED}})
    nights.publish(D2, *told, read=NEW_RISK)
    before = nights.db.rows("SELECT c.xmin::text, c::text FROM marts.whitelist_change AS c ORDER BY 2")
    report = nights.publish(D2, *told, read=NEW_RISK)
    assert report.rows_changed == 0
    assert (
        nights.db.rows("SELECT c.xmin::text, c::text FROM marts.whitelist_change AS c ORDER BY 2") == before
    )
