"""Lists: who stands where in the population, which rules are kept, and the verdict with its reasons.

Reasons hold nothing that moves with the calendar alone (no day counts): a night without news must leave
them byte for byte as they were. Days to lapse stand on the list row, where they belong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from srdi.policy import evidence, explain
from srdi.policy.compile import Compiler
from srdi.policy.expression import facts_of
from srdi.policy.list_sql import (
    EXCEPTION_REASONS,
    POPULATION_REASONS,
    RULE_REASON,
    RULE_REASONS,
    STANDING,
    STANDING_WITHOUT_TITLE,
    TITLE_REASONS,
    WHITELIST,
)
from srdi.policy.packset import ListMeasure, Rule
from srdi.policy.population import Population, area_sql
from srdi.policy.words import fact_name, required_text

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class ListException:
    """A dated decision of a person, applied last: in force from ``valid_from`` until before ``valid_to``."""

    measure_id: str
    uscc: str
    effect: str
    valid_from: date
    valid_to: date | None
    reason: str
    decided_by: str


def decide_lists(
    con: duckdb.DuckDBPyConnection, population: Population, exceptions: list[ListException]
) -> None:
    """Fill ``policy_whitelist``, ``policy_list_reason`` and ``policy_rule`` for every list measure."""
    compiler = population.compiler
    lists = population.lists
    _rule_table(con, population)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE policy_list_row AS SELECT CAST(NULL AS TEXT) AS measure_id,"
        " CAST(NULL AS TEXT) AS area_code, e.*, CAST(NULL AS TEXT) AS standing, CAST(NULL AS DATE) AS left_on"
        " FROM policy_population e WHERE false"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE policy_list_reason (measure_id TEXT, uscc TEXT, rule_id TEXT, outcome TEXT,"
        " effect TEXT, observed TEXT, required TEXT, distance DECIMAL(18, 6), batch_id TEXT, row_no BIGINT)"
    )
    for measure in lists:
        _stand(con, population, measure)
    con.execute(
        "UPDATE policy_list_row SET standing = 'outside' WHERE standing IS NULL AND EXISTS (SELECT 1 FROM"
        " policy_exception x WHERE x.measure_id = policy_list_row.measure_id AND x.uscc = policy_list_row.uscc"
        " AND x.effect = 'include')"
    )
    con.execute("DELETE FROM policy_list_row WHERE standing IS NULL")
    for measure in lists:
        _reasons(con, population, measure)
    if lists and exceptions:
        con.execute(EXCEPTION_REASONS)
    sql = WHITELIST.format(day=compiler.binds.text(compiler.biz_date, "DATE"))
    con.execute(sql, compiler.binds.used_in(sql))


def _days(measure: ListMeasure, compiler: Compiler) -> tuple[str, int, int, int]:
    """(action, window, days shown after leaving, warning days); missing days count as none."""
    day = compiler.biz_date
    action = str(measure.action.on(day) or "review")
    window = 0 if action == "drop" else int(measure.window.on(day) or 0)  # type: ignore[arg-type]
    return action, window, int(measure.leaves.on(day) or 0), int(measure.warn_before.on(day) or 0)  # type: ignore[arg-type]


def _stand(con: duckdb.DuckDBPyConnection, population: Population, measure: ListMeasure) -> None:
    compiler = population.compiler
    _, window, leaves, _ = _days(measure, compiler)
    shape = STANDING if measure.by_title else STANDING_WITHOUT_TITLE
    sql = shape.format(
        measure=compiler.binds.text(measure.id),
        area=compiler.binds.text(measure.area),
        belongs=population.flag(measure, "of"),
        day=compiler.binds.text(compiler.biz_date, "DATE"),
        window=compiler.binds.text(window, "INTEGER"),
        leaves=compiler.binds.text(leaves, "INTEGER"),
        here=area_sql(measure.area, compiler),
    )
    con.execute(sql, compiler.binds.used_in(sql))


def rule_sql(rule: Rule, measure_sql: str, compiler: Compiler) -> str:
    """The judgement of one rule over the rows of one list."""
    batch, row = evidence.evidence_sql(rule.keep)
    return RULE_REASON.format(
        measure=measure_sql,
        rule=compiler.binds.text(rule.id),
        keep=compiler.sql(rule.keep, rule.parameters),
        observed=explain.observed_sql(rule.keep, compiler),
        distance=explain.distance_sql(rule.keep, compiler, rule.parameters),
        batch=batch,
        row=row,
    )


def _reasons(con: duckdb.DuckDBPyConnection, population: Population, measure: ListMeasure) -> None:
    compiler = population.compiler
    action, _, _, warn_before = _days(measure, compiler)
    measure_sql = compiler.binds.text(measure.id)
    if measure.by_title:
        sql = TITLE_REASONS.format(
            measure=measure_sql,
            on_unknown=compiler.binds.text(measure.population_unknown),
            on_expired=compiler.binds.text({"review": "review", "keep": "warn", "drop": "exclude"}[action]),
            day=compiler.binds.text(compiler.biz_date, "DATE"),
            warn_before=compiler.binds.text(warn_before, "INTEGER"),
        )
    else:
        batch, row = evidence.evidence_sql(measure.of)
        required = required_text(measure.of, compiler.facts, measure.parameters, compiler.biz_date)
        sql = POPULATION_REASONS.format(
            measure=measure_sql,
            on_unknown=compiler.binds.text(measure.population_unknown),
            observed=explain.observed_sql(measure.of, compiler),
            required=compiler.binds.text(required),
            batch=batch,
            row=row,
        )
    con.execute(sql, compiler.binds.used_in(sql))
    if measure.rules:
        judged = " UNION ALL ".join(rule_sql(rule, measure_sql, compiler) for rule in measure.rules)
        sql = RULE_REASONS.format(judged=judged)
        con.execute(sql, compiler.binds.used_in(sql))


def _rule_table(con: duckdb.DuckDBPyConnection, population: Population) -> None:
    """``policy_rule``: what stands beside every reason of a rule, once per list."""
    import pyarrow as pa

    names = (
        "measure_id",
        "rule_id",
        "title_zh",
        "facts_zh",
        "required",
        "on_fail",
        "on_unknown",
        "source_zh",
    )
    rows: list[tuple] = []
    compiler = population.compiler
    for measure in population.lists:
        source = f"《{measure.document.title}》{measure.clause}"
        own = {
            "title_in_force": "称号在有效期内",
            "title_cancelled": "称号未被取消",
            "title_lapsing": "称号尚未临近到期",
        }
        if not measure.by_title:
            own = {"population": "属于名单范围"}
        for rule_id, title in {**own, "exception": "人工例外"}.items():
            rows.append(
                (
                    measure.id,
                    rule_id,
                    title,
                    "称号有效期",
                    "",
                    "",
                    "",
                    source,
                    measure.clause,
                    measure.document.id,
                    False,
                )
            )
        for rule in measure.rules:
            document = population.packs.documents[rule.document_id]
            facts = "、".join(fact_name(name, compiler.facts) for name in facts_of(rule.keep))
            required = required_text(rule.keep, compiler.facts, rule.parameters, compiler.biz_date)
            where = (
                f"《{document.title}》{rule.clause}"
                if document.kind == "paper"
                else f"{document.title}，{rule.clause}"
            )
            rows.append(
                (
                    measure.id,
                    rule.id,
                    rule.title.zh,
                    facts,
                    required,
                    rule.on_fail,
                    rule.on_unknown,
                    where,
                    rule.clause,
                    rule.document_id,
                    rule.off,
                )
            )
    columns = (*names, "clause", "document_id", "off")
    types = [pa.string()] * 10 + [pa.bool_()]
    table = pa.table(
        [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(types)], names=list(columns)
    )
    con.register("policy_rule_rows", table)
    con.execute("CREATE OR REPLACE TEMP TABLE policy_rule AS FROM policy_rule_rows")
    con.unregister("policy_rule_rows")
