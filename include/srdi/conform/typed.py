"""Rows to typed rows: the SQL that reads every field of a contract, once a row or once a distinct cell.

For each field ``f`` three columns: ``f`` (typed), ``f__raw`` (cell as received), ``f__missing`` (NULL, or why
``f`` has no value). A row with more filled cells than the header has columns is shifted: none of its cells can
be trusted to stand under its header, so all its fields are unreadable and the row shows up in quarantine.

A column that repeats its cells (a status, a district, a day) is read once per distinct cell and joined back:
reading a cell costs ten times as much as finding one that has been read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srdi.conform.header import HeaderMatch
from srdi.conform.readings import SQL_TYPES, quoted, reading_sql
from srdi.conform.rows import row_names
from srdi.contracts.loader import Dictionary
from srdi.contracts.models import Contract
from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb

# below this many rows a column more to join is dearer than reading every cell
FEWEST_ROWS = 30_000
# how often a cell has to come back on average for its column to be read by distinct cells
REPEATS = 4
_GAPS = "'not_reported', 'not_applicable', 'withheld'"


@dataclass(frozen=True)
class Reader:
    """How one file is read. ``once``: fields read per distinct cell, in temp tables ``cells_<field>``.

    ``units``: unit of the column per numeric field. ``widest``: most cells of any row; cells beyond the header
    get names of their own (列17) in the raw row.
    """

    contract: Contract
    dictionary: Dictionary
    match: HeaderMatch
    units: Mapping[str, str]
    widest: int
    once: frozenset[str] = frozenset()

    def rows_sql(self, names: Collection[str], carried: Sequence[str] = (), where: str = "true") -> str:
        """SELECT over view ``body`` of ``_row_no``, ``carried`` and the three columns of each of ``names``."""
        columns = self.match.by_field
        direct = [name for name in columns if name in names and name not in self.once]
        joined = [name for name in columns if name in names and name in self.once]
        cells = [f"cells[{columns[n].position}] AS {quoted(n, '__raw')}" for n in (*direct, *joined)]
        source = f"(SELECT {', '.join(['_row_no', '_shifted', *carried, *cells])} FROM body WHERE {where})"
        for name in joined:
            raw = quoted(name, "__raw")
            source += f" LEFT JOIN cells_{name} ON {raw} IS NOT DISTINCT FROM cells_{name}.raw"
        found = [f'cells_{n}.value AS "{n}", cells_{n}.missing AS {quoted(n, "__missing")}' for n in joined]
        raws = [quoted(name, "__raw") for name in (*direct, *joined)]
        kept = ["_row_no", "_shifted", *(_alias(one) for one in carried), *raws]
        inner = f"(SELECT {', '.join([*kept, *found])} FROM {source})"
        values = [part for name in joined for part in (f'"{name}"', quoted(name, "__missing"))]
        read = reading_sql(
            self.contract, self.dictionary, self.units, direct, inner, ", ".join([*kept, *values])
        )
        outs = [self._out(name, name in columns) for name in self.contract.fields if name in names]
        return f"SELECT {', '.join(['_row_no', *(_alias(one) for one in carried), *outs])} FROM ({read})"

    def _out(self, name: str, present: bool) -> str:
        value, raw, gap = quoted(name), quoted(name, "__raw"), quoted(name, "__missing")
        if not present:
            sql_type = SQL_TYPES[self.dictionary.fields[name].type]
            return f"NULL::{sql_type} AS {value}, NULL::VARCHAR AS {raw}, 'not_reported' AS {gap}"
        return (
            f"CASE WHEN NOT _shifted THEN {value} END AS {value}, {raw}, "
            f"CASE WHEN _shifted THEN 'unreadable' ELSE {gap} END AS {gap}"
        )

    @property
    def odd_raw_row(self) -> str:
        """SQL over ``cells``: the row as JSON object, header → cell, where the fields' own cells do not make it."""
        names = ", ".join(literal(name) for name in row_names(self.match, self.widest))
        odd = f"to_json(map([{names}][1:len(cells)], cells))"
        width = len(self.match.columns)
        if any(column.field is None for column in self.match.columns):
            # as a struct where the row is as long as the header, which is faster than a map
            full = f"to_json({{{self._struct([f'cells[{i}]' for i in range(1, width + 1)])}}})"
            return f"CAST(CASE WHEN len(cells) = {width} THEN {full} ELSE {odd} END AS VARCHAR) AS _odd_row"
        return f"CASE WHEN len(cells) <> {width} THEN CAST({odd} AS VARCHAR) END AS _odd_row"

    @property
    def raw_row(self) -> str:
        """SQL: the same for every row, from ``_odd_row`` or else the fields' cells (JSON is bulky to carry)."""
        if any(column.field is None for column in self.match.columns):
            return "_odd_row"
        full = self._struct([quoted(column.field or "", "__raw") for column in self.match.columns])
        return f"coalesce(_odd_row, CAST(to_json({{{full}}}) AS VARCHAR))"

    def _struct(self, values: Sequence[str]) -> str:
        names = row_names(self.match)
        return ", ".join(f"{literal(name)}: {value}" for name, value in zip(names, values, strict=True))

    def content(self, names: Collection[str]) -> str:
        """SQL list of what two rows must share to be equal in these fields.

        A cell without value counts by why, an unreadable one by its text.
        """
        parts = []
        for name in names:
            gap = quoted(name, "__missing")
            parts += [
                quoted(name),
                f"CASE WHEN {gap} IN ({_GAPS}) THEN {gap} "
                f"WHEN {gap} IS NOT NULL THEN {quoted(name, '__raw')} END",
            ]
        return ", ".join(parts)


def read_distinct(con: duckdb.DuckDBPyConnection, reader: Reader, landed: int) -> frozenset[str]:
    """Fill ``cells_<field>(raw, value, missing)`` for the fields whose cells repeat, and return those fields.

    ``landed``: number of rows. Cells are taken from the whole sheet, which does no harm to the few above it.
    """
    columns = reader.match.by_field
    if landed < FEWEST_ROWS or not columns:
        return frozenset()
    counts = con.execute(
        f"SELECT {', '.join(f'approx_count_distinct(cells[{c.position}])' for c in columns.values())} FROM sheet"
    ).fetchone()
    assert counts is not None
    once = [name for name, count in zip(columns, counts, strict=True) if count * REPEATS <= landed]
    for name in once:
        cells = f"(SELECT DISTINCT cells[{columns[name].position}] AS {quoted(name, '__raw')} FROM sheet)"
        raw = quoted(name, "__raw")
        read = reading_sql(reader.contract, reader.dictionary, reader.units, [name], cells, raw)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE cells_{name} AS "
            f"SELECT {raw} AS raw, {quoted(name)} AS value, {quoted(name, '__missing')} AS missing FROM ({read})"
        )
    return frozenset(once)


def _alias(expression: str) -> str:
    return expression.rsplit(" AS ", 1)[-1]
