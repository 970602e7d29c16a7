"""Prints the summary of a night and keeps a copy as Markdown and as a picture."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.terminal_theme import DIMMED_MONOKAI
from sqlalchemy import create_engine

from srdi.local.services import Services
from srdi.reports.summary import Summary, summarise
from srdi.reports.words import STAGES, TERMS

WIDTH = 118
NAMED = 8
# Chinese characters two cells wide, whatever fonts there are; nothing is loaded from elsewhere.
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>srdi nightly</title>
<style>i{{display:inline-block;width:.5em;overflow:hidden;font:14px/1 'DejaVu Sans Mono',monospace;vertical-align:bottom}}</style>
<body style="margin:0;background:{background};color:{foreground}"><pre style="padding:1.2rem;line-height:1.35;
font:14px 'Noto Sans Mono CJK SC','Sarasa Mono SC',monospace"><code style="font-family:inherit">{code}</code></pre></body></html>"""


def show_summary(
    services: Services, dag_run_id: str, state: str, console: Console, seconds: dict[str, float] | None = None
) -> int:
    """Print how the night ended; returns the exit code."""
    from srdi.contracts.loader import load_contracts
    from srdi.night import run_id_of
    from srdi.policy.loader import load

    packs = load()
    broken = [str(problem) for problem in load_contracts().broken]
    broken += [str(problem) for problem in packs.broken]
    broken += [f"{measure}：{why}" for measure, why in packs.out.items()]
    run_id = run_id_of("recompute", dag_run_id)
    engine = create_engine(services.reader_url)
    try:
        with engine.connect() as conn:
            summary = summarise(conn, run_id, broken)
    except LookupError:
        console.print(
            f"[red]✗ 未发布 / nothing published[/red]：运行 {dag_run_id} 结束为 {state}，"
            f"日志在 {services.airflow.logs / 'tasks'}，处置见 docs/runbook.md#recompute"
        )
        return 20
    finally:
        engine.dispose()
    text = render(summary, services, state, seconds or {})
    console.print(text)
    _keep(text, services.settings.home / "reports", f"{summary.run['biz_date']}_{run_id}")
    if state != "success" or not (summary.published or summary.run["dry_run"]):
        return 20
    return 10 if summary.warnings else 0


COUNTINGS = {"stock": "存量", "flow": "当期", "cumulative": "累计", "mean": "平均"}


def render(summary: Summary, services: Services, state: str, seconds: dict[str, float]) -> Group:
    """The whole summary as one printable thing."""
    parts: list[RenderableType] = [_verdict(summary, state)]
    parts += [_batches(summary), _lists(summary), _coverage(summary)]
    if summary.requirements:
        parts.append(_requirements(summary))
    if summary.targets:
        parts.append(_targets(summary))
    if summary.financing:
        parts.append(_financing(summary))
    if summary.refused:
        parts.append(_refused(summary))
    parts.append(_notes(summary))
    parts.append(_times(summary, seconds))
    parts.append(_next(summary, services))
    return Group(*parts)


def _verdict(summary: Summary, state: str) -> Panel:
    run = summary.run
    words = {
        "published": ("green", "已发布 / published"),
        "unchanged": ("green", "没有变化：与上次发布相同 / nothing changed"),
        "dry_run": ("cyan", "试算完成，未发布 / dry run, nothing published"),
        "held": ("yellow", "待确认，未发布：名单变化异常 / held for a person"),
    }
    colour, sentence = words.get(
        run["state"], ("red", f"未发布 / nothing published（{run['state']}，{state}）")
    )
    if summary.published and summary.warnings:
        colour = "yellow"
        sentence += "，但有警告 / with warnings\n" + "\n".join(
            f"⚠ {escape(line)}" for line in summary.warnings
        )
    sample = "示范数据 / sample data · " if summary.sample else ""
    title = f"{sample}业务日期 {run['biz_date']} · 运行 {run['run_id']} · 规则 {run['rule_version'] or '—'}"
    return Panel(sentence, title=title, border_style=colour, width=WIDTH)


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", width=WIDTH, box=None, padding=(0, 1)
    )
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", overflow="fold")
    return table


def _batches(summary: Summary) -> Table:
    table = _table("批次 / batches", "数据源", "批", "新", "落地", "入库", "隔离", "重复", "忽略")
    names = ("batches", "new", "landed", "staged", "quarantined", "duplicate", "ignored")
    for row in summary.batches:
        table.add_row(row["source"], *[f"{row[name]:,}" for name in names])
    table.add_row("合计", *[f"{sum(row[name] for row in summary.batches):,}" for name in names], style="bold")
    return table


