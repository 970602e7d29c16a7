"""Quarantine and findings of a batch, from the lake's Parquet into ``quality``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from srdi.engine.duck import literal
from srdi.warehouse.loading import columns_of, copy_in

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Connection

    from srdi.engine.lake import Lake

# PostgreSQL's jsonb holds no NUL. An escape counts only after an even number of backslashes; two passes,
# because neighbours share the character between them.
_NUL = r"""regexp_replace({}, '((?:^|[^\\])(?:\\\\)*)\\u0000', '\1\\ufffd', 'g')"""


def load_quarantine(
    conn: Connection, con: duckdb.DuckDBPyConnection, lake: Lake, batch_id: str, path: str | None
) -> int:
    """Bring ``quality.quarantine`` to the rows of the batch's file; returns their number.

    What persons decided on a row stays when the batch is validated again. ``path`` None: no rows.
    """
    raw = _NUL.format(_NUL.format("CAST(raw_row AS VARCHAR)"))
    rows = 0
    conn.execute(text("DROP TABLE IF EXISTS pg_temp.aside"))
    conn.execute(text("CREATE TEMP TABLE aside (LIKE quality.quarantine INCLUDING DEFAULTS) ON COMMIT DROP"))
    if path is not None:
        query = f"""
            SELECT batch_id, row_no, source, file_name, {raw} AS raw_row, business_key
            FROM read_parquet({literal(lake.uri(path))}) ORDER BY row_no
        """
        columns = ["batch_id", "row_no", "source", "file_name", "raw_row", "business_key"]
        rows = copy_in(conn, con, query, "pg_temp.aside", columns).rows
    named = {"batch_id": batch_id}
    conn.execute(
        text(
            "DELETE FROM quality.quarantine AS q WHERE q.batch_id = :batch_id"
            " AND NOT EXISTS (SELECT FROM aside AS a WHERE a.row_no = q.row_no)"
        ),
        named,
    )
    conn.execute(
        text(
            "INSERT INTO quality.quarantine (batch_id, row_no, source, file_name, raw_row, business_key)"
            " SELECT batch_id, row_no, source, file_name, raw_row, business_key FROM aside"
            " WHERE batch_id = :batch_id"
            " ON CONFLICT (batch_id, row_no) DO UPDATE SET raw_row = EXCLUDED.raw_row,"
            " business_key = EXCLUDED.business_key"
        ),
        named,
    )
    return rows


def load_findings(
    conn: Connection, con: duckdb.DuckDBPyConnection, lake: Lake, batch_id: str | None, path: str | None
) -> int:
    """Replace the findings of a batch by those of its file; returns their number.

    ``batch_id`` None: the file speaks of several batches (findings of facts) and replaces, for every batch
    and check it names, what stood before. Several findings of one key are kept as one.
    """
    columns = ["batch_id", "row_no", "field", "check_id", "severity", "raw_value", "expected", "message_zh"]
    conn.execute(text("DROP TABLE IF EXISTS pg_temp.found"))
    conn.execute(text("CREATE TEMP TABLE found (LIKE quality.finding INCLUDING DEFAULTS) ON COMMIT DROP"))
    if path is not None:
        source = f"read_parquet({literal(lake.uri(path))})"
        have = columns_of(con, f"SELECT * FROM {source}")
        empty = {"batch_id": "''", "row_no": "0", "field": "''", "check_id": "''"}
        parts = ", ".join(
            f"coalesce({c}, {empty[c]}) AS {c}" if c in empty and c in have else
            f"{empty.get(c, 'NULL::VARCHAR')} AS {c}" if c not in have else c
            for c in columns
        )  # fmt: skip
        query = (
            f"SELECT DISTINCT ON (batch_id, row_no, field, check_id) * FROM (SELECT {parts} FROM {source})"
        )
        query += " ORDER BY batch_id, row_no, field, check_id, message_zh"
        copy_in(conn, con, query, "pg_temp.found", columns)
    if batch_id is not None:
        conn.execute(text("DELETE FROM quality.finding WHERE batch_id = :batch_id"), {"batch_id": batch_id})
    else:
        conn.execute(
            text(
                "DELETE FROM quality.finding AS f USING (SELECT DISTINCT batch_id, check_id FROM found) AS n"
                " WHERE f.batch_id = n.batch_id AND f.check_id = n.check_id"
            )
        )
    names = ", ".join(columns)
    return conn.execute(text(f"INSERT INTO quality.finding ({names}) SELECT {names} FROM found")).rowcount


def load_fact_findings(conn: Connection, con: duckdb.DuckDBPyConnection, lake: Lake, path: str) -> int:
    """Bring the findings of facts to those of the newest published day; returns their number.

    What no longer holds goes: a vanished enterprise that came back is no finding any more.
    """
    checks = [
        row[0]
        for row in con.execute(
            f"SELECT DISTINCT check_id FROM read_parquet({literal(lake.uri(path))})"
        ).fetchall()
    ]
    from srdi.reports.check_words import FACT_CHECKS

    conn.execute(
        text("DELETE FROM quality.finding WHERE check_id = ANY(:checks)"),
        {"checks": sorted({*FACT_CHECKS, *checks})},
    )
    return load_findings(conn, con, lake, None, path)
