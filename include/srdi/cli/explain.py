"""``srdi explain``: why an enterprise is, or is not, on each list and in each rate of one day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from srdi.local.services import Services
    from srdi.reports.enterprise import Row

OK, PROBLEMS, USAGE = 0, 1, 2
DAYS_SHOWN = 12
# letters the code never uses, and what was most likely meant
LOOKALIKES = str.maketrans({"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"})


def explain(uscc: str, day: date | None, console: Console, errors: Console) -> int:
    """Print why; returns 0, 1 (day not published, files gone, unknown enterprise) or 2 (no valid code)."""
    from srdi.cli.account import render
    from srdi.conform.codes import check_uscc
    from srdi.engine.duck import connect
    from srdi.engine.lake import Lake
    from srdi.local.services import Services
    from srdi.reports import enterprise as reading
    from srdi.reports.absence import places
    from srdi.settings import Settings

    services = Services(Settings.from_env())
    checked = check_uscc(uscc)
    if checked.compact is None or checked.reason is not None:
        near = _nearest(services, checked.compact) if checked.compact else []
        errors.print(invalid(uscc, checked.compact, checked.reason, near))
        return USAGE
    services.open_warehouse(lambda text: errors.print(text, style="dim"))
    with _reading(services) as conn:
        days = reading.published_days(conn)
        if not days or (day is not None and day not in days):
            errors.print(unpublished(day, days))
            return PROBLEMS
        runs = reading.runs_of(conn, day or days[-1])
        lake = Lake(services.settings.lake)
        con = connect(lake)
        try:
            account = reading.read_account(runs, checked.compact, lake, con)
        except reading.FilesGone as gone:
            errors.print(f"[red]✗[/red] {runs[0].biz_date} 已发布，但湖里没有文件 {gone}，请从备份恢复后再查")
            return PROBLEMS
        finally:
            con.close()
        account.quarantined.extend(reading.quarantined(conn, runs[0].run_id, account.uscc))
        account.left.update(reading.left_lists(conn, runs[0].biz_date, account.uscc))
        account.batches.update(reading.evidence(conn, reading.batch_ids(account)))
    console.print(render(account, places()))
    return OK if account.enterprise else PROBLEMS


@contextmanager
def _reading(services: Services) -> Iterator[Connection]:
    """A read-only transaction on the warehouse."""
    from sqlalchemy import create_engine, text

    engine = create_engine(services.reader_url)
    try:
        with engine.connect() as conn:
            conn.execute(text("SET TRANSACTION READ ONLY"))
            if services.settings.warehouse_url:
                # a given address may carry more rights than reading needs
                conn.execute(text("SET LOCAL ROLE srdi_auditor"))
            yield conn
    finally:
        engine.dispose()


def _nearest(services: Services, code: str) -> list[Row]:
    """Registered enterprises with nearly this code, if the warehouse is up; nothing is started for it."""
    from sqlalchemy.exc import SQLAlchemyError

    from srdi.engine.duck import connect
    from srdi.engine.lake import Lake
    from srdi.reports import enterprise as reading

    if not (services.settings.warehouse_url or services.postgres.running()):
        return []
    lake = Lake(services.settings.lake)
    con = connect(lake)
    try:
        with _reading(services) as conn:
            days = reading.published_days(conn)
            return reading.nearest_codes(reading.runs_of(conn, days[-1])[0], code, lake, con) if days else []
    except (SQLAlchemyError, reading.FilesGone):
        return []  # a guess is a courtesy: without it the answer stays the same
    finally:
        con.close()


def invalid(given: str, compact: str | None, reason: str | None, near: list[Row]) -> str:
    """Why ``given`` is no credit code, and what was probably meant."""
    from srdi.conform.codes import check_uscc
    from srdi.quality.rules import CODE_KINDS

    if compact is None or reason is None:
        return "[red]✗[/red] 没有给出统一社会信用代码"
    what, todo = CODE_KINDS[reason]
    lines = [f"[red]✗[/red] “{escape(given)}”不是统一社会信用代码：{what}。{todo}。"]
    guess = compact.translate(LOOKALIKES)
    names = {row["uscc"]: row["name"] for row in near}
    if guess != compact and check_uscc(guess).reason is None:
        names = {guess: names.get(guess, ""), **names}
    lines += [f"  是否要查 [bold]{code}[/bold] {escape(name)}？" for code, name in names.items()]
    return "\n".join(lines)


def unpublished(day: date | None, days: list[date]) -> str:
    """Says that nothing stands for ``day`` and which days there are (those nearest to it)."""
    if not days:
        return "[red]✗[/red] 还没有发布过任何一天；请先运行 srdi nightly"
    assert day is not None
    near = sorted(sorted(days, key=lambda one: abs((one - day).days))[:DAYS_SHOWN])
    which = "已发布的日期" if len(days) <= DAYS_SHOWN else f"已发布 {len(days)} 天，离它最近的"
    return f"[red]✗[/red] {day} 没有发布过。{which}：{'、'.join(map(str, near))}"
