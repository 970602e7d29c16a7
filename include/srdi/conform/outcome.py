"""What came out of a file: row counts, the profile for next time, duplicates, and the conformed Parquet file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from srdi.conform import drift as drifts
from srdi.conform.header import HeaderMatch
from srdi.conform.report import ColumnProfile, ConformReport
from srdi.conform.typed import lookup_of
from srdi.contracts.loader import Dictionary
from srdi.contracts.models import Contract
from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb


def counted(report: ConformReport, match: HeaderMatch, con: duckdb.DuckDBPyConnection) -> ConformReport:
    """The report with its row counts, from view ``body`` (duplicates are not known yet)."""
    width = len(match.columns)
    counts = con.execute(
        """
        SELECT count(*), count(_ignored_reason),
               count(*) FILTER (_ignored_reason IS NULL AND len(cells) > $width
                                AND fold(array_to_string(cells[$width + 1:], '')) <> ''),
               count(*) FILTER (_ignored_reason IS NULL AND len(cells) < $width)
        FROM body
        """,
        {"width": width},
    ).fetchone()
    landed, ignored, long, short = counts or (0, 0, 0, 0)
    return replace(report, rows_landed=landed, rows_ignored=ignored, rows_long=long, rows_short=short)


def profiled(
    report: ConformReport,
    contract: Contract,
    dictionary: Dictionary,
    match: HeaderMatch,
    typed: Path,
    con: duckdb.DuckDBPyConnection,
    last: ColumnProfile | None,
) -> ConformReport:
    """Medians for the next file, and drift of units, types and words against the last one."""
    rows = f"(SELECT * FROM read_parquet({literal(str(typed))}) WHERE _ignored_reason IS NULL)"
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


def write_conformed(contract: Contract, typed: Path, uri: str, con: duckdb.DuckDBPyConnection) -> int:
    """Mark later equal rows as duplicates and write the conformed file; returns the number of duplicates.

    Equal means equal in all fields after conforming; a cell without value counts by why, an unreadable one by
    its text. Rows are compared by hash first, and exactly where hashes meet.
    """
    parts = []
    for name in contract.fields:
        parts += [
            f'"{name}"',
            f"CASE WHEN \"{name}__missing\" IN ('not_reported', 'not_applicable', 'withheld') "
            f'THEN "{name}__missing" WHEN "{name}__missing" IS NOT NULL THEN "{name}__raw" END',
        ]
    content = ", ".join(parts)
    source = f"read_parquet({literal(str(typed))})"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE duplicates AS
        WITH hashed AS (
            SELECT _row_no, hash({content}) AS content_hash FROM {source} WHERE _ignored_reason IS NULL
        ), shared AS (
            SELECT _row_no FROM hashed
            QUALIFY count(*) OVER (PARTITION BY content_hash) > 1
        ), compared AS (
            SELECT _row_no, min(_row_no) OVER (PARTITION BY {content}) AS first_row
            FROM {source} WHERE _row_no IN (SELECT _row_no FROM shared)
        )
        SELECT _row_no, first_row FROM compared WHERE _row_no > first_row
        """
    )
    columns = ", ".join(f'"{name}", "{name}__raw", "{name}__missing"' for name in contract.fields)
    con.execute(
        f"""
        COPY (
            SELECT _row_no,
                   CASE WHEN _ignored_reason IS NOT NULL THEN 'ignored'
                        WHEN first_row IS NOT NULL THEN 'duplicate' ELSE 'data' END AS _kind,
                   _raw_row, _ignored_reason, first_row AS _duplicate_of, {columns}
            FROM {source} LEFT JOIN duplicates USING (_row_no)
            ORDER BY _row_no
        ) TO {literal(uri)} (FORMAT parquet, COMPRESSION zstd)
        """
    )
    found = con.execute("SELECT count(*) FROM duplicates").fetchone()
    con.execute("DROP TABLE duplicates")
    return int(found[0]) if found else 0
