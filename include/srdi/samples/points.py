"""Points of the national score tables and the comparisons behind them, in whole numbers.

What nobody can tell widens a span: the least points if it all goes against the enterprise, the most if it all
goes well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from srdi.samples.standing import NO, UNKNOWN, YES, Three, told
from srdi.samples.truth import MISSING

Span = tuple[np.ndarray, np.ndarray]
"""(least, most) points of every enterprise."""

Bands = tuple[tuple[int, int], ...]
"""(bound, points), the best first."""

Ratio = tuple[np.ndarray, np.ndarray]
"""(top, bottom); nothing can be said where the bottom is missing, nought or less."""


def reaches(values: np.ndarray, bound: int) -> Three:
    return told(values >= bound, values != MISSING)


def stays_within(values: np.ndarray, bound: int) -> Three:
    return told(values <= bound, values != MISSING)


def share_reaches(ratio: Ratio, hundredths: int) -> Three:
    top, bottom = ratio
    return told(top * 100 >= bottom * hundredths, (top != MISSING) & (bottom > 0))


def share_within(ratio: Ratio, hundredths: int) -> Three:
    top, bottom = ratio
    return told(top * 100 <= bottom * hundredths, (top != MISSING) & (bottom > 0))


def grew_on_average(now: np.ndarray, before: np.ndarray, earlier: np.ndarray) -> Callable[[int], Three]:
    """The mean of two yearly rates against so many hundredths; products of amounts need Python's own integers."""
    usable = (now != MISSING) & (before > 0) & (earlier > 0)
    a, b, c = (column[usable].astype(object) for column in (now, before, earlier))
    twice, base = a * c + b * b, b * c  # a/b + b/c over one denominator

    def kept(hundredths: int) -> Three:
        found = np.full(len(now), UNKNOWN, np.int8)
        found[usable] = np.where((twice * 100 >= base * (200 + 2 * hundredths)).astype(bool), YES, NO)
        return found

    return kept


def grew_compounded(now: np.ndarray, before: np.ndarray, earlier: np.ndarray, hundredths: int) -> Three:
    """The same yearly rate twice: now against earlier, by the square."""
    usable = (now != MISSING) & (before != MISSING) & (earlier > 0)
    return told(now * 10_000 >= earlier * (100 + hundredths) ** 2, usable)


def ladder(*steps: tuple[Three, int, int]) -> Span:
    """Points of the first condition that holds; each step is (condition, points, points that stay open)."""
    least = np.zeros(len(steps[0][0]), np.int64)
    most = least.copy()
    for condition, points, more in reversed(steps):
        least = np.select(
            [condition == YES, condition == UNKNOWN], [points, np.minimum(least, points)], least
        )
        most = np.select(
            [condition == YES, condition == UNKNOWN], [points + more, np.maximum(most, points + more)], most
        )
    return least, most


def banded(kept: Callable[[int], Three], bands: Bands) -> Span:
    return ladder(*((kept(bound), points, 0) for bound, points in bands))


def capped(condition: Three, points: int, cap: int, more: int) -> Span:
    """Points for a condition, and what no source tells, together no more than the cap."""
    least, most = ladder((condition, points, 0))
    return np.minimum(least, cap), np.minimum(most + more, cap)


def better(*spans: Span) -> Span:
    return np.maximum.reduce([one[0] for one in spans]), np.maximum.reduce([one[1] for one in spans])


def added(*spans: Span) -> Span:
    return sum(one[0] for one in spans), sum(one[1] for one in spans)  # type: ignore[return-value]


def open_to(how_many: int, points: int) -> Span:
    """A line that no data tell: anything from nothing to ``points``."""
    return np.zeros(how_many, np.int64), np.full(how_many, points, np.int64)


def span_reaches(span: Span, bound: int) -> Three:
    """Yes where even the least do, no where even the most do not."""
    return np.select([span[0] >= bound, span[1] < bound], [YES, NO], UNKNOWN).astype(np.int8)
