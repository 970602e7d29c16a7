"""Great Expectations on the DuckDB connection we already hold. The only place that knows its inside.

Great Expectations 1.24 has no DuckDB of its own: it reads a result after giving the connection back, and
a DuckDB result dies with its connection. It keeps one connection for the dialects of a private tuple;
adding ours to that tuple is the whole shim. Since the tuple is private, the version is pinned and checked.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

PINNED = "1.24.1"


class ShimError(RuntimeError):
    """The installed Great Expectations is not the one this shim was tested with."""


class _Dialect(str, Enum):  # noqa: UP042 - StrEnum formats differently, and the library compares plain values
    DUCKDB = "duckdb"


def load() -> Any:
    """Import Great Expectations (4 to 6 seconds the first time), quiet and able to keep a DuckDB connection.

    Raises :class:`ShimError` for another version than the pinned one.
    """
    # read by the library at import; it reports home unless told not to
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    import great_expectations.execution_engine.sqlalchemy_execution_engine as engine

    if gx.__version__ != PINNED:
        raise ShimError(f"great_expectations {gx.__version__} is installed, the shim knows {PINNED}")
    if _Dialect.DUCKDB not in engine._PERSISTED_CONNECTION_DIALECTS:
        engine._PERSISTED_CONNECTION_DIALECTS = (  # type: ignore[assignment]
            *engine._PERSISTED_CONNECTION_DIALECTS,
            _Dialect.DUCKDB,  # type: ignore[arg-type]
        )
    return gx


def open_batch(con: duckdb.DuckDBPyConnection, relation: str) -> Any:
    """A Great Expectations batch over ``relation``, a view or table (not temporary) of ``con``'s database.

    It works on a cursor of ``con``: same database, same memory limit, same registered file systems.
    """
    gx = load()
    from duckdb_sqlalchemy import ConnectionWrapper

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    context.enable_analytics(False)
    source = context.data_sources.add_sql(
        "lake",
        connection_string="duckdb:///:memory:",
        kwargs={
            # without it the first query that fails takes the transaction and all later ones with it
            "isolation_level": "AUTOCOMMIT",
            # the connection is ours and may be closed before the library lets go of it
            "pool_reset_on_return": None,
            "creator": lambda: ConnectionWrapper(con.cursor()),
        },
    )
    asset = source.add_table_asset(relation, table_name=relation)
    return asset.add_batch_definition_whole_table(relation).get_batch()


def as_query_text(sql: str) -> str:
    """SQL as the library's query texts want it: braces are its placeholders, ``:word`` its parameters."""
    return sql.replace("{", "{{").replace("}", "}}").replace(":", "\\:")
