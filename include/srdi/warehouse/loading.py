"""From the lake into PostgreSQL: rows stream out of DuckDB as CSV into COPY, hashed on the way."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Connection

ROWS_AT_A_TIME = 50_000


@dataclass(frozen=True)
class Loaded:
    """``rows`` sent, and the hash of their text in the order of the query."""

    rows: int
    sha256: str


def columns_of(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    """Column names of a query with their DuckDB types."""
    return {row[0]: row[1] for row in con.execute(f"DESCRIBE {query}").fetchall()}


def copy_in(
    connection: Connection, con: duckdb.DuckDBPyConnection, query: str, target: str, columns: list[str]
) -> Loaded:
    """Send the rows of ``query`` into table ``target``; ``columns`` are named the same on both sides.

    Texts lose NUL characters, which PostgreSQL cannot hold. The order of the query decides the hash, so a
    query whose hash is kept must be ordered by its key. ``connection`` must use the psycopg driver.
    Raises KeyError when the query lacks a column.
    """
    import pyarrow.csv

    types = columns_of(con, query)
    texts = ", ".join(f'{_as_text(name, types[name])} AS "{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    reader = con.sql(f"SELECT {texts} FROM ({query})").to_arrow_reader(ROWS_AT_A_TIME)
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
    rows, digest = 0, hashlib.sha256()
    with (
        _raw(connection).cursor() as cursor,
        cursor.copy(f"COPY {target} ({names}) FROM STDIN (FORMAT csv)") as copy,
    ):
        for batch in reader:
            if batch.num_rows == 0:
                continue
            text = io.BytesIO()
            pyarrow.csv.write_csv(batch, text, options)
            copy.write(text.getbuffer())
            digest.update(text.getbuffer())
            rows += batch.num_rows
    return Loaded(rows, digest.hexdigest())


def _raw(connection: Connection) -> Any:
    raw = connection.connection.driver_connection
    if not hasattr(raw, "pgconn"):
        raise ValueError("仓库地址须使用 psycopg 驱动：postgresql+psycopg://…")
    return raw


def _as_text(name: str, kind: str) -> str:
    column = f'"{name}"'
    if kind.endswith("[]"):
        # PostgreSQL's array text: every element quoted, quotes and backslashes escaped.
        element = r"""'"' || replace(replace(replace(x, chr(0), ''), '\', '\\'), '"', '\"') || '"'"""
        parts = f"list_transform({column}, lambda x: {element})"
        return f"CASE WHEN {column} IS NOT NULL THEN '{{' || coalesce(array_to_string({parts}, ','), '') || '}}' END"
    if kind == "VARCHAR":
        return f"replace({column}, chr(0), '')"
    return f"CAST({column} AS VARCHAR)"
