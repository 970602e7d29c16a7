"""What public money and the banks' books say: tax benefits, procurement of works, totals of the invented banks.

Amounts in whole yuan; benefits follow the accounts they rest on, with a few contradictions.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from srdi.samples.finance import BANKS, yes_no
from srdi.samples.places import CITIES
from srdi.samples.truth import MISSING, Population, Records

RESEARCH, REFUND = "研发费用加计扣除", "增值税留抵退税"
# item; share of titled and other firms with a row; share entitled among them; share of the entitled who enjoy it
_ITEMS = (
    (RESEARCH, 0.9, 0.012, 0.93, 0.93),
    (REFUND, 0.3, 0.004, 0.85, 0.9),
    ("高新技术企业所得税优惠", 0.35, 0.002, 0.9, 0.97),
    ("小型微利企业所得税优惠", 0.25, 0.01, 0.95, 0.95),
)


def benefits(population: Population, tax: Records, seed: int, as_of: date) -> Records:
    """``tax_benefit``: per firm, year and item of the last two years whether entitled and whether enjoyed."""
    rng = np.random.default_rng([seed, 28])
    c = tax.columns
    titled = (population.tier[tax.owner] >= 1) & (population.tier[tax.owner] <= 3)
    recent = c["year"] >= as_of.year - 2
    rows, items, rights, uses = [], [], [], []
    for name, share, other, entitled, enjoyed in _ITEMS:
        found = np.flatnonzero(recent & (rng.random(len(tax)) < np.where(titled, share, other)))
        right = rng.random(len(found)) < entitled
        rows.append(found)
        items.append(np.full(len(found), name, object))
        rights.append(right)
        # a few enjoy what they are said not to be entitled to
        uses.append(np.where(right, rng.random(len(found)) < enjoyed, rng.random(len(found)) < 0.02))
    row, item, right, use = (np.concatenate(part) for part in (rows, items, rights, uses))
    base = np.where(item == RESEARCH, c["rd_expense"][row] // 4, c["tax_paid"][row] // 3)
    amount = np.maximum(base // 100 * 100, 100)
    columns = {
        "year": c["year"][row],
        "benefit_item": item,
        "entitled": yes_no(right),
        "enjoyed": yes_no(use),
        "benefit_amount": np.where(use, amount, MISSING),
    }
    return Records("tax_benefit", columns, tax.owner[row])


def works(population: Population, seed: int, as_of: date) -> Records:
    """``procurement``: works per city and year, the running one too; Luoyang reserved exactly 40 % two years ago."""
    rng = np.random.default_rng([seed, 29])
    years = np.arange(as_of.year - 3, as_of.year + 1)
    total = rng.integers(20, 900, (len(CITIES), len(years))) * 10_000_000
    reserved = total // 1_000 * rng.integers(330, 520, total.shape) // 10_000 * 10_000
    reserved[1, len(years) - 3] = total[1, len(years) - 3] * 2 // 5
    columns = {
        "year": np.tile(years, len(CITIES)),
        "district": np.repeat(np.array([c.name for c in CITIES], object), len(years)),
        "works_total": total.ravel(),
        "reserved_sme": reserved.ravel(),
    }
    return Records("procurement", columns, np.full(total.size, -1))


def bank_months(population: Population, seed: int, as_of: date) -> Records:
    """``bank_totals``: every bank's books by month since two Decembers ago.

    One bank grows evenly, so that its inclusive loans grow exactly like all its loans; one is late with the
    newest month; one sent no December.
    """
    rng = np.random.default_rng([seed, 30])
    first = np.datetime64(f"{as_of.year - 2}-12", "M")
    last = (np.datetime64(as_of, "D") + 1).astype("datetime64[M]") - 1  # the newest month that is over
    months = np.arange(first, last + 1)
    shape = (len(BANKS), len(months))
    start = rng.integers(50, 900, (len(BANKS), 1)) * 1_000_000_000
    grown = np.cumsum(rng.integers(-4, 14, shape), axis=1)  # in thousandths of the start
    ahead = np.cumsum(rng.integers(-6, 18, shape), axis=1)
    grown[0] = ahead[0] = np.arange(len(months)) * 5
    loans = start // 1_000 * (1_000 + grown)
    small = start // 10_000 * (1_000 + ahead)
    borrowers = start // 40_000_000 * (1_000 + np.cumsum(rng.integers(-5, 9, shape), axis=1)) // 1_000
    kept = np.ones(shape, bool)
    kept[3, -1] = False
    kept[4, months == np.datetime64(f"{as_of.year - 1}-12", "M")] = False
    bank, month = np.nonzero(kept)
    columns = {
        "bank": np.array(BANKS, object)[bank],
        "month": np.array([str(m) for m in months], object)[month],
        "all_loans": loans[kept],
        "inclusive_loans": small[kept],
        "inclusive_borrowers": borrowers[kept],
    }
    return Records("bank_totals", columns, np.full(int(kept.sum()), -1))
