"""First container of every start: both databases at the newest version, pools, first administrator.

Safe to run any number of times. Everything comes from the environment that docker-compose.yaml gives.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

# A script's own folder is on the path only when it is started as a file; it may also be imported.
sys.path.insert(0, str(Path(__file__).parent))

from warehouse_logins import prepare

from srdi.local.postgres_setup import ADMIN, APP, READER, WAREHOUSE

REPOSITORY = Path(__file__).resolve().parents[1]


class NotReady(RuntimeError):
    """The environment is not one that the services could run in; the message says what to change."""


def say(text: str) -> None:
    print(f"▸ {text}", flush=True)


def check_executor(env: dict[str, str]) -> None:
    """Refuse to go on when tasks would be queued to a broker that does not run."""
    executor = env.get("AIRFLOW__CORE__EXECUTOR")
    if executor == "LocalExecutor":
        return
    if executor != "CeleryExecutor":
        raise NotReady(f"SRDI_EXECUTOR 只能是 LocalExecutor 或 CeleryExecutor，不是 {executor!r}")
    broker = urlsplit(env.get("AIRFLOW__CELERY__BROKER_URL", ""))
    try:
        socket.create_connection((broker.hostname or "", broker.port or 6379), timeout=10).close()
    except OSError as exc:
        raise NotReady(
            "SRDI_EXECUTOR=CeleryExecutor，但 Redis 不可用：请在 .env 中设置 COMPOSE_PROFILES=celery / "
            f"Redis is not there: set COMPOSE_PROFILES=celery in .env ({exc})"
        ) from exc


def prepare_warehouse(env: dict[str, str]) -> None:
    """Roles, logins and tables of the warehouse."""
    from srdi.warehouse import migrate

    host, port = env["SRDI_WAREHOUSE_HOST"], int(env.get("SRDI_WAREHOUSE_DB_PORT") or 5432)
    say("仓库的库、角色与登录 / the warehouse's database, roles and logins")
    passwords = {
        ADMIN: env["WAREHOUSE_ADMIN_PASSWORD"],
        APP: env["WAREHOUSE_APP_PASSWORD"],
        READER: env["WAREHOUSE_READER_PASSWORD"],
    }
    prepare(host, port, env["WAREHOUSE_SUPERUSER_PASSWORD"], passwords)
    say("迁移仓库 / migrating the warehouse")
    migrate.upgrade(f"postgresql+psycopg://{ADMIN}:{passwords[ADMIN]}@{host}:{port}/{WAREHOUSE}")


def airflow(*arguments: str) -> None:
    """One command of Airflow's own command line, in this process: its import is paid for once.

    The arguments (a password may be among them) are never those of an operating-system process.
    """
    from airflow.cli import cli_parser

    options = cli_parser.get_parser().parse_args(list(arguments))
    options.func(options)


def prepare_airflow(env: dict[str, str]) -> None:
    """Airflow's tables, pools and, if a password is given, the first administrator."""
    say("迁移 Airflow 元数据 / migrating Airflow's metadata")
    airflow("db", "migrate")
    airflow("pools", "import", str(REPOSITORY / "include/srdi/local/pools.json"))
    user, password = env.get("SRDI_ADMIN_USER"), env.get("SRDI_ADMIN_PASSWORD")
    if user and password:
        say(f"管理员 {user} / administrator {user}")
        email = env.get("SRDI_ADMIN_EMAIL") or f"{user}@example.org"
        airflow(
            *("users", "create", "--username", user, "--password", password, "--role", "Admin"),
            *("--firstname", user, "--lastname", "srdi", "--email", email),
        )


def main() -> int:
    """Exit codes: 0 ready, 2 the settings in .env cannot work; anything else is a traceback."""
    env = dict(os.environ)
    try:
        check_executor(env)
    except NotReady as exc:
        print(exc, file=sys.stderr)
        return 2
    prepare_warehouse(env)
    prepare_airflow(env)
    say("就绪 / ready")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
