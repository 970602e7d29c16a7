"""A warehouse on a server of somebody else's: an account that owns its database and may create roles, no more."""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from srdi.cli import query
from srdi.local.postgres import EmbeddedPostgres
from srdi.warehouse import migrate
from srdi.warehouse.roles import GROUPS

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def address():
    """Address of a migrated warehouse on a fresh server."""
    home = Path(tempfile.mkdtemp(prefix="srdi-foreign-"))
    home.chmod(0o755)  # PostgreSQL does not run as root
    postgres = EmbeddedPostgres(home).start()
    superuser = postgres.url("postgres", "postgres")
    engine = create_engine(superuser, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE ROLE bureau LOGIN CREATEROLE PASSWORD 'of-the-tests'"))
        connection.execute(text("CREATE DATABASE bureau OWNER bureau"))
        for role in GROUPS:  # what an account holds of the roles it created itself
            connection.execute(text(f"GRANT {role} TO bureau WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"))
    engine.dispose()
    own = make_url(superuser).set(username="bureau", password="of-the-tests", database="bureau")
    url = own.render_as_string(hide_password=False)
    migrate.upgrade(url)
    migrate.upgrade(url)
    yield url
    postgres.discard()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def ask(address, tmp_path, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", address)
    monkeypatch.setenv("SRDI_HOME", str(tmp_path))

    def ask(sql: str) -> tuple[int, str]:
        told = io.StringIO()
        return query.show(sql, "table", Console(file=told), Console(file=told)), told.getvalue()

    return ask


def test_its_owner_reads_as_the_auditor(ask):
    code, told = ask("SELECT current_user, COUNT(*) FROM marts.whitelist")
    assert code == 0 and "srdi_auditor" in told


@pytest.mark.parametrize("sql", ["DELETE FROM marts.coverage", "CREATE TABLE public.x (i int)"])
def test_and_writes_nothing_there(ask, sql):
    code, told = ask(sql)
    assert code == 1 and "read-only transaction" in told


def test_who_may_not_read_is_told_whom_to_ask(address, ask):
    """Where somebody else keeps the roles, that person has to grant them."""
    with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("REVOKE srdi_auditor FROM bureau GRANTED BY bureau"))
    code, told = ask("SELECT 1")
    assert code == 1 and "GRANT srdi_auditor TO bureau" in told
