"""Second step: which row is the header, and which column is which field of the contract.

Headers are compared folded (width, blanks, brackets, case); a unit may stand in brackets behind the name,
behind a slash, or in a line above the table; a rate may say beside its unit for which time (月利率（‰）). What is
ambiguous is refused, what is unknown is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from srdi.conform.text import fold, header_key
from srdi.contracts.models import Contract, Header
from srdi.contracts.units import SPELLINGS, UNITS

_BRACKETED = re.compile(r"^(.+)\((?:单位)?:?([^()]+)\)$")
_APPENDED = re.compile(r"^(.+)[/_:,-]([^/_:,-]+)$")
# 担保费率(月), 月担保费率: the time that a rate is for
_PERIOD_BEHIND = re.compile(r"^(?P<name>.+)\((?P<period>[年月])\)$")
_PERIOD_BEFORE = re.compile(r"^(?P<period>[年月])(?P<name>.+)$")
_UNIT_LINE = re.compile(r"(?:金额)?单位:?\(?([^\s():,;]+)\)?")
_MONEY_UNITS = ("元", "千元", "万元", "百万元", "亿元")


@dataclass(frozen=True)
class Column:
    """One column of the file. ``position`` 1-based; ``field`` None when the contract does not know it.

    ``rank``: place of the accepted spelling in the contract, 0 is the canonical one.
    """

    position: int
    header: str
    field: str | None = None
    unit: str | None = None
    rank: int = 0


@dataclass(frozen=True)
class HeaderMatch:
    """A header row read with one contract.

    ``row``: place in the list of rows searched (0-based) of the (lower) header row; ``rows``: 1, or 2 for
    headers merged over two rows. ``twice``: (field, headers) claimed by several columns of equal right.
    ``unused``: columns of a field for which another column was taken.
    """

    row: int
    rows: int
    columns: list[Column]
    missing: list[str]
    twice: list[tuple[str, list[str]]] = field(default_factory=list)
    unused: list[Column] = field(default_factory=list)

    @property
    def by_field(self) -> dict[str, Column]:
        return {column.field: column for column in self.columns if column.field}

    @property
    def matched(self) -> int:
        return len(self.by_field)

    @property
    def named(self) -> int:
        """Columns that carry any header."""
        return sum(1 for column in self.columns if column.header)

    @property
    def share(self) -> float:
        """Part of the file's named columns which the contract knows."""
        return self.matched / self.named if self.named else 0.0


