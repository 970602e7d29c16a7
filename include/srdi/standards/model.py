"""What a standalone standard is, and how its SQL is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from srdi import contracts
from srdi.engine.duck import literal
from srdi.standards.figures import register

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
class Model:
    """A temp table ``table`` made by ``sql/<sql>.sql`` (named like the table unless said otherwise) of a room."""

    table: str
    sql: str = ""
    room: str = "srdi.standards"

    def build(self, con: duckdb.DuckDBPyConnection, day: date | None = None) -> None:
        """``day`` is bound where the model asks for ``$day``."""
        text = _text(self.room, self.sql or self.table)
        values = {"day": day} if "$day" in text else {}
        con.execute(f"CREATE OR REPLACE TEMP TABLE {self.table} AS {text}", values)


@dataclass(frozen=True)
class Standard:
    """``results``: the columns appended, ``note`` last; ``verdict``: the one that is empty when nothing can be said.

    Declared as what it reads and builds. ``macros`` (signature → body), ``lookups`` and ``fixed`` models hold for
    all rows; ``models`` run on every set, over the temp table ``given(row_no BIGINT, <inputs> VARCHAR)`` (no NULLs;
    a column the file lacks is all empty), and the last of them is ``judged(row_no, <results> VARCHAR)``, every row
    once. ``as_issued``: without a day it is judged as first issued, not with what was decreed since. ``more``: further inputs that take time to find out, asked for only when a file is judged; ``more_told`` says
    in help what they are.
    """

    name: str
    zh: str
    en: str
    basis: str
    inputs: tuple[Column, ...]
    results: tuple[str, ...]
    verdict: str
    lookups: tuple[str, ...]
    models: tuple[Model, ...]
    fixed: tuple[Model, ...] = ()
    macros: Mapping[str, str] = field(default_factory=dict)
    more: Callable[[], tuple[Column, ...]] | None = None
    more_told: str = ""
    as_issued: bool = False

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

    def prepare(self, con: duckdb.DuckDBPyConnection, day: date) -> None:
        """Load what holds for all rows on ``day``, once."""
        register(con)
        for signature, body in self.macros.items():
            con.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS {body}")
        load_lookups(con, *self.lookups)
        for model in self.fixed:
            model.build(con, day)

    def judge(self, con: duckdb.DuckDBPyConnection) -> None:
        """``judged`` from the rows of ``given``; may be called again with new rows."""
        for model in self.models:
            model.build(con)


def load_lookups(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Each ``lookups/<name>.csv`` as temp table ``lookup_<name>``, all columns text, empty cells NULL."""
    for name in names:
        path = literal(str(LOOKUPS / f"{name}.csv"))
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE lookup_{name} AS "
            f"SELECT * FROM READ_CSV({path}, header = TRUE, all_varchar = TRUE, delim = ',', quote = '\"')"
        )


@cache
def _text(room: str, model: str) -> str:
    return files(room).joinpath("sql", f"{model}.sql").read_text(encoding="utf-8")
