"""``srdi policy``: lint, list, show, trace."""

from __future__ import annotations

import csv
import difflib
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from srdi.reports.words import STAGES, TERMS

if TYPE_CHECKING:
    from srdi.policy.packset import PackSet
    from srdi.reports.trace import Traced

OK, PROBLEMS, USAGE = 0, 1, 2
AS_OF = "[dim]{day} 的口径 / as of {day}[/dim]"
STATUS_COLOURS = {"已计算": "green", "待建": "yellow", "不计算": "dim"}


def lint(console: Console) -> int:
    """Check every contract, lookup, pack and clause; returns 0, or 1 with each problem's file and line."""
    from srdi.contracts.loader import load_contracts
    from srdi.policy.loader import load

    contracts = load_contracts()
    packs = load()
    problems = [str(problem) for problem in contracts.broken] + [str(problem) for problem in packs.broken]
    problems += [f"{measure}：{why}" for measure, why in packs.out.items()]
    problems += [str(problem) for problem in packs.inventory_problems]
    for problem in problems:
        console.print(f"[red]✗[/red] {escape(problem)}")
    if not problems:
        clauses = sum(len(inventory.clauses) for inventory in packs.inventory.values())
        console.print(
            f"[green]✓[/green] {len(contracts.contracts)} 份合同、{len(packs.measures)} 个指标、{clauses} 条条款无误"
            " / contracts, measures and clauses are sound"
        )
    return PROBLEMS if problems else OK


def list_measures(word: str, day: date, console: Console) -> int:
    """List measures as they stand on ``day``: those with ``word`` in id, title or paper. Returns 0, 2 for none."""
    from srdi.policy.loader import load
    from srdi.policy.measure_words import measure_words

    packs = load()
    console.print(AS_OF.format(day=day))
    shown = 0
    for measure in packs.measures.values():
        words = measure_words(packs, measure, day)
        if word.lower() not in f"{words.measure_id} {words.title_zh} {words.paper}".lower():
            continue
        shown += 1
        stage, term = STAGES.get(words.stage, words.stage), TERMS.get(words.term, words.term)
        console.print(
            f"[bold]{words.measure_id}[/bold]  {escape(words.title_zh)}  [dim]{stage} · {term}[/dim]"
        )
        console.print(f"  {escape(words.meaning_zh)}\n", soft_wrap=True)
    for measure_id, why in packs.out.items():
        console.print(f"[yellow]![/yellow] {escape(measure_id)} 停用 / out：{escape(why)}")
    if word and not shown:
        console.print(f"没有编号、名称或文件含“{escape(word)}”的指标 / no such measure")
        return USAGE
    return OK


def show(measure_id: str, day: date, console: Console, errors: Console) -> int:
    """Tell one measure as it stands on ``day``.

    Returns 0; 1 for a measure that is planned or out of use, with what is known of it; 2 for an unknown one.
    """
    from srdi.policy.loader import load
    from srdi.reports.measure import tell

    packs = load()
    measure = packs.measures.get(measure_id)
    if measure is None:
        code, sentence = _absent(packs, measure_id)
        errors.print(f"[red]✗[/red] {escape(sentence)}", soft_wrap=True)
        return code
    console.print(AS_OF.format(day=day))
    for part in tell(packs, measure, day):
        console.print(f"[bold]{escape(part.heading)}[/bold]")
        for line in part.lines:
            console.print(f"  {escape(line)}", soft_wrap=True)
    return OK


def _absent(packs: PackSet, measure_id: str) -> tuple[int, str]:
    """Exit code and sentence for a measure that cannot be shown."""
    if measure_id in packs.out:
        return PROBLEMS, f"指标 {measure_id} 停用 / out：{packs.out[measure_id]}"
    waiting = [
        f"《{inventory.paper.title}》{clause.id}（{clause.says}）"
        for inventory in packs.inventory.values()
        for clause in inventory.clauses
        if measure_id in (clause.planned or ())
    ]
    if waiting:
        return PROBLEMS, f"指标 {measure_id} 待建 / planned：{'；'.join(waiting)}"
    known = list(packs.measures)
    near = [name for name in known if measure_id and measure_id.lower() in name]
    near += difflib.get_close_matches(measure_id.lower(), known, n=3, cutoff=0.5)
    return USAGE, f"没有指标 {measure_id} / unknown measure。{_meant(near)}"


