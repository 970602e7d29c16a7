"""The one scan of the fact row: who could belong to any measure, with what the measures need of them.

Everything later works on this small table, so the enterprise file is read once whatever the number of
measures; reasons are computed for members only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from srdi.engine.duck import literal
from srdi.policy import evidence, explain
from srdi.policy.compile import Compiler, check_exact, list_column, near_columns
from srdi.policy.event_measure import EventMeasure
from srdi.policy.expression import Condition, NearTitle, OnList, atoms, facts_of
from srdi.policy.models import HELD
from srdi.policy.packset import (
    CoverageMeasure,
    ListMeasure,
    Measure,
    PackSet,
    StandardMeasure,
    TargetMeasure,
)
from srdi.policy.standards import with_nearness
from srdi.problems import PackError

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
    standards: list[StandardMeasure]
    flags: dict[tuple[str, str], str]
    events: list[EventMeasure] = field(default_factory=list)

    @property
    def measures(self) -> list[Measure]:
        """All of them; lists first."""
        return [*self.lists, *self.coverages, *self.targets, *self.events, *self.standards]

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
    """Whether a measure speaks about one of ``areas`` (None: all); a national standard speaks about every place."""
    return areas is None or measure.area in areas or not measure.area


def fact_rows(facts_uri: str) -> str:
    """FROM item of the enterprise fact rows of a run."""
    return f"read_parquet({literal(facts_uri.rstrip('/') + '/enterprise.parquet')})"


def scan(
    con: duckdb.DuckDBPyConnection,
    packs: PackSet,
    compiler: Compiler,
    source: str,
    areas: Sequence[str] | None,
) -> Population:
    """Create ``policy_population`` from the fact rows ``source``.

    ``policy_exception`` and ``policy_standing`` must exist. Raises :class:`PackError` when the fact file lacks a
    column or holds floating point where a condition computes.
    """
    asked = [measure for measure in packs.measures.values() if in_areas(measure, areas)]
    # a population may start from a list of another area: it is decided too, and not published
    named = {list_ for measure in asked for list_ in _lists_of(measure.of)}
    measures = [one for one in packs.measures.values() if in_areas(one, areas) or one.id in named]
    population = Population(
        packs,
        compiler,
        [measure for measure in measures if isinstance(measure, ListMeasure)],
        [measure for measure in measures if isinstance(measure, CoverageMeasure)],
        [measure for measure in measures if isinstance(measure, TargetMeasure)],
        [measure for measure in measures if isinstance(measure, StandardMeasure)],
        {},
        [measure for measure in measures if isinstance(measure, EventMeasure)],
    )
    columns = _columns(con, population, source)
    near = {
        name
        for condition in _conditions(population)
        for atom in atoms(condition)
        if isinstance(atom, NearTitle)
        for name in near_columns(atom.title)
    }
    columns += sorted(near)
    source = _beside(population, source)
    check_exact(con, _computed(population), source, compiler.binds)
    conditions: dict[str, str] = {}
    belongs = []
    for measure in measures:
        parts = _parts(measure)
        for part, condition in parts.items():
            sql = compiler.sql(condition, measure.parameters)
            population.flags[(measure.id, part)] = conditions.setdefault(sql, f"is_{len(conditions)}")
        # who starts from a list is in the population already, as a member of the list
        if parts and not starts_from_list(measure):
            here = area_sql(measure.area, compiler)
            belongs.append(f"({here} AND {population.flag(measure, 'of')} IS NOT FALSE)")
    belongs += [
        f"({area_sql(measure.area, compiler)} AND (e.title_ended_on IS NOT NULL OR e.title_cancelled_on IS NOT NULL))"
        for measure in population.lists
        if measure.by_title
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


def settle_lists(con: duckdb.DuckDBPyConnection, population: Population) -> None:
    """Judge anew what starts from a list, now that lists are decided."""
    late = [measure for measure in population.coverages if starts_from_list(measure)]
    if not late:
        return
    compiler = population.compiler
    named = sorted({list_ for measure in late for list_ in _lists_of(measure.of)})
    joins, columns = [], []
    for at, list_ in enumerate(named):
        joins.append(
            f"LEFT JOIN policy_whitelist AS w{at} ON w{at}.uscc = e.uscc"
            f" AND w{at}.measure_id = {compiler.binds.text(list_)}"
        )
        verdict = f"w{at}.verdict"
        columns.append(
            f"CASE WHEN {verdict} = 'listed' THEN TRUE WHEN {verdict} = 'review' THEN NULL ELSE FALSE END"
            f' AS "{list_column(list_)}"'
        )
    flags = {population.flag(measure, "of"): compiler.sql(measure.of, measure.parameters) for measure in late}
    sql = (
        f"CREATE OR REPLACE TEMP TABLE policy_population AS SELECT e.* EXCLUDE ({', '.join(flags)}),"
        f" {', '.join(f'{condition} AS {name}' for name, condition in flags.items())}"
        f" FROM (SELECT e.*, {', '.join(columns)} FROM policy_population AS e {' '.join(joins)}) AS e"
    )
    con.execute(sql, compiler.binds.used_in(sql))


def starts_from_list(measure: Measure) -> bool:
    """Whether the population of a measure is (part of) a list."""
    return bool(_lists_of(measure.of))


def _lists_of(condition: Condition) -> list[str]:
    return [atom.measure for atom in atoms(condition) if isinstance(atom, OnList)]


def _parts(measure: Measure) -> dict[str, Condition]:
    """The conditions that become columns of the population."""
    # what is counted in another file asks nothing of the fact row; standards are judged before
    if _elsewhere(measure) or isinstance(measure, StandardMeasure):
        return {}
    parts = {"of": measure.of}
    if isinstance(measure, CoverageMeasure):
        parts["counts"] = measure.counts
    return parts


def _conditions(population: Population) -> list[Condition]:
    """Every condition asked of the population."""
    conditions = [condition for measure in population.measures for condition in _parts(measure).values()]
    return conditions + [rule.keep for measure in population.lists for rule in measure.rules]


def _beside(population: Population, source: str) -> str:
    """The fact rows with what other measures say of the enterprise: nearness to titles, and lists not yet decided."""
    conditions = _conditions(population)
    source = with_nearness(population.packs, conditions, population.compiler, source)
    lists = sorted({list_ for condition in conditions for list_ in _lists_of(condition)})
    if not lists:
        return source
    columns = ", ".join(f'CAST(NULL AS BOOLEAN) AS "{list_column(list_)}"' for list_ in lists)
    return f"(SELECT e.*, {columns} FROM {source} AS e)"


def _elsewhere(measure: Measure) -> bool:
    """Counted in another file than the fact row."""
    recognitions = isinstance(measure, TargetMeasure) and measure.counting in ("flow", "cumulative")
    return recognitions or isinstance(measure, EventMeasure)


def _columns(con: duckdb.DuckDBPyConnection, population: Population, source: str) -> list[str]:
    """Columns of the fact row that any measure needs; refuses a file that lacks one."""
    needed = set(CONTEXT)
    for measure in population.measures:
        if _elsewhere(measure) or isinstance(measure, StandardMeasure):
            continue
        conditions = [measure.of]
        if isinstance(measure, ListMeasure):
            conditions += [rule.keep for rule in measure.rules]
        elif isinstance(measure, CoverageMeasure):
            conditions.append(measure.counts)
            needed |= set(HELD) if "tier" in measure.by else set()
        elif isinstance(measure, TargetMeasure) and measure.mean:
            needed |= {measure.mean.of, measure.mean.over}
        for condition in conditions:
            needed |= set(facts_of(condition)) | evidence.explaining_facts(condition)
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
        if not _parts(measure):
            continue
        pairs = [(measure.of, measure.parameters)]
        if isinstance(measure, ListMeasure):
            pairs += [(rule.keep, rule.parameters) for rule in measure.rules]
        elif isinstance(measure, CoverageMeasure):
            pairs.append((measure.counts, measure.parameters))
        elif isinstance(measure, TargetMeasure) and measure.mean:
            # cast to whole numbers before it is summed up: what is exact is the column itself, or nothing
            found += [f'e."{fact}"' for fact in (measure.mean.of, measure.mean.over)]
        for condition, parameters in pairs:
            found.append(compiler.sql(condition, parameters))
            found.append(explain.distance_sql(condition, compiler, parameters))
    return list(dict.fromkeys(found))
