"""A real PostgreSQL for these tests: one server a session, one migrated database a test."""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from srdi.engine.lake import Lake
from srdi.local.postgres import EmbeddedPostgres
from srdi.warehouse import migrate

sys.path.insert(0, str(Path(__file__).parent))
_numbers = itertools.count()


@pytest.fixture(scope="session")
def server():
    """A running server whose database ``warehouse`` is migrated."""
    # pytest's own folders are closed to other accounts, and PostgreSQL does not run as root.
    home = Path(tempfile.mkdtemp(prefix="srdi-test-"))
    home.chmod(0o755)
    postgres = EmbeddedPostgres(home).start()
    superuser = create_engine(
        postgres.url("postgres", "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with superuser.connect() as connection:  # nothing here outlives the session
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    migrate.upgrade(postgres.url("warehouse", "srdi_admin"))
    yield postgres
    postgres.discard()
    shutil.rmtree(home, ignore_errors=True)


class Database:
    """One migrated database of its own."""

    def __init__(self, server: EmbeddedPostgres, name: str) -> None:
        self.server, self.name = server, name

    def url(self, user: str = "srdi_app") -> str:
        return make_url(self.server.url("warehouse", user)).set(database=self.name).render_as_string(False)

    def engine(self, user: str = "srdi_app"):
        return create_engine(self.url(user), poolclass=NullPool)

    def rows(self, query: str, user: str = "srdi_admin", **values) -> list[tuple]:
        with self.engine(user).connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def one(self, query: str, user: str = "srdi_admin", **values):
        return self.rows(query, user, **values)[0][0]

    def run(self, statement: str, user: str = "srdi_admin", **values) -> int:
        with self.engine(user).begin() as connection:
            return connection.execute(text(statement), values).rowcount


@pytest.fixture(scope="session")
def make_database(server):
    """Create databases: ``make_database()`` migrated, ``make_database(empty=True)`` without anything."""
    maintenance = create_engine(
        server.url("postgres", "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )

    def make(*, empty: bool = False) -> Database:
        name = f"t{next(_numbers)}"
        template = "template0" if empty else "warehouse"
        with maintenance.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} OWNER srdi_admin"))
        return Database(server, name)

    return make


@pytest.fixture(scope="session")
def one_database(make_database):
    return make_database()


@pytest.fixture
def db(one_database):
    """A migrated database without runs: the session's one, emptied before each test."""
    tables = one_database.rows(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname IN ('control', 'quality', 'core', 'marts', 'store')"
        " AND tablename NOT IN ('alembic_version', 'division', 'division_past', 'industry', 'calendar')"
    )
    one_database.run(f"TRUNCATE {', '.join(name for (name,) in tables)}")
    for (name,) in one_database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'"):
        one_database.run(f'DROP TABLE staging."{name}"', user="srdi_app")
    return one_database


@pytest.fixture
def engine(db):
    return db.engine()


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))
