"""History on two axes: what was true on a day (valid), and since when we know it (known).

A publication for day D says how things stood from D until the next published day N (or for good). It
overwrites that stretch: a row that says otherwise is closed on the known axis, never rewritten, and its
remains before D and after N are written anew. So every earlier answer can still be given.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from srdi.warehouse.merging import Counts, differs, listed, same

if TYPE_CHECKING:
    from sqlalchemy import Connection


def overwrite(
    connection: Connection,
    history: str,
    staged: str,
    keys: list[str],
    content: list[str],
    *,
    day: date,
    moment: datetime,
    run_id: str,
    span: str,
) -> Counts:
    """Let ``history`` say from ``day`` on what ``staged`` says; returns keys that came, went, changed.

    ``span``: table of the publication's scopes with ``next_day`` (NULL: none), joined by ``measure_id`` where
    the history has one, else of a single row. ``moment`` must be later than any known time before.
    Leaves temporary table ``moved`` with the keys concerned: ``was``/``now`` tell presence before and after.
    """
    by_measure = "measure_id" in keys
    scope = 'USING ("measure_id")' if by_measure else "ON TRUE"
    named = {"day": day, "moment": moment, "run_id": run_id}
    connection.execute(text("DROP TABLE IF EXISTS pg_temp.moved"))
    old = ", ".join(f'o."{c}" AS "old_{c}"' for c in content)
    new = ", ".join(f'n."{c}" AS "new_{c}"' for c in content)
    merged = ", ".join(f'COALESCE(n."{k}", o."{k}") AS "{k}"' for k in keys)
    connection.execute(
        text(
            f"""
            CREATE TEMP TABLE moved ON COMMIT DROP AS
            WITH standing AS (
                SELECT h.*
                FROM {history} AS h
                JOIN {span} AS s {scope}
                WHERE h.known_to IS NULL
                    AND h.valid_from <= :day
                    AND (h.valid_to IS NULL OR h.valid_to > :day)
            ),
            compared AS (
                SELECT
                    {merged},
                    o.valid_from AS old_from,
                    o.valid_to AS old_to,
                    o.known_from AS old_known,
                    o.known_from IS NOT NULL AS was,
                    n."{keys[0]}" IS NOT NULL AS now,
                    {old},
                    {new}
                FROM {staged} AS n
                FULL JOIN standing AS o ON {same(keys, "n", "o")}
                WHERE o.known_from IS NULL OR n."{keys[0]}" IS NULL OR {differs(content, "n", "o")}
            )
            SELECT
                c.*,
                s.next_day,
                CAST(NULL AS date) AS left_from,
                CAST(NULL AS timestamptz) AS left_known,
                CAST(NULL AS date) AS right_to,
                CAST(NULL AS timestamptz) AS right_known
            FROM compared AS c
            JOIN {span} AS s {scope}
            """
        ),
        named,
    )
    connection.execute(text("ANALYZE moved"))
    row = connection.execute(
        text(
            "SELECT COUNT(*) FILTER (WHERE NOT was), COUNT(*) FILTER (WHERE NOT now),"
            " COUNT(*) FILTER (WHERE was AND now) FROM moved"
        )
    ).one()
    counts = Counts(*row)
    if counts.total:
        _join_neighbours(connection, history, keys, content, named)
        _close(connection, history, keys, named)
        _write(connection, history, keys, content, named)
    return counts


def _join_neighbours(
    connection: Connection, history: str, keys: list[str], content: list[str], named: dict
) -> None:
    """Find rows before and after the stretch that say the same, so that one interval comes out of them."""
    equal = " AND ".join(f'h."{c}" IS NOT DISTINCT FROM m."new_{c}"' for c in content) or "TRUE"
    found = f"FROM {history} AS h WHERE m.now AND h.known_to IS NULL AND {same(keys, 'h', 'm')} AND {equal}"
    connection.execute(
        text(
            "UPDATE moved AS m SET left_from = h.valid_from, left_known = h.known_from"
            f" {found} AND h.valid_to = :day"
        ),
        named,
    )
    connection.execute(
        text(
            "UPDATE moved AS m SET right_to = h.valid_to, right_known = h.known_from"
            f" {found} AND h.valid_from = m.next_day"
        ),
        named,
    )


def _close(connection: Connection, history: str, keys: list[str], named: dict) -> None:
    for known, start in (("old_known", "old_from"), ("left_known", "left_from"), ("right_known", "next_day")):
        connection.execute(
            text(
                f"UPDATE {history} AS h SET known_to = :moment FROM moved AS m WHERE {same(keys, 'h', 'm')}"
                f" AND m.{known} IS NOT NULL AND h.known_from = m.{known} AND h.valid_from = m.{start}"
            ),
            named,
        )


def _write(connection: Connection, history: str, keys: list[str], content: list[str], named: dict) -> None:
    columns = ", ".join(f'"{name}"' for name in [*keys, *content])
    old = listed([f"old_{c}" for c in content], "m")
    new = listed([f"new_{c}" for c in content], "m")
    pieces = (
        ("m.old_from", ":day", old, "m.was AND m.old_from < :day"),
        (
            "m.next_day",
            "m.old_to",
            old,
            "m.was AND m.next_day IS NOT NULL AND (m.old_to IS NULL OR m.old_to > m.next_day)",
        ),
        (
            "COALESCE(m.left_from, :day)",
            "CASE WHEN m.right_known IS NULL THEN m.next_day ELSE m.right_to END",
            new,
            "m.now",
        ),
    )
    for start, end, values, condition in pieces:
        connection.execute(
            text(
                f"INSERT INTO {history} ({columns}, valid_from, valid_to, known_from, run_id)"
                f" SELECT {listed(keys, 'm')}, {values}, CAST({start} AS date), CAST({end} AS date), :moment,"
                f" :run_id FROM moved AS m WHERE {condition}"
            ),
            named,
        )
