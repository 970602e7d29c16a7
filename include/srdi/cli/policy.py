"""``srdi policy lint`` and ``srdi policy list``."""

from __future__ import annotations

from datetime import date

from rich.console import Console
from rich.markup import escape

from srdi.reports.words import STAGES, TERMS


def lint(console: Console) -> int:
    """Check every contract, lookup and pack; returns 0, or 1 with each problem's file and line."""
    from srdi.contracts.loader import load_contracts
    from srdi.policy.loader import load

    contracts = load_contracts()
    packs = load()
    problems = [str(problem) for problem in contracts.broken] + [str(problem) for problem in packs.broken]
    problems += [f"{measure}：{why}" for measure, why in packs.out.items()]
    for problem in problems:
        console.print(f"[red]✗[/red] {escape(problem)}")
    if not problems:
        console.print(
            f"[green]✓[/green] {len(contracts.contracts)} 份合同、{len(packs.measures)} 个指标无误 / contracts and measures are sound"
        )
    return 1 if problems else 0


def show(day: date, console: Console) -> int:
    """List measures as they stand on ``day``; returns 0."""
    from srdi.policy.explain import measure_words
    from srdi.policy.loader import load

    packs = load()
    for measure in packs.measures.values():
        words = measure_words(packs, measure, day)
        stage, term = STAGES.get(words.stage, words.stage), TERMS.get(words.term, words.term)
        console.print(
            f"[bold]{words.measure_id}[/bold]  {escape(words.title_zh)}  [dim]{stage} · {term}[/dim]"
        )
        console.print(f"  {escape(words.meaning_zh)}\n", soft_wrap=True)
    for measure_id, why in packs.out.items():
        console.print(f"[yellow]![/yellow] {escape(measure_id)} 停用 / out：{escape(why)}")
    return 0
