"""What a run reads: the batches it may open, how fresh each source is, and what persons decided on names.

The manifest comes from the warehouse (``control.batch``) and is the only list of files that ``resolve``
opens, so a half-written or refused file can never reach a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Freshness = Literal["fresh", "late", "stale", "never"]
Mode = Literal["snapshot", "increment"]


@dataclass(frozen=True)
class Batch:
    """One accepted batch. ``staged_path`` is relative to the lake; ``as_of`` is the day it speaks about."""

    batch_id: str
    source: str
    as_of: date
    landed_at: datetime
    staged_path: str


@dataclass(frozen=True)
class Manifest:
    """The batches of one run and the state of their sources.

    ``freshness``: source → state; a source it does not name was never received.
    ``modes``: source → ``snapshot`` or ``increment`` (default increment).
    ``closed_world``: source → True when "no row" means "clean" while the source is fresh.
    """

    batches: tuple[Batch, ...]
    freshness: Mapping[str, Freshness] = field(default_factory=dict)
    modes: Mapping[str, Mode] = field(default_factory=dict)
    closed_world: Mapping[str, bool] = field(default_factory=dict)

    def until(self, biz_date: date) -> Manifest:
        """The part of the manifest that speaks about days up to ``biz_date``."""
        known = tuple(batch for batch in self.batches if batch.as_of <= biz_date)
        return Manifest(known, self.freshness, self.modes, self.closed_world)

    def of(self, source: str) -> tuple[Batch, ...]:
        """Batches of one source, oldest first: by day, then by arrival, then by id."""
        own = (batch for batch in self.batches if batch.source == source)
        return tuple(sorted(own, key=lambda batch: (batch.as_of, batch.landed_at, batch.batch_id)))

    def is_current(self, source: str) -> bool:
        """Whether the source has arrived and is not stale."""
        return self.freshness.get(source, "never") in ("fresh", "late") and bool(self.of(source))

    def says_clean(self, source: str) -> bool:
        """Whether an enterprise without a row of this source may be taken as not listed."""
        return bool(self.closed_world.get(source, False)) and self.is_current(source)


@dataclass(frozen=True)
class NameDecision:
    """What a person decided about one name of one source (``quality.name_match``).

    ``accepted``: the name belongs to ``uscc``. ``rejected``: it does not belong to ``uscc`` (or, without a
    code, to nobody at all). Other states are no decision and are ignored.
    """

    source: str
    raw_name: str
    uscc: str | None
    state: str

    @classmethod
    def from_rows(cls, rows: Iterable[NameDecision | Mapping[str, Any]]) -> list[NameDecision]:
        """Accept decisions or mappings with the same keys (rows of the warehouse)."""
        return [
            row
            if isinstance(row, NameDecision)
            else cls(source=row["source"], raw_name=row["raw_name"], uscc=row["uscc"], state=row["state"])
            for row in rows
        ]
