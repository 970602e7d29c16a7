"""Airflow on this machine: the four processes, their environment, and a small REST client.

Starts scheduler (LocalExecutor), DAG processor, triggerer and API server as background processes on
loopback and finds them again later by pid file. Airflow itself is never imported here: it is a
program that is started, as in production.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psutil
import requests

from srdi.settings import REPOSITORY, Settings

COMPONENTS = {
    "api-server": ["api-server", "--workers", "1"],
    "scheduler": ["scheduler"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer"],
}
USERS = {"admin": "admin", "officer": "op", "viewer": "viewer"}


class AirflowError(RuntimeError):
    """Airflow could not be started or did not answer; the message says where to look."""


@dataclass(frozen=True)
class LocalAirflow:
    """One Airflow under ``settings.home / 'airflow'`` with its metadata in PostgreSQL."""

    settings: Settings
    metadata_url: str
    warehouse_url: str
    inbox: Path

    @property
    def home(self) -> Path:
        return self.settings.home / "airflow"

    @property
    def logs(self) -> Path:
        return self.settings.home / "logs"

    def _remembered(self, name: str, make: Callable[[], str]) -> str:
        """A secret or port made once and kept in a file only its owner reads."""
        path = self.home / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(make())
        return path.read_text().strip()

    @property
    def port(self) -> int:
        return int(self._remembered("port", _free_port))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        return self._remembered("admin_password", lambda: secrets.token_urlsafe(12))

    def environment(self) -> dict[str, str]:
        """The environment of every Airflow process; secrets come from files of the installation."""
        passwords = self.home / "passwords.json"
        if not passwords.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            passwords.touch(mode=0o600)
            others = {user: secrets.token_urlsafe(12) for user in USERS if user != "admin"}
            passwords.write_text(json.dumps({"admin": self.password, **others}))
        own = {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__FERNET_KEY": self._remembered("fernet_key", _fernet_key),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{u}:{r}" for u, r in USERS.items()),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.metadata_url,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API_AUTH__JWT_SECRET": self._remembered("jwt_secret", lambda: secrets.token_hex(32)),
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.logs / "tasks"),
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "GX_ANALYTICS_ENABLED": "False",
            "SRDI_HOME": str(self.settings.home),
            "SRDI_LAKE": self.settings.lake,
            # Any inbox of the person who started this stack may be read; a server installation names roots.
            "SRDI_INBOX_ROOTS": "/",
            "AIRFLOW_CONN_SRDI_WAREHOUSE": json.dumps(
                {"conn_type": "generic", "extra": {"url": self.warehouse_url}}
            ),
            "AIRFLOW_CONN_SRDI_INBOX": json.dumps({"conn_type": "fs", "extra": {"path": str(self.inbox)}}),
            "NO_PROXY": "127.0.0.1,localhost",
        }
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith("AIRFLOW__") and k not in {"PYTHONDONTWRITEBYTECODE", "WAREHOUSE_URL"}
        }
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        return {**kept, **own, "PATH": path}

    # ── processes ────────────────────────────────────────────────────────────────────────────

    def _pid_file(self, component: str) -> Path:
        return self.home / f"{component}.pid"

    def process(self, component: str) -> psutil.Process | None:
        """The running process of a component, or None."""
        try:
            pid, started = self._pid_file(component).read_text().split()
            process = psutil.Process(int(pid))
            # A pid can be given to another program after a reboot: the start time tells them apart.
            alive = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
            return process if alive and abs(process.create_time() - float(started)) < 2 else None
        except (FileNotFoundError, ValueError, psutil.Error):
            return None

    def running(self) -> dict[str, bool]:
        return {component: self.process(component) is not None for component in COMPONENTS}

    def start(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Migrate the metadata and start what is not running; returns when all four are healthy.

        Raises :class:`AirflowError` with the log file to read when a component does not come up.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        (self.home / "config").mkdir(exist_ok=True)
        shutil.copyfile(
            Path(__file__).with_name("airflow_local_settings.py"),
            self.home / "config" / "airflow_local_settings.py",
        )
        env = self.environment()
        marker = self.home / "migrated"
        stamp = f"{version('apache-airflow')} {self.metadata_url.rsplit('@', 1)[-1]}"
        if not marker.exists() or marker.read_text() != stamp:
            say("迁移 Airflow 元数据 / migrating Airflow's metadata")
            self._command(["db", "migrate"], env)
            self._command(["pools", "import", str(REPOSITORY / "include/srdi/local/pools.json")], env)
            marker.write_text(stamp)
        for component, arguments in COMPONENTS.items():
            if self.process(component) is None:
                say(f"启动 {component} / starting {component}")
                self._spawn(component, arguments, env)
        self._wait_healthy()

    def _command(self, arguments: list[str], env: dict[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            log = self.logs / "airflow-command.log"
            log.write_text(done.stdout + done.stderr)
            raise AirflowError(f"airflow {' '.join(arguments[:2])} 失败，见 {log}")

    def _spawn(self, component: str, arguments: list[str], env: dict[str, str]) -> None:
        log = self.logs / f"{component}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "airflow", *arguments],
                env=env,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started = psutil.Process(process.pid).create_time()
        self._pid_file(component).write_text(f"{process.pid} {started}")

    def _wait_healthy(self, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        state: dict[str, str] = {}
        while time.monotonic() < deadline:
            for component in COMPONENTS:
                if self.process(component) is None:
                    raise AirflowError(f"Airflow 的 {component} 启动后退出，见 {self.logs / component}.log")
            try:
                health = requests.get(f"{self.url}/api/v2/monitor/health", timeout=5).json()
                state = {name: part.get("status") or "?" for name, part in health.items()}
                if all(
                    state.get(p) == "healthy"
                    for p in ("metadatabase", "scheduler", "triggerer", "dag_processor")
                ):
                    return
            except (requests.RequestException, ValueError):
                pass
            time.sleep(0.3)
        raise AirflowError(f"Airflow 在 {seconds:.0f} 秒内没有就绪：{state}；日志在 {self.logs}")

    def stop(self) -> list[str]:
        """Stop all components (SIGTERM to the group, SIGKILL after 15 s); returns their names."""
        stopped = []
        for component in reversed(COMPONENTS):
            process = self.process(component)
            if process is None:
                continue
            family = [process, *process.children(recursive=True)]
            for member in family:
                _signal(member, signal.SIGTERM)
            _, alive = psutil.wait_procs(family, timeout=15)
            for member in alive:
                _signal(member, signal.SIGKILL)
            self._pid_file(component).unlink(missing_ok=True)
            stopped.append(component)
        return stopped

    def client(self) -> AirflowClient:
        return AirflowClient(self.url, "admin", self.password)


class AirflowClient:
    """The few REST calls the night needs, as a person's browser would make them."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False
        answer = self._session.post(
            f"{url}/auth/token", json={"username": user, "password": password}, timeout=30
        )
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, **json_body: object) -> dict:
        """One call below ``/api/v2``; raises :class:`AirflowError` with Airflow's own words."""
        answer = self._session.request(method, f"{self.url}/api/v2{path}", json=json_body or None, timeout=60)
        if answer.status_code >= 400:
            raise AirflowError(f"Airflow 拒绝 {method} {path}: {answer.status_code} {answer.text[:800]}")
        return answer.json() if answer.content else {}

    def trigger(self, dag_id: str, run_id: str, conf: dict) -> dict:
        return self.call("POST", f"/dags/{dag_id}/dagRuns", dag_run_id=run_id, logical_date=None, conf=conf)

    def run(self, dag_id: str, run_id: str) -> dict:
        return self.call("GET", f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}")

    def task_instances(self, runs: dict[str, str]) -> list[dict]:
        """Task instances of runs (DAG id → run id); none of a run that does not exist yet.

        Asked for all at once: a request a run, again and again, kept half a processor busy.
        """
        found: list[dict] = []
        while True:
            asked: dict[str, object] = {
                "dag_ids": list(runs),
                "dag_run_ids": list(runs.values()),
                "page_offset": len(found),
            }
            answer = self.call("POST", "/dags/~/dagRuns/~/taskInstances/list", **asked)
            found += answer["task_instances"]
            if len(found) >= answer["total_entries"] or not answer["task_instances"]:
                return found

    def dags(self) -> list[dict]:
        return self.call("GET", "/dags?limit=500")["dags"]


def _signal(process: psutil.Process, number: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _fernet_key() -> str:
    import base64

    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _free_port() -> str:
    """8080 when it is free, else any other."""
    for wanted in (8080, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return str(probe.getsockname()[1])
    raise AirflowError("没有空闲端口 / no free port")
