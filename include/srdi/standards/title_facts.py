"""How a cell of each fact column of ``title`` is read: exactly, or not at all and named in the note.

A figure that is nearly on a bound must not be guessed: what is finer than a fen (or than six places of a ratio) is
cut, never rounded up to a bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srdi.conform.text import lookup_key
from srdi.engine.duck import literal
from srdi.policy.standards import columns_read
from srdi.standards import title_plausible
from srdi.standards.figures import register
from srdi.standards.model import WAN, load_lookups
from srdi.standards.title_columns import SIZE, columns, facts, measures, packs

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
    """Make ``title_fact`` (the facts of ``given``) and ``title_problem`` (what is not read, cannot be, or disagrees).

    In steps of a table each, and for the columns only that hold anything: the reading of a number is long SQL.
    """
    names = [form for column in columns() for form in column.forms]
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
    values = [f"{_settled(name)} AS {name}" for name in kinds]
    needed = set(PLACE).union(*(columns_read(measure) for measure in measures()))
    for name in sorted(needed - facts().keys()):
        values.append(f"CAST(NULL AS {TYPES.get(packs().facts[name].type, 'VARCHAR')}) AS {name}")
    _table(con, "title_fact", ["row_no", *values], "title_told")
    problems = ", ".join(_problems(told)) or "NULL"
    _table(
        con,
        "title_problem",
        ["row_no", f"CONCAT_WS('；', {problems}) AS unread"],
        "given AS g JOIN title_value AS v USING (row_no) JOIN title_told AS t USING (row_no)",
    )


def _table(con: duckdb.DuckDBPyConnection, table: str, values: list[str], source: str) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(values)} FROM {source}")


def _value(name: str, told: set[str], kind: str) -> str:
    """SQL of a fact from the columns that tell it, NULL where the figure cannot be."""
    cells = [
        f"CASE WHEN NOT {title_plausible.outside(name, cell)} THEN CAST({cell} AS {kind}) END"
        for cell in (name, name + WAN)
        if cell in told
    ]
    return f"COALESCE({', '.join(cells)})" if cells else f"CAST(NULL AS {kind})"


def _settled(name: str) -> str:
    """SQL of a fact with the others beside it."""
    if name in SETTLED:
        return f"COALESCE({name}, {SETTLED[name]})"
    whole = dict(title_plausible.parts()).get(name)
    return f"CASE WHEN NOT {title_plausible.beyond(name, whole)} THEN {name} END" if whole else name


def _problems(told: list[str]) -> list[str]:
    """SQL of what is said of the cells of a row: one value a problem, NULL when there is none."""
    found = []
    for name in told:
        fact = name.removesuffix(WAN)
        zh = SIZE.zh if name == SIZE.name else facts()[fact].zh
        in_wan = name != fact
        called = literal(f"{zh}{'（万元）' if in_wan else ''} {name} ")
        found.append(
            f"CASE WHEN v.{name} IS NULL AND NOT is_blank(g.{name}) "
            f"THEN {called} || shown(g.{name}) || {literal(f'无法识别，{_form(fact)}')} END"
        )
        if fact in title_plausible.ranges():
            expected = title_plausible.expected(fact, *((10_000, "万元") if in_wan else ()))
            found.append(
                f"CASE WHEN {title_plausible.outside(fact, f'v.{name}')} "
                f"THEN {called} || shown(g.{name}) || {literal(f'不合理，{expected}，按不详')} END"
            )
    facts_told = {name.removesuffix(WAN) for name in told}
    found += [
        title_plausible.beyond_note(part, whole)
        for part, whole in title_plausible.parts()
        if {part, whole} <= facts_told
    ]
    if "sme" in told and SIZE.name in told:
        message = literal(f"sme 与 {SIZE.name} 不一致，取 sme")
        found.append(f"CASE WHEN v.sme <> (v.{SIZE.name} <> '大型') THEN {message} END")
    return found


def _form(fact: str) -> str:
    """How a cell of the fact should be written."""
    if fact == SIZE.name:
        return "应为 大型、中型、小型、微型"
    if fact in LEVELS:
        return "应为级别的名称或 0 至 4"
    match facts()[fact].type:
        case "flag":
            return "应为 是/否"
        case "ratio":
            return "应为 0% 至 100%，或 0 至 1 的小数"
        case "decimal":
            return "应为 0 至 100 的数"
        case "integer":
            return "应为从 1 起的整数" if fact == "national_rank" else "应为不小于 0 的整数"
    return "应为金额"