def _lists(summary: Summary) -> Table:
    table = _table("白名单 / whitelists", "指标", "在册", "待核", "排除", "有提示", "新进", "退出")
    for row in summary.lists:
        cells = [row[name] for name in ("listed", "review", "excluded", "warned", "entered", "gone")]
        table.add_row(row["measure_id"], *["—" if cell is None else f"{cell:,}" for cell in cells])
    return table


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{value * 100:.2f}%"


def _promised(table: Table, rows: list[dict[str, Any]], where: str) -> list[dict[str, Any]]:
    """Those with a goal of their own; how many others there are, and where, goes below the table."""
    shown = [row for row in rows if row["target"] is not None and not row["reading_of"]]
    if len(shown) < len(rows):
        table.caption = f"另有 {len(rows) - len(shown)} 项没有目标，或是另一种读法，见 {where}"
        table.caption_justify = "left"
    return shown


def _coverage(summary: Summary) -> Table:
    table = _table(
        "覆盖率 / coverage", "指标", "做到", "应做", "未知", "未匹配", "比率", "目标", "还差", "", "时效"
    )
    for row in _promised(table, summary.coverage, "marts.coverage_latest"):
        share = row["rate"] or Decimal(0)
        filled = int(share * 12)
        colour = "white" if row["met"] is None else ("green" if row["met"] else "yellow")
        table.add_row(
            row["measure_id"],
            f"{row['numerator']:,}",
            f"{row['denominator']:,}",
            f"{row['unknown']:,}",
            f"{row['unmatched'] or 0:,}",
            _percent(row["rate"]),
            _percent(row["target"]),
            "—" if row["shortfall"] is None or not row["denominator"] else f"{row['shortfall']:,}",
            f"[{colour}]{'█' * filled}{'░' * (12 - filled)}[/]",
            TERMS.get(row["term"], row["term"] or ""),
        )
    return table


def _requirements(summary: Summary) -> Table:
    table = _table("要求 / requirements", "指标", "做到", "没做到", "未知", "比例", "时效")
    for row in summary.requirements:
        counts = [f"{row[name]:,}" for name in ("keeping", "failing", "unknown")]
        table.add_row(row["measure_id"], *counts, _percent(row["share"]), TERMS.get(row["term"], ""))
    return table


def _targets(summary: Summary) -> Table:
    table = _table("目标 / targets", "指标", "计数", "实际", "目标", "还差", "未知", "未匹配", "时效")
    for row in _promised(table, summary.targets, "marts.target_latest"):

        def shown(value: Decimal | None, mean: bool = row["counting"] == "mean") -> str:
            return "—" if value is None else _percent(value) if mean else f"{value:,.0f}"

        missing = None if row["gap"] is None else max(row["gap"], Decimal(0))
        colour = {None: "white", True: "green", False: "yellow"}[row["met"]]
        table.add_row(
            row["measure_id"],
            COUNTINGS[row["counting"]],
            f"[{colour}]{shown(row['actual'])}[/]",
            shown(row["target"]),
            shown(missing),
            f"{row['unknown']:,}",
            f"{row['unmatched'] or 0:,}",
            TERMS.get(row["term"], row["term"] or ""),
        )
    return table


def _amount(value: Decimal | None, unit: str) -> str:
    """A figure with its unit; large sums in 万元."""
    if value is None:
        return "—"
    if unit == "ratio":
        return _percent(value)
    if unit == "yuan":
        return f"{value / 10000:,.2f} 万元" if abs(value) >= 10000 else f"{value:,.2f} 元"
    digits = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{digits} 天" if unit == "day" else digits


def _financing(summary: Summary) -> Table:
    from srdi.policy.words import SIGNS

    table = _table("融资 / financing", "指标", "数值", "目标", "做到", "银行", "未知", "未匹配", "时效")
    for row in _promised(table, summary.financing, "marts.financing_latest"):
        colour, kept = {None: ("white", "—"), True: ("green", "是"), False: ("yellow", "否")}[row["met"]]
        goal = "—"
        if row["target"] is not None:
            goal = f"{SIGNS[row['keeps']]} {_amount(row['target'], row['unit'])}"
        table.add_row(
            row["measure_id"],
            f"[{colour}]{_amount(row['value'], row['unit'])}[/]",
            goal,
            f"[{colour}]{kept}[/]",
            *[f"{row[name]:,}" for name in ("banks", "unknown", "unmatched")],
            TERMS.get(row["term"], row["term"] or ""),
        )
    return table


