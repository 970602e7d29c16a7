"""``title``: whether the facts of a row meet the standard of a title, old (63) or new (2).

The same packs, scores and compiler as the night's cultivation pool, over the facts of the file instead of those of
the warehouse. Facts are columns by their names in the dictionary (amounts in yuan, or with ``_wan`` behind the name
in ten thousand yuan; ratios as 0.035 or 3.5%); one that is missing is unknown, and a criterion that needs it open.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from srdi.contracts.models import FieldMeaning
from srdi.policy.compile import Compiler
from srdi.policy.expression import Known
from srdi.policy.loader import load
from srdi.policy.packset import PackSet, StandardMeasure
from srdi.policy.standards import Judgement, criterion_table, facts_read, gap_sql, standing_sql
from srdi.standards.figures import register
from srdi.standards.model import Column, Standard, build, load_lookups

if TYPE_CHECKING:
    import duckdb

#: Columns of the fact row that judging reads whatever the standard.
PLACE = ("uscc", "city_code", "division_code", "srdi", "innovative")
TYPES = {
    "money": "DECIMAL(18, 2)",
    "ratio": "DECIMAL(18, 6)",
    "decimal": "DECIMAL(18, 6)",
    "integer": "INTEGER",
    "year": "INTEGER",
    "flag": "BOOLEAN",
}
WAN = "_wan"


@cache
def _packs() -> PackSet:
    return load()


@cache
def measures() -> tuple[StandardMeasure, ...]:
    """The title standards of the packs."""
    found = (one for one in _packs().measures.values() if isinstance(one, StandardMeasure))
    return tuple(sorted(found, key=lambda one: one.id))


@cache
def facts() -> dict[str, FieldMeaning]:
    """Facts that any of them reads, in the order of the dictionary; an evidence column is none."""
    read = {fact for measure in measures() for fact in facts_read(measure)}
    return {name: meaning for name, meaning in _packs().facts.items() if name in read}


def _cell(name: str, meaning: FieldMeaning) -> str:
    """SQL of the value that a cell holds; NULL when it is empty or cannot be read."""
    if meaning.type == "money":
        return (
            f"COALESCE(CAST(signed_figure({name}) AS DECIMAL(18, 2)),"
            f" CAST(signed_figure({name}{WAN}) * 10000 AS DECIMAL(18, 2)))"
        )
    if meaning.type == "flag":
        return f"flag_of({name})"
    if meaning.type == "ratio":
        return f"CAST(share_of({name}) AS DECIMAL(18, 6))"
    return f"CAST(signed_figure({name}) AS {TYPES.get(meaning.type, 'TEXT')})"


def _inputs() -> tuple[Column, ...]:
    columns = [Column("title", "称号"), Column("standard", "标准（63 或 2）")]
    columns.append(Column("renewal", "是否复核", required=False))
    for name, meaning in facts().items():
        columns.append(Column(name, meaning.zh, required=False))
        if meaning.type == "money":
            columns.append(Column(name + WAN, f"{meaning.zh}（万元）", required=False))
    return tuple(columns)


def prepare(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """Load spellings of titles and flags, and the macros that read figures."""
    register(con)
    load_lookups(con, "title", "flag")
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE flag_word AS
        SELECT DISTINCT lookup_key(spelling) AS word, value = 'true' AS value FROM lookup_flag
        UNION SELECT '1.0', TRUE UNION SELECT '0.0', FALSE
        """
    )
    con.execute(
        "CREATE OR REPLACE TEMP MACRO flag_of(t) AS (SELECT ANY_VALUE(value) FROM flag_word WHERE word = lookup_key(t))"
    )
    con.execute(
        "CREATE OR REPLACE TEMP MACRO signed_figure(t) AS CASE WHEN starts_with(fold(t), '-')"
        " THEN -figure(number_text(substr(fold(t), 2))) ELSE figure(number_text(fold(t))) END"
    )
    con.execute(
        "CREATE OR REPLACE TEMP MACRO share_of(t) AS CASE WHEN ends_with(fold(t), '%')"
        " THEN signed_figure(rtrim(fold(t), '%')) * CAST(0.01 AS DECIMAL(3, 2)) ELSE signed_figure(t) END"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE title_standard (number VARCHAR, title VARCHAR, measure_id VARCHAR)"
    )
    for measure in measures():
        number = (measure.document.number or "").rpartition("〕")[2].removesuffix("号")
        con.execute("INSERT INTO title_standard VALUES (?, ?, ?)", [number, measure.awards, measure.id])
    # under the new standard what it does not regulate anew stays with the old one
    con.execute(
        "INSERT INTO title_standard SELECT '2', title, measure_id FROM title_standard AS o WHERE number = '63'"
        " AND NOT EXISTS (SELECT 1 FROM title_standard AS n WHERE n.number = '2' AND n.title = o.title)"
    )


