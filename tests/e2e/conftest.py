"""One real installation for the end-to-end tests: embedded PostgreSQL, four Airflow processes, a messy inbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from srdi.local.services import Services
from srdi.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2025, 9, 30)
ENTERPRISES, SEED = 1500, 7


@dataclass
class Installation:
    """A running installation and the inbox it reads."""

    home: Path
    inbox: Path

    @property
    def services(self) -> Services:
        return Services(Settings.from_env({"SRDI_HOME": str(self.home)}))

    def srdi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line as a person would."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SRDI_", "WAREHOUSE"))}
        return subprocess.run(
            [str(Path(sys.executable).parent / "srdi"), *arguments],
            env={**env, "SRDI_HOME": str(self.home), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=900,
        )

    def ask(self, query: str) -> list[tuple]:
        """Rows of a query under the read-only role."""
        engine = create_engine(self.services.reader_url)
        try:
            with engine.connect() as conn:
                return [tuple(row) for row in conn.execute(text(query))]
        finally:
            engine.dispose()


@pytest.fixture(scope="session")
def installation():
    from srdi.samples import generate

    # Under a short path of its own: the server's account must be able to reach it.
    home = Path(tempfile.mkdtemp(prefix="srdi-e2e-"))
    home.chmod(0o755)
    generate(home / "inbox", ENTERPRISES, SEED, DAY, "all")
    one = Installation(home / "home", home / "inbox")
    yield one
    one.srdi("down")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def night(installation):
    """The first night over the messy inbox; its completed process."""
    return installation.srdi("nightly", "--inbox", str(installation.inbox), "--date", DAY.isoformat())
