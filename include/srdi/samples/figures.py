"""The oracle's figures on events: counts, sums, shares, means, growth and quantiles, per bank and for all of them.

One line a measure. A row whose title, size or needed number nobody knows is in no figure.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from srdi.samples.happenings import Event
from srdi.samples.means import target_row
from srdi.samples.standing import NO, UNKNOWN, YES

SIX = Decimal("0.000001")
TEN_THOUSANDTHS = 10_000  # a rate is kept in hundredths of a per cent
Test = Callable[[Event], int]
Parts = tuple[Fraction | None, Fraction | None, Fraction | None]
Figure = Callable[[list[Event]], Parts]
"""Events → (numerator, denominator, value); None where there is none."""


@dataclass(frozen=True)
class Flow:
    """``of``: which events of ``area``; ``during``: year, quarter, paper (since ``paper``), newest or ever.

    ``target``: the goal; ``paper``: first day of the paper.
    """

    id: str
    area: str
    table: str
    of: Test
    figure: Figure
    during: str = "year"
    growth: bool = False
    target: Decimal | None = None
    paper: date = date.min
    per_bank: bool = True


# ── tests of one event ───────────────────────────────────────────────────────────────────────


def every(event: Event) -> int:
    """Whichever it is."""
    return YES


def has(*names: str) -> Test:
    return lambda e: min(e.flags[name] for name in names)


def lacks(name: str, *others: str) -> Test:
    return lambda e: min(YES - e.flags[name], *(e.flags[other] for other in others))


def says(name: str, *wanted: str) -> Test:
    return lambda e: YES if e.words[name] in wanted else NO


def also(*tests: Test) -> Test:
    return lambda e: min(test(e) for test in tests)


def whichever(*tests: Test) -> Test:
    return lambda e: max(test(e) for test in tests)


# ── figures ──────────────────────────────────────────────────────────────────────────────────


def count(events: list[Event]) -> Parts:
    return Fraction(len(events)), None, Fraction(len(events))


def banks(events: list[Event]) -> Parts:
    return count([*{e.bank: e for e in events}.values()])


def total(name: str) -> Figure:
    def figure(events: list[Event]) -> Parts:
        found = numbers(events, name)
        sum_ = Fraction(sum(found)) if found or not events else None
        return sum_, None, sum_

    return figure


def share(name: str, where: Test) -> Figure:
    """What part of the amount is ``where``; an event that does not tell is in neither."""

    def figure(events: list[Event]) -> Parts:
        told = [e for e in events if where(e) != UNKNOWN]
        part = [e for e in told if where(e) == YES]
        return over(Fraction(sum(numbers(part, name))), Fraction(sum(numbers(told, name))), bool(told))

    return figure


def mean(name: str, weight: str) -> Figure:
    def figure(events: list[Event]) -> Parts:
        told = [(e.numbers[name], e.numbers[weight]) for e in events]
        both = [(n, w) for n, w in told if n is not None and w is not None]
        top = Fraction(sum(n * w for n, w in both), TEN_THOUSANDTHS)
        return over(top, Fraction(sum(w for _, w in both)), bool(both))

    return figure


def ratio(name: str, bottom: str) -> Figure:
    def figure(events: list[Event]) -> Parts:
        told = [e for e in events if e.numbers[name] is not None and e.numbers[bottom] is not None]
        return over(Fraction(sum(numbers(told, name))), Fraction(sum(numbers(told, bottom))), bool(told))

    return figure


def lead(name: str, bottom: str, against: str, against_bottom: str) -> Figure:
    """By how much one ratio exceeds another."""

    def figure(events: list[Event]) -> Parts:
        parts = (name, bottom, against, against_bottom)
        told = [e for e in events if all(e.numbers[part] is not None for part in parts)]
        a, b, c, d = (Fraction(sum(numbers(told, part))) for part in parts)
        one, other = (a / b if b > 0 else None), (c / d if d > 0 else None)
        return one, other, None if one is None or other is None else one - other

    return figure


def quantile(name: str, p: Fraction) -> Figure:
    """Nearest rank: the value in row ceil(p·n) from below."""

    def figure(events: list[Event]) -> Parts:
        values = sorted(numbers(events, name))
        if not values:
            return None, Fraction(0), None
        rank = math.ceil(p * len(values))
        return Fraction(rank), Fraction(len(values)), Fraction(values[rank - 1])

    return figure


def numbers(events: list[Event], name: str) -> list[int]:
    return [n for e in events if (n := e.numbers[name]) is not None]


def over(top: Fraction, bottom: Fraction, anything: bool) -> Parts:
    if not anything:
        return None, None, None
    return top, bottom, top / bottom if bottom > 0 else None


# ── answers ──────────────────────────────────────────────────────────────────────────────────


def financed(flow: Flow, events: list[Event], on: date) -> list[dict[str, Any]]:
    """Rows of the financing answers: every bank with something of it, and ``ALL``."""
    first, last = span(flow, events, on)
    spans = [(first, last)] + ([(year_before(first), year_before(last))] if flow.growth else [])
    asked = [_asked(flow, events, days) for days in spans]
    named = sorted({e.bank for sure, _ in asked for e in sure}) if flow.per_bank else []
    rows = []
    for bank in ("ALL", *named):
        mine = [[[e for e in part if bank in ("ALL", e.bank)] for part in parts] for parts in asked]
        figures = [_figure(flow, bool(events), sure, doubtful) for sure, doubtful in mine]
        top, bottom, value = _growth(figures[0][2], figures[1][2]) if flow.growth else figures[0]
        rows.append(
            dict(
                measure_id=flow.id,
                area_code=flow.area,
                bank=bank,
                numerator=_six(top),
                denominator=_six(bottom),
                value=_six(value),
                target=flow.target,
            )
        )
    return rows


def aimed(flow: Flow, events: list[Event], on: date) -> dict[str, Any]:
    """A row of the target answers, for figures that no bank has a part in."""
    sure, doubtful = _asked(flow, events, span(flow, events, on))
    actual = _six(_figure(flow, bool(events), sure, doubtful)[2])
    return target_row(flow.id, flow.area, flow.target, actual, 0)


def span(flow: Flow, events: list[Event], on: date) -> tuple[date, date]:
    """First and last day that count; a quarter is closed on its last day."""
    if flow.during == "newest":
        newest = max((e.day for e in events if e.day is not None), default=date.min)
        return newest, newest
    if flow.during == "quarter":
        tomorrow = on + timedelta(1)
        last = date(tomorrow.year, tomorrow.month - (tomorrow.month - 1) % 3, 1) - timedelta(1)
        return date(last.year, last.month - 2, 1), last
    return {"year": date(on.year, 1, 1), "paper": flow.paper}.get(flow.during, date.min), on


def year_before(value: date) -> date:
    """The same day of the year before; 28 February where it has no 29th."""
    leap = (value.month, value.day) == (2, 29)
    return value.replace(year=value.year - 1, day=28 if leap else value.day)


def _asked(flow: Flow, events: list[Event], days: tuple[date, date]) -> tuple[list[Event], list[Event]]:
    """(those that belong, those that may). Events of nobody are in no area; banks as such are in all of them."""
    here = [e for e in events if e.city == "" or (e.city or "").startswith(flow.area.rstrip("0"))]
    here = [e for e in here if e.day is not None and days[0] <= e.day <= days[1]]
    asked = [(e, flow.of(e)) for e in here]
    return [e for e, of in asked if of == YES], [e for e, of in asked if of == UNKNOWN]


def _figure(flow: Flow, arrived: bool, sure: list[Event], doubtful: list[Event]) -> Parts:
    """Nothing counted is nought only where something ever arrived and nothing may have to be counted."""
    top, bottom, value = flow.figure(sure)
    return (None, bottom, None) if not sure and (doubtful or not arrived) else (top, bottom, value)


def _growth(now: Fraction | None, before: Fraction | None) -> Parts:
    """This year's figure against last year's, both as published, minus one."""
    top, bottom = (None if value is None else Fraction(_six(value) or 0) for value in (now, before))
    if top is None or bottom is None or bottom <= 0:
        return top, bottom, None
    return top, bottom, top / bottom - 1


def _six(value: Fraction | None) -> Decimal | None:
    """Half-up to six places."""
    if value is None:
        return None
    millionths = (abs(value) * 2_000_000 + 1) // 2
    return (Decimal(int(millionths)) * (-1 if value < 0 else 1)).scaleb(-6).quantize(SIX, ROUND_HALF_UP)
