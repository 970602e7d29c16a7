"""Targets: a count or a mean against a goal by a day.

What is counted is stated per measure (stock, flow, cumulative, mean), since the papers' verbs differ and the
figures with them. Exact as everything here: means are kept as whole numbers and divided half-up once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from srdi.engine.duck import literal
from srdi.policy.cities import split_by_city
from srdi.policy.compile import SQL_TYPES, half_up
from srdi.policy.packset import TargetMeasure
from srdi.policy.population import Population, area_sql

if TYPE_CHECKING:
    import duckdb

STOCK = """
SELECT
    {measure} AS measure_id,
    'ALL' AS city_code,
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
    'ALL' AS city_code,
    CASE
        WHEN (SELECT count(*) FROM {titles} AS t WHERE t.title IN ({kinds})) > 0
            THEN CAST(count(DISTINCT e.uscc) FILTER ({inside}) AS DECIMAL(18, 6))
    END AS actual,
    count(DISTINCT e.uscc) FILTER (COALESCE(e.recognised_on, e.valid_from) IS NULL) AS unknown,
    count(*) FILTER (e.uscc IS NULL AND ({inside} OR COALESCE(e.recognised_on, e.valid_from) IS NULL)) AS unmatched
FROM {titles} AS e
WHERE e.state = 'recognised' AND e.title IN ({kinds}) AND (({here}) OR (e.uscc IS NULL AND e.city_code IS NULL))
"""

#: The cities of a province, each with its own count; what is known of the province is known of its cities.
STOCK_BY_CITY = """
SELECT
    c.measure_id,
    c.city_code,
    CASE
        WHEN COALESCE(p.held, 0) > 0 OR COALESCE(p.unknown, 0) = 0 OR EXISTS (SELECT 1 FROM {titles})
            THEN CAST(COALESCE(p.held, 0) AS DECIMAL(18, 6))
    END AS actual,
    COALESCE(p.unknown, 0) AS unknown,
    COALESCE(t.unmatched, 0) AS unmatched
FROM policy_city AS c
LEFT JOIN (
    SELECT
        e.city_code,
        count(*) FILTER (e.{of}) AS held,
        count(*) FILTER (e.{of} IS NULL) AS unknown
    FROM policy_population AS e
    GROUP BY e.city_code
) AS p ON p.city_code = c.city_code
LEFT JOIN (
    SELECT e.city_code, count(*) AS unmatched FROM {titles} AS e
    WHERE e.uscc IS NULL AND e.in_force IS NOT FALSE AND e.title IN ({kinds})
    GROUP BY e.city_code
) AS t ON t.city_code = c.city_code
WHERE c.measure_id = {measure}
"""

RECOGNISED_BY_CITY = """
SELECT
    c.measure_id,
    c.city_code,
    CASE
        WHEN (SELECT count(*) FROM {titles} AS t WHERE t.title IN ({kinds})) > 0
            THEN CAST(COALESCE(r.recognised, 0) AS DECIMAL(18, 6))
    END AS actual,
    COALESCE(r.unknown, 0) AS unknown,
    COALESCE(r.unmatched, 0) AS unmatched
FROM policy_city AS c
LEFT JOIN (
    SELECT
        e.city_code,
        count(DISTINCT e.uscc) FILTER ({inside}) AS recognised,
        count(DISTINCT e.uscc) FILTER (COALESCE(e.recognised_on, e.valid_from) IS NULL) AS unknown,
        count(*) FILTER (
            e.uscc IS NULL AND ({inside} OR COALESCE(e.recognised_on, e.valid_from) IS NULL)
        ) AS unmatched
    FROM {titles} AS e
    WHERE e.state = 'recognised' AND e.title IN ({kinds})
    GROUP BY e.city_code
) AS r ON r.city_code = c.city_code
WHERE c.measure_id = {measure}
"""

#: Enterprises whose figures are missing, or whose denominator is not positive, are unknown and in no mean.
MEAN = """
SELECT
    {measure} AS measure_id,
    'ALL' AS city_code,
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
WITH figures AS (
    -- the goal is the whole area's: a city has a figure, and none of its own to reach
    SELECT
        c.*,
        CASE c.city_code WHEN 'ALL' THEN m.area_code ELSE c.city_code END AS area_code,
        CASE c.city_code WHEN 'ALL' THEN g.target END AS target,
        g.horizon,
        g.counting
    FROM ({counted}) AS c
    JOIN policy_measure AS m ON m.measure_id = c.measure_id
    JOIN policy_goal AS g ON g.measure_id = c.measure_id
)
SELECT
    c.measure_id,
    c.area_code,
    c.horizon,
    c.counting,
    c.target,
    c.actual,
    c.target - c.actual AS gap,
    c.actual >= c.target AS met,
    c.unknown,
    c.unmatched,
    m.document_id,
    m.clause,
    m.stage,
    m.term
FROM figures AS c
JOIN policy_measure AS m ON m.measure_id = c.measure_id
"""


def decide_targets(con: duckdb.DuckDBPyConnection, population: Population, facts_uri: str) -> None:
    """Fill ``policy_target``: one row a measure, and one for each city where it shows them.

    ``policy_measure`` and ``policy_city`` must exist. ``actual`` is NULL where nothing was delivered that it could be counted from, and ``met`` where no goal
    or no figure is known. ``gap``: goal minus actual, positive while something is missing.
    """
    _goals(con, population)
    counted = " UNION ALL ".join(_counted(population, measure, facts_uri) for measure in population.targets)
    empty = (
        "SELECT CAST(NULL AS TEXT) AS measure_id, CAST(NULL AS TEXT) AS city_code, CAST(0 AS DECIMAL(18, 6)) AS actual,"
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
        of, unmatched = population.flag(measure, "of"), UNMATCHED.format(here=shared["here"], **lists)
        own = STOCK.format(of=of, unmatched=unmatched, titles=lists["titles"], **shared)
        cities = STOCK_BY_CITY.format(of=of, measure=shared["measure"], **lists)
    else:
        inside = _inside(population, measure)
        own = RECOGNISED.format(inside=inside, **lists, **shared)
        cities = RECOGNISED_BY_CITY.format(inside=inside, measure=shared["measure"], **lists)
    return f"{own} UNION ALL {cities}" if split_by_city(measure) else own


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
