"""A title standard with its conditions parsed and its parameters found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from srdi.policy import models
from srdi.policy.expression import Compare, Condition, Score, Years, mapped, parameters_of
from srdi.policy.pack_file import PackFile
from srdi.policy.packset import (
    Branch,
    Criterion,
    Parameter,
    Renewal,
    ScoreItem,
    ScoreTable,
    StandardMeasure,
)
from srdi.policy.standard_file import standard_conditions


def link_standard(
    opened: PackFile,
    measure: models.StandardMeasure,
    place: tuple[Any, ...],
    scope: Mapping[str, Parameter],
    shared: dict[str, Any],
) -> StandardMeasure:
    """``shared``: what every kind of measure has. Raises KeyError for a parameter not in ``scope``."""
    used = set(shared.pop("parameter_names"))
    names = {score.id: score.title.zh for score in measure.scores}
    for path, _ in standard_conditions(measure):
        used.update(parameters_of(opened.condition(*place, *path)))
    first, last = shared["in_force"]
    renewal = None
    if measure.renewal is not None:
        begins, ends = measure.renewal.in_force or (first, last)
        renewal = Renewal(
            opened.condition(*place, "renewal", "of"), (begins or first, ends), tuple(measure.renewal.waives)
        )
    return StandardMeasure(
        **shared,
        parameters={name: scope[name] for name in sorted(used)},
        awards=measure.awards,
        criteria=tuple(
            Criterion(
                one.id,
                one.title,
                mapped(
                    opened.condition(*place, "criteria", at, "keep"),
                    lambda atom: replace(atom, zh=names[atom.score]) if isinstance(atom, Score) else atom,
                ),
                one.clause,
                one.doubt,
            )
            for at, one in enumerate(measure.criteria)
        ),
        scores=tuple(
            ScoreTable(
                score.id,
                score.title,
                tuple(score.sum_of),
                tuple(
                    _item(opened, item, (*place, "scores", at, "items", number), scope)
                    for number, item in enumerate(score.items)
                ),
            )
            for at, score in enumerate(measure.scores)
        ),
        renewal=renewal,
    )


def _item(
    opened: PackFile, item: models.ScoreItem, place: tuple[Any, ...], scope: Mapping[str, Parameter]
) -> ScoreItem:
    def found(name: str | None) -> Parameter | None:
        return scope[name] if name is not None else None

    def points(*path: Any) -> Compare | Years:
        condition = opened.condition(*place, *path)
        assert isinstance(condition, Compare | Years)
        return condition

    def conditions(form: str, parts: list[Any]) -> tuple[Condition, ...]:
        return tuple(opened.condition(*place, form, at) for at in range(len(parts)))

    single = (points("points"),) if item.points is not None and not item.each else ()
    return ScoreItem(
        id=item.id,
        title=item.title,
        best_of=single + tuple(points("best_of", at) for at in range(len(item.best_of))),
        first=tuple(
            Branch(opened.condition(*place, "first", at, "when"), scope[branch.points], found(branch.open))
            for at, branch in enumerate(item.first)
        ),
        each=conditions("each", item.each),
        points=found(item.points) if item.each else None,
        cap=found(item.cap),
        open=found(item.open),
    )
