"""What else is true of the enterprises: listings, court cases, tax years, credit grades, evaluations.

Titled enterprises have either every tax year or none, so that "no tax rows" is a case of its own.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from srdi.samples.titles import GIANT, INNOVATIVE, PROVINCIAL
from srdi.samples.truth import Population, Records, day, promising

Shares = float | np.ndarray
SERIOUS, ABNORMAL = "严重违法失信", "经营异常"
NAT = np.datetime64("NaT", "D")
_REASONS = {
    ABNORMAL: ("未按规定期限公示年度报告", "通过登记的住所无法联系", "公示信息弄虚作假"),
    SERIOUS: ("被列入经营异常名录届满三年仍未履行义务", "严重违反市场监管法规"),
}


def names_of(population: Population, owners: np.ndarray) -> np.ndarray:
    """Present names of the enterprises."""
    return np.array([population.name[i] for i in owners.tolist()], object)


def titled_of(population: Population) -> np.ndarray:
    """Whether an enterprise has a story on the ladder of titles."""
    return (population.tier >= 1) & (population.tier <= 3)


def listings(population: Population, seed: int, as_of: date) -> Records:
    """``registry_risk``: intervals on the two lists, some ended, some yet to begin, some on the very day."""
    rng = np.random.default_rng([seed, 3])
    titled = titled_of(population)
    owners, kinds, ages, lengths = [], [], [], []
    for list_type, rate, other_rate in ((ABNORMAL, 0.03, 0.02), (SERIOUS, 0.012, 0.004)):
        chance = rng.random(len(population)) < np.where(titled, rate, other_rate)
        chosen = np.flatnonzero(chance)
        least = rng.choice(np.flatnonzero(titled), 24, replace=False)
        chosen = np.unique(np.r_[chosen, least])
        owners.append(chosen)
        kinds.append(np.full(len(chosen), list_type, object))
        ages.append(rng.integers(-10, 900, len(chosen)))
        # half of them were removed again, the rest stand
        lengths.append(np.where(rng.random(len(chosen)) < 0.5, rng.integers(20, 700, len(chosen)), 9999))
    owner, kind = np.concatenate(owners), np.concatenate(kinds)
    age, length = np.concatenate(ages), np.concatenate(lengths)
    edge = np.flatnonzero((kind == SERIOUS) & (population.tier[owner] >= 2) & (population.city[owner] == 1))[
        :2
    ]
    age[edge[:1]], length[edge[:1]] = 0, 9999  # listed on the day itself: in force
    age[edge[1:]], length[edge[1:]] = 100, 100  # removed on the day itself: no longer
    listed = day(as_of) - age.astype("timedelta64[D]")
    removed = listed + length.astype("timedelta64[D]")
    open_ = (removed > day(as_of)) | (length == 9999)
    reason = [_REASONS[k][i % len(_REASONS[k])] for i, k in enumerate(kind.tolist())]
    columns = {
        "list_type": kind,
        "listed_on": listed,
        "listed_reason": np.array(reason, object),
        "removed_on": np.where(open_, NAT, removed),
        "removed_reason": np.where(open_, "", "已依法履行义务").astype(object),
        "name": names_of(population, owner),
    }
    return Records("registry_risk", columns, owner)


def court_cases(population: Population, seed: int, as_of: date) -> Records:
    """``court_dishonest``: cases with their withdrawal where there was one."""
    rng = np.random.default_rng([seed, 4])
    titled = titled_of(population)
    chance = rng.random(len(population)) < np.where(titled, 0.01, 0.006)
    owner = np.unique(np.r_[np.flatnonzero(chance), rng.choice(np.flatnonzero(titled), 30, replace=False)])
    owner = np.r_[owner, rng.choice(owner, 12, replace=False)]  # some have two cases
    n = len(owner)
    listed = day(as_of) - rng.integers(3, 1000, n).astype("timedelta64[D]")
    withdrawn = listed + rng.integers(30, 720, n).astype("timedelta64[D]")
    ended = (rng.random(n) < 0.6) & (withdrawn <= day(as_of))
    years = listed.astype("datetime64[Y]").astype(int) + 1970
    case = [
        f"（{y}）豫{('01', '03', '12')[c]}执{1000 + i}号"
        for i, (y, c) in enumerate(zip(years.tolist(), population.city[owner].tolist(), strict=True))
    ]
    columns = {
        "name": names_of(population, owner),
        "case_no": np.array(case, object),
        "listed_on": listed,
        "removed_on": np.where(ended, withdrawn, NAT),
    }
    return Records("court_dishonest", columns, owner)


def tax_years(population: Population, seed: int, as_of: date) -> Records:
    """``tax_annual``: the three closed years before ``as_of``; amounts in yuan, whole hundreds."""
    rng = np.random.default_rng([seed, 5])
    n = len(population)
    years = np.arange(as_of.year - 3, as_of.year)
    titled = titled_of(population)
    none = rng.random(n) < np.where(titled, 0.02, 0.10)
    filed = ~none[:, None] & (titled[:, None] | (rng.random((n, 3)) < 0.95))
    filed &= titled[:, None] | (
        population.founded.astype("datetime64[Y]").astype(int)[:, None] + 1970 <= years
    )
    owner, column = np.nonzero(filed)
    m = len(owner)
    growth = np.power(1.08, column - 2) * np.where(column == 2, 1.0, rng.uniform(0.85, 1.1, m))
    revenue = (population.revenue[owner] * growth).astype(np.int64) // 100 * 100
    revenue = np.where(column == 2, population.revenue[owner], revenue)

    def part(low: Shares, high: Shares, whole: np.ndarray = revenue) -> np.ndarray:
        return (whole * rng.uniform(low, high, m)).astype(np.int64) // 100 * 100

    assets = part(0.4, 2.2)
    like = np.where(promising(population), 2, population.tier)[owner]
    research = part(
        np.array([0.0, 0.01, 0.02, 0.035, 0.0])[like], np.array([0.03, 0.1, 0.12, 0.13, 0.08])[like]
    )
    main = part(np.array([0.62, 0.62, 0.68, 0.85, 0.62])[like], 0.99)
    staff = np.where(column == 2, population.staff[owner], population.staff[owner] * growth)
    staff = np.maximum(1, staff).astype(np.int64)
    scientists = (staff * rng.uniform(0.0, 0.3, m)).astype(np.int64)
    bad = rng.random(m) < np.where(titled[owner], 0.012, 0.03)
    status = np.where(bad, "非正常", "正常").astype(object)
    status[rng.random(m) < 0.004] = "停业"
    _accounts_at_edges(population, owner, column, revenue, main, research, staff, scientists)
    columns = {
        "name": names_of(population, owner),
        "year": years[column],
        "taxpayer_status": status,
        "revenue": revenue,
        "main_revenue": main,
        "rd_expense": research,
        "net_profit": part(-0.05, 0.14),
        "assets": assets,
        "liabilities": part(0.2, 0.8, assets),
        "tax_paid": part(0.005, 0.06),
        "employees": staff,
        "rd_staff": scientists,
    }
    return Records("tax_annual", columns, owner)


def _accounts_at_edges(
    population: Population,
    owner: np.ndarray,
    column: np.ndarray,
    revenue: np.ndarray,
    main: np.ndarray,
    research: np.ndarray,
    staff: np.ndarray,
    scientists: np.ndarray,
) -> None:
    """Some accounts meet a bound to the yuan, some miss it by the least a return can tell; a few contradict themselves.

    Large firms are left alone: two of them stand at the edge of the size classes.
    """
    newest = np.flatnonzero((column == 2) & (population.staff[owner] < 900) & (revenue > 1_000_000))
    usual = newest[population.tier[owner[newest]] == 0][::40]
    rows = np.r_[newest[population.tier[owner[newest]] > 0][::17], usual]
    kind = np.arange(len(rows)) % 10
    for k, bound in ((0, 10_000_000), (1, 15_000_000), (2, 100_000_000), (3, 100_000_100), (4, 50_000_000)):
        revenue[rows[kind == k]] = bound
        main[rows[kind == k]] = bound * 9 // 10 // 100 * 100
    whole = revenue[rows] // 10_000 * 10_000  # so that every per cent of it is a whole number of hundreds
    for k, (per_cent, less) in enumerate(((3, 0), (4, 0), (6, 0), (3, 100), (6, 100))):
        mine = rows[kind == 5 + k]
        revenue[mine] = whole[kind == 5 + k]
        main[mine] = revenue[mine] // 10_000 * 7_200
        research[mine] = revenue[mine] // 100 * per_cent - less
    research[rows[kind < 5]] = revenue[rows[kind < 5]] // 10_000 * 600
    tens = rows[staff[rows] % 10 == 0]
    scientists[tens] = staff[tens] // 10
    odd = rows[5::83]
    main[odd] = revenue[odd] + 1_000
    scientists[odd] = staff[odd] + 1


def tax_credits(population: Population, seed: int, as_of: date) -> Records:
    """``tax_credit``: yearly grades; D by score or by direct judgement."""
    rng = np.random.default_rng([seed, 6])
    n = len(population)
    titled = titled_of(population)
    none = rng.random(n) < np.where(titled, 0.03, 0.25)
    first = np.where(titled, 0, rng.integers(0, 3, n))
    rated = ~none[:, None] & (np.arange(3) >= first[:, None])
    owner, column = np.nonzero(rated)
    m = len(owner)
    score = np.clip(rng.normal(np.where(titled[owner], 84, 78), 11, m), 20, 100)
    score = np.round(score * 10).astype(np.int64)  # tenths of a point
    grade = np.select([score >= 900, score >= 700, score >= 400], ["A", "B", "C"], "D").astype(object)
    grade[(grade == "B") & (rng.random(m) < 0.06)] = "M"
    direct = rng.random(m) < 0.012
    grade[direct] = "D"
    columns = {
        "name": names_of(population, owner),
        "year": np.arange(as_of.year - 3, as_of.year)[column],
        "grade": grade,
        "score": score,
        "direct_reason": np.where(direct, "提供虚假申报材料享受税收优惠政策", "").astype(object),
    }
    return Records("tax_credit", columns, owner)


def evaluations(population: Population, titles: Records, seed: int, as_of: date) -> Records:
    """``digital_evaluation``: several a firm, two editions, some levels missing, some dated after the export.

    ``level`` is -1 where the platform gave none (the score is there); ``score`` in tenths of a point.
    """
    rng = np.random.default_rng([seed, 7])
    rank = np.zeros(len(population), np.int8)
    for title, value in ((INNOVATIVE, 1), (PROVINCIAL, 2), (GIANT, 2)):
        owners = titles.owner[(titles.columns["title"] == title) & (titles.owner >= 0)]
        rank[owners] = np.maximum(rank[owners], value)
    share = np.choose(rank, [0.03 if len(population) < 50_000 else 0.01, 0.66, 0.90])
    first = np.flatnonzero(rng.random(len(population)) < share)
    again = first[rng.random(len(first)) < 0.35]
    late = rng.choice(np.flatnonzero(rank > 0), max(6, len(first) // 50), replace=False)
    owner = np.r_[first, again, late]
    n = len(owner)
    age = np.r_[
        rng.integers(60, 1000, len(first)), rng.integers(1, 59, len(again)), -rng.integers(1, 20, len(late))
    ]
    age[:2] = 0, 1000  # evaluated on the very day; evaluated long ago
    evaluated = day(as_of) - age.astype("timedelta64[D]")
    score = np.round(np.clip(rng.normal(np.choose(rank[owner], [38, 48, 58]), 16, n), 5, 98) * 10).astype(
        np.int64
    )
    edition = np.where(evaluated >= day("2024-10-01"), "2024", "2022").astype(object)
    band = np.searchsorted([200, 400, 600, 800], score, side="right")
    level = np.where((edition == "2024") & (rng.random(n) < 0.1), np.maximum(band - 1, 0), band)
    level[rng.random(n) < 0.1] = -1
    score[2:6], level[2:6] = (200, 400, 600, 800), -1  # lower bounds belong to the band
    # the same day twice: the later row carries the higher level
    twice = np.flatnonzero((level >= 0) & (level < 4) & (age > 0))[:: max(1, n // 12)][:12]
    owner, edition, evaluated = (np.r_[a, a[twice]] for a in (owner, edition, evaluated))
    score, level = np.r_[score, np.minimum(score[twice] + 200, 1000)], np.r_[level, level[twice] + 1]
    columns = {
        "name": names_of(population, owner),
        "version": edition,
        "way": rng.choice(np.array(["企业自评", "现场评测"], object), len(owner)),
        "evaluated_on": evaluated,
        "score": score,
        "level": level,
        "answers": np.full(len(owner), "", object),
    }
    return Records("digital_evaluation", columns, owner)
