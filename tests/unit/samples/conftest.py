"""One small sample city per level of dirt, written once for all tests of this folder."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from srdi.samples import SampleReport, generate

SIZE, SEED = 1200, 11


class City:
    """A written sample city and its answer tables."""

    def __init__(self, out: Path, quirks: str) -> None:
        self.out = out
        self.report: SampleReport = generate(out, SIZE, SEED, quirks=quirks)

    def answers(self, table: str) -> list[dict[str, str]]:
        with (self.out / "answers" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def cities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, City]:
    return {level: City(tmp_path_factory.mktemp(level), level) for level in ("none", "some", "all")}
