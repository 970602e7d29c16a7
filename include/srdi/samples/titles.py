"""Title stories: how each titled enterprise of the sample city came by its titles, kept or lost them.

Every story is relative to the day of the export, so any ``as_of`` has titles in force, expired within the
after-expiry window, gone for longer, cancelled, proposed, renewed, and without an end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import numpy as np

from srdi.samples import codes, names
from srdi.samples.places import CITIES, PLACES
from srdi.samples.truth import Population, Records

INNOVATIVE, PROVINCIAL, GIANT = "创新型", "省级", "小巨人"
RECOGNISED, RENEWED, PROPOSED, CANCELLED = "认定", "复核", "公示", "取消"

# title, batch, state, recognised on, valid from, last day
Row = tuple[str, str, str, date | None, date | None, date | None]


def _years(start: date, years: int) -> date:
    """Last day of a title that runs ``years`` years from ``start`` (never a 29 February here)."""
    return start.replace(year=start.year + years) - timedelta(days=1)


def _cohort(title: str, year: int, half: int = 1, state: str = RECOGNISED) -> Row:
    """A regular batch: three years from the first day of a half-year."""
    start = date(year, 1 if half == 1 else 7, 1)
    batch = f"{year}年度第{'一' if half == 1 else '二'}批"
    return (title, batch, state, start + timedelta(days=20), start, _years(start, 3))


def _lapsed(title: str, as_of: date, days: int) -> Row:
    """A title whose first day out of force lies ``days`` days before ``as_of``."""
    end = as_of - timedelta(days=days)
    start = end.replace(year=end.year - 3, day=min(end.day, 28))
    return (title, f"{start.year}年度第一批", RECOGNISED, start, start, end - timedelta(days=1))


def _cancel(title: str, as_of: date, days: int) -> Row:
    when = as_of - timedelta(days=days)
    return (title, f"{when.year}年度撤销", CANCELLED, when, None, None)


def _endless(title: str, as_of: date, days: int) -> Row:
    """Recognised ``days`` days ago, the list names no end."""
    when = as_of - timedelta(days=days)
    return (title, f"{when.year}年度第一批", RECOGNISED, when.replace(day=min(when.day, 28)), None, None)


Story = Callable[[date, int], list[Row]]
"""(as_of, a running number) → the enterprise's title rows in the order the lists came out."""


def _provincial_stories() -> list[tuple[float, int, Story]]:
    """(share of the provincial group, at least so many, story); the regular cohort takes the rest."""
    p = PROVINCIAL
    return [
        (0.12, 2, lambda d, i: [_cohort(p, d.year - 4 + i % 2), _cohort(p, d.year - 1 + i % 2, 1, RENEWED)]),
        (0.03, 1, lambda d, i: [_endless(p, d, 200 + 37 * (i % 20))]),
        (0.04, 2, lambda d, i: [_lapsed(p, d, 20 + 9 * (i % 17))]),
        (0.005, 1, lambda d, i: [_lapsed(p, d, 185 + 4 * (i % 5))]),
        (0.04, 1, lambda d, i: [_lapsed(p, d, 240 + 41 * (i % 20))]),
        (0.005, 1, lambda d, i: [_cohort(p, d.year - 1), _cancel(p, d, 5 + 4 * (i % 5))]),
        (0.01, 1, lambda d, i: [_cohort(p, d.year - 1), _cancel(p, d, 60 + 30 * (i % 5))]),
        (0.002, 1, lambda d, i: [_cohort(p, d.year - 1), _cancel(p, d, -20)]),
        (0.02, 1, lambda d, i: [_cohort(p, d.year, 1, PROPOSED)]),
        (0.005, 1, lambda d, i: [(p, f"{d.year - 1}年度第一批", RECOGNISED, None, None, None)]),
        (0.002, 1, lambda d, i: [_cohort(p, d.year + 1)]),
        (0.004, 1, lambda d, i: [_endless(p, d, 1200 + 5 * (i % 6))]),
    ]


