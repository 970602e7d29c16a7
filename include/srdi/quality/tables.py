"""Checks on a batch as a whole: are there rows, as many as usual, and not too many bad ones."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from srdi.contracts.models import Contract, Severity
from srdi.contracts.refusals import Refusal, RefusalCode, refuse
from srdi.engine.duck import literal
from srdi.quality.results import CheckResult
from srdi.quality.rows import any_of
from srdi.quality.rules import Rule
from srdi.quality.suite import Expected

if TYPE_CHECKING:
    import duckdb

    from srdi.quality.gate import LandedFile

NOT_EMPTY = "table.not_empty"
COLUMNS = "table.columns"
QUARANTINE_SHARE = "table.quarantine_share"
VOLUME = "table.volume"
_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class TableCheck:
    """One check on the whole batch: what Great Expectations runs and what we found ourselves.

    ``fails``: our own verdict. ``refusal``: why the batch is refused when it fails, None when it is only noted.
    """

    expected: Expected
    fails: bool
    rows_checked: int
    rows_failed: int
    share: Decimal | None
    tolerance: Decimal | None
    message: str
    refusal: Refusal | None = None

    def result(self) -> CheckResult:
        """As a check result; call it only when both counts agree."""
        return CheckResult(
            self.expected.check_id,
            self.expected.severity,
            "fail" if self.fails else "pass",
            self.rows_checked,
            self.rows_failed,
            self.share,
            self.tolerance,
            self.message,
        )


def table_checks(
    contract: Contract,
    rules: list[Rule],
    landed: LandedFile,
    *,
    rows: int,
    quarantined: int,
    day_rows: int,
    last_good_rows: int | None,
) -> list[TableCheck]:
    """All table checks of one batch, in the order in which they may refuse it. Counts are data rows."""
    return [
        _columns(contract, rows),
        _not_empty(contract, landed, rows),
        _volume(contract, landed, rows, day_rows, last_good_rows),
        _quarantine_share(contract, rules, landed, rows, quarantined),
    ]


def needed_columns(contract: Contract) -> list[str]:
    """The columns a conformed file of this source must have."""
    fields = [f"{name}{suffix}" for name in contract.fields for suffix in ("", "__raw", "__missing")]
    return ["_row_no", "_kind", "_raw_row", *fields]


def missing_columns(con: duckdb.DuckDBPyConnection, contract: Contract, conformed_uri: str) -> list[str]:
    """Which of the needed columns the conformed file lacks; nothing else can be checked without them."""
    found = {
        row[0] for row in con.execute(f"DESCRIBE FROM read_parquet({literal(conformed_uri)})").fetchall()
    }
    return [column for column in needed_columns(contract) if column not in found]


def _columns(contract: Contract, rows: int) -> TableCheck:
    needed = ", ".join(f"('{column}')" for column in needed_columns(contract))
    query = (
        f"SELECT name FROM (VALUES {needed}) AS needed(name)"
        " WHERE name NOT IN (SELECT column_name FROM (DESCRIBE SELECT * FROM {rows}))"
    )
    return TableCheck(
        Expected(COLUMNS, "critical", "约定的列齐全", query, "缺少 {n} 列"),
        False,
        rows,
        0,
        None,
        None,
        "约定的列齐全",
    )


def _not_empty(contract: Contract, landed: LandedFile, rows: int) -> TableCheck:
    empty = rows == 0
    return TableCheck(
        Expected(
            NOT_EMPTY,
            "info" if contract.allow_empty else "critical",
            "文件有数据行",
            "SELECT count(*) FROM {rows} HAVING count(*) = 0",
            "{n}（1 表示没有数据行）",
        ),
        empty,
        rows,
        0,
        None,
        None,
        "文件没有数据行" + ("，约定允许" if contract.allow_empty else "") if empty else f"有 {rows} 行数据",
        None
        if contract.allow_empty
        else refuse(RefusalCode.EMPTY, file=landed.file_name, detail="表头以下没有可用的数据行"),
    )


def _volume(
    contract: Contract, landed: LandedFile, rows: int, day_rows: int, last_good_rows: int | None
) -> TableCheck:
    """Rows of the day against the last good day's; only a snapshot can shrink or grow as a whole."""
    low, high = Decimal(str(contract.volume.minimum)), Decimal(str(contract.volume.maximum))
    stops = contract.mode == "snapshot" and contract.volume.action == "stop"
    severity: Severity = "critical" if stops else "warning"
    if not last_good_rows:
        # nothing to compare with (an empty list may well have been good): no bound, but still a result
        query = "SELECT count(*) FROM {rows} HAVING count(*) < 0"
        return TableCheck(
            Expected(VOLUME, severity, "行数与上一份合格数据相当", query, "{n}（1 表示超出）"),
            False,
            day_rows,
            0,
            None,
            None,
            f"当日 {day_rows} 行；没有更早的合格数据可比",
        )
    least, most = low * last_good_rows, high * last_good_rows
    others = day_rows - rows
    # A day may come in parts and be corrected by a second full file: only a single file can be too large.
    shrunk, grown = day_rows < least, rows > most
    limit = low if shrunk else high
    where = f"上一份合格数据 {last_good_rows} 行，允许 {percent(low)} 至 {percent(high)}"
    refusal = None
    if stops and (shrunk or grown):
        refusal = refuse(
            RefusalCode.SHRUNK if shrunk else RefusalCode.GROWN,
            source=contract.title.zh,
            as_of=landed.as_of,
            rows=day_rows if shrunk else rows,
            last=last_good_rows,
            limit=percent(limit),
        )
    query = (
        f"SELECT count(*) + ({others}) AS day_rows FROM {{rows}}"
        f" HAVING count(*) + ({others}) < {least:f} OR count(*) > {most:f}"
    )
    return TableCheck(
        Expected(VOLUME, severity, f"行数与上一份合格数据相当（{where}）", query, "{n}（1 表示超出）"),
        shrunk or grown,
        day_rows,
        0,
        share_of(day_rows, last_good_rows),
        limit if shrunk or grown else None,
        f"当日 {day_rows} 行，{where}" + ("；行数偏少" if shrunk else "；行数偏多" if grown else ""),
        refusal,
    )


def _quarantine_share(
    contract: Contract, rules: list[Rule], landed: LandedFile, rows: int, quarantined: int
) -> TableCheck:
    limit = Decimal(str(contract.quarantine_share))
    share = share_of(quarantined, rows)
    fails = quarantined > limit * rows
    moved = any_of([rule.failing for rule in rules if rule.action == "quarantine"])
    return TableCheck(
        Expected(
            QUARANTINE_SHARE,
            "critical",
            f"须隔离的行不超过 {percent(limit)}",
            f"SELECT count(*) FROM {{rows}} HAVING count(*) FILTER (WHERE {moved}) > {limit:f} * count(*)",
            "{n}（1 表示超出）",
        ),
        fails,
        rows,
        quarantined,
        share,
        limit,
        f"{rows} 行中有 {quarantined} 行须隔离（{percent(share)}），约定上限 {percent(limit)}",
        refuse(
            RefusalCode.QUARANTINE_SHARE, file=landed.file_name, share=percent(share), limit=percent(limit)
        )
        if fails
        else None,
    )


def percent(share: Decimal) -> str:
    """A share as people write it: ``12.5%``."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"


def share_of(part: int, rows: int) -> Decimal:
    """``part`` of ``rows`` as a share, zero where there are no rows."""
    return (Decimal(part) / rows).quantize(_PLACES) if rows else Decimal(0)
