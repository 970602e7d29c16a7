"""What conforming a batch found out: counts, mapping, drift, and the refusal when there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from srdi.contracts.models import DriftAction, DriftKind
from srdi.contracts.refusals import Refusal


@dataclass(frozen=True)
class Drift:
    """One way in which the file differs from the contract or the last good file. ``column``: header or field."""

    kind: DriftKind
    column: str
    action: DriftAction
    detail: str


@dataclass(frozen=True)
class ColumnProfile:
    """What the next file of the source is compared with.

    ``headers``: field → header as received, in file order; ``units``: field → unit of the column;
    ``medians``: money field → median of its absolute non-zero amounts in yuan; ``counts``: how many those were.
    """

    headers: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    medians: dict[str, Decimal] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; decimals as text."""
        return {
            "headers": [
                [name, header] for name, header in self.headers.items()
            ],  # a list keeps its order anywhere
            "units": self.units,
            "medians": {name: str(value) for name, value in self.medians.items()},
            "counts": self.counts,
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> ColumnProfile:
        return cls(
            headers=dict(map(tuple, value.get("headers", []))),
            units=dict(value.get("units", {})),
            medians={name: Decimal(text) for name, text in value.get("medians", {}).items()},
            counts={name: int(count) for name, count in value.get("counts", {}).items()},
        )


@dataclass(frozen=True)
class ConformReport:
    """Result of :func:`srdi.conform.batch.conform`.

    ``columns``: header as received → field; ``units``: field → unit of the column; ``path``: conformed file
    relative to the lake, None when refused. ``rows_landed`` = data + duplicate + ignored rows.
    ``rows_long`` / ``rows_short``: rows with more filled cells, or fewer cells, than the header.
    """

    batch_id: str
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    rows_landed: int = 0
    rows_data: int = 0
    rows_ignored: int = 0
    rows_duplicate: int = 0
    rows_long: int = 0
    rows_short: int = 0
    drift: list[Drift] = field(default_factory=list)
    refusal: Refusal | None = None
    profile: ColumnProfile | None = None
    path: str | None = None
