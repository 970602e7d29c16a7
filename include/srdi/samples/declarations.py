"""What enterprises declare of themselves on the cultivation platform, in keeping with their titles and accounts.

Little giants mostly meet the national standards, provincial ones partly, innovative ones nearly, and so do some
who hold no title; the rest have not declared at all.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from srdi.samples.trades import TRADES
from srdi.samples.truth import MISSING, Population, Records, promising, words

_FIELDS = (
    "补短板", "锻长板", "填空白", "工业六基", "制造强国重点领域", "网络强国", "战略性新兴产业", "中华老字号",
    "关键产业链重点龙头配套", "工业六基；战略性新兴产业", "补短板；制造强国重点领域", "其他领域", "",
)  # fmt: skip
_DIRECT = (
    "", "国家级科技奖励", "省级科技奖励", "创客中国全国500强", "创客中国全国50强", "知识产权优势企业",
    "知识产权示范企业", "省级科技奖励；知识产权优势企业",
)  # fmt: skip
# by tier: none, innovative, provincial, little giant, other titles
_QUALITY = np.array([0.4, 0.5, 0.75, 0.93, 0.4])
_ENVIRONMENT = np.array([0.15, 0.2, 0.4, 0.65, 0.2])


def declarations(population: Population, seed: int, as_of: date) -> Records:
    """``annual_declaration``: this year's and last year's, a few for a year to come; share in hundredths of a per cent."""
    rng = np.random.default_rng([seed, 24])
    declares = rng.random(len(population)) < np.array([0.005, 0.93, 0.96, 0.99, 0.5])[population.tier]
    able = np.flatnonzero(promising(population))
    some = np.r_[rng.choice(able, min(30, len(able)), replace=False), rng.choice(len(population), 20)]
    firms = np.unique(np.r_[np.flatnonzero(declares), some])
    both = rng.random((len(firms), 2)) < (0.85, 0.9)
    position, turn = np.nonzero(both)
    year = as_of.year - 1 + turn
    early = rng.choice(len(firms), 5, replace=False)
    position, year = np.r_[position, early], np.r_[year, np.full(5, as_of.year + 1)]
    owner = firms[position]
    n, tier = len(owner), population.tier[firms][position]
    # what the able ones among the untitled say is what a provincial firm would
    strong = np.where((tier == 0) | (tier == 4), np.where(promising(population)[owner], 2, 1), tier).astype(
        int
    )
    columns = {
        "year": year,
        "segment_years": _segment_years(population, owner, strong, year, rng),
        "main_product": _products(population, owner),
        "product_fields": words(rng, _FIELDS, n),
        "ip_class1": np.where(
            rng.random(n) < 0.08, 0, rng.poisson(np.array([0, 1, 2, 5])[strong]) + (strong == 3)
        ),
        "ip_class2": rng.poisson(np.array([0, 4, 8, 14])[strong]),
        "rd_body_level": _research_body(strong, rng),
        "market_share": _share(strong, rng),
        "national_rank": np.where(rng.random(n) < 0.4, MISSING, 1 + rng.poisson(12 - 3 * strong)),
        "certifications": _certificates(population, owner, rng),
        "it_core_businesses": np.where(
            rng.random(n) < 0.02, MISSING, rng.poisson(np.array([0, 1.0, 1.8, 3.2])[strong])
        ),
        "equity_two_years": _equity(population, owner, rng),
        "development_score": _score(strong, rng),
        "direct_conditions": words(rng, _DIRECT, n, (0.86, 0.01, 0.03, 0.03, 0.01, 0.03, 0.02, 0.01)),
    }
    return Records("annual_declaration", columns, owner)


def _segment_years(
    population: Population, owner: np.ndarray, strong: np.ndarray, year: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Not longer than the firm exists, except for a few whose registry says otherwise; often at the least asked."""
    age = year - (population.founded[owner].astype("datetime64[Y]").astype(int) + 1970)
    years = np.minimum(rng.integers(np.array([0, 1, 2, 3])[strong], 18), np.maximum(age, 0))
    edge = rng.random(len(owner)) < 0.15
    years[edge] = np.array([1, 1, 2, 3])[strong[edge]]
    boast = rng.random(len(owner)) < 0.005
    years[boast] = age[boast] + 5
    return years


def _products(population: Population, owner: np.ndarray) -> np.ndarray:
    names = np.array([f"{trade.word}关键部件" for trade in TRADES], object)
    return names[population.trade[owner]]


def _research_body(strong: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    levels = np.array(["无", "市级以下", "市级", "省级", "国家级"], object)
    rank = np.clip(strong - 1 + rng.integers(-1, 3, len(strong)), 0, 4)
    return levels[rank]


def _share(strong: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Share of the segment, 10 % exactly for some."""
    share = np.clip(rng.gamma(2.0, np.array([100, 150, 350, 900])[strong]), 1, 9000).astype(np.int64)
    share[rng.random(len(strong)) < 0.06] = 1000
    share[rng.random(len(strong)) < 0.05] = MISSING
    return share


def _certificates(population: Population, owner: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The words of one firm, in brackets of chance; a firm keeps its certificates from year to year."""
    tier = population.tier[owner]
    # by the firm, not by the row: both years agree
    chance = rng.random((2, len(population)))
    parts = [
        np.where(chance[0][owner] < _QUALITY[tier], "ISO9001", ""),
        np.where(chance[1][owner] < _ENVIRONMENT[tier], "ISO14001", ""),
        np.where(rng.random(len(owner)) < 0.2, "职业健康安全管理体系", ""),
        np.where(rng.random(len(owner)) < 0.06, "CE", ""),
    ]
    return np.array(
        ["；".join(filter(None, row)) for row in zip(*(p.tolist() for p in parts), strict=True)], object
    )


def _equity(population: Population, owner: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Money from investors, in yuan; small firms need it to meet a standard, and some have exactly what it asks."""
    small = population.revenue[owner] < 15_000_000
    gets = rng.random(len(owner)) < np.where(small, 0.15, 0.05)
    amounts = np.array([2_000_000, 5_000_000, 19_990_000, 20_000_000, 35_000_000, 60_000_000, 80_000_000])
    return np.where(gets, amounts[rng.integers(0, len(amounts), len(owner))], 0)


def _score(strong: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points in tenths; 50 and 60 exactly for some, none for a few."""
    score = np.clip(rng.normal(np.array([30, 44, 55, 68])[strong], 9), 5, 99) * 10
    whole = np.round(score).astype(np.int64)
    edge = rng.random(len(strong)) < 0.05
    whole[edge] = np.where(strong[edge] == 3, 600, 500)
    whole[rng.random(len(strong)) < 0.04] = MISSING
    return whole
