"""The command line ``srdi``: what a person types; every command is a thin layer over the rooms."""

from __future__ import annotations

import enum
import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from srdi.cli.standard import help_text

app = typer.Typer(
    name="srdi",
    help="专精特新白名单与政策兑现：每晚一次。\n\nBank whitelists and policy coverage of SRDI enterprises, every night.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="退出码 / exit codes: 0 已发布或成功 published or done · 10 已发布但有警告 published with warnings · "
    "20 未发布 nothing published · 2 用法错误 usage · 3 服务或环境错误 services · 1 检查发现问题 problems found",
)
policy = typer.Typer(help="政策包 / policy packs", no_args_is_help=True)
source = typer.Typer(help="数据源 / sources", no_args_is_help=True)
app.add_typer(policy, name="policy")
app.add_typer(source, name="source")

# Piped output is as wide as the widest table, so that a log stays readable.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
errors = Console(stderr=True, highlight=False)


class Exit(enum.IntEnum):
    """Exit codes of every command."""

    OK = 0
    PROBLEMS = 1
    USAGE = 2
    SERVICES = 3
    WARNINGS = 10
    NOTHING = 20


class Quirks(enum.StrEnum):
    none = "none"
    some = "some"
    all = "all"


class Format(enum.StrEnum):
    table = "table"
    csv = "csv"
    json = "json"


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise typer.BadParameter(f"“{text}”不是日期，应如 2025-09-30 / not a day") from exc


Day = Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="业务日期 / business day")]


@app.command()
def nightly(
    day: Day = None,
    inbox: Annotated[
        Path | None, typer.Option(help="收件目录，每个数据源一个子目录 / inbox, a folder per source")
    ] = None,
    sources: Annotated[
        list[str] | None, typer.Option("--source", help="只刷新这些数据源 / only these")
    ] = None,
    areas: Annotated[
        list[str] | None, typer.Option("--area", help="只重算这些地区 / only these areas")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只算不发布 / publish nothing")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="名单变化异常也发布 / publish although the guard objects")
    ] = False,
) -> None:
    """跑一夜：接入、校验、重算、发布，并给出小结。/ Run the night through Airflow's scheduler."""
    from srdi.cli.nightly import run_night

    raise typer.Exit(run_night(_day(day), inbox, sources or [], areas or [], dry_run, force, console))


@app.command()
def up() -> None:
    """启动全部服务。/ Start PostgreSQL and Airflow; print address and login."""
    from srdi.cli.services import start

    raise typer.Exit(start(console))


@app.command()
def down() -> None:
    """停止全部服务。/ Stop everything."""
    from srdi.cli.services import stop

    raise typer.Exit(stop(console))


@app.command()
def status() -> None:
    """哪些服务在运行。/ What is running."""
    from srdi.cli.services import show

    raise typer.Exit(show(console))


@app.command()
def samples(
    out: Annotated[Path, typer.Option(help="输出目录 / output folder")],
    enterprises: Annotated[int, typer.Option(min=1, help="企业数 / number of enterprises")] = 6000,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 20250930,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="数据截止日 / day")
    ] = "2025-09-30",
    quirks: Annotated[Quirks, typer.Option(help="脏数据程度 / how messy")] = Quirks.some,
) -> None:
    """写出示范城市的导出文件和答案。/ Write the sample city's exports and their answers."""
    from srdi.samples import SOURCES, generate

    day = _day(as_of)
    assert day is not None
    strangers = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    strangers = [name for name in strangers if name not in {*SOURCES, "answers"}]
    if strangers:
        raise typer.BadParameter(f"目录 {out} 里有别的东西 / folder holds other things: {strangers[0]}")
    with console.status("正在生成 / generating"):
        report = generate(out, enterprises, seed, day, quirks.value)
    for name, count in report.files.items():
        console.print(f"  {name:<22} {count:>3} 个文件 / files  {report.rows[name]:>10,} 行 / rows")
    console.print(f"答案 / answers  {out / 'answers'}")


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="SELECT …")],
    form: Annotated[Format, typer.Option("--format", help="输出格式 / output format")] = Format.table,
) -> None:
    """以只读角色查询仓库。/ Query the warehouse with a read-only role."""
    from srdi.cli.query import show

    raise typer.Exit(show(query, form.value, console, errors))


