"""The truth of the sample city: which enterprises exist and what is so about them, before any export.

``titles`` and ``events`` add the rest; ``sheets`` writes it down; ``oracle`` judges it. Nothing here knows
how the product reads files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from srdi.samples import codes, names
from srdi.samples.places import CITIES, PLACES
from srdi.samples.trades import LARGE, TRADES

OPERATING = ("存续", "在业", "开业", "在营", "正常", "仍注册")
GONE = ("注销", "吊销", "撤销", "迁出")
UNCLEAR = ("停业", "清算", "责令关闭", "其他")

MISSING = -1
"""A number nobody reported; no amount here is ever minus one yuan (they are whole hundreds)."""

Columns = dict[str, Any]


def day(value: date | str) -> np.datetime64:
    return np.datetime64(value, "D")


def words(
    rng: np.random.Generator, options: tuple[str, ...], how_many: int, shares: tuple[float, ...] | None = None
) -> np.ndarray:
    """Texts drawn by chance."""
    return np.array(options, object)[rng.choice(len(options), how_many, p=shares)]


@dataclass
class Records:
    """Rows of one source as they are true: equally long columns, and who each row is about.

    ``owner``: number of the enterprise, -1 for nobody of the city. ``known``: False once a quirk has made
    the row unusable (it waits in quarantine). ``as_of``: day of the export that carries the row.
    Dates are ``datetime64[D]`` (NaT: none), money whole yuan (int64), texts object arrays.
    """

    source: str
    columns: Columns
    owner: np.ndarray
    as_of: np.ndarray = field(default_factory=lambda: np.array([], "datetime64[D]"))
    known: np.ndarray = field(default_factory=lambda: np.array([], bool))

    def __len__(self) -> int:
        return len(self.owner)

    def ready(self, as_of: date) -> Records:
        """Fill what every source has alike."""
        self.as_of = np.full(len(self), day(as_of))
        self.known = np.ones(len(self), bool)
        return self


@dataclass
class Population:
    """One position per enterprise; ``place`` and ``trade`` are positions in PLACES and TRADES.

    ``tier``: 0 none, 1 innovative story, 2 provincial story, 3 little-giant story, 4 other titles.
    ``seen``/``seen_before``: present in the newest registry snapshot, in the older one.
    """

    uscc: np.ndarray
    name: list[str]
    former: dict[int, list[str]]
    place: np.ndarray
    trade: np.ndarray
    city: np.ndarray
    tier: np.ndarray
    status: np.ndarray
    founded: np.ndarray
    approved: np.ndarray
    capital: np.ndarray
    staff: np.ndarray
    revenue: np.ndarray
    registration_no: list[str]
    legal_person: list[str]
    seen: np.ndarray
    seen_before: np.ndarray

    def __len__(self) -> int:
        return len(self.uscc)


@dataclass
class Truth:
    """Everything the oracle may look at. ``older``: day of the older registry snapshot, None without one."""

    as_of: date
    population: Population
    records: dict[str, Records] = field(default_factory=dict)
    older: date | None = None


def promising(population: Population) -> np.ndarray:
    """Enterprises without a title that could well hold one: every twelfth."""
    return (population.tier == 0) & (np.arange(len(population)) % 12 == 0)


def populate(enterprises: int, seed: int, as_of: date) -> Population:
    """Found ``enterprises`` enterprises in three cities; the same seed gives the same city."""
    rng = np.random.default_rng([seed, 1])
    city, tier = _cities_and_tiers(enterprises, rng)
    place = _places(city, rng)
    titled = (tier >= 1) & (tier <= 3)
    trade = np.where(
        titled,
        rng.choice(len(TRADES), enterprises, p=_shares([t.titled for t in TRADES])),
        rng.choice(len(TRADES), enterprises, p=_shares([t.other for t in TRADES])),
    )
    oldest = (day(as_of) - day("1998-01-01")).astype(int)
    age = np.where(titled, rng.integers(1500, oldest, enterprises), rng.integers(40, oldest, enterprises))
    founded = day(as_of) - age.astype("timedelta64[D]")
    approved = founded + (age * rng.random(enterprises)).astype(int).astype("timedelta64[D]")
    staff, revenue = _sizes(trade, tier, rng)
    issued = _issuing_division(place, founded)
    serials = np.arange(enterprises) + (seed % 1000) * 1000
    shorts = [c.short for c in CITIES]
    places = [shorts[i] for i in city.tolist()]
    words = [TRADES[i].word for i in trade.tolist()]
    word_number = {word: i for i, word in enumerate(dict.fromkeys(t.word for t in TRADES))}
    groups = city * len(word_number) + np.array([word_number[w] for w in words], np.int64)
    with_former = np.flatnonzero(rng.random(enterprises) < np.where(titled, 0.12, 0.04)).tolist()
    two = (rng.random(len(with_former)) < 0.15).tolist()
    return Population(
        uscc=codes.invent(serials, issued),
        name=names.company_names(places, words, groups, rng),
        former={i: names.former_names(places[i], i, 1 + t) for i, t in zip(with_former, two, strict=True)},
        place=place,
        trade=trade,
        city=city,
        tier=tier,
        status=_statuses(tier, rng),
        founded=founded,
        approved=approved,
        capital=rng.choice([50, 100, 200, 300, 500, 1000, 1266, 2000, 3000, 5000, 8800, 10000], enterprises)
        * 10_000,
        staff=staff,
        revenue=revenue,
        registration_no=codes.registration_numbers(serials, issued),
        legal_person=names.persons(rng, enterprises),
        seen=np.ones(enterprises, bool),
        seen_before=np.ones(enterprises, bool),
    )


def _shares(weights: list[int]) -> np.ndarray:
    total = np.array(weights, float)
    return total / total.sum()


def _cities_and_tiers(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cities in order of their share; in each as many titled firms as published, at most 60 % of its firms."""
    bounds = np.round(np.cumsum([0, *(c.share for c in CITIES)]) * n).astype(int)
    city = np.repeat(np.arange(len(CITIES)), np.diff(bounds))
    tier = np.zeros(n, np.int8)
    for i, (start, end) in enumerate(pairwise(bounds.tolist())):
        size = end - start
        scale = min(1.0, 0.6 * size / CITIES[i].innovative)
        giants = max(4, round(CITIES[i].little_giant * scale))
        provincial = max(12, round(CITIES[i].provincial_up * scale))
        innovative = max(16, round(CITIES[i].innovative * scale))
        # beside the titles in force: the expired, cancelled and proposed ones of the stories
        wanted = [(3, giants), (2, round((provincial - giants) * 1.16) + 8)]
        wanted += [
            (1, round((innovative - provincial) * 1.06) + 5),
            (4, max(6, min(round(size * 0.05), 2 * provincial))),
        ]
        chosen = rng.permutation(size)[: sum(k for _, k in wanted)] + start
        position = 0
        for number, count in wanted:
            tier[chosen[position : position + count]] = number
            position += count
    return city, tier


