"""``srdi nightly``: asks Airflow for a night, follows it, and says how it ended."""

from __future__ import annotations

import difflib
import getpass
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from srdi.contracts.loader import load_contracts
from srdi.local.airflow import AirflowClient
from srdi.local.services import Services
from srdi.night import SHANGHAI, run_id_of
from srdi.policy.heads import load_areas
from srdi.settings import Settings

MARKS = {
    "success": "[green]✓[/green]",
    "failed": "[red]✗[/red]",
    "skipped": "[dim]–[/dim]",
    "upstream_failed": "[yellow]·[/yellow]",
    "up_for_retry": "[yellow]↻[/yellow]",
}
OVER = {"success", "failed"}
SECONDS_TO_PARSE = 120
SECONDS_TO_END = 4 * 3600


def run_night(
    day: date | None,
    inbox: Path | None,
    sources: list[str],
    areas: list[str],
    dry_run: bool,
    force: bool,
    console: Console,
) -> int:
    """Run one night; returns the exit code (see ``srdi --help``)."""
    began = time.monotonic()
    known = load_contracts().contracts
    if wrong := _refusal(inbox, sources, areas, list(known)):
        console.print(f"[red]✗[/red] {escape(wrong)}", soft_wrap=True)
        return 2
    for line in _doubtful_folders(inbox, known):
        console.print(f"[yellow]![/yellow] {escape(line)}", soft_wrap=True)

    def say(text: str) -> None:
        console.print(f"[cyan]▸[/cyan] {text}")

    services = Services(Settings.from_env())
    services.settings.home.mkdir(parents=True, exist_ok=True)
    if inbox is not None:
        services.remember_inbox(inbox.resolve())
    elif services.inbox() == services.settings.samples:
        services.ensure_samples(say)
    folder = services.inbox()
    if day is None:
        from srdi.pull.newest import newest_day

        day = newest_day(known.values(), folder, datetime.now(SHANGHAI).date())
        if day is None:
            console.print(f"[red]✗[/red] {folder} 里没有带日期的文件，请用 --date 指定 / no dated file found")
            return 20
    say(f"收件目录 / inbox: {folder}    业务日期 / day: {day}")
    services.start(say)
    ready = time.monotonic()
    client = services.airflow.client()
    if not _wait_for_dags(client, {"recompute", *(f"ingest__{name}" for name in known)}, console):
        return 3
    run_id = f"nightly__{day:%Y%m%d}__{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    client.trigger(
        "recompute",
        run_id,
        {
            "date": day.isoformat(),
            "areas": areas,
            "sources": sources or list(known),
            "dry_run": dry_run,
            "force": force,
            "reason": f"srdi nightly（{getpass.getuser()}）",
            "inbox": str(folder),
        },
    )
    say(f"已触发 / triggered: recompute · {run_id}")
    state = _follow(client, run_id, sources or list(known), console)
    from srdi.cli.summary import show_summary

    return show_summary(
        services,
        run_id,
        state,
        console,
        seconds={"total": time.monotonic() - began, "services": ready - began},
    )


def _refusal(inbox: Path | None, sources: list[str], areas: list[str], known: list[str]) -> str | None:
    """Why a night cannot be asked for like this, with what could be; None when it can."""
    unknown = [source for source in sources if source not in known]
    if unknown:
        return f"没有这些数据源 / unknown sources: {', '.join(unknown)}；可选：{', '.join(known)}"
    places = load_areas()
    strange = [area for area in areas if area not in places]
    if strange:
        valid = "、".join(f"{code} {name}" for code, name in places.items())
        return f"没有这些地区的政策文件 / no papers of these areas: {', '.join(strange)}；可选：{valid}"
    if inbox is None:
        return None
    if not inbox.is_dir():
        return f"收件目录不存在 / no such folder: {inbox}"
    wanted = sources or known
    if not any((inbox / source).is_dir() for source in wanted):
        there = "、".join(sorted(path.name for path in inbox.iterdir())[:10]) or "什么也没有"
        return (
            f"收件目录 {inbox} 里没有任何数据源的子目录 / no folder of any source；"
            f"应有：{'、'.join(wanted)}；现有：{there}"
        )
    return None


def _doubtful_folders(inbox: Path | None, known: Iterable[str]) -> list[str]:
    """Folders of a named inbox that nobody reads and whose names are nearly those of a source."""
    told = []
    for path in sorted(inbox.iterdir()) if inbox else []:
        near = difflib.get_close_matches(path.name.lower(), known, n=1, cutoff=0.75)
        if path.is_dir() and near and path.name not in known:
            told.append(f"子目录 {path.name} 不是数据源，不会被读取；是否应为 {near[0]}？/ not a source")
    return told


def _wait_for_dags(client: AirflowClient, wanted: set[str], console: Console) -> bool:
    """Wait until Airflow has read the DAG files; says which are missing when it does not."""
    deadline = time.monotonic() + SECONDS_TO_PARSE
    missing = wanted
    while time.monotonic() < deadline:
        missing = wanted - {dag["dag_id"] for dag in client.dags()}
        if not missing:
            return True
        time.sleep(0.5)
    console.print(f"[red]✗[/red] Airflow 没有读出这些 DAG / not parsed: {', '.join(sorted(missing))}")
    for problem in client.call("GET", "/importErrors")["import_errors"]:
        console.print(f"  {problem['filename']}\n{problem['stack_trace']}", markup=False)
    return False


def _follow(client: AirflowClient, run_id: str, sources: list[str], console: Console) -> str:
    """Print each task as it ends; returns the state of the recompute run."""
    told: set[tuple[str, str, int, str]] = set()
    runs = {"recompute": run_id} | _children(client, run_id, sources)
    deadline = time.monotonic() + SECONDS_TO_END
    with console.status("进行中 / running") as status:
        while True:
            state = client.run("recompute", run_id)["state"]
            running = []
            for one in client.task_instances(runs):
                dag_id = one["dag_id"]
                key = (dag_id, one["task_id"], one["map_index"], one["state"] or "")
                if one["state"] == "running":
                    running.append(f"{dag_id}.{one['task_id']}")
                if one["state"] in MARKS and key not in told:
                    told.add(key)
                    _tell(dag_id, one, console)
            status.update(f"进行中 / running: {escape(' '.join(running) or '…')}")
            if state in OVER or time.monotonic() > deadline:
                return state
            time.sleep(1)


def _children(client: AirflowClient, run_id: str, sources: list[str]) -> dict[str, str]:
    """Ingest runs that this night's refresh starts: DAG id → run id (the DAG names them so)."""
    mine = run_id_of("recompute", run_id)
    return {f"ingest__{source}": f"{mine}__{source}" for source in sources}


def _tell(dag_id: str, one: dict, console: Console) -> None:
    index = f"[{one['map_index']}]" if one["map_index"] >= 0 else ""
    seconds = f"{one['duration']:.1f} s" if one.get("duration") else ""
    name = f"{dag_id} · {one['task_id']}{index}"
    console.print(f"  {MARKS[one['state']]} {escape(name):<52} {seconds:>8}")
