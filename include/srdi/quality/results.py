"""What the gate reports: one result per check, the counts of the batch, the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from srdi.contracts.models import Severity
from srdi.contracts.refusals import Refusal


@dataclass(frozen=True)
class CheckResult:
    """One check on one batch; becomes a row of ``quality.check_result``.

    ``outcome``: ``error`` means the check itself could not be trusted, it says nothing about the data.
    ``rows_checked``/``rows_failed`` are rows (for a volume check: rows of the day, 0 or 1 for failed).
    ``share_failed``, ``tolerance``: shares 0..1, None where the check has none.
    ``sample``: at most five failing rows ``{"row_no", "raw_value"}``; no value for sensitive fields.
    """

    check_id: str
    severity: Severity
    outcome: Literal["pass", "fail", "error"]
    rows_checked: int
    rows_failed: int | None
    share_failed: Decimal | None
    tolerance: Decimal | None
    message_zh: str
    sample: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Counts:
    """Rows of one batch by what became of them; each is the size of its own set of row numbers."""

    landed: int
    staged: int
    quarantined: int
    duplicate: int
    ignored: int

    @property
    def add_up(self) -> bool:
        """The accounting identity of a batch that is not refused."""
        return self.landed == self.staged + self.quarantined + self.duplicate + self.ignored


@dataclass(frozen=True)
class GateResult:
    """The verdict on one batch. Paths are relative to the lake; None where nothing was written.

    ``docs_page``: the Data Docs page, absolute, None when none was asked for or it could not be built.
    ``findings``: rows of the finding file.
    """

    batch_id: str
    outcome: Literal["accepted", "refused"]
    refusal: Refusal | None
    counts: Counts
    check_results: list[CheckResult]
    findings: int = 0
    staged_path: str | None = None
    quarantine_path: str | None = None
    finding_path: str | None = None
    docs_page: Path | None = None

    @property
    def has_warnings(self) -> bool:
        """Whether a check of severity warning or above did not pass."""
        return any(
            check.outcome != "pass" and check.severity in ("warning", "critical")
            for check in self.check_results
        )
