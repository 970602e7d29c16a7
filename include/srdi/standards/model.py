"""What a standalone standard is, and how its SQL is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srdi import contracts
from srdi.engine.duck import literal

if TYPE_CHECKING:
    from datetime import date

    import duckdb

LOOKUPS = Path(contracts.__file__).parent / "lookups"
NOTE = "note"


@dataclass(frozen=True)
class Column:
    """A column the standard reads. ``required`` False: the file may do without it.

    ``aliases``: headers it may have instead, looked for only where its name is not in the file.
    """

    name: str
    zh: str
    required: bool = True
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standard:
    """``results``: the columns appended, ``note`` last; ``verdict``: the one that is empty when nothing can be said.

    ``prepare(con, day)`` loads what holds for all rows, once. ``judge(con)`` reads the temp table
    ``given(row_no BIGINT, <inputs> VARCHAR)`` (no NULLs; a column the file lacks is all empty) and makes the
    temp table ``judged(row_no, <results> VARCHAR)``, every row once. It may be called again with new rows.
    ``more``: further inputs that take time to find out, asked for only when a file is judged; ``more_told`` says
    in help what they are.
    """

    name: str
    zh: str
    en: str
    basis: str
    inputs: tuple[Column, ...]
    results: tuple[str, ...]
    verdict: str
    prepare: Callable[[duckdb.DuckDBPyConnection, date], None]
    judge: Callable[[duckdb.DuckDBPyConnection], None]
    more: Callable[[], tuple[Column, ...]] | None = None
    more_told: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column it reads."""
        return self.inputs if self.more is None else (*self.inputs, *self.more())

    @property
    def usage(self) -> str:
        """One line for help and messages: name, meaning, columns in and out."""
        told = [c.name if c.required else f"[{c.name}]" for c in self.inputs]
        given = "、".join([*told, self.more_told] if self.more_told else told)
        return f"{self.name}  {self.zh} / {self.en}：{given} → {'、'.join(self.results)}"


def build(
    con: duckdb.DuckDBPyConnection,
    table: str,
    model: str,
    *,
    room: str = "srdi.standards",
    values: Mapping[str, Any] | None = None,
) -> None:
    """Make the temp table ``table`` from ``sql/<model>.sql`` of a room; ``values`` are bound parameters."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {_sql(room, model)}", dict(values or {}))


def load_lookups(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Each ``lookups/<name>.csv`` as temp table ``lookup_<name>``, all columns text, empty cells NULL."""
    for name in names:
        path = literal(str(LOOKUPS / f"{name}.csv"))
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE lookup_{name} AS "
            f"SELECT * FROM READ_CSV({path}, header = TRUE, all_varchar = TRUE, delim = ',', quote = '\"')"
        )


@cache
def _sql(room: str, model: str) -> str:
    return files(room).joinpath("sql", f"{model}.sql").read_text(encoding="utf-8")
