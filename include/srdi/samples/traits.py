"""What the oracle knows of every enterprise that the national title standards ask: three years of accounts, the
newest declaration, the evaluation that counts, the lists of the market regulator and the titles in force.

Columns over the whole population like ``standing``; numbers are whole (yuan, hundredths of a per cent, tenths of a
point) and ``MISSING`` where nobody told them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from srdi.samples.deeds import by_silence
from srdi.samples.knowledge import CHAMPIONS, Firm, listed_now
from srdi.samples.standing import NO, UNKNOWN, YES, Accounts, Standing, Three, held, newest, told
from srdi.samples.truth import MISSING, Records, day

TITLES = {"innovative": ("创新型",), "tech_sme": ("科技型",), "high_tech": ("高企",), "champion": CHAMPIONS}
"""Titles beyond those of ``standing`` that a standard asks for."""
BODIES = {"无": 0, "市级以下": 1, "市级": 2, "省级": 3, "国家级": 4}
LOWEST_SCORES = (200, 400, 600, 800)
"""Scores, in tenths, from which the levels one to four begin."""

KEY_LINK = {"补短板", "锻长板", "填空白"}
SIX_BASES = {"工业六基"}
SUPPORTING = {"中华老字号", "关键产业链重点龙头配套"}
POWER_FIELD = {"工业六基", "制造强国重点领域", "网络强国"}
EMERGING = {"战略性新兴产业"}
QUALITY = {"ISO9001"}
CERTIFIED = {"ISO9001", "ISO14001", "职业健康安全管理体系", "CE"}
NATIONAL_AWARD, PROVINCIAL_AWARD = {"国家级科技奖励"}, {"省级科技奖励"}
TOP50 = {"创客中国全国50强"}
TOP500 = {"创客中国全国500强"} | TOP50
IP_MODEL = {"知识产权优势企业", "知识产权示范企业", "国家级技术创新示范企业"}

Answer = TypeVar("Answer")


@dataclass
class Traits:
    """``now``, ``before`` and ``earlier``: accounts of the closed year and of the two before it."""

    s: Standing
    now: Accounts
    before: Accounts
    earlier: Accounts
    declared: np.ndarray
    evaluated: Three
    level: np.ndarray
    serious: Three
    abnormal: Three
    titles: dict[str, Three]
    kept: dict[Callable[[Traits], Any], Any] = field(default_factory=dict)

    def once(self, question: Callable[[Traits], Answer]) -> Answer:
        """What the question answers of everybody; several papers and both purposes ask the same."""
        if question not in self.kept:
            self.kept[question] = question(self)
        answer: Answer = self.kept[question]
        return answer

    def number(self, name: str) -> np.ndarray:
        """A figure of the newest declaration."""
        records = self.s.truth.records["annual_declaration"]
        values = records.columns[name]
        if name == "rd_body_level":
            values = np.array([BODIES.get(text, MISSING) for text in values.tolist()], np.int64)
        return _spread(self.declared, values, MISSING)

    def says(self, column: str, words: set[str]) -> Three:
        """Whether the newest declaration names one of the words; without a declaration nobody knows."""
        cells = self.s.truth.records["annual_declaration"].columns[column].tolist()
        found = {cell: YES if words & set(cell.split("；")) else NO for cell in set(cells)}
        values = np.array([found[cell] for cell in cells], np.int8)
        return _spread(self.declared, values, UNKNOWN).astype(np.int8)

    def holds(self, name: str) -> Three:
        return self.titles[name]


Part = Callable[[Traits], Three]


def traits(standing: Standing, firms: list[Firm]) -> Traits:
    """``firms``: what ``knowledge.gather`` knows of those with titles."""
    truth, on = standing.truth, standing.on
    tax = truth.records["tax_annual"]
    two_before = newest(tax, on, tax.columns["year"] == standing.closed - 2, len(standing))
    evaluated, level = _evaluated(standing)
    on_lists = listed_now(truth, on)
    titles = dict(standing.titles)
    listed = "title_list" in standing.arrived
    for name, group in TITLES.items():
        titles[name] = np.full(len(standing), NO if listed else UNKNOWN, np.int8)
        for firm in firms if listed else ():
            titles[name][firm.index] = held(firm, group, on)
    return Traits(
        s=standing,
        now=standing.accounts,
        before=standing.before,
        earlier=Accounts(two_before, tax),
        declared=_declared(standing),
        evaluated=evaluated,
        level=level,
        serious=_on_list(standing, on_lists["严重违法失信"]),
        abnormal=_on_list(standing, on_lists["经营异常"]),
        titles=titles,
    )


def in_reserve(standing: Standing) -> Three:
    """Whether an enterprise was taken into the listing reserve up to the day; nothing takes it out again."""
    records = standing.truth.records["capital_market"]
    c = records.columns
    found = by_silence(standing, "capital_market")
    usable = records.known & (records.as_of <= day(standing.on)) & (records.owner >= 0)
    entered = usable & (c["capital_event"] == "后备入库") & (c["event_on"] <= day(standing.on))
    found[records.owner[entered]] = YES
    return found


def _declared(standing: Standing) -> np.ndarray:
    """Row of the newest declared year up to the running one, in its newest version; -1 for none."""
    records = standing.truth.records["annual_declaration"]
    years = records.columns["year"]
    return _last(standing, records, years <= standing.on.year, records.as_of, years)


def _evaluated(standing: Standing) -> tuple[Three, np.ndarray]:
    """(whether ever evaluated, level): the newest evaluation counts, on one day the higher one."""
    records = standing.truth.records["digital_evaluation"]
    c = records.columns
    derived = np.searchsorted(np.array(LOWEST_SCORES), c["score"], side="right")
    level = np.where(c["level"] >= 0, c["level"], np.where(c["score"] == MISSING, MISSING, derived))
    rows = _last(standing, records, c["evaluated_on"] <= day(standing.on), level, c["evaluated_on"])
    return told(rows >= 0, (rows >= 0) | ("digital_evaluation" in standing.arrived)), _spread(
        rows, level, MISSING
    )


def _last(standing: Standing, records: Records, where: np.ndarray, *order: np.ndarray) -> np.ndarray:
    """Per enterprise the usable row that is last by ``order`` (the last key first), -1 for none."""
    usable = np.flatnonzero(
        records.known & (records.as_of <= day(standing.on)) & (records.owner >= 0) & where
    )
    usable = usable[np.lexsort([key[usable] for key in order])]
    rows = np.full(len(standing), -1)
    rows[records.owner[usable]] = usable  # of several the last one stays
    return rows


def _on_list(standing: Standing, listed: set[int]) -> Three:
    found = by_silence(standing, "registry_risk")
    found[sorted(owner for owner in listed if owner >= 0)] = YES
    return found


def _spread(rows: np.ndarray, values: np.ndarray, otherwise: int) -> np.ndarray:
    """The value of each enterprise's row."""
    found = np.full(len(rows), otherwise, np.int64)
    found[rows >= 0] = values[rows[rows >= 0]]
    return found
