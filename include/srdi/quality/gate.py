"""The gate: is this batch good enough to use? Great Expectations before the split, checked by our own counts.

Reads one conformed Parquet, writes staged, quarantine and finding Parquets, returns the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from srdi.contracts.models import Contract
from srdi.contracts.refusals import Refusal, RefusalCode, refuse
from srdi.engine.lake import Lake
from srdi.quality import split
from srdi.quality.results import CheckResult, Counts, GateResult
from srdi.quality.rows import Kinds, RowCounts, count_failing, count_kinds, gate_rows
from srdi.quality.rules import FieldDictionary, Rule, rules_for
from srdi.quality.suite import SuiteRun, of_rule, run_suite
from srdi.quality.tables import COLUMNS, TableCheck, missing_columns, percent, share_of, table_checks

if TYPE_CHECKING:
    import duckdb


class LandedFile(Protocol):
    """What is needed of :class:`srdi.pull.landing.Landed`."""

    @property
    def batch_id(self) -> str: ...
    @property
    def file_name(self) -> str: ...
    @property
    def as_of(self) -> date | None: ...


class Conformed(Protocol):
    """What is needed of the conform report: whether the batch was refused, and its counts."""

    @property
    def refusal(self) -> Refusal | None: ...
    @property
    def rows_landed(self) -> int: ...
    @property
    def rows_duplicate(self) -> int: ...
    @property
    def rows_ignored(self) -> int: ...


@dataclass(frozen=True)
class _Seen:
    """Everything measured on one batch before the verdict."""

    rules: list[Rule]
    tables: list[TableCheck]
    kinds: Kinds
    ours: RowCounts
    theirs: SuiteRun


def validate(
    contract: Contract,
    dictionary: FieldDictionary,
    landed: LandedFile,
    report: Conformed,
    conformed_uri: str,
    lake: Lake,
    con: duckdb.DuckDBPyConnection,
    *,
    last_good_rows: int | None,
    day_rows: int,
    docs_dir: Path | None = None,
) -> GateResult:
    """Validate one conformed batch and split it.

    ``last_good_rows``: rows of the last good earlier day, None when there is none; ``day_rows``: rows of
    this batch's day over all its parts, this batch included. ``docs_dir``: where the Data Docs page goes.

    Accepted: staged, quarantine and finding files are written and every row is accounted for. Refused: only
    the finding file is, and :attr:`GateResult.refusal` says why. A check that crashes, or whose count by
    Great Expectations differs from ours, is an ``error`` and refuses the batch as ``internal``: nothing is
    known about its data. Bad data never raises.
    """
    stopped = _stopped_before_rows(contract, landed, report, conformed_uri, con)
    if stopped is not None:
        return stopped
    rules = rules_for(contract, dictionary)
    with gate_rows(
        con,
        contract,
        rules,
        conformed_uri,
        batch_id=landed.batch_id,
        file_name=landed.file_name,
        as_of=landed.as_of,
    ):
        kinds = count_kinds(con)
        ours = count_failing(con, rules)
        tables = table_checks(
            contract,
            rules,
            landed,
            rows=kinds.data,
            quarantined=ours.quarantined,
            day_rows=day_rows,
            last_good_rows=last_good_rows,
        )
        suite_name = f"{contract.title.zh} · {landed.batch_id}"
        try:
            theirs = run_suite(
                con, suite_name, [*(of_rule(rule) for rule in rules), *(t.expected for t in tables)]
            )
        except Exception as error:  # whatever the library does, it must not look like bad data
            theirs = SuiteRun({}, {"gate.run": f"{type(error).__name__}: {error}".splitlines()[0]}, None)
        seen = _Seen(rules, tables, kinds, ours, theirs)
        checks = _check_results(seen)
        refusal = _refusal(seen, checks, landed)
        findings = split.write_findings(
            con, lake, rules, ours.failed, landed.batch_id, cut_all=refusal is not None
        )
        samples = split.samples(con, lake, rules, landed.batch_id, dictionary)
        checks = [replace(check, sample=samples.get(check.check_id, [])) for check in checks]
        counts = Counts(kinds.total, 0, 0, kinds.duplicate, kinds.ignored)
        if refusal is None:
            try:
                counts = split.write_split(con, lake, contract, rules, landed.batch_id)
            except split.AccountingError as error:
                checks.append(_accounting_error(kinds, error))
                refusal = refuse(RefusalCode.INTERNAL, file=landed.file_name, detail=f"行数不平：{error}")
    page, notes = _docs_page(seen, suite_name, docs_dir, contract, landed.batch_id)
    result = GateResult(
        landed.batch_id,
        "refused" if refusal else "accepted",
        refusal,
        counts,
        [*checks, *notes],
        findings,
        finding_path=split.finding_path(landed.batch_id),
        docs_page=page,
    )
    if refusal is not None:
        return result
    return replace(
        result,
        staged_path=split.staged_path(contract.id, landed.batch_id),
        quarantine_path=split.quarantine_path(landed.batch_id),
    )


def _stopped_before_rows(
    contract: Contract,
    landed: LandedFile,
    report: Conformed,
    conformed_uri: str,
    con: duckdb.DuckDBPyConnection,
) -> GateResult | None:
    """The verdict on a batch whose rows cannot be looked at, None for all others."""
    counts = Counts(report.rows_landed, 0, 0, report.rows_duplicate, report.rows_ignored)
    if report.refusal is not None:
        return GateResult(landed.batch_id, "refused", report.refusal, counts, [])
    lacking = missing_columns(con, contract, conformed_uri)
    if not lacking:
        return None
    detail = f"规整后的文件缺少列：{'、'.join(lacking)}"
    check = _error(COLUMNS, report.rows_landed, detail)
    refusal = refuse(RefusalCode.INTERNAL, file=landed.file_name, detail=detail)
    return GateResult(landed.batch_id, "refused", refusal, counts, [check])


def _docs_page(
    seen: _Seen, title: str, folder: Path | None, contract: Contract, batch_id: str
) -> tuple[Path | None, list[CheckResult]]:
    """The Data Docs page, or a note that it could not be built: a page is no reason to lose a batch."""
    if folder is None or seen.theirs.raw is None:
        return None, []
    from srdi.quality.docs import write_page

    try:
        return write_page(seen.theirs.raw, title, folder, contract.id, batch_id), []
    except Exception as error:
        message = f"检验报告页面未能生成（不影响数据）：{type(error).__name__}: {error}"
        return None, [CheckResult("docs.page", "info", "error", 0, None, None, None, message)]


def _check_results(seen: _Seen) -> list[CheckResult]:
    rows = seen.kinds.data
    results = []
    for rule in seen.rules:
        failed = seen.ours.failed[rule.check_id]
        trouble = seen.ours.errors.get(rule.check_id) or _disagreement(seen.theirs, rule.check_id, failed)
        if trouble:
            results.append(_error(rule.check_id, rows, trouble))
            continue
        assert failed is not None
        results.append(
            CheckResult(
                rule.check_id,
                rule.severity,
                "fail" if failed else "pass",
                rows,
                failed,
                share_of(failed, rows),
                Decimal(0) if rule.severity == "critical" else None,
                _told(rule, rows, failed),
            )
        )
    for table in seen.tables:
        trouble = _disagreement(seen.theirs, table.expected.check_id, int(table.fails))
        results.append(
            _error(table.expected.check_id, table.rows_checked, trouble) if trouble else table.result()
        )
    if not seen.theirs.observed:
        results.append(_error("gate.run", rows, seen.theirs.crashed.get("gate.run", "没有得到任何检查结果")))
    return results


def _told(rule: Rule, rows: int, failed: int) -> str:
    what = rule.label_zh + rule.message_zh
    if not failed:
        return f"{rows} 行中未发现：{what}"
    return f"{rows} 行中有 {failed} 行：{what}。应为：{rule.expected_zh}。{rule.todo_zh}。"


def _disagreement(theirs: SuiteRun, check_id: str, ours: int | None) -> str | None:
    """Why this check cannot be trusted, or None."""
    if check_id in theirs.crashed:
        return theirs.crashed[check_id]
    if check_id not in theirs.observed:
        return "检查没有运行"
    if theirs.observed[check_id] != ours:
        return f"两种算法的结果不一致：{theirs.observed[check_id]} 与 {ours}"
    return None


def _error(check_id: str, rows: int, trouble: str) -> CheckResult:
    message = f"检查 {check_id} 未能完成（不是数据问题）：{trouble}。请交给系统维护人员。"
    return CheckResult(check_id, "critical", "error", rows, None, None, None, message)


def _accounting_error(kinds: Kinds, error: Exception) -> CheckResult:
    return _error("table.accounting", kinds.total, f"行数不平：{error}")


def _refusal(seen: _Seen, checks: list[CheckResult], landed: LandedFile) -> Refusal | None:
    """The first reason to refuse: no verdict possible, then the table checks in order, then critical rules."""
    errors = [check for check in checks if check.outcome == "error"]
    if errors:
        names = "、".join(check.check_id for check in errors[:5])
        detail = f"{len(errors)} 项检查未能完成（{names}）：{errors[-1].message_zh}"
        return refuse(RefusalCode.INTERNAL, file=landed.file_name, detail=detail)
    for table in seen.tables:
        if table.fails and table.refusal is not None:
            return table.refusal
    for rule in seen.rules:
        failed = seen.ours.failed[rule.check_id]
        if rule.severity == "critical" and failed:
            share = percent(share_of(failed, seen.kinds.data))
            limit = f"0（{rule.label_zh}{rule.message_zh}：一行都不允许，实有 {failed} 行）"
            return refuse(RefusalCode.QUARANTINE_SHARE, file=landed.file_name, share=share, limit=limit)
    return None
