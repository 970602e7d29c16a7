"""What the results say about themselves: measures, papers and clauses as tables for ``core``."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from srdi.policy.measure_words import in_words
from srdi.policy.packset import CoverageMeasure, Measure, PackSet
from srdi.policy.population import Population
from srdi.policy.words import measured_text

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def describe(con: duckdb.DuckDBPyConnection, population: Population) -> None:
    """Create ``policy_measure``, ``policy_document`` and ``policy_clause`` for the measures decided."""
    import pyarrow as pa

    day = population.compiler.biz_date
    measures = population.measures
    text, day_type = pa.string(), pa.date32()
    _table(
        con,
        "policy_measure",
        {
            "measure_id": text,
            "document_id": text,
            "clause": text,
            "kind": text,
            "title_zh": text,
            "title_en": text,
            "definition_zh": text,
            "area_code": text,
            "stage": text,
            "term": text,
            "rule_version": text,
            "reading_of": text,
            "tier": text,
            "target": pa.decimal128(12, 6),
        },
        [_measure_row(population.packs, measure, day) for measure in measures],
    )
    _table(
        con,
        "policy_document",
        {
            "document_id": text,
            "title_zh": text,
            "number": text,
            "kind": text,
            "issuer": text,
            "stage": text,
            "in_force_from": day_type,
            "in_force_to": day_type,
            "area_code": text,
            "verified_on": day_type,
            "verified_against": text,
            "verify_by": day_type,
        },
        [
            (
                one.id,
                one.title,
                one.number,
                one.kind,
                one.issuer,
                one.stage,
                *one.in_force,
                one.area,
                one.verified.on,
                one.verified.against,
                one.verified.verify_by,
            )
            for one in population.packs.documents.values()
        ],
    )
    _table(
        con,
        "policy_clause",
        {"document_id": text, "clause": text, "text_zh": text, "note": text},
        clauses(population.packs),
    )


def clauses(packs: PackSet) -> list[tuple[str, str, str, str | None]]:
    """(document, clause, what it says and what is computed from it, notes and doubts).

    One row for every clause that a pack cites or the inventory lists; the latter also says where its promise went.
    """
    subjects: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    notes: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)

    def cite(document_id: str, clause: str, subject: str, *remarks: str | None) -> None:
        subjects[(document_id, clause)][subject] = None
        notes[(document_id, clause)].update(dict.fromkeys(remark for remark in remarks if remark))

    for document_id, inventory in packs.inventory.items():
        for clause in inventory.clauses:
            cite(document_id, clause.id, clause.says, clause.place_zh)
    for measure in packs.measures.values():
        cite(measure.document.id, measure.clause, f"指标：{measure.title.zh}", measure.note)
        for rule in getattr(measure, "rules", ()):
            cite(rule.document_id, rule.clause, f"规则：{rule.title.zh}", rule.basis, rule.doubt)
    for group in packs.exclusions.values():
        for rule in group.rules:
            cite(rule.document_id, rule.clause, f"规则：{rule.title.zh}", rule.basis, rule.doubt)
    for parameters in packs.parameters.values():
        for parameter in parameters.values():
            for start, entry in parameter.values:
                value = measured_text(entry.value, parameter.unit)
                cite(
                    parameter.document_id,
                    entry.clause,
                    f"参数：{parameter.zh}（自 {start} 起 {value}）",
                    parameter.doubt,
                )
    return [
        (
            document_id,
            clause,
            "；".join(subjects[(document_id, clause)]),
            "；".join(notes[(document_id, clause)]) or None,
        )
        for document_id, clause in sorted(subjects)
    ]


def _measure_row(packs: PackSet, measure: Measure, day: date) -> tuple[Any, ...]:
    coverage = measure if isinstance(measure, CoverageMeasure) else None
    return (
        measure.id,
        measure.document.id,
        measure.clause,
        measure.kind,
        measure.title.zh,
        measure.title.en,
        in_words(measure, packs.facts, day),
        measure.area or None,
        measure.document.stage,
        measure.term(day),
        packs.rule_version,
        getattr(measure, "reading_of", None),
        coverage.tier if coverage else None,
        coverage.target.on(day) if coverage and coverage.target else None,
    )


def _table(
    con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, pa.DataType], rows: list[tuple[Any, ...]]
) -> None:
    import pyarrow as pa

    arrays = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(columns.values())]
    con.register("policy_rows", pa.table(arrays, names=list(columns)))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM policy_rows")
    con.unregister("policy_rows")
