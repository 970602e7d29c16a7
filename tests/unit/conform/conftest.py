"""A DuckDB connection with the reading rules, and a way to conform bytes as if they had been landed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import pytest

from srdi.conform import macros
from srdi.conform.batch import conform
from srdi.contracts.loader import load_contracts, load_dictionary
from srdi.engine.duck import connect
from srdi.engine.lake import Lake


@dataclass(frozen=True)
class Landed:
    batch_id: str
    as_of: date | None
    file_name: str
    sha256: str
    lake_path: str
    problem: tuple[str, str] | None = None


@pytest.fixture(scope="session")
def dictionary():
    return load_dictionary()


@pytest.fixture(scope="session")
def contracts(dictionary):
    return load_contracts(dictionary=dictionary).contracts


@pytest.fixture(scope="session")
def con():
    connection = connect(threads=1)
    macros.register(connection)
    return connection


@pytest.fixture
def sql(con):
    """Evaluate an expression over one text ``s``."""

    def evaluate(expression, text):
        return con.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS s)", [text]).fetchone()[0]

    return evaluate


@pytest.fixture
def conform_bytes(tmp_path, con, contracts, dictionary):
    """(source, bytes or text) → (report, rows as dicts)."""

    def run(source, data, *, contract=None, last_good=None, sha256=None, problem=None):
        data = data.encode() if isinstance(data, str) else data
        lake = Lake(str(tmp_path / "lake"))
        lake.write_bytes(data, "landed/file")
        digest = sha256 or hashlib.sha256(data).hexdigest()
        landed = Landed("batch", date(2025, 9, 30), "样例_20250930.csv", digest, "landed/file", problem)
        report = conform(
            contract or contracts[source],
            dictionary,
            landed,
            lake,
            con,
            last_good=last_good,
            others=contracts,
        )
        if report.path is None:
            return report, []
        found = con.execute("SELECT * FROM read_parquet(?)", [lake.uri(report.path)])
        names = [column[0] for column in found.description]
        return report, [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return run
