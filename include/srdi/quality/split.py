"""The split of a batch: rows to stage, rows to quarantine, and what was found, each as one Parquet file.

By row number and set-based; Great Expectations caps its row lists, so it decides nothing about single rows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from srdi.contracts.models import Contract
from srdi.engine.duck import literal
from srdi.engine.lake import Lake
from srdi.quality.results import Counts
from srdi.quality.rows import BATCH, CONFORMED, ROWS, RULES, any_of
from srdi.quality.rules import FieldDictionary, Rule, quoted

if TYPE_CHECKING:
    import duckdb

SAMPLE_ROWS = 5
# a column gone wrong makes a finding of every row; beyond this many they tell nothing new and fill the
# warehouse. A row that goes to quarantine is never without its finding.
FINDINGS_PER_RULE = 20_000
_RAW_SHOWN = 80  # characters of a raw value repeated in a message


class AccountingError(RuntimeError):
    """The rows of a batch do not add up: a defect of ours, never of the data."""


def staged_path(source: str, batch_id: str) -> str:
    return f"staged/{source}/{batch_id}.parquet"


def quarantine_path(batch_id: str) -> str:
    return f"quarantine/{batch_id}.parquet"


def finding_path(batch_id: str) -> str:
    return f"finding/{batch_id}.parquet"


def write_findings(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    rules: list[Rule],
    failed: dict[str, int | None],
    batch_id: str,
    *,
    cut_all: bool,
) -> int:
    """Write one finding per failing row and rule, ordered by row then rule; returns their number.

    Of a rule that only records, and with ``cut_all`` (a refused batch) of every rule, the first
    ``FINDINGS_PER_RULE`` rows; the check result counts them all.
    """
    branches = [
        f"(SELECT {n} AS n, _row_no, {_raw_sql(rule)} AS raw_value FROM {ROWS} WHERE {rule.failing}"
        + (f" ORDER BY _row_no LIMIT {FINDINGS_PER_RULE})" if cut_all or rule.action == "record" else ")")
        for n, rule in enumerate(rules)
        if failed.get(rule.check_id)
    ] or ["SELECT 0 AS n, 0::BIGINT AS _row_no, NULL::VARCHAR AS raw_value WHERE FALSE"]
    raw = f"""CASE WHEN coalesce(raw_value, '') = '' THEN '空'
                 WHEN length(raw_value) > {_RAW_SHOWN} THEN left(raw_value, {_RAW_SHOWN}) || '…'
                 ELSE raw_value END"""
    return _copy(
        con,
        lake,
        f"""
        WITH failing AS ({" UNION ALL ".join(branches)})
        SELECT
            batch_id,
            _row_no AS row_no,
            field,
            check_id,
            severity,
            raw_value,
            expected,
            '文件 ' || file_name || ' 第 ' || _row_no || ' 行' || label || '：' || message
                || '（收到：' || {raw} || '）。应为：' || expected || '。' || todo || '。' AS message_zh
        FROM failing JOIN {RULES} USING (n) CROSS JOIN {BATCH}
        ORDER BY _row_no, n
        """,
        finding_path(batch_id),
    )


def _raw_sql(rule: Rule) -> str:
    """SQL: what was received in the rule's fields; several are named."""
    if len(rule.fields) == 1:
        return quoted(f"{rule.fields[0]}__raw")
    parts = [
        f"{literal(label + '=')} || coalesce({quoted(f'{name}__raw')}, '')"
        for name, label in zip(rule.fields, rule.labels, strict=True)
    ]
    return f"concat_ws('；', {', '.join(parts)})"


