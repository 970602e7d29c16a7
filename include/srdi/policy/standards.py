"""Title standards: for every enterprise the next title it could hold, and what is missing for it.

Runs before the lists, because pools are made of it. Outcomes are worked out for everybody; what was observed
and by how much it falls short, only for those near enough that somebody will ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srdi.policy import evidence, explain
from srdi.policy.compile import Compiler, check_exact, near_columns
from srdi.policy.expression import Condition, NearTitle, Score, atoms, facts_of
from srdi.policy.packset import PackSet, StandardMeasure
from srdi.policy.scoring import item_columns, item_sql, with_scores
from srdi.policy.words import required_text
from srdi.problems import PackError

if TYPE_CHECKING:
    import duckdb

#: Parameter of the conventions: how many criteria may be missing or unknown for an enterprise to be told in full.
NEAR = "pool_max_missing"

STANDING = """
SELECT
    e.uscc,
    {standard} AS standard,
    {title} AS next_title,
    {purpose} AS purpose,
    e.city_code,
    e.division_code,
    CASE WHEN {missing} > 0 THEN 'fail' WHEN {unknown} > 0 THEN 'unknown' ELSE 'pass' END AS outcome,
    CAST({missing} AS INTEGER) AS missing,
    CAST({unknown} AS INTEGER) AS unknown,
    list_filter([{failing}], lambda x: x IS NOT NULL) AS failing,
    list_filter([{unclear}], lambda x: x IS NOT NULL) AS unclear,
    {low} AS score_low,
    {high} AS score_high,
    (e.srdi OR e.innovative) IS TRUE AS titled
FROM {source} AS e
WHERE {of}
"""

GAP = """
SELECT
    e.uscc,
    {title} AS next_title,
    {standard} AS standard,
    {purpose} AS purpose,
    unnest([{rows}], recursive := true)
FROM {source} AS e
"""

TOLD = """
WHERE e.uscc IN (
    SELECT n.uscc FROM policy_standing AS n
    WHERE n.standard = {standard} AND n.purpose = {purpose} AND (n.titled OR n.missing + n.unknown <= {near})
)
"""

ROW = """{{
    'criterion_id': {criterion},
    'outcome': CASE WHEN {waived} THEN 'waived' WHEN {keep} THEN 'pass' WHEN NOT {keep} THEN 'fail' ELSE 'unknown' END,
    'observed': {observed},
    'distance': {distance},
    'batch_id': {batch},
    'row_no': {row}
}}"""


@dataclass(frozen=True)
class Judgement:
    """A standard that applies on the day: to those whose next title it awards (``new``), or to holders (``renewal``)."""

    measure: StandardMeasure
    purpose: str
    of: Condition
    waived: tuple[str, ...] = ()


def in_force(packs: PackSet, compiler: Compiler) -> list[Judgement]:
    """What is judged on the day, the newest standard where two award one title."""
    day = compiler.biz_date
    found: dict[tuple[str, str], Judgement] = {}
    for measure in sorted(packs.of_kind(StandardMeasure), key=lambda one: (one.in_force[0], one.id)):
        assert isinstance(measure, StandardMeasure)
        if measure.term(day) in ("open", "in_force"):
            found[(measure.awards, "new")] = Judgement(measure, "new", measure.of)
        renewal = measure.renewal
        if (
            renewal
            and renewal.in_force[0] <= day
            and (renewal.in_force[1] is None or day <= renewal.in_force[1])
        ):
            found[(measure.awards, "renewal")] = Judgement(measure, "renewal", renewal.of, renewal.waives)
    return [found[key] for key in sorted(found)]


def decide_standards(con: duckdb.DuckDBPyConnection, packs: PackSet, compiler: Compiler, source: str) -> None:
    """Fill ``policy_standing`` (everybody), ``policy_gap`` (those near) and ``policy_criterion`` from ``source``.

    Raises :class:`PackError` when the fact row lacks a column or a criterion would be computed inexactly.
    """
    judged = in_force(packs, compiler)
    for judgement in judged:
        _check(con, judgement.measure, compiler, source)
    sql = " UNION ALL ".join(standing_sql(one, compiler, source) for one in judged) or _NOBODY
    con.execute(f"CREATE OR REPLACE TEMP TABLE policy_standing AS {sql}", compiler.binds.used_in(sql))
    criterion_table(con, judged, compiler)
    near = packs.parameters["conventions"].get(NEAR) if "conventions" in packs.parameters else None
    bound = compiler.binds.text(near.on(compiler.biz_date) if near else 0, "INTEGER")
    told = [
        gap_sql(one, compiler, source)
        + TOLD.format(
            standard=compiler.binds.text(one.measure.id), purpose=compiler.binds.text(one.purpose), near=bound
        )
        for one in judged
    ]
    sql = " UNION ALL ".join(told) or _NO_GAP
    con.execute(f"CREATE OR REPLACE TEMP TABLE policy_gap AS {sql}", compiler.binds.used_in(sql))


#: The result file of those near enough to be told: what is asked stands beside what was seen.
GAP_RESULT = """
SELECT
    g.uscc,
    g.next_title,
    g.criterion_id,
    g.standard,
    g.purpose,
    c.position,
    c.criterion_zh,
    g.outcome,
    g.observed,
    c.required,
    g.distance,
    c.document_id,
    c.clause,
    g.batch_id,
    g.row_no
