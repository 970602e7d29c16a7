"""The oracle's measures on events, one line each: guarantees, loans, turnaround, banks, events, procurement.

The first line of a promise is its headline; the lines whose ids go on behind a dot show its other readings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from srdi.samples.figures import (
    Figure,
    Flow,
    Test,
    also,
    banks,
    count,
    every,
    has,
    lacks,
    lead,
    mean,
    quantile,
    ratio,
    says,
    share,
    total,
    whichever,
)

Z, L, S, H = "410100", "410300", "411200", "410000"
ONE_PER_CENT = Decimal("0.01")
_AMOUNT = total("amount")
_FEE = mean("fee_rate", "amount")
_RATE = mean("rate", "amount")
_MEDIAN, _NINETY = quantile("days", Fraction(1, 2)), quantile("days", Fraction(9, 10))


def _drawn(measure: str, area: str, whom: str, what: Test, *, headline: Figure = _AMOUNT) -> Iterator[Flow]:
    """Loans of one kind drawn this year: amount, number, growth of the amount, part of all loans to the same firms."""
    of = also(has(whom), what)
    part = share("amount", what)
    if headline is _AMOUNT:
        yield Flow(measure, area, "loan", of, _AMOUNT)
        yield Flow(f"{measure}.share", area, "loan", has(whom), part)
    else:
        yield Flow(measure, area, "loan", has(whom), part)
        yield Flow(f"{measure}.amount", area, "loan", of, _AMOUNT)
    yield Flow(f"{measure}.count", area, "loan", of, count)
    yield Flow(f"{measure}.growth", area, "loan", of, _AMOUNT, growth=True)


def _of_type(measure: str, area: str, whom: Test, what: Test) -> Iterator[Flow]:
    """Loans of one type of finance drawn this year: amount, number, growth of the amount."""
    of = also(whom, what)
    yield Flow(measure, area, "loan", of, _AMOUNT)
    yield Flow(f"{measure}.count", area, "loan", of, count)
    yield Flow(f"{measure}.growth", area, "loan", of, _AMOUNT, growth=True)


def _turnaround(measure: str, area: str) -> Iterator[Flow]:
    """Days from application to decision, through the whitelist channel and beside it."""
    on, off = has("decided", "whitelist_channel"), lacks("whitelist_channel", "decided")
    yield Flow(measure, area, "application", on, _MEDIAN)
    yield Flow(f"{measure}.p90", area, "application", on, _NINETY)
    yield Flow(f"{measure}.off_list", area, "application", off, _MEDIAN)
    yield Flow(f"{measure}.off_list_p90", area, "application", off, _NINETY)


def _platform_banks(measure: str, area: str, platform: str) -> Flow:
    return Flow(measure, area, "platform_member", says("platform", platform), banks, "ever", per_bank=False)


FINANCING: tuple[Flow, ...] = (
    *_turnaround("zhengzhou.whitelist_turnaround", Z),
    *_turnaround("luoyang.whitelist_turnaround", L),
    Flow("zhengzhou.mean_guarantee_fee", Z, "guarantee", has("srdi"), _FEE, target=ONE_PER_CENT),
    Flow("luoyang.mean_guarantee_fee", L, "guarantee", has("upper"), _FEE, target=ONE_PER_CENT),
    Flow("henan.mean_guarantee_fee", H, "guarantee", has("upper"), _FEE, target=ONE_PER_CENT),
    *_drawn("luoyang.first_loans", L, "small_micro", has("first_loan")),
    *_drawn("luoyang.credit_loans", L, "small_micro", has("credit_loan")),
    *_drawn("luoyang.credit_loans.provincial_up", L, "upper", has("credit_loan")),
    *_drawn("luoyang.renewal_loans", L, "small_micro", has("renewal_loan")),
    *_drawn("luoyang.medium_long_loans", L, "small_micro", has("medium_long")),
    *_drawn("luoyang.medium_long_loans.provincial_up", L, "upper", has("medium_long")),
    *_drawn("zhengzhou.credit_loans", Z, "srdi", has("credit_loan"), headline=share("amount", has("credit_loan"))),
    *_drawn("zhengzhou.medium_long_loans", Z, "srdi", has("medium_long")),
    *_drawn("zhengzhou.renewal_loans", Z, "srdi", whichever(has("renewal_loan"), says("product", "接力贷", "年审贷"))),
    Flow("zhengzhou.mean_rate", Z, "loan", has("srdi"), _RATE),
    Flow("zhengzhou.mean_rate.others", Z, "loan", lacks("srdi", "sme"), _RATE),
    Flow("luoyang.mean_rate", L, "loan", has("upper"), _RATE),
    Flow("luoyang.mean_rate.others", L, "loan", lacks("upper", "sme"), _RATE),
    Flow("luoyang.inclusive_loans_growth", L, "bank_month", every,
         lead("inclusive_loans", "inclusive_loans_start", "all_loans", "all_loans_start"), "newest"),
    Flow("luoyang.inclusive_borrowers", L, "bank_month", every,
         ratio("inclusive_borrowers", "inclusive_borrowers_start"), "newest"),
    *_of_type("zhengzhou.receivables_finance", Z, has("srdi"), says("finance_type", "应收账款")),
    *_of_type("zhengzhou.movables_finance", Z, has("srdi"), says("finance_type", "应收账款", "存货", "仓单")),
    *_of_type("sanmenxia.receivables_finance", S, has("upper"), says("finance_type", "应收账款")),
    *_of_type("sanmenxia.inventory_finance", S, has("upper"), says("finance_type", "存货")),
    *_of_type("sanmenxia.warehouse_receipt_finance", S, has("upper"), says("finance_type", "仓单")),
    *_of_type("zhengzhou.risk_compensated_loans", Z, has("srdi"),
              whichever(says("finance_type", "风险补偿"), says("product", "郑科贷"))),
    *_of_type("zhengzhou.bridging_funds", Z, has("srdi"), says("finance_type", "应急转贷")),
    *_of_type("luoyang.risk_compensated_loans", L, every, says("finance_type", "风险补偿")),
    *_of_type("luoyang.bridging_funds", L, has("upper"), says("finance_type", "应急转贷")),
    _platform_banks("zhengzhou.platform_index_banks", Z, "中原中小企业指数服务平台"),
    _platform_banks("zhengzhou.platform_finance_banks", Z, "郑州中小微企业金融综合服务平台"),
    _platform_banks("luoyang.platform_smart_banks", L, "洛阳市智慧金融服务平台"),
)  # fmt: skip

AIMS: tuple[Flow, ...] = (
    Flow("zhengzhou.matchmaking_events", Z, "service_event", every, count, "paper", target=Decimal(50),
         paper=date(2022, 4, 12)),
    Flow("luoyang.matchmaking_events", L, "service_event", every, count, "quarter", target=Decimal(1)),
    Flow("luoyang.procurement_share", L, "procurement_year", every, ratio("reserved_sme", "works_total"), "newest",
         target=Decimal("0.40")),
)  # fmt: skip