def write_split(
    con: duckdb.DuckDBPyConnection, lake: Lake, contract: Contract, rules: list[Rule], batch_id: str
) -> Counts:
    """Write the staged and the quarantine file, read them back and account for every row.

    Both are in the order of ``_row_no``; sorted, because a join (of repeated keys) keeps no order.
    Raises :class:`AccountingError`, with the staged file removed, when landed rows are not exactly the
    disjoint union of staged, quarantined, duplicate and ignored row numbers.
    """
    moved = any_of([rule.failing for rule in rules if rule.action == "quarantine"])
    # one JSON object per row, of kinds we wrote ourselves: plain words, no escaping needed
    kinds = ", ".join(
        f"CASE WHEN {m} <> 'not_reported' THEN '\"{name}\":\"' || {m} || '\"' END"
        for name in contract.fields
        for m in [quoted(f"{name}__missing")]
    )
    fields = ", ".join(quoted(name) for name in contract.fields)
    staged, quarantine = staged_path(contract.id, batch_id), quarantine_path(batch_id)
    _copy(
        con,
        lake,
        f"""
        SELECT
            (SELECT batch_id FROM {BATCH}) AS _batch_id,
            _row_no,
            {fields},
            '{{' || nullif(concat_ws(',', {kinds}), '') || '}}' AS _missing
        FROM {ROWS}
        WHERE NOT ({moved})
        ORDER BY _row_no
        """,
        staged,
    )
    key = ", ".join(
        f"coalesce(CAST({quoted(name)} AS VARCHAR), {quoted(f'{name}__raw')}, '')" for name in contract.key
    )
    _copy(
        con,
        lake,
        f"""
        SELECT
            (SELECT batch_id FROM {BATCH}) AS batch_id,
            _row_no AS row_no,
            (SELECT source FROM {BATCH}) AS source,
            (SELECT file_name FROM {BATCH}) AS file_name,
            _raw_row AS raw_row,
            concat_ws('|', {key}) AS business_key,
            'open' AS state
        FROM {ROWS}
        WHERE {moved}
        ORDER BY row_no
        """,
        quarantine,
    )
    try:
        return account(con, lake.uri(staged), lake.uri(quarantine))
    except AccountingError:
        lake.filesystem.rm(lake.uri(staged))
        raise


def account(con: duckdb.DuckDBPyConnection, staged_uri: str, quarantine_uri: str) -> Counts:
    """Count every set of row numbers from what was written. Raises :class:`AccountingError`."""
    row = con.execute(
        f"""
        WITH parts AS (
            SELECT 'staged' AS part, _row_no FROM read_parquet({literal(staged_uri)})
            UNION ALL
            SELECT 'quarantined', row_no FROM read_parquet({literal(quarantine_uri)})
            UNION ALL
            SELECT _kind, _row_no FROM {CONFORMED} WHERE _kind <> 'data'
        ),
        landed AS (
            SELECT DISTINCT _row_no FROM {CONFORMED}
        )
        SELECT
            (SELECT count(*) FROM landed),
            count(DISTINCT _row_no) FILTER (WHERE part = 'staged'),
            count(DISTINCT _row_no) FILTER (WHERE part = 'quarantined'),
            count(DISTINCT _row_no) FILTER (WHERE part = 'duplicate'),
            count(DISTINCT _row_no) FILTER (WHERE part = 'ignored'),
            (SELECT count(*) FROM {CONFORMED}),
            count(*),
            count(*) FILTER (WHERE _row_no NOT IN (SELECT _row_no FROM landed))
        FROM parts
        """
    ).fetchone()
    assert row is not None
    counts, (physical, written, strangers) = Counts(*row[:5]), row[5:]
    if not counts.add_up or physical != counts.landed or written != counts.landed or strangers:
        raise AccountingError(
            f"landed {counts.landed} rows ({physical} physical), staged {counts.staged}, quarantined"
            f" {counts.quarantined}, duplicate {counts.duplicate}, ignored {counts.ignored}, unknown {strangers}"
        )
    return counts


def samples(
    con: duckdb.DuckDBPyConnection, lake: Lake, rules: list[Rule], batch_id: str, dictionary: FieldDictionary
) -> dict[str, list[dict[str, Any]]]:
    """The first failing rows of each rule; values of sensitive fields stay out."""
    found = con.execute(
        f"""
        SELECT check_id, to_json(arg_min({{row_no: row_no, raw_value: raw_value}}, row_no, {SAMPLE_ROWS}))
        FROM read_parquet({literal(lake.uri(finding_path(batch_id)))})
        GROUP BY check_id
        """
    ).fetchall()
    hidden = {
        rule.check_id for rule in rules if any(dictionary.fields[name].sensitive for name in rule.fields)
    }
    result: dict[str, list[dict[str, Any]]] = {}
    for check_id, text in found:
        result[check_id] = [
            {"row_no": row["row_no"]} if check_id in hidden else row for row in json.loads(text)
        ]
    return result


def _copy(con: duckdb.DuckDBPyConnection, lake: Lake, query: str, path: str) -> int:
    uri = lake.make_room(path)
    row = con.execute(f"COPY ({query}) TO {literal(uri)} (FORMAT parquet, COMPRESSION zstd)").fetchone()
    return int(row[0]) if row else 0
