"""The fact columns of ``title``, and how a cell of each is read: exactly, or not at all and named in the note.

A figure that is nearly on a bound must not be guessed: what is finer than a fen (or than six places of a ratio) is
cut, never rounded up to a bound.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from srdi.conform.text import lookup_key
from srdi.contracts.models import FieldMeaning
from srdi.engine.duck import literal
from srdi.policy.loader import load
from srdi.policy.packset import PackSet, StandardMeasure
from srdi.policy.standards import columns_read, facts_read
from srdi.standards.figures import register
from srdi.standards.model import Column, load_lookups

if TYPE_CHECKING:
    import duckdb

#: Columns of the fact row that judging reads whatever the standard.
PLACE = ("city_code", "division_code", "srdi", "innovative")
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
SIZE = Column(
    "size",
    "企业规模",
    required=False,
    aliases=("size_class", "企业规模", "企业划型"),
)
#: Facts that another fact settles where they are not told: nothing is evaluated without a level, and so on.
SETTLED = {
    "sme": f"{SIZE.name} <> '大型'",
    "provincial_or_above": "CASE WHEN provincial OR little_giant THEN TRUE END",
    "digital_evaluated": "CASE WHEN digital_level IS NOT NULL THEN TRUE END",
}
#: Levels that may also be told in words: fact → lookup.
LEVELS = {"digital_level": "digital_level", "rd_body_rank": "rd_body"}
SIZES = {"大型": "大型 LARGE", "中型": "中型 MEDIUM", "小型": "小型 SMALL", "微型": "微型 MICRO"}
_UNIT = "[万亿]?元?$"

MACROS = {
    # t: a cell → its number text, a minus sign is a minus
    "plain_number(t)": "translate(number_text(fold(t)), '−', '-')",
    # n: number text; (5) is how accounts write -5
    "signed_figure(n)": (
        "CASE WHEN starts_with(n, '-') THEN -figure(n[2:]) "
        "WHEN starts_with(n, '(') AND ends_with(n, ')') THEN -figure(n[2:-2]) ELSE figure(n) END"
    ),
    # yuan to the fen; factor: yuan per unit of the column. A unit in the cell wins over that of the column
    "money_told(n, factor)": (
        "CASE WHEN regexp_matches(n, '^[0-9]{1,12}(?:\\.[0-9]{1,2})?$') "
        "THEN TRY_CAST(CAST(n AS DECIMAL(14,2)) * CAST(factor AS DECIMAL(9,0)) AS DECIMAL(18,2)) "
        f"ELSE TRY_CAST(floor(TRY_CAST(signed_figure(regexp_replace(n, '{_UNIT}', '')) AS DECIMAL(24,8)) "
        f"* CAST(CASE regexp_extract(n, '{_UNIT}') WHEN '' THEN factor WHEN '元' THEN 1 WHEN '万' THEN 10000 "
        "WHEN '万元' THEN 10000 ELSE 100000000 END * CAST(100 AS BIGINT) AS DECIMAL(11,0))) * CAST(0.01 AS DECIMAL(3,2)) "
        "AS DECIMAL(18,2)) END"
    ),
    "bare_count(n)": "regexp_replace(regexp_replace(n, '^第', ''), '(?:人|名|个|项|件|年)$', '')",
    "whole_part(n)": "floor(figure(bare_count(n)))",
    # half a patent is no patent, but who worked 2.9 years has worked for two
    "count_told(n)": (
        "CASE WHEN regexp_matches(n, '^[0-9]{1,9}$') THEN CAST(n AS INTEGER) "
        "WHEN whole_part(n) = figure(bare_count(n)) THEN TRY_CAST(whole_part(n) AS INTEGER) END"
    ),
    "years_told(n)": (
        "CASE WHEN regexp_matches(n, '^[0-9]{1,9}$') THEN CAST(n AS INTEGER) "
        "ELSE TRY_CAST(whole_part(n) AS INTEGER) END"
    ),
    # ranks begin with one: the nought of a form filled in full is no rank
    "rank_told(n)": "CASE WHEN count_told(n) > 0 THEN count_told(n) END",
    # a bare number above one may be percent or a slip: not read
    "share_told(n)": (
        "CASE WHEN ends_with(n, '%') AND figure(n[:-2]) <= 100 "
        "THEN CAST(floor(figure(n[:-2]) * 10000) * CAST(0.000001 AS DECIMAL(7,6)) AS DECIMAL(18,6)) "
        "WHEN figure(n) <= 1 "
        "THEN CAST(floor(figure(n) * 1000000) * CAST(0.000001 AS DECIMAL(7,6)) AS DECIMAL(18,6)) END"
    ),
    "points_told(n)": (
        "CASE WHEN figure(regexp_replace(n, '分$', '')) <= 100 "
        "THEN CAST(floor(figure(regexp_replace(n, '分$', '')) * 1000000) * CAST(0.000001 AS DECIMAL(7,6)) "
        "AS DECIMAL(18,6)) END"
    ),
}


@cache
def packs() -> PackSet:
    """The shipped packs."""
    return load()


@cache
def measures() -> tuple[StandardMeasure, ...]:
    """The title standards of the packs."""
    found = (one for one in packs().measures.values() if isinstance(one, StandardMeasure))
    return tuple(sorted(found, key=lambda one: one.id))


@cache
def facts() -> dict[str, FieldMeaning]:
    """Facts that any of them reads, in the order of the dictionary; an evidence column is none."""
    read = {fact for measure in measures() for fact in facts_read(measure)}
    return {name: meaning for name, meaning in packs().facts.items() if name in read}


@cache
def columns() -> tuple[Column, ...]:
    """A column a fact, headed by its name or its Chinese name; amounts also one in ten thousand yuan."""
    found = []
    for name, meaning in facts().items():
        if meaning.type == "money":
            found.append(Column(name, meaning.zh, False, (meaning.zh, f"{meaning.zh}（元）")))
            wan = f"{meaning.zh}（万元）"
            found.append(Column(name + WAN, wan, False, (wan,)))
        else:
            found.append(Column(name, meaning.zh, False, (meaning.zh,)))
    return (*found, SIZE)


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Give the connection the macros that read cells."""
    register(con)
    load_lookups(con, "flag", *LEVELS.values())
    flags = con.execute("SELECT spelling, value FROM lookup_flag").fetchall()
    flags += [("1.0", "true"), ("0.0", "false"), ("无", "false"), ("没有", "false")]
    macros = {**MACROS, "flag_told(k)": _words(flags, "BOOLEAN")}
    for fact, lookup in LEVELS.items():
        rows = con.execute(f"SELECT spelling, value FROM lookup_{lookup}").fetchall()
        rows += [(f"{level}{zeros}", str(level)) for level in range(5) for zeros in ("", ".0")]
        macros[f"{fact}_told(k)"] = _words(rows, "INTEGER")
    sizes = [
        (word + ending, size)
        for size, words in SIZES.items()
        for word in words.split()
        for ending in ("", "企业")
    ]
    macros["size_told(k)"] = _words(sizes, "VARCHAR")
    for signature, body in macros.items():
        con.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS {body}")


