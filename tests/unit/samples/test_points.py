"""Spans of points and comparisons in whole numbers: both sides of every edge, and what is unknown."""

from __future__ import annotations

import numpy as np
import pytest

from srdi.samples.points import (
    added,
    banded,
    better,
    capped,
    grew_compounded,
    grew_on_average,
    ladder,
    open_to,
    reaches,
    share_reaches,
    share_within,
    span_reaches,
    stays_within,
)
from srdi.samples.standing import NO, UNKNOWN, YES
from srdi.samples.truth import MISSING


def col(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def spans(span: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
    return list(zip(span[0].tolist(), span[1].tolist(), strict=True))


def test_bounds_belong_to_both_directions() -> None:
    assert reaches(col(4, 5, MISSING), 5).tolist() == [NO, YES, UNKNOWN]
    assert stays_within(col(5, 6, MISSING), 5).tolist() == [YES, NO, UNKNOWN]
    ratio = (col(299, 300, 5, 5, MISSING), col(10_000, 10_000, 0, MISSING, 100))
    assert share_reaches(ratio, 3).tolist() == [NO, YES, UNKNOWN, UNKNOWN, UNKNOWN]
    ratio = (col(7000, 7001, 0), col(10_000, 10_000, -3))
    assert share_within(ratio, 70).tolist() == [YES, NO, UNKNOWN]


def test_the_first_condition_that_holds_counts_and_doubt_widens() -> None:
    first = col(YES, NO, NO, UNKNOWN, UNKNOWN, NO)
    second = col(YES, YES, NO, YES, NO, UNKNOWN)
    found = ladder((first, 10, 5), (second, 4, 0))
    assert spans(found) == [(10, 15), (4, 4), (0, 0), (4, 15), (0, 15), (0, 4)]


def test_a_band_is_reached_on_its_bound() -> None:
    values = col(99, 100, 59, 60, MISSING)
    assert spans(banded(lambda b: reaches(values, b), ((100, 5), (60, 1)))) == [
        (1, 1), (5, 5), (0, 0), (1, 1), (0, 5),
    ]  # fmt: skip


def test_caps_sums_and_the_better_of_two() -> None:
    assert spans(capped(col(YES, NO, UNKNOWN), 3, cap=5, more=5)) == [(3, 5), (0, 5), (0, 5)]
    assert spans(capped(col(YES, NO, UNKNOWN), 3, cap=9, more=5)) == [(3, 8), (0, 5), (0, 8)]
    one, other = (col(1, 0), col(1, 9)), (col(4, 2), col(4, 3))
    assert spans(better(one, other)) == [(4, 4), (2, 9)]
    assert spans(added(one, other, open_to(2, 15))) == [(5, 20), (2, 27)]


def test_a_span_decides_only_when_all_of_it_does() -> None:
    assert span_reaches((col(60, 59, 40), col(90, 60, 59)), 60).tolist() == [YES, UNKNOWN, NO]


@pytest.mark.parametrize("scale", [1, 40_000_000_000])  # products of the larger ones leave 64 bits
def test_mean_of_two_yearly_rates(scale: int) -> None:
    # 100 → 110 → 110: ten per cent, then none
    before, earlier = col(*[110 * scale] * 2), col(*[100 * scale] * 2)
    kept = grew_on_average(col(110 * scale, 110 * scale - 1), before, earlier)
    assert kept(5).tolist() == [YES, NO]
    assert kept(4).tolist() == [YES, YES]
    nothing = grew_on_average(col(5, MISSING, 0), col(0, 5, 5), col(5, 5, 5))(-100)
    assert nothing.tolist() == [UNKNOWN, UNKNOWN, YES]


def test_compound_growth_is_of_both_years_together() -> None:
    now = col(11_025, 11_024, 11_025, 11_025, MISSING)
    found = grew_compounded(now, col(1, 1, MISSING, 1, 1), col(10_000, 10_000, 10_000, 0, 1), 5)
    assert found.tolist() == [YES, NO, UNKNOWN, UNKNOWN, UNKNOWN]
