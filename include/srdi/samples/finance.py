"""What banks and guarantors did for the invented enterprises: applications, loans, guarantees, listing steps.

Two years and more, so that every figure has the same days of the year before; amounts in whole yuan, rates in
hundredths of a per cent. Banks, guarantors and investors are as invented as the enterprises.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from srdi.samples import names
from srdi.samples.events import NAT, names_of
from srdi.samples.places import CITIES
from srdi.samples.titles import named
from srdi.samples.truth import MISSING, Population, Records, day, words

BANKS = (
    "豫中样例银行",
    "洛水样例农商行",
    "嵩岳样例银行",
    "甘棠样例村镇银行",
    "函谷样例城商行",
    "大河样例银行",
)
GUARANTORS = ("豫中样例融资担保有限公司", "洛水样例融资担保有限公司", "甘棠样例融资担保有限公司")
_PRODUCTS = ("专精特新贷", "科技贷", "郑科贷", "信易贷", "税易贷", "流动资金贷款", "接力贷", "年审贷")
_TYPES = ("普通", "应收账款", "存货", "仓单", "应急转贷", "风险补偿")
_EDGE = 10_000_000  # the credit line at which small firms count as large borrowers


def yes_no(values: np.ndarray) -> np.ndarray:
    """是 and 否."""
    return np.where(values, "是", "否").astype(object)


def applications(population: Population, seed: int, as_of: date) -> Records:
    """``financing_credit``: one to three applications a firm over two years and what came of them."""
    rng = np.random.default_rng([seed, 8])
    chance = rng.random(len(population)) < np.choose(population.tier, [0.01, 0.12, 0.3, 0.4, 0.05])
    owner = np.unique(np.r_[np.flatnonzero(chance), rng.choice(len(population), 60, replace=False)])
    owner = np.repeat(owner, rng.integers(1, 4, len(owner)))
    # two applications of one day would leave open which is the newer
    age = names.within_group(owner) * 260 + rng.integers(2, 262, len(owner))
    n = len(owner)
    applied = day(as_of) - age.astype("timedelta64[D]")
    accepted = applied + rng.integers(0, 4, n).astype("timedelta64[D]")
    decided = accepted + rng.integers(0, 30, n).astype("timedelta64[D]")
    result = words(rng, ("通过", "部分通过", "拒绝", "撤回"), n, (0.6, 0.15, 0.2, 0.05))
    pending = (decided > day(as_of)) | (rng.random(n) < 0.02)
    result[pending] = "审批中"
    asked = rng.integers(5, 300, n) * 100_000
    edge = np.flatnonzero(rng.random(n) < 0.08)
    asked[edge] = np.where(edge % 2 == 0, _EDGE, _EDGE - 10_000)
    granted = np.select([result == "通过", result == "部分通过"], [asked, asked // 20_000 * 10_000], MISSING)
    granted[np.flatnonzero(result == "通过")[::50]] = 0  # agreed to in principle, no line given
    told = (granted >= 0) | (rng.random(n) < 0.6)
    total = np.where(told, np.maximum(granted, 0) + rng.integers(0, 3, n) * 1_000_000, MISSING)
    white = (population.tier[owner] >= 2) & (population.tier[owner] <= 3) & (rng.random(n) < 0.7)
    columns = {
        "application_no": np.array([f"SQ{as_of.year}{i:08d}" for i in range(n)], object),
        "name": names_of(population, owner),
        "bank": words(rng, BANKS, n),
        "product": words(rng, _PRODUCTS[:6], n),
        "applied_on": applied,
        "accepted_on": accepted,
        "approved_on": np.where(pending | (result == "撤回"), NAT, decided),
        "result": result,
        "amount_applied": asked,
        "amount_granted": granted,
        "amount_total_granted": total,
        "whitelist_channel": yes_no(white),
    }
    return Records("financing_credit", columns, owner)


def loans(population: Population, asked: Records, seed: int, as_of: date) -> Records:
    """``financing_loan``: drawn on what was granted, and some without an application on the platform."""
    rng = np.random.default_rng([seed, 21])
    c = asked.columns
    granted = np.flatnonzero(c["amount_granted"] > 0)
    drawn = np.repeat(granted, rng.integers(1, 3, len(granted)))
    others = rng.choice(asked.owner, max(30, len(asked) // 4))
    owner = np.r_[asked.owner[drawn], others]
    n, own = len(owner), len(drawn)
    lent = day(as_of) - rng.integers(0, 760, n).astype("timedelta64[D]")
    lent[:own] = c["approved_on"][drawn] + rng.integers(1, 60, own).astype("timedelta64[D]")
    number = np.r_[c["application_no"][drawn], np.full(n - own, "", object)]
    bank = np.r_[c["bank"][drawn], words(rng, BANKS, n - own)]
    amount = np.r_[c["amount_granted"][drawn] // 20_000 * 10_000, rng.integers(2, 200, n - own) * 50_000]
    amount = np.maximum(amount, 50_000)
    amount[::97] += 300_000  # a few draw more than they were granted
    _edges(population, owner, lent, as_of)
    kept = lent <= day(as_of) + np.timedelta64(3, "D")  # some announced for the days to come
    owner, lent, number = owner[kept], lent[kept], number[kept]
    bank, amount = bank[kept], amount[kept]
    n = len(owner)
    way = words(rng, ("信用", "保证", "抵押", "质押", "综合"), n, (0.3, 0.3, 0.25, 0.05, 0.1))
    kind = words(rng, _TYPES, n, (0.72, 0.09, 0.06, 0.05, 0.04, 0.04))
    # every type in every city, this year and before
    titled = np.flatnonzero((population.tier[owner] >= 2) & (population.tier[owner] <= 3))
    period = population.city[owner[titled]] * 2 + (lent[titled] >= day(f"{as_of.year}-01-01"))
    turns = np.array(["应收账款", "存货", "仓单", "普通", "应急转贷", "风险补偿", "普通"], object)
    kind[titled] = turns[names.within_group(period) % len(turns)]
    on_credit = (way == "信用") ^ (rng.random(n) < 0.01)  # bank and form contradict each other now and then
    product = words(rng, _PRODUCTS, n)
    columns = {
        "loan_no": np.array([f"JJ{as_of.year}{i:08d}" for i in range(n)], object),
        "application_no": number,
        "bank": bank,
        "product": product,
        "lent_on": lent,
        "lent_until": _due(lent, rng),
        "loan_amount": amount,
        "loan_balance": amount // 20_000 * 10_000 * rng.integers(0, 3, n),
        "rate": rng.integers(285, 560, n),
        "guarantee_way": way,
        "finance_type": kind,
        "first_loan": _some_blank(yes_no(rng.random(n) < 0.15), rng),
        "credit_loan": yes_no(on_credit),
        "renewal_loan": _some_blank(yes_no((rng.random(n) < 0.08) | (product == "接力贷")), rng),
        "risk_class": words(rng, ("正常", "关注", "次级"), n, (0.96, 0.03, 0.01)),
    }
    return Records("financing_loan", columns, owner)


def _edges(population: Population, owner: np.ndarray, lent: np.ndarray, as_of: date) -> None:
    """First and last days of this year's period and of the year before, for titled firms of every city."""
    first, last = day(f"{as_of.year}-01-01"), day(as_of)
    before = day(f"{as_of.year - 1}-01-01")
    same = day(as_of.replace(year=as_of.year - 1, day=min(as_of.day, 28)))
    for number in range(len(CITIES)):
        mine = np.flatnonzero((population.city[owner] == number) & (population.tier[owner] >= 2))[:8]
        days = (first, first - 1, last, last + 1, before, before - 1, same, same + 5)
        lent[mine] = np.array(days, "datetime64[D]")[: len(mine)]


