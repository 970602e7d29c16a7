"""The one scan of the fact row: who could belong to any measure, with what the measures need of them.

Everything later works on this small table, so the enterprise file is read once whatever the number of
measures; reasons are computed for members only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from srdi.engine.duck import literal
from srdi.policy import explain
from srdi.policy.compile import Compiler, check_exact
from srdi.policy.expression import Condition, facts_of
from srdi.policy.models import HELD
from srdi.policy.packset import CoverageMeasure, ListMeasure, Measure, PackSet, TargetMeasure
from srdi.policy.problems import PackError

if TYPE_CHECKING:
    import duckdb

#: Columns of the fact row that the result tables themselves carry or that typed blocks read.
CONTEXT = (
    "uscc",
    "name",
    "division_code",
    "city_code",
    "industry_section",
    "title",
    "title_valid_to",
    "title_ended_on",
    "title_cancelled_on",
    "title_batch_id",
    "title_row_no",
)


@dataclass
class Population:
    """Measures to decide and the compiled conditions as columns of ``policy_population``."""

    packs: PackSet
    compiler: Compiler
    lists: list[ListMeasure]
    coverages: list[CoverageMeasure]
    targets: list[TargetMeasure]
    flags: dict[tuple[str, str], str]

    @property
    def measures(self) -> list[Measure]:
        """All of them; lists first."""
        return [*self.lists, *self.coverages, *self.targets]

    def flag(self, measure: Measure, part: str) -> str:
        """Column (BOOLEAN) that holds the condition ``of`` or ``counts`` of a measure."""
        return self.flags[(measure.id, part)]


def area_sql(area: str, compiler: Compiler, alias: str = "e") -> str:
    """Condition: registered in ``area`` (a province, a city or a county by its GB/T 2260 code)."""
    if area.endswith("0000"):
        return f"starts_with({alias}.city_code, {compiler.binds.text(area[:2])})"
    place = "city_code" if area.endswith("00") else "division_code"
    return f"{alias}.{place} = {compiler.binds.text(area)}"


def in_areas(measure: Measure, areas: Sequence[str] | None) -> bool:
    """Whether a measure speaks about one of ``areas`` (None: all)."""
    return areas is None or measure.area in areas


def scan(
    con: duckdb.DuckDBPyConnection,
    packs: PackSet,
    facts_uri: str,
    biz_date: date,
    areas: Sequence[str] | None,
) -> Population:
    """Create ``policy_population`` from ``<facts_uri>/enterprise.parquet``.

    ``policy_exception`` must exist. Raises :class:`PackError` when the fact file lacks a column or
    holds floating point where a condition computes.
    """
    compiler = Compiler(packs.facts, biz_date)
    measures = [measure for measure in packs.measures.values() if in_areas(measure, areas)]
    population = Population(
        packs,
        compiler,
        [measure for measure in measures if isinstance(measure, ListMeasure)],
        [measure for measure in measures if isinstance(measure, CoverageMeasure)],
        [measure for measure in measures if isinstance(measure, TargetMeasure)],
        {},
    )
    # a flow counts recognitions in the title file and asks nothing of the fact row
    measures = [measure for measure in measures if not _of_titles(measure)]
    conditions: dict[str, str] = {}
    for measure in measures:
        parts: dict[str, Condition] = {"of": measure.of}
        if isinstance(measure, CoverageMeasure):
            parts["counts"] = measure.counts
        for part, condition in parts.items():
            sql = compiler.sql(condition, measure.parameters)
            population.flags[(measure.id, part)] = conditions.setdefault(sql, f"is_{len(conditions)}")
    source = f"read_parquet({literal(facts_uri.rstrip('/') + '/enterprise.parquet')})"
    columns = _columns(con, population, source)
    check_exact(con, _computed(population), source, compiler.binds)
    belongs = [
        f"({area_sql(measure.area, compiler)} AND {population.flag(measure, 'of')} IS NOT FALSE)"
        for measure in measures
    ]
    belongs += [
        f"({area_sql(measure.area, compiler)} AND (e.title_ended_on IS NOT NULL OR e.title_cancelled_on IS NOT NULL))"
        for measure in population.lists
    ]
    flags = [f"{sql} AS {name}" for sql, name in conditions.items()]
    sql = (
        "CREATE OR REPLACE TEMP TABLE policy_population AS SELECT * FROM (SELECT "
        + ", ".join([f'e."{name}"' for name in columns] + flags)
        + f" FROM {source} AS e) AS e WHERE "
        + " OR ".join([*belongs, "e.uscc IN (SELECT uscc FROM policy_exception)"])
    )
    con.execute(sql, compiler.binds.used_in(sql))
    return population


def _of_titles(measure: Measure) -> bool:
    return isinstance(measure, TargetMeasure) and measure.counting in ("flow", "cumulative")


def _columns(con: duckdb.DuckDBPyConnection, population: Population, source: str) -> list[str]:
    """Columns of the fact row that any measure needs; refuses a file that lacks one."""
    needed = set(CONTEXT)
    for measure in population.measures:
        conditions = [measure.of]
        if isinstance(measure, ListMeasure):
            conditions += [rule.keep for rule in measure.rules]
        elif isinstance(measure, CoverageMeasure):
            conditions.append(measure.counts)
            needed |= set(HELD) if "tier" in measure.by else set()
        elif isinstance(measure, TargetMeasure) and measure.mean:
            needed |= {measure.mean.of, measure.mean.over}
        for condition in conditions:
            needed |= set(facts_of(condition)) | explain.explaining_facts(condition)
    present = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    missing = sorted(needed - present)
    if missing:
        raise PackError("事实表 enterprise.parquet 缺少列：" + "、".join(missing))
    return sorted(needed)


def _computed(population: Population) -> list[str]:
    """Every expression that decides or measures something, for the exactness check."""
    compiler = population.compiler
    found: list[str] = []
    for measure in population.measures:
        if _of_titles(measure):
            continue
        pairs = [(measure.of, measure.parameters)]
        if isinstance(measure, ListMeasure):
            pairs += [(rule.keep, rule.parameters) for rule in measure.rules]
        elif isinstance(measure, CoverageMeasure):
            pairs.append((measure.counts, measure.parameters))
        for condition, parameters in pairs:
            found.append(compiler.sql(condition, parameters))
            found.append(explain.distance_sql(condition, compiler, parameters))
    return list(dict.fromkeys(found))
