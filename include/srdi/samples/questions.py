"""What the papers ask in the same words: figures against bounds, shares, declared words, titles, and how they combine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from srdi.samples.points import Ratio, grew_on_average, reaches, share_reaches, share_within
from srdi.samples.standing import UNKNOWN, Accounts, Three, both, either, opposite
from srdi.samples.traits import Part, Traits
from srdi.samples.truth import MISSING


def ratio(year: Accounts, top: str, bottom: str) -> Ratio:
    return year.of(top), year.of(bottom)


def mean_growth(k: Traits) -> Callable[[int], Three]:
    return grew_on_average(*(year.of("main_revenue") for year in (k.now, k.before, k.earlier)))


def figure(name: str, bound: int) -> Part:
    """A figure of the closed year."""
    return lambda k: reaches(k.now.of(name), bound)


def each_year(name: str, bound: int) -> Part:
    return lambda k: both(*(reaches(year.of(name), bound) for year in (k.now, k.before)))


def research_each_year(hundredths: int) -> Part:
    return lambda k: both(
        *(share_reaches(ratio(year, "rd_expense", "revenue"), hundredths) for year in (k.now, k.before))
    )


def research_of_two_years(bound: int) -> Part:
    def kept(k: Traits) -> Three:
        now, before = k.now.of("rd_expense"), k.before.of("rd_expense")
        told = (now != MISSING) & (before != MISSING)
        return np.where(told, reaches(now + before, bound), UNKNOWN)

    return kept


def research(hundredths: int) -> Part:
    return lambda k: share_reaches(ratio(k.now, "rd_expense", "revenue"), hundredths)


def main_share(hundredths: int) -> Part:
    return lambda k: share_reaches(ratio(k.now, "main_revenue", "revenue"), hundredths)


def debt(hundredths: int) -> Part:
    return lambda k: share_within(ratio(k.now, "liabilities", "assets"), hundredths)


def declares(name: str, bound: int) -> Part:
    return lambda k: reaches(k.number(name), bound)


def product(words: set[str]) -> Part:
    return lambda k: k.says("product_fields", words)


def direct(words: set[str]) -> Part:
    return lambda k: k.says("direct_conditions", words)


def holds(title: str) -> Part:
    return lambda k: k.holds(title)


def not_(part: Part) -> Part:
    return lambda k: opposite(part(k))


def every(*parts: Part) -> Part:
    return lambda k: both(*(part(k) for part in parts))


def one_of(*parts: Part) -> Part:
    return lambda k: either(*(part(k) for part in parts))


def operating(k: Traits) -> Three:
    return k.s.operating