def _refused(summary: Summary) -> Table:
    table = Table(
        title="整批退回 / refused",
        title_justify="left",
        title_style="bold red",
        width=WIDTH,
        box=None,
        padding=(0, 1),
    )
    for column in ("数据源", "文件", "代码", "说明"):
        table.add_column(column, overflow="fold")
    for row in summary.refused:
        anchor = f"docs/runbook.md#refusal-{row['refusal_code'].replace('_', '-')}"
        cells = [
            row["source"],
            row["file_name"],
            row["refusal_code"],
            f"{row['refusal_message']}（{anchor}）",
        ]
        table.add_row(*[escape(cell) for cell in cells])
    return table


def _notes(summary: Summary) -> Group:
    lines = []
    for row in summary.stale:
        lines.append(f"陈旧 / stale: {row['source']}（{row['state']}，最近 {row['last_as_of'] or '从未'}）")
    lines += [
        f"仍被退回 / still refused: {row['source']} {row['file_name']}（{row['refusal_code']}）"
        for row in summary.standing
    ]
    lines += [
        f"大面积不符合 / fails widely: {row['source']} {row['check_id']} {row['rows_failed']:,}/{row['rows_checked']:,} 行："
        f"{row['message_zh']}；多为单位或错列，先核对再用有关指标"
        for row in summary.loud
    ]
    lines += summary.told
    by_term: dict[str, list[str]] = {}
    for row in summary.measures:
        if row["term"] in ("lapsed", "not_yet"):
            by_term.setdefault(f"{TERMS[row['term']]} / {row['term']}", []).append(row["measure_id"])
        if row["stage"] == "draft":
            by_term.setdefault(f"{STAGES['draft']} / draft", []).append(row["measure_id"])
    lines += [f"{term}: {_many(measures)}" for term, measures in by_term.items()]
    lines += [f"停用 / out: {line}" for line in summary.broken]
    lines += [
        f"检查出错 / check error: {row['batch_id']} {row['check_id']} {row['message_zh']}"
        for row in summary.check_errors
    ]
    lines += [f"待确认 / held: {row['subject']} {row['diff']}" for row in summary.held]
    return Group("", *[f"[yellow]![/yellow] {escape(line)}" for line in lines])


def _many(measures: list[str]) -> str:
    """Measures by name; of an area with more than ``NAMED`` only how many."""
    by_area: dict[str, list[str]] = {}
    for name in measures:
        by_area.setdefault(name.partition(".")[0], []).append(name)
    return "、".join(
        "、".join(names) if len(names) <= NAMED else f"{area}.* {len(names)} 项（srdi policy list {area}）"
        for area, names in by_area.items()
    )


def _times(summary: Summary, seconds: dict[str, float]) -> str:
    verbs = " · ".join(f"{row['verb']} {row['seconds'] or 0:.1f} s" for row in summary.steps)
    whole = ""
    if seconds:
        work = sum(float(row["seconds"] or 0) for row in summary.steps)
        whole = (
            f"\n用时 / wall: {seconds['total']:.1f} s，其中启动服务 {seconds['services']:.1f} s，"
            f"各动词自身合计 {work:.1f} s（并行），其余为调度"
        )
    return f"\n各动词 / verbs: {verbs}{whole}"


def _next(summary: Summary, services: Services) -> str:
    run = summary.run
    lines = [
        "\n[bold]接着看 / next[/bold]",
        "  .venv/bin/srdi sql \"SELECT uscc, name, verdict, reason_codes FROM marts.whitelist WHERE verdict <> 'listed'\"    待核与排除",
        "  .venv/bin/srdi sql \"SELECT uscc FROM marts.measure_member WHERE outcome = 'missing' AND measure_id = 'luoyang.evaluated_provincial_up'\"    还没测评的",
        "  .venv/bin/srdi sql \"SELECT batch_id, row_no, field, message_zh FROM quality.finding WHERE severity <> 'info'\"    要供数单位更正的行",
        f"  Airflow {services.airflow.url}（make up 显示口令）    值班手册 docs/runbook.md",
        f"  校验报告 / Data Docs {services.settings.home / 'data_docs' / 'index.html'}",
    ]
    if run["state"] == "held":
        lines.append("  守卫没有发布：docs/runbook.md#publish")
    return "\n".join(lines)


def _keep(text: Group, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    record = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    record.print(text)
    page = record.export_html(theme=DIMMED_MONOKAI, code_format=PAGE, inline_styles=True, clear=False)
    # Chinese fonts draw these two cells wide; the terminal counts one.
    page = re.sub("[█░─│╭╮╰╯—·]", lambda found: f"<i>{found[0]}</i>", page)
    (folder / f"{name}.html").write_text(page, "utf-8")
    (folder / f"{name}.md").write_text("```text\n" + record.export_text() + "```\n", "utf-8")
