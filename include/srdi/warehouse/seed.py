"""Reference tables of ``core``: divisions, industries, the calendar. Loaded from the lookups at migration."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srdi.warehouse.tables import core

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

LOOKUPS = Path(__file__).resolve().parents[1] / "contracts" / "lookups"
FIRST_DAY, LAST_DAY = date(2018, 1, 1), date(2035, 12, 31)


def seed(connection: Connection) -> dict[str, int]:
    """Bring the reference tables to what the lookups say; returns rows written per table (0: as before)."""
    present, past = divisions(read("divisions.csv"))
    wanted = (
        (core.division, present),
        (core.division_past, past),
        (core.industry, read("industry_codes.csv")),
        (core.calendar, calendar(read("calendar.csv"))),
    )
    return {str(table): bring(connection, table, rows) for table, rows in wanted}


def read(name: str) -> list[dict[str, str | None]]:
    """Rows of a lookup with empty cells as None; no rows when there is no such file."""
    path = LOOKUPS / name
    if not path.exists():
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]


def divisions(rows: list[dict[str, str | None]]) -> tuple[list[dict], list[dict]]:
    """Split dated divisions into the newest meaning of every code and the former ones."""
    renamed: list[dict[str, Any]] = [
        {
            "code": row["code"],
            "name": row["name"],
            "kind": row["kind"],
            "parent": row["parent"],
            "family": row["family"],
            "valid_from": day(row["since"]),
            "valid_to": day(row["until"]),
            "successor": row["successor"],
        }
        for row in rows
    ]
    newest: dict[str, dict[str, Any]] = {}
    # An open meaning beats an ended one, then the later one wins.
    order = sorted(renamed, key=lambda r: (r["valid_to"] or date.max, r["valid_from"] or date.min))
    for row in order:
        newest[row["code"]] = row
    return list(newest.values()), [row for row in renamed if newest[row["code"]] is not row]


def calendar(exceptions: list[dict[str, str | None]]) -> list[dict]:
    """Every day of the supported years; ``exceptions`` (day, working, holiday) come from holiday notices."""
    known = {day(row["day"]): row for row in exceptions}
    rows = []
    for offset in range((LAST_DAY - FIRST_DAY).days + 1):
        today = FIRST_DAY + timedelta(days=offset)
        said = known.get(today)
        working = said["working"] == "true" if said else today.isoweekday() <= 5
        rows.append(
            {
                "day": today,
                "weekday": today.isoweekday(),
                "working": working,
                "holiday": said["holiday"] if said else None,
            }
        )
    return rows


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def bring(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Make ``table`` equal to ``rows`` by its key; touches only what differs."""
    from sqlalchemy import delete, insert, select, tuple_

    if not rows:
        return 0
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    wanted = {tuple(row[k] for k in keys): tuple(row.get(n) for n in names) for row in rows}
    stands = {
        tuple(row._mapping[k] for k in keys): tuple(row) for row in connection.execute(select(*table.columns))
    }
    stale = [k for k, row in stands.items() if wanted.get(k) != row]
    fresh = [row for k, row in wanted.items() if stands.get(k) != row]
    if stale:
        columns = [table.c[k] for k in keys]
        connection.execute(delete(table).where(tuple_(*columns).in_(stale)))
    if fresh:
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in fresh])
    return len(stale) + len(fresh)
