"""Staging: a run's results in PostgreSQL, beside the live tables, before anything is compared.

Tables live in schema ``staging``, unlogged, named ``<what>__<run>``. A publisher holds an advisory lock on
its run, so what a killed one left behind can be told from what another one is using, and is swept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from srdi.engine.duck import literal
from srdi.warehouse.loading import Loaded, columns_of, copy_in
from srdi.warehouse.tables import core, marts, quality

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Connection, Table

    from srdi.engine.lake import Lake
    from srdi.warehouse.runs import RunInfo


class PublishError(RuntimeError):
    """What was computed cannot be published; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class Part:
    """One file of a run and the table its rows are meant for.

    ``folder``: ``facts`` or ``results``. ``columns``: those taken over, None for all of the table.
    ``also``: column → other names it may have in the file. ``optional``: the run may lack the file.
    """

    name: str
    folder: str
    table: Table
    columns: tuple[str, ...] | None = None
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional: bool = False

    @property
    def keys(self) -> list[str]:
        bitemporal = ("valid_from", "known_from") if "known_from" in self.table.c else ()
        return [column.name for column in self.table.primary_key if column.name not in bitemporal]

    @property
    def names(self) -> list[str]:
        return list(self.columns or [column.name for column in self.table.columns])

    @property
    def content(self) -> list[str]:
        return [name for name in self.names if name not in self.keys]


PROVENANCE = ("valid_from", "valid_to", "known_from", "known_to", "run_id", "published_at")


def _content_of(table: Table) -> tuple[str, ...]:
    return tuple(c.name for c in table.columns if c.name not in PROVENANCE)


PARTS = (
    Part("enterprise", "facts", core.enterprise_history, _content_of(core.enterprise_history)),
    Part("title", "facts", core.title),
    Part(
        "name_match",
        "facts",
        quality.name_match,
        ("source", "raw_name", "normal_name", "uscc", "method", "score", "state"),
        optional=True,
    ),
    Part("measure", "results", core.measure, also={"title_zh": ("title",)}),
    Part(
        "document",
        "results",
        core.document,
        also={"document_id": ("id",), "title_zh": ("title",), "area_code": ("area",)},
        optional=True,
    ),
    Part("clause", "results", core.clause, also={"text_zh": ("text", "title_zh")}, optional=True),
    Part("whitelist", "results", marts.whitelist),
    Part("whitelist_reason", "results", marts.whitelist_reason),
    Part("coverage", "results", marts.coverage, _content_of(marts.coverage)),
    Part("requirement", "results", marts.requirement, _content_of(marts.requirement), optional=True),
    Part("target", "results", marts.target, _content_of(marts.target), optional=True),
    Part("financing", "results", marts.financing, _content_of(marts.financing), optional=True),
    Part("measure_member", "results", marts.measure_member),
    Part("title_gap", "results", marts.title_gap, optional=True),
)

#: Small tables that keep every day.
AGGREGATES = ("coverage", "requirement", "target", "financing")


@dataclass(frozen=True)
class Staged:
    """What was loaded: address of the staging table per part, rows and content hash, newest snapshot day."""

    address: Mapping[str, str]
    loaded: Mapping[str, Loaded]
    newest_seen: date | None


def suffix_of(run_id: str) -> str:
    return hashlib.sha256(run_id.encode()).hexdigest()[:12]


def lock_of(suffix: str) -> int:
    """Advisory lock of a run; the high bits keep it apart from the locks of migration and publication."""
    return (0x5352 << 48) | int(suffix, 16)


def hold(connection: Connection, run_id: str) -> None:
    """Take the run's lock for this session; waits for another publisher of the same run."""
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": lock_of(suffix_of(run_id))})
    connection.commit()


def release(connection: Connection, run_id: str) -> None:
    """Drop the run's staging tables and give its lock back."""
    suffix = suffix_of(run_id)
    _drop(connection, suffix)
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": lock_of(suffix)})
    connection.commit()


def sweep(connection: Connection) -> int:
    """Drop what publishers that are gone left behind; returns the number of tables."""
    suffixes = connection.execute(
        text(
            "SELECT DISTINCT split_part(tablename, '__', 2) FROM pg_tables"
            " WHERE schemaname = 'staging' AND tablename LIKE '%\\_\\_%'"
            " AND pg_has_role(tableowner, 'USAGE')"
        )
    ).scalars()
    swept = 0
    for suffix in list(suffixes):
        key = {"key": lock_of(suffix)}
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one():
            swept += _drop(connection, suffix)
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
    connection.commit()
    return swept


def _drop(connection: Connection, suffix: str) -> int:
    names = connection.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'staging' AND tablename LIKE :name"),
        {"name": f"%\\_\\_{suffix}"},
    ).scalars()
    count = 0
    for name in list(names):
        connection.execute(text(f'DROP TABLE staging."{name}"'))
        count += 1
    return count


