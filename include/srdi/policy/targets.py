"""Targets: a count or a mean against a goal by a day.

What is counted is stated per measure (stock, flow, cumulative, mean), since the papers' verbs differ and the
figures with them. Exact as everything here: means are kept as whole numbers and divided half-up once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from srdi.engine.duck import literal
from srdi.policy.compile import SQL_TYPES, half_up
from srdi.policy.packset import TargetMeasure
from srdi.policy.population import Population, area_sql

if TYPE_CHECKING:
    import duckdb

STOCK = """
SELECT
    {measure} AS measure_id,
    CASE
        WHEN count(*) FILTER (e.{of}) > 0 OR count(*) FILTER (e.{of} IS NULL) = 0
            OR EXISTS (SELECT 1 FROM {titles})
            THEN CAST(count(*) FILTER (e.{of}) AS DECIMAL(18, 6))
    END AS actual,
    count(*) FILTER (e.{of} IS NULL) AS unknown,
    ({unmatched}) AS unmatched
FROM policy_population AS e
WHERE {here}
"""

UNMATCHED = """
    SELECT count(*) FROM {titles} AS e
    WHERE e.uscc IS NULL AND e.in_force IS NOT FALSE AND e.title IN ({kinds}) AND (e.city_code IS NULL OR {here})
"""

#: A recognition without its day is told apart: nobody knows to which year it belongs. Where no list of that
#: kind ever arrived the figure is unknown, not nought.
RECOGNISED = """
SELECT
    {measure} AS measure_id,
    CASE
        WHEN (SELECT count(*) FROM {titles} AS t WHERE t.title IN ({kinds})) > 0
            THEN CAST(count(DISTINCT e.uscc) FILTER ({inside}) AS DECIMAL(18, 6))
    END AS actual,
    count(DISTINCT e.uscc) FILTER (COALESCE(e.recognised_on, e.valid_from) IS NULL) AS unknown,
    count(*) FILTER (e.uscc IS NULL AND ({inside} OR COALESCE(e.recognised_on, e.valid_from) IS NULL)) AS unmatched
FROM {titles} AS e
WHERE e.state = 'recognised' AND e.title IN ({kinds}) AND (({here}) OR (e.uscc IS NULL AND e.city_code IS NULL))
"""

#: Enterprises whose figures are missing, or whose denominator is not positive, are unknown and in no mean.
MEAN = """
SELECT
    {measure} AS measure_id,
    CASE WHEN count(top) > 0 THEN {value} END AS actual,
    count(*) FILTER (top IS NULL) AS unknown,
    CAST(0 AS BIGINT) AS unmatched
FROM (
    SELECT
        CASE WHEN {usable} THEN CAST(e."{top}" * {scale} AS HUGEINT) END AS top,
        CASE WHEN {usable} THEN CAST(e."{bottom}" * {scale} AS HUGEINT) END AS bottom
    FROM policy_population AS e
    WHERE {here} AND e.{of} IS NOT FALSE
) AS figures
"""

USABLE = 'e.{of} AND e."{top}" IS NOT NULL AND e."{bottom}" > 0'

TARGET = """
CREATE OR REPLACE TEMP TABLE policy_target AS
SELECT
    c.measure_id,
    m.area_code,
    g.horizon,
    g.counting,
    g.target,
    c.actual,
    g.target - c.actual AS gap,
    c.actual >= g.target AS met,
    c.unknown,
    c.unmatched,
    m.document_id,
    m.clause,
    m.stage,
    m.term
