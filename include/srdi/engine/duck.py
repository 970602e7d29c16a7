"""DuckDB, the engine of a single machine. The only module that opens a DuckDB connection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from srdi.engine.lake import Lake


def connect(
    lake: Lake | None = None,
    *,
    memory_limit: str = "3GB",
    threads: int | None = None,
    scratch: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that can read and write the lake.

    ``memory_limit`` bounds the process (larger work spills to ``scratch``, default the system's
    temporary folder). Results must not depend on thread timing, so insertion order is preserved.
    Extensions are never downloaded.
    """
    import tempfile

    import duckdb

    con = duckdb.connect(
        config={
            "memory_limit": memory_limit,
            "temp_directory": str(scratch or Path(tempfile.gettempdir()) / "srdi-duckdb"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    if threads:
        con.execute(f"SET threads = {int(threads)}")
    if lake is not None and not lake.is_local:
        con.register_filesystem(lake.filesystem)
    return con


def literal(text: str) -> str:
    """A text as SQL string literal, for the few places that take no bound parameter (file names)."""
    return "'" + text.replace("'", "''") + "'"
