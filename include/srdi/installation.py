"""One installation at work: its places, its lake, its warehouse; what the six verbs share."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.settings import Settings

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Engine

SAMPLE = "sample"


class BadDelivery(RuntimeError):
    """A supplier's delivery was refused; everything good was kept. Trying again changes nothing."""


class BadRequest(ValueError):
    """A run was asked for with values that cannot be right."""


@dataclass(frozen=True)
class Installation:
    """Settings and the warehouse's address (loader rights); opened lazily."""

    settings: Settings
    warehouse_url: str

    @cached_property
    def lake(self) -> Lake:
        return Lake(self.settings.lake)

    @cached_property
    def engine(self) -> Engine:
        from sqlalchemy import create_engine

        return create_engine(self.warehouse_url, pool_pre_ping=True)

    @contextmanager
    def _duck(self) -> Iterator[duckdb.DuckDBPyConnection]:
        scratch = Path(tempfile.mkdtemp(prefix="srdi-"))
        con = connect(self.lake, scratch=scratch)
        try:
            yield con
        finally:
            con.close()
            shutil.rmtree(scratch, ignore_errors=True)

    @contextmanager
    def _timed(self, source: str, verb: str, now: datetime, run_id: str | None = None) -> Iterator[dict]:
        """Record when a verb began and ended, only if it ended well; ``rows`` and ``detail`` may be set."""
        from srdi.warehouse import runs

        own = run_id or f"{source}-{now:%Y%m%dT%H%M%S%f}"
        step: dict[str, Any] = {"run_id": own, "rows": 0, "detail": None}
        began = time.monotonic()
        yield step
        took = timedelta(seconds=time.monotonic() - began)
        with self.engine.begin() as conn:
            runs.record_step(conn, own, verb, source, now, now + took, step["rows"], step["detail"])


def run_id_of(dag_id: str, dag_run_id: str) -> str:
    """Id of a run in lake and warehouse: short, safe as a folder name, the same for every retry."""
    return hashlib.sha256(f"{dag_id}/{dag_run_id}".encode()).hexdigest()[:16]


@cache
def code_version() -> str:
    """Content hash of the product's own code and SQL: two installations with the same hash compute the same."""
    digest = hashlib.sha256()
    room = Path(__file__).parent
    for path in sorted(room.rglob("*")):
        if path.suffix in {".py", ".sql", ".csv"} and "samples" not in path.parts:
            digest.update(path.relative_to(room).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
