"""``srdi source check``: what the night would make of a file, without touching lake or warehouse.

The same two steps as at night (conform, gate) over a lake in a temporary folder. What only the warehouse
knows is not checked: whether the file has shrunk or changed its units against the last good one.
"""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from srdi.conform.report import ConformReport
    from srdi.contracts.loader import Dictionary
    from srdi.contracts.models import Contract
    from srdi.quality.results import GateResult
    from srdi.quality.rules import Rule

CLEAN, FINDINGS, REFUSED, USAGE = 0, 10, 20, 2
SHOWN = 20

SEVERITIES = {"critical": "[red]严重[/red]", "warning": "[yellow]警告[/yellow]", "info": "[dim]提示[/dim]"}
DRIFTS = {
    "new": "多出的列",
    "missing": "缺少的列",
    "renamed": "列改名",
    "reordered": "列换序",
    "retyped": "类型改变",
    "unit": "单位改变",
    "category": "未知取值",
}
ACTIONS = {"stop": "整批退回", "quarantine": "隔离", "record": "仅记录"}
UNITS_ZH = {"yuan": "元", "ratio": "比值"}


@dataclass(frozen=True)
class Trial:
    """A file tried. ``gate`` None when conforming refused it; ``findings``: the first ones, worst first.

    ``caution``: why the night would not take a file of this name as it is; empty when it would.
    """

    file_name: str
    report: ConformReport
    gate: GateResult | None
    findings: list[dict[str, Any]]
    caution: list[str]

    @property
    def refusal(self) -> Any:
        return self.report.refusal or (self.gate.refusal if self.gate else None)

    @property
    def code(self) -> int:
        """The exit code."""
        if self.refusal is not None:
            return REFUSED
        assert self.gate is not None
        lacking = any(drift.kind == "missing" for drift in self.report.drift)
        failed = any(check.outcome != "pass" for check in self.gate.check_results)
        return FINDINGS if failed or lacking or self.gate.findings or self.caution else CLEAN


def check(file: Path, name: str, console: Console, errors: Console) -> int:
    """Try ``file`` against the contract ``name`` and print what was found.

    Returns 0 clean, 10 with findings, 20 refused as a whole, 2 for an unknown source or unreadable file.
    """
    from srdi.contracts.loader import load_contracts, load_dictionary
    from srdi.pull.errors import TransportError

    loaded = load_contracts()
    contract = loaded.contracts.get(name)
    if contract is None:
        broken = [problem for problem in loaded.broken if Path(problem.file).stem == name]
        if broken:
            told = "\n  ".join(str(problem) for problem in broken)
            errors.print(f"[red]✗[/red] 数据源 {escape(name)} 的合同有误，已停用：\n  {escape(told)}")
            return USAGE
        near = difflib.get_close_matches(name, loaded.contracts, n=1, cutoff=0.4)
        guess = f"；是否想写 {near[0]}？" if near else ""
        errors.print(
            f"[red]✗[/red] 没有数据源“{escape(name)}”{guess}\n  可用 / known: {' '.join(loaded.contracts)}"
        )
        return USAGE
    dictionary = load_dictionary()
    try:
        with console.status("试读中 / reading"):
            trial, rules = _try(file, contract, dictionary)
    except OSError as error:
        errors.print(f"[red]✗[/red] 文件 {escape(str(file))} 读不出来：{error.strerror or error}")
        return USAGE
    except TransportError as error:
        errors.print(f"[red]✗[/red] {escape(error.message_zh)}")
        return USAGE
    console.print(render(trial, contract, dictionary, rules))
    return trial.code


