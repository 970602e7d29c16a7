"""Several files of one day: parts of one export, or the whole export once more.

A supplier's second file of a day says nothing about which it is; its keys do. Parts speak about different
enterprises, a corrected export repeats them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb

# an export anew holds nearly all keys of the earlier one, a part nearly none of another's
REPEATED_SHARE = 0.5


def repeated(
    con: duckdb.DuckDBPyConnection, key: Sequence[str], export: str, earlier: Mapping[str, str]
) -> list[str]:
    """Which of the ``earlier`` batches ``export`` repeats: at least half of their keys are in it.

    ``export`` and the values of ``earlier`` (batch id → file) are Parquet files with the ``key`` columns.
    Rows whose key is incomplete count for nothing; a batch without a single key is repeated by nobody.
    """
    columns = ", ".join(f'"{name}"' for name in key)
    whole = " AND ".join(f'"{name}" IS NOT NULL' for name in key)
    found = []
    for batch_id, uri in earlier.items():
        keys, again = con.execute(
            f"SELECT COUNT(*), COUNT(*) FILTER (WHERE ({columns}) IN "
            f"(SELECT ({columns}) FROM READ_PARQUET({literal(export)}) WHERE {whole})) "
            f"FROM (SELECT DISTINCT {columns} FROM READ_PARQUET({literal(uri)}) WHERE {whole})"
        ).fetchone() or (0, 0)
        if keys and again >= REPEATED_SHARE * keys:
            found.append(batch_id)
    return found
