"""Properties of all shipped measures together, over enterprises drawn at random: order, knowledge, exactness."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policy import crowd
from policy.scene import ARROW, ENTERPRISE, EVENTS, FACTS, Scene
from policy.shipped import Expression, beside, conditions, expressions
from srdi.engine.duck import connect
from srdi.policy.compile import Compiler, check_exact
from srdi.policy.decide import RESULTS, DecideReport
from srdi.policy.event_measure import EventMeasure, figure_facts
from srdi.policy.expression import facts_of
from srdi.policy.packset import PackSet
from srdi.policy.population import starts_from_list
from srdi.problems import PackError

pytestmark = pytest.mark.full

SEED, NUMBER = 20250930, 300
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, packs: PackSet) -> tuple[Scene, DecideReport]:
    """The crowd decided by every shipped measure."""
    scene = Scene(tmp_path_factory.mktemp("night"))
    crowd.write(scene, packs, crowd.people(packs, SEED, NUMBER), SEED)
    return scene, scene.decide(packs, crowd.DAY)


def test_every_shipped_measure_has_something_to_say_of_the_crowd(
    night: tuple[Scene, DecideReport], packs: PackSet
) -> None:
    """The crowd is worth its name: each kind of outcome is there, and no measure is left without anybody."""
    scene, report = night
    assert report.broken == [] and report.out == {}
    found = {name: scene.rows(report, name) for name in RESULTS}
    spoken = {row["measure_id"] for name in ("whitelist", "target", "financing") for row in found[name]}
    spoken |= {row["measure_id"] for row in found["coverage"] if row["denominator"] + row["unknown"]}
    spoken |= {row["measure_id"] for row in found["requirement"] if row["keeping"] + row["failing"]}
    spoken |= {row["standard"] for row in found["title_standing"]}
    silent = {one.id for one in packs.measures.values() if one.term(crowd.DAY) != "not_yet"} - spoken
    assert not silent
    verdicts = Counter(row["verdict"] for row in found["whitelist"])
    assert min(verdicts[one] for one in ("listed", "review", "excluded")) > 3
    assert {row["outcome"] for row in found["title_gap"]} >= {"pass", "fail", "unknown"}
    assert {row["outcome"] for row in found["measure_member"]} >= {"counted", "missing", "unknown"}


@pytest.mark.parametrize(("order", "threads"), [(1, 1), (2, 2)])
def test_no_result_file_depends_on_the_order_of_rows_or_on_threads(
    night: tuple[Scene, DecideReport], tmp_path: Path, packs: PackSet, order: int, threads: int
) -> None:
    first, before = night
    scene = Scene(tmp_path, connect(threads=threads))
    crowd.write(scene, packs, crowd.people(packs, SEED, NUMBER), SEED, order)
    report = scene.decide(packs, crowd.DAY)
    assert set(report.files) == set(RESULTS)
    for name, path in report.files.items():
        content = Path(scene.lake.uri(path)).read_bytes()
        assert content == Path(first.lake.uri(before.files[name])).read_bytes(), name
        # nothing is proved by a file without rows
        assert report.rows[name] > 4, name


#: A day that a source vouches for is no gap in what is known; the title's own days hang together.
NOT_FILLED = {one.name for one in ENTERPRISE if FACTS[one.name].type in ("date", "year")} | set(
    crowd.BY_TITLE
)
NOT_FILLED |= {name for name in FACTS if name.endswith(("_batch_id", "_row_no", "_known"))}


def told_more(packs: PackSet, facts: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The same enterprises with some of what was unknown told."""
    random, words = Random(seed), crowd.words_of(packs)
    return [
        {
            name: crowd.draw(random, FACTS[name], words)
            if value is None and name in FACTS and name not in NOT_FILLED and not name.endswith("_code")
            else value
            for name, value in row.items()
        }
        for row in facts
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_knowing_more_takes_nobody_off_a_list_and_turns_no_outcome_without_a_failing_rule(
    scene: Scene, packs: PackSet, seed: int
) -> None:
    less = crowd.people(packs, seed, NUMBER)
    results: list[Rows] = []
    for facts in (less, told_more(packs, less, seed)):
        scene.facts(facts)
        report = scene.decide(packs, crowd.DAY)
        results.append({name: scene.rows(report, name) for name in report.files})
    before, after = results
    verdicts = {(row["measure_id"], row["uscc"]): row["verdict"] for row in after["whitelist"]}
    failing = {
        (row["measure_id"], row["uscc"], row["effect"])
        for row in after["whitelist_reason"]
        if row["outcome"] == "fail"
    }
    effects = {"excluded": "exclude", "review": "review"}
    listed = [(row["measure_id"], row["uscc"]) for row in before["whitelist"] if row["verdict"] == "listed"]
    assert len(listed) > 10
    for key in listed:
        verdict = verdicts[key]
        assert verdict == "listed" or (*key, effects[verdict]) in failing, key
    # who was excluded stays so, or turns out to be none of those whom the list is of
    assert all(
        verdicts.get((row["measure_id"], row["uscc"])) in ("excluded", None)
        for row in before["whitelist"]
        if row["verdict"] == "excluded"
    )
    standing = {(row["standard"], row["purpose"], row["uscc"]): row for row in after["title_standing"]}
    settled = 0
    for row in before["title_standing"]:
        now = standing.get((row["standard"], row["purpose"], row["uscc"]))
        if now is None:
            # it has the title after all, or no longer: another title is its next one
            continue
        settled += row["outcome"] != now["outcome"]
        assert set(row["failing"]) <= set(now["failing"])
        assert row["outcome"] != "pass" or now["outcome"] == "pass"
        assert row["score_low"] is None or (
            row["score_low"] <= now["score_low"] <= now["score_high"] <= row["score_high"]
        )
    assert settled
    counted = {(row["measure_id"], row["uscc"]): row["outcome"] for row in after["measure_member"]}
    lists = {one.id for one in packs.measures.values() if starts_from_list(one)}
    for row in before["measure_member"]:
        key = (row["measure_id"], row["uscc"])
        # who is under review on a list may leave it, and with it what is counted of the list
        if row["outcome"] == "unknown" or row["measure_id"] in lists:
            continue
        assert counted.get(key) == row["outcome"], key


# ── no floating point ─────────────────────────────────────────────────────────────────────────────────


def source_of(packs: PackSet, table: str, doubles: bool = False) -> str:
    """A FROM item without rows that has the columns of a table in their types."""
    dictionary = FACTS if table == "enterprise" else EVENTS[table]
    columns = {name: sql_type(dictionary[name].type) for name in dictionary}
    if doubles:
        columns = {name: "DOUBLE" if kind.startswith("DECIMAL") else kind for name, kind in columns.items()}
    columns |= beside(packs) if table == "enterprise" else {}
    return "(SELECT " + ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items()) + ")"