class Headers:
    """The accepted headers of a contract on one day."""

    def __init__(self, contract: Contract, as_of: date | None) -> None:
        self.contract = contract
        self._known: dict[str, tuple[str, int]] = {}
        for name, source_field in contract.fields.items():
            for rank, raw in enumerate(source_field.headers):
                header = raw if isinstance(raw, Header) else Header(name=raw)
                if _accepted(header, as_of):
                    self._known.setdefault(header_key(header.name), (name, rank))

    def read(self, text: str) -> tuple[str | None, str | None, int]:
        """(field, unit, rank) of one header text; the unit is None when the header names none."""
        key = header_key(text)
        if key in self._known:
            name, rank = self._known[key]
            return name, None, rank
        for pattern in (_BRACKETED, _APPENDED):
            found = pattern.match(key)
            unit = SPELLINGS.get(found.group(2)) if found else None
            if found and unit and found.group(1) in self._known:
                name, rank = self._known[found.group(1)]
                return name, unit, rank
            if found and unit:
                periodic = self._periodic(found.group(1), unit)
                if periodic:
                    return periodic
        return None, None, 0

    def _periodic(self, base: str, unit: str) -> tuple[str, str, int] | None:
        """A rate whose header names its time apart from its unit: (field, unit per time, rank)."""
        for pattern in (_PERIOD_BEHIND, _PERIOD_BEFORE):
            found = pattern.match(base)
            if found and found["name"] in self._known and f"{unit}/{found['period']}" in UNITS:
                name, rank = self._known[found["name"]]
                return name, f"{unit}/{found['period']}", rank
        return None

    def match(self, cells: Sequence[str], row: int, rows: int = 1) -> HeaderMatch:
        """Read one row of cells as header."""
        columns: list[Column] = []
        claims: dict[str, list[Column]] = {}
        for position, cell in enumerate(cells, start=1):
            name, unit, rank = self.read(cell) if cell and cell.strip() else (None, None, 0)
            column = Column(position, fold(cell or ""), name, unit, rank)
            columns.append(column)
            if name:
                claims.setdefault(name, []).append(column)
        twice, unused = [], []
        for name, rivals in claims.items():
            best = min(column.rank for column in rivals)
            chosen = [column for column in rivals if column.rank == best]
            if len(chosen) > 1:
                twice.append((name, [column.header for column in chosen]))
            unused += [column for column in rivals if column.rank != best]
        dropped = {column.position for column in unused}
        columns = [
            Column(column.position, column.header) if column.position in dropped else column
            for column in columns
        ]
        missing = [name for name in self.contract.fields if name not in claims]
        return HeaderMatch(row, rows, columns, missing, twice, unused)

    def search(self, rows: Sequence[Sequence[str]]) -> HeaderMatch | None:
        """The row (or pair of rows) among ``rows`` that names most fields, the first of equals; None without any."""
        best: HeaderMatch | None = None
        for i, cells in enumerate(rows):
            candidates = [self.match(cells, i)]
            if i + 1 < len(rows) and any(not (cell or "").strip() for cell in rows[i + 1]):
                candidates.append(self.match(_merged(cells, rows[i + 1]), i + 1, 2))
            for candidate in candidates:
                if candidate.matched and (best is None or candidate.matched > best.matched):
                    best = candidate
        return best


def _accepted(header: Header, as_of: date | None) -> bool:
    if as_of is None:
        return True
    return (header.since is None or as_of >= header.since) and (header.until is None or as_of < header.until)


def _merged(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Two header rows as one: the lower cell where there is one, with the upper group's unit."""
    merged, group = [], ""
    for i in range(max(len(upper), len(lower))):
        top = (upper[i] if i < len(upper) else "") or ""
        bottom = (lower[i] if i < len(lower) else "") or ""
        group = top if top.strip() else group
        if not bottom.strip():
            merged.append(top)
            continue
        unit = _BRACKETED.match(header_key(group)) if not top.strip() or top == group else None
        named = (
            unit and SPELLINGS.get(unit.group(2)) in _MONEY_UNITS and not _BRACKETED.match(header_key(bottom))
        )
        merged.append(f"{bottom}({unit.group(2)})" if unit and named else bottom)
    return merged


def unit_above(rows: Iterable[Sequence[str]]) -> str | None:
    """The money unit that a line above the header declares for the whole table (单位：万元), or None."""
    for cells in rows:
        for cell in cells:
            found = _UNIT_LINE.search(fold(cell or ""))
            unit = SPELLINGS.get(found.group(1)) if found else None
            if unit in _MONEY_UNITS:
                return unit
    return None


def fits_better(
    match: HeaderMatch | None, rows: Sequence[Sequence[str]], rivals: Iterable[Headers]
) -> Contract | None:
    """The other contract to which this file really belongs: it has all required columns and knows more of them."""
    best: tuple[int, float, Contract] | None = None
    for rival in rivals:
        found = rival.search(rows)
        if found is None or required_missing(rival.contract, found):
            continue
        if found.matched > (match.matched if match else 0) and (
            best is None or (found.matched, found.share) > best[:2]
        ):
            best = (found.matched, found.share, rival.contract)
    return best[2] if best else None


def required_missing(contract: Contract, match: HeaderMatch) -> list[str]:
    """Required fields of the contract for which the file has no column."""
    return [name for name in match.missing if contract.fields[name].required]
