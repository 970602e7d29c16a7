"""Every condition, score line and figure that a pack set compiles, found by walking the measures themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args

from srdi.policy.compile import Compiler, list_column, near_columns, score_columns
from srdi.policy.event_figures import figure_sql
from srdi.policy.event_measure import EventMeasure
from srdi.policy.explain import distance_sql
from srdi.policy.expression import Condition, NearTitle, OnList, Score, atoms
from srdi.policy.packset import Measure, PackSet, ScoreItem, StandardMeasure
from srdi.policy.scoring import item_sql

CONDITIONS = get_args(Condition)


@dataclass(frozen=True)
class Expression:
    """One compiled expression over the rows of ``table`` (the enterprises, or a table of events)."""

    label: str
    table: str
    sql: str


def conditions(found: Any, place: str = "") -> Iterator[tuple[str, Condition, Any]]:
    """(place, condition, nearest object that has parameters) for every whole condition below ``found``."""
    yield from _conditions(found, place, None)


def _conditions(found: Any, place: str, owner: Any) -> Iterator[tuple[str, Condition, Any]]:
    if isinstance(found, CONDITIONS):
        # a figure that asks nothing has an empty condition
        if list(atoms(found)):
            yield place, found, owner
    elif isinstance(found, tuple):
        for at, one in enumerate(found):
            yield from _conditions(one, f"{place}[{getattr(one, 'id', at)}]", owner)
    elif is_dataclass(found):
        owner = found if hasattr(found, "parameters") else owner
        for field in fields(found):
            yield from _conditions(getattr(found, field.name), f"{place}.{field.name}", owner)


def expressions(packs: PackSet, compiler: Compiler) -> list[Expression]:
    """All of them: conditions with their distances, points of scores, columns of figures; :func:`beside` tells what else
    than facts they read."""
    found = []
    for measure in packs.measures.values():
        table = measure.table if isinstance(measure, EventMeasure) else "enterprise"
        own = (
            Compiler(measure.columns, compiler.biz_date, compiler.binds)
            if table != "enterprise"
            else compiler
        )
        for place, condition, owner in conditions(measure, measure.id):
            if ".best_of" in place:
                continue
            found.append(Expression(place, table, own.sql(condition, owner.parameters)))
            found.append(
                Expression(f"{place} distance", table, distance_sql(condition, own, owner.parameters))
            )
        if isinstance(measure, EventMeasure):
            columns = figure_sql(measure, own).columns
            found += [Expression(f"{measure.id} figure", table, sql) for sql in columns]
        for item in _items(measure):
            low, high = item_sql(item, compiler, measure)  # type: ignore[arg-type]
            found += [
                Expression(f"{measure.id}.{item.id} {end}", table, sql)
                for end, sql in (("low", low), ("high", high))
            ]
    return found


def _items(measure: Measure) -> list[ScoreItem]:
    scores = measure.scores if isinstance(measure, StandardMeasure) else ()
    return [item for score in scores for item in score.items]


def beside(packs: PackSet) -> dict[str, str]:
    """Columns that stand beside the facts when conditions are judged: name → SQL type."""
    columns: dict[str, str] = {}
    for measure in packs.measures.values():
        for score in getattr(measure, "scores", ()):
            columns |= dict.fromkeys(score_columns(score.id), "DECIMAL(18, 6)")
        for _, condition, _ in conditions(measure):
            for atom in atoms(condition):
                if isinstance(atom, NearTitle):
                    columns |= dict.fromkeys(near_columns(atom.title), "INTEGER")
                elif isinstance(atom, OnList):
                    columns[list_column(atom.measure)] = "BOOLEAN"
                elif isinstance(atom, Score):
                    columns |= dict.fromkeys(score_columns(atom.score), "DECIMAL(18, 6)")
    return columns