def _meant(near: Iterable[str]) -> str:
    """What was probably meant, the closest first."""
    names = list(dict.fromkeys(near))[:5]
    return f"您是否想写 {'、'.join(names)}？" if names else "全部指标见 srdi policy list"


def trace(document_id: str | None, form: str, console: Console, errors: Console) -> int:
    """Print paper → clause → measure → tables → case files, of one paper or all.

    ``form``: ``table``, ``csv`` or ``json`` (one row or record a clause and measure). Returns 0, 1 when packs or
    inventory are unsound (what could be read is printed all the same), 2 for an unknown paper.
    """
    from srdi.policy.loader import load
    from srdi.reports.trace import trace as rows_of

    packs = load()
    problems = [*packs.broken, *packs.inventory_problems]
    for problem in problems:
        errors.print(f"[red]✗[/red] {escape(str(problem))}", soft_wrap=True)
    if document_id is not None and document_id not in packs.inventory:
        near = [
            name
            for name, inventory in packs.inventory.items()
            if document_id
            and document_id.lower() in f"{name} {inventory.paper.title} {inventory.paper.issuer}"
        ]
        near += difflib.get_close_matches(document_id.lower(), list(packs.inventory), n=2, cutoff=0.5)
        guess = f"您是否想写 {'、'.join(dict.fromkeys(near))}？" if near else ""
        every = "、".join(sorted(packs.inventory))
        errors.print(
            f"[red]✗[/red] 没有文件 {escape(document_id)} / unknown paper。{guess}全部文件：{every}",
            soft_wrap=True,
        )
        return USAGE
    rows = list(rows_of(packs, document_id))
    if form == "table":
        _print(rows, packs, console)
    else:
        _write(rows, form)
    return PROBLEMS if problems else OK


def _write(rows: list[Traced], form: str) -> None:
    from srdi.reports.trace import Traced

    if form == "json":
        json.dump([asdict(row) for row in rows], sys.stdout, ensure_ascii=False, indent=1)
        print()
        return
    writer = csv.writer(sys.stdout)
    names = [one.name for one in fields(Traced)]
    writer.writerow(names)
    for row in rows:
        values = [getattr(row, name) for name in names]
        writer.writerow([" ".join(value) if isinstance(value, tuple) else value for value in values])


def _print(rows: list[Traced], packs: PackSet, console: Console) -> None:
    """A table a paper, a row a clause: where its promise went stands line under line in the last column."""
    from srdi.reports.trace import counts

    for document_id, group in groupby(rows, key=lambda row: row.document_id):
        told = list(group)
        tally = " · ".join(f"{status} {n}" for status, n in counts(packs.inventory[document_id]).items())
        table = Table("条款", "内容", "状态", "指标 → 结果表 → 案例，或理由", show_lines=True)
        for column in table.columns:
            column.overflow = "fold"  # Chinese has no spaces to break at
        for _, clause in groupby(told, key=lambda row: row.clause):
            measures = list(clause)
            one = measures[0]
            where = "\n".join(_where(row) for row in measures)
            colour = STATUS_COLOURS[one.status]
            table.add_row(
                escape(one.clause), escape(one.says), f"[{colour}]{one.status}[/{colour}]", escape(where)
            )
        stage = STAGES.get(told[0].stage, told[0].stage)
        console.print(f"\n[bold]《{escape(told[0].paper)}》[/bold] {document_id} [dim]{stage}[/dim] {tally}")
        console.print(table)


def _where(row: Traced) -> str:
    if row.reason:
        return f"{row.reason}：{row.because}"
    cases = ", ".join(path.rpartition("/")[2] for path in row.cases)
    lines = [row.measure, ", ".join(row.tables), cases]
    return "\n  → ".join(line for line in lines if line)
