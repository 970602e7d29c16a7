"""The oracle's title standards: who is asked for which title, what fails, what nobody knows, who is told all of it.

``papers`` holds the criteria; here they are applied to the whole population and written down as answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from srdi.samples.papers import STANDARDS, Standard
from srdi.samples.points import Span
from srdi.samples.standing import NO, UNKNOWN, YES, Three, either
from srdi.samples.traits import Traits

NEAR = 2
"""So many criteria may be missing or unknown for an enterprise to be told about every one of them."""


@dataclass
class Judged:
    """What one standard says of everybody; ``outcomes``: a column per criterion, ``told``: who is told each of them."""

    standard: Standard
    purpose: str
    uscc: np.ndarray
    asked: np.ndarray
    outcomes: dict[str, Three]
    missing: np.ndarray
    unknown: np.ndarray
    score: Span | None
    told: np.ndarray

    def near(self, within: int = NEAR) -> Three:
        """Whether no more criteria are missing; nobody is near a title that is not the next one."""
        far = ~self.asked | (self.missing > within)
        return np.select([far, self.missing + self.unknown <= within], [NO, YES], UNKNOWN).astype(np.int8)

    def standings(self) -> Iterator[dict[str, Any]]:
        """A row of ``title_standing`` for everybody who is asked."""
        rows = np.flatnonzero(self.asked)
        failing, unknown = (self._named(rows, outcome) for outcome in (NO, UNKNOWN))
        low, high = (part[rows].tolist() for part in self.score) if self.score else ([None] * len(rows),) * 2
        for k, code in enumerate(self.uscc[rows].tolist()):
            yield dict(
                uscc=code,
                standard=self.standard.id,
                purpose=self.purpose,
                outcome="fail" if failing[k] else "unknown" if unknown[k] else "pass",
                failing=failing[k],
                unknown=unknown[k],
                score_low=low[k],
                score_high=high[k],
            )

    def gaps(self) -> Iterator[dict[str, Any]]:
        """A row of ``title_gap`` for each criterion of everybody who is told."""
        words = ("fail", "unknown", "pass")
        rows = np.flatnonzero(self.told)
        codes = self.uscc[rows].tolist()
        for name, _ in self.standard.criteria:
            column = self.outcomes[name][rows].tolist() if name in self.outcomes else []
            told = [words[outcome] for outcome in column] or ["waived"] * len(rows)
            for code, outcome in zip(codes, told, strict=True):
                yield dict(uscc=code, next_title=self.standard.title, criterion_id=name, outcome=outcome)

    def _named(self, rows: np.ndarray, outcome: int) -> list[str]:
        """Per row the criteria with this outcome, sorted; most enterprises share a few combinations."""
        names = sorted(self.outcomes)
        marks = sum(
            (self.outcomes[name][rows] == outcome).astype(np.int64) << k for k, name in enumerate(names)
        )
        texts = {
            mark: ";".join(name for k, name in enumerate(names) if mark >> k & 1)
            for mark in np.unique(marks).tolist()
        }
        return [texts[mark] for mark in np.asarray(marks).tolist()]


def judge(known: Traits) -> list[Judged]:
    """What applies on the day: of two standards for one title the later one."""
    on = known.s.on
    chosen: dict[tuple[str, str], Standard] = {}
    for standard in STANDARDS:
        for purpose, (first, last) in (("new", standard.new), ("renewal", standard.renewal)):
            if first <= on <= last:
                chosen[(standard.title, purpose)] = standard
    return [_judged(known, standard, purpose) for (_, purpose), standard in chosen.items()]


def _judged(known: Traits, standard: Standard, purpose: str) -> Judged:
    renewing = purpose == "renewal"
    # who may hold the title is asked like one who does not; only a holder for certain renews
    holding = (known.holds(standard.holder) == YES) & (known.s.operating == YES)
    asked = holding if renewing else standard.asked(known) != NO
    asked = asked & known.s.present
    waived = standard.waived if renewing else ()
    outcomes = {name: known.once(kept) for name, kept in standard.criteria if name not in waived}
    missing = sum((column == NO).astype(np.int64) for column in outcomes.values())
    unknown = sum((column == UNKNOWN).astype(np.int64) for column in outcomes.values())
    titled = either(known.holds("srdi"), known.holds("innovative")) == YES
    return Judged(
        standard,
        purpose,
        known.s.truth.population.uscc,
        asked,
        outcomes,
        np.asarray(missing),
        np.asarray(unknown),
        known.once(standard.score) if standard.score else None,
        asked & (titled | (missing + unknown <= NEAR)),
    )
