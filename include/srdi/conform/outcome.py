"""What came out of a file: row counts, duplicates, the conformed Parquet file, and the profile for next time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from srdi.conform import drift as drifts
from srdi.conform.header import HeaderMatch
from srdi.conform.readings import lookup_of
from srdi.conform.report import ColumnProfile, ConformReport
from srdi.conform.typed import Reader
from srdi.contracts.loader import Dictionary
from srdi.contracts.models import Contract
from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb


def counted(report: ConformReport, match: HeaderMatch, con: duckdb.DuckDBPyConnection) -> ConformReport:
    """The report with its row counts, from view ``body`` (duplicates are not known yet)."""
    counts = con.execute(
        """
        SELECT count(*), count(_ignored_reason),
               count(*) FILTER (_ignored_reason IS NULL AND _shifted),
               count(*) FILTER (_ignored_reason IS NULL AND _width < $width)
        FROM body
        """,
        {"width": len(match.columns)},
    ).fetchone()
    landed, ignored, long, short = counts or (0, 0, 0, 0)
    return replace(report, rows_landed=landed, rows_ignored=ignored, rows_long=long, rows_short=short)


def mark_duplicates(reader: Reader, con: duckdb.DuckDBPyConnection) -> int:
    """Fill temp table ``duplicates(_row_no, _duplicate_of)`` with later equal rows; returns their number.

    Equal means equal in all fields after conforming. Only rows whose key comes more than once are read in full.
    """
    with _planned_plainly(con):
        _fill_duplicates(reader, con)
    found = con.execute("SELECT count(*) FROM duplicates").fetchone()
    return int(found[0]) if found else 0


def _fill_duplicates(reader: Reader, con: duckdb.DuckDBPyConnection) -> None:
    fields = reader.contract.fields
    keys = [name for name in reader.contract.key if name in reader.match.by_field] or list(fields)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE duplicates AS
        WITH keyed AS (
            SELECT _row_no, hash({reader.content(keys)}) AS key_hash
            FROM ({reader.rows_sql(keys, where="_ignored_reason IS NULL")})
        )
        SELECT _row_no, 0::BIGINT AS _duplicate_of FROM keyed
        QUALIFY count(*) OVER (PARTITION BY key_hash) > 1
        """
    )
    found = con.execute("SELECT count(*) FROM duplicates").fetchone()
    if found and found[0]:
        shared = "_row_no IN (SELECT _row_no FROM duplicates)"
        con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE duplicates AS
            SELECT * FROM (
                SELECT _row_no,
                       min(_row_no) OVER (PARTITION BY {reader.content(fields)}) AS _duplicate_of
                FROM ({reader.rows_sql(fields, where=shared)})
            ) WHERE _row_no > _duplicate_of
            """
        )


def write_conformed(reader: Reader, path: Path, con: duckdb.DuckDBPyConnection) -> None:
    """Write all rows of view ``body``, typed, in the order of ``_row_no``."""
    read = reader.rows_sql(reader.contract.fields, ["_ignored_reason", reader.odd_raw_row])
    columns = ", ".join(f'"{name}", "{name}__raw", "{name}__missing"' for name in reader.contract.fields)
    with _planned_plainly(con):
        con.execute(
            f"""
            COPY (
                SELECT _row_no,
                       CASE WHEN _ignored_reason IS NOT NULL THEN 'ignored'
                            WHEN _duplicate_of IS NOT NULL THEN 'duplicate' ELSE 'data' END AS _kind,
                       {reader.raw_row} AS _raw_row, _ignored_reason, _duplicate_of, {columns}
                FROM (SELECT * FROM ({read}) LEFT JOIN duplicates USING (_row_no) ORDER BY _row_no)
            ) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)
            """
        )


@contextmanager
def _planned_plainly(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Three things the planner must not do to these queries.

    It would hash the large side of a join where it takes our filters for choosier than they are, and turn each
    list of blank words into a join, which then folds every cell instead of the few short ones.
    """
    con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side,in_clause'")
    try:
        yield
    finally:
        con.execute("RESET disabled_optimizers")


def profiled(
    report: ConformReport,
    contract: Contract,
    dictionary: Dictionary,
    match: HeaderMatch,
    conformed: Path,
    con: duckdb.DuckDBPyConnection,
    last: ColumnProfile | None,
) -> ConformReport:
    """Medians for the next file, and drift of units, types and words against the last one."""
    rows = f"(SELECT * FROM read_parquet({literal(str(conformed))}) WHERE _ignored_reason IS NULL)"
    parts = []
    for name in match.by_field:
        parts += [
            f'count(*) FILTER ("{name}__missing" IS NULL OR "{name}__missing" = \'unreadable\')',
            f"count(*) FILTER (\"{name}__missing\" = 'unreadable')",
        ]
        if dictionary.fields[name].type == "money":
            parts += [
                f'quantile_disc(abs("{name}"), 0.5) FILTER ("{name}" <> 0)',
                f'count("{name}") FILTER ("{name}" <> 0)',
            ]
        if lookup_of(contract, dictionary, name):
            unknown_word = f"FILTER (\"{name}__missing\" = 'unknown_category')"
            parts.append(f'list_sort(list(DISTINCT "{name}__raw") {unknown_word})[:20]')
    values = iter(con.execute(f"SELECT {', '.join(parts)} FROM {rows}").fetchone() or ())
    medians: dict[str, Decimal] = {}
    counts: dict[str, int] = {}
    filled: dict[str, int] = {}
    unreadable: dict[str, int] = {}
    unknown: dict[str, list[str]] = {}
    for name in match.by_field:
        filled[name], unreadable[name] = next(values), next(values)
        if dictionary.fields[name].type == "money":
            median, count = next(values), next(values)
            if count:
                medians[name], counts[name] = median, count
        if lookup_of(contract, dictionary, name):
            unknown[name] = next(values) or []
    found = drifts.unit_drift(contract, report.units, medians, counts, last)
    found += drifts.value_drift(contract, filled, unreadable, unknown)
    profile = ColumnProfile(
        headers={name: column.header for name, column in match.by_field.items()},
        units=report.units,
        medians=medians,
        counts=counts,
    )
    return replace(report, drift=[*report.drift, *found], profile=profile)
