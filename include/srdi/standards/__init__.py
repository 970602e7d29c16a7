"""Standalone standards: what a national rule says about the figures of a CSV, without lake or warehouse.

The same lookups (and for the size class the same SQL) as the night's facts. Adding one: a module that gives
a :class:`~srdi.standards.model.Standard`, and its line below; the command line and its help read the registry.
"""

from __future__ import annotations

from srdi.standards import digital_level, size, tax_credit, title
from srdi.standards.model import Standard

STANDARDS: dict[str, Standard] = {
    standard.name: standard
    for standard in (size.STANDARD, tax_credit.STANDARD, digital_level.STANDARD, title.STANDARD)
}
