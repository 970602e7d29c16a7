"""The oracle's coverage and requirement measures beyond evaluation: who is asked, what counts, how many do.

One line a measure, in the words of the papers; ``standing`` and ``deeds`` give the columns. Unknown members and
unknown answers are counted apart and are in no denominator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from srdi.samples.deeds import Deeds, at_or_above, happened
from srdi.samples.places import PLACES
from srdi.samples.standing import NO, UNKNOWN, YES, Standing, Three, at_least, both, either, opposite, told

SIX = Decimal("0.000001")
ALL = Decimal("1.00")
LOOKBACK = timedelta(365)
LARGE_CREDIT = 10_000_000
SMALL_REVENUE = 100_000_000
# first days of the papers
ZHENGZHOU, LUOYANG, SANMENXIA, HENAN = (
    date(2022, 4, 12), date(2023, 1, 1), date(2022, 4, 22), date(2022, 1, 1),
)  # fmt: skip


@dataclass
class Known:
    """All columns of a day; ``listed``: per list who is listed, and who is under review."""

    s: Standing
    d: Deeds
    listed: dict[str, Three]

    def holders(self, title: str) -> Three:
        """Operating holders of ``srdi``, ``upper``, ``provincial`` or ``little_giant``."""
        return both(self.s.titles[title], self.s.operating)

    def served(self, service: str, since: date) -> Three:
        return happened(self.d.services[service], self.d.heard, since, self.s.on)

    def this_year(self, service: str) -> Three:
        return self.served(service, date(self.s.on.year, 1, 1))

    def member(self, platform: str) -> Three:
        return self.d.platforms[platform]

    def on_list(self, measure: str) -> Three:
        return self.listed[measure]

    def credit(self, days: np.ndarray, since: date) -> Three:
        return happened(days, self.d.credit_told, since, self.s.on)


Part = Callable[[Known], Three]


@dataclass(frozen=True)
class Promise:
    """``of``: who is asked; ``counts``: what is asked of them; ``target``: the share promised, None for none."""

    id: str
    area: str
    of: Part
    counts: Part
    target: Decimal | None = None


def _srdi(k: Known) -> Three:
    return k.holders("srdi")


def _upper(k: Known) -> Three:
    return k.holders("upper")


def _smes(k: Known) -> Three:
    return both(k.s.sme, k.s.operating)


def _large_borrowers(k: Known) -> Three:
    """Small firms that asked this year, with a line or a wish of ten million and more."""
    big = either(at_or_above(k.d.credit_line, LARGE_CREDIT), at_or_above(k.d.applied_this_year, LARGE_CREDIT))
    asked = k.credit(k.d.applied_on, date(k.s.on.year, 1, 1))
    return both(k.s.small_micro, k.s.operating, big, asked)


def _entitled(item: str, title: str) -> Part:
    return lambda k: both(k.holders(title), k.d.benefits[item][0])


def _enjoyed(item: str) -> Part:
    return lambda k: k.d.benefits[item][1]


_RESEARCH, _REFUND = "研发费用加计扣除", "增值税留抵退税"
COVERAGE = (
    Promise("zhengzhou.whitelist_credit", "410100", lambda k: k.on_list("zhengzhou.whitelist"),
            lambda k: k.credit(k.d.granted_on, k.s.on - LOOKBACK)),
    Promise("luoyang.whitelist_credit", "410300", lambda k: k.on_list("luoyang.whitelist"),
            lambda k: k.credit(k.d.granted_on, k.s.on - LOOKBACK)),
    Promise("zhengzhou.cloud_provincial_up", "410100", _upper, lambda k: k.d.cloud, ALL),
    Promise("luoyang.cloud_provincial_up", "410300", _upper, lambda k: k.d.cloud, ALL),
    Promise("zhengzhou.diagnosed_provincial_up", "410100", _upper, lambda k: k.this_year("数字化诊断")),
    Promise("zhengzhou.diagnosed_provincial_up.srdi", "410100", _srdi, lambda k: k.this_year("数字化诊断")),
    Promise("luoyang.diagnosed", "410300", _upper, lambda k: k.served("数字化诊断", LUOYANG)),
    Promise("zhengzhou.energy_diagnosed", "410100", _srdi, lambda k: k.served("节能诊断", ZHENGZHOU)),
    Promise("henan.energy_diagnosed", "410000", _upper, lambda k: k.served("节能诊断", HENAN)),
    Promise("sanmenxia.energy_diagnosed", "411200", _upper, lambda k: k.served("节能诊断", SANMENXIA)),
    Promise("luoyang.energy_diagnosed", "410300", _upper, lambda k: k.served("节能诊断", LUOYANG)),
    Promise("luoyang.core_business_on_it", "410300", _upper, lambda k: at_or_above(k.d.core_businesses, 1)),
    Promise("sanmenxia.service_officer", "411200", _upper, lambda k: k.served("服务专员", SANMENXIA), ALL),
    Promise("luoyang.service_officer", "410300", _upper, lambda k: k.served("服务专员", LUOYANG), ALL),
    Promise("sanmenxia.visited", "411200", _upper, lambda k: k.served("走访", SANMENXIA), ALL),
    Promise("sanmenxia.visited.this_year", "411200", _upper, lambda k: k.this_year("走访"), ALL),
    Promise("henan.service_coverage", "410000", _upper, lambda k: k.served("", HENAN), ALL),
    Promise("henan.service_coverage.on_site", "410000", _upper,
            lambda k: either(k.served("服务专员", HENAN), k.served("走访", HENAN)), ALL),
    Promise("luoyang.large_credit_served", "410300", _large_borrowers,
            lambda k: k.credit(k.d.granted_on, date(k.s.on.year, 1, 1))),
    Promise("zhengzhou.platform_index_members", "410100", _srdi, lambda k: k.member("中原中小企业指数服务平台")),
    Promise("zhengzhou.platform_finance_members", "410100", _srdi,
            lambda k: k.member("郑州中小微企业金融综合服务平台")),
    Promise("henan.platform_shared_members", "410000", _upper, lambda k: k.member("省金融服务共享平台")),
    Promise("henan.platform_credit_station_members", "410000", _upper,
            lambda k: k.member("全国中小企业融资综合信用服务平台（河南站）")),
    Promise("henan.platform_cloud_members", "410000", _upper, lambda k: k.member("省中小企业融资云平台")),
    Promise("luoyang.platform_smart_members", "410300", _upper, lambda k: k.member("洛阳市智慧金融服务平台")),
    Promise("zhengzhou.tax_benefit_rd_deduction", "410100", _entitled(_RESEARCH, "srdi"), _enjoyed(_RESEARCH), ALL),
    Promise("zhengzhou.tax_benefit_vat_refund", "410100", _entitled(_REFUND, "srdi"), _enjoyed(_REFUND), ALL),
    Promise("luoyang.tax_benefit_rd_deduction", "410300", _entitled(_RESEARCH, "upper"), _enjoyed(_RESEARCH), ALL),
    Promise("luoyang.tax_benefit_vat_refund", "410300", _entitled(_REFUND, "upper"), _enjoyed(_REFUND), ALL),
    Promise("henan.tax_benefit_all", "410000", lambda k: both(_upper(k), k.d.entitled), lambda k: k.d.all_enjoyed, ALL),
    Promise("sanmenxia.tax_benefit_all", "411200", lambda k: both(_upper(k), k.d.entitled),
            lambda k: k.d.all_enjoyed, ALL),
    Promise("henan.tax_benefit_bill", "410000", _upper, lambda k: k.d.billed),
    Promise("sanmenxia.tax_benefit_bill", "411200", _upper, lambda k: k.d.billed),
    Promise("sanmenxia.certified_quality", "411200", _upper, lambda k: k.d.certified_quality),
    Promise("sanmenxia.certified_environment", "411200", _upper, lambda k: k.d.certified_environment),
    Promise("luoyang.certified_iso9001", "410300", _upper, lambda k: k.d.certified_quality),
)  # fmt: skip


def _research(hundredths: int) -> Part:
    return lambda k: at_least(k.s.accounts.of("rd_expense"), k.s.accounts.of("revenue"), hundredths)


def _small_revenue(k: Known) -> Three:
    revenue = k.s.accounts.of("revenue")
    return told(revenue <= SMALL_REVENUE, revenue >= 0)


REQUIREMENTS = (
    Promise("luoyang.rd_floor_small", "410300", lambda k: both(_smes(k), _small_revenue(k)), _research(6)),
    Promise("luoyang.rd_floor_small.titled", "410300", lambda k: both(_upper(k), _small_revenue(k)), _research(6)),
    Promise("luoyang.rd_staff_share", "410300", _smes,
            lambda k: at_least(k.s.accounts.of("rd_staff"), k.s.accounts.of("employees"), 10)),
    Promise("sanmenxia.rd_floor_provincial", "411200",
            lambda k: both(k.holders("provincial"), opposite(k.s.titles["little_giant"])), _research(3)),
    Promise("sanmenxia.rd_floor_little_giant", "411200", lambda k: k.holders("little_giant"), _research(4)),
)  # fmt: skip


def covered(known: Known) -> list[dict[str, Any]]:
    """Rows of the coverage answers, of the whole areas."""
    rows = []
    for promise in COVERAGE:
        numerator, denominator, unknown = _counted(promise, known, _within(known, promise.area))
        target = promise.target
        needed = None if target is None else int((target * denominator).to_integral_value(ROUND_CEILING))
        rows.append(
            dict(
                measure_id=promise.id,
                area_code=promise.area,
                division_code="ALL",
                numerator=numerator,
                denominator=denominator,
                unknown=unknown,
                rate=share(numerator, denominator),
                target=None if target is None else target.quantize(SIX),
                shortfall=None if needed is None else max(0, needed - numerator),
            )
        )
    return rows


def required(known: Known) -> list[dict[str, Any]]:
    """Rows of the requirement answers, of the areas and of their divisions."""
    divisions = np.array([place.division for place in PLACES])[known.s.truth.population.place]
    rows = []
    for promise in REQUIREMENTS:
        here = _within(known, promise.area)
        asked = here & (promise.of(known) != NO)
        for division in ("ALL", *sorted(set(divisions[asked].tolist()))):
            part = here if division == "ALL" else here & (divisions == division)
            keeping, all_known, unknown = _counted(promise, known, part)
            rows.append(
                dict(
                    measure_id=promise.id,
                    area_code=promise.area,
                    division_code=division,
                    keeping=keeping,
                    failing=all_known - keeping,
                    unknown=unknown,
                    share=share(keeping, all_known),
                )
            )
    return rows


def share(part: int, whole: int) -> Decimal | None:
    """Half-up to six places; None of nothing."""
    return (Decimal(part) / whole).quantize(SIX, ROUND_HALF_UP) if whole else None


def _within(known: Known, area: str) -> np.ndarray:
    here = known.s.present
    return here if area.endswith("0000") else here & (known.s.city == area)


def _counted(promise: Promise, known: Known, here: np.ndarray) -> tuple[int, int, int]:
    """(kept, known, unknown) among those of ``here`` who are asked or may be."""
    of, counts = promise.of(known), promise.counts(known)
    asked = here & (of != NO)
    open_ = asked & ((of == UNKNOWN) | (counts == UNKNOWN))
    sure = asked & ~open_
    return int((sure & (counts == YES)).sum()), int(sure.sum()), int(open_.sum())