def _try(file: Path, contract: Contract, dictionary: Dictionary) -> tuple[Trial, dict[str, Rule]]:
    """Land, conform and judge the file in a lake that is gone afterwards."""
    from srdi.conform.batch import conform
    from srdi.engine.duck import connect
    from srdi.engine.lake import Lake
    from srdi.night import SHANGHAI
    from srdi.pull.landing import Landed, day_in_name, land
    from srdi.quality.gate import validate
    from srdi.quality.rules import rules_for

    now = datetime.now(SHANGHAI)
    as_of, why_not = day_in_name(file.name, contract.as_of)
    caution = []
    if as_of is None:
        caution.append(
            f"{why_not}：夜间会以 no_as_of 整批退回。请在文件名中写明八位数据截止日（如 企业_20250930.csv）；"
            f"本次试读按今天 {now.date()} 继续"
        )
    if not any(fnmatchcase(file.name, pattern) for pattern in contract.arrival.files):
        agreed = "、".join(contract.arrival.files)
        caution.append(f"文件类型不在约定之内（约定：{agreed}），夜间会跳过它")
    with tempfile.TemporaryDirectory(prefix="srdi-check-") as folder:
        lake = Lake(str(Path(folder) / "lake"))
        landed = land(
            lake,
            lambda: file.open("rb"),
            source=contract.id,
            as_of=as_of or now.date(),
            file_name=file.name,
            known=(),
            landed_at=now,
            origin="hand",
        )
        assert isinstance(landed, Landed)
        con = connect(lake, scratch=Path(folder) / "scratch")
        try:
            report = conform(contract, dictionary, landed, lake, con)
            if report.refusal is not None or report.path is None:
                return Trial(file.name, report, None, [], caution), {}
            gate = validate(
                contract,
                dictionary,
                landed,
                report,
                lake.uri(report.path),
                lake,
                con,
                last_good_rows=None,
                day_rows=report.rows_data,
            )
            rules = {rule.check_id: rule for rule in rules_for(contract, dictionary)}
            found = _first_findings(con, lake.uri(gate.finding_path), rules) if gate.finding_path else []
        finally:
            con.close()
        return Trial(file.name, report, gate, found, caution), rules


def _first_findings(con: Any, uri: str, rules: dict[str, Rule]) -> list[dict[str, Any]]:
    """The first ``SHOWN`` findings: those that cost a row first, then by severity, each in row order."""
    from srdi.engine.duck import literal

    moving = [rule.check_id for rule in rules.values() if rule.action == "quarantine"]
    cursor = con.execute(
        f"""
        SELECT row_no, check_id, raw_value, expected
        FROM read_parquet({literal(uri)})
        ORDER BY NOT list_contains(CAST($moving AS VARCHAR[]), check_id),
                 list_position(['critical', 'warning', 'info'], severity), row_no, check_id
        LIMIT {SHOWN}
        """,
        {"moving": moving},
    )
    return [
        dict(zip(("row_no", "check_id", "raw_value", "expected"), row, strict=True))
        for row in cursor.fetchall()
    ]


def render(trial: Trial, contract: Contract, dictionary: Dictionary, rules: dict[str, Rule]) -> Group:
    """The whole report on a file as one printable thing."""
    parts: list[Any] = [_verdict(trial, contract)]
    parts += [f"[yellow]![/yellow] {escape(line)}" for line in trial.caution]
    parts.append(_reading(trial.report))
    if trial.report.columns:
        parts.append(_columns(trial.report, contract, dictionary))
    if trial.report.drift:
        parts.append(_drift(trial.report))
    if trial.gate is not None:
        parts.append(_counts(trial.report, trial.gate))
        parts += _checks(trial.gate, rules)
        parts += _findings(trial, rules)
        parts.append("\n[dim]未与上一份合格数据比较（行数增减、单位改变）：那要到夜间入库时才看。[/dim]")
    return Group(*parts)


def _verdict(trial: Trial, contract: Contract) -> str:
    head = f"[bold]{escape(trial.file_name)}[/bold] · {escape(contract.title.zh)}（{contract.id}）\n"
    refusal = trial.refusal
    if refusal is not None:
        return (
            f"{head}[red]✗ 整批退回 / refused：{refusal.code.value}[/red]\n"
            f"  {escape(refusal.message)}\n"
            f"  怎么办：{escape(refusal.todo)}（docs/runbook.md#{refusal.anchor}）"
        )
    if trial.code == CLEAN:
        return f"{head}[green]✓ 符合合同，没有发现问题 / clean[/green]"
    assert trial.gate is not None
    told = [f"{trial.gate.findings:,} 条发现"] if trial.gate.findings else []
    if trial.gate.counts.quarantined:
        told.append(f"{trial.gate.counts.quarantined:,} 行会被隔离")
    return f"{head}[yellow]! 可以入库，但有问题 / with findings[/yellow]：{'，'.join(told) or '见下'}"


