"""Fixtures of the pull room's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pull_bench import Server

from srdi.engine.lake import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "inbox" / "ledger"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.http.shutdown()
    running.http.server_close()
    running.thread.join(5)
