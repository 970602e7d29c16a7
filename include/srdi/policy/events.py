"""Measures on tables of events: counts, sums, shares, means, quantiles and growth of what happened.

One statement a measure over ``<facts>/<table>.parquet``. Exact as everything here: columns become whole numbers,
are summed, and are divided half-up once at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from srdi.engine.duck import literal
from srdi.policy import event_sql
from srdi.policy.compile import Compiler, check_exact
from srdi.policy.event_figures import FigureSql, divide, figure_sql, judged
from srdi.policy.event_measure import SUBJECTS, EventMeasure, figure_facts
from srdi.policy.expression import facts_of
from srdi.policy.population import Population, area_sql
from srdi.problems import PackError

if TYPE_CHECKING:
    import duckdb

#: How a figure is called in ``marts.target``, by the days it is measured over; ratios are means there.
COUNTINGS = {"year": "flow", "quarter": "flow", "paper": "cumulative", "newest": "stock", "ever": "stock"}
#: Columns that a table need not have.
WHERE_AND_WHO = ("uscc", "city_code", "division_code", "bank")


def decide_events(con: duckdb.DuckDBPyConnection, population: Population, facts_uri: str) -> None:
    """Fill ``policy_event`` and add the figures of tables without banks to ``policy_target``.

    ``policy_measure`` and ``policy_target`` must exist. A table without a file (its source does not exist yet) leaves
    its measures unknown. Raises :class:`PackError` when a file lacks a column that is asked for or holds floats.
    """
    _goals(con, population)
    results, binds = [], population.compiler.binds
    checked: set[tuple[str, ...]] = set()
    tables = {
        name: _read(con, name, facts_uri) for name in sorted({measure.table for measure in population.events})
    }
    for measure in population.events:
        table = tables[measure.table]
        if table is not None:
            results.append(_measured(con, population, measure, table, checked))
        else:
            results.append(event_sql.ABSENT.format(measure=binds.text(measure.id)))
    if not results:
        results.append(event_sql.ABSENT.format(measure=binds.text("")) + "LIMIT 0")
    sql = event_sql.EVENT.format(results=" UNION ALL ".join(f"({one})" for one in results))
    con.execute(sql, binds.used_in(sql))
    con.execute(event_sql.TARGETS)
    for table in filter(None, tables.values()):
        con.execute(f"DROP TABLE {table}")


def _read(con: duckdb.DuckDBPyConnection, name: str, facts_uri: str) -> str | None:
    """A table of events, read once for all its measures; None where the run has no such file."""
    file = literal(f"{facts_uri.rstrip('/')}/{name}.parquet")
    if not con.execute(f"SELECT count(*) FROM glob({file})").fetchall()[0][0]:
        return None
    con.execute(f"CREATE OR REPLACE TEMP TABLE policy_{name} AS FROM read_parquet({file})")
    return f"policy_{name}"


def span_of(measure: EventMeasure, day: date) -> tuple[date, date]:
    """First and last day that count on ``day``; a quarter is closed on its last day.

    For ``newest`` the days among which the newest is looked for.
    """
    if measure.during == "quarter":
        tomorrow = day + timedelta(days=1)
        begins = tomorrow.replace(month=tomorrow.month - (tomorrow.month - 1) % 3, day=1)
        last = begins - timedelta(days=1)
        return last.replace(month=last.month - 2, day=1), last
    starts = {"year": date(day.year, 1, 1), "paper": measure.document.in_force[0]}
    return starts.get(measure.during) or date.min, day


def year_before(day: date) -> date:
    """The same day of the year before; 28 February for the 29th."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _goals(con: duckdb.DuckDBPyConnection, population: Population) -> None:
    """``policy_event_goal``: unit, goal and where the results of a measure belong."""
    import pyarrow as pa

    day = population.compiler.biz_date
    rows = [
        {
            "measure_id": measure.id,
            "unit": measure.unit,
            "target": measure.target.on(measure.goal_day(day)) if measure.target else None,
            "keeps": measure.keeps if measure.target else None,
            "by_bank": measure.by_bank,
            "counting": "mean" if measure.unit == "ratio" else COUNTINGS[measure.during],
            "horizon": measure.horizon,
        }
        for measure in population.events
    ]
    shape = [("measure_id", pa.string()), ("unit", pa.string()), ("target", pa.decimal128(24, 6))]
    shape += [("keeps", pa.string()), ("by_bank", pa.bool_()), ("counting", pa.string())]
    con.register("policy_rows", pa.Table.from_pylist(rows, pa.schema([*shape, ("horizon", pa.date32())])))
    con.execute("CREATE OR REPLACE TEMP TABLE policy_event_goal AS FROM policy_rows")
    con.unregister("policy_rows")


