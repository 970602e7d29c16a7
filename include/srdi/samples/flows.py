"""The oracle's measures on events, one line each: guarantees, loans, turnaround, banks, events, procurement.

The first line of a promise is its headline; the lines whose ids go on behind a dot show its other readings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from srdi.samples.figures import (
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


def _drawn(measure: str, area: str, of: Test, *, grows: bool = True) -> Iterator[Flow]:
    """Loans of one kind drawn this year: their amount, their number and, where asked, the growth of the amount."""
    yield Flow(measure, area, "loan", of, _AMOUNT)
    yield Flow(f"{measure}.count", area, "loan", of, count)
    if grows:
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
    Flow("henan.mean_guarantee_fee.inclusive", H, "guarantee", has("upper"), _FEE, target=ONE_PER_CENT),
    *_drawn("luoyang.first_loans", L, has("small_micro", "first_loan")),
    *_drawn("luoyang.credit_loans", L, has("small_micro", "credit_loan")),
    Flow("luoyang.credit_loans.provincial_up", L, "loan", has("upper", "credit_loan"), _AMOUNT),
    *_drawn("luoyang.renewal_loans", L, has("small_micro", "renewal_loan")),
    *_drawn("luoyang.medium_long_loans", L, has("small_micro", "medium_long")),
    Flow("luoyang.medium_long_loans.provincial_up", L, "loan", has("upper", "medium_long"), _AMOUNT),
    Flow("zhengzhou.credit_loans", Z, "loan", has("srdi"), share("amount", has("credit_loan"))),
    Flow("zhengzhou.credit_loans.growth", Z, "loan", has("srdi", "credit_loan"), _AMOUNT, growth=True),
    *_drawn("zhengzhou.medium_long_loans", Z, has("srdi", "medium_long")),
    *_drawn("zhengzhou.renewal_loans", Z,
            also(has("srdi"), whichever(has("renewal_loan"), says("product", "接力贷", "年审贷")))),
    Flow("zhengzhou.mean_rate", Z, "loan", has("srdi"), _RATE),
    Flow("zhengzhou.mean_rate.other_sme", Z, "loan", lacks("srdi", "sme"), _RATE),
    Flow("luoyang.mean_rate", L, "loan", has("upper"), _RATE),
    Flow("luoyang.mean_rate.other_sme", L, "loan", lacks("upper", "sme"), _RATE),
    Flow("luoyang.inclusive_loans_growth", L, "bank_month", every,
         lead("inclusive_loans", "inclusive_loans_start", "all_loans", "all_loans_start"), "newest",
         target=Decimal(0)),
    Flow("luoyang.inclusive_borrowers", L, "bank_month", every,
         ratio("inclusive_borrowers", "inclusive_borrowers_start"), "newest", target=Decimal(1)),
    *_drawn("zhengzhou.receivables_finance", Z, also(has("srdi"), says("finance_type", "应收账款"))),
    *_drawn("zhengzhou.movables_finance", Z, also(has("srdi"), says("finance_type", "应收账款", "存货", "仓单"))),
    *_drawn("sanmenxia.receivables_finance", S, also(has("upper"), says("finance_type", "应收账款")), grows=False),
    *_drawn("sanmenxia.inventory_finance", S, also(has("upper"), says("finance_type", "存货")), grows=False),
    *_drawn("sanmenxia.warehouse_receipt_finance", S, also(has("upper"), says("finance_type", "仓单")), grows=False),
    *_drawn("zhengzhou.risk_compensated_loans", Z,
            also(has("srdi"), whichever(says("finance_type", "风险补偿"), says("product", "郑科贷"))), grows=False),
    *_drawn("zhengzhou.bridging_funds", Z, also(has("srdi"), says("finance_type", "应急转贷")), grows=False),
    *_drawn("luoyang.risk_compensated_loans", L, says("finance_type", "风险补偿"), grows=False),
    Flow("luoyang.risk_compensated_loans.provincial_up", L, "loan",
         also(has("upper"), says("finance_type", "风险补偿")), _AMOUNT),
    *_drawn("luoyang.bridging_funds", L, also(has("upper"), says("finance_type", "应急转贷")), grows=False),
    _platform_banks("zhengzhou.platform_index_banks", Z, "中原中小企业指数服务平台"),
    _platform_banks("zhengzhou.platform_finance_banks", Z, "郑州中小微企业金融综合服务平台"),
    _platform_banks("luoyang.platform_smart_banks", L, "洛阳市智慧金融服务平台"),
)  # fmt: skip

AIMS: tuple[Flow, ...] = (
    Flow("zhengzhou.matchmaking_events", Z, "service_event", every, count, "paper", target=Decimal(50),
         paper=date(2022, 4, 12)),
    Flow("zhengzhou.matchmaking_events.this_year", Z, "service_event", every, count, target=Decimal(50)),
    Flow("luoyang.matchmaking_events", L, "service_event", every, count, "quarter", target=Decimal(1)),
    Flow("luoyang.procurement_share", L, "procurement_year", every, ratio("reserved_sme", "works_total"), "newest",
         target=Decimal("0.40")),
)  # fmt: skip
