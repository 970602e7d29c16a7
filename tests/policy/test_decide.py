"""Properties of a whole decision: order does not matter, knowing more never hurts without a failing rule, bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.case_suite import Suite
from policy.paper import edited
from policy.scene import FACTS, Scene, uscc
from srdi.contracts.loader import load_contracts
from srdi.policy import rule_hash
from srdi.policy.decide import ListException
from srdi.policy.packset import PackSet
from srdi.problems import PackError

DAY = date(2025, 9, 30)
MEMBER = {
    "city_code": "410300",
    "division_code": "410302",
    "industry_section": "C",
    "operating": True,
    "provincial_or_above": True,
    "innovative": True,
    "innovative_only": False,
    "producer_industry": True,
    "title": "省级",
    "title_valid_to": date(2026, 1, 1),
    "title_batch_id": "title-1",
    "title_row_no": 3,
    "digital_evaluated": True,
    "digital_level": 3,
    "serious_dishonest": False,
    "abnormal_listed": False,
    "court_dishonest": False,
    "tax_abnormal": False,
    "tax_credit_d": False,
    "sme": True,
}
FLAGS = (
    "operating",
    "serious_dishonest",
    "abnormal_listed",
    "court_dishonest",
    "tax_abnormal",
    "tax_credit_d",
    "sme",
)
MAYBE = st.sampled_from([True, False, None])


def few(packs: PackSet) -> PackSet:
    """The whitelists, and Luoyang's evaluation and targets: what can be counted by hand here."""
    kept = {
        name: one
        for name, one in packs.measures.items()
        if name.endswith(".whitelist")
        or name.startswith(("luoyang.evaluated", "luoyang.level3"))
        or (one.kind == "target" and name.startswith("luoyang.") and name.endswith("_cumulative"))
    }
    return replace(packs, measures=kept)


@pytest.fixture(scope="session")
def packs(packs: PackSet) -> PackSet:
    return few(packs)


@st.composite
def enterprises(draw: st.DrawFn) -> dict[str, Any]:
    facts = {**MEMBER, **{flag: draw(MAYBE) for flag in FLAGS}}
    facts["city_code"] = draw(st.sampled_from(["410300", "410100"]))
    facts["division_code"] = draw(st.sampled_from(["410302", "410303", None]))
    standing = draw(st.sampled_from(["member", "unknown", "expired", "cancelled", "never"]))
    if standing == "unknown":
        facts |= {"provincial_or_above": None, "title_valid_to": None}
    elif standing == "never":
        facts |= {"provincial_or_above": False, "title": None, "title_valid_to": None, "title_batch_id": None}
    elif standing != "member":
        day = draw(st.dates(date(2025, 1, 1), DAY))
        facts |= {"provincial_or_above": False, "title_valid_to": day}
        facts["title_ended_on" if standing == "expired" else "title_cancelled_on"] = day
    facts["digital_evaluated"] = draw(MAYBE)
    facts["digital_level"] = draw(st.sampled_from([None, 0, 2, 3, 4])) if facts["digital_evaluated"] else None
    return facts


def decided(
    scene: Scene, packs: PackSet, people: list[dict[str, Any]], **more: Any
) -> dict[str, list[dict[str, Any]]]:
    scene.facts(people, more.pop("titles", []))
    report = scene.decide(packs, more.pop("day", DAY), **more)
    return {name: scene.rows(report, name) for name in report.files}


