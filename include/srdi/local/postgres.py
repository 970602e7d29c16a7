"""A real PostgreSQL for one machine: installed as a wheel, started and supervised from here.

It serves the warehouse and Airflow's metadata of ``make nightly``. It listens on 127.0.0.1 only,
every login needs a password (scram-sha-256), and nothing of it is shared with a system-wide server.

PostgreSQL refuses to run as root, so root starts it under the account that owns the data folder
(first start: the owner of ``home`` if that is not root, else ``nobody``). Where that account cannot
reach ``home`` or the installed binaries, data or a copy of the binaries go below ``/var/lib/srdi``;
``notices`` says so.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

from srdi.local.postgres_host import (
    HOST,
    SETTINGS,
    PostgresError,
    account_for,
    account_name,
    as_account,
    free_port,
    give_to,
    in_wheel,
    major_version,
    newest_in_wheel,
    port_is_free,
    reachable,
    write_private,
)
from srdi.local.postgres_setup import ADMIN, AIRFLOW, APP, LOGINS, READER, SUPERUSER, prepare_databases

__all__ = ["ADMIN", "AIRFLOW", "APP", "READER", "EmbeddedPostgres", "PostgresError"]

log = logging.getLogger(__name__)
FALLBACK_ROOT = Path("/var/lib/srdi")


@dataclass
class Place:
    """What is remembered between processes in ``<home>/postgres/server.json``."""

    data: str
    binaries: str
    port: int
    prepared: bool = False
    notices: list[str] = field(default_factory=list)


class EmbeddedPostgres:
    """The server of one ``home`` folder. Any number of processes may hold such an object.

    ``binaries``: folder with ``initdb`` and ``postgres`` of a server installed already; default is
    ``$SRDI_POSTGRES_BIN``, else the newest one inside the wheel.
    """

    def __init__(self, home: Path, *, binaries: Path | None = None) -> None:
        self.root = Path(home).expanduser().resolve() / "postgres"
        given = binaries or os.environ.get("SRDI_POSTGRES_BIN")
        self._given = Path(given).expanduser().resolve() if given else None
        self._child: subprocess.Popen[bytes] | None = None

    # -- what callers use -------------------------------------------------------------------------

    def start(self, timeout: float = 60) -> EmbeddedPostgres:
        """Bring the server up and its databases and roles into being; nothing happens if it is up.

        Safe to call from several processes at once and after a kill or a reboot.
        Raises PostgresError with the end of the server's log when it does not come up.
        """
        with self._locked():
            place = self._place() or self._create()
            if not self._is_up(place, timeout):
                place = self._launch(place, timeout)
            if not place.prepared:
                prepare_databases(HOST, place.port, self._passwords())
                place.prepared = True
                self._remember(place)
        return self

    def stop(self, timeout: float = 60, *, immediately: bool = False) -> bool:
        """Shut the server down (sessions are ended, committed work is kept). False if it was not up.

        ``immediately`` skips the orderly end; the next start recovers from the log.
        """
        if not self.root.exists():
            return False
        with self._locked():
            place = self._place()
            pid = self._live_pid(place) if place else None
            if place is None or pid is None:
                return False
            orderly = [] if immediately else [(signal.SIGINT, timeout)]
            for how, patience in (*orderly, (signal.SIGQUIT, 15.0)):
                os.kill(pid, how)
                deadline = time.monotonic() + patience
                while time.monotonic() < deadline:
                    if self._live_pid(place) is None:
                        return True
                    time.sleep(0.05)
            raise PostgresError(f"PostgreSQL（进程 {pid}）未能停止，请查看 {place.data}/log 后手工处理")

    def discard(self) -> None:
        """Stop the server and delete its data, passwords and everything else it kept."""
        self.stop(immediately=True)
        place = self._place() if self.root.exists() else None
        if place:
            shutil.rmtree(Path(place.data).parent if self._outside(place) else place.data, ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def running(self) -> bool:
        """Whether the server of this home is up now."""
        place = self._place() if self.root.exists() else None
        return place is not None and self._live_pid(place) is not None

    @property
    def port(self) -> int:
        """Port on 127.0.0.1; it stays the same over restarts unless somebody else took it."""
        return self._known_place().port

    @property
    def data(self) -> Path:
        """The data folder."""
        return Path(self._known_place().data)

    @property
    def notices(self) -> list[str]:
        """Chinese sentences a person should see: where data lie when not below ``home``."""
        return list(self._known_place().notices)

    def url(self, database: str, user: str | None = None, driver: str = "postgresql+psycopg") -> str:
        """Address of a database with the user's password inside.

        ``user`` defaults to ``airflow`` on the database of that name and to the loader's login
        ``srdi_app`` on ``warehouse``; migrations need ``srdi_admin``, people read as ``srdi_reader``.
        """
        user = user or (AIRFLOW if database == AIRFLOW else APP)
        passwords = self._passwords()
        if user not in passwords:
            raise PostgresError(f"没有名为 {user} 的数据库账号，可用：{'、'.join(sorted(passwords))}")
        return f"{driver}://{user}:{quote(passwords[user], safe='')}@{HOST}:{self.port}/{database}"

    # -- remembered state -------------------------------------------------------------------------

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            self.root.chmod(0o711)  # the unprivileged account passes through, and sees no names
        with open(self.root / "lock", "a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _place(self) -> Place | None:
        try:
            return Place(**json.loads((self.root / "server.json").read_text()))
        except FileNotFoundError:
            return None

    def _known_place(self) -> Place:
        place = self._place() if self.root.exists() else None
        if place is None:
            raise PostgresError(f"{self.root} 下还没有数据库，请先启动")
        return place

    def _remember(self, place: Place) -> None:
        write_private(self.root / "server.json", json.dumps(asdict(place), ensure_ascii=False, indent=1))

    def _passwords(self) -> dict[str, str]:
        try:
            return json.loads((self.root / "passwords.json").read_text())
        except FileNotFoundError:
            raise PostgresError(f"{self.root / 'passwords.json'} 不存在，请先启动数据库") from None

    def _outside(self, place: Place) -> bool:
        return not Path(place.data).is_relative_to(self.root)

    # -- first start ------------------------------------------------------------------------------

    def _create(self) -> Place:
        uid = account_for(self.root)
        notices: list[str] = []
        data = self.root / "data"
        if not reachable(self.root, uid):
            FALLBACK_ROOT.mkdir(parents=True, exist_ok=True)
            FALLBACK_ROOT.chmod(0o755)
            room = Path(tempfile.mkdtemp(prefix="postgres-", dir=FALLBACK_ROOT))
            room.chmod(0o711)
            data = room / "data"
            notices.append(f"账号 {account_name(uid)} 无法进入 {self.root}，数据库文件放在 {data}")
        binaries = self._given or newest_in_wheel()
        if not reachable(binaries, uid):
            copy = (data.parent / "software") if data.parent != self.root else self.root / "software"
            shutil.copytree(binaries.parent, copy, ignore=shutil.ignore_patterns("*.a", "include"))
            notices.append(f"账号 {account_name(uid)} 无法进入 {binaries}，数据库程序复制到 {copy}")
            binaries = copy / "bin"
        if not (self.root / "passwords.json").exists():
            words = {name: secrets.token_urlsafe(24) for name in (SUPERUSER, *LOGINS)}
            write_private(self.root / "passwords.json", json.dumps(words, indent=1))
        self._initdb(data, binaries, uid)
        place = Place(str(data), str(binaries), free_port(), notices=notices)
        for notice in notices:
            log.warning("%s", notice)
        self._remember(place)
        return place

    def _initdb(self, data: Path, binaries: Path, uid: int) -> None:
        fresh = data.with_name("data.new")
        shutil.rmtree(data, ignore_errors=True)  # no server.json names it: a first start that died
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        give_to(fresh, uid)
        secret = fresh.with_name("initdb.secret")
        try:
            write_private(secret, self._passwords()[SUPERUSER] + "\n")
            give_to(secret, uid)
            options = [
                "--auth-host=scram-sha-256",
                "--auth-local=scram-sha-256",
                f"--pwfile={secret}",
                "--locale=C",
            ]
            if major_version(binaries) >= 17:
                options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            done = subprocess.run(
                [str(binaries / "initdb"), "-D", str(fresh), "-U", SUPERUSER, "--encoding=UTF8", *options],
                capture_output=True,
                text=True,
                cwd="/",
                **as_account(uid, binaries),
            )
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode:
            raise PostgresError(f"initdb 失败：{(done.stderr or done.stdout).strip()[-1500:]}")
        with open(fresh / "postgresql.conf", "a") as conf:
            conf.write("\n# Set by SRDI\n" + "".join(f"{k} = {v}\n" for k, v in SETTINGS.items()))
        fresh.rename(data)

    # -- process ----------------------------------------------------------------------------------

    def _launch(self, place: Place, timeout: float) -> Place:
        uid = os.stat(place.data).st_uid
        if os.geteuid() not in (0, uid):
            raise PostgresError(
                f"{place.data} 属于账号 {account_name(uid)}，请用该账号或 root 启动，或另设 SRDI_HOME"
            )
        binaries = self._usable_binaries(place)
        deadline = time.monotonic() + timeout
        while True:
            (Path(place.data) / "postmaster.pid").unlink(missing_ok=True)  # known to be stale here
            if not port_is_free(place.port):
                place.port = free_port()
            place.binaries = str(binaries)
            self._remember(place)
            output = self.root / "start.log"
            with open(output, "wb") as sink:
                self._child = subprocess.Popen(
                    [str(binaries / "postgres"), "-D", place.data, "-p", str(place.port)],
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=sink,
                    start_new_session=True,
                    cwd="/",
                    **as_account(uid, binaries),
                )
            try:
                self._wait_ready(place, max(1.0, deadline - time.monotonic()))
                return place
            except PostgresError:
                # Backends of a killed server need a moment to go; a port may have been taken meanwhile.
                if self._live_pid(place) is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _usable_binaries(self, place: Place) -> Path:
        version = int((Path(place.data) / "PG_VERSION").read_text().strip())
        remembered = Path(place.binaries)
        candidates = [*([self._given] if self._given else []), remembered, *in_wheel()]
        for folder in candidates:
            if (folder / "postgres").exists() and major_version(folder) == version:
                return folder
        raise PostgresError(
            f"{place.data} 由 PostgreSQL {version} 建立，找不到该版本的程序（SRDI_POSTGRES_BIN）"
        )

    def _is_up(self, place: Place, timeout: float) -> bool:
        """Whether a server runs and answers; False as well when it dies while being asked."""
        if self._live_pid(place) is None:
            return False
        try:
            self._wait_ready(place, timeout, watch=True)
        except PostgresError:
            if self._live_pid(place) is None:
                return False
            raise
        return True

    def _wait_ready(self, place: Place, timeout: float, *, watch: bool = False) -> None:
        import psycopg

        deadline = time.monotonic() + timeout
        reason = ""
        while time.monotonic() < deadline:
            if self._child is not None and self._child.poll() is not None:
                break
            try:
                psycopg.connect(
                    host=HOST,
                    port=place.port,
                    user=SUPERUSER,
                    password=self._passwords()[SUPERUSER],
                    dbname="postgres",
                    connect_timeout=5,
                ).close()
                return
            except psycopg.OperationalError as error:
                reason = str(error)
            if watch and self._live_pid(place) is None:
                break
            time.sleep(0.05)
        raise PostgresError(f"PostgreSQL 未能启动：{self._last_words(place) or reason}")

    def _last_words(self, place: Place) -> str:
        files = [
            self.root / "start.log",
            *sorted(Path(place.data).glob("log/*.log"), key=os.path.getmtime)[-1:],
        ]
        return "\n".join(
            file.read_text(errors="replace")[-1500:].strip() for file in files if file.exists()
        ).strip()

    def _live_pid(self, place: Place) -> int | None:
        """Process id of the running server of this data folder; None for a stale or absent pid file."""
        import psutil

        if self._child is not None:
            self._child.poll()  # reap, else a killed child would look alive
        try:
            lines = (Path(place.data) / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE or "postgres" not in process.name():
                return None
            # The postmaster lives in its data folder; a recycled pid does not.
            if Path(process.cwd()) != Path(place.data).resolve():
                return None
        except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            return None
        except psutil.AccessDenied:
            return pid  # somebody else's process: the connection will tell
        if len(lines) > 3 and lines[3].strip().isdigit():
            place.port = int(lines[3])
        return pid
