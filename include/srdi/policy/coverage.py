"""Coverage: how many of a population do what a paper asks, against its target; by division, industry, city, title.

Requirements (who keeps a promise) are counted the same way; they have no target and a table of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srdi.engine.duck import literal
from srdi.policy import explain
from srdi.policy.compile import half_up
from srdi.policy.models import HELD
from srdi.policy.packset import CoverageMeasure
from srdi.policy.population import Population, area_sql
from srdi.policy.words import required_text

if TYPE_CHECKING:
    import duckdb

#: What is unknown is counted apart and never enters the denominator.
MEMBER = """
SELECT
    {measure} AS measure_id,
    e.uscc,
    COALESCE(e.division_code, 'unknown') AS division_code,
    COALESCE(e.industry_section, 'unknown') AS industry_section,
    e.city_code,
    {held} AS held,
    CASE
        WHEN e.{of} IS NULL OR e.{counts} IS NULL THEN 'unknown'
        WHEN e.{counts} THEN 'counted'
        ELSE 'missing'
    END AS outcome,
    CASE WHEN e.{of} IS NULL THEN {population_observed} ELSE {observed} END AS observed,
    CASE WHEN e.{of} IS NULL THEN {population_required} ELSE {required} END AS required,
    CASE WHEN e.{of} THEN {distance} END AS distance
FROM policy_population AS e
WHERE {here} AND e.{of} IS NOT FALSE
"""

UNMATCHED = """
SELECT
    {measure} AS measure_id,
    {division} AS division_code,
    {city} AS city_code
FROM {titles} AS e
WHERE e.uscc IS NULL AND e.in_force IS NOT FALSE AND e.title IN ({kinds}) AND (e.city_code IS NULL OR {here})
"""

COVERAGE = """
CREATE OR REPLACE TEMP TABLE policy_coverage AS
WITH counted AS (
    {grouped}
),
unmatched AS (
    SELECT measure_id, 'ALL' AS city_code, 'ALL' AS division_code, count(*) AS titles FROM policy_unmatched
    GROUP BY measure_id
    UNION ALL
    SELECT measure_id, 'ALL', division_code, count(*) FROM policy_unmatched
    WHERE division_code <> 'ALL' GROUP BY measure_id, division_code
    UNION ALL
    SELECT measure_id, city_code, 'ALL', count(*) FROM policy_unmatched
    WHERE city_code <> 'ALL' GROUP BY measure_id, city_code
),
whole AS (
    -- the row of the whole area, and of each city, stands even where nobody belongs to the population
    SELECT measure_id, 'ALL' AS city_code, 'ALL' AS division_code, 'ALL' AS held, 'ALL' AS industry_section
    FROM policy_measure
    WHERE kind IN ('coverage', 'requirement')
    UNION
    SELECT c.measure_id, c.city_code, 'ALL', 'ALL', 'ALL' FROM policy_city AS c
    JOIN policy_measure AS m ON m.measure_id = c.measure_id AND m.kind IN ('coverage', 'requirement')
    UNION
    SELECT measure_id, city_code, division_code, held, industry_section FROM counted
    UNION
    SELECT measure_id, city_code, division_code, 'ALL', 'ALL' FROM unmatched
),
figures AS (
    SELECT
        m.kind,
        w.measure_id,
        CASE w.city_code WHEN 'ALL' THEN m.area_code ELSE w.city_code END AS area_code,
        w.division_code,
        CASE w.held WHEN 'ALL' THEN m.tier ELSE w.held END AS tier,
        w.industry_section,
        COALESCE(c.numerator, 0) AS numerator,
        COALESCE(c.denominator, 0) AS denominator,
        COALESCE(c.unknown, 0) AS unknown,
        CAST(
            CASE WHEN w.industry_section = 'ALL' AND w.held = 'ALL' THEN COALESCE(u.titles, 0) ELSE 0 END AS BIGINT
        ) AS unmatched,
        m.target,
        m.document_id,
        m.clause,
        m.stage,
        m.term,
        ceil(m.target * CAST(COALESCE(c.denominator, 0) AS DECIMAL(26, 0))) AS needed
    FROM whole AS w
    JOIN policy_measure AS m ON m.measure_id = w.measure_id
    LEFT JOIN counted AS c
        ON c.measure_id = w.measure_id
        AND c.city_code = w.city_code
        AND c.division_code = w.division_code
        AND c.held = w.held
        AND c.industry_section = w.industry_section
    LEFT JOIN unmatched AS u
        ON u.measure_id = w.measure_id
        AND u.city_code = w.city_code
        AND u.division_code = w.division_code
)
SELECT
    kind,
    measure_id,
    area_code,
    division_code,
    tier,
    industry_section,
    numerator,
    denominator,
    unknown,
    unmatched,
    CAST(CASE WHEN denominator > 0 THEN {rate} END AS DECIMAL(12, 6)) AS rate,
    target,
    CASE WHEN needed IS NOT NULL THEN CAST(greatest(needed - numerator, 0) AS BIGINT) END AS shortfall,
    CASE WHEN denominator > 0 THEN numerator >= needed END AS met,
    document_id,
    clause,
    stage,
    term
