"""Where things live: the one module that reads the environment.

Everything below the command line and the DAGs takes a :class:`Settings`; nothing else looks at
``os.environ``, so a test can point the whole product at an empty folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Settings:
    """Places of one installation.

    ``home``: folder of local state (embedded PostgreSQL, Airflow home, sample city, default lake).
    ``lake``: root of the lake, a folder or an ``s3://`` address.
    ``warehouse_url``: SQLAlchemy address of the warehouse, or None for the embedded server.
    """

    home: Path
    lake: str
    warehouse_url: str | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read ``SRDI_HOME``, ``SRDI_LAKE`` and ``WAREHOUSE_URL``; empty counts as unset."""
        env = os.environ if env is None else env
        home = Path(env.get("SRDI_HOME") or REPOSITORY / ".local").expanduser().resolve()
        lake = env.get("SRDI_LAKE") or str(home / "lake")
        if "://" not in lake:
            lake = str(Path(lake).expanduser().resolve())
        return cls(home=home, lake=lake, warehouse_url=env.get("WAREHOUSE_URL") or None)

    @property
    def samples(self) -> Path:
        """Folder of the sample city's exports."""
        return self.home / "samples"