def _words(rows: list[tuple[str, str]], kind: str) -> str:
    """Body of a macro that reads a cell, as the key ``k`` of lookups, as one of some words."""
    keys: dict[str, set[str]] = {}
    for spelling, value in rows:
        keys.setdefault(value, set()).add(lookup_key(spelling))
    cases = (
        f"WHEN k IN ({', '.join(map(literal, sorted(words)))}) THEN CAST({literal(value)} AS {kind})"
        for value, words in keys.items()
    )
    return f"CASE {' '.join(cases)} END"


def _reading(name: str) -> str:
    """SQL of what the cell of a column tells, over ``title_text``; NULL when it is empty or cannot be read."""
    if name == SIZE.name or name in LEVELS:
        return f"{name}_told({name})"
    if name not in facts():
        return f"money_told({name}, 10000)"
    meaning = facts()[name]
    match meaning.type:
        case "money":
            return f"money_told({name}, 1)"
        case "flag":
            return f"flag_told({name})"
        case "ratio":
            return f"share_told({name})"
        case "decimal":
            return f"points_told({name})"
    if name == "national_rank":
        return f"rank_told({name})"
    return f"years_told({name})" if meaning.unit == "year" else f"count_told({name})"


def _is_word(name: str) -> bool:
    return name == SIZE.name or name in LEVELS or (name in facts() and facts()[name].type == "flag")


