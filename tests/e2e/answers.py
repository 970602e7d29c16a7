"""Compares what the warehouse says with the sample city's answers, whoever computed them first."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, text

Row = tuple[str, ...]


def _read(folder: Path, name: str, columns: Iterable[str]) -> set[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {tuple(row[column] for column in columns) for row in csv.DictReader(file)}


def _asked(conn: Connection, query: str) -> set[Row]:
    return {tuple("" if cell is None else str(cell) for cell in row) for row in conn.execute(text(query))}


def _differences(name: str, expected: set[Row], found: set[Row]) -> list[str]:
    missing = [f"{name}: expected, not there: {row}" for row in sorted(expected - found)]
    extra = [f"{name}: there, not expected: {row}" for row in sorted(found - expected)]
    return missing + extra


def differences(conn: Connection, folder: Path) -> list[str]:
    """Every line in which warehouse and ``folder`` (``answers/``) disagree; empty when they agree.

    Raises AssertionError when the answers themselves are empty.
    """
    found: list[str] = []

    columns = (
        "measure_id",
        "uscc",
        "area_code",
        "division_code",
        "verdict",
        "title",
        "title_valid_to",
        "reasons",
        "warnings",
    )
    expected = _read(folder, "whitelist", columns)
    assert expected, "no answers"
    found += _differences(
        "whitelist",
        expected,
        _asked(
            conn,
            """
            SELECT measure_id, uscc, area_code, division_code, verdict, title, title_valid_to,
                   (SELECT coalesce(string_agg(c, ';' ORDER BY c COLLATE "C"), '') FROM unnest(reason_codes) AS c),
                   (SELECT coalesce(string_agg(c, ';' ORDER BY c COLLATE "C"), '') FROM unnest(warnings) AS c)
            FROM marts.whitelist
            """,
        ),
    )

    expected = _read(folder, "reasons", ("measure_id", "uscc", "rule_id", "outcome", "effect"))
    assert expected, "no reasons among the answers"
    found += _differences(
        "reason",
        expected,
        _asked(
            conn,
            """
            SELECT measure_id, uscc, rule_id, outcome, effect FROM marts.whitelist_reason
            WHERE outcome IN ('fail', 'unknown')
            """,
        ),
    )

    columns = (
        "measure_id",
        "area_code",
        "division_code",
        "numerator",
        "denominator",
        "unknown",
        "rate",
        "target",
        "shortfall",
    )
    wanted = _read(folder, "coverage", columns)
    assert wanted, "no coverage among the answers"
    found += _differences(
        "coverage",
        {tuple(_number(cell) for cell in row) for row in wanted},
        {
            tuple(_number(cell) for cell in row)
            for row in _asked(
                conn,
                """
                SELECT measure_id, area_code, division_code, numerator, denominator, unknown, rate, target, shortfall
                FROM marts.coverage_latest
                WHERE industry_section = 'ALL' AND division_code <> 'unknown'
                """,
            )
            if row[0] in {row[0] for row in wanted}
        },
    )

    columns = ("measure_id", "area_code", "target", "actual", "gap", "unknown")
    wanted = _read(folder, "targets", columns)
    assert wanted, "no targets among the answers"
    query = f"SELECT {', '.join(columns)} FROM marts.target_latest WHERE counting = 'stock'"
    found += _differences(
        "target",
        {tuple(_number(cell) for cell in row) for row in wanted},
        {tuple(_number(cell) for cell in row) for row in _asked(conn, query)},
    )

    columns = (
        "source",
        "file_name",
        "rows_landed",
        "rows_staged",
        "rows_quarantined",
        "rows_duplicate",
        "rows_ignored",
    )
    with (folder / "batches.csv").open(encoding="utf-8", newline="") as file:
        batches = list(csv.DictReader(file))
    accepted = {tuple(row[c] for c in columns) for row in batches if row["outcome"] == "accepted"}
    refused = {
        (row["source"], row["file_name"], row["refusal"]) for row in batches if row["outcome"] == "refused"
    }
    found += _differences(
        "batch",
        accepted,
        _asked(conn, f"SELECT {', '.join(columns)} FROM control.batch WHERE state = 'accepted'"),
    )
    found += _differences(
        "refused",
        refused,
        _asked(conn, "SELECT source, file_name, refusal_code FROM control.batch WHERE state = 'refused'"),
    )
    found += _differences(
        "quarantine",
        _read(folder, "quarantine", ("source", "file_name", "row_no")),
        _asked(conn, "SELECT source, file_name, row_no FROM quality.quarantine"),
    )
    return found


def _number(cell: str) -> str:
    """Numbers by value, so that 1.000000 and 1 are the same."""
    try:
        return str(Decimal(cell).normalize()) if cell else ""
    except ArithmeticError:
        return cell
