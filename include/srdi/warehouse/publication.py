"""What a publication reports: its tables, its lists, its state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from srdi.warehouse.guard import Shrinkage


@dataclass(frozen=True)
class TableReport:
    """One published table: rows of the content, rows that came, went, changed; its content hash."""

    table: str
    live: bool
    rows: int
    entered: int
    left: int
    changed: int
    content_sha256: str


@dataclass(frozen=True)
class ListReport:
    """One list on the day: sizes by verdict, and moves against the published day before."""

    measure_id: str
    live: bool
    listed: int
    excluded: int
    review: int
    entered: int
    left: int
    verdict: int


@dataclass(frozen=True)
class PublishReport:
    """What a publication did. ``state``: published, unchanged, held or dry_run.

    ``rows_changed``: rows written or removed in all tables, history and changes included (0: unchanged).
    ``held``: lists that shrank oddly. ``published_at``: the moment used, later than any before.
    """

    run_id: str
    biz_date: date
    state: str
    published_at: datetime
    tables: dict[str, TableReport] = field(default_factory=dict)
    lists: list[ListReport] = field(default_factory=list)
    held: list[Shrinkage] = field(default_factory=list)
    rows_changed: int = 0
    history_changed: int = 0
    swept: int = 0

    @property
    def entered(self) -> int:
        return sum(one.entered for one in self.lists)

    @property
    def left(self) -> int:
        return sum(one.left for one in self.lists)

    @property
    def changed(self) -> int:
        return sum(one.verdict for one in self.lists)
