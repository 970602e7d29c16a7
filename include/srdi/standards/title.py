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
from srdi.policy.standards import Judgement, columns_read, criterion_table, facts_read, gap_sql, standing_sql
from srdi.standards.figures import register
from srdi.standards.model import Column, Model, Standard, load_lookups

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
    "date": "DATE",
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


def _cell(name: str, meaning: FieldMeaning, told: set[str]) -> str:
    """SQL of the value that a cell holds; NULL when it is empty, not told at all, or cannot be read."""
    kind = TYPES.get(meaning.type, "VARCHAR")
    if meaning.type == "money":
        yuan = f"signed_figure({name})" if name in told else "NULL"
        wan = f"signed_figure({name}{WAN}) * 10000" if name + WAN in told else "NULL"
        return f"COALESCE(CAST({yuan} AS {kind}), CAST({wan} AS {kind}))"
    if name not in told:
        return f"CAST(NULL AS {kind})"
    if meaning.type == "flag":
        return f"flag_of({name})"
    return f"CAST({'share_of' if meaning.type == 'ratio' else 'signed_figure'}({name}) AS {kind})"


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
    # t: number text
    con.execute(
        "CREATE OR REPLACE TEMP MACRO signed_figure(t) AS"
        " figure(ltrim(t, '-')) * CASE WHEN starts_with(t, '-') THEN -1 ELSE 1 END"
    )
    con.execute(
        "CREATE OR REPLACE TEMP MACRO share_of(t) AS signed_figure(rtrim(t, '%')) *"
        " CAST(CASE WHEN ends_with(t, '%') THEN 0.01 ELSE 1 END AS DECIMAL(3, 2))"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE title_standard (number VARCHAR, title VARCHAR, found VARCHAR, renews BOOLEAN)"
    )
    for measure in measures():
        number = (measure.document.number or "").rpartition("〕")[2].removesuffix("号")
        row = [number, measure.awards, measure.id, measure.renewal is not None]
        con.execute("INSERT INTO title_standard VALUES (?, ?, ?, ?)", row)
    # under the new standard what it does not regulate anew stays with the old one
    con.execute(
        "INSERT INTO title_standard SELECT '2', title, found, renews FROM title_standard AS o WHERE number = '63'"
        " AND NOT EXISTS (SELECT 1 FROM title_standard AS n WHERE n.number = '2' AND n.title = o.title)"
    )


def _read(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``title_fact`` (the facts of ``given``) and ``title_problem`` (cells that could not be read).

    In steps of a table each, and for the columns only that hold anything: the reading of a number is long SQL.
    """
    cells = [column.name for column in _inputs() if not column.required]
    fullest = ", ".join(f"MAX({name})" for name in cells)
    filled = con.execute(f"SELECT {fullest} FROM given").fetchone() or ()
    told = {name for name, most in zip(cells, filled, strict=True) if most} - {"renewal"}
    texts = [name if _is_flag(name) else f"number_text(fold({name})) AS {name}" for name in sorted(told)]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE title_text AS SELECT {', '.join(['row_no', *texts])} FROM given"
    )
    values = [f"{_cell(name, meaning, told)} AS {name}" for name, meaning in facts().items()]
    needed = set(PLACE[1:]).union(*(columns_read(measure) for measure in measures()))
    meanings = _packs().facts
    values += [
        f"CAST(NULL AS {TYPES.get(meanings[name].type, 'VARCHAR')}) AS {name}"
        for name in sorted(needed - facts().keys())
    ]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE title_fact AS SELECT row_no, {', '.join(values)} FROM title_text"
    )
    unread = []
    for name in sorted(told):
        fact = name if name in facts() else name.removesuffix(WAN)
        unread.append(
            f"CASE WHEN v.{fact} IS NULL AND t.{name} <> '' THEN '{name} ' || shown(g.{name}) || '无法识别' END"
        )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE title_problem AS SELECT g.row_no, CONCAT_WS('；', {', '.join(unread) or 'NULL'})"
        " AS unread FROM given AS g JOIN title_text AS t ON t.row_no = g.row_no JOIN title_fact AS v ON v.row_no = g.row_no"
    )


def _is_flag(name: str) -> bool:
    return name in facts() and facts()[name].type == "flag"


def judge(con: duckdb.DuckDBPyConnection) -> None:
    """``outcome`` pass, fail, unknown or empty; ``failing`` and ``unknown``: ids of criteria; ``score``: 62 or 62~77."""
    _read(con)
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
    begins, ends = measure.in_force
    # a standard is asked by its own values, also after it ended
    compiler = Compiler(_packs().facts, ends or begins)
    waived = measure.renewal.waives if measure.renewal and purpose == "renewal" else ()
    one = Judgement(measure, purpose, Known("uscc"), waived)
    rows = (
        "(SELECT CAST(f.row_no AS VARCHAR) AS uscc, f.* EXCLUDE (row_no) FROM title_fact AS f JOIN title_asked AS a"
        f" ON a.row_no = f.row_no WHERE a.measure_id = {compiler.binds.text(measure.id)}"
        f" AND a.purpose = {compiler.binds.text(purpose)})"
    )
    criterion_table(con, [one], compiler)
    for table, sql in (
        ("title_standing", standing_sql(one, compiler, rows)),
        ("title_gap", gap_sql(one, compiler, rows)),
        ("title_criterion", "SELECT * FROM policy_criterion"),
    ):
        verb = f"CREATE TEMP TABLE {table} AS" if first else f"INSERT INTO {table}"
        con.execute(f"{verb} {sql}", compiler.binds.used_in(sql))


class TitleStandard(Standard):
    """Judged by the packs instead of SQL of its own."""

    def prepare(self, con: duckdb.DuckDBPyConnection, day: date) -> None:
        prepare(con, day)

    def judge(self, con: duckdb.DuckDBPyConnection) -> None:
        judge(con)


STANDARD = TitleStandard(
    name="title",
    zh="称号认定标准",
    en="title standard",
    basis="工信部企业〔2022〕63号；工信部企业〔2026〕2号",
    inputs=_inputs(),
    results=("outcome", "failing", "unknown", "score", "note"),
    verdict="outcome",
    lookups=("title", "flag"),
    models=(),
)
