"""The verb *decide*: from the facts of a day to lists, reasons, coverage and the to-do list behind it.

Reads ``facts/<run>/enterprise.parquet`` and ``title.parquet``, writes ``results/<run>/*.parquet``; the
same facts, packs, exceptions and day give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from srdi.engine.duck import literal
from srdi.policy import cities, papers, rule_hash
from srdi.policy.compile import Compiler
from srdi.policy.coverage import decide_coverage
from srdi.policy.event_sql import FINANCING
from srdi.policy.events import decide_events
from srdi.policy.list_sql import REASON
from srdi.policy.lists import ListException, decide_lists
from srdi.policy.packset import PackSet
from srdi.policy.population import Population, area_sql, fact_rows, scan, settle_lists
from srdi.policy.standards import GAP_RESULT, decide_standards
from srdi.policy.targets import decide_targets
from srdi.problems import PackError, Problem

if TYPE_CHECKING:
    import duckdb

    from srdi.engine.lake import Lake

__all__ = ["DecideReport", "ListException", "PackError", "decide"]

#: Result file → query over the working tables; each ordered by its key, so content is byte-stable.
RESULTS = {
    "whitelist": "SELECT * FROM policy_whitelist ORDER BY measure_id, uscc",
    "whitelist_reason": REASON,
    "coverage": (
        "SELECT * EXCLUDE (kind) FROM policy_coverage WHERE kind = 'coverage'"
        " ORDER BY measure_id, area_code, division_code, tier, industry_section"
    ),
    "requirement": (
        "SELECT measure_id, area_code, division_code, tier, industry_section, numerator AS keeping,"
        " denominator - numerator AS failing, unknown, unmatched, rate AS share, document_id, clause, stage, term"
        " FROM policy_coverage WHERE kind = 'requirement'"
        " ORDER BY measure_id, area_code, division_code, tier, industry_section"
    ),
    "target": "SELECT * FROM policy_target ORDER BY measure_id, area_code",
    "financing": FINANCING,
    "measure_member": (
        "SELECT measure_id, uscc, outcome, observed, required, distance, division_code"
        " FROM policy_member ORDER BY measure_id, uscc"
    ),
    "title_gap": GAP_RESULT,
    "title_standing": "SELECT * FROM policy_standing ORDER BY standard, purpose, uscc",
    "measure": (
        "SELECT * EXCLUDE (target) FROM policy_measure JOIN policy_measure_rule USING (measure_id)"
        " ORDER BY measure_id"
    ),
    "document": "SELECT * FROM policy_document ORDER BY document_id",
    "clause": "SELECT * FROM policy_clause ORDER BY document_id, clause",
}
WORKING = (
    "exception",
    "population",
    "rule",
    "list_row",
    "list_reason",
    "whitelist",
    "measure",
    "measure_rule",
    "document",
    "clause",
    "city",
    "member",
    "unmatched",
    "coverage",
    "goal",
    "target",
    "standing",
    "gap",
    "criterion",
    "event_goal",
    "event",
)


@dataclass(frozen=True)
class ListSummary:
    """Sizes of one list."""

    measure_id: str
    title_zh: str
    stage: str
    term: str
    listed: int
    review: int
    excluded: int


@dataclass(frozen=True)
class CoverageSummary:
    """The whole area's row of one coverage measure; ``rate`` None when nobody is in the denominator."""

    measure_id: str
    title_zh: str
    stage: str
    term: str
    numerator: int
    denominator: int
    unknown: int
    unmatched: int
    rate: Decimal | None
    target: Decimal | None
    shortfall: int | None
    met: bool | None


@dataclass(frozen=True)
class DecideReport:
    """What was decided. ``files``: result name → path in the lake; ``rows``: result name → rows.

    ``broken``/``out``: packs left out and measures not computed; ``warnings``: sentences for the summary.
    """

    run_id: str
    biz_date: date
    rule_version: str
    files: dict[str, str]
    rows: dict[str, int]
    lists: list[ListSummary]
    coverage: list[CoverageSummary]
    broken: list[Problem]
    out: dict[str, str]
    warnings: list[str] = field(default_factory=list)


def decide(
    packs: PackSet,
    facts_dir_uri: str,
    biz_date: date,
    lake: Lake,
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    areas: Sequence[str] | None = None,
    exceptions: Sequence[ListException] = (),
) -> DecideReport:
    """Decide every measure of ``packs`` (of ``areas``, None for all) as of ``biz_date``.

    Raises :class:`PackError` when there is nothing to decide, or the facts lack a column or are inexact.
    """
    if not any(areas is None or measure.area in areas for measure in packs.measures.values()):
        reasons = [str(problem) for problem in packs.broken] + [f"{k}：{v}" for k, v in packs.out.items()]
        raise PackError("没有可以计算的指标" + ("：" + "；".join(reasons) if reasons else ""))
    in_force = _exceptions_in_force(con, exceptions, biz_date)
    try:
        compiler, rows = Compiler(packs.facts, biz_date), fact_rows(facts_dir_uri)
        decide_standards(con, packs, compiler, rows)
        population = scan(con, packs, compiler, rows, areas)
        papers.describe(con, population)
        rule_hash.describe(con, population)
        decide_lists(con, population, in_force)
        settle_lists(con, population)
        cities.fill(con, population, facts_dir_uri)
        decide_coverage(con, population, facts_dir_uri)
        decide_targets(con, population, facts_dir_uri)
        decide_events(con, population, facts_dir_uri)
        files, written = {}, {}
        for name, query in RESULTS.items():
            files[name] = f"results/{run_id}/{name}.parquet"
            target = literal(lake.make_room("results", run_id, f"{name}.parquet"))
            written[name] = con.execute(
                f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd)"
            ).fetchall()[0][0]
        return DecideReport(
            run_id=run_id,
            biz_date=biz_date,
            rule_version=packs.rule_version,
            files=files,
            rows=written,
            lists=_list_summaries(con, population),
            coverage=_coverage_summaries(con),
            broken=list(packs.broken),
            out=dict(packs.out),
            warnings=_warnings(con, population, in_force),
        )
    finally:
        for name in WORKING:
            con.execute(f"DROP TABLE IF EXISTS policy_{name}")


