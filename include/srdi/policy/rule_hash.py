"""What tells one measure's rules from another day's: hashes of its own definition, and the sources it reads.

The version of all packs changes with any byte of any of them. Whether a list changed because of a rule needs
to know whether *this* measure's rules did, and whether they were written anew or a dated value merely began.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import astuple
from datetime import date
from typing import TYPE_CHECKING, Any

from srdi.policy.event_measure import EventMeasure
from srdi.policy.evidence import evidence_prefix
from srdi.policy.expression import (
    All,
    AnyOf,
    Compare,
    Condition,
    Holds,
    NearTitle,
    Not,
    Score,
    atoms,
    facts_of,
)
from srdi.policy.packset import (
    CONVENTIONS,
    CoverageMeasure,
    ListMeasure,
    Measure,
    PackSet,
    Parameter,
    ScoreItem,
    StandardMeasure,
    TargetMeasure,
)
from srdi.policy.standards import facts_read
from srdi.policy.words import value_text

if TYPE_CHECKING:
    import duckdb

    from srdi.policy.population import Population

#: Group of facts (by the row that proves them) → sources they are made from.
SOURCES = {
    "registry": ("enterprise_registry",),
    "title": ("title_list",),
    "innovative": ("title_list",),
    "tech_sme": ("title_list",),
    "high_tech": ("title_list",),
    "quality_benchmark": ("title_list",),
    "srdi": ("title_list",),
    "digital": ("digital_evaluation",),
    "serious": ("registry_risk",),
    "abnormal": ("registry_risk",),
    "court": ("court_dishonest",),
    "tax_status": ("tax_annual",),
    "tax": ("tax_annual",),
    "employees": ("tax_annual", "enterprise_registry"),
    "tax_credit": ("tax_credit",),
    "declaration": ("annual_declaration",),
    "cloud": ("cloud_adoption",),
    "service": ("service_ledger",),
    "tax_benefit": ("tax_benefit",),
    "platform": ("platform_membership",),
    "capital": ("capital_market",),
    "credit": ("financing_credit",),
}
#: Facts made from more than the row that proves them: the size standard goes by the registered industry.
ALSO = {
    "size_class": ("enterprise_registry",),
    "sme": ("enterprise_registry",),
    "small_micro": ("enterprise_registry",),
    # whether a county reports goes by where its enterprises are registered
    "service_known": ("enterprise_registry",),
}
#: Conventions that decide what is noticed, never a fact.
NOTICED_ONLY = {"employees_tolerance"}
COLUMNS = ("measure_id", "rule_hash", "rule_text_hash", "rule_sources", "exit_days")


def sources_of(fact: str) -> tuple[str, ...]:
    """Sources a fact is made from, sorted."""
    return tuple(sorted({*SOURCES[evidence_prefix(fact)], *ALSO.get(fact, ())}))


def rule_sources(packs: PackSet, measure: Measure) -> dict[str, list[str]]:
    """Rule of a list → the sources it reads; an event measure has one under its table's name, others none."""
    if isinstance(measure, EventMeasure):
        return {measure.table: measure.sources()}
    if not isinstance(measure, ListMeasure):
        return {}
    population = _read(packs, measure.of)
    if measure.by_title:
        names = ("title_in_force", "title_cancelled", "title_lapsing")
        found = dict.fromkeys(names, population | {"title_list"})
    else:
        found = {"population": population}
    found |= {rule.id: _read(packs, rule.keep) for rule in measure.rules}
    return {rule: sorted(sources) for rule, sources in found.items()}


def in_force(packs: PackSet, measure: Measure, day: date) -> str:
    """Hash (12 hex digits) of what decides the measure on ``day``: its definition and the values in force."""
    return _digest(packs, measure, lambda parameter: parameter.on(day), day)


def as_written(packs: PackSet, measure: Measure) -> str:
    """Hash (12 hex digits) of the same with every dated value, whatever the day."""
    return _digest(
        packs,
        measure,
        lambda parameter: [(start, entry.value, entry.until) for start, entry in parameter.values],
    )


def describe(con: duckdb.DuckDBPyConnection, population: Population) -> None:
    """Create ``policy_measure_rule``: per measure decided its hashes, sources (JSON) and days shown after leaving."""
    import pyarrow as pa

    packs, day = population.packs, population.compiler.biz_date
    rows = [
        (
            measure.id,
            in_force(packs, measure, day),
            as_written(packs, measure),
            json.dumps(rule_sources(packs, measure), sort_keys=True),
            int(measure.leaves.on(day) or 0) if isinstance(measure, ListMeasure) else None,  # type: ignore[arg-type]
        )
        for measure in population.measures
    ]
    types = [*[pa.string()] * 4, pa.int32()]
    arrays = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(types)]
    con.register("policy_rows", pa.table(arrays, names=list(COLUMNS)))
    con.execute("CREATE OR REPLACE TEMP TABLE policy_measure_rule AS FROM policy_rows")
    con.unregister("policy_rows")


def _read(packs: PackSet, condition: Condition) -> set[str]:
    facts = [*facts_of(condition)]
    for standard in _standards(packs, condition):
        facts += facts_read(standard)
    return {source for fact in facts for source in sources_of(fact)}


