"""What arrives for the sample city: per source the files of a day, clean or as messy as asked for.

Turns records into settled sheets and knows what must become of every file: accepted, refused with a code,
or recognised as already known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from srdi.samples.headers import TITLES
from srdi.samples.mess import MESS
from srdi.samples.places import CITIES
from srdi.samples.quirks import Dirt
from srdi.samples.sheets import Sheet, write_down
from srdi.samples.truth import Records, Truth, day


@dataclass
class Delivery:
    """One file to write. ``raw`` instead of a sheet: bytes that are no proper export.

    ``same_as``: name of the file whose bytes it repeats. ``outcome``: accepted, refused or known.
    """

    source: str
    file_name: str
    as_of: date | None
    sheet: Sheet | None = None
    raw: bytes | None = None
    same_as: str | None = None
    outcome: str = "accepted"
    refusal: str = ""
    quirk: str = ""


def deliver(truth: Truth, source: str, quirks: str, seed: int) -> list[Delivery]:
    """Files of one source, settled and ready to write; marks in ``truth`` what the quirks destroy."""
    records = truth.records[source]
    rng = np.random.default_rng([seed, 9, list(TITLES).index(source)])
    titled = truth.population.tier
    plain = (titled == 0) | (titled == 4)
    if quirks == "none":
        sheets = [write_down(truth, records)]
    else:
        everything = quirks == "all"
        sheets = _parts(truth, records, everything)
        for number, sheet in enumerate(sheets):
            MESS[source](Dirt(truth, records, sheet, rng, plain), everything, number)
    found = [Delivery(source, sheet.file_name, sheet.day, sheet) for sheet in sheets]
    if quirks == "all":
        found += _EXTRA.get(source, lambda *_: [])(truth, records, found)
    for delivery in found:
        if delivery.sheet is not None:
            delivery.sheet.settle()
            delivery.file_name = delivery.sheet.file_name
    return found


def _parts(truth: Truth, records: Records, everything: bool) -> list[Sheet]:
    stamp = f"{truth.as_of:%Y%m%d}"
    title = TITLES[records.source]
    current = np.flatnonzero(records.as_of == day(truth.as_of))
    if not everything or records.source not in ("enterprise_registry", "tax_annual"):
        return [write_down(truth, records, current)]
    if records.source == "enterprise_registry":
        _vanish(truth, records)
        current = current[records.known[current]]
        cities = truth.population.city[records.owner[current]]
        parts = [(CITIES[i].short, current[cities == i]) for i in range(len(CITIES))]
    else:
        half = len(current) // 2
        parts = [("第1部分", current[:half]), ("第2部分", current[half:])]
    return [
        replace(write_down(truth, records, rows), file_name=f"{title}_{name}_{stamp}.csv")
        for name, rows in parts
    ]


def _vanish(truth: Truth, records: Records) -> None:
    """Some enterprises stood in the older snapshot and are missing now."""
    p = truth.population
    for number in range(len(CITIES)):
        here = np.flatnonzero((p.city == number) & (p.tier == 2))
        records.known[here[5::40][:3]] = False
        records.known[np.flatnonzero((p.city == number) & (p.tier == 0))[3:6]] = False


# ── files that are wrong as a whole, and files of other days ─────────────────────────────────

Extra = Callable[[Truth, Records, list[Delivery]], list[Delivery]]


def older_day(as_of: date) -> date:
    return as_of - timedelta(days=30)


def _older_registry(truth: Truth, records: Records, found: list[Delivery]) -> list[Delivery]:
    older = older_day(truth.as_of)
    truth.older = older
    rows = np.flatnonzero(truth.population.founded <= day(older))
    truth.population.seen_before[:] = False
    truth.population.seen_before[records.owner[rows]] = True
    sheet = replace(
        write_down(truth, records, rows), day=older, file_name=f"{TITLES[records.source]}_{older:%Y%m%d}.csv"
    )
    return [Delivery(records.source, sheet.file_name, older, sheet, quirk="older_day")]


def _older_risk(truth: Truth, records: Records, found: list[Delivery]) -> list[Delivery]:
    """The month before, when some of today's removals had not happened yet; and a file of a stranger."""
    rows = np.flatnonzero(records.as_of == day(older_day(truth.as_of)))
    older = older_day(truth.as_of)
    sheet = replace(
        write_down(truth, records, rows), day=older, file_name=f"{TITLES[records.source]}_{older:%Y%m%d}.csv"
    )
    foreign = "银行名称,月份,各项贷款余额(万元),普惠小微户数\n豫中样例银行,2025-08,1200000,5400\n洛水样例农商行,2025-08,310000,2100\n"
    name = f"银行汇总_{truth.as_of:%Y%m%d}.csv"
    return [
        Delivery(records.source, sheet.file_name, older, sheet, quirk="older_day"),
        _refused(records.source, name, truth.as_of, foreign.encode(), "foreign"),
    ]


def _twice(truth: Truth, records: Records, found: list[Delivery]) -> list[Delivery]:
    name = found[0].file_name.replace("_", "_再次报送_", 1)
    again = Delivery(
        records.source,
        name,
        truth.as_of,
        same_as=found[0].file_name,
        outcome="known",
        quirk="same_file_twice",
    )
    return [again]


def _empty(truth: Truth, records: Records, found: list[Delivery]) -> list[Delivery]:
    return [_refused(records.source, f"纳税信用_补报_{truth.as_of:%Y%m%d}.csv", truth.as_of, b"", "empty")]


def _no_day(truth: Truth, records: Records, found: list[Delivery]) -> list[Delivery]:
    text = "\n".join(_lines(truth, records, 5)) + "\n"
    return [_refused(records.source, "数字化水平评测_最新.csv", None, text.encode(), "no_as_of")]


def _truncated(truth: Truth, records: Records, found: list[Delivery]) -> list[Delivery]:
    """A second part whose transfer broke off: the last row ends in the middle of a character."""
    *whole, last = _lines(truth, records, 40)
    cut = last.encode()
    data = ("\n".join(whole) + "\n").encode() + cut[: cut.index("有限".encode()) + 1]
    name = f"融资授信_第2部分_{truth.as_of:%Y%m%d}.csv"
    return [_refused(records.source, name, truth.as_of, data, "truncated")]


def _lines(truth: Truth, records: Records, how_many: int) -> list[str]:
    sheet = write_down(truth, records, np.arange(min(how_many, len(records))))
    cells = zip(*(column.to_pylist() for column in sheet.table.columns), strict=True)
    return [",".join(sheet.headers), *(",".join(row) for row in cells)]


def _refused(source: str, name: str, as_of: date | None, data: bytes, code: str) -> Delivery:
    return Delivery(source, name, as_of, raw=data, outcome="refused", refusal=code, quirk=code)


_EXTRA: dict[str, Extra] = {
    "enterprise_registry": _older_registry,
    "registry_risk": _older_risk,
    "court_dishonest": _twice,
    "tax_credit": _empty,
    "digital_evaluation": _no_day,
    "financing_credit": _truncated,
}
