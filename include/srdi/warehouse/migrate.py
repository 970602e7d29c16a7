"""Bring a warehouse to the newest version: schema by Alembic, comments and reference tables after it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER = Path(__file__).resolve().parent / "migrations"
LOCK = 0x53524449_01  # any number of our own: one migration at a time
OLDEST = 150000


class MigrationError(RuntimeError):
    """The warehouse could not be migrated; the message says what to do."""


def upgrade(url: str) -> str:
    """Migrate the database at ``url`` and return its version; nothing happens when it is up to date.

    ``url`` must belong to the owner of the warehouse (it creates schemas, and roles when missing).
    Everything is one transaction under an advisory lock, so a failure leaves the old version whole.
    Raises MigrationError for a server older than PostgreSQL 15 and for missing rights.
    """
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import ProgrammingError
    from sqlalchemy.pool import NullPool

    from srdi.warehouse.seed import seed

    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            server = int(connection.execute(text("SHOW server_version_num")).scalar_one())
            if server < OLDEST:
                raise MigrationError(f"PostgreSQL 版本过低（{server // 10000}），需要 15 或更新")
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS control"))
            version = _run(connection)
            _let_owner_read(connection, server)
            comment_everything(connection)
            seed(connection)
            return version
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == "42501":
            raise MigrationError(
                f"数据库账号权限不足，请用仓库所有者账号迁移（需 CREATEROLE 或预先建好各角色）：{error.orig}"
            ) from error
        raise
    finally:
        engine.dispose()


def _let_owner_read(connection: Connection, server: int) -> None:
    """Let the owner take the auditor's role, under which ``srdi sql`` reads.

    Since PostgreSQL 16 an account that creates a role may hand it out but not take it. Where the roles were
    made by somebody else, that person decides, and nothing is granted here.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import ProgrammingError

    query = text("SELECT pg_has_role(current_user, 'srdi_auditor', :way)")
    if not connection.execute(query, {"way": "SET" if server >= 160000 else "MEMBER"}).scalar_one():
        with suppress(ProgrammingError), connection.begin_nested():
            connection.execute(text("GRANT srdi_auditor TO CURRENT_USER"))


def _configuration(connection: Connection):
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def _run(connection: Connection) -> str:
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = _configuration(connection)
    head = ScriptDirectory.from_config(config).get_current_head()
    state = MigrationContext.configure(connection, opts={"version_table_schema": "control"})
    if state.get_current_revision() != head:
        command.upgrade(config, "head")
    return str(head)


def differences(connection: Connection) -> list:
    """What Alembic would change to make the database equal to ``tables``; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from srdi.warehouse.tables import SCHEMAS, metadata

    def ours(name, kind, parents):
        if kind == "schema":
            return name in SCHEMAS
        return not (kind == "table" and name == "alembic_version")

    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": ours,
            "compare_type": True,
            "compare_server_default": True,
            "version_table_schema": "control",
        },
    )
    return compare_metadata(context, metadata)


def comment_everything(connection: Connection) -> int:
    """Write the words of ``contracts/tables`` onto schemas, relations and columns; returns how many differed.

    Words may change without a migration; so they are compared with what stands and only mended.
    Raises KeyError for a relation or column without words.
    """
    from sqlalchemy import text

    from srdi.warehouse.tables.words import SCHEMAS, column_comment, comment, relation_words, words

    schemas = list(SCHEMAS)
    relations = connection.execute(
        text(
            "SELECT n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class')"
            " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY(:schemas) AND c.relkind IN ('r', 'v') AND c.relname <> 'alembic_version'"
        ),
        {"schemas": schemas},
    ).all()
    columns = connection.execute(
        text(
            "SELECT n.nspname, c.relname, a.attname, col_description(c.oid, a.attnum)"
            " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE n.nspname = ANY(:schemas) AND c.relkind IN ('r', 'v') AND c.relname <> 'alembic_version'"
        ),
        {"schemas": schemas},
    ).all()
    standing = dict(
        tuple(row)
        for row in connection.execute(
            text(
                "SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace"
                " WHERE nspname = ANY(:schemas)"
            ),
            {"schemas": schemas},
        ).all()
    )
    wanted: list[tuple[str, str]] = []
    for schema in schemas:
        said = comment(words()[schema]["words"])
        if standing.get(schema) != said:
            wanted.append((f"SCHEMA {schema}", said))
    for schema, name, kind, now in relations:
        said = comment(relation_words(schema, name))
        if now != said:
            wanted.append((f'{"VIEW" if kind == "v" else "TABLE"} {schema}."{name}"', said))
    for schema, name, column, now in columns:
        said = column_comment(schema, name, column)
        if now != said:
            wanted.append((f'COLUMN {schema}."{name}"."{column}"', said))
    for subject, said in wanted:
        quoted = said.replace("'", "''").replace(":", "\\:")
        connection.execute(text(f"COMMENT ON {subject} IS '{quoted}'"))
    return len(wanted)