def read(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``title_fact`` (the facts of ``given``) and ``title_problem`` (what could not be read, or disagrees).

    In steps of a table each, and for the columns only that hold anything: the reading of a number is long SQL.
    """
    names = [column.name for column in columns()]
    fullest = con.execute(f"SELECT {', '.join(f'MAX({name})' for name in names)} FROM given").fetchone() or ()
    told = [name for name, most in zip(names, fullest, strict=True) if most]
    texts = [f"{'lookup_key' if _is_word(name) else 'plain_number'}({name}) AS {name}" for name in told]
    _table(con, "title_text", ["row_no", *texts], "given")
    _table(con, "title_value", ["row_no", *(f"{_reading(name)} AS {name}" for name in told)], "title_text")
    # every fact of the file, so that one may settle another
    kinds = {name: TYPES.get(meaning.type, "VARCHAR") for name, meaning in facts().items()}
    filled = [f"{_value(name, set(told), kind)} AS {name}" for name, kind in kinds.items()]
    filled.append(f"{_value(SIZE.name, set(told), 'VARCHAR')} AS {SIZE.name}")
    _table(con, "title_told", ["row_no", *filled], "title_value")
    values = [f"COALESCE({name}, {SETTLED[name]}) AS {name}" if name in SETTLED else name for name in kinds]
    needed = set(PLACE).union(*(columns_read(measure) for measure in measures()))
    for name in sorted(needed - facts().keys()):
        values.append(f"CAST(NULL AS {TYPES.get(packs().facts[name].type, 'VARCHAR')}) AS {name}")
    _table(con, "title_fact", ["row_no", *values], "title_told")
    problems = ", ".join(_problems(told)) or "NULL"
    _table(
        con,
        "title_problem",
        ["row_no", f"CONCAT_WS('；', {problems}) AS unread"],
        "given AS g JOIN title_value AS v USING (row_no)",
    )


def _table(con: duckdb.DuckDBPyConnection, table: str, values: list[str], source: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(values)} FROM {source}")


def _value(name: str, told: set[str], kind: str) -> str:
    cells = [f"CAST({cell} AS {kind})" for cell in (name, name + WAN) if cell in told]
    return f"COALESCE({', '.join(cells)})" if cells else f"CAST(NULL AS {kind})"


def _problems(told: list[str]) -> list[str]:
    zh = {column.name: column.zh for column in columns()}
    found = [
        f"CASE WHEN v.{name} IS NULL AND NOT is_blank(g.{name}) "
        f"THEN {literal(f'{zh[name]} {name} ')} || shown(g.{name}) || '无法识别' END"
        for name in told
    ]
    for name in told:
        if name + WAN in told:
            message = literal(f"{name} 与 {name}{WAN} 不一致，取 {name}")
            found.append(f"CASE WHEN v.{name} <> v.{name}{WAN} THEN {message} END")
    if "sme" in told and SIZE.name in told:
        message = literal(f"sme 与 {SIZE.name} 不一致，取 sme")
        found.append(f"CASE WHEN v.sme <> (v.{SIZE.name} <> '大型') THEN {message} END")
    return found
