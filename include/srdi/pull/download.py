"""A file on its way: resumed where the connection broke, and proven by its digest."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from pathlib import Path

import requests

# a digest wrong so often is not an accident of the line
WRONG_DIGESTS = 3


class TryAgain(Exception):
    """This attempt failed in a way that may pass; ``wait``: seconds the server asked for."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Part:
    """A file on its way: how much of it is there, of which version, and whether it is the right one."""

    def __init__(self, target: Path, sha256: str | None) -> None:
        self.target = target
        self.stated = sha256
        self.given = sha256
        self.etag = ""
        self.wrong = 0

    def headers(self) -> dict[str, str]:
        """What to ask for: all of it, or the rest."""
        # a compressed body could not be resumed by its own byte count
        headers = {"Accept-Encoding": "identity"}
        have = self.target.stat().st_size
        if have:
            headers["Range"] = f"bytes={have}-"
            if self.etag:
                headers["If-Range"] = self.etag
        return headers

    def begin(self, response: requests.Response) -> bool:
        """Take note of the answer's head; whether its body continues what is there."""
        have = self.target.stat().st_size
        if response.status_code == 416:
            self._restart()
            raise TryAgain("服务器不接受续传位置")
        if response.status_code == 206:
            if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                self._restart()
                raise TryAgain("服务器续传的位置不对")
            return True
        self.etag = response.headers.get("ETag", "")
        # a weak tag does not promise equal bytes, and bytes are what is put together
        if self.etag.startswith("W/"):
            self.etag = ""
        self.stated = self.given or stated_sha256(response.headers)
        return False

    def finish(self) -> tuple[str, bool]:
        """The digest of the whole file and whether it is the stated one; asks for another try before giving up."""
        with self.target.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if self.stated is None or found == self.stated:
            return found, True
        self.wrong += 1
        if self.wrong >= WRONG_DIGESTS:
            return found, False
        self._restart()
        raise TryAgain("文件与登记的校验值不一致")

    def _restart(self) -> None:
        self.target.write_bytes(b"")
        self.etag = ""


def stated_sha256(headers: Mapping[str, str]) -> str | None:
    """The sha256 a response states about its body, as hex: ``X-Checksum-SHA256``, ``Repr-Digest``, ``Digest``."""
    plain = headers.get("X-Checksum-SHA256", "").strip().lower()
    if len(plain) == 64:
        return plain
    for name in ("Repr-Digest", "Content-Digest", "Digest"):
        for part in headers.get(name, "").split(","):
            label, _, value = part.strip().partition("=")
            if label.strip().lower() == "sha-256":
                try:
                    return base64.b64decode(value.strip().strip(":"), validate=True).hex()
                except binascii.Error:
                    return None
    return None
