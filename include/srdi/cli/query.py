"""``srdi sql``: a query under the read-only role, printed as table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys

import psycopg
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from srdi.local.services import Services
from srdi.settings import Settings


def show(query: str, form: str, console: Console, errors: Console) -> int:
    """Run ``query`` in a read-only transaction; returns 0, or 1 with the database's own words."""
    services = Services(Settings.from_env())
    engine = create_engine(services.open_warehouse(errors.print))
    try:
        with engine.connect() as conn:
            conn.execute(text("SET TRANSACTION READ ONLY"))
            if services.settings.warehouse_url:
                # A given address may carry more rights than reading needs.
                try:
                    conn.execute(text("SET LOCAL ROLE srdi_auditor"))
                except ProgrammingError:
                    errors.print(
                        "查询失败 / query failed: 仓库账号不能切换到只读角色，请数据库管理员执行 "
                        f"GRANT srdi_auditor TO {engine.url.username}",
                        markup=False,
                        soft_wrap=True,
                    )
                    return 1
            # The driver itself, so that a % in the query stays a %.
            cursor = conn.connection.cursor()
            cursor.execute(query)
            names = [column[0] for column in cursor.description or ()]
            rows = [list(row) for row in cursor.fetchall()] if names else []
    except (DBAPIError, psycopg.Error) as exc:
        errors.print(f"查询失败 / query failed: {getattr(exc, 'orig', exc)}", markup=False)
        return 1
    finally:
        engine.dispose()
    if form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows([["" if cell is None else _text(cell) for cell in row] for row in rows])
    elif form == "json":
        records = [dict(zip(names, row, strict=True)) for row in rows]
        json.dump(records, sys.stdout, ensure_ascii=False, default=str, indent=1)
        print()
    else:
        _print(names, [["" if cell is None else _text(cell) for cell in row] for row in rows], console)
        console.print(f"{len(rows)} 行 / rows", style="dim")
    return 0


def _print(names: list[str], rows: list[list[str]], console: Console) -> None:
    """A table where it fits, else each record as a block of its own: nothing is ever cut off."""
    widths = [
        max(cell_len(line) for cell in (name, *cells) for line in cell.splitlines() or [""])
        for name, *cells in zip(names, *rows, strict=True)
    ]
    if sum(widths) + 3 * len(names) + 1 <= console.width or not rows:
        table = Table(*[Column(escape(name), overflow="fold") for name in names])
        for row in rows:
            table.add_row(*map(escape, row))
        console.print(table)
        return
    for number, row in enumerate(rows, start=1):
        console.print(f"── {number} / {len(rows)} ──", style="dim")
        block = Table.grid(Column(no_wrap=True, style="dim"), Column(overflow="fold"), padding=(0, 2, 0, 0))
        for name, cell in zip(names, row, strict=True):
            block.add_row(escape(name), escape(cell))
        console.print(block)


def _text(cell: object) -> str:
    if isinstance(cell, (list, dict)):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell)
