"""``title``: whether the facts of a row meet the standard of a title, old (63) or new (2).

The same packs, scores and compiler as the night's cultivation pool, over the facts of the file instead of those of
the warehouse. The packs are read when a file is judged, not when the registry of standards is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srdi.standards.model import Column, Standard

if TYPE_CHECKING:
    from datetime import date

    import duckdb


def facts() -> tuple[Column, ...]:
    """A column for every fact that any of the standards reads."""
    from srdi.standards.title_columns import columns

    return columns()


class TitleStandard(Standard):
    """Judged by the packs instead of SQL of its own.

    ``outcome`` is pass, fail, unknown or empty; ``failing`` and ``unknown`` are ids of criteria; ``score`` is 62 or 62~77.
    """

    def prepare(self, con: duckdb.DuckDBPyConnection, day: date) -> None:
        """Load spellings of titles and flags, the macros that read cells, and the standards there are."""
        from srdi.standards import title_facts, title_judge

        title_facts.prepare(con)
        title_judge.prepare(con, day)

    def judge(self, con: duckdb.DuckDBPyConnection) -> None:
        """Read the facts of ``given``, then judge them."""
        from srdi.standards import title_facts, title_judge

        title_facts.read(con)
        title_judge.judge(con)


STANDARD = TitleStandard(
    name="title",
    zh="称号认定标准",
    en="title standard",
    basis="工信部企业〔2022〕63号；工信部企业〔2026〕2号",
    inputs=(
        Column("title", "称号", labels=("称号",)),
        Column("standard", "标准（63 或 2）", labels=("标准",)),
        Column("renewal", "是否复核", required=False, labels=("是否复核", "复核")),
    ),
    results=("outcome", "failing", "unknown", "score", "note"),
    verdict="outcome",
    lookups=(),
    models=(),
    day_zh="早于首日或晚于末日的按最近一天的条文",
    issued_zh=(
        "按印发时的条文判定，不计此后的规定（2025-05-16 起小巨人营业收入不低于 5000 万元）；要计入，用 --date 写明日期"
    ),
    more=facts,
    more_told="事实列（docs/dictionary.md 的“事实”一节）",
)