def _due(lent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half a year, a year to the day, one day more, two or three years; longer than a year is long."""
    months = lent.astype("datetime64[M]")
    within = (lent - months.astype("datetime64[D]")).astype(int)
    years = rng.choice(np.array([0, 1, 1, 1, 2, 3]), len(lent))
    # the same day of a later year; no later year's February is longer than this one's, hence the 28th
    due = (months + 12 * years).astype("datetime64[D]") + np.minimum(within, 27).astype("timedelta64[D]")
    due = np.where(years == 0, lent + np.timedelta64(180, "D"), due)
    return due + np.where((within <= 27) & (rng.random(len(lent)) < 0.2), 1, 0).astype("timedelta64[D]")


def _some_blank(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A bank that does not fill in every flag."""
    values[rng.random(len(values)) < 0.01] = ""
    return values


def guarantees(population: Population, lent: Records, seed: int, as_of: date) -> Records:
    """``financing_guarantee``: contracts for a third of the loans; the guarantors know names rather than codes."""
    rng = np.random.default_rng([seed, 22])
    c = lent.columns
    rows = np.flatnonzero(rng.random(len(lent)) < 0.35)
    owner = lent.owner[rows]
    spelled = [named(population, i, rng) for i in owner.tolist()]
    old = rng.random(len(rows)) < 0.4
    for i in np.flatnonzero(old).tolist():
        if former := population.former.get(int(owner[i])):
            spelled[i] = (former[0], "")
    # the rest of this source has still fewer codes than the title lists
    dropped = rng.random(len(rows)) < 0.3
    given = [
        (name, "" if drop else code) for (name, code), drop in zip(spelled, dropped.tolist(), strict=True)
    ]
    unknown = [(name, "") for city in CITIES for name in names.strangers(city.short, 9)[6:]]
    given += unknown
    rows = np.r_[rows, rng.choice(rows, len(unknown))]
    owner = np.r_[owner, np.full(len(unknown), -1)]
    # whoever is given without a code by a name that two enterprises bear is nobody; the oracle finds that itself
    n = len(rows)
    fee = rng.choice(np.array([100, 100, 100, 50, 80, 85, 120, 150, 200]), n)
    columns = {
        "contract_no": np.array([f"WB{as_of.year}{i:07d}" for i in range(n)], object),
        "loan_no": c["loan_no"][rows],
        "name": np.array([name for name, _ in given], object),
        "uscc": np.array([code for _, code in given], object),
        "guarantor": words(rng, GUARANTORS, n),
        "guarantee_amount": c["loan_amount"][rows] // 1000 * 800,
        "fee_rate": fee,
        "started_on": c["lent_on"][rows],
        "guaranteed_until": c["lent_until"][rows],
        "release_type": words(rng, ("", "正常解保", "代偿解保"), n, (0.7, 0.28, 0.02)),
    }
    return Records("financing_guarantee", columns, owner)


def listing_steps(population: Population, seed: int, as_of: date) -> Records:
    """``capital_market``: who was taken into the listing reserve, what followed, and who invested."""
    rng = np.random.default_rng([seed, 23])
    chance = rng.random(len(population)) < np.choose(population.tier, [0.0005, 0.004, 0.05, 0.12, 0.01])
    owner = np.unique(np.r_[np.flatnonzero(chance), rng.choice(len(population), 12, replace=False)])
    owner = np.r_[owner, owner[::4], owner[::9]]
    n = len(owner)
    step = np.full(n, "后备入库", object)
    later = np.arange(n) >= len(np.unique(owner))
    step[later] = words(rng, ("辅导备案", "受理", "境外批复", "区域股权挂牌", "股权投资"), int(later.sum()))
    when = day(as_of) - rng.integers(0, 1500, n).astype("timedelta64[D]")
    when[:3] = day(as_of) - np.array([0, 1, -1], "timedelta64[D]")  # on the day, before it, after it
    money = np.where(step == "股权投资", rng.integers(2, 80, n) * 1_000_000, MISSING)
    columns = {
        "event_no": np.array([f"ZB{as_of.year}{i:06d}" for i in range(n)], object),
        "name": names_of(population, owner),
        "capital_event": step,
        "event_on": when,
        "event_amount": money,
        "investor": np.where(step == "股权投资", "嵩山样例创业投资基金", "").astype(object),
    }
    return Records("capital_market", columns, owner)