FROM figures
"""

GROUPED = """
SELECT
    measure_id,
    {city} AS city_code,
    {division} AS division_code,
    {tier} AS held,
    {section} AS industry_section,
    count(*) FILTER (outcome = 'counted') AS numerator,
    count(*) FILTER (outcome <> 'unknown') AS denominator,
    count(*) FILTER (outcome = 'unknown') AS unknown
FROM policy_member
WHERE measure_id IN ({measures})
GROUP BY GROUPING SETS ({sets})
"""

COLUMNS = {
    "city": "city_code",
    "division": "division_code",
    "tier": "held",
    "industry_section": "industry_section",
}
#: A flag that is not known leaves open whether the title below it is the highest.
HELD_SQL = (
    "CASE "
    + " ".join(f"WHEN e.{title} THEN '{title}' WHEN e.{title} IS NULL THEN 'unknown'" for title in HELD)
    + " ELSE 'none' END"
)


def decide_coverage(con: duckdb.DuckDBPyConnection, population: Population, facts_uri: str) -> None:
    """Fill ``policy_member`` and ``policy_coverage``; ``policy_measure`` must exist."""
    compiler = population.compiler
    measures = population.coverages
    con.execute(
        "CREATE OR REPLACE TEMP TABLE policy_member (measure_id TEXT, uscc TEXT, division_code TEXT,"
        " industry_section TEXT, city_code TEXT, held TEXT, outcome TEXT,"
        " observed TEXT, required TEXT, distance DECIMAL(18, 6))"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE policy_unmatched (measure_id TEXT, division_code TEXT, city_code TEXT)"
    )
    if measures:
        sql = "INSERT INTO policy_member " + " UNION ALL ".join(
            _member(population, measure) for measure in measures
        )
        con.execute(sql, compiler.binds.used_in(sql))
        titles = f"read_parquet({literal(facts_uri.rstrip('/') + '/title.parquet')})"
        unmatched = [
            UNMATCHED.format(
                measure=compiler.binds.text(measure.id),
                titles=titles,
                division="COALESCE(e.division_code, 'unknown')" if "division" in measure.by else "'ALL'",
                city="COALESCE(e.city_code, 'ALL')" if "city" in measure.by else "'ALL'",
                kinds=", ".join(compiler.binds.text(kind) for kind in measure.titles),
                here=area_sql(measure.area, compiler),
            )
            for measure in measures
            if measure.titles
        ]
        if unmatched:
            sql = "INSERT INTO policy_unmatched " + " UNION ALL ".join(unmatched)
            con.execute(sql, compiler.binds.used_in(sql))
    by = sorted({measure.by for measure in measures}) or [()]
    grouped = " UNION ALL ".join(_grouped(population, group) for group in by)
    sql = COVERAGE.format(
        grouped=grouped, rate=half_up("CAST(numerator AS HUGEINT)", "CAST(denominator AS HUGEINT)")
    )
    con.execute(sql, compiler.binds.used_in(sql))


def _member(population: Population, measure: CoverageMeasure) -> str:
    compiler = population.compiler
    required = {
        part: required_text(condition, compiler.facts, measure.parameters, compiler.biz_date)
        for part, condition in (("of", measure.of), ("counts", measure.counts))
    }
    return MEMBER.format(
        measure=compiler.binds.text(measure.id),
        held=HELD_SQL if "tier" in measure.by else "CAST(NULL AS TEXT)",
        of=population.flag(measure, "of"),
        counts=population.flag(measure, "counts"),
        population_observed=explain.observed_sql(measure.of, compiler),
        observed=explain.observed_sql(measure.counts, compiler),
        population_required=compiler.binds.text(required["of"]),
        required=compiler.binds.text(required["counts"]),
        distance=explain.distance_sql(measure.counts, compiler, measure.parameters),
        here=area_sql(measure.area, compiler),
    )


def _grouped(population: Population, by: tuple[str, ...]) -> str:
    """Counts of the measures grouped ``by``: every combination and its roll-ups (ALL).

    A county lies in one city: its rows stand under the province, and a city's rows name no county.
    """
    sets: list[tuple[str, ...]] = [()]
    for word in by:
        sets += [(*group, COLUMNS[word]) for group in sets]
    sets = [group for group in sets if not {"city_code", "division_code"} <= set(group)]
    shown = {
        column: f"CASE WHEN GROUPING({column}) = 1 THEN 'ALL' ELSE {column} END" if word in by else "'ALL'"
        for word, column in COLUMNS.items()
    }
    return GROUPED.format(
        city=shown["city_code"],
        division=shown["division_code"],
        tier=shown["held"],
        section=shown["industry_section"],
        measures=", ".join(population.compiler.binds.text(m.id) for m in population.coverages if m.by == by)
        or "NULL",
        sets=", ".join("(" + ", ".join(("measure_id", *group)) + ")" for group in sets),
    )
