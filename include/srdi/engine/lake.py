"""The lake: a folder or an object store that holds landed bytes and Parquet files.

A file counts only once a row of ``control.batch`` or ``control.run`` names it; so writing needs no
rename and a half-written file is never read. Paths inside the lake are relative and use ``/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import fsspec


@dataclass(frozen=True)
class Lake:
    """Root of the lake. ``root`` is an absolute folder or an fsspec address such as ``s3://bucket/lake``."""

    root: str

    @cached_property
    def filesystem(self) -> Any:
        """The fsspec file system of the root."""
        return fsspec.core.url_to_fs(self.root)[0]

    @property
    def is_local(self) -> bool:
        return "://" not in self.root

    def uri(self, *parts: str) -> str:
        """Absolute address of a path inside the lake; refuses to leave it."""
        path = PurePosixPath(*parts)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"path leaves the lake: {path}")
        return f"{self.root.rstrip('/')}/{path}"

    def make_room(self, *parts: str) -> str:
        """Like :meth:`uri`, and creates the parent folder (a no-op on an object store)."""
        uri = self.uri(*parts)
        self.filesystem.makedirs(uri.rsplit("/", 1)[0], exist_ok=True)
        return uri

    def write_bytes(self, data: bytes, *parts: str) -> str:
        """Write ``data`` whole; returns the address."""
        uri = self.make_room(*parts)
        with self.filesystem.open(uri, "wb") as file:
            file.write(data)
        return uri

    def open(self, *parts: str) -> Any:
        """Open a file of the lake for reading bytes."""
        return self.filesystem.open(self.uri(*parts), "rb")

    def exists(self, *parts: str) -> bool:
        return bool(self.filesystem.exists(self.uri(*parts)))
