"""Points of a score table as SQL: for every line the least and the most that what is known allows.

What no export tells, and what this enterprise's rows leave open, widens the span instead of counting as nought:
a threshold is missed only when even the most points do not reach it.
"""

from __future__ import annotations

from decimal import Decimal

from srdi.policy.compile import Compiler, score_columns
from srdi.policy.expression import Compare, Not, Years
from srdi.policy.packset import Branch, Parameter, ScoreItem, StandardMeasure

POINTS = "DECIMAL(12, 6)"


def item_columns(score: str, item: str) -> tuple[str, str]:
    """Columns with the least and the most points of one line of a score."""
    return f"item:{score}:{item}:low", f"item:{score}:{item}:high"


def with_scores(measure: StandardMeasure, compiler: Compiler, source: str) -> str:
    """FROM item: ``source`` (aliased e) with two columns for every line and for every score of the standard."""
    for score in measure.scores:
        lines = {
            name: sql
            for item in score.items
            for name, sql in zip(
                item_columns(score.id, item.id), item_sql(item, compiler, measure), strict=True
            )
        }
        if lines:
            told = ", ".join(f'{sql} AS "{name}"' for name, sql in lines.items())
            source = f"(SELECT e.*, {told} FROM {source} AS e)"
        parts = [item_columns(score.id, item.id) for item in score.items]
        parts += [score_columns(name) for name in score.sum_of]
        columns = ", ".join(
            " + ".join(f'e."{part[at]}"' for part in parts) + f' AS "{name}"'
            for at, name in enumerate(score_columns(score.id))
        )
        source = f"(SELECT e.*, {columns} FROM {source} AS e)"
    return source


def item_sql(item: ScoreItem, compiler: Compiler, measure: StandardMeasure) -> tuple[str, str]:
    """(least, most) points of one line, as exact decimals; worked out once a run."""
    key = (measure.id, id(item))
    if key not in compiler.spans:
        compiler.spans[key] = _item(item, compiler, measure)
    return compiler.spans[key]


def _item(item: ScoreItem, compiler: Compiler, measure: StandardMeasure) -> tuple[str, str]:
    if item.best_of:
        spans = [_banded(atom, compiler, measure.parameters[atom.parameter]) for atom in item.best_of]
        return tuple(_greatest([span[at] for span in spans]) for at in (0, 1))  # type: ignore[return-value]
    if item.first:
        return _first(item.first, compiler, measure)
    if item.each:
        return _each(item, compiler, measure)
    return _points(Decimal(0), compiler), _value(item.open, compiler)


def _points(value: Decimal, compiler: Compiler) -> str:
    return compiler.binds.text(value, POINTS)


def _value(parameter: Parameter | None, compiler: Compiler) -> str:
    value = parameter.on(compiler.biz_date) if parameter is not None else None
    return _points(value if isinstance(value, Decimal) else Decimal(0), compiler)


def _greatest(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"greatest({', '.join(parts)})"


def _banded(atom: Compare | Years, compiler: Compiler, bands: Parameter) -> tuple[str, str]:
    """Points of the first band kept. Bounds that no longer apply leave every point open."""
    entry = bands.entry_on(compiler.biz_date)
    nought = _points(Decimal(0), compiler)
    if entry is None or not isinstance(entry.value, list):
        every = [pair[1] for _, one in bands.values if isinstance(one.value, list) for pair in one.value]
        return nought, _points(max(every), compiler)
    assert bands.bounds is not None
    kept = [
        (
            compiler.compared(atom, bound, bands.bounds).sql(dialect="duckdb", copy=False),
            _points(points, compiler),
        )
        for bound, points in entry.value
    ]
    cases = " ".join(f"WHEN {condition} THEN {points}" for condition, points in kept)
    most = kept[0][1]
    return (
        f"CASE {cases} ELSE {nought} END",
        f"CASE {cases} WHEN ({kept[-1][0]}) IS NULL THEN {most} ELSE {nought} END",
    )


def _first(branches: tuple[Branch, ...], compiler: Compiler, measure: StandardMeasure) -> tuple[str, str]:
    sure: list[str] = []
    likely: list[str] = []
    possible: list[str] = []
    for branch in branches:
        when = compiler.sql(branch.when, measure.parameters)
        points = _value(branch.points, compiler)
        # a branch written earlier that gives less may be the one
        less = [part for part, one in zip(possible, branches, strict=False) if _less(one, branch, compiler)]
        sure.append(f"WHEN {when} THEN {_least([points, *less])}")
        more = f"{points} + {_value(branch.open, compiler)}" if branch.open else points
        likely.append(f"({'CASE WHEN (' + when + ') IS NOT FALSE THEN ' + more} END)")
        possible.append(f"CASE WHEN ({when}) IS NOT FALSE THEN {points} END")
    nought = _points(Decimal(0), compiler)
    # of two opposites one is kept, known or not: whichever it is gives points
    least = _least(possible) if _opposed(branches) else nought
    # what a better branch might give counts for the most; what a kept branch gives hides the worse ones
    most = " ".join(
        f"WHEN {compiler.sql(branch.when, measure.parameters)} THEN {_most([*likely[: at + 1], nought])}"
        for at, branch in enumerate(branches)
    )
    return f"CASE {' '.join(sure)} ELSE {least} END", f"CASE {most} ELSE {_most([*likely, nought])} END"


def _less(one: Branch, other: Branch, compiler: Compiler) -> bool:
    points, others = (branch.points.on(compiler.biz_date) for branch in (one, other))
    return isinstance(points, Decimal) and isinstance(others, Decimal) and points < others


def _opposed(branches: tuple[Branch, ...]) -> bool:
    conditions = [branch.when for branch in branches]
    return any(isinstance(one, Not) and one.part in conditions for one in conditions)


def _most(parts: list[str]) -> str:
    """The greatest of values of which some are NULL."""
    return f"greatest({', '.join(parts)})"


def _least(parts: list[str]) -> str:
    """The least of values of which some are NULL."""
    return parts[0] if len(parts) == 1 else f"least({', '.join(parts)})"


def _each(item: ScoreItem, compiler: Compiler, measure: StandardMeasure) -> tuple[str, str]:
    points, nought = _value(item.points, compiler), _points(Decimal(0), compiler)
    spans = []
    for kept in ("{} IS TRUE", "{} IS NOT FALSE"):
        parts = [
            f"CASE WHEN {kept.format('(' + compiler.sql(condition, measure.parameters) + ')')} THEN {points}"
            f" ELSE {nought} END"
            for condition in item.each
        ]
        spans.append(parts)
    if item.open is not None:
        spans[1].append(_value(item.open, compiler))
    sums = [" + ".join(parts) for parts in spans]
    if item.cap is not None:
        sums = [f"least({one}, {_value(item.cap, compiler)})" for one in sums]
    else:
        sums = [f"({one})" for one in sums]
    return sums[0], sums[1]