def sql_type(kind: str) -> str:
    arrow = ARROW.get(kind, pa.string())
    if pa.types.is_decimal(arrow):
        return f"DECIMAL({arrow.precision}, {arrow.scale})"
    names = {pa.int64(): "BIGINT", pa.bool_(): "BOOLEAN", pa.date32(): "DATE", pa.string(): "TEXT"}
    return names.get(arrow, "TEXT[]")


def test_every_compiled_expression_of_every_shipped_measure_is_exact(scene: Scene, packs: PackSet) -> None:
    compiler = Compiler(packs.facts, crowd.DAY)
    found = expressions(packs, compiler)
    # the walk finds every measure, and the conditions inside rules, criteria and score lines
    assert {one.label.split(".")[0] for one in found} >= {
        "henan",
        "luoyang",
        "zhengzhou",
        "sanmenxia",
        "national",
    }
    places = " ".join(one.label for one in found)
    for part in (".rules[", ".criteria[", ".scores[", ".first[", ".each[", " low", " figure", " distance"):
        assert part in places, part
    named = {one for one in packs.measures if any(found.label.startswith(one) for found in found)}
    asking = {one.id for one in packs.measures.values() if not _counts_rows_only(one)}
    assert asking <= named
    by_table: dict[str, list[Expression]] = {}
    for one in found:
        by_table.setdefault(one.table, []).append(one)
    for table, these in by_table.items():
        sqls = list(dict.fromkeys(one.sql for one in these))
        check_exact(scene.con, sqls, source_of(packs, table), compiler.binds)
        described = scene.con.execute(*_describe(sqls, source_of(packs, table), compiler)).fetchall()
        assert not {row[1] for row in described} & {"DOUBLE", "FLOAT", "REAL"}, table
    # the same walk over columns that were delivered as floats is refused
    with pytest.raises(PackError, match="浮点"):
        sqls = [one.sql for one in by_table["enterprise"]]
        check_exact(scene.con, sqls, source_of(packs, "enterprise", doubles=True), compiler.binds)


def _describe(sqls: list[str], source: str, compiler: Compiler) -> tuple[str, dict[str, Any]]:
    sql = f"DESCRIBE SELECT {', '.join(f'{one} AS x{at}' for at, one in enumerate(sqls))} FROM {source} AS e"
    return sql, compiler.binds.used_in(sql)


def _counts_rows_only(measure: Any) -> bool:
    """Recognitions are counted in the title rows, without a condition."""
    return getattr(measure, "counting", None) in ("flow", "cumulative")


def computing_facts(packs: PackSet) -> dict[tuple[str, str], dict[str, Any]]:
    """(table, column of a number) → one measure of each kind that computes on it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for measure in packs.measures.values():
        event = isinstance(measure, EventMeasure)
        table, dictionary = (measure.table, measure.columns) if event else ("enterprise", FACTS)
        names = {fact for _, condition, _ in conditions(measure) for fact in facts_of(condition)}
        names |= set(figure_facts(measure.figure).values()) if event else set()
        mean = getattr(measure, "mean", None)
        names |= {mean.of, mean.over} if mean else set()
        for name in names:
            if dictionary[name].type in ("money", "ratio", "decimal", "integer"):
                kind = f"{measure.kind} {getattr(measure, 'counting', '')}"
                found.setdefault((table, name), {}).setdefault(kind, measure)
    return found


def test_whatever_number_a_measure_computes_on_is_refused_as_a_float(scene: Scene, packs: PackSet) -> None:
    folder = Path(crowd.write(scene, packs, crowd.people(packs, SEED, 3), SEED))
    computing = computing_facts(packs)
    tables = {table for table, _ in computing}
    assert tables >= {"enterprise", "loan", "guarantee", "bank_month"} and len(computing) > 30
    accepted = []
    for (table, name), measures in sorted(computing.items()):
        path = folder / f"{table}.parquet"
        whole = pq.read_table(path)
        at = whole.schema.get_field_index(name)
        pq.write_table(whole.set_column(at, name, whole[name].cast("float64")), path)
        for measure in measures.values():
            # alone, on a day on which it is judged
            day = max(crowd.DAY, measure.in_force[0])
            try:
                scene.decide(replace(packs, measures={measure.id: measure}), day)
                accepted.append((table, name, measure.id))
            except PackError as refused:
                assert "浮点" in str(refused)
        pq.write_table(whole, path)
    assert accepted == []
