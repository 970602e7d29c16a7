"""What a standalone standard is, and how its SQL is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from srdi import contracts
from srdi.conform.text import header_key
from srdi.engine.duck import literal
from srdi.standards.figures import register

if TYPE_CHECKING:
    import duckdb

LOOKUPS = Path(contracts.__file__).parent / "lookups"
NOTE = "note"
YUAN = "元"
WAN = "_wan"


@dataclass(frozen=True)
class Column:
    """A column the standard reads. ``required`` False: the file may do without it.

    ``labels``: the Chinese names that may head it; ``unit`` may stand behind them in brackets. An amount (``unit`` 元)
    may be in 万元 instead, in a column ``<name>_wan`` of ``given``; ``in_wan``: that is how help calls it.
    """

    name: str
    zh: str
    required: bool = True
    labels: tuple[str, ...] = ()
    unit: str = ""
    in_wan: bool = False

    @property
    def told(self) -> str:
        """Its name in help and messages."""
        return self.name + WAN if self.in_wan else self.name

    @property
    def forms(self) -> dict[str, tuple[str, ...]]:
        """Column of ``given`` → keys of the headers that mean it."""
        words = (self.name, *self.labels)
        units = [f"{word}({self.unit})" for word in words] if self.unit else []
        found = {self.name: _keys(*words, *units)}
        if self.unit == YUAN:
            found[self.name + WAN] = _keys(self.name + WAN, *(f"{word}(万元)" for word in words))
        return found

    @property
    def bare(self) -> tuple[str, ...]:
        """Keys of headers that leave open whether an amount is in 元; its own name in the dictionary does not."""
        if self.unit != YUAN:
            return ()
        return _keys(*([self.name] if self.in_wan else []), *self.labels)


def _keys(*headers: str) -> tuple[str, ...]:
    return tuple(map(header_key, headers))


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
    once. ``more``: further inputs that take time to find out, asked for only when a file is judged; ``more_told`` says in
    help what they are. ``examples``: how to write what is not plain, for help.

    ``since``: no row is judged by an earlier day. ``day_zh`` says what the day changes. ``issued_zh``: without a day it is
    judged as first issued, not with what was decreed since, and this says so.
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
    examples: tuple[str, ...] = ()
    since: date | None = None
    day_zh: str = ""
    issued_zh: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column it reads."""
        return self.inputs if self.more is None else (*self.inputs, *self.more())

    @property
    def usage(self) -> str:
        """One line for help and messages: name, meaning, columns in and out."""
        told = [c.told if c.required else f"[{c.told}]" for c in self.inputs]
        given = "、".join([*told, self.more_told] if self.more_told else told)
        return f"{self.name}  {self.zh} / {self.en}：{given} → {'、'.join(self.results)}"

    def by_day(self, day: date | None) -> str:
        """Which day and which rules a file is judged by, in a sentence; None: as first issued."""
        if day is None:
            return f"{self.zh}（依据 {self.basis}）{self.issued_zh}"
        return f"{self.zh}按 {day} 的规定判定，依据 {self.basis}；{self.day_zh}"

    def too_early(self, day: date) -> str:
        """Why nothing is judged by ``day``; empty when it can be."""
        return (
            f"所给日期 {day} 还没有{self.zh}的标准（{self.since} 起）"
            if self.since and day < self.since
            else ""
        )

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
