"""The Great Expectations suite of a batch: built from the rules, run on DuckDB, read back as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from srdi.contracts.models import Severity
from srdi.quality.rows import ROWS
from srdi.quality.rules import Rule

if TYPE_CHECKING:
    import duckdb

SEVERITY_ZH: dict[Severity, str] = {"critical": "严重", "warning": "警告", "info": "提示"}


@dataclass(frozen=True)
class Expected:
    """One expectation: ``query`` is DuckDB SQL with ``{rows}`` for the data rows; every row it gives fails.

    ``unit``: Chinese sentence for Data Docs with ``{n}`` for the observed number.
    """

    check_id: str
    severity: Severity
    title: str
    query: str
    unit: str = "{n} 行不符合"


@dataclass(frozen=True)
class SuiteRun:
    """What Great Expectations saw.

    ``observed``: check id → number of failing rows, missing where the check crashed.
    ``crashed``: check id → first line of its exception. ``raw``: the library's own result, for Data Docs.
    """

    observed: dict[str, int]
    crashed: dict[str, str]
    raw: Any


def of_rule(rule: Rule) -> Expected:
    """A row rule as expectation, with the rule's own predicate."""
    return Expected(
        rule.check_id,
        rule.severity,
        f"没有一行{rule.label_zh}{rule.message_zh}",
        f"SELECT _row_no FROM {{rows}} WHERE {rule.failing}",
    )


def run_suite(con: duckdb.DuckDBPyConnection, name: str, expected: Sequence[Expected]) -> SuiteRun:
    """Run all expectations on ``quality_rows`` of ``con``.

    Raises what the library raises when the suite as a whole cannot run; a single crash is in ``crashed``.
    """
    from srdi.quality import shim

    gx = shim.load()
    from great_expectations.expectations.metadata_types import FailureSeverity

    from srdi.quality.expectations import NoRowFails

    batch = shim.open_batch(con, ROWS)
    suite = gx.ExpectationSuite(name=name)
    for item in expected:
        # the library's placeholder goes in after escaping, else it would be escaped with the rest
        before, _, after = item.query.partition("{rows}")
        query = f"{shim.as_query_text(before)}{{batch}}{shim.as_query_text(after)}"
        meta = {
            "check_id": item.check_id,
            "title": item.title,
            "unit": item.unit,
            "severity": SEVERITY_ZH[item.severity],
        }
        suite.add_expectation(
            NoRowFails(unexpected_rows_query=query, severity=FailureSeverity(item.severity), meta=meta)
        )
    raw = batch.validate(suite)
    order = {item.check_id: n for n, item in enumerate(expected)}
    raw.results.sort(key=lambda one: order[one.expectation_config.meta["check_id"]])
    observed: dict[str, int] = {}
    crashed: dict[str, str] = {}
    for one in raw.results:
        check_id = one.expectation_config.meta["check_id"]
        value = one.result.get("observed_value")
        if value is None:
            crashed[check_id] = _first_line(one.exception_info)
        else:
            observed[check_id] = int(value)
    return SuiteRun(observed, crashed, raw)


def _first_line(info: Any) -> str:
    """The message inside the library's exception record, which is flat or nested by metric."""
    records = [info] if "exception_message" in info else list(info.values())
    for record in records:
        message = record.get("exception_message") if isinstance(record, dict) else None
        if message:
            return str(message).strip().splitlines()[0]
    return "no message"
