"""What happened, as the oracle sees it: every application, loan, guarantee and the like as one event of its own.

Titles count as of the event's own day, sizes and places as of the day that is asked about. What lies after that
day has not happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from srdi.samples.deeds import is_granted
from srdi.samples.knowledge import Firm, latest, owners_of
from srdi.samples.places import CITIES, PLACES
from srdi.samples.standing import NO, SRDI, UNKNOWN, UPPER, YES, Standing, held
from srdi.samples.truth import MISSING, Records


@dataclass
class Event:
    """``city``: None where nobody knows the place; ``flags``: no, unknown or yes; ``numbers``: None where missing.

    Flags of titles are ``srdi`` and ``upper``, of sizes ``sme`` and ``small_micro``. Rates are in hundredths of a
    per cent, money in yuan.
    """

    day: date | None
    city: str | None
    bank: str = ""
    flags: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int | None] = field(default_factory=dict)


def happenings(standing: Standing, firms: list[Firm]) -> dict[str, list[Event]]:
    """Events up to the day, by table."""
    titled = {firm.index: firm for firm in firms}
    made = {
        "application": _applications(standing, titled),
        "loan": _loans(standing, titled),
        "guarantee": _guarantees(standing, titled),
        "platform_member": _banks_on_platforms(standing),
        "bank_month": _bank_months(standing),
        "service_event": _matchmaking(standing),
        "procurement_year": _works(standing),
    }
    return {
        table: [e for e in events if e.day is None or e.day <= standing.on] for table, events in made.items()
    }


def _rows(standing: Standing, source: str, *key: str) -> tuple[Records, dict[str, Any], list[int]]:
    records = standing.truth.records[source]
    return records, records.columns, latest(records, standing.on, *key)


def _on(value: np.datetime64) -> date | None:
    found: date | None = value.astype(object)
    return found


def _number(value: Any) -> int | None:
    return None if value == MISSING else int(value)


_FLAG = {"是": YES, "否": NO, "": UNKNOWN}


def _of_firm(
    standing: Standing, titled: dict[int, Firm], owner: int | None, on: date | None
) -> tuple[str | None, dict[str, int]]:
    """(city, flags) of an event of that enterprise on that day."""
    if owner is None or owner < 0 or not standing.present[owner]:
        return None, dict.fromkeys(("srdi", "upper", "sme", "small_micro"), UNKNOWN)
    firm = titled.get(owner)
    listed = YES if "title_list" in standing.arrived else UNKNOWN
    flags = {}
    for name, titles in (("srdi", SRDI), ("upper", UPPER)):
        if on is None or listed == UNKNOWN:
            flags[name] = UNKNOWN
        else:
            flags[name] = held(firm, titles, on) if firm is not None else NO
    flags |= {"sme": int(standing.sme[owner]), "small_micro": int(standing.small_micro[owner])}
    return str(standing.city[owner]), flags


def _applications(standing: Standing, titled: dict[int, Firm]) -> Iterator[Event]:
    """A decision counts on its own day; one that came before its application tells no number of days."""
    records, c, rows = _rows(standing, "financing_credit", "application_no")
    for r in rows:
        asked, decided = _on(c["applied_on"][r]), _on(c["approved_on"][r])
        if asked is None or asked > standing.on:
            continue
        if decided is not None and decided > standing.on:
            decided = None
        city, flags = _of_firm(standing, titled, int(records.owner[r]), decided)
        days = None if decided is None or decided < asked else (decided - asked).days
        answered = decided is not None and c["result"][r] in ("通过", "部分通过", "拒绝")
        flags |= {
            "decided": YES if answered else NO,
            "granted": YES if answered and is_granted(records, r) else NO,
            "whitelist_channel": _FLAG[c["whitelist_channel"][r]],
        }
        yield Event(decided, city, c["bank"][r], flags, numbers={"days": days})


def _loans(standing: Standing, titled: dict[int, Firm]) -> Iterator[Event]:
    records, c, rows = _rows(standing, "financing_loan", "loan_no")
    for r in rows:
        lent, due = _on(c["lent_on"][r]), _on(c["lent_until"][r])
        city, flags = _of_firm(standing, titled, int(records.owner[r]), lent)
        flags |= {name: _FLAG[c[name][r]] for name in ("first_loan", "credit_loan", "renewal_loan")}
        long = lent is not None and due is not None and due > year_later(lent)
        flags["medium_long"] = YES if long else NO
        words = {"finance_type": c["finance_type"][r], "product": c["product"][r]}
        numbers = {"amount": _number(c["loan_amount"][r]), "rate": _number(c["rate"][r])}
        yield Event(lent, city, c["bank"][r], flags, words, numbers)


def year_later(value: date) -> date:
    """The same day of the year after; 28 February where it has no 29th."""
    leap = (value.month, value.day) == (2, 29)
    return value.replace(year=value.year + 1, day=28 if leap else value.day)


def _guarantees(standing: Standing, titled: dict[int, Firm]) -> Iterator[Event]:
    """Guarantors know names rather than codes."""
    _, c, rows = _rows(standing, "financing_guarantee", "contract_no")
    owners = owners_of(standing.truth, standing.on, [(c["name"][r], c["uscc"][r]) for r in rows])
    for r, owner in zip(rows, owners, strict=True):
        started = _on(c["started_on"][r])
        city, flags = _of_firm(standing, titled, owner, started)
        numbers = {"amount": _number(c["guarantee_amount"][r]), "fee_rate": _number(c["fee_rate"][r])}
        yield Event(started, city, c["guarantor"][r], flags, numbers=numbers)


def _banks_on_platforms(standing: Standing) -> Iterator[Event]:
    """Banks that are members; they need no place to be on a platform."""
    _, c, rows = _rows(standing, "platform_membership", "platform", "name", "uscc")
    for r in rows:
        if c["member_kind"][r] == "银行" and c["member_state"][r] == "在册":
            yield Event(_on(c["joined_on"][r]), "", c["name"][r], words={"platform": c["platform"][r]})


def _bank_months(standing: Standing) -> Iterator[Event]:
    """The books of a month count on its last day, beside those of December before."""
    _, c, rows = _rows(standing, "bank_totals", "bank", "month")
    books = {(c["bank"][r], c["month"][r]): r for r in rows}
    for (bank, month), r in books.items():
        start = books.get((bank, f"{int(month[:4]) - 1}-12"))
        numbers: dict[str, int | None] = {}
        for name in ("all_loans", "inclusive_loans", "inclusive_borrowers"):
            numbers[name] = _number(c[name][r])
            numbers[f"{name}_start"] = None if start is None else _number(c[name][start])
        first = date(int(month[:4]), int(month[5:]), 1)
        end = (first + timedelta(31)).replace(day=1) - timedelta(1)
        yield Event(end, "", bank, numbers=numbers)


def _matchmaking(standing: Standing) -> Iterator[Event]:
    """One event a day and unit, where the unit is."""
    records = standing.truth.records["service_ledger"]
    c = records.columns
    usable = records.known & (records.as_of <= np.datetime64(standing.on, "D"))
    rows = np.flatnonzero(usable & (c["service_type"] == "产销对接")).tolist()
    for when, unit in sorted({(_on(c["service_on"][r]) or date.min, c["service_unit"][r]) for r in rows}):
        yield Event(when, _city_of(unit), unit)


def _city_of(unit: str) -> str | None:
    """The city that the name of a bureau tells; a county-level city speaks for itself."""
    for city in CITIES:
        if unit.startswith(city.name):
            return city.code
    return next((place.city for place in PLACES if unit.startswith(place.label)), None)


def _works(standing: Standing) -> Iterator[Event]:
    """A year counts on its last day."""
    _, c, rows = _rows(standing, "procurement", "year", "district")
    for r in rows:
        numbers = {name: _number(c[name][r]) for name in ("works_total", "reserved_sme")}
        yield Event(date(int(c["year"][r]), 12, 31), _city_of(c["district"][r]), numbers=numbers)