def test_the_results_have_the_promised_columns(scene: Scene, packs: PackSet) -> None:
    scene.facts([MEMBER])
    report = scene.decide(packs, DAY)
    schema = {name: pq.read_schema(scene.lake.uri(path)) for name, path in report.files.items()}
    assert schema["whitelist"].names == [
        "measure_id", "uscc", "area_code", "name", "division_code", "title", "title_valid_to", "verdict",
        "reason_codes", "warnings", "days_to_lapse", "left_on",
    ]  # fmt: skip
    assert schema["whitelist_reason"].names == [
        "measure_id", "uscc", "rule_id", "outcome", "effect", "observed", "required", "distance", "message_zh",
        "clause", "document_id", "batch_id", "row_no",
    ]  # fmt: skip
    assert schema["coverage"].names == [
        "measure_id", "area_code", "division_code", "tier", "industry_section", "numerator", "denominator", "unknown",
        "unmatched", "rate", "target", "shortfall", "met", "document_id", "clause", "stage", "term",
    ]  # fmt: skip
    assert schema["measure_member"].names == [
        "measure_id", "uscc", "outcome", "observed", "required", "distance", "division_code",
    ]  # fmt: skip
    types = {str(field.type) for one in schema.values() for field in one}
    assert not types & {"double", "float", "halffloat"}
    assert str(schema["coverage"].field("rate").type) == "decimal128(12, 6)"
    assert str(schema["whitelist_reason"].field("distance").type) == "decimal128(18, 6)"
    assert (
        str(schema["coverage"].field("shortfall").type)
        == str(schema["coverage"].field("unmatched").type)
        == "int64"
    )


def test_the_report_sums_up(scene: Scene, packs: PackSet) -> None:
    people = [
        MEMBER,
        {**MEMBER, "operating": None},
        {**MEMBER, "operating": False},
        {**MEMBER, "city_code": "410100"},
    ]
    scene.facts(people)
    report = scene.decide(packs, DAY)
    assert [
        (one.measure_id, one.stage, one.term, one.listed, one.review, one.excluded) for one in report.lists
    ] == [
        ("luoyang.whitelist", "draft", "in_force", 1, 1, 1),
        ("zhengzhou.whitelist", "issued", "open", 1, 0, 0),
    ]
    promise = next(one for one in report.coverage if one.measure_id == "luoyang.evaluated_provincial_up")
    assert (promise.numerator, promise.denominator, promise.unknown, promise.rate) == (1, 1, 1, Decimal(1))
    assert report.rule_version == packs.rule_version and report.rows["whitelist"] == 4
    assert report.broken == [] and report.out == {} and report.warnings == []


def test_after_the_horizon_results_are_still_computed_but_say_so(scene: Scene, packs: PackSet) -> None:
    found = decided(scene, packs, [{**MEMBER, "title_valid_to": date(2027, 1, 1)}], day=date(2026, 1, 1))
    assert {(row["stage"], row["term"]) for row in found["coverage"]} == {("draft", "lapsed")}
    terms = {row["measure_id"]: row["term"] for row in found["measure"]}
    assert (terms["luoyang.whitelist"], terms["zhengzhou.whitelist"]) == ("lapsed", "open")
    assert found["whitelist"][0]["verdict"] == "listed"
    before = decided(scene, packs, [MEMBER], day=date(2022, 12, 31))["coverage"][0]
    assert (before["term"], before["target"], before["shortfall"], before["met"]) == (
        "not_yet",
        None,
        None,
        None,
    )


def test_an_overdue_reading_of_the_paper_is_a_warning(scene: Scene, packs: PackSet) -> None:
    scene.facts([MEMBER])
    assert scene.decide(packs, date(2027, 5, 31)).warnings == []
    assert any("重新核对" in text for text in scene.decide(packs, date(2027, 6, 1)).warnings)