@app.command()
def dsn() -> None:
    """只读连接地址。/ The warehouse's address (read-only role)."""
    from srdi.local.services import Services
    from srdi.settings import Settings

    print(Services(Settings.from_env()).open_warehouse(errors.print))


@app.command()
def explain(
    uscc: Annotated[str, typer.Argument(help="统一社会信用代码 / credit code")],
    day: Day = None,
) -> None:
    """一家企业为什么在或不在名单上。/ Why an enterprise is or is not on each list."""
    from srdi.cli.explain import explain as tell

    raise typer.Exit(tell(uscc, _day(day), console, errors))


@app.command(help=help_text(), no_args_is_help=True)
def standard(
    name: Annotated[str, typer.Argument(metavar="NAME", help="标准 / standard")],
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="CSV 文件，- 为标准输入 / CSV, - is stdin")
    ] = "-",
    day: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="YYYY-MM-DD",
            help="按哪一天的规定，默认今天（title 默认按印发时的条文，不计此后的规定）/ rules of this day, "
            "today if not given; titles: as first issued",
        ),
    ] = None,
) -> None:
    from srdi.cli.standard import judge

    raise typer.Exit(judge(name, file, _day(day), errors))


@policy.command("lint")
def policy_lint() -> None:
    """检查全部合同、政策包与条款清单。/ Check all contracts, packs and the clause inventory."""
    from srdi.cli.policy import lint

    raise typer.Exit(lint(console))


@policy.command("list")
def policy_list(
    word: Annotated[
        str, typer.Argument(help="编号、名称或文件中的词，缺省为全部 / part of id, title, paper")
    ] = "",
    day: Day = None,
) -> None:
    """列出指标及其含义。/ List measures with their meaning."""
    from srdi.cli.policy import list_measures

    raise typer.Exit(list_measures(word, _day(day) or datetime.now().date(), console))


@policy.command("show")
def policy_show(
    measure: Annotated[str, typer.Argument(help="指标编号，见 srdi policy list / measure id")],
    day: Day = None,
) -> None:
    """一个指标在某天的全部口径：文件、条款、范围、条件、参数、结果表。/ One measure in words on a day."""
    from srdi.cli.policy import show

    raise typer.Exit(show(measure, _day(day) or datetime.now().date(), console, errors))


@policy.command("trace")
def policy_trace(
    document: Annotated[
        str | None, typer.Argument(help="文件编号，缺省为全部 / paper id, default all")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="输出格式 / output format")] = Format.table,
) -> None:
    """文件 → 条款 → 指标 → 结果表 → 案例，每条标明已计算、待建或不计算的理由。/ From clause to measure, table, case."""
    from srdi.cli.policy import trace

    raise typer.Exit(trace(document, form.value, console, errors))


@source.command("check")
def source_check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="文件 / file")],
    name: Annotated[str, typer.Option("--source", help="数据源 / source")],
) -> None:
    """按合同试读一个文件，什么也不写。/ Try a file against its contract; writes nothing."""
    from srdi.cli.source import check

    raise typer.Exit(check(file, name, console, errors))


def run() -> None:
    """Entry point: services that do not come up end with one Chinese sentence, not a traceback."""
    from srdi.local.airflow import AirflowError
    from srdi.local.postgres import PostgresError

    code: int | str | None = 0
    try:
        app()
    except (AirflowError, PostgresError) as exc:
        errors.print(f"[red]✗[/red] {exc}")
        code = Exit.SERVICES
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    # DuckDB's bindings complain at length about their own clean-up when an interpreter ends in order.
    os._exit(code if isinstance(code, int) else 1 if code else 0)


if __name__ == "__main__":
    run()