def load(
    connection: Connection,
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    run: RunInfo,
    folders: Mapping[str, str],
    freshness: str,
) -> Staged:
    """Load every part of a run into fresh staging tables, ordered by key; commits.

    ``folders``: ``facts`` and ``results`` → absolute address. A run restricted to areas takes only rows of
    their measures. ``freshness``: word for the day's sources, written on aggregates.
    Raises PublishError for a missing file or column, and for two rows of one key.
    """
    suffix = suffix_of(run.run_id)
    _drop(connection, suffix)
    files = {part.name: f"{folders[part.folder].rstrip('/')}/{part.name}.parquet" for part in PARTS}
    newest_seen = _newest_seen(con, lake, files["enterprise"])
    wanted = _wanted_measures(files["measure"], run.areas)
    address: dict[str, str] = {}
    loaded: dict[str, Loaded] = {}
    for part in PARTS:
        names = ", ".join(f't."{name}"' for name in part.names)
        table = f'staging."{part.name}__{suffix}"'
        connection.execute(
            text(f"CREATE UNLOGGED TABLE {table} AS SELECT {names} FROM {part.table} AS t WITH NO DATA")
        )
        address[part.name] = table
        if not lake.filesystem.exists(files[part.name]):
            if part.optional:
                loaded[part.name] = Loaded(0, hashlib.sha256().hexdigest())
                continue
            raise PublishError(f"缺少结果文件 {files[part.name]}，本次不发布")
        computed = _computed(part, run, newest_seen, freshness)
        query = _query(con, part, files[part.name], computed)
        if run.areas and "measure_id" in part.names:
            query = f"SELECT * FROM ({query}) WHERE measure_id IN ({wanted})"
        order = ", ".join(f'"{key}"' for key in part.keys)
        loaded[part.name] = copy_in(
            connection, con, f"SELECT * FROM ({query}) ORDER BY {order}", table, part.names
        )
        try:
            connection.execute(text(f"CREATE UNIQUE INDEX ON {table} ({order})"))
        except IntegrityError as error:
            connection.rollback()
            raise PublishError(f"结果文件 {files[part.name]} 主键重复：{error.orig}") from error
        connection.execute(text(f"ANALYZE {table}"))
    connection.commit()
    return Staged(address, loaded, newest_seen)


def _computed(
    part: Part, run: RunInfo, newest_seen: date | None, freshness: str
) -> dict[str, tuple[str, str]]:
    """Columns made on the way: name → (column of the file it needs, or '', expression).

    ``lapse_day`` and ``last_seen`` stand for values that move with the calendar alone: what is stored
    stays the same until something happens, and the views give the day's value.
    """
    if part.name == "whitelist":
        lapse = f"CAST(DATE '{run.biz_date}' + CAST(days_to_lapse AS INTEGER) AS DATE)"
        return {"lapse_day": ("days_to_lapse", lapse)}
    if part.name == "enterprise" and newest_seen:
        return {"last_seen": ("last_seen", f"nullif(last_seen, DATE '{newest_seen}')")}
    if part.name == "measure":
        return {"rule_version": ("", literal(run.rule_version))}
    if part.name in AGGREGATES:
        return {
            "biz_date": ("", f"DATE '{run.biz_date}'"),
            "freshness": ("", literal(freshness)),
            "rule_version": ("", literal(run.rule_version)),
        }
    return {}


def _query(
    con: duckdb.DuckDBPyConnection, part: Part, file: str, computed: dict[str, tuple[str, str]]
) -> str:
    source = f"read_parquet({literal(file)})"
    have = columns_of(con, f"SELECT * FROM {source}")
    parts = []
    for name in part.names:
        known = next((n for n in (name, *part.also.get(name, ())) if n in have), None)
        needs, expression = computed.get(name, (None, ""))
        if needs in have or (needs == "" and known is None):
            parts.append(f'{expression} AS "{name}"')
        elif known is not None:
            parts.append(f'"{known}" AS "{name}"')
        elif part.table.c[name].nullable:
            parts.append(f'CAST(NULL AS VARCHAR) AS "{name}"')
        else:
            raise PublishError(f"结果文件 {file} 缺少列 {name}，本次不发布")
    return f"SELECT {', '.join(parts)} FROM {source}"


def _newest_seen(con: duckdb.DuckDBPyConnection, lake: Lake, file: str) -> date | None:
    if not lake.filesystem.exists(file):
        raise PublishError(f"缺少结果文件 {file}，本次不发布")
    row = con.execute(f"SELECT max(last_seen) FROM read_parquet({literal(file)})").fetchone()
    return row[0] if row else None


def _wanted_measures(file: str, areas: list[str] | None) -> str:
    codes = ", ".join(literal(area) for area in areas or [""])
    return f"SELECT measure_id FROM read_parquet({literal(file)}) WHERE area_code IN ({codes})"
