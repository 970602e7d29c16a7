"""The sample city: realistic, messy exports of any size, and beside them the right answers.

``generate`` founds three invented cities (``truth``, ``titles``, ``events``), writes their exports
(``sheets``, ``quirks``, ``deliveries``, ``files``) and lets the plain ``oracle`` work out what must come of
them (``answers``). Nothing here uses the product it is there to test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from srdi.samples.truth import Truth

Quirks = Literal["none", "some", "all"]
SOURCES = (
    "enterprise_registry",
    "registry_risk",
    "court_dishonest",
    "tax_annual",
    "tax_credit",
    "title_list",
    "digital_evaluation",
    "financing_credit",
    "annual_declaration",
    "cloud_adoption",
    "service_ledger",
    "financing_loan",
    "financing_guarantee",
    "platform_membership",
    "capital_market",
    "bank_totals",
    "tax_benefit",
    "procurement",
)
SMALLEST = 800
DEFAULT_AS_OF = date(2025, 9, 30)


@dataclass
class SampleReport:
    """What was written: file counts and rows per source, quirks present, the truth for further questions."""

    out: Path
    as_of: date
    files: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    quirks: dict[str, list[str]] = field(default_factory=dict)
    verdicts: dict[str, dict[str, int]] = field(default_factory=dict)
    truth: Truth | None = None


def generate(
    out: Path, enterprises: int, seed: int, as_of: date = DEFAULT_AS_OF, quirks: Quirks = "none"
) -> SampleReport:
    """Write the exports of a sample city to ``out/<source>/`` and the answers to ``out/answers/``.

    ``enterprises``: how many in all (at least 800). The same arguments write the same bytes. ``quirks``: none,
    some (what every month brings) or all (every malformation once at least). Existing files of the same name
    are replaced, others left. Raises ValueError for a size or level it cannot make.
    """
    from srdi.samples.city import write_city

    if enterprises < SMALLEST:
        raise ValueError(f"a sample city has at least {SMALLEST} enterprises, not {enterprises}")
    if quirks not in ("none", "some", "all"):
        raise ValueError(f"quirks is none, some or all, not {quirks!r}")
    return write_city(Path(out), enterprises, seed, as_of, quirks)


def truth_of(enterprises: int, seed: int, as_of: date = DEFAULT_AS_OF, quirks: Quirks = "none") -> Truth:
    """What can be known from the exports that ``generate`` writes for the same arguments, without writing them.

    For questions about other days: ``oracle.answers(truth_of(…), biz_date)``.
    """
    from srdi.samples.city import exports, found

    truth = found(enterprises, seed, as_of)
    for _ in exports(truth, seed, quirks):
        pass
    return truth
