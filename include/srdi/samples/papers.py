"""What the national papers of 2022 and 2026 ask for the next title or its renewal, written down a second time.

One line a criterion. Money is in yuan, shares in hundredths, market shares in hundredths of a per cent, development
scores in tenths of a point; ``traits`` gives the columns and ``points`` the spans.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from srdi.samples import traits as t
from srdi.samples.points import (
    Span,
    added,
    banded,
    better,
    capped,
    grew_compounded,
    ladder,
    open_to,
    reaches,
    share_reaches,
    span_reaches,
    stays_within,
)
from srdi.samples.questions import (
    debt,
    declares,
    direct,
    each_year,
    every,
    figure,
    holds,
    main_share,
    mean_growth,
    not_,
    one_of,
    operating,
    product,
    ratio,
    research,
    research_each_year,
    research_of_two_years,
)
from srdi.samples.standing import NO, YES, Three, both, either, opposite
from srdi.samples.traits import Part, Traits

FIRST, LAST_2022, FIRST_2026, NEVER = date(2022, 8, 1), date(2026, 3, 31), date(2026, 4, 1), date.max
FLOOR_FROM, FLOOR = date(2025, 5, 16), 50_000_000
"""From then on a little giant needs so much revenue."""


@dataclass(frozen=True)
class Standard:
    """``new`` and ``renewal``: first and last day on which the standard is used for either.

    ``asked``: whose next title it is; ``holder``: the title that is renewed; ``waived``: not asked of a holder.
    """

    id: str
    title: str
    new: tuple[date, date]
    renewal: tuple[date, date]
    asked: Part
    holder: str
    criteria: tuple[tuple[str, Part], ...]
    score: Callable[[Traits], Span] | None = None
    waived: tuple[str, ...] = ()


BASIC: tuple[tuple[str, Part], ...] = (
    ("sme", lambda k: k.s.sme),
    ("serious_dishonest", lambda k: opposite(k.serious)),
    ("abnormal_operation", lambda k: opposite(k.abnormal)),
)


# ── 工信部企业〔2022〕63号 ───────────────────────────────────────────────────────────────────────


def _innovative_scores(k: Traits) -> tuple[Span, Span, Span]:
    """附件1: innovation, growth, specialisation."""
    ip = ladder((declares("ip_class1", 1)(k), 10, 10), (declares("ip_class2", 1)(k), 5, 0))
    rd = banded(lambda b: research(b)(k), ((5, 20), (3, 15), (2, 10), (1, 5)))
    sales = k.now.of("main_revenue"), k.before.of("main_revenue")
    grown = banded(lambda b: share_reaches(sales, b), ((115, 20), (110, 15), (105, 10), (100, 5)))
    owed = banded(lambda b: debt(b)(k), ((55, 10), (75, 5)))
    emerging = product(t.EMERGING)(k)
    # it is one or the other, told or not
    field = np.where(emerging == YES, 10, 5), np.where(emerging == NO, 5, 10)
    main = banded(lambda b: main_share(b)(k), ((70, 20), (60, 15), (55, 10), (50, 5)))
    return added(ip, rd), added(grown, owed), added(field, main)


def _innovative_evaluation(k: Traits) -> Three:
    innovation, growth, specialisation = k.once(_innovative_scores)
    by_points = both(
        span_reaches(added(innovation, growth, specialisation), 60),
        span_reaches(innovation, 20),
        span_reaches(growth, 15),
        span_reaches(specialisation, 15),
    )
    return either(
        by_points,
        k.holds("high_tech"),
        k.says("direct_conditions", t.IP_MODEL | t.PROVINCIAL_AWARD | t.NATIONAL_AWARD),
        declares("rd_body_level", 3)(k),
        declares("equity_two_years", 5_000_000)(k),
    )


def _provincial_score(k: Traits) -> Span:
    """附件2: four parts, of which the province's own cannot be told."""
    specialisation = added(
        banded(lambda b: main_share(b)(k), ((80, 5), (70, 3), (60, 1))),
        banded(mean_growth(k), ((10, 10), (8, 8), (6, 6), (4, 4), (0, 2))),
        banded(lambda b: declares("segment_years", b)(k), ((10, 5), (8, 4), (6, 3), (4, 2), (2, 1))),
        ladder((product(t.KEY_LINK)(k), 5, 0), (product(t.SIX_BASES | t.SUPPORTING)(k), 3, 0)),
    )
    third, second = (both(k.evaluated, reaches(k.level, level)) for level in (3, 2))
    profit = ratio(k.now, "net_profit", "revenue")
    refinement = added(
        ladder((third, 5, 0), (second, 3, 0)),
        capped(k.says("certifications", t.QUALITY), 3, cap=5, more=5),
        banded(lambda b: share_reaches(profit, b), ((10, 10), (8, 8), (6, 6), (4, 4), (2, 2))),
        banded(lambda b: debt(b)(k), ((50, 5), (60, 3), (70, 1))),
    )
    amounts = tuple((millions * 1_000_000, 2 * millions) for millions in (5, 4, 3, 2, 1))
    staff = ratio(k.now, "rd_staff", "employees")
    innovation = added(
        ladder((declares("ip_class1", 1)(k), 6, 4), (declares("ip_class2", 1)(k), 2, 0)),
        better(
            banded(lambda b: figure("rd_expense", b)(k), amounts),
            banded(lambda b: research(b)(k), ((10, 10), (8, 8), (6, 6), (4, 4), (3, 2))),
        ),
        banded(lambda b: share_reaches(staff, b), ((20, 5), (10, 3), (5, 1))),
        banded(lambda b: declares("rd_body_level", b)(k), ((4, 10), (3, 8), (2, 4), (1, 2))),
    )
    return added(specialisation, refinement, open_to(len(k.s), 15), innovation)