def test_roll_ups_add_up(scene: Scene, packs: PackSet) -> None:
    people = [
        MEMBER,
        {**MEMBER, "industry_section": "I", "digital_evaluated": False},
        {**MEMBER, "division_code": "410303"},
        {**MEMBER, "division_code": None, "operating": None},
    ]
    titles = [
        {"title": "省级", "city_code": "410300", "division_code": "410303"},
        {"title": "省级", "city_code": "410300", "division_code": "410304"},
        {"title": "省级", "city_code": "410300", "division_code": None},
        {"title": "省级", "city_code": None, "division_code": None},
        {"title": "省级", "city_code": "410100", "division_code": "410105"},
        {"title": "省级", "city_code": "410300", "division_code": "410303", "uscc": uscc(0)},
    ]
    rows = decided(scene, packs, people, titles=titles)["coverage"]
    figures = {
        (row["division_code"], row["industry_section"]): (
            row["numerator"],
            row["denominator"],
            row["unknown"],
            row["unmatched"],
        )
        for row in rows
        if row["measure_id"] == "luoyang.evaluated_provincial_up"
    }
    assert figures == {
        ("ALL", "ALL"): (2, 3, 1, 4),
        ("ALL", "C"): (2, 2, 1, 0),
        ("ALL", "I"): (0, 1, 0, 0),
        ("410302", "ALL"): (1, 2, 0, 0),
        ("410302", "C"): (1, 1, 0, 0),
        ("410302", "I"): (0, 1, 0, 0),
        ("410303", "ALL"): (1, 1, 0, 1),
        ("410303", "C"): (1, 1, 0, 0),
        ("410304", "ALL"): (0, 0, 0, 1),
        ("unknown", "ALL"): (0, 0, 1, 2),
        ("unknown", "C"): (0, 0, 1, 0),
    }


def test_a_measure_without_anybody_has_its_row(scene: Scene, packs: PackSet) -> None:
    rows = decided(scene, packs, [{**MEMBER, "city_code": "411200"}])["coverage"]
    assert len(rows) == 7
    assert {(row["division_code"], row["denominator"], row["rate"], row["met"]) for row in rows} == {
        ("ALL", 0, None, None)
    }


def test_only_the_areas_asked_for(scene: Scene, packs: PackSet) -> None:
    found = decided(scene, packs, [MEMBER, {**MEMBER, "city_code": "410100"}], areas=["410100"])
    assert {row["measure_id"].split(".")[0] for row in found["measure"]} == {"zhengzhou"}
    assert {row["measure_id"] for row in found["whitelist"]} == {"zhengzhou.whitelist"}
    assert found["coverage"] == [] and found["measure_member"] == []
    with pytest.raises(PackError, match="没有可以计算的指标"):
        scene.decide(packs, DAY, areas=["411000"])


def test_messages_name_rule_requirement_observation_effect_and_paper(scene: Scene, packs: PackSet) -> None:
    listed = {"serious_dishonest": True, "serious_listed_on": date(2025, 3, 1), "tax_abnormal": None}
    rows = decided(scene, packs, [{**MEMBER, **listed}])["whitelist_reason"]
    messages = {row["rule_id"]: row["message_zh"] for row in rows}
    assert messages["serious_dishonest"] == (
        "未列入严重违法失信名单：要求否，实际是（2025-03-01）；不列入。"
        "依据：河南省白名单排除规则（约定），工信部企业〔2026〕2号 第十一条"
    )
    assert messages["tax_abnormal"].startswith(
        "不是税务非正常户：不详，没有“税务非正常”的可用数据；仅提示。依据："
    )
    assert messages["title_in_force"] == (
        "称号在有效期内：符合，有效期至 2025-12-31。依据：《洛阳市专精特新企业培育提升行动方案（2023-2025年）》二(六)22"
    )
    assert all(row["document_id"] and row["clause"] for row in rows)


def test_reasons_do_not_move_with_the_calendar_alone(scene: Scene, packs: PackSet) -> None:
    first = decided(scene, packs, [MEMBER], day=date(2025, 9, 29))
    second = decided(scene, packs, [MEMBER], day=date(2025, 9, 30))
    assert first["whitelist_reason"] == second["whitelist_reason"]
    assert first["whitelist"][0]["days_to_lapse"] == second["whitelist"][0]["days_to_lapse"] + 1


