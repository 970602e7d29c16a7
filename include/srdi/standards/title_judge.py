"""Rows of ``title`` through the standard that each asks for: outcome, criteria and score, in words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from srdi.policy.compile import Compiler
from srdi.policy.expression import Compare, Known
from srdi.policy.packset import StandardMeasure
from srdi.policy.standards import Judgement, criterion_table, gap_sql, standing_sql
from srdi.standards.model import Model, load_lookups
from srdi.standards.title_columns import measures, packs

if TYPE_CHECKING:
    import duckdb


def prepare(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """Load the spellings of titles, and ``title_standard``: by which standard a title is judged under which paper."""
    load_lookups(con, "title")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE title_standard (number VARCHAR, title VARCHAR, measure_id VARCHAR,"
        " renews BOOLEAN, basis VARCHAR)"
    )
    for measure in measures():
        number = (measure.document.number or "").rpartition("〕")[2].removesuffix("号")
        row = [number, measure.awards, measure.id, measure.renewal is not None, f"{number}号{measure.clause}"]
        con.execute("INSERT INTO title_standard VALUES (?, ?, ?, ?, ?)", row)
    # under the new paper what it does not regulate anew stays with the old one
    con.execute(
        "INSERT INTO title_standard SELECT '2', title, measure_id, renews, basis FROM title_standard AS o"
        " WHERE number = '63' AND NOT EXISTS"
        " (SELECT 1 FROM title_standard AS n WHERE n.number = '2' AND n.title = o.title)"
    )
    con.execute(f"SET VARIABLE title_day = DATE '{day.isoformat()}'")


def judge(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``judged`` from ``given``, ``title_fact`` and ``title_problem``."""
    Model("title_asked").build(con)
    asked = con.execute(
        "SELECT DISTINCT measure_id, purpose FROM title_asked WHERE measure_id IS NOT NULL ORDER BY ALL"
    ).fetchall()
    by_id = {measure.id: measure for measure in measures()}
    for table in ("title_standing", "title_gap", "title_criterion"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    # the first one shapes the tables, also when no row asks for anything that can be judged
    for at, (measure_id, purpose) in enumerate(asked or [(measures()[0].id, "new")]):
        _judge(con, by_id[measure_id], purpose, first=at == 0)
    Model("judged", "title").build(con)


def _judge(con: duckdb.DuckDBPyConnection, measure: StandardMeasure, purpose: str, first: bool) -> None:
    """Add the rows that ask for one standard to ``title_standing``, ``title_gap`` and ``title_criterion``."""
    ((day,),) = con.execute("SELECT getvariable('title_day')").fetchall()
    renewal = measure.renewal if purpose == "renewal" else None
    compiler = Compiler(packs().facts, _nearest(day, renewal.in_force if renewal else measure.in_force))
    waived = (*(renewal.waives if renewal else ()), *_without_bound(measure, compiler.biz_date))
    one = Judgement(measure, purpose, Known("uscc"), waived)
    asked = compiler.binds.text(purpose)
    rows = (
        "(SELECT CAST(f.row_no AS VARCHAR) AS uscc, f.* EXCLUDE (row_no) FROM title_fact AS f JOIN title_asked AS a"
        f" ON a.row_no = f.row_no WHERE a.measure_id = {compiler.binds.text(measure.id)} AND a.purpose = {asked})"
    )
    criterion_table(con, [one], compiler)
    for table, sql in (
        ("title_standing", standing_sql(one, compiler, rows)),
        ("title_gap", gap_sql(one, compiler, rows)),
        ("title_criterion", f"SELECT *, {asked} AS purpose FROM policy_criterion"),
    ):
        verb = f"CREATE TEMP TABLE {table} AS" if first else f"INSERT INTO {table}"
        con.execute(f"{verb} {sql}", compiler.binds.used_in(sql))


def _without_bound(measure: StandardMeasure, day: date) -> list[str]:
    """Criteria that ask nothing on the day: a floor of nought is how the packs write that there was none yet."""
    return [
        one.id
        for one in measure.criteria
        if isinstance(one.keep, Compare)
        and one.keep.over is None
        and one.keep.op == ">="
        and measure.parameters[one.keep.parameter].on(day) == 0
    ]


def _nearest(day: date, span: tuple[date, date | None]) -> date:
    """A standard is asked by its own values, also before it began and after it ended."""
    begins, ends = span
    return max(begins, day if ends is None else min(day, ends))
