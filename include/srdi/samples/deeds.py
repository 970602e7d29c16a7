"""What the oracle knows of the deeds behind the promises: declared, served, in the cloud, entitled, member, financed.

Columns over the whole population like ``standing``; a source that tells by its silence says no only while it
has delivered and is not stale.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from srdi.samples.knowledge import latest
from srdi.samples.places import PLACES
from srdi.samples.standing import NO, UNKNOWN, YES, Standing, Three, both, opposite, told
from srdi.samples.truth import MISSING, Records, day

REPORTED_WITHIN = timedelta(366)
SERVICES = ("服务专员", "走访", "数字化诊断", "节能诊断", "培训")
NAT = np.datetime64("NaT", "D")


@dataclass
class Deeds:
    """``services``: newest day of each kind, of any of them under ``""``; ``heard``: the county reports."""

    core_businesses: np.ndarray
    certified_quality: Three
    certified_environment: Three
    cloud: Three
    services: dict[str, np.ndarray]
    heard: Three
    platforms: dict[str, Three]
    benefits: dict[str, tuple[Three, Three]]
    entitled: Three
    all_enjoyed: Three
    billed: Three
    applied_on: np.ndarray
    granted_on: np.ndarray
    credit_line: np.ndarray
    applied_this_year: np.ndarray
    credit_told: Three


def deeds(standing: Standing) -> Deeds:
    """Everything the coverage measures ask beyond titles and accounts."""
    core, quality, environment = _declared(standing)
    services, heard = _served(standing)
    items, entitled, all_enjoyed, billed = _benefits(standing)
    applied, granted, line, this_year = _credit(standing)
    return Deeds(
        core_businesses=core,
        certified_quality=quality,
        certified_environment=environment,
        cloud=_cloud(standing),
        services=services,
        heard=heard,
        platforms=_platforms(standing),
        benefits=items,
        entitled=entitled,
        all_enjoyed=all_enjoyed,
        billed=billed,
        applied_on=applied,
        granted_on=granted,
        credit_line=line,
        applied_this_year=this_year,
        credit_told=opposite(_silence(standing, "financing_credit")),
    )


def happened(days: np.ndarray, silence: Three, since: date, until: date) -> Three:
    """Whether the newest day lies within ``since`` … ``until``; an older one or none is a no where silence tells.

    ``silence`` is yes where no newer row means that nothing happened since.
    """
    inside = (days >= day(since)) & (days <= day(until))
    return np.where(inside, YES, np.where(silence == YES, NO, UNKNOWN)).astype(np.int8)


def _silence(standing: Standing, source: str) -> np.ndarray:
    """What no row means: no while the source speaks, else unknown."""
    return np.full(len(standing), NO if source in standing.arrived else UNKNOWN, np.int8)


def _rows(standing: Standing, source: str, *key: str) -> tuple[Records, list[int]]:
    """The newest usable row of each key that is somebody's."""
    records = standing.truth.records[source]
    return records, [r for r in latest(records, standing.on, *key) if records.owner[r] >= 0]


def _declared(standing: Standing) -> tuple[np.ndarray, Three, Three]:
    """The newest declaration up to the year; without one nothing is known."""
    records, rows = _rows(standing, "annual_declaration", "owner", "year")
    c = records.columns
    newest: dict[int, int] = {}
    for r in sorted((r for r in rows if c["year"][r] <= standing.on.year), key=lambda r: c["year"][r]):
        newest[int(records.owner[r])] = r
    core = np.full(len(standing), MISSING)
    quality, environment = (np.full(len(standing), UNKNOWN, np.int8) for _ in range(2))
    for owner, r in newest.items():
        words = c["certifications"][r].split("；")
        core[owner] = c["it_core_businesses"][r]
        quality[owner] = YES if "ISO9001" in words else NO
        environment[owner] = YES if "ISO14001" in words else NO
    return core, quality, environment


def _cloud(standing: Standing) -> Three:
    records, rows = _rows(standing, "cloud_adoption", "owner", "adopted_on")
    c, on = records.columns, day(standing.on)
    found = _silence(standing, "cloud_adoption")
    for r in rows:
        until = c["cloud_until"][r]
        if c["adopted_on"][r] <= on and (np.isnat(until) or on < until):
            found[records.owner[r]] = YES
    return found