def _exceptions_in_force(
    con: duckdb.DuckDBPyConnection, exceptions: Sequence[ListException], day: date
) -> list[ListException]:
    """``policy_exception``: one decision per list and enterprise; to exclude wins over to include."""
    import pyarrow as pa

    chosen: dict[tuple[str, str], ListException] = {}
    order = {"exclude": 0, "include": 1}
    for item in sorted(exceptions, key=lambda x: (order[x.effect], x.valid_from, x.reason, x.decided_by)):
        if item.valid_from <= day and (item.valid_to is None or day < item.valid_to):
            chosen.setdefault((item.measure_id, item.uscc), item)
    kept = [chosen[key] for key in sorted(chosen)]
    names = ("measure_id", "uscc", "effect", "valid_from", "valid_to", "reason", "decided_by")
    types = [pa.string(), pa.string(), pa.string(), pa.date32(), pa.date32(), pa.string(), pa.string()]
    columns = [
        pa.array([getattr(item, name) for item in kept], kind)
        for name, kind in zip(names, types, strict=True)
    ]
    con.register("policy_exception_rows", pa.table(columns, names=list(names)))
    con.execute("CREATE OR REPLACE TEMP TABLE policy_exception AS FROM policy_exception_rows")
    con.unregister("policy_exception_rows")
    return kept


def _list_summaries(con: duckdb.DuckDBPyConnection, population: Population) -> list[ListSummary]:
    counts = {
        row[0]: row[1:]
        for row in con.execute(
            "SELECT measure_id, count(*) FILTER (verdict = 'listed'), count(*) FILTER (verdict = 'review'),"
            " count(*) FILTER (verdict = 'excluded') FROM policy_whitelist GROUP BY measure_id"
        ).fetchall()
    }
    return [
        ListSummary(
            measure.id,
            measure.title.zh,
            measure.document.stage,
            measure.term(population.compiler.biz_date),
            *counts.get(measure.id, (0, 0, 0)),
        )
        for measure in sorted(population.lists, key=lambda one: one.id)
    ]


def _coverage_summaries(con: duckdb.DuckDBPyConnection) -> list[CoverageSummary]:
    rows = con.execute(
        "SELECT c.measure_id, m.title_zh, c.stage, c.term, c.numerator, c.denominator, c.unknown, c.unmatched,"
        " c.rate, c.target, c.shortfall, c.met FROM policy_coverage c JOIN policy_measure m USING (measure_id)"
        " WHERE c.kind = 'coverage' AND c.division_code = 'ALL' AND c.industry_section = 'ALL'"
        " AND c.area_code = m.area_code AND c.tier = m.tier ORDER BY c.measure_id"
    ).fetchall()
    return [CoverageSummary(*row) for row in rows]


def _warnings(con: duckdb.DuckDBPyConnection, population: Population, kept: list[ListException]) -> list[str]:
    """What the reader of the night should know although nothing failed."""
    day = population.compiler.biz_date
    found = []
    for document_id, document in sorted(population.packs.documents.items()):
        if day > document.verified.verify_by:
            found.append(
                f"《{document.title}》（{document_id}）应于 {document.verified.verify_by} 前重新核对原文"
            )
    placed = set(con.execute("SELECT measure_id, uscc FROM policy_list_row").fetchall())
    elsewhere = set(population.packs.measures) - {one.id for one in population.lists}
    for item in kept:
        if (item.measure_id, item.uscc) not in placed and item.measure_id not in elsewhere:
            found.append(f"人工例外未生效：{item.measure_id} 范围内没有企业 {item.uscc}")
    for measure in sorted(population.coverages, key=lambda one: one.id):
        if measure.target is not None and measure.target.on(day) is None:
            found.append(f"{measure.id}：{day} 没有有效的目标值")
    for one_list in sorted(population.lists, key=lambda one: one.id):
        flag = population.flag(one_list, "of")
        sql = (
            f"SELECT count(*) FILTER (e.{flag} IS NULL), count(*) FILTER (e.{flag} IS NOT NULL)"
            f" FROM policy_population e WHERE {area_sql(one_list.area, population.compiler)}"
        )
        unknown, known = con.execute(sql, population.compiler.binds.used_in(sql)).fetchall()[0]
        if unknown and not known:
            why = "没有收到过可用的称号名单，" if one_list.by_title else ""
            so = "名单为空" if one_list.by_title else "全部待核实"
            found.append(f"{one_list.id}：{why}{unknown} 家企业是否属于名单范围不详，{so}")
    return found