def _measured(
    con: duckdb.DuckDBPyConnection,
    population: Population,
    measure: EventMeasure,
    table: str,
    checked: set[tuple[str, ...]],
) -> str:
    """The statement of one measure; every expression in it is exact or the measure is refused.

    ``checked``: expressions over sums found exact before; sums have one type, so equal texts need one look.
    """
    binds = population.compiler.binds
    compiler = Compiler(measure.columns, population.compiler.biz_date, binds)
    source = _source(con, measure, table)
    parts = figure_sql(measure, compiler)
    conditions = [one for one in (measure.of, measure.where) if one is not None and facts_of(one)]
    asked = [compiler.sql(one, measure.parameters) for one in conditions]
    check_exact(con, [*asked, *parts.columns], source, binds)

    def exact(expressions: Iterable[str], over: str) -> None:
        key = tuple(expressions)
        if key not in checked:
            check_exact(con, key, over, binds)
            checked.add(key)

    used = ("now", "before") if measure.growth else ("now",)
    summed = _summed(measure, compiler, parts, source, used)
    arrived = event_sql.ARRIVED.format(summed=summed, source=source)
    tops = {
        f"{name}_{span}": sql.format(span=span)
        for span in used
        for name, sql in (("top", parts.top), ("bottom", parts.bottom))
    }
    exact(tops.values(), arrived)
    named = ", ".join(f"{sql} AS {name}" for name, sql in tops.items())
    figures = event_sql.FIGURES.format(tops=named, arrived=arrived)
    published = {"numerator": parts.numerator, "denominator": parts.denominator}
    if measure.growth:
        published = {span: divide(f"top_{span}", f"bottom_{span}") for span in used}
    exact(published.values(), figures)
    compared = (event_sql.GROWTH if measure.growth else event_sql.PLAIN).format(figures=figures, **published)
    value, met = judged(measure, compiler)
    exact((value, met), compared)
    return event_sql.RESULT.format(measure=binds.text(measure.id), compared=compared, value=value, met=met)


def _summed(
    measure: EventMeasure, compiler: Compiler, parts: FigureSql, source: str, used: tuple[str, ...]
) -> str:
    """Sums of the rows of one measure, per bank where the table has banks and banks are not what is counted."""
    sums = []
    for span in used:
        inside = event_sql.INSIDE.format(span=span)
        sums.append(
            event_sql.SPAN.format(aggregate=parts.aggregate.format(inside=inside), inside=inside, span=span)
        )
    per_bank = measure.by_bank and measure.figure.count != "banks"
    return event_sql.SUMMED.format(
        bank=event_sql.ALL_AND_BANKS if per_bank else "'ALL'",
        sums=",".join(sums),
        rows=_rows(measure, compiler, parts, source),
        sets="(bank), ()" if per_bank else "()",
    )


def _rows(measure: EventMeasure, compiler: Compiler, parts: FigureSql, source: str) -> str:
    binds = compiler.binds
    first, last = span_of(measure, compiler.biz_date)
    now = f"e.day BETWEEN {binds.text(first, 'DATE')} AND {binds.text(last, 'DATE')}"
    if measure.during == "newest":
        now = f"e.day = (SELECT max(n.day) FROM {source} AS n WHERE n.day <= {binds.text(last, 'DATE')})"
    before = "FALSE"
    if measure.growth:
        first, last = year_before(first), year_before(last)
        before = f"e.day BETWEEN {binds.text(first, 'DATE')} AND {binds.text(last, 'DATE')}"
    of = compiler.sql(measure.of, measure.parameters) if facts_of(measure.of) else "TRUE"
    subject = SUBJECTS[measure.figure.count or "rows"]
    told = [f"({of})", *(f'e."{fact}"' for fact in figure_facts(measure.figure).values())]
    told += [f"({compiler.sql(measure.where, measure.parameters)})"] if measure.where is not None else []
    told += [f'e."{subject}"'] if subject else []
    table = measure.event_table
    return event_sql.ROWS.format(
        # a cell that says what the roll-up or the gap is called is no bank
        bank="CASE WHEN e.bank IS NULL OR e.bank = 'ALL' THEN 'unknown' ELSE e.bank END",
        subject=f'e."{subject}"' if subject else "CAST(NULL AS TEXT)",
        now=now,
        before=before,
        nobody=event_sql.NOBODY.format(about=table.about, anywhere=table.anywhere),
        told=" AND ".join(f"{one} IS NOT NULL" for one in told),
        here=area_sql(measure.area, compiler),
        of=of,
        source=source,
        **dict(zip("abcd", (*parts.columns, *["CAST(NULL AS HUGEINT)"] * 4), strict=False)),
    )


def _source(con: duckdb.DuckDBPyConnection, measure: EventMeasure, table: str) -> str:
    """The columns of the table that the measure needs; places and banks are NULL where it has none."""
    needed = ["day", *figure_facts(measure.figure).values(), *facts_of(measure.of)]
    needed += facts_of(measure.where) if measure.where is not None else []
    present = {row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()}
    missing = sorted(set(needed) - present)
    if missing:
        raise PackError(f"事件表 {measure.table}.parquet 缺少列：" + "、".join(missing))
    columns = [f'"{name}"' for name in sorted({*needed, *WHERE_AND_WHO} & present)]
    columns += [f"CAST(NULL AS TEXT) AS {name}" for name in WHERE_AND_WHO if name not in present]
    return f"(SELECT {', '.join(columns)} FROM {table})"