FROM policy_gap AS g
JOIN policy_criterion AS c ON c.standard = g.standard AND c.criterion_id = g.criterion_id
ORDER BY g.uscc, g.next_title, g.criterion_id, g.purpose
"""

_NOBODY = (
    "SELECT NULL::TEXT AS uscc, NULL::TEXT AS standard, NULL::TEXT AS next_title, NULL::TEXT AS purpose,"
    " NULL::TEXT AS city_code, NULL::TEXT AS division_code, NULL::TEXT AS outcome, 0 AS missing, 0 AS unknown,"
    " NULL::TEXT[] AS failing, NULL::TEXT[] AS unclear, NULL::DECIMAL(18, 6) AS score_low,"
    " NULL::DECIMAL(18, 6) AS score_high, FALSE AS titled LIMIT 0"
)
_NO_GAP = (
    "SELECT NULL::TEXT AS uscc, NULL::TEXT AS next_title, NULL::TEXT AS standard, NULL::TEXT AS purpose,"
    " NULL::TEXT AS criterion_id, NULL::TEXT AS outcome, NULL::TEXT AS observed,"
    " NULL::DECIMAL(18, 6) AS distance, NULL::TEXT AS batch_id, NULL::BIGINT AS row_no LIMIT 0"
)


def standing_sql(judgement: Judgement, compiler: Compiler, source: str) -> str:
    """One row per enterprise that the standard speaks about: outcome, what fails, what is unknown, the last score."""
    measure = judgement.measure
    asked = [one for one in measure.criteria if one.id not in judgement.waived]
    columns = [f'e."criterion:{one.id}"' for one in asked]
    score = measure.scores[-1].id if measure.scores else None
    bounds = [f'CAST(e."score:{score}:{at}" AS DECIMAL(18, 6))' for at in ("low", "high")] if score else []
    text = compiler.binds.text
    return STANDING.format(
        standard=text(measure.id),
        title=text(measure.awards),
        purpose=text(judgement.purpose),
        missing=" + ".join(f"CASE WHEN NOT {name} THEN 1 ELSE 0 END" for name in columns),
        unknown=" + ".join(f"CASE WHEN {name} IS NULL THEN 1 ELSE 0 END" for name in columns),
        failing=", ".join(
            f"CASE WHEN NOT {name} THEN {text(one.id)} END" for name, one in zip(columns, asked, strict=True)
        ),
        unclear=", ".join(
            f"CASE WHEN {name} IS NULL THEN {text(one.id)} END"
            for name, one in zip(columns, asked, strict=True)
        ),
        low=bounds[0] if bounds else "CAST(NULL AS DECIMAL(18, 6))",
        high=bounds[1] if bounds else "CAST(NULL AS DECIMAL(18, 6))",
        source=_judged(measure, compiler, source),
        # who may hold the title is asked both; only a holder for certain renews
        of=f"({compiler.sql(judgement.of, measure.parameters)})"
        f" IS {'NOT FALSE' if judgement.purpose == 'new' else 'TRUE'}",
    )


def _judged(measure: StandardMeasure, compiler: Compiler, source: str) -> str:
    """FROM item: ``source`` with the scores and a flag for every criterion."""
    criteria = ", ".join(
        f'{compiler.sql(one.keep, measure.parameters)} AS "criterion:{one.id}"' for one in measure.criteria
    )
    return f"(SELECT e.*, {criteria} FROM {with_scores(measure, compiler, source)} AS e)"


def gap_sql(judgement: Judgement, compiler: Compiler, source: str) -> str:
    """One row per enterprise of ``source`` and criterion, with what was observed."""
    measure, text = judgement.measure, compiler.binds.text
    rows = []
    for one in measure.criteria:
        batch, row = evidence.evidence_sql(one.keep)
        rows.append(
            ROW.format(
                criterion=text(one.id),
                waived="TRUE" if one.id in judgement.waived else "FALSE",
                keep=f'e."criterion:{one.id}"',
                observed=observed_sql(one.keep, measure, compiler),
                distance=explain.distance_sql(one.keep, compiler, measure.parameters),
                batch=f"CAST({batch} AS TEXT)",
                row=f"CAST({row} AS BIGINT)",
            )
        )
    return GAP.format(
        title=text(measure.awards),
        standard=text(measure.id),
        purpose=text(judgement.purpose),
        rows=", ".join(rows),
        source=_judged(measure, compiler, source),
    )


def observed_sql(condition: Condition, measure: StandardMeasure, compiler: Compiler) -> str:
    """What was observed; a score also says where its points come from."""
    told = explain.observed_sql(condition, compiler)
    named = {atom.score for atom in atoms(condition) if isinstance(atom, Score)}
    parts = [
        f"{compiler.binds.text(item.title.zh + ' ')} || {_span(*item_columns(score.id, item.id))}"
        for score in measure.scores
        if score.id in _taken_in(measure, named)
        for item in score.items
    ]
    return f"{told} || '（' || concat_ws('，', {', '.join(parts)}) || '）'" if parts else told


def _taken_in(measure: StandardMeasure, named: set[str]) -> set[str]:
    """The scores named and those that they add up."""
    for score in reversed(measure.scores):
        if score.id in named:
            named = named | set(score.sum_of)
    return named


def _span(low: str, high: str) -> str:
    low, high = (f"rtrim(rtrim(CAST(e.\"{one}\" AS TEXT), '0'), '.')" for one in (low, high))
    return f"CASE WHEN {low} = {high} THEN {low} ELSE {low} || '～' || {high} END"


def _check(con: duckdb.DuckDBPyConnection, measure: StandardMeasure, compiler: Compiler, source: str) -> None:
    conditions = list(_conditions(measure))
    needed = columns_read(measure)
    present = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    missing = sorted(needed - present)
    if missing:
        raise PackError(f"{measure.id}：事实表 enterprise.parquet 缺少列：" + "、".join(missing))
    plain = [compiler.sql(one, measure.parameters) for one in conditions if not _speaks_of_scores(one)]
    check_exact(con, plain, source, compiler.binds)
    scored = [compiler.sql(one.keep, measure.parameters) for one in measure.criteria]
    scored += [explain.distance_sql(one.keep, compiler, measure.parameters) for one in measure.criteria]
    scored += [
        sql for score in measure.scores for item in score.items for sql in item_sql(item, compiler, measure)
    ]
    check_exact(con, list(dict.fromkeys(scored)), with_scores(measure, compiler, source), compiler.binds)


def _conditions(measure: StandardMeasure) -> Iterator[Condition]:
    """Every condition of a standard whose parameters hold a single value."""
    yield measure.of
    if measure.renewal is not None:
        yield measure.renewal.of
    yield from (one.keep for one in measure.criteria)
    for score in measure.scores:
        for item in score.items:
            yield from item.each
            yield from (branch.when for branch in item.first)


def _speaks_of_scores(condition: Condition) -> bool:
    return any(isinstance(atom, Score) for atom in atoms(condition))


def columns_read(measure: StandardMeasure) -> set[str]:
    """Columns of the fact row that a standard and its explanations need."""
    needed = {"srdi", "innovative", *facts_read(measure)}
    for condition in _conditions(measure):
        needed |= evidence.explaining_facts(condition)
    return needed


def facts_read(measure: StandardMeasure) -> list[str]:
    """Names of the facts that a standard looks at, each once."""
    banded = [atom for score in measure.scores for item in score.items for atom in item.best_of]
    return list(dict.fromkeys(fact for one in [*_conditions(measure), *banded] for fact in facts_of(one)))


def criterion_table(con: duckdb.DuckDBPyConnection, judged: list[Judgement], compiler: Compiler) -> None:
    """Create ``policy_criterion``: what stands beside every outcome, once per criterion."""
    import pyarrow as pa

    names = ("standard", "criterion_id", "position", "criterion_zh", "required", "clause", "document_id")
    rows = {
        (one.measure.id, criterion.id): (
            one.measure.id,
            criterion.id,
            position,
            criterion.title.zh,
            required_text(criterion.keep, compiler.facts, one.measure.parameters, compiler.biz_date),
            criterion.clause,
            one.measure.document.id,
        )
        for one in judged
        for position, criterion in enumerate(one.measure.criteria, start=1)
    }
    types = [pa.string(), pa.string(), pa.int32(), *[pa.string()] * 4]
    arrays = [pa.array([row[at] for row in rows.values()], kind) for at, kind in enumerate(types)]
    con.register("policy_rows", pa.table(arrays, names=list(names)))
    con.execute("CREATE OR REPLACE TEMP TABLE policy_criterion AS FROM policy_rows")
    con.unregister("policy_rows")


def with_nearness(packs: PackSet, conditions: list[Condition], compiler: Compiler, source: str) -> str:
    """FROM item: ``source`` (aliased e) with two columns for every title that a condition measures nearness to.

    Nobody for whom it is the next title is near it; where no standard awards it, nearness is unknown.
    """
    awarded = {one.measure.awards for one in in_force(packs, compiler) if one.purpose == "new"}
    titles = sorted({atom.title for one in conditions for atom in atoms(one) if isinstance(atom, NearTitle)})
    columns, joins = [], []
    for at, title in enumerate(titles):
        for name, column in zip(near_columns(title), ("missing", "unknown"), strict=True):
            if title in awarded:
                # beyond any bound: it is not this enterprise's next title
                columns.append(f'COALESCE(n{at}.{column}, {10**6 if column == "missing" else 0}) AS "{name}"')
            else:
                columns.append(f'CAST(NULL AS INTEGER) AS "{name}"')
        if title in awarded:
            joins.append(
                f"LEFT JOIN policy_standing AS n{at} ON n{at}.uscc = e.uscc"
                f" AND n{at}.next_title = {compiler.binds.text(title)} AND n{at}.purpose = 'new'"
            )
    if not columns:
        return source
    return f"(SELECT e.*, {', '.join(columns)} FROM {source} AS e {' '.join(joins)})"
