"""One field's cells to values: the SQL that reads a text by the field's type, or says why it cannot.

A reading depends on nothing but the cell and its column's contract, so it may be worked out once per row or
once per distinct cell; :mod:`srdi.conform.typed` decides which.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srdi.conform.text import fold, lookup_key
from srdi.contracts.loader import LOOKUPS, Dictionary
from srdi.contracts.models import Contract, FieldMeaning
from srdi.contracts.units import UNITS, periods
from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb

SQL_TYPES = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "category": "VARCHAR",
    "date": "DATE",
    "month": "DATE",
    "integer": "INTEGER",
    "year": "INTEGER",
    "decimal": "DECIMAL(10,4)",
    "money": "DECIMAL(18,2)",
    "ratio": "DECIMAL(12,6)",
    "flag": "BOOLEAN",
    "names": "VARCHAR[]",
}
# folding may take this many characters off a blank word; longer cells are not even folded
_SLACK = 8


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
        words = read_lookup(file)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE lookup_{name} AS "
            "SELECT unnest($words)::VARCHAR AS word, unnest($values)::VARCHAR AS value",
            {"words": list(words), "values": list(words.values())},
        )


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


def reading_sql(
    contract: Contract,
    dictionary: Dictionary,
    units: Mapping[str, str],
    names: Sequence[str],
    source: str,
    carried: str,
) -> str:
    """SELECT giving ``f`` and ``f__missing`` for each field, and the columns ``carried`` as they are.

    ``source``: relation with ``f__raw`` for each of ``names``; ``units``: unit of the column per numeric field,
    as found in the header or declared by the contract. With no names, only what is carried.
    """
    prepared, values, blanks, missing, outs, joins = [], [], [], [], [], []
    for name in names:
        meaning = dictionary.fields[name]
        lookup = lookup_of(contract, dictionary, name)
        reading = _reading(name, meaning, lookup, units.get(name))
        raw, text, value = quoted(name, "__raw"), quoted(name, "__text"), quoted(name, "__value")
        words = contract.blank | contract.fields[name].blank
        prepared.append(f"{reading.prepared.format(raw=raw)} AS {text}")
        values.append(f"{reading.value.format(text=text)} AS {value}")
        if lookup:
            joins.append(f"LEFT JOIN lookup_{name} ON {text} = lookup_{name}.word")
        # a cell that reads as a value is no blank word, unless the contract calls a number blank
        sure = (
            meaning.type not in ("text", "names")
            and not meaning.open_list
            and not any(c.isdigit() for word in words for c in word)
        )
        # what folds to nothing has no text either, so folding is for the few cells without text
        blanks.append(
            f"CASE {f'WHEN {value} IS NOT NULL THEN NULL ' if sure else ''}"
            f"WHEN {raw} IS NULL OR {raw} = '' THEN 'not_reported' {_blank_words(words, raw)}"
            f"WHEN coalesce({text}, '') = '' THEN CASE WHEN fold({raw}) = '' THEN 'not_reported' "
            f"ELSE 'unreadable' END END AS {quoted(name, '__blank')}"
        )
        blank = quoted(name, "__blank")
        open_end = f"WHEN is_open_end({value}) THEN 'not_applicable' " if meaning.type == "date" else ""
        missing.append(
            f"CASE WHEN {blank} IS NOT NULL THEN {blank} {open_end}"
            f"WHEN {value} IS NULL THEN {reading.reason.format(text=text)} END AS {quoted(name, '__missing')}"
        )
        gap = quoted(name, "__missing")
        outs.append(f'CASE WHEN {gap} IS NULL THEN {value} END AS "{name}", {gap}')
    return f"""
        SELECT {_listed([carried, *outs])}
        FROM (SELECT {_listed(["*", *missing])}
        FROM (SELECT {_listed(["*", *blanks])}
        FROM (SELECT {_listed(["prepared.*", *values])}
        FROM (SELECT {_listed(["*", *prepared])} FROM {source}) AS prepared {" ".join(joins)})))
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
        case "month":
            return _Reading("fold({raw})", "month_of({text})")
        case "money":
            return _Reading("number_text(fold({raw}))", f"yuan_of({{text}}, {factor})")
        case "ratio":
            return _Reading(
                "number_text(fold({raw}))", f"share_of({{text}}, {factor}, {periods(unit or '')})"
            )
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


def _blank_words(words: Mapping[str, str], raw: str) -> str:
    """SQL branch of a CASE: the contract's spellings of "nothing here", and what each of them means."""
    if not words:
        return ""
    kinds = {fold(word).upper(): kind for word, kind in words.items()}
    longest = max(len(word) for word in words)
    by_kind = [
        f"WHEN upper(fold({raw})) IN ({_texts(word for word in sorted(kinds) if kinds[word] == kind)}) "
        f"THEN {literal(kind)} "
        for kind in sorted(set(kinds.values()))
    ]
    return (
        f"WHEN length({raw}) <= {longest + _SLACK} AND upper(fold({raw})) IN ({_texts(sorted(kinds))}) "
        f"THEN CASE {''.join(by_kind)}END "
    )


def _texts(words: Iterable[str]) -> str:
    return ", ".join(literal(word) for word in words)


def quoted(name: str, suffix: str = "") -> str:
    return f'"{name}{suffix}"'


def _listed(parts: list[str]) -> str:
    return ",\n               ".join(parts)