FROM ({counted}) AS c
JOIN policy_measure AS m ON m.measure_id = c.measure_id
JOIN policy_goal AS g ON g.measure_id = c.measure_id
"""


def decide_targets(con: duckdb.DuckDBPyConnection, population: Population, facts_uri: str) -> None:
    """Fill ``policy_target``: one row a measure; ``policy_measure`` must exist.

    ``actual`` is NULL where nothing was delivered that it could be counted from, and ``met`` where no goal
    or no figure is known. ``gap``: goal minus actual, positive while something is missing.
    """
    _goals(con, population)
    counted = " UNION ALL ".join(_counted(population, measure, facts_uri) for measure in population.targets)
    empty = (
        "SELECT CAST(NULL AS TEXT) AS measure_id, CAST(0 AS DECIMAL(18, 6)) AS actual,"
        " CAST(0 AS BIGINT) AS unknown, CAST(0 AS BIGINT) AS unmatched LIMIT 0"
    )
    sql = TARGET.format(counted=counted or empty)
    con.execute(sql, population.compiler.binds.used_in(sql))


def _goals(con: duckdb.DuckDBPyConnection, population: Population) -> None:
    import pyarrow as pa

    day = population.compiler.biz_date
    rows = [
        {
            "measure_id": measure.id,
            "counting": measure.counting,
            "horizon": measure.horizon,
            "target": measure.target.on(measure.goal_day(day)) if measure.target else None,
        }
        for measure in population.targets
    ]
    shape = {
        "measure_id": pa.string(),
        "counting": pa.string(),
        "horizon": pa.date32(),
        "target": pa.decimal128(18, 6),
    }
    con.register("policy_goal_rows", pa.Table.from_pylist(rows, pa.schema(list(shape.items()))))
    con.execute("CREATE OR REPLACE TEMP TABLE policy_goal AS FROM policy_goal_rows")
    con.unregister("policy_goal_rows")


def _counted(population: Population, measure: TargetMeasure, facts_uri: str) -> str:
    compiler = population.compiler
    shared = {"measure": compiler.binds.text(measure.id), "here": area_sql(measure.area, compiler)}
    if measure.mean is not None:
        places = max(_places(population, fact) for fact in (measure.mean.of, measure.mean.over))
        parts = {"of": population.flag(measure, "of"), "top": measure.mean.of, "bottom": measure.mean.over}
        return MEAN.format(
            **parts,
            usable=USABLE.format(**parts),
            scale=10**places,
            value=MEANS[measure.mean.weighting] + (" - 1" if measure.mean.growth else ""),
            **shared,
        )
    lists = {
        "titles": f"read_parquet({literal(facts_uri.rstrip('/') + '/title.parquet')})",
        "kinds": ", ".join(compiler.binds.text(kind) for kind in measure.titles),
    }
    if measure.counting == "stock":
        unmatched = UNMATCHED.format(here=shared["here"], **lists)
        return STOCK.format(
            of=population.flag(measure, "of"), unmatched=unmatched, titles=lists["titles"], **shared
        )
    return RECOGNISED.format(inside=_inside(population, measure), **lists, **shared)


#: Σ of / Σ over, and the mean of the single ratios (each half-up to six places), as DECIMAL(18, 6).
MEANS = {
    "total": "CAST("
    + half_up("CAST(sum(top) AS HUGEINT)", "CAST(sum(bottom) AS HUGEINT)")
    + " AS DECIMAL(18, 6))",
    "each": "CAST("
    + half_up(
        "CAST(sum(CAST(" + half_up("top", "bottom") + " * 1000000 AS HUGEINT)) AS HUGEINT)",
        "CAST(count(top) * 1000000 AS HUGEINT)",
    )
    + " AS DECIMAL(18, 6))",
}


def _inside(population: Population, measure: TargetMeasure) -> str:
    """Condition: the recognition belongs to the days that the measure counts, and is not in the future."""
    binds, day = population.compiler.binds, population.compiler.biz_date
    when = "COALESCE(e.recognised_on, e.valid_from)"
    until = f"{when} <= {binds.text(day, SQL_TYPES['date'])}"
    if measure.counting == "cumulative":
        return until
    first, last = measure.period or (date(day.year, 1, 1), date(day.year, 12, 31))
    return (
        f"({until} AND {when} >= {binds.text(first, SQL_TYPES['date'])}"
        f" AND {when} <= {binds.text(last, SQL_TYPES['date'])})"
    )


def _places(population: Population, fact: str) -> int:
    meaning = population.packs.facts[fact]
    if meaning.places is not None:
        return meaning.places
    return {"money": 2, "ratio": 6, "decimal": 6}.get(meaning.type, 0)
