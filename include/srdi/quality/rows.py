"""The rows a gate looks at: one view over the conformed Parquet, counted in one pass by our own SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from srdi.contracts.models import Contract
from srdi.engine.duck import literal
from srdi.quality.rules import BATCH_DAY, KEY_REPEATED, Rule, quoted

if TYPE_CHECKING:
    import duckdb

ROWS = "quality_rows"
CONFORMED = "quality_conformed"
RULES = "quality_rules"
BATCH = "quality_batch"
_REPEATS = "quality_key_repeats"


@dataclass(frozen=True)
class Kinds:
    """Rows of the conformed file by ``_kind``; ``numbers`` counts distinct row numbers over all kinds."""

    data: int
    duplicate: int
    ignored: int
    total: int
    numbers: int


@dataclass(frozen=True)
class RowCounts:
    """Our own counts over the data rows.

    ``failed``: rule id → failing rows, None where the predicate itself failed (text in ``errors``).
    ``quarantined``: rows that fail at least one rule whose action is quarantine.
    """

    failed: dict[str, int | None]
    errors: dict[str, str]
    quarantined: int


@contextmanager
def gate_rows(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    rules: list[Rule],
    conformed_uri: str,
    *,
    batch_id: str,
    file_name: str,
    as_of: date | None,
) -> Iterator[None]:
    """Make the batch's relations visible by their fixed names, and drop them at the end.

    ``quality_conformed``: all rows; ``quality_rows``: data rows plus ``_key_repeated`` and ``_as_of``;
    ``quality_rules``: the rules' words by position; ``quality_batch``: one row about the batch.
    They are not temporary, since the gate reads them through a second cursor. One gate at a time per ``con``.
    """
    _drop(con)
    try:
        con.execute(f"CREATE TABLE {BATCH} (batch_id VARCHAR, source VARCHAR, file_name VARCHAR, as_of DATE)")
        con.execute(f"INSERT INTO {BATCH} VALUES (?, ?, ?, ?)", [batch_id, contract.id, file_name, as_of])
        con.execute(
            f"CREATE TABLE {RULES} (n INTEGER, check_id VARCHAR, field VARCHAR, label VARCHAR,"
            " severity VARCHAR, expected VARCHAR, message VARCHAR, todo VARCHAR)"
        )
        con.executemany(
            f"INSERT INTO {RULES} VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (n, r.check_id, r.fields[0], r.label_zh, r.severity, r.expected_zh, r.message_zh, r.todo_zh)
                for n, r in enumerate(rules)
            ],
        )
        con.execute(f"CREATE VIEW {CONFORMED} AS SELECT * FROM read_parquet({literal(conformed_uri)})")
        keys = ", ".join(quoted(name) for name in contract.key)
        present = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in contract.key)
        con.execute(
            f"""
            CREATE TABLE {_REPEATS} AS
            WITH repeated AS (
                SELECT {keys}
                FROM {CONFORMED}
                WHERE _kind = 'data' AND {present}
                GROUP BY ALL
                HAVING count(*) > 1
            )
            SELECT _row_no
            FROM {CONFORMED} JOIN repeated USING ({keys})
            WHERE _kind = 'data'
            """
        )
        con.execute(
            f"""
            CREATE VIEW {ROWS} AS
            SELECT
                *,
                _row_no IN (SELECT _row_no FROM {_REPEATS}) AS {KEY_REPEATED},
                (SELECT as_of FROM {BATCH}) AS {BATCH_DAY}
            FROM {CONFORMED}
            WHERE _kind = 'data'
            """
        )
        yield
    finally:
        _drop(con)


def _drop(con: duckdb.DuckDBPyConnection) -> None:
    for view in (ROWS, CONFORMED):
        con.execute(f"DROP VIEW IF EXISTS {view}")
    for table in (_REPEATS, RULES, BATCH):
        con.execute(f"DROP TABLE IF EXISTS {table}")


def count_kinds(con: duckdb.DuckDBPyConnection) -> Kinds:
    """Count the conformed rows by kind."""
    row = con.execute(
        f"""
        SELECT
            count(*) FILTER (WHERE _kind = 'data'),
            count(*) FILTER (WHERE _kind = 'duplicate'),
            count(*) FILTER (WHERE _kind = 'ignored'),
            count(*),
            count(DISTINCT _row_no)
        FROM {CONFORMED}
        """
    ).fetchone()
    assert row is not None
    return Kinds(*row)


def any_of(conditions: list[str]) -> str:
    """SQL condition: at least one of ``conditions``; false when there is none."""
    return " OR ".join(f"({condition})" for condition in conditions) or "FALSE"


def count_failing(con: duckdb.DuckDBPyConnection, rules: list[Rule]) -> RowCounts:
    """Count failing rows per rule and the rows to quarantine in one pass.

    When the pass fails, rule by rule, so that one broken predicate is named and the others still count.
    """
    import duckdb

    try:
        counts = _pass(con, rules)
        return RowCounts({rule.check_id: n for rule, n in zip(rules, counts, strict=False)}, {}, counts[-1])
    except duckdb.Error:
        failed: dict[str, int | None] = {}
        errors: dict[str, str] = {}
        for rule in rules:
            try:
                failed[rule.check_id] = _pass(con, [rule])[0]
            except duckdb.Error as error:
                failed[rule.check_id] = None
                errors[rule.check_id] = str(error).splitlines()[0]
        sound = [rule for rule in rules if rule.check_id not in errors]
        return RowCounts(failed, errors, _pass(con, sound)[-1])


def _pass(con: duckdb.DuckDBPyConnection, rules: list[Rule]) -> list[int]:
    columns = [f"count(*) FILTER (WHERE {rule.failing})" for rule in rules]
    moved = any_of([rule.failing for rule in rules if rule.action == "quarantine"])
    columns.append(f"count(*) FILTER (WHERE {moved})")
    row = con.execute(f"SELECT {', '.join(columns)} FROM {ROWS}").fetchone()
    assert row is not None
    return list(row)
