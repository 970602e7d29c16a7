"""Cells to values: the SQL that reads every field of a contract by its type, or says why it cannot.

For each field ``f`` three columns: ``f`` (typed), ``f__raw`` (cell as received), ``f__missing`` (NULL, or why
``f`` has no value). A row with more filled cells than the header has columns is shifted: none of its cells can
be trusted to stand under its header, so all its fields are unreadable and the row shows up in quarantine.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srdi.conform.header import HeaderMatch
from srdi.conform.rows import row_names
from srdi.conform.text import fold, lookup_key
from srdi.contracts.loader import LOOKUPS, Dictionary
from srdi.contracts.models import Contract, FieldMeaning
from srdi.contracts.units import UNITS
from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb

SQL_TYPES = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "category": "VARCHAR",
    "date": "DATE",
    "integer": "INTEGER",
    "year": "INTEGER",
    "decimal": "DECIMAL(10,4)",
    "money": "DECIMAL(18,2)",
    "ratio": "DECIMAL(12,6)",
    "flag": "BOOLEAN",
    "names": "VARCHAR[]",
}


@dataclass(frozen=True)
class _Reading:
    """How one field is read: text prepared from the raw cell, value from the text, reason when there is none."""

    prepared: str
    value: str
    reason: str = "'unreadable'"


def prepare_lookups(con: duckdb.DuckDBPyConnection, contract: Contract, dictionary: Dictionary) -> None:
    """One temp table ``lookup_<field>(word, value)`` for each looked-up field of this contract."""
    for name in contract.fields:
        file = lookup_of(contract, dictionary, name)
        if file is None:
            continue
        con.execute(f"CREATE OR REPLACE TEMP TABLE lookup_{name} (word VARCHAR, value VARCHAR)")
        con.executemany(f"INSERT INTO lookup_{name} VALUES (?, ?)", list(read_lookup(file).items()))


def read_lookup(file: str) -> dict[str, str]:
    """Spelling (as :func:`lookup_key`) → stored value of one table below ``contracts/lookups``.

    Raises ValueError when one spelling has two values.
    """
    words: dict[str, str] = {}
    with (LOOKUPS / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = lookup_key(row["spelling"])
            if words.setdefault(key, row["value"]) != row["value"]:
                raise ValueError(f"{file}: {row['spelling']} has two values")
    return words


def lookup_of(contract: Contract, dictionary: Dictionary, name: str) -> str | None:
    return contract.fields[name].lookup or dictionary.fields[name].lookup


def typed_sql(
    contract: Contract, dictionary: Dictionary, match: HeaderMatch, units: Mapping[str, str], widest: int
) -> str:
    """SELECT over view ``body`` giving ``_row_no, _ignored_reason, _raw_row`` and the fields' three columns.

    ``units``: unit of the column per numeric field, as found in the header or declared by the contract.
    ``widest``: most cells of any row; cells beyond the header get names of their own (列17) in the raw row.
    """
    columns = match.by_field
    width = len(match.columns)
    raws, prepared, values, whys, outs, joins = [], [], [], [], [], []
    for name in contract.fields:
        meaning = dictionary.fields[name]
        if name not in columns:
            sql_type = SQL_TYPES[meaning.type]
            outs.append(
                f'NULL::{sql_type} AS "{name}", NULL::VARCHAR AS "{name}__raw", '
                f"'not_reported' AS \"{name}__missing\""
            )
            continue
        reading = _reading(name, meaning, lookup_of(contract, dictionary, name), units.get(name))
        raws.append(f'cells[{columns[name].position}] AS "{name}__raw"')
        prepared.append(f'{reading.prepared.format(raw=_q(name, "__raw"))} AS "{name}__text"')
        blanks = contract.blank | contract.fields[name].blank
        blank = _blank_words(blanks, _q(name, "__raw"))
        # a cell that reads as a value is no blank word, unless the contract calls a number blank
        sure = (
            meaning.type != "text"
            and not meaning.open_list
            and not any(c.isdigit() for w in blanks for c in w)
        )
        known = f"WHEN NOT shifted AND {_q(name, '__value')} IS NOT NULL THEN NULL " if sure else ""
        values.append(f'{reading.value.format(text=_q(name, "__text"))} AS "{name}__value"')
        whys.append(
            f"CASE {known}WHEN shifted THEN 'unreadable' "
            f"WHEN {_q(name, '__raw')} IS NULL OR {_q(name, '__raw')} = '' THEN 'not_reported' {blank}"
            f"WHEN fold({_q(name, '__raw')}) = '' THEN 'not_reported' "
            f"WHEN coalesce({_q(name, '__text')}, '') = '' THEN 'unreadable' END AS \"{name}__blank\""
        )
        if "lookup_" in reading.value:
            joins.append(f"LEFT JOIN lookup_{name} ON {_q(name, '__text')} = lookup_{name}.word")
        reason = reading.reason.format(text=_q(name, "__text"))
        missing = (
            f"CASE WHEN {_q(name, '__blank')} IS NOT NULL THEN {_q(name, '__blank')} "
            f"{_open_end(name) if meaning.type == 'date' else ''}"
            f"WHEN {_q(name, '__value')} IS NULL THEN {reason} END"
        )
        outs.append(
            f'CASE WHEN ({missing}) IS NULL THEN {_q(name, "__value")} END AS "{name}", '
            f'{_q(name, "__raw")} AS "{name}__raw", {missing} AS "{name}__missing"'
        )
    return f"""
        WITH raw_cells AS (
            SELECT _row_no, _ignored_reason,
                   CAST(CASE WHEN len(cells) = {width} THEN to_json({{{_struct(match)}}})
                        ELSE to_json(map([{_names(match, widest)}][1:len(cells)], cells)) END AS VARCHAR) AS _raw_row,
                   len(cells) > {width} AND fold(array_to_string(cells[{width + 1}:], '')) <> '' AS shifted,
                   {_listed(raws)}
            FROM body
        ), prepared AS (
            SELECT *, {_listed(prepared)} FROM raw_cells
        ), valued AS (
            SELECT prepared.*, {_listed(values)}
            FROM prepared {" ".join(joins)}
        ), explained AS (
            SELECT *, {_listed(whys)} FROM valued
        )
        SELECT _row_no, _ignored_reason, _raw_row, {_listed(outs)} FROM explained
    """


def _reading(name: str, meaning: FieldMeaning, lookup: str | None, unit: str | None) -> _Reading:
    if lookup:
        found = f"lookup_{name}.value"
        if meaning.open_list:
            return _Reading("lookup_key({raw})", f"coalesce({found}, {{text}})")
        return _Reading(
            "lookup_key({raw})", f"TRY_CAST({found} AS {SQL_TYPES[meaning.type]})", "'unknown_category'"
        )
    factor = UNITS[unit][1] if unit else "1"
    match meaning.type:
        case "code":
            value = "CASE WHEN {text} <> '' AND uscc_reason({text}) IS NULL THEN {text} END"
            return _Reading("uscc_compact(fold({raw}))", value, "coalesce(uscc_reason({text}), 'unreadable')")
        case "date":
            return _Reading("fold({raw})", "day_of({text})")
        case "money":
            return _Reading("number_text(fold({raw}))", f"yuan_of({{text}}, {factor})")
        case "ratio":
            return _Reading("number_text(fold({raw}))", f"share_of({{text}}, {factor})")
        case "integer":
            return _Reading("number_text(fold({raw}))", "whole_of({text})")
        case "decimal":
            return _Reading("number_text(fold({raw}))", "points_of({text})")
        case "year":
            return _Reading("number_text(fold({raw}))", "year_of({text})")
        case "names":
            return _Reading("clean({raw})", "split_names({text})")
        case _:
            return _Reading("plain_text({raw})", "{text}")


def _blank_words(blanks: Mapping[str, str], raw: str) -> str:
    """SQL branches of a CASE: the contract's spellings of "nothing here". Long cells are not even folded."""
    if not blanks:
        return ""
    words = {fold(word).upper(): kind for word, kind in blanks.items()}
    longest = max(len(word) for word in blanks)
    branches = []
    for kind in sorted(set(words.values())):
        listed = ", ".join(literal(word) for word, meant in sorted(words.items()) if meant == kind)
        branches.append(
            f"WHEN length({raw}) <= {longest + 8} AND upper(fold({raw})) IN ({listed}) THEN {literal(kind)} "
        )
    return "".join(branches)


def _q(name: str, suffix: str) -> str:
    return f'"{name}{suffix}"'


def _struct(match: HeaderMatch) -> str:
    """The cells of a full row under their headers, as a DuckDB struct (faster than a map)."""
    return ", ".join(f"{literal(name)}: cells[{i}]" for i, name in enumerate(row_names(match), start=1))


def _names(match: HeaderMatch, widest: int) -> str:
    return ", ".join(literal(name) for name in row_names(match, widest))


def _listed(parts: list[str]) -> str:
    return ",\n                   ".join(parts)


def _open_end(name: str) -> str:
    return f"WHEN is_open_end({_q(name, '__value')}) THEN 'not_applicable' "
