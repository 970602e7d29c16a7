"""What the oracle knows of every enterprise on a day, as three-valued columns: no, unknown, yes.

Numbered 0, 1, 2, so that "and" is the smaller, "or" the larger and "not" the difference from two. Only what the
coverage and requirement measures ask; titles come from ``knowledge``, services and money from ``deeds``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from srdi.samples.knowledge import CHAMPIONS, Firm, present
from srdi.samples.places import PLACES
from srdi.samples.trades import LARGE, MEDIUM, TRADES, Limits
from srdi.samples.truth import GONE, MISSING, OPERATING, Records, Truth, day

NO, UNKNOWN, YES = 0, 1, 2
Three = np.ndarray

SRDI = ("市级", "省级", "小巨人", *CHAMPIONS)
UPPER = ("小巨人", "省级")


def both(*parts: Three) -> Three:
    """And: one that is not so decides, else one that is unknown."""
    return np.minimum.reduce(parts)


def either(*parts: Three) -> Three:
    """Or."""
    return np.maximum.reduce(parts)


def opposite(one: Three) -> Three:
    """Not."""
    return np.asarray(YES - one)


def told(so: np.ndarray, known: np.ndarray | bool) -> Three:
    """Yes or no where it is known."""
    return np.where(known, np.where(so, YES, NO), UNKNOWN).astype(np.int8)


@dataclass
class Accounts:
    """The returns of one year; ``MISSING`` where there is none or the cell tells nothing."""

    rows: np.ndarray
    tax: Records

    def of(self, name: str) -> np.ndarray:
        found = np.full(len(self.rows), MISSING)
        told = self.rows >= 0
        found[told] = self.tax.columns[name][self.rows[told]]
        return found


@dataclass
class Standing:
    """Columns over the whole population on the day ``on``; ``present``: the registry knows the enterprise.

    ``closed``: the latest year whose accounts are closed. ``arrived``: sources that had delivered by then and
    are not stale, so that their silence says something.
    """

    truth: Truth
    on: date
    arrived: frozenset[str]
    present: np.ndarray
    operating: Three
    city: np.ndarray
    titles: dict[str, Three]
    accounts: Accounts
    before: Accounts
    sme: Three = field(default_factory=lambda: np.array([], np.int8))
    small_micro: Three = field(default_factory=lambda: np.array([], np.int8))

    @property
    def closed(self) -> int:
        return closed_year(self.on)

    def __len__(self) -> int:
        return len(self.present)


def closed_year(on: date) -> int:
    """The latest year whose accounts are closed: from June on the one before."""
    return on.year - (1 if on > date(on.year, 5, 31) else 2)


def stand(truth: Truth, firms: list[Firm], on: date, stale: frozenset[str] = frozenset()) -> Standing:
    """``firms``: what ``knowledge.gather`` knows of those with titles."""
    p = truth.population
    known, vanished = present(truth, on)
    operating = told(np.isin(p.status, OPERATING), np.isin(p.status, (*OPERATING, *GONE)))
    operating[vanished] = UNKNOWN
    tax = truth.records["tax_annual"]
    arrived = {name for name, records in truth.records.items() if (records.as_of <= day(on)).any()}
    year = closed_year(on)
    standing = Standing(
        truth=truth,
        on=on,
        arrived=frozenset(arrived - stale),
        present=known,
        operating=operating,
        city=np.array([place.city for place in PLACES])[p.place],
        titles=_titles(len(p), firms, on, "title_list" in arrived),
        accounts=Accounts(newest(tax, on, tax.columns["year"] == year, len(p)), tax),
        before=Accounts(newest(tax, on, tax.columns["year"] == year - 1, len(p)), tax),
    )
    standing.sme = _below(standing, LARGE)
    standing.small_micro = _below(standing, MEDIUM)
    return standing


def newest(records: Records, on: date, where: np.ndarray, how_many: int) -> np.ndarray:
    """Per enterprise the position of its newest usable row among those ``where``, -1 for none."""
    usable = np.flatnonzero(records.known & (records.as_of <= day(on)) & where & (records.owner >= 0))
    usable = usable[np.argsort(records.as_of[usable], kind="stable")]
    rows = np.full(how_many, -1)
    rows[records.owner[usable]] = usable  # of several the last one stays
    return rows


def _titles(how_many: int, firms: list[Firm], on: date, listed: bool) -> dict[str, Three]:
    groups = {"srdi": SRDI, "upper": UPPER, "provincial": ("省级",), "little_giant": ("小巨人",)}
    found = {name: np.full(how_many, NO if listed else UNKNOWN, np.int8) for name in groups}
    for firm in firms if listed else ():
        for name, titles in groups.items():
            found[name][firm.index] = held(firm, titles, on)
    return found


def held(firm: Firm, titles: tuple[str, ...], on: date) -> int:
    """Whether one of the titles is in force on a day."""
    if not firm.told:
        return UNKNOWN
    if any(firm.in_force(title, on) for title in titles):
        return YES
    return UNKNOWN if firm.undated(titles) else NO


def _below(standing: Standing, table: dict[str, Limits]) -> Three:
    """Whether an enterprise misses one of its trade's bounds; the closed year's accounts must tell."""
    accounts = standing.accounts
    kinds = np.array([trade.kind for trade in TRADES])[standing.truth.population.trade]
    parts = []
    for name, column in (("staff", "employees"), ("revenue", "revenue"), ("assets", "assets")):
        values = accounts.of(column)
        limits = {kind: getattr(bounds, name) for kind, bounds in table.items()}
        bound = np.array([limits[trade.kind] or 0 for trade in TRADES])[standing.truth.population.trade]
        asked = np.isin(kinds, [kind for kind, limit in limits.items() if limit is not None])
        parts.append(np.where(asked, told(values < bound, values != MISSING), NO))
    return np.where(accounts.rows >= 0, either(*parts), UNKNOWN).astype(np.int8)


def at_least(top: np.ndarray, bottom: np.ndarray, hundredths: int) -> Three:
    """Whether ``top`` is so many per cent of ``bottom``; unknown without a figure or with nothing to divide by."""
    usable = (top != MISSING) & (bottom > 0)
    return told(top.astype(np.int64) * 100 >= bottom.astype(np.int64) * hundredths, usable)