def test_a_switch_changes_or_silences_a_rule_in_one_area(scene: Scene, tmp_path: Path) -> None:
    unless = "unless: henan.exclusions"
    switches = "switches: {court_dishonest: exclude, tax_credit_d: off, tax_abnormal: review}"
    switched = edited(tmp_path / "packs", "luoyang_2023", unless, f"{unless}\n    {switches}")
    risky = {**MEMBER, "tax_credit_d": True}
    people = [risky, {**risky, "court_dishonest": True}, {**risky, "tax_abnormal": True}]
    found = decided(scene, few(switched), [*people, {**people[1], "city_code": "410100"}])
    verdicts = [(row["verdict"], row["reason_codes"], row["warnings"]) for row in found["whitelist"]]
    assert verdicts == [
        ("listed", [], ["title_lapsing"]),
        ("excluded", ["court_dishonest"], ["title_lapsing"]),
        ("review", ["tax_abnormal"], ["title_lapsing"]),
        ("listed", [], ["court_dishonest", "tax_credit_d", "title_lapsing"]),
    ]
    silenced = next(row for row in found["whitelist_reason"] if row["rule_id"] == "tax_credit_d")
    assert (silenced["outcome"], silenced["effect"], silenced["observed"]) == ("waived", "none", "是")
    assert "停用" in silenced["message_zh"]


@pytest.mark.parametrize(
    ("action", "ended", "expected"),
    [
        ("keep", date(2025, 4, 4), ("listed", [], ["title_in_force"])),
        ("keep", date(2025, 4, 3), ("excluded", ["title_in_force"], [])),
        ("drop", date(2025, 9, 30), ("excluded", ["title_in_force"], [])),
        ("drop", date(2025, 9, 1), ("excluded", ["title_in_force"], [])),
        ("drop", date(2025, 8, 31), None),
    ],
)
def test_after_expiry_may_keep_or_drop(scene: Scene, tmp_path: Path, action, ended, expected) -> None:
    acting = edited(tmp_path / "packs", "conventions", "value: review", f"value: {action}")
    gone = {**MEMBER, "provincial_or_above": False, "title_valid_to": ended, "title_ended_on": ended}
    rows = decided(scene, few(acting), [gone])["whitelist"]
    assert [(row["verdict"], row["reason_codes"], row["warnings"]) for row in rows] == (
        [expected] if expected else []
    )


def test_who_left_carries_the_day_it_left(scene: Scene, packs: PackSet) -> None:
    """Past the window after its title's end, or on a cancellation; not while a person keeps it on the list."""
    ended = {**MEMBER, "provincial_or_above": False, "title_valid_to": None}
    people = [
        MEMBER,
        {**ended, "title_ended_on": date(2025, 9, 1)},
        {**ended, "title_ended_on": date(2025, 3, 20)},
        {**ended, "title_cancelled_on": date(2025, 9, 10)},
        {**ended, "title_cancelled_on": date(2025, 9, 10)},
    ]
    by_hand = ListException("luoyang.whitelist", uscc(4), "include", date(2025, 1, 1), None, "理由", "某人")
    rows = decided(scene, packs, people, exceptions=[by_hand])["whitelist"]
    assert [(row["verdict"], row["left_on"]) for row in rows] == [
        ("listed", None),
        ("review", None),
        ("excluded", date(2025, 9, 16)),
        ("excluded", date(2025, 9, 10)),
        ("listed", None),
    ]


def hashes(scene: Scene, packs: PackSet, day: date = DAY) -> dict[str, tuple[str, str]]:
    """measure → (hash of its rules in force on the day, hash of their text)."""
    rows = decided(scene, few(packs), [MEMBER], day=day)["measure"]
    return {row["measure_id"]: (row["rule_hash"], row["rule_text_hash"]) for row in rows}


EXPIRY = "2000-01-01: {value: 180, clause: 约定（文件未作规定）}"
LATER = "\n      2026-01-01: {value: 90, clause: 约定（文件未作规定）}"


