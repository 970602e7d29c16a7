"""The kinds of figure on tables of events as SQL: whole numbers per row, their sums, and what is divided by what."""

from __future__ import annotations

from dataclasses import dataclass

from srdi.policy import event_sql
from srdi.policy.compile import Compiler, half_up
from srdi.policy.event_measure import SUBJECTS, EventMeasure, figure_facts, kind_of

MILLION = 1_000_000
NOTHING = "CAST(NULL AS HUGEINT)"
NO_NUMBER = "CAST(NULL AS DECIMAL(24, 6))"


@dataclass(frozen=True)
class FigureSql:
    """``columns``: a to d of a row, over ``e``. ``aggregate`` of a.

    ``top`` / ``bottom``: the figure of a ``{span}`` from its sums ``a_{span}`` …, NULL where it is unknown.
    ``numerator`` and ``denominator``: as published, from the sums of ``now``.
    """

    columns: tuple[str, ...]
    top: str
    bottom: str
    numerator: str
    denominator: str = NO_NUMBER
    aggregate: str = event_sql.SUM


def figure_sql(measure: EventMeasure, compiler: Compiler) -> FigureSql:
    """SQL of the measure's figure. Sums are whole numbers of the smallest unit its columns are kept in."""
    kind, facts = kind_of(measure.figure), figure_facts(measure.figure)
    if kind == "count":
        distinct = SUBJECTS[measure.figure.count or "rows"] is not None
        return _counted(("CAST(1 AS HUGEINT)",), 0, event_sql.DISTINCT if distinct else event_sql.SUM)
    names = list(facts.values())
    places = [_places(measure, name) for name in names]
    if kind == "sum":
        return _counted((_whole(names[0], places[0]),), places[0], event_sql.SUM)
    if kind == "quantile":
        return _quantile(measure, compiler, names[0], places[0])
    if kind == "mean":
        fact, weight = (_whole(name, place) for name, place in zip(names, places, strict=True))
        return FigureSql(
            (f"{fact} * {weight}", weight),
            "a_{span}",
            f"b_{{span}} * {_power(places[0])}",
            number("a_now", sum(places)),
            number("b_now", places[1]),
        )
    if kind == "share":
        assert measure.where is not None
        whole = _whole(names[0], places[0]) if names else "CAST(1 AS HUGEINT)"
        where = compiler.sql(measure.where, measure.parameters)
        part = f"CASE WHEN {where} THEN {whole} ELSE CAST(0 AS HUGEINT) END"
        return _divided((part, whole), places[0] if names else 0)
    scale = max(places)
    columns = tuple(_whole(name, scale) for name in names)
    if kind == "ratio":
        return _divided(columns, scale)
    lead, against = (f"CASE WHEN {bottom} > 0 THEN {divide(top, bottom)} END" for top, bottom in LEAD)
    both = "b_{span} > 0 AND d_{span} > 0"
    return FigureSql(
        columns,
        f"CASE WHEN {both} THEN TRY(a_{{span}} * d_{{span}} - c_{{span}} * b_{{span}}) END",
        f"CASE WHEN {both} THEN TRY(b_{{span}} * d_{{span}}) END",
        lead,
        against,
    )


LEAD = (("a_now", "b_now"), ("c_now", "d_now"))


def divide(top: str, bottom: str) -> str:
    """``top`` / ``bottom`` half-up to six places as DECIMAL(24, 6); NULL where it does not fit."""
    return f"TRY_CAST(TRY({half_up(top, bottom)}) AS DECIMAL(24, 6))"


def number(whole: str, places: int) -> str:
    """A whole number of 10^-places as DECIMAL(24, 6)."""
    return divide(whole, _power(places))


def judged(measure: EventMeasure, compiler: Compiler) -> tuple[str, str]:
    """SQL of value and of whether the goal is kept, from ``top`` and ``bottom``; the goal is judged unrounded."""
    value = divide("top", "bottom") + (" - CAST(1 AS DECIMAL(24, 6))" if measure.growth else "")
    goal = None
    if measure.target is not None:
        goal = measure.target.on(measure.goal_day(compiler.biz_date))
    more = MILLION if measure.growth else 0
    bound = compiler.binds.text(None if goal is None else int(goal * MILLION) + more, "HUGEINT")  # type: ignore[operator, arg-type]
    met = f"TRY(top * {_million()} {measure.keeps} {bound} * bottom)"
    return (
        f"CASE WHEN bottom > 0 THEN TRY_CAST({value} AS DECIMAL(24, 6)) END",
        f"CASE WHEN bottom > 0 THEN {met} END",
    )


def _counted(columns: tuple[str, ...], places: int, aggregate: str) -> FigureSql:
    """A count or a sum: nothing counted is nought only where something arrived and nothing is unknown."""
    known = "rows_{span} > 0 OR (arrived AND unknown_{span} = 0)"
    return FigureSql(
        columns,
        f"CASE WHEN {known} THEN COALESCE(a_{{span}}, CAST(0 AS HUGEINT)) END",
        _power(places),
        divide("top_now", "bottom_now"),
        aggregate=aggregate,
    )


def _divided(columns: tuple[str, ...], places: int) -> FigureSql:
    return FigureSql(columns, "a_{span}", "b_{span}", number("a_now", places), number("b_now", places))


def _quantile(measure: EventMeasure, compiler: Compiler, fact: str, places: int) -> FigureSql:
    """Nearest rank: the value in row ceil(p × n) from below; published as rank and number of rows."""
    assert measure.quantile is not None
    share = measure.quantile.on(compiler.biz_date)
    bound = compiler.binds.text(None if share is None else int(share * MILLION), "HUGEINT")  # type: ignore[operator, arg-type]
    rank = f"(({bound} * rows_{{span}} + {MILLION - 1}) // {_million()})"
    shown = rank.format(span="now")
    return FigureSql(
        (_whole(fact, places),),
        f"a_{{span}}[CAST({rank} AS BIGINT)]",
        _power(places),
        f"CASE WHEN rows_now > 0 THEN TRY_CAST({shown} AS DECIMAL(24, 6)) END",
        "TRY_CAST(rows_now AS DECIMAL(24, 6))",
        event_sql.SORTED,
    )


def _places(measure: EventMeasure, fact: str) -> int:
    meaning = measure.columns[fact]
    if meaning.places is not None:
        return meaning.places
    return {"money": 2, "ratio": 6}.get(meaning.type, 0)


def _whole(fact: str, places: int) -> str:
    """A column of the row as a whole number of 10^-places."""
    return f'CAST(CAST(e."{fact}" AS DECIMAL(26, {places})) * {10**places} AS HUGEINT)'


def _power(places: int) -> str:
    return f"CAST({10**places} AS HUGEINT)"


def _million() -> str:
    return f"CAST({MILLION} AS HUGEINT)"
