"""One real installation for the end-to-end tests: embedded PostgreSQL, four Airflow processes, a messy inbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import create_engine, text

from srdi.local.services import Services
from srdi.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2025, 9, 30)
ENTERPRISES, SEED = 1500, 7
TOKEN = "a-token-of-the-tests"


@dataclass
class Installation:
    """A running installation and the inbox it reads."""

    home: Path
    inbox: Path
    platform: str

    @property
    def services(self) -> Services:
        return Services(Settings.from_env({"SRDI_HOME": str(self.home)}))

    def srdi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line as a person would."""
        connection = json.dumps({"conn_type": "http", "password": TOKEN, "extra": {"url": self.platform}})
        env = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SRDI_", "WAREHOUSE"))}
        return subprocess.run(
            [str(Path(sys.executable).parent / "srdi"), *arguments],
            env={
                **env,
                "SRDI_HOME": str(self.home),
                "LC_ALL": "C.UTF-8",
                "AIRFLOW_CONN_SRDI_FINANCING_PLATFORM": connection,
            },
            capture_output=True,
            text=True,
            timeout=1700,
        )

    def ask(self, query: str) -> list[tuple]:
        """Rows of a query under the read-only role."""
        engine = create_engine(self.services.reader_url)
        try:
            with engine.connect() as conn:
                return [tuple(row) for row in conn.execute(text(query))]
        finally:
            engine.dispose()


class Platform(BaseHTTPRequestHandler):
    """The financing platform: two pages of applications behind a token; busy at the first call."""

    calls: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        status, headers, body = 200, {}, {}
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status = 401
        elif not self.calls:
            status, headers = 429, {"Retry-After": "1"}
        else:
            body = {"as_of": "2025-10-01", "total": 4, "rows": [application(2 * page + n) for n in (-1, 0)]}
        self.calls.append(status)
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in {
            **headers,
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Silence."""


def application(number: int) -> dict[str, str]:
    return {
        "申请编号": f"SQ{number:04}",
        "企业名称": "某企业",
        "银行名称": "某银行",
        "申请日期": "2025-09-20",
        "申请金额(万元)": "300",
    }


@pytest.fixture(scope="session")
def platform():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def installation(platform):
    from srdi.samples import generate

    # Under a short path of its own: the server's account must be able to reach it.
    home = Path(tempfile.mkdtemp(prefix="srdi-e2e-"))
    home.chmod(0o755)
    generate(home / "inbox", ENTERPRISES, SEED, DAY, "all")
    one = Installation(home / "home", home / "inbox", platform)
    yield one
    one.srdi("down")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def night(installation):
    """The first night over the messy inbox; its completed process."""
    return installation.srdi("nightly", "--inbox", str(installation.inbox), "--date", DAY.isoformat())
