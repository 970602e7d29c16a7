"""``srdi up``, ``srdi down``, ``srdi status``."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from srdi.local.services import Services
from srdi.settings import Settings


def start(console: Console) -> int:
    """Start everything and print where it is; returns 0."""
    services = Services(Settings.from_env())
    services.start(lambda text: console.print(f"[cyan]▸[/cyan] {text}"))
    airflow = services.airflow
    console.print(f"\nAirflow  {airflow.url}\n用户 / login  admin   密码 / password  {airflow.password}")
    console.print("仓库 / warehouse  srdi dsn\n停止 / stop  make down", highlight=False)
    return 0


def stop(console: Console) -> int:
    """Stop everything; returns 0."""
    stopped = Services(Settings.from_env()).stop()
    console.print("已停止 / stopped: " + (", ".join(stopped) or "—"))
    return 0


def show(console: Console) -> int:
    """Which services run; returns 0."""
    services = Services(Settings.from_env())
    table = Table("服务 / service", "状态 / state", box=None)
    table.add_row("postgresql", "运行 / up" if services.postgres.running() else "停止 / down")
    if services.postgres.running():
        for component, up in services.airflow.running().items():
            table.add_row(component, "运行 / up" if up else "停止 / down")
    console.print(table)
    return 0
