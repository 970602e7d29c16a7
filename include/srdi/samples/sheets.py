"""How each source's records look in its export: canonical headers, one text per cell, still clean.

A :class:`Sheet` is one file to be. Quirks edit it; ``settle`` fixes the order of its lines and with it the
row numbers a person sees; ``files`` writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from srdi.samples import places
from srdi.samples.headers import HEADERS, TITLES
from srdi.samples.trades import TRADES
from srdi.samples.truth import MISSING, Records, Truth

STAGED, QUARANTINED, DUPLICATE, IGNORED, BLANK = range(5)

TENTHS = ("score", "development_score")
LEVELS = np.array(["无等级", "一级", "二级", "三级", "四级", ""], object)


@dataclass(frozen=True)
class Note:
    """One quirk that has a consequence: at data line ``line`` (row number once settled)."""

    line: int
    field: str
    check_id: str
    quirk: str


@dataclass
class Sheet:
    """One export file in the making.

    ``rows`` are positions in the source's records (-1: no record). ``fate`` says per line what must become of
    it. ``edits`` are cells to replace: field → {line: text}. ``inserts`` are lines to add: (after line, cells,
    fate). ``lead`` are lines above the header. ``respelled`` counts cell-wide spellings, for the report.
    """

    source: str
    day: date
    table: pa.Table
    rows: np.ndarray
    file_name: str
    headers: list[str]
    fate: np.ndarray
    encoding: str = "utf-8"
    newline: str = "\n"
    excel: bool = False
    lead: list[list[str]] = field(default_factory=list)
    edits: dict[str, dict[int, str]] = field(default_factory=dict)
    inserts: list[tuple[int, dict[str, str], int]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    findings: list[Note] = field(default_factory=list)
    quirks: set[str] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    extra_sheet: bool = False
    settled: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first_row(self) -> int:
        """Row number of the first data line, counted as an editor or Excel does (from 1)."""
        return len(self.lead) + 2

    def cell(self, name: str, line: int) -> str:
        edited = self.edits.get(name, {})
        return edited[line] if line in edited else self.table[name][line].as_py()

    def edit(self, name: str, line: int, text: str) -> None:
        self.edits.setdefault(name, {})[line] = text

    def counts(self) -> dict[str, int]:
        """Lines by fate; blank lines are not rows."""
        tally = np.bincount(self.fate, minlength=5)
        return {
            "rows_landed": int(tally[:BLANK].sum()),
            "rows_staged": int(tally[STAGED]),
            "rows_quarantined": int(tally[QUARANTINED]),
            "rows_duplicate": int(tally[DUPLICATE]),
            "rows_ignored": int(tally[IGNORED]),
        }

    def settle(self) -> Sheet:
        """Apply edits and inserts; afterwards ``table`` and ``fate`` are the lines of the file, notes carry row numbers."""
        n = len(self)
        table = self.table
        for name, cells in self.edits.items():
            mask = np.zeros(n, bool)
            lines = sorted(cells)
            mask[lines] = True
            fixed = pc.replace_with_mask(
                table[name].combine_chunks(), pa.array(mask), pa.array([cells[i] for i in lines], pa.string())
            )
            table = table.set_column(table.column_names.index(name), name, fixed)
        inserts = sorted(self.inserts, key=lambda item: item[0])
        position = np.arange(n, dtype=np.int64)
        if inserts:
            after = np.array([item[0] for item in inserts])
            position += np.searchsorted(after, position - 1, side="right")
            order = np.argsort(np.r_[np.arange(n), after + 0.5], kind="stable")
            self.fate = np.r_[self.fate, [item[2] for item in inserts]][order]
            self.rows = np.r_[self.rows, np.full(len(inserts), -1)][order]
            table = _woven(table, inserts)
        self.table = table
        for notes in (self.notes, self.findings):
            notes[:] = [
                Note(int(position[x.line]) + self.first_row, x.field, x.check_id, x.quirk) for x in notes
            ]
        self.edits, self.inserts, self.settled = {}, [], True
        return self


def _woven(table: pa.Table, inserts: list[tuple[int, dict[str, str], int]]) -> pa.Table:
    """The table with the inserted lines in place; slices share its memory, so nothing large is copied."""
    names = table.column_names
    pieces, start = [], 0
    for after, cells, _ in inserts:
        pieces.append(table.slice(start, after + 1 - start))
        start = after + 1
        pieces.append(pa.table({name: pa.array([cells.get(name, "")], pa.string()) for name in names}))
    return pa.concat_tables([*pieces, table.slice(start)])


def spell_dates(values: np.ndarray, pattern: str = "%Y-%m-%d") -> pa.Array:
    """Dates as texts, none as the empty text."""
    return pc.fill_null(pc.strftime(pa.array(values.astype("datetime64[D]")), pattern), "")


def spell_fraction(values: np.ndarray, digits: int) -> pa.Array:
    """Whole numbers as texts with the last ``digits`` behind the point (1234, 2 → 12.34)."""
    size = np.abs(values)
    whole, rest = (pc.cast(pa.array(part), pa.string()) for part in np.divmod(size, 10**digits))
    joined = pc.binary_join_element_wise(whole, pc.utf8_lpad(rest, digits, "0"), ".")
    negative = pa.array(values < 0)
    return pc.if_else(negative, pc.binary_join_element_wise("-", joined, ""), joined)


def spell_numbers(values: np.ndarray, fraction: int = 0) -> pa.Array:
    """Whole numbers as texts, the last ``fraction`` digits behind the point; missing ones as the empty text."""
    texts = spell_fraction(values, fraction) if fraction else pc.cast(pa.array(values), pa.string())
    return pc.if_else(pa.array(values == MISSING), "", texts)


def _spell(name: str, header: str, values: Any) -> pa.Array:
    """The cells of one column: money in the header's unit, percentages from hundredths, scores from tenths."""
    if name == "level":
        return pa.array(LEVELS[values], pa.string())
    if values.dtype.kind == "M":
        return spell_dates(values)
    if values.dtype.kind != "i":
        return pa.array(values, pa.string())
    if header.endswith("(万元)"):
        return spell_numbers(np.where(values == MISSING, MISSING, values // 10_000))
    return spell_numbers(values, 2 if header.endswith("(%)") else 1 if name in TENTHS else 0)


def write_down(truth: Truth, records: Records, rows: np.ndarray | None = None) -> Sheet:
    """The clean export of ``records`` (or of the given ``rows`` of it) for ``truth.as_of``."""
    headers = HEADERS[records.source]
    rows = np.arange(len(records)) if rows is None else rows
    if records.source == "enterprise_registry":
        table = _registry_table(truth, records.owner[rows])
    else:
        known = truth.population.uscc
        columns = {}
        for name, header in headers.items():
            if name == "uscc" and name not in records.columns:
                columns[name] = pa.array(known[records.owner[rows]], pa.string())
            else:
                columns[name] = _spell(name, header, records.columns[name][rows])
        table = pa.table(columns)
    return Sheet(
        source=records.source,
        day=truth.as_of,
        table=table,
        rows=rows,
        file_name=f"{TITLES[records.source]}_{truth.as_of:%Y%m%d}.csv",
        headers=list(headers.values()),
        fate=np.zeros(len(rows), np.uint8),
    )


def _registry_table(truth: Truth, owner: np.ndarray) -> pa.Table:
    p = truth.population
    sites = [places.PLACES[i] for i in p.place[owner].tolist()]
    index = owner.tolist()
    trade = p.trade[owner]
    kinds = np.array(["有限责任公司(自然人投资或控股)", "股份有限公司(非上市)"], object)
    stock = np.array(["股份" in p.name[i] for i in index])
    return pa.table(
        {
            "uscc": pa.array(p.uscc[owner], pa.string()),
            "registration_no": pa.array([p.registration_no[i] for i in index]),
            "name": pa.array([p.name[i] for i in index]),
            "former_names": pa.array(["；".join(p.former.get(i, ())) for i in index]),
            "enterprise_type": pa.array(kinds[stock.astype(int)], pa.string()),
            "status": pa.array(p.status[owner], pa.string()),
            "founded_on": spell_dates(p.founded[owner]),
            "approved_on": spell_dates(p.approved[owner]),
            "registered_capital": _spell("registered_capital", "注册资本(万元)", p.capital[owner]),
            "industry_section": pa.array(np.array([t.section for t in TRADES], object)[trade], pa.string()),
            "industry_code": pa.array(np.array([t.code for t in TRADES], object)[trade], pa.string()),
            "registrar": pa.array([_REGISTRAR[i] for i in p.place[owner].tolist()]),
            "district": pa.array([s.label for s in sites]),
            "address": pa.array(
                [places.address(s, i, i % 300 + 1) for s, i in zip(sites, index, strict=True)]
            ),
            "legal_person": pa.array([p.legal_person[i] for i in index]),
            "employees": _staff(truth, owner),
        }
    )


def _staff(truth: Truth, owner: np.ndarray) -> pa.Array:
    """Head-counts; a titled firm that files no tax returns tells the registry nothing either."""
    p = truth.population
    files = np.zeros(len(p), bool)
    files[truth.records["tax_annual"].owner] = True
    told = files | (p.tier == 0) | (p.tier == 4)
    return pc.if_else(pa.array(told[owner]), pc.cast(pa.array(p.staff[owner]), pa.string()), "")


_REGISTRAR = [places.registrar(place) for place in places.PLACES]
