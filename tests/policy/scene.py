"""Builds small fact files and decides them with the real compiler: what every policy test stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from srdi.contracts.loader import load_dictionary
from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.policy.decide import DecideReport, ListException, decide
from srdi.policy.packset import PackSet

DICTIONARY = load_dictionary()
FACTS, EVENTS = DICTIONARY.facts, DICTIONARY.events
ARROW = {
    "date": pa.date32(),
    "integer": pa.int64(),
    "year": pa.int64(),
    "money": pa.decimal128(18, 2),
    "ratio": pa.decimal128(12, 6),
    "decimal": pa.decimal128(18, 6),
    "flag": pa.bool_(),
    "names": pa.list_(pa.string()),
}
ENTERPRISE = pa.schema([(name, ARROW.get(fact.type, pa.string())) for name, fact in FACTS.items()])
TITLE = pa.schema(
    [
        ("title_id", pa.string()),
        ("uscc", pa.string()),
        ("raw_name", pa.string()),
        ("title", pa.string()),
        ("state", pa.string()),
        ("recognised_on", pa.date32()),
        ("valid_from", pa.date32()),
        ("in_force", pa.bool_()),
        ("division_code", pa.string()),
        ("city_code", pa.string()),
    ]
)


def uscc(number: int) -> str:
    """An invented code; nothing here depends on its check digit."""
    return f"91410000TEST{number:06d}"


@dataclass
class Scene:
    """A folder with facts; ``decide`` runs the packs over them and ``rows`` reads a result back."""

    folder: Path
    con: duckdb.DuckDBPyConnection = field(default_factory=lambda: connect(threads=1))
    runs: int = 0

    @property
    def lake(self) -> Lake:
        return Lake(str(self.folder / "lake"))

    def facts(self, enterprises: Sequence[dict[str, Any]], titles: Sequence[dict[str, Any]] = ()) -> str:
        """Write the fact files; money may be given as text. Returns their folder."""
        folder = self.folder / "facts"
        folder.mkdir(parents=True, exist_ok=True)
        rows = []
        for number, given in enumerate(enterprises):
            unknown = set(given) - set(FACTS)
            assert not unknown, f"no such facts: {unknown}"
            rows.append(
                {"uscc": uscc(number), "name": f"企业{number}", **{k: _value(k, v) for k, v in given.items()}}
            )
        pq.write_table(pa.Table.from_pylist(rows, ENTERPRISE), folder / "enterprise.parquet")
        usual = {"in_force": True, "state": "recognised"}
        named = [{"title_id": f"t{number}", **usual, **title} for number, title in enumerate(titles)]
        pq.write_table(pa.Table.from_pylist(named, TITLE), folder / "title.parquet")
        return str(folder)

    def events(self, table: str, rows: Sequence[dict[str, Any]]) -> str:
        """Write a table of events beside the facts, which are written empty where there are none yet."""
        folder = self.folder / "facts"
        if not (folder / "enterprise.parquet").exists():
            self.facts([])
        columns = EVENTS[table]
        written = []
        for number, given in enumerate(rows):
            unknown = set(given) - set(columns)
            assert not unknown, f"no such columns of {table}: {unknown}"
            own = {name: _typed(columns[name].type, value) for name, value in given.items()}
            written.append({"batch_id": "b", "row_no": number + 1, **own})
        schema = pa.schema([(name, ARROW.get(one.type, pa.string())) for name, one in columns.items()])
        pq.write_table(pa.Table.from_pylist(written, schema), folder / f"{table}.parquet")
        return str(folder)

    def decide(
        self,
        packs: PackSet,
        day: date,
        areas: Sequence[str] | None = None,
        exceptions: Sequence[ListException] = (),
        facts: str | None = None,
    ) -> DecideReport:
        self.runs += 1
        facts = facts or str(self.folder / "facts")
        return decide(packs, facts, day, self.lake, self.con, f"run{self.runs}", areas, exceptions)

    def rows(self, report: DecideReport, name: str) -> list[dict[str, Any]]:
        """A result as written to the lake."""
        return pq.read_table(self.lake.uri(report.files[name])).to_pylist()


def _value(name: str, value: Any) -> Any:
    return _typed(FACTS[name].type, value)


def _typed(kind: str, value: Any) -> Any:
    if value is not None and kind in ("money", "ratio", "decimal"):
        return Decimal(str(value))
    return value
