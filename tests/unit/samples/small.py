"""Truths small enough to check by hand: a few enterprises of one county and the rows a test gives them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from srdi.samples import SOURCES, codes
from srdi.samples.headers import HEADERS
from srdi.samples.knowledge import gather
from srdi.samples.places import CITIES, PLACES
from srdi.samples.standing import Standing, stand
from srdi.samples.trades import TRADES
from srdi.samples.truth import MISSING, Population, Records, Truth, day

ON = date(2025, 9, 30)
WORDS = ("name", "uscc", "bank", "product", "month", "batch", "title", "state", "district", "result")
NUMBERS = {
    "year", "revenue", "main_revenue", "rd_expense", "net_profit", "assets", "liabilities", "employees", "rd_staff",
    "it_core_businesses", "amount_applied", "amount_granted", "amount_total_granted", "loan_amount", "rate",
    "guarantee_amount", "fee_rate", "benefit_amount", "all_loans", "inclusive_loans", "inclusive_borrowers",
    "works_total", "reserved_sme", "level", "score",
}  # fmt: skip


def _is_day(name: str) -> bool:
    return name.endswith(("_on", "_until")) or name in ("valid_from", "valid_to")


def records(source: str, rows: list[dict[str, Any]]) -> Records:
    """Rows of a source; ``owner`` is the number of the enterprise, what is not told is missing."""
    columns: dict[str, Any] = {}
    for name in HEADERS[source]:
        if _is_day(name):
            columns[name] = np.array(
                [np.datetime64(r.get(name) or "NaT", "D") for r in rows], "datetime64[D]"
            )
        elif name in NUMBERS:
            columns[name] = np.array([r.get(name, MISSING) for r in rows], np.int64)
        else:
            columns[name] = np.array([r.get(name, "") for r in rows], object)
    return Records(source, columns, np.array([r.get("owner", -1) for r in rows], np.int64)).ready(ON)


def truth(given: dict[str, list[dict[str, Any]]], places: tuple[str, ...] = ("410305",) * 4) -> Truth:
    """An enterprise per place (a division, or a zone's label), all operating manufacturers named 企业0, 企业1, …"""
    n = len(places)
    position = [next(i for i, p in enumerate(PLACES) if place in (p.division, p.label)) for place in places]
    city = [next(i for i, c in enumerate(CITIES) if c.code == PLACES[i_].city) for i_ in position]
    industry = next(i for i, trade in enumerate(TRADES) if trade.kind == "industry")
    zeros = np.zeros(n, np.int64)
    population = Population(
        uscc=codes.invent(np.arange(n), np.full(n, 410305)),
        name=[f"企业{i}有限公司" for i in range(n)],
        former={},
        place=np.array(position),
        trade=np.full(n, industry),
        city=np.array(city),
        tier=zeros.astype(np.int8),
        status=np.full(n, "存续", object),
        founded=np.full(n, day("2010-01-01")),
        approved=np.full(n, day("2010-01-01")),
        capital=zeros,
        staff=zeros,
        revenue=zeros,
        registration_no=[""] * n,
        legal_person=[""] * n,
        seen=np.ones(n, bool),
        seen_before=np.ones(n, bool),
    )
    found = Truth(ON, population)
    found.records = {source: records(source, given.get(source, [])) for source in SOURCES}
    for source in set(SOURCES) - set(given):  # a source that has delivered, though nothing about these
        found.records[source].as_of = np.array([], "datetime64[D]")
    return found


def provincial(owner: int, start: str = "2024-01-01", end: str = "2026-12-31", **more: Any) -> dict[str, Any]:
    """A row of the title list that names its holder by name and code."""
    return {
        "owner": owner, "name": f"企业{owner}有限公司", "title": "省级", "batch": "2024年度第一批", "state": "认定",
        "recognised_on": start, "valid_from": start, "valid_to": end, **more,
    }  # fmt: skip


def standing_of(found: Truth, on: date = ON) -> Standing:
    return stand(found, gather(found, on), on)
