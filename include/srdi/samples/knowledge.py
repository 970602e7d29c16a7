"""What the oracle can know of each enterprise on a day, from the rows that arrived and are usable.

Only enterprises that ever had a title matter to any measure; the rest is passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from srdi.samples.places import PLACES
from srdi.samples.trades import LARGE, TRADES
from srdi.samples.truth import GONE, OPERATING, Records, Truth, day

TITLE_YEARS = 3
CHAMPIONS = ("单项冠军企业", "单项冠军产品")


@dataclass
class Holding:
    """One title over [start, end); without both days it is unknown when it held."""

    title: str
    start: date | None
    end: date | None
    cancelled: date | None = None


@dataclass
class Firm:
    """What the oracle knows of one enterprise on the day; None means unknown.

    ``told`` is False before any title list or evaluation arrived: then nobody's titles are known.
    """

    index: int
    uscc: str
    city: str
    division: str
    operating: bool | None
    holdings: list[Holding] = field(default_factory=list)
    facts: dict[str, bool | None] = field(default_factory=dict)
    told: bool = True
    recognitions: list[tuple[str, date | None]] = field(
        default_factory=list
    )  # title, its day (renewals apart)
    evaluation: tuple[date, int, bool] | None = None  # day, level, derived from the score

    def in_force(self, title: str, on: date) -> Holding | None:
        held = [h for h in self.holdings if h.title == title and h.start and h.end and h.start <= on < h.end]
        return max(held, key=lambda h: h.end or on, default=None)

    def undated(self, titles: Iterable[str]) -> bool:
        return any(h.title in titles and not (h.start and h.end) for h in self.holdings)


def gather(truth: Truth, on: date, stale: frozenset[str] = frozenset()) -> list[Firm]:
    """Every enterprise with a title row of its own, with all that is known of it on the day.

    Before the first title list: every enterprise the registry knows, its titles untold.
    """
    if not (truth.records["title_list"].as_of <= day(on)).any():
        known, vanished = present(truth, on)
        return [_firm(truth, i, bool(vanished[i]), told=False) for i in np.flatnonzero(known).tolist()]
    firms = _firms(truth, on)
    _listings(truth, firms, on, stale)
    _tax(truth, firms, on)
    _evaluations(truth, firms, on)
    return firms


def present(truth: Truth, on: date) -> tuple[np.ndarray, np.ndarray]:
    """(enterprises the registry knows, those of them missing from its newest export)."""
    p = truth.population
    if on >= truth.as_of:
        vanished = (p.seen_before & ~p.seen) if truth.older else np.zeros(len(p), bool)
        return p.seen | vanished, vanished
    known = p.seen_before if truth.older and on >= truth.older else np.zeros(len(p), bool)
    return known, np.zeros(len(p), bool)


def latest(records: Records, on: date, *key: str) -> list[int]:
    """Positions of the usable rows, one per key: the later export wins, then the later row."""
    usable = np.flatnonzero(records.known & (records.as_of <= day(on)))
    usable = usable[np.argsort(records.as_of[usable], kind="stable")]
    columns = [
        records.owner[usable].tolist() if k == "owner" else records.columns[k][usable].tolist() for k in key
    ]
    return sorted(dict(zip(zip(*columns, strict=True), usable.tolist(), strict=True)).values())


def _firm(truth: Truth, index: int, vanished: bool, told: bool = True) -> Firm:
    p = truth.population
    place = PLACES[p.place[index]]
    status = None if vanished else p.status[index]
    operating = True if status in OPERATING else False if status in GONE else None
    return Firm(index, p.uscc[index], place.city, place.division, operating, told=told)


def _firms(truth: Truth, on: date) -> list[Firm]:
    titles = truth.records["title_list"]
    _, vanished = present(truth, on)
    rows = latest(titles, on, "name", "title", "batch")
    c = titles.columns
    owners = owners_of(truth, on, [(c["name"][r], c["uscc"][r]) for r in rows])
    found: dict[int, Firm] = {}
    for r, owner in zip(rows, owners, strict=True):
        if owner is None:
            continue
        if owner not in found:
            found[owner] = _firm(truth, owner, bool(vanished[owner]))
        _hold(
            found[owner],
            c["title"][r],
            c["state"][r],
            *(_date(c[k][r]) for k in ("recognised_on", "valid_from", "valid_to")),
        )
    for firm in found.values():
        _cancel(firm, on)
    return list(found.values())


def owners_of(truth: Truth, on: date, given: list[tuple[str, str]]) -> list[int | None]:
    """Whom each pair of (name, code) means; None: nobody, or nobody can say who.

    A code decides unless the name beside it belongs to others; a name decides where one enterprise bears it,
    bore it, or bears it but for the word for limited liability, in this order.
    """
    p = truth.population
    known = np.flatnonzero(present(truth, on)[0]).tolist()
    wanted = {name for name, _ in given} | {_loose(name) for name, _ in given}
    by_name, by_former, by_loose = defaultdict(set), defaultdict(set), defaultdict(set)
    for i in known:
        name = p.name[i]
        if name in wanted:
            by_name[name].add(i)
        if _loose(name) in wanted:
            by_loose[_loose(name)].add(i)
        for former in p.former.get(i, ()):
            if former in wanted:
                by_former[former].add(i)
    codes = {code for _, code in given}
    by_code = {p.uscc[i]: i for i in known if p.uscc[i] in codes}
    found: list[int | None] = []
    for name, code in given:
        bearers = by_name[name] | by_former[name]
        if code:
            owner = by_code.get(code)
            found.append(None if owner is None or (bearers and owner not in bearers) else owner)
            continue
        nearest = next((s for s in (by_name[name], by_former[name], by_loose[_loose(name)]) if s), set())
        found.append(next(iter(nearest)) if len(nearest) == 1 else None)
    return found


def _loose(name: str) -> str:
    return name.replace("有限责任公司", "有限公司")


def _date(value: np.datetime64) -> date | None:
    return value.astype(object)


def _hold(
    firm: Firm, title: str, state: str, recognised: date | None, start: date | None, last: date | None
) -> None:
    if state == "公示":
        return
    if state == "认定":
        firm.recognitions.append((title, recognised or start))
    if state == "取消":
        firm.holdings.append(Holding(title, None, None, recognised))
        return
    end = last + timedelta(1) if last else None
    if end is None and recognised:
        end = recognised.replace(year=recognised.year + TITLE_YEARS)
    firm.holdings.append(Holding(title, start or recognised, end))


def _cancel(firm: Firm, on: date) -> None:
    """A cancellation cuts the newest title of its kind short, once its day has come."""
    cuts = [h for h in firm.holdings if h.cancelled and not h.start]
    firm.holdings = [h for h in firm.holdings if h not in cuts]
    for cut in cuts:
        same = [h for h in firm.holdings if h.title == cut.title and h.start]
        if same and cut.cancelled and cut.cancelled <= on:
            newest = max(same, key=lambda h: h.start or date.min)
            if newest.end is None or cut.cancelled < newest.end:
                newest.end, newest.cancelled = cut.cancelled, cut.cancelled


# ── what is so ───────────────────────────────────────────────────────────────────────────────


def _listings(truth: Truth, firms: list[Firm], on: date, stale: frozenset[str]) -> None:
    risk, court = truth.records["registry_risk"], truth.records["court_dishonest"]
    listed: dict[str, set[int]] = defaultdict(set)
    for records, key in ((risk, ("owner", "list_type", "listed_on")), (court, ("owner", "case_no"))):
        c = records.columns
        for r in latest(records, on, *key):
            listed_on, removed = _date(c["listed_on"][r]), _date(c["removed_on"][r])
            if listed_on and listed_on <= on and (removed is None or on < removed):
                listed[c["list_type"][r] if records is risk else "court"].add(int(records.owner[r]))
    kinds = (("serious", "严重违法失信", risk), ("abnormal", "经营异常", risk), ("court", "court", court))
    for fact, name, records in kinds:
        silent = None if records.source in stale or not (records.as_of <= day(on)).any() else False
        for firm in firms:
            firm.facts[fact] = True if firm.index in listed[name] else silent


def _by_firm(records: Records, firms: list[Firm], on: date, *key: str) -> dict[int, list[int]]:
    mine = np.isin(records.owner, [firm.index for firm in firms])
    small = Records(records.source, {k: v[mine] for k, v in records.columns.items()}, records.owner[mine])
    small.as_of, small.known = records.as_of[mine], records.known[mine]
    position = np.flatnonzero(mine)
    found: dict[int, list[int]] = defaultdict(list)
    for r in latest(small, on, "owner", *key):
        found[int(small.owner[r])].append(int(position[r]))
    return found


def _tax(truth: Truth, firms: list[Firm], on: date) -> None:
    p, tax, credit = truth.population, truth.records["tax_annual"], truth.records["tax_credit"]
    closed = on.year - (1 if on > date(on.year, 5, 31) else 2)
    filed, rated = _by_firm(tax, firms, on, "year"), _by_firm(credit, firms, on, "year")
    for firm in firms:
        rows = sorted(
            (r for r in filed[firm.index] if tax.columns["year"][r] <= on.year),
            key=lambda r: tax.columns["year"][r],
        )
        grades = sorted(rated[firm.index], key=lambda r: credit.columns["year"][r])
        firm.facts["tax_abnormal"] = (
            tax.columns["taxpayer_status"][rows[-1]].startswith("非正常") if rows else None
        )
        grade = credit.columns["grade"][grades[-1]] if grades else ""
        firm.facts["credit_d"] = grade == "D" if grade else None
        last = [r for r in rows if tax.columns["year"][r] == closed]
        firm.facts["sme"] = _sme(p.trade[firm.index], tax, last[0]) if last else None


def _sme(trade: int, tax: Records, row: int) -> bool:
    limits = LARGE[TRADES[trade].kind]
    pairs = ((limits.staff, "employees"), (limits.revenue, "revenue"), (limits.assets, "assets"))
    return not all(tax.columns[name][row] >= bound for bound, name in pairs if bound is not None)


def _evaluations(truth: Truth, firms: list[Firm], on: date) -> None:
    records = truth.records["digital_evaluation"]
    c = records.columns
    rows = _by_firm(records, firms, on, "evaluated_on")
    for firm in firms:
        best: tuple[date, int, bool] | None = None
        for r in rows[firm.index]:
            when, level, score = _date(c["evaluated_on"][r]), int(c["level"][r]), int(c["score"][r])
            derived = level < 0
            if derived:
                level = sum(score >= bound for bound in (200, 400, 600, 800))
            if when and when <= on and (best is None or (when, level) > best[:2]):
                best = (when, level, derived)
        firm.evaluation = best