def test_each_measure_has_a_hash_of_its_own_rules(scene: Scene, packs: PackSet, tmp_path: Path) -> None:
    before = hashes(scene, packs)
    assert all(in_force and text for in_force, text in before.values())
    assert hashes(scene, packs, date(2025, 9, 29)) == before
    # words, clauses and other measures' parameters decide nothing
    renamed = edited(tmp_path / "words", "luoyang_2023", "zh: 洛阳市银行授信白名单", "zh: 洛阳白名单")
    assert hashes(scene, renamed) == before
    one = edited(tmp_path / "one", "luoyang_2023", "value: 0.70", "value: 0.80")
    changed = {name for name, value in hashes(scene, one).items() if value != before[name]}
    assert changed and all(name.startswith("luoyang.evaluated_innovative") for name in changed)
    switched = "unless: henan.exclusions\n    switches: {tax_credit_d: review}"
    rule = edited(tmp_path / "rule", "luoyang_2023", "unless: henan.exclusions", switched)
    changed = {name for name, value in hashes(scene, rule).items() if value != before[name]}
    assert changed == {"luoyang.whitelist"}
    # what facts are made with concerns every measure
    facts = edited(tmp_path / "facts", "conventions", "value: false", "value: true")
    assert all(value != before[name] for name, value in hashes(scene, facts).items())


def test_a_value_of_a_later_day_changes_the_text_now_and_the_rules_then(
    scene: Scene, packs: PackSet, tmp_path: Path
) -> None:
    later = edited(tmp_path / "later", "conventions", EXPIRY, EXPIRY + LATER)
    name, day = "luoyang.whitelist", date(2026, 1, 1)
    now, before = hashes(scene, later)[name], hashes(scene, packs)[name]
    assert now[0] == before[0] and now[1] != before[1]
    then = hashes(scene, later, day)[name]
    assert then[0] != now[0] and then[1] == now[1]


def test_a_measure_names_the_sources_of_its_rules_and_the_days_it_shows_leavers(
    scene: Scene, packs: PackSet
) -> None:
    rows = {row["measure_id"]: row for row in decided(scene, packs, [MEMBER])["measure"]}
    sources = json.loads(rows["zhengzhou.whitelist"]["rule_sources"])
    assert sources["title_in_force"] == sources["title_cancelled"] == ["title_list"]
    assert sources["serious_dishonest"] == ["registry_risk"]
    assert sources["not_operating"] == ["enterprise_registry"]
    assert sources["sme"] == ["enterprise_registry", "tax_annual"]
    assert {one for many in sources.values() for one in many} <= set(load_contracts().contracts)
    assert rows["zhengzhou.whitelist"]["exit_days"] == 30
    assert rows["luoyang.evaluated_innovative"]["exit_days"] is None


def test_every_fact_a_rule_may_use_comes_from_a_source_with_a_contract() -> None:
    known = set(load_contracts().contracts)
    assert {source for fact in FACTS for source in rule_hash.sources_of(fact)} <= known
    assert all(rule_hash.sources_of(fact) for fact in FACTS)


def test_of_two_decisions_by_hand_exclusion_wins_and_strangers_are_named(
    scene: Scene, packs: PackSet
) -> None:
    def by_hand(number: int, effect: str) -> ListException:
        return ListException(
            "luoyang.whitelist", uscc(number), effect, date(2025, 1, 1), None, "理由", "某人"
        )

    scene.facts([MEMBER, {**MEMBER, "city_code": "410100"}])
    exceptions = [by_hand(0, "include"), by_hand(0, "exclude"), by_hand(1, "include"), by_hand(7, "include")]
    report = scene.decide(packs, DAY, exceptions=exceptions)
    row = next(row for row in scene.rows(report, "whitelist") if row["measure_id"] == "luoyang.whitelist")
    assert (row["verdict"], row["reason_codes"]) == ("excluded", ["exception"])
    reason = next(row for row in scene.rows(report, "whitelist_reason") if row["rule_id"] == "exception")
    assert (
        reason["effect"] == "exclude"
        and "人工决定不列入：理由（某人，自 2025-01-01 起）" in reason["message_zh"]
    )
    assert report.warnings == [f"人工例外未生效：luoyang.whitelist 范围内没有企业 {uscc(n)}" for n in (1, 7)]


def test_before_any_title_list_arrived_the_list_is_empty_and_says_so(scene: Scene, packs: PackSet) -> None:
    nothing = {"provincial_or_above": None, "title": None, "title_valid_to": None, "title_batch_id": None}
    scene.facts([{**MEMBER, **nothing}])
    report = scene.decide(packs, DAY)
    assert report.rows["whitelist"] == 0
    assert any("没有收到过可用的称号名单" in text for text in report.warnings)


