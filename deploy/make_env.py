"""Writes ``.env`` from ``.env.example`` with fresh secrets: ``python3 deploy/make_env.py [--celery] [--inbox DIR]``.

Standard library only, so that it runs on a server that has nothing but Docker and Python. An existing
``.env`` is never touched: its passwords are those of the databases already made with it.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import secrets
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$")
GENERATORS = {
    # Characters that need no escaping in an address; 64 of them, as SHA-512 signatures of tokens want.
    "<generated>": lambda: secrets.token_hex(32),
    "<generated fernet>": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
}


def fill(example: str, values: dict[str, str]) -> str:
    """The text of ``.env``: ``values`` replace settings by name, every ``<generated…>`` gets a secret.

    Raises ValueError for a setting that the example does not have or a mark that nothing generates.
    """
    left = dict(values)
    lines = []
    for line in example.splitlines():
        match = LINE.match(line)
        if match:
            name, value = match.groups()
            value = left.pop(name, value)
            if value.startswith("<"):
                if value not in GENERATORS:
                    raise ValueError(f"{name}: unknown mark {value}")
                value = GENERATORS[value]()
            line = f"{name}={value}"
        lines.append(line)
    if left:
        raise ValueError(f"not in .env.example: {', '.join(sorted(left))}")
    return "\n".join(lines) + "\n"


def write_new(path: Path, text: str) -> None:
    """Create ``path`` readable by its owner only; raises FileExistsError if anything is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        # The mask of the shell may only have taken rights away; make them exactly these.
        os.chmod(path, 0o600)
        out.write(text)


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 written, 1 refused because ``.env`` exists."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--celery", action="store_true", help="tasks run in Celery workers / 使用 Celery 工作节点"
    )
    parser.add_argument("--inbox", type=Path, help="drop folder on this machine / 本机收件目录")
    parser.add_argument("--out", type=Path, default=REPOSITORY / ".env", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    values = {}
    if options.celery:
        values |= {"SRDI_EXECUTOR": "CeleryExecutor", "COMPOSE_PROFILES": "celery"}
    inbox = (options.inbox or REPOSITORY / ".local" / "inbox").expanduser().resolve()
    values["SRDI_INBOX"] = str(inbox)
    text = fill((REPOSITORY / ".env.example").read_text(encoding="utf-8"), values)
    try:
        write_new(options.out, text)
    except FileExistsError:
        print(f"{options.out} 已存在，未改动 / exists already and was left as it is", file=sys.stderr)
        return 1
    inbox.mkdir(parents=True, exist_ok=True)
    print(f"已写出 {options.out}（仅所有者可读）/ written, readable by its owner only")
    print(f"收件目录 / drop folder: {inbox}")
    print("管理员密码见 SRDI_ADMIN_PASSWORD / the administrator's password is SRDI_ADMIN_PASSWORD in it")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