def _facts_sql() -> str:
    """The facts of ``given``, read."""
    values = [f"{_cell(name, meaning)} AS {name}" for name, meaning in facts().items()]
    values += [
        f"CAST(NULL AS {'BOOLEAN' if name in ('srdi', 'innovative') else 'VARCHAR'}) AS {name}"
        for name in PLACE[1:]
        if name not in facts()
    ]
    return f"SELECT row_no, {', '.join(values)} FROM given"


def _unread_sql() -> str:
    """Per row the cells that hold something which could not be read."""
    told = []
    for name, meaning in facts().items():
        cell = f"g.{name} || g.{name}{WAN}" if meaning.type == "money" else f"g.{name}"
        told.append(
            f"CASE WHEN v.{name} IS NULL AND NOT is_blank({cell}) THEN '{name} ' || shown({cell}) || '无法识别' END"
        )
    parts = ", ".join(told) or "''"
    return (
        f"SELECT g.row_no, CONCAT_WS('；', {parts}) AS unread FROM given AS g"
        " JOIN title_fact AS v ON v.row_no = g.row_no"
    )


def judge(con: duckdb.DuckDBPyConnection) -> None:
    """``outcome`` pass, fail, unknown or empty; ``failing`` and ``unknown``: ids of criteria; ``score``: 62 or 62~77."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE title_fact AS {_facts_sql()}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE title_problem AS {_unread_sql()}")
    build(con, "title_asked", "title_asked")
    parts: list[str] = []
    notes: list[str] = []
    values: dict[str, object] = {}
    judged: list[Judgement] = []
    for measure in measures():
        first, last = measure.in_force
        # a standard is asked by its own values, also after it ended
        compiler = Compiler(_packs().facts, last or first)
        compiler.binds.prefix = f"s{len(judged)}_"
        for purpose in ("new", "renewal") if measure.renewal else ("new",):
            waived = measure.renewal.waives if measure.renewal and purpose == "renewal" else ()
            one = Judgement(measure, purpose, Known("uscc"), waived)
            rows = (
                "(SELECT CAST(f.row_no AS VARCHAR) AS uscc, f.* EXCLUDE (row_no) FROM title_fact AS f JOIN title_asked AS a"
                f" ON a.row_no = f.row_no WHERE a.measure_id = {compiler.binds.text(measure.id)}"
                f" AND a.purpose = {compiler.binds.text(purpose)})"
            )
            parts.append(standing_sql(one, compiler, rows))
            notes.append(gap_sql(one, compiler, rows))
        values |= compiler.binds.values
        judged.append(Judgement(measure, "new", measure.of))
    _make(con, "title_standing", " UNION ALL ".join(parts), values)
    _make(con, "title_gap", " UNION ALL ".join(notes), values)
    _criteria(con, judged)
    build(con, "judged", "title")


def _make(con: duckdb.DuckDBPyConnection, table: str, sql: str, values: dict[str, object]) -> None:
    from srdi.policy.compile import BOUND

    used = {name: values[name] for name in dict.fromkeys(BOUND.findall(sql))}
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}", used)


def _criteria(con: duckdb.DuckDBPyConnection, judged: list[Judgement]) -> None:
    """``policy_criterion`` with every standard's own values."""
    con.execute("DROP TABLE IF EXISTS title_criterion")
    for one in judged:
        first, last = one.measure.in_force
        criterion_table(con, [one], Compiler(_packs().facts, last or first))
        verb = (
            "INSERT INTO title_criterion" if one is not judged[0] else "CREATE TEMP TABLE title_criterion AS"
        )
        con.execute(f"{verb} SELECT * FROM policy_criterion")


STANDARD = Standard(
    name="title",
    zh="称号认定标准",
    en="title standard",
    basis="工信部企业〔2022〕63号；工信部企业〔2026〕2号",
    inputs=_inputs(),
    results=("outcome", "failing", "unknown", "score", "note"),
    verdict="outcome",
    prepare=prepare,
    judge=judge,
)
