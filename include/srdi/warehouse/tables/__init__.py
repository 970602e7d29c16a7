"""Every table of the warehouse, as SQLAlchemy Core. Migrations create them, a test compares the two.

Schemas: ``control`` (what ran on what), ``quality``, ``core``, ``marts`` (what BI reads) and ``store``:
the narrow rows behind those views of ``marts`` and ``core`` that show the newest published day.
"""

from srdi.warehouse.tables import control, core, marts, quality
from srdi.warehouse.tables.words import SCHEMAS, metadata

__all__ = ["SCHEMAS", "control", "core", "marts", "metadata", "quality"]
