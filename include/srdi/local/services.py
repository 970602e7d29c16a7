"""The local installation as a whole: embedded PostgreSQL, migrated warehouse, Airflow, inbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from srdi.local.airflow import LocalAirflow
from srdi.local.postgres import EmbeddedPostgres
from srdi.night import Night
from srdi.settings import Settings

SAMPLE_MARKER = ".complete"
SAMPLE_DAY = date(2025, 9, 30)
SAMPLE_ENTERPRISES = 6000
SAMPLE_SEED = 20250930

Say = Callable[[str], None]


@dataclass(frozen=True)
class Services:
    """Everything that runs below ``settings.home``."""

    settings: Settings

    @cached_property
    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.settings.home)

    # ── addresses ────────────────────────────────────────────────────────────────────────────

    @property
    def warehouse_url(self) -> str:
        """The warehouse for the night's own work (loader rights)."""
        return self.settings.warehouse_url or self.postgres.url("warehouse", "srdi_app")

    @property
    def owner_url(self) -> str:
        """The warehouse for migrations (owner rights)."""
        return self.settings.warehouse_url or self.postgres.url("warehouse", "srdi_admin")

    @property
    def reader_url(self) -> str:
        """The warehouse for reading (no rights to write)."""
        return self.settings.warehouse_url or self.postgres.url("warehouse", "srdi_reader")

    @cached_property
    def night(self) -> Night:
        return Night(self.settings, self.warehouse_url)

    @property
    def airflow(self) -> LocalAirflow:
        return LocalAirflow(
            self.settings,
            self.postgres.url("airflow", "airflow", driver="postgresql+psycopg2"),
            self.warehouse_url,
            self.inbox(),
        )

    # ── the inbox ────────────────────────────────────────────────────────────────────────────

    @property
    def _memory(self) -> Path:
        return self.settings.home / "inbox.json"

    def inbox(self) -> Path:
        """The folder a run without ``--inbox`` reads: the last one given, else the sample city."""
        if self._memory.exists():
            return Path(json.loads(self._memory.read_text())["inbox"])
        return self.settings.samples

    def remember_inbox(self, folder: Path) -> None:
        """From now on this folder is the inbox: real data are never mixed with the sample city."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        self._memory.write_text(json.dumps({"inbox": str(folder)}))

    def ensure_samples(self, say: Say) -> None:
        """Write the sample city's exports once."""
        marker = self.settings.samples / SAMPLE_MARKER
        if marker.exists():
            return
        from srdi.samples import generate

        say("写出示范城市的导出文件 / writing the sample city's exports")
        generate(self.settings.samples, SAMPLE_ENTERPRISES, SAMPLE_SEED, SAMPLE_DAY, "some")
        marker.touch()

    # ── services ─────────────────────────────────────────────────────────────────────────────

    def start_database(self, say: Say) -> None:
        """Start PostgreSQL if it is not up and bring the warehouse to the newest version.

        With a warehouse elsewhere the embedded server is still needed for Airflow's metadata.
        """
        from srdi.warehouse import migrate

        self.settings.home.mkdir(parents=True, exist_ok=True)
        if not self.postgres.running():
            say("启动 PostgreSQL / starting PostgreSQL")
            self.postgres.start()
            for notice in self.postgres.notices:
                say(notice)
        say("核对仓库版本 / checking the warehouse's version")
        migrate.upgrade(self.owner_url)

    def open_warehouse(self, say: Say) -> str:
        """Address for reading; starts and migrates the embedded server when it is not up."""
        if self.settings.warehouse_url is None and not self.postgres.running():
            self.start_database(say)
        return self.reader_url

    def start(self, say: Say) -> None:
        """Start everything that is not up."""
        self.start_database(say)
        self.airflow.start(say)

    def stop(self) -> list[str]:
        """Stop everything; returns the names of what was running."""
        stopped = self.airflow.stop() if self.postgres.running() or self.settings.home.exists() else []
        if self.postgres.running():
            self.postgres.stop()
            stopped.append("postgresql")
        return stopped
