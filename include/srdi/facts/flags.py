"""Flags as facts tell them: true, false, or NULL where the source that would tell is missing or stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MACROS = {
    # what a source says where it says anything; its silence means no only when it may be relied on
    "told_flag(told, value, silence_means_no)": (
        "CASE WHEN told THEN value WHEN silence_means_no THEN FALSE END"
    ),
    # a title by how it stands: 2 in force, 1 recognised without a day, NULL not held
    "held_flag(standing, lists_received)": (
        "CASE WHEN standing = 2 THEN TRUE WHEN standing IS NULL AND lists_received THEN FALSE END"
    ),
    # who reports for a place: its county, or the function zone where no county is known
    "reporting_area(division_code, zone_code)": (
        "CASE WHEN division_code LIKE '%00' THEN zone_code ELSE division_code END"
    ),
}


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give the connection ``told_flag``, ``held_flag`` and ``reporting_area``."""
    for signature, body in MACROS.items():
        con.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS {body}")