def test_facts_that_lack_a_column_or_hold_floats_are_refused(scene: Scene, packs: PackSet) -> None:
    folder = Path(scene.facts([MEMBER]))
    whole = pq.read_table(folder / "enterprise.parquet")
    pq.write_table(whole.drop_columns(["court_dishonest"]), folder / "enterprise.parquet")
    with pytest.raises(PackError, match="缺少列：court_dishonest"):
        scene.decide(packs, DAY)
    at = whole.schema.get_field_index("digital_level")
    pq.write_table(
        whole.set_column(at, "digital_level", whole["digital_level"].cast("float64")),
        folder / "enterprise.parquet",
    )
    with pytest.raises(PackError, match="浮点"):
        scene.decide(packs, DAY)


def test_the_same_facts_give_the_same_bytes_in_any_order(suite: Suite, packs: PackSet, scene: Scene) -> None:
    facts = Path(suite.facts[DAY])
    whole, titles = (pq.read_table(facts / name) for name in ("enterprise.parquet", "title.parquet"))
    backwards = scene.folder / "backwards"
    backwards.mkdir()
    pq.write_table(whole.take(list(reversed(range(len(whole))))), backwards / "enterprise.parquet")
    pq.write_table(titles.take(list(reversed(range(len(titles))))), backwards / "title.parquet")
    reports = [scene.decide(packs, DAY, facts=str(folder)) for folder in (facts, facts, backwards)]
    for name in reports[0].files:
        contents = {Path(scene.lake.uri(report.files[name])).read_bytes() for report in reports}
        assert len(contents) == 1, name


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(enterprises(), min_size=1, max_size=40), known=st.data())
def test_knowing_more_never_excludes_without_a_failing_rule(
    scene: Scene, packs: PackSet, people, known
) -> None:
    """Fill unknown facts with values: nobody goes from listed to excluded unless a rule now fails."""
    more = [
        {
            name: known.draw(st.booleans()) if value is None and name in FLAGS else value
            for name, value in facts.items()
        }
        for facts in people
    ]
    before, after = (decided(scene, packs, one) for one in (people, more))
    verdicts = {(row["measure_id"], row["uscc"]): row["verdict"] for row in before["whitelist"]}
    failing = {
        (row["measure_id"], row["uscc"])
        for row in after["whitelist_reason"]
        if row["outcome"] == "fail" and row["effect"] == "exclude"
    }
    assert set(verdicts) == {(row["measure_id"], row["uscc"]) for row in after["whitelist"]}
    for row in after["whitelist"]:
        key = (row["measure_id"], row["uscc"])
        if row["verdict"] == "excluded":
            assert key in failing
        if verdicts[key] == "excluded":
            assert row["verdict"] == "excluded"
    for rows in (before, after):
        for row in rows["coverage"]:
            assert row["numerator"] <= row["denominator"]
            if row["target"] is not None and row["denominator"]:
                reached = row["numerator"] + row["shortfall"]
                assert reached >= row["target"] * row["denominator"] and row["met"] == (row["shortfall"] == 0)


def test_definitions_and_clauses_are_in_words(scene: Scene, packs: PackSet) -> None:
    found = decided(scene, packs, [MEMBER])
    measure = {row["measure_id"]: row for row in found["measure"]}["luoyang.evaluated_innovative"]
    assert "仅为创新型，且 在营" in measure["definition_zh"] and "目标 ≥ 70%" in measure["definition_zh"]
    assert {row["document_id"] for row in found["document"]} == set(packs.documents)
    clauses = {(row["document_id"], row["clause"]): row["text_zh"] for row in found["clause"]}
    assert "洛阳市银行授信白名单" in clauses[("luoyang-2023", "二(六)22")]
    cited = {(row["document_id"], row["clause"]) for name in ("coverage", "measure") for row in found[name]}
    assert cited <= set(clauses)
