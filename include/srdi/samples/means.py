"""The oracle's targets: holders of titles, recognitions of a year or of all years, and means over the accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from srdi.samples.knowledge import CHAMPIONS, Firm
from srdi.samples.standing import NO, YES, Standing, both, held
from srdi.samples.truth import MISSING

SIX = Decimal("0.000001")
# measure → (area, titles of which one is enough, goal)
STOCKS = {
    "zhengzhou.innovative_stock": ("410100", ("创新型",), 8000),
    "zhengzhou.srdi_stock": ("410100", ("市级", "省级", "小巨人", *CHAMPIONS), 2600),
    "zhengzhou.provincial_stock": ("410100", ("省级",), 500),
    "zhengzhou.little_giant_stock": ("410100", ("小巨人",), 130),
    "zhengzhou.champion_stock": ("410100", CHAMPIONS, 15),
    "zhengzhou.quality_benchmarks": ("410100", ("质量标杆",), 100),
    "sanmenxia.little_giant_count": ("411200", ("小巨人",), 20),
    "sanmenxia.provincial_count": ("411200", ("省级",), 100),
}
# measure → (area, titles, goal, year of the recognitions: None for the running one, 0 for all up to the day)
RECOGNITIONS: dict[str, tuple[str, tuple[str, ...], int, int | None]] = {
    "henan.innovative_flow": ("410000", ("创新型",), 10000, None),
    "henan.provincial_flow": ("410000", ("省级",), 1000, None),
    "henan.little_giant_flow": ("410000", ("小巨人",), 100, None),
    "luoyang.innovative_cumulative": ("410300", ("创新型",), 1500, 0),
    "luoyang.provincial_cumulative": ("410300", ("省级",), 400, 0),
    "luoyang.little_giant_cumulative": ("410300", ("小巨人",), 80, 0),
    "luoyang.provincial_up_new": ("410300", ("省级", "小巨人"), 100, 2023),
}


@dataclass(frozen=True)
class Mean:
    """``top`` over ``bottom`` of Zhengzhou's specialised firms; ``each``: the mean of their own ratios."""

    id: str
    top: Callable[[Standing], np.ndarray]
    bottom: Callable[[Standing], np.ndarray]
    goal: Decimal
    each: bool = False
    growth: bool = False


def _of(name: str) -> Callable[[Standing], np.ndarray]:
    return lambda s: s.accounts.of(name)


def _before(name: str) -> Callable[[Standing], np.ndarray]:
    return lambda s: s.before.of(name)


MEANS = (
    Mean("zhengzhou.rd_share", _of("rd_expense"), _of("revenue"), Decimal("0.035")),
    Mean("zhengzhou.rd_share.mean_of_ratios", _of("rd_expense"), _of("revenue"), Decimal("0.035"), each=True),
    Mean("zhengzhou.main_revenue_growth", _of("main_revenue"), _before("main_revenue"), Decimal("0.12"), growth=True),
    Mean("zhengzhou.net_profit_growth", _of("net_profit"), _before("net_profit"), Decimal("0.12"), growth=True),
    Mean("zhengzhou.main_revenue_share", _of("main_revenue"), _of("revenue"), Decimal("0.72")),
)  # fmt: skip


def targets(firms: list[Firm], standing: Standing) -> list[dict[str, Any]]:
    """Rows of the target answers that titles and accounts give."""
    on = standing.on
    rows = []
    for measure, (area, titles, goal) in STOCKS.items():
        answers = [_holds(firm, titles, on) for firm in firms if firm.city == area]
        rows.append(target_row(measure, area, goal, answers.count(True), answers.count(None)))
    listed = {title for firm in firms for title, _ in firm.recognitions}
    for measure, (area, titles, goal, year) in RECOGNITIONS.items():
        here = [firm for firm in firms if area.endswith("0000") or firm.city == area]
        count = sum(_recognised(firm, titles, on, year) for firm in here)
        undated = sum(any(t in titles and when is None for t, when in firm.recognitions) for firm in here)
        rows.append(target_row(measure, area, goal, count if listed & set(titles) else None, undated))
    return rows + [_mean(mean, standing) for mean in MEANS]


def target_row(measure: str, area: str, goal: Any, actual: Any, unknown: int) -> dict[str, Any]:
    """One answer; ``actual`` None where nothing was delivered that it could be counted from."""
    return dict(
        measure_id=measure,
        area_code=area,
        target=goal,
        actual=actual,
        gap=None if goal is None or actual is None else goal - actual,
        unknown=unknown,
    )


def _holds(firm: Firm, titles: tuple[str, ...], on: date) -> bool | None:
    """Whether an operating enterprise holds one of the titles."""
    standing = (False, None, True)[held(firm, titles, on)]
    parts = (standing, firm.operating)
    return False if False in parts else None if None in parts else True


def _recognised(firm: Firm, titles: tuple[str, ...], on: date, year: int | None) -> bool:
    days = [when for title, when in firm.recognitions if title in titles and when is not None and when <= on]
    wanted = on.year if year is None else year
    return any(year == 0 or when.year == wanted for when in days)


def _mean(mean: Mean, standing: Standing) -> dict[str, Any]:
    """Firms without both figures, or with nothing to divide by, are unknown and in no mean."""
    of = both(standing.titles["srdi"], standing.operating)
    here = standing.present & (standing.city == "410100") & (of != NO)
    top, bottom = mean.top(standing), mean.bottom(standing)
    usable = here & (of == YES) & (top != MISSING) & (bottom > 0)
    tops, bottoms = top[usable].tolist(), bottom[usable].tolist()
    actual = None
    if tops and mean.each:
        ratios = [_six(Decimal(a) / b) for a, b in zip(tops, bottoms, strict=True)]
        actual = _six(sum(ratios, Decimal(0)) / len(ratios))
    elif tops:
        actual = _six(Decimal(sum(tops)) / sum(bottoms)) - (1 if mean.growth else 0)
    return target_row(mean.id, "410100", mean.goal, actual, int((here & ~usable).sum()))


def _six(value: Decimal) -> Decimal:
    return value.quantize(SIX, ROUND_HALF_UP)