def _giant_rows(as_of: date, i: int) -> list[Row]:
    if i % 14 == 3:  # the national title ran out, the provincial one stands
        return [_lapsed(GIANT, as_of, 30 + i % 60), _cohort(PROVINCIAL, as_of.year - 1)]
    rows = [_cohort(PROVINCIAL, as_of.year - 2)]
    if i % 7 == 6:  # this year's
        rows.append(_cohort(GIANT, as_of.year))
    elif i % 5 == 1:
        rows += [_cohort(GIANT, as_of.year - 4, 1), _cohort(GIANT, as_of.year - 1, 1, RENEWED)]
    else:
        rows.append(_cohort(GIANT, as_of.year - 2 + i % 2, 2 if i % 3 else 1))
    if i % 9 == 4:
        rows.append(
            ("单项冠军企业", f"{as_of.year - 1}年第九批", RECOGNISED, date(as_of.year - 1, 4, 2), None, None)
        )
    return rows


def _innovative_rows(as_of: date, i: int) -> list[Row]:
    """Rows of an enterprise that holds no more than the innovative title."""
    special: dict[int, Callable[[], list[Row]]] = {
        3: lambda: [_lapsed(INNOVATIVE, as_of, 25 + i % 150)],
        9: lambda: [_cohort(INNOVATIVE, as_of.year - 1), _cancel(INNOVATIVE, as_of, 40)],
        15: lambda: [_cohort(INNOVATIVE, as_of.year, 1, PROPOSED)],
        21: lambda: [_endless(INNOVATIVE, as_of, 300 + i % 300)],
        27: lambda: [_cohort(INNOVATIVE, as_of.year - 3), _cohort(INNOVATIVE, as_of.year, 1, RENEWED)],
    }
    return special[i % 60]() if i % 60 in special else [_cohort(INNOVATIVE, as_of.year - (i * 7) % 3)]


def _stories(population: Population, as_of: date) -> Iterator[tuple[int, list[Row]]]:
    for number in range(len(CITIES)):
        here = population.city == number
        for i, owner in enumerate(np.flatnonzero(here & (population.tier == 3)).tolist()):
            yield owner, [_cohort(INNOVATIVE, as_of.year - i % 3), *_giant_rows(as_of, i)]
        group = np.flatnonzero(here & (population.tier == 2)).tolist()
        position = 0
        for share, least, story in _provincial_stories():
            for i in range(max(least, round(share * len(group)))):
                yield group[position], [_cohort(INNOVATIVE, as_of.year - i % 3), *story(as_of, i)]
                position += 1
        for i, owner in enumerate(group[position:]):
            # every twentieth lost or never had the lower title
            lower = [] if i % 20 == 7 else [_cohort(INNOVATIVE, as_of.year - i % 3)]
            recent = i % 11 == 5
            start = (as_of.year, 1) if recent else (as_of.year - 1 - i % 2, 2 if i % 4 == 2 else 1)
            yield owner, [*lower, _cohort(PROVINCIAL, *start)]
        for i, owner in enumerate(np.flatnonzero(here & (population.tier == 1)).tolist()):
            yield owner, _innovative_rows(as_of, i)
        for i, owner in enumerate(np.flatnonzero(here & (population.tier == 4)).tolist()):
            title = ("市级", "高企", "科技型", "质量标杆", "单项冠军企业", "单项冠军产品")[
                i % 20 if i % 20 < 6 else i % 3
            ]
            yield owner, [_cohort(title, as_of.year - 1 - i % 2)]