def _reading(report: ConformReport) -> str:
    told = []
    if report.encoding:
        told.append(f"编码 {report.encoding}")
    if report.sheet:
        told.append(f"工作表“{escape(report.sheet)}”")
    if report.header_row:
        told.append(f"表头在第 {report.header_row} 行")
    return f"\n读法 / reading：{' · '.join(told) if told else '没有读到表头'}"


def _table(title: str, *columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _columns(report: ConformReport, contract: Contract, dictionary: Dictionary) -> Group:
    table = _table("列的对应 / columns", "文件里的表头", "字段", "含义", "单位")
    for header, name in report.columns.items():
        meaning, unit = dictionary.fields[name], report.units.get(name)
        stored = UNITS_ZH.get(meaning.unit or "", meaning.unit or "")
        shown = "" if unit is None else unit if unit == stored else f"{unit} → {stored}"
        table.add_row(escape(header), name, escape(meaning.zh), shown)
    for name in contract.fields:
        if name not in report.columns.values():
            table.add_row("[dim]（没有这一列）[/dim]", f"[dim]{name}[/dim]", dictionary.fields[name].zh, "")
    return Group("", table)


def _drift(report: ConformReport) -> Group:
    table = _table("与合同的差异 / drift", "差异", "列", "说明", "处置")
    for drift in report.drift:
        cells = (DRIFTS[drift.kind], drift.column or "—", drift.detail, ACTIONS[drift.action])
        table.add_row(*[escape(cell) for cell in cells])
    return Group("", table)


def _counts(report: ConformReport, gate: GateResult) -> str:
    counts = gate.counts
    names = {"落地 landed": counts.landed}
    if gate.refusal is None:
        names |= {"入库 staged": counts.staged, "隔离 quarantined": counts.quarantined}
    names |= {"重复 duplicate": counts.duplicate, "忽略 ignored": counts.ignored}
    line = " · ".join(f"{name} [bold]{number:,}[/bold]" for name, number in names.items())
    ragged = ""
    if report.rows_long or report.rows_short:
        ragged = f"\n  其中 {report.rows_long:,} 行比表头多出内容，{report.rows_short:,} 行比表头短"
    return f"\n行数 / rows：{line}{ragged}"


def _checks(gate: GateResult, rules: dict[str, Rule]) -> list[Any]:
    """The checks that did not pass."""
    failed = [check for check in gate.check_results if check.outcome != "pass"]
    if not failed:
        return [f"\n检查 / checks：{len(gate.check_results)} 项全部通过"]
    total = len(gate.check_results)
    title = f"未通过的检查 / failed checks：{total} 项中 {len(failed)} 项"
    table = _table(title, "检查", "级别", "行数", "占比", "后果", "说明", right=("行数", "占比"))
    for one in failed:
        rule = rules.get(one.check_id)
        what = f"{rule.label_zh}{rule.message_zh}" if rule and one.outcome == "fail" else one.message_zh
        table.add_row(
            one.check_id,
            SEVERITIES[one.severity] if one.outcome == "fail" else "[red]检查出错[/red]",
            "—" if one.rows_failed is None else f"{one.rows_failed:,}",
            "—" if one.share_failed is None else f"{one.share_failed * 100:.2f}%",
            ACTIONS[rule.action] if rule else "—",
            escape(what),
        )
    return [Group("", table)]


def _findings(trial: Trial, rules: dict[str, Rule]) -> list[Any]:
    """The first findings: where, what was received, what was expected, what to do."""
    if not trial.findings:
        return []
    assert trial.gate is not None
    title = f"发现 / findings：共 {trial.gate.findings:,} 条"
    if trial.gate.findings > len(trial.findings):
        title += f"，列出最要紧的 {len(trial.findings)} 条"
    table = _table(title, "行", "字段", "收到", "应为", "问题与处理", right=("行",))
    for row in trial.findings:
        rule = rules[row["check_id"]]
        colour = "red" if rule.action == "quarantine" else "yellow" if rule.severity != "info" else "dim"
        raw = row["raw_value"] or ""
        table.add_row(
            f"{row['row_no']:,}",
            escape("、".join(rule.labels)),
            escape(raw if len(raw) <= 60 else raw[:60] + "…") or "[dim]（空）[/dim]",
            escape(row["expected"] or ""),
            f"[{colour}]{escape(rule.message_zh)}[/{colour}]；{escape(rule.todo_zh)}",
        )
    return [Group("", table)]