def _places(city: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    place = np.zeros(len(city), np.int64)
    for i, c in enumerate(CITIES):
        here = np.flatnonzero(city == i)
        options = [k for k, p in enumerate(PLACES) if p.city == c.code]
        weights = _shares([3 if PLACES[k].zone else 6 + k % 7 for k in options])
        place[here] = rng.choice(options, len(here), p=weights)
    return place


def _issuing_division(place: np.ndarray, founded: np.ndarray) -> np.ndarray:
    """Digits 3–8 of a code are frozen at issue, so older codes carry divisions that are gone."""
    now = np.array([int(p.division) for p in PLACES])[place]
    before = np.array([int(p.issued or p.division) for p in PLACES])[place]
    return np.where(founded < day("2021-03-18"), before, now)


def _statuses(tier: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    words = np.array([*OPERATING, *GONE, *UNCLEAR], object)
    usual = [0.70, 0.10, 0.06, 0.04, 0.03, 0.01, 0.025, 0.01, 0.002, 0.004, 0.007, 0.004, 0.003, 0.005]
    others = [0.62, 0.10, 0.05, 0.03, 0.02, 0.01, 0.12, 0.03, 0.002, 0.003, 0.006, 0.004, 0.002, 0.003]
    n = len(tier)
    titled = words[rng.choice(len(words), n, p=usual)]
    return np.where((tier >= 1) & (tier <= 3), titled, words[rng.choice(len(words), n, p=others)])


def _sizes(trade: np.ndarray, tier: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Persons and yearly revenue in yuan (whole hundreds); a few titled firms are large, two at the very edge."""
    n = len(trade)
    mean = np.choose(tier, [2.2, 3.6, 4.4, 5.2, 3.0])
    staff = np.clip(np.exp(rng.normal(mean, 0.8, n)).astype(np.int64), 1, 900)
    revenue = np.clip(staff * np.exp(rng.normal(12.9, 0.7, n)), 30_000, 3.9e8).astype(np.int64) // 100 * 100
    industrial = np.array([t.kind == "industry" for t in TRADES])[trade]
    firms = np.flatnonzero(industrial & (tier >= 2) & (tier <= 3))
    large = rng.choice(firms, max(2, len(firms) // 40), replace=False) if len(firms) > 2 else firms
    staff[large] = rng.integers(1000, 4000, len(large))
    revenue[large] = rng.integers(4_000_000, 30_000_000, len(large)) * 100
    if len(large) >= 2:  # both sides of the edge: 1000 persons and 400 million are large, 999 are not
        limits = LARGE["industry"]
        staff[large[:2]] = (limits.staff or 0), (limits.staff or 0) - 1
        revenue[large[:2]] = limits.revenue or 0
    return staff, revenue