def _floor(k: Traits) -> Three:
    return reaches(k.now.of("revenue"), FLOOR if k.s.on >= FLOOR_FROM else 0)


def _small_with_backers(k: Traits) -> Three:
    """附件3: below 50 million of revenue, with investors, 30 million of research and half the staff in it."""
    return both(
        stays_within(k.now.of("revenue"), 49_999_999),
        declares("equity_two_years", 80_000_000)(k),
        reaches(k.now.of("rd_expense"), 30_000_000),
        share_reaches(ratio(k.now, "rd_staff", "employees"), 50),
    )


def _growth_2026(k: Traits) -> Three:
    now, before, earlier = (year.of("revenue") for year in (k.now, k.before, k.earlier))
    return grew_compounded(now, before, earlier, 5)


_NATIONAL = direct(t.NATIONAL_AWARD)
_AWARDED = direct(t.NATIONAL_AWARD | t.PROVINCIAL_AWARD)
_EXCELLENT = direct(t.NATIONAL_AWARD | t.TOP50)
_NEXT_PROVINCIAL = every(operating, not_(holds("upper")))
_NEXT_GIANT = every(operating, holds("provincial"), not_(holds("little_giant")))

STANDARDS = (
    Standard(
        "national.innovative_2022", "创新型", (FIRST, NEVER), (FIRST, NEVER),
        every(operating, not_(holds("innovative")), not_(holds("upper"))), "innovative",
        (*BASIC, ("evaluation", _innovative_evaluation)),
        lambda k: added(*k.once(_innovative_scores)),
    ),
    Standard(
        "national.provincial_2022", "省级", (FIRST, LAST_2022), (FIRST, LAST_2022), _NEXT_PROVINCIAL, "provincial",
        (
            *BASIC,
            ("segment", declares("segment_years", 2)),
            ("rd", every(figure("rd_expense", 1_000_000), research(3))),
            ("revenue", one_of(figure("revenue", 10_000_000), declares("equity_two_years", 20_000_000))),
            ("evaluation", one_of(
                lambda k: span_reaches(k.once(_provincial_score), 60), _AWARDED, direct(t.TOP500),
                research_of_two_years(20_000_000), declares("equity_two_years", 60_000_000),
            )),
        ),
        _provincial_score,
    ),
    Standard(
        "national.little_giant_2022", "小巨人", (FIRST, LAST_2022), (FIRST, date(2026, 12, 31)),
        _NEXT_GIANT, "little_giant",
        (
            *BASIC,
            ("segment", declares("segment_years", 3)),
            ("main_share", main_share(70)),
            ("growth", lambda k: mean_growth(k)(5)),
            ("core_business", declares("it_core_businesses", 1)),
            ("certified", lambda k: k.says("certifications", t.CERTIFIED)),
            ("debt", debt(70)),
            ("market_share", declares("market_share", 1000)),
            ("revenue_floor", _floor),
            ("rd", one_of(
                every(figure("revenue", 100_000_000), research_each_year(3)),
                every(figure("revenue", 50_000_000), research_each_year(6)),
                _small_with_backers, _EXCELLENT,
            )),
            ("rd_body", one_of(declares("rd_body_level", 1), _EXCELLENT)),
            ("ip", one_of(declares("ip_class1", 2), _EXCELLENT)),
            ("key_link", product(t.KEY_LINK)),
            ("field", product(t.POWER_FIELD)),
        ),
        waived=("growth",),
    ),
    Standard(
        "national.provincial_2026", "省级", (FIRST_2026, NEVER), (FIRST_2026, NEVER), _NEXT_PROVINCIAL, "provincial",
        (
            *BASIC,
            ("first_tier", one_of(holds("tech_sme"), holds("innovative"))),
            ("segment", declares("segment_years", 3)),
            ("revenue", one_of(figure("revenue", 15_000_000), declares("equity_two_years", 20_000_000))),
            ("main_share", main_share(80)),
            ("debt", debt(80)),
            ("rd", every(each_year("rd_expense", 1_000_000), research_each_year(3))),
            ("ip", one_of(declares("ip_class1", 1), _AWARDED, declares("rd_body_level", 3))),
            ("evaluation", declares("development_score", 500)),
        ),
    ),
    Standard(
        "national.little_giant_2026", "小巨人", (FIRST_2026, NEVER), (date(2027, 1, 1), NEVER),
        _NEXT_GIANT, "little_giant",
        (
            *BASIC,
            ("provincial_title", holds("upper")),
            ("not_champion", not_(holds("champion"))),
            ("segment", declares("segment_years", 3)),
            ("revenue", figure("revenue", 50_000_000)),
            ("main_share", main_share(90)),
            ("growth", _growth_2026),
            ("debt", debt(75)),
            ("rd", every(research_of_two_years(12_000_000), research_each_year(3))),
            ("ip", one_of(declares("ip_class1", 4), _NATIONAL)),
            ("market_share", one_of(
                declares("market_share", 1000), lambda k: stays_within(k.number("national_rank"), 3),
            )),
            ("field", product(t.SIX_BASES | t.KEY_LINK)),
            ("evaluation", declares("development_score", 600)),
        ),
        waived=("growth",),
    ),
)  # fmt: skip
"""In the order of their first days: of two for one title the later one counts."""