def award(population: Population, seed: int, as_of: date) -> Records:
    """All rows of ``title_list``: who holds what, and how the list names the holder.

    ``given_name`` and ``given_code`` are what the list says, which is not always the owner's present name.
    """
    rng = np.random.default_rng([seed, 2])
    rows: list[tuple] = []
    for owner, stories in _stories(population, as_of):
        for row in stories:
            rows.append((owner, *named(population, owner, rng), *row))
    rows += _beside_the_ladder(population, seed, as_of)
    rows += _nobodys(population, rng, as_of)
    moved = rng.random(len(rows)) < 0.004
    columns = {
        "name": np.array([r[1] for r in rows], object),
        "uscc": np.array([r[2] for r in rows], object),
        **{f: np.array([r[3 + k] for r in rows], object) for k, f in enumerate(("title", "batch", "state"))},
    }
    for k, f in enumerate(("recognised_on", "valid_from", "valid_to")):
        columns[f] = np.array([np.datetime64(r[6 + k] or "NaT", "D") for r in rows], "datetime64[D]")
    owners = np.array([r[0] for r in rows], np.int64)
    labels = np.array([p.label for p in PLACES], object)
    blank = rng.random(len(rows)) < 0.3
    columns["district"] = np.where((owners < 0) | blank, "", labels[population.place[np.maximum(owners, 0)]])
    columns["relocated"] = np.where(moved, "是", "否").astype(object)
    columns["relocated_on"] = np.where(moved, columns["recognised_on"], np.datetime64("NaT", "D"))
    return Records("title_list", columns, owners)


def _beside_the_ladder(population: Population, seed: int, as_of: date) -> list[tuple]:
    """High-tech and technology titles of firms on the ladder, which the national standards ask for."""
    rng = np.random.default_rng([seed, 31])
    chance = rng.random((2, len(population)))
    rows: list[tuple] = []
    for k, (title, shares) in enumerate(
        (("高企", (0.0, 0.25, 0.6, 0.85, 0.0)), ("科技型", (0.0, 0.5, 0.6, 0.5, 0.0)))
    ):
        for owner in np.flatnonzero(chance[k] < np.array(shares)[population.tier]).tolist():
            story = _cohort(title, as_of.year - int(rng.integers(0, 4)))  # the oldest ones have run out
            rows.append((owner, *named(population, owner, rng), *story))
    return rows


def named(population: Population, owner: int, rng: np.random.Generator) -> tuple[str, str]:
    """The list's words for one enterprise: with code, by name alone, by a former name, by a near spelling."""
    name, code = population.name[owner], str(population.uscc[owner])
    chance = rng.random()
    if chance < 0.55:
        return name, code
    if chance < 0.62 and owner in population.former:
        return population.former[owner][-1], ""
    if chance < 0.632 and name.endswith("有限公司") and not name.endswith(("股份有限公司", "）有限公司")):
        return name.removesuffix("有限公司") + "有限责任公司", ""
    if chance < 0.638:
        return name.replace("有限", "实业有限"), code  # the code decides, nobody bears this name
    return name, ""


def _nobodys(population: Population, rng: np.random.Generator, as_of: date) -> list[tuple]:
    """Rows that must reach nobody: twins, a code of one with the name of another, strangers."""
    rows: list[tuple] = []
    for number, city in enumerate(CITIES):
        plain = np.flatnonzero((population.city == number) & (population.tier == 0))
        picked = rng.choice(plain, 8, replace=False).tolist()
        for owner in picked:
            population.former.pop(owner, None)
            population.status[owner] = "存续"
        first, second, with_code, same_name, *others = picked
        population.name[second] = population.name[first]
        population.name[same_name] = population.name[with_code]
        population.tier[with_code] = 2
        rows.append((-1, population.name[first], "", *_cohort(PROVINCIAL, as_of.year - 1)))
        rows.append(
            (
                with_code,
                population.name[with_code],
                population.uscc[with_code],
                *_cohort(PROVINCIAL, as_of.year - 1),
            )
        )
        for one, other in (others[:2], others[2:4]):
            rows.append(
                (-1, population.name[other], population.uscc[one], *_cohort(PROVINCIAL, as_of.year - 1))
            )
        unknown = names.strangers(city.short, 6)
        serials = np.arange(4) + 700_000_000 + number * 10
        foreign = codes.invent(serials, np.full(4, int(city.code)))
        for i, name in enumerate(unknown):
            code = str(foreign[i]) if i < 4 else ""
            rows.append((-1, name, code, *_cohort(INNOVATIVE if i % 2 else PROVINCIAL, as_of.year - 1)))
    return rows
