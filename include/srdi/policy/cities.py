"""The cities of a province: a measure of the whole province also shows each of them.

Every city of the division table has its row, also one in which nobody was counted: a city that is missing could
be one of which nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srdi.engine.duck import literal
from srdi.policy.heads import load_cities
from srdi.policy.packset import CoverageMeasure, Measure, TargetMeasure

if TYPE_CHECKING:
    import duckdb

    from srdi.policy.population import Population


CITY = """
CREATE OR REPLACE TEMP TABLE policy_city AS
SELECT
    UNNEST(CAST($known AS TEXT[])) AS measure_id,
    UNNEST(CAST($cities AS TEXT[])) AS city_code
UNION
SELECT
    m.measure_id,
    e.city_code
FROM (SELECT UNNEST(CAST($measures AS TEXT[])) AS measure_id, UNNEST(CAST($starts AS TEXT[])) AS start) AS m
JOIN (SELECT city_code FROM policy_population UNION SELECT city_code FROM {titles}) AS e
    ON starts_with(e.city_code, m.start)
"""


def province(area: str) -> bool:
    """Whether a division code is that of a province."""
    return area.endswith("0000")


def split_by_city(measure: Measure) -> bool:
    """Whether ``measure`` shows the cities of its province: coverage where its pack says so, counts always."""
    if not province(measure.area):
        return False
    if isinstance(measure, CoverageMeasure):
        return "city" in measure.by
    return isinstance(measure, TargetMeasure) and measure.counting != "mean"


def fill(con: duckdb.DuckDBPyConnection, population: Population, facts_uri: str) -> None:
    """Create ``policy_city``: measure → each city of its province, known by the table or met in the facts."""
    measures = [measure for measure in population.measures if split_by_city(measure)]
    known = [(measure.id, city) for measure in measures for city in load_cities(measure.area)]
    con.execute(
        CITY.format(titles=f"read_parquet({literal(facts_uri.rstrip('/') + '/title.parquet')})"),
        {
            "known": [measure for measure, _ in known],
            "cities": [city for _, city in known],
            "measures": [measure.id for measure in measures],
            "starts": [measure.area[:2] for measure in measures],
        },
    )
