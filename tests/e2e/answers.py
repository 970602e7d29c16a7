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
    query = f"""
        SELECT {", ".join(f"r.{column}" for column in columns)}
        FROM marts.coverage_latest AS r JOIN core.measure AS m USING (measure_id)
        WHERE r.industry_section = 'ALL' AND r.division_code <> 'unknown'
            AND (m.tier IS NULL OR r.tier = m.tier) -- not the rows by highest title held
    """
    found += _differences("coverage", _by_value(wanted), _by_value(_of(wanted, _asked(conn, query), 2)))

    columns = ("measure_id", "area_code", "division_code", "keeping", "failing", "unknown", "share")
    wanted = _read(folder, "requirements", columns)
    assert wanted, "no requirements among the answers"
    query = f"""
        SELECT {", ".join(f"r.{column}" for column in columns)}
        FROM marts.requirement_latest AS r JOIN core.measure AS m USING (measure_id)
        WHERE r.industry_section = 'ALL' AND r.division_code <> 'unknown'
            AND (m.tier IS NULL OR r.tier = m.tier) -- not the rows by highest title held
    """
    found += _differences("requirement", _by_value(wanted), _by_value(_of(wanted, _asked(conn, query), 2)))

    columns = ("measure_id", "area_code", "target", "actual", "gap", "unknown")
    wanted = _read(folder, "targets", columns)
    assert wanted, "no targets among the answers"
    query = f"SELECT {', '.join(columns)} FROM marts.target_latest"
    found += _differences("target", _by_value(wanted), _by_value(_of(wanted, _asked(conn, query))))

    columns = ("measure_id", "area_code", "bank", "numerator", "denominator", "value", "target")
    wanted = _read(folder, "financing", columns)
    assert wanted, "no financing among the answers"
    query = f"SELECT {', '.join(columns)} FROM marts.financing_latest"
    found += _differences(
        "financing", _with_something(wanted), _with_something(_of(wanted, _asked(conn, query)))
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


def _of(wanted: set[Row], rows: set[Row], level: int | None = None) -> set[Row]:
    """Rows of the measures and areas that the answers speak about.

    ``level``: column of the division; where the answers have only the whole area of a measure, so do the rows.
    """
    parts = {row[:2]: False for row in wanted}
    if level is not None:
        for row in wanted:
            parts[row[:2]] |= row[level] != "ALL"
    return {
        row for row in rows if row[:2] in parts and (level is None or parts[row[:2]] or row[level] == "ALL")
    }


def _by_value(rows: set[Row]) -> set[Row]:
    return {tuple(_number(cell) for cell in row) for row in rows}


def _with_something(rows: set[Row]) -> set[Row]:
    """Rows by value, without banks of which nothing was counted: those may be left out."""
    return {row for row in _by_value(rows) if row[2] == "ALL" or {row[3], row[4]} - {"", "0"}}


def _number(cell: str) -> str:
    """Numbers by value, so that 1.000000 and 1 are the same."""
    try:
        return str(Decimal(cell).normalize()) if cell else ""
    except ArithmeticError:
        return cell
