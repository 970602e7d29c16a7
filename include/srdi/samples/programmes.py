"""What was done for the invented enterprises: cloud adoption, services of the counties, members of platforms.

Some counties never send their ledger: there nobody can say that a service was not given.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from srdi.samples import places
from srdi.samples.events import NAT, names_of
from srdi.samples.finance import BANKS
from srdi.samples.places import CITIES, PLACES
from srdi.samples.truth import MISSING, Population, Records, day, words

OFFICER, VISIT, DIAGNOSIS, ENERGY, TRAINING, MATCHMAKING = (
    "服务专员", "走访", "数字化诊断", "节能诊断", "培训", "产销对接",
)  # fmt: skip
SILENT = ("410106", "410324", "411224")
"""Counties that send no ledger."""

PLATFORMS = (
    ("中原中小企业指数服务平台", "410100"),
    ("郑州中小微企业金融综合服务平台", "410100"),
    ("省金融服务共享平台", ""),
    ("全国中小企业融资综合信用服务平台（河南站）", ""),
    ("省中小企业融资云平台", ""),
    ("洛阳市智慧金融服务平台", "410300"),
)
# share of firms by tier (none, innovative, provincial, little giant, other titles) and oldest day back
_SERVICES = (
    (OFFICER, (0.002, 0.3, 0.85, 0.95, 0.1), 700),
    (VISIT, (0.005, 0.3, 0.75, 0.9, 0.2), 700),
    (DIAGNOSIS, (0.002, 0.25, 0.6, 0.7, 0.1), 1200),
    (ENERGY, (0.001, 0.1, 0.35, 0.5, 0.1), 1400),
    (TRAINING, (0.003, 0.2, 0.5, 0.6, 0.2), 700),
)


def clouds(population: Population, seed: int, as_of: date) -> Records:
    """``cloud_adoption``: when a firm moved its business to the cloud, and whether the contract ended since."""
    rng = np.random.default_rng([seed, 25])
    chance = rng.random(len(population)) < np.array([0.004, 0.35, 0.75, 0.9, 0.3])[population.tier]
    firms = np.unique(np.r_[np.flatnonzero(chance), rng.choice(len(population), 30, replace=False)])
    titled = np.flatnonzero(population.tier[firms] >= 2)
    owner = np.r_[firms, firms[titled][::7]]  # a second contract
    n = len(owner)
    began = day(as_of) - rng.integers(1, 1400, n).astype("timedelta64[D]")
    ended = began + rng.integers(90, 800, n).astype("timedelta64[D]")
    open_ = (rng.random(n) < 0.8) | (ended > day(as_of) + 400)
    # on the very day, the day before and after it: both ends of an interval
    edge = titled[: 6 * (len(titled) // 6)][:24]
    began[edge[0::6]], began[edge[1::6]] = day(as_of), day(as_of) + 1
    open_[edge[0::6]], open_[edge[1::6]] = True, True
    for k, last in ((2, 0), (3, 1), (4, -1)):
        began[edge[k::6]] = day(as_of) - 400
        ended[edge[k::6]], open_[edge[k::6]] = day(as_of) + last, False
    again = np.arange(n) >= len(firms)
    began[again] -= np.timedelta64(1500, "D")  # an older one, long over
    ended[again], open_[again] = began[again] + 365, False
    columns = {
        "name": names_of(population, owner),
        "adopted_on": began,
        "cloud_business": words(rng, ("研发设计", "生产制造", "经营管理", "仓储物流", "财务管理"), n),
        "provider": words(rng, ("豫中样例云", "嵩岳样例云", "大河样例云"), n),
        "cloud_until": np.where(open_, NAT, ended),
    }
    return Records("cloud_adoption", columns, owner)


def _unit(place: places.Place) -> str:
    return places.registrar(place).replace("市场监督管理局", "工业和信息化局")


def services(population: Population, seed: int, as_of: date) -> Records:
    """``service_ledger``: services by county and enterprise, and matchmaking events that name no enterprise."""
    rng = np.random.default_rng([seed, 26])
    silent = np.array([p.division in SILENT for p in PLACES])
    heard = ~silent[population.place]
    first = _firsts(population, heard)
    owner, kind, age = [], [], []
    for service, shares, oldest in _SERVICES:
        chance = heard & (rng.random(len(population)) < np.array(shares)[population.tier])
        firms = np.flatnonzero(chance)
        firms = np.r_[firms, first] if service == VISIT else firms  # a word from every county but the silent
        firms = np.r_[firms, rng.choice(firms, len(firms) // 4)]
        days = rng.integers(0, oldest, len(firms))
        if service == VISIT:
            days[len(days) - len(days) // 5 - len(first) :] %= 300
        owner.append(firms)
        kind.append(np.full(len(firms), service, object))
        age.append(days)
    owners, kinds, ages = np.concatenate(owner), np.concatenate(kind), np.concatenate(age)
    _days_of_papers(population, owners, ages, as_of)
    # a firm, a service and a day make one row
    key = (owners * len(_SERVICES) + np.unique(kinds, return_inverse=True)[1]) * 4000 + ages
    kept = np.sort(np.unique(key, return_index=True)[1])
    owners, kinds, ages = owners[kept], kinds[kept], ages[kept]
    n = len(owners)
    units = np.array([_unit(p) for p in PLACES], object)
    trained = kinds == TRAINING
    level = words(rng, ("", "技师", "高级技师"), n, (0.5, 0.3, 0.2))
    events = _matchmaking(rng, as_of)
    columns = {
        "uscc": np.r_[population.uscc[owners], np.full(len(events), "", object)],
        "service_type": np.r_[kinds, np.full(len(events), MATCHMAKING, object)],
        "service_on": np.r_[
            day(as_of) - ages.astype("timedelta64[D]"), np.array([e[0] for e in events], "datetime64[D]")
        ],
        "service_unit": np.r_[units[population.place[owners]], np.array([e[1] for e in events], object)],
        "participants": np.r_[
            np.where(trained, rng.integers(1, 40, n), MISSING), np.array([e[2] for e in events], np.int64)
        ],
        "certificate_level": np.r_[np.where(trained, level, ""), np.full(len(events), "", object)],
    }
    return Records("service_ledger", columns, np.r_[owners, np.full(len(events), -1)])


def _firsts(population: Population, heard: np.ndarray) -> np.ndarray:
    """The first three heard firms of every county."""
    found = [np.flatnonzero(heard & (population.place == k))[:3] for k in range(len(PLACES))]
    return np.concatenate(found)


def _days_of_papers(population: Population, owners: np.ndarray, ages: np.ndarray, as_of: date) -> None:
    """Services on the first days of the year and of the papers, on the day before, and on days to come."""
    days = [
        day(f"{as_of.year}-01-01"),
        *(day(d) for d in ("2022-01-01", "2022-04-12", "2022-04-22", "2023-01-01")),
    ]
    turn = 0
    for number in range(len(CITIES)):
        mine = np.flatnonzero((population.city[owners] == number) & (population.tier[owners] >= 2))
        for first in days:
            for shift in (0, 1):
                age = (day(as_of) - first).astype(int) + shift
                if 0 <= age < 4000 and len(mine):
                    ages[mine[(turn * 17) % len(mine)]] = age
                turn += 1
        ages[mine[:2]] = (0, 0)


def _matchmaking(rng: np.random.Generator, as_of: date) -> list[tuple[np.datetime64, str, int]]:
    """(day, unit, people): events of cities and counties, some on two lines, some of nobody knows where."""
    first = day("2022-04-12")
    found: dict[tuple[np.datetime64, str], int] = {}
    for city, how_many in zip(CITIES, (52, 24, 10), strict=True):
        local = [p for p in PLACES if p.city == city.code and p.division not in SILENT]
        for i in range(how_many):
            when = day(as_of) - int(rng.integers(0, 1250))
            unit = _unit(local[int(rng.integers(0, len(local)))]) if i % 3 else f"{city.name}工业和信息化局"
            found[(when, unit)] = int(rng.integers(20, 200))
        for when in (first, first - 1, day(as_of), day(as_of) + 2):
            found[(when, f"{city.name}工业和信息化局")] = 50
    for _ in range(3):
        found[(day(as_of) - int(rng.integers(0, 700)), "中小企业服务中心")] = 30
    rows = [(when, unit, people) for (when, unit), people in found.items()]
    return rows + [(when, unit, people + 1) for when, unit, people in rows[::8]]


def members(population: Population, seed: int, as_of: date) -> Records:
    """``platform_membership``: firms and banks on six platforms; some left, one joins only tomorrow."""
    rng = np.random.default_rng([seed, 27])
    cities = np.array([c.code for c in CITIES])[population.city]
    owner, platform = [], []
    for name, city in PLATFORMS:
        chance = rng.random(len(population)) < np.array([0.003, 0.35, 0.6, 0.8, 0.3])[population.tier]
        firms = np.flatnonzero(chance & ((cities == city) if city else True))
        owner.append(firms)
        platform.append(np.full(len(firms), name, object))
    owners, platforms = np.concatenate(owner), np.concatenate(platform)
    banks = [(name, bank) for k, (name, _) in enumerate(PLATFORMS) for bank in BANKS[: len(BANKS) - k % 3]]
    n, m = len(owners), len(banks)
    joined = day(as_of) - rng.integers(0, 1300, n + m).astype("timedelta64[D]")
    joined[:2] = day(as_of) + np.array([0, 1], "timedelta64[D]")
    joined[n] = day(as_of) + 1
    state = words(rng, ("在册", "退出", "待审"), n + m, (0.9, 0.08, 0.02))
    state[n : n + 2] = "在册"
    columns = {
        "platform": np.r_[platforms, np.array([name for name, _ in banks], object)],
        "uscc": np.r_[population.uscc[owners], np.full(m, "", object)],
        "name": np.r_[names_of(population, owners), np.array([bank for _, bank in banks], object)],
        "member_kind": np.r_[np.full(n, "企业", object), np.full(m, "银行", object)],
        "joined_on": joined,
        "member_state": state,
    }
    return Records("platform_membership", columns, np.r_[owners, np.full(m, -1)])