def _standards(packs: PackSet, condition: Condition) -> list[StandardMeasure]:
    """The standards that a condition on nearness to a title may be judged by."""
    titles = {atom.title for atom in atoms(condition) if isinstance(atom, NearTitle)}
    every = (one for one in packs.measures.values() if isinstance(one, StandardMeasure))
    return [one for one in every if one.awards in titles]


def _digest(
    packs: PackSet, measure: Measure, value: Callable[[Parameter], Any], day: date | None = None
) -> str:
    parameters = {(one.document_id, one.name): one for one in _parameters(packs, measure)}
    told = {
        "definition": _definition(measure),
        "values": [[*name, one.unit, value(one)] for name, one in sorted(parameters.items())],
    }
    standards = [
        [one.id, one.term(day) if day else None, _digest(packs, one, value, day)]
        for one in _standards(packs, measure.of)
    ]
    if standards:
        told["standards"] = standards
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=value_text)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _parameters(packs: PackSet, measure: Measure) -> list[Parameter]:
    """What the measure's own conditions use, and the conventions its facts are made with."""
    conventions = packs.parameters.get(CONVENTIONS, {})
    policy = {name for one in packs.measures.values() for name in (p.name for p in _own(one))}
    policy |= NOTICED_ONLY
    return _own(measure) + [one for name, one in conventions.items() if name not in policy]


def _own(measure: Measure) -> list[Parameter]:
    found: list[Parameter] = list(measure.parameters.values())
    if isinstance(measure, ListMeasure):
        found += [measure.action, measure.window, measure.leaves, measure.warn_before]
        found += [parameter for rule in measure.rules for parameter in rule.parameters.values()]
    elif isinstance(measure, CoverageMeasure | TargetMeasure | EventMeasure) and measure.target is not None:
        found.append(measure.target)
    elif isinstance(measure, StandardMeasure):
        items = [item for score in measure.scores for item in score.items]
        points = [one for item in items for one in (item.points, item.cap, item.open)]
        points += [one for item in items for branch in item.first for one in (branch.points, branch.open)]
        found += [one for one in points if one is not None]
    return found


def _definition(measure: Measure) -> dict[str, Any]:
    """What decides, without words and clauses, which may be put better at any time."""
    told: dict[str, Any] = {"kind": measure.kind, "area": measure.area, "of": _tree(measure.of)}
    if isinstance(measure, ListMeasure):
        told["population_unknown"] = measure.population_unknown
        if not measure.by_title:
            told["by_title"] = False
        told["rules"] = [
            [rule.id, _tree(rule.keep), rule.on_fail, rule.on_unknown, rule.off] for rule in measure.rules
        ]
    elif isinstance(measure, CoverageMeasure):
        told |= {"counts": _tree(measure.counts), "tier": measure.tier, "titles": measure.titles}
        told |= {"target": measure.target.name if measure.target else None, "by": measure.by}
    elif isinstance(measure, EventMeasure):
        told |= {"events": measure.table, "during": measure.during, "growth": measure.growth}
        told |= {
            "figure": measure.figure.model_dump(exclude={"where"}, exclude_none=True),
            "keeps": measure.keeps,
        }
        told |= {"where": _tree(measure.where) if measure.where is not None else None}
        told |= {"target": measure.target.name if measure.target else None, "horizon": measure.horizon}
    elif isinstance(measure, TargetMeasure):
        told |= {"counting": measure.counting, "titles": measure.titles, "period": measure.period}
        told |= {"mean": measure.mean.model_dump() if measure.mean else None, "horizon": measure.horizon}
        told |= {"target": measure.target.name if measure.target else None}
    elif isinstance(measure, StandardMeasure):
        told["criteria"] = [[one.id, _tree(one.keep)] for one in measure.criteria]
        told["scores"] = [
            [score.id, score.sum_of, [_item(item) for item in score.items]] for score in measure.scores
        ]
        renewal = measure.renewal
        told["renewal"] = [_tree(renewal.of), renewal.in_force, renewal.waives] if renewal else None
    return told


def _item(item: ScoreItem) -> list[Any]:
    def name(parameter: Parameter | None) -> str | None:
        return parameter.name if parameter else None

    first = [[_tree(branch.when), branch.points.name, name(branch.open)] for branch in item.first]
    told = [item.id, _trees(item.best_of), first, _trees(item.each)]
    return [*told, name(item.points), name(item.cap), name(item.open)]


def _tree(condition: Condition) -> list[Any]:
    """A condition as plain lists, so that its hash does not depend on how the program names its classes."""
    match condition:
        case Holds(fact):
            return ["holds", fact]
        case Compare(fact, over, op, parameter):
            return ["compare", fact, over, op, parameter]
        case Not(part):
            return ["not", _tree(part)]
        case All(parts):
            return ["all", *_trees(parts)]
        case AnyOf(parts):
            return ["any", *_trees(parts)]
        case Score(score, op, parameter):
            return ["score", score, op, parameter]
        case _:
            # typed blocks: their name and what they say, in the order they declare it
            return [type(condition).__name__.lower(), *(str(value) for value in astuple(condition))]


def _trees(parts: Iterable[Condition]) -> list[list[Any]]:
    return [_tree(part) for part in parts]