def _served(standing: Standing) -> tuple[dict[str, np.ndarray], Three]:
    """Newest days per service, and which counties report: those with a word of the last 366 days.

    A function zone belongs to no county and reports for itself.
    """
    truth, on = standing.truth, standing.on
    records, c = truth.records["service_ledger"], truth.records["service_ledger"].columns
    usable = records.known & (records.as_of <= day(on)) & (records.owner >= 0) & (c["service_on"] <= day(on))
    usable[usable] = standing.present[records.owner[usable]]
    days = {}
    for service in ("", *SERVICES):
        mine = np.flatnonzero(
            usable & (np.isin(c["service_type"], SERVICES) if not service else c["service_type"] == service)
        )
        mine = mine[np.argsort(c["service_on"][mine], kind="stable")]
        days[service] = np.full(len(standing), NAT)
        days[service][records.owner[mine]] = c["service_on"][mine]
    recent = usable & (c["service_on"] > day(on - REPORTED_WITHIN))
    places = truth.population.place
    reporting = np.zeros(len(PLACES), bool)
    reporting[places[records.owner[recent]]] = True
    speaks = "service_ledger" in standing.arrived
    return days, told(reporting[places], reporting[places] & speaks)


def _platforms(standing: Standing) -> dict[str, Three]:
    """Membership by platform; one who joins only later is no member yet."""
    records = standing.truth.records["platform_membership"]
    c, on = records.columns, day(standing.on)
    found: dict[str, Three] = defaultdict(_silence(standing, "platform_membership").copy)
    for r in latest(records, standing.on, "platform", "name", "uscc"):
        if records.owner[r] >= 0 and c["member_state"][r] == "在册" and c["joined_on"][r] <= on:
            found[c["platform"][r]][records.owner[r]] = YES
    return found


def _benefits(standing: Standing) -> tuple[dict[str, tuple[Three, Three]], Three, Three, Three]:
    """(item → (entitled, enjoyed), entitled to any, enjoys all of these, anything on the bill), of the closed year."""
    records, rows = _rows(standing, "tax_benefit", "owner", "year", "benefit_item")
    c = records.columns
    silence = _silence(standing, "tax_benefit")
    items: dict[str, tuple[Three, Three]] = defaultdict(lambda: (silence.copy(), silence.copy()))
    any_right, misses, billed = silence.copy(), silence.copy(), silence.copy()
    level = {"是": YES, "否": NO, "": UNKNOWN}
    heard: set[int] = set()
    for r in rows:
        if c["year"][r] != standing.closed:
            continue
        owner, right, use = int(records.owner[r]), level[c["entitled"][r]], level[c["enjoyed"][r]]
        if owner not in heard:
            heard.add(owner)
            any_right[owner] = misses[owner] = billed[owner] = NO
        for column, value in zip(items[c["benefit_item"][r]], (right, use), strict=True):
            column[owner] = value
        any_right[owner] = max(any_right[owner], right)
        misses[owner] = max(misses[owner], min(right, YES - use))
        billed[owner] = max(billed[owner], YES if c["benefit_amount"][r] > 0 else NO)
    return items, any_right, both(any_right, opposite(misses)), billed


def _credit(standing: Standing) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(newest application, newest grant, total line by the newest application, most asked for this year)."""
    records, rows = _rows(standing, "financing_credit", "application_no")
    c, on = records.columns, day(standing.on)
    applied, granted = (np.full(len(standing), NAT) for _ in range(2))
    line, most = (np.full(len(standing), MISSING) for _ in range(2))
    first = day(date(standing.on.year, 1, 1))
    for r in rows:
        owner, asked = records.owner[r], c["applied_on"][r]
        if asked > on:
            continue
        if np.isnat(applied[owner]) or asked >= applied[owner]:
            applied[owner], line[owner] = asked, c["amount_total_granted"][r]
        if asked >= first:
            most[owner] = max(most[owner], c["amount_applied"][r])
        if is_granted(records, r) and c["amount_granted"][r] > 0 and c["approved_on"][r] <= on:
            granted[owner] = np.fmax(granted[owner], c["approved_on"][r])
    return applied, granted, line, most


def is_granted(records: Records, row: int) -> bool:
    """Whether the bank said yes, at least in part, on a day."""
    c = records.columns
    return c["result"][row] in ("通过", "部分通过") and not np.isnat(c["approved_on"][row])


def at_or_above(values: np.ndarray, bound: int) -> Three:
    """Whether a number reaches a bound; unknown where there is none."""
    return told(values >= bound, values != MISSING)
