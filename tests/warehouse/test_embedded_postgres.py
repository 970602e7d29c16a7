"""The embedded server: safe to start twice and after a kill, closed to strangers, its address kept."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from srdi.local.postgres import EmbeddedPostgres, PostgresError

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def home():
    folder = Path(tempfile.mkdtemp(prefix="srdi-test-"))
    folder.chmod(0o755)
    yield folder
    EmbeddedPostgres(folder).discard()
    shutil.rmtree(folder)


@pytest.fixture
def postgres(home):
    return EmbeddedPostgres(home).start()


def ask(postgres, query="SELECT current_user", database="warehouse", user=None):
    with psycopg.connect(postgres.url(database, user, driver="postgresql")) as connection:
        return connection.execute(query).fetchone()[0]


def postmaster(postgres) -> int:
    return int((postgres.data / "postmaster.pid").read_text().split()[0])


def test_roles_and_databases_have_their_owners(postgres):
    assert ask(postgres) == "srdi_app"
    assert ask(postgres, database="airflow") == "airflow"
    query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert (ask(postgres, query), ask(postgres, query, "airflow")) == ("srdi_admin", "airflow")
    query = "SELECT count(*) FROM pg_roles WHERE rolsuper AND rolcanlogin"
    assert ask(postgres, query) == 1
    assert ask(postgres, "SHOW server_encoding") == "UTF8"
    assert ask(postgres, "SHOW fsync") == "on"


def test_it_listens_on_loopback_and_wants_a_password(postgres):
    assert ask(postgres, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(postgres, "SHOW unix_socket_directories", user="postgres") == ""
    rules = ask(postgres, "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules", user="postgres")
    assert rules == ["scram-sha-256"]
    for password in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(
                host="127.0.0.1", port=postgres.port, user="srdi_app", dbname="warehouse", password=password
            )


def test_secrets_are_readable_by_their_owner_only(postgres):
    for name in ("passwords.json", "server.json"):
        assert (postgres.root / name).stat().st_mode & 0o077 == 0
    assert postgres.data.stat().st_mode & 0o077 == 0


def test_starting_again_changes_nothing(postgres, home):
    pid, port = postmaster(postgres), postgres.port
    again = EmbeddedPostgres(home).start()
    assert (postmaster(again), again.port) == (pid, port)


def test_it_survives_a_kill_and_keeps_port_and_data(postgres, home):
    with psycopg.connect(postgres.url("airflow", driver="postgresql")) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    port = postgres.port
    os.kill(postmaster(postgres), signal.SIGKILL)
    again = EmbeddedPostgres(home).start()
    assert again.port == port
    assert ask(again, "SELECT n FROM kept", "airflow") == 7


def test_a_stale_pid_file_that_names_a_living_process_does_not_stop_it(postgres, home):
    postgres.stop()
    assert not postgres.running()
    (postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data}\n0\n1\n\n\n")
    assert EmbeddedPostgres(home).start().running()


def test_several_processes_start_it_at_once(postgres, home):
    postgres.stop()
    code = f"from srdi.local.postgres import *; from pathlib import Path; EmbeddedPostgres(Path({str(home)!r})).start()"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    started = [subprocess.Popen([sys.executable, "-c", code], env=env) for _ in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert ask(EmbeddedPostgres(home)) == "srdi_app"


def test_a_taken_port_is_replaced(postgres, home):
    import socket

    postgres.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", postgres.port))
        other.listen()
        again = EmbeddedPostgres(home).start()
        assert again.port != other.getsockname()[1]
    assert ask(again) == "srdi_app"


def test_an_unknown_account_is_named(postgres):
    with pytest.raises(PostgresError, match="nobody-here"):
        postgres.url("warehouse", "nobody-here")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_root_uses_another_account_and_a_place_it_reaches(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    postgres = EmbeddedPostgres(closed).start()
    data = postgres.data
    try:
        assert postgres.data.stat().st_uid != 0
        assert not postgres.data.is_relative_to(closed) and str(postgres.data) in postgres.notices[0]
        assert ask(postgres) == "srdi_app"
    finally:
        postgres.discard()
    assert not data.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_it_works_without_root(tmp_path_factory):
    folder = Path(tempfile.mkdtemp(prefix="srdi-test-"))
    os.chown(folder, 65534, 65534)
    code = (
        f"from srdi.local.postgres import *; from pathlib import Path; p = EmbeddedPostgres(Path({str(folder)!r}));"
        "p.start(); print(p.data.owner(), p.running()); p.discard()"
    )
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = None
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with contextlib.suppress(PermissionError, FileNotFoundError):
            done = subprocess.run(
                [python, "-c", code],
                env=env,
                user=65534,
                group=65534,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                text=True,
            )
            break
    shutil.rmtree(folder)
    if done is None:
        pytest.skip("no interpreter that other accounts may run")
    assert done.stdout.split() == ["nobody", "True"], done.stderr


def test_a_server_installed_already_is_used_when_named(tmp_path_factory):
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("no PostgreSQL of the system here")
    folder = Path(tempfile.mkdtemp(prefix="srdi-test-"))
    folder.chmod(0o755)
    postgres = EmbeddedPostgres(folder, binaries=found[-1]).start()
    try:
        version = ask(postgres, "SHOW server_version_num")
        assert int(version) // 10000 == int(found[-1].parent.name)
    finally:
        postgres.discard()
        shutil.rmtree(folder)


def test_stopping_ends_within_moments(postgres):
    began = time.monotonic()
    assert postgres.stop() is True
    assert postgres.stop() is False
    assert time.monotonic() - began < 30
