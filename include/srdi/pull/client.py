"""One HTTP client for all sources: token, timeouts, patience with servers, and proof of what was received.

The token is sent only to the address it belongs to and appears in no message.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests

from srdi.contracts.refusals import RefusalCode, refuse
from srdi.pull.download import Part, TryAgain, stated_sha256
from srdi.pull.errors import HopelessTransportError, RefusedDelivery, TransportError

CHUNK = 64 * 1024  # at most this much of a broken download is fetched twice
_T = TypeVar("_T")
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How often and how long to try. Seconds; a server that asks for more than ``longest`` is given up for now."""

    attempts: int = 5
    first: float = 0.5
    longest: float = 60.0
    connect_timeout: float = 10.0
    read_timeout: float = 120.0


@dataclass(frozen=True)
class Bounds:
    """What no honest delivery exceeds; beyond it the delivery is refused as hostile."""

    pages: int = 20_000
    rows: int = 50_000_000
    page_bytes: int = 256 * 1024 * 1024
    file_bytes: int = 8 * 1024 * 1024 * 1024


class _Bearer(requests.auth.AuthBase):
    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass
class Client:
    """Fetches pages and files below ``base_url``."""

    base_url: str
    token: str | None = field(default=None, repr=False)
    patience: Patience = Patience()
    bounds: Bounds = Bounds()
    verify: bool | str = True
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        if urlsplit(self.base_url).scheme not in ("http", "https"):
            raise HopelessTransportError("接口地址必须以 http:// 或 https:// 开头")
        self._session = requests.Session()
        # neither proxies nor .netrc of the machine may have a say in where data and token go
        self._session.trust_env = False
        self._session.verify = self.verify
        self._session.auth = _Bearer(self.token)

    def close(self) -> None:
        self._session.close()

    def address(self, link: str) -> str:
        """``link`` as absolute address; refuses to leave the server the token belongs to."""
        absolute = urljoin(self.base_url.rstrip("/") + "/", link)
        here, there = urlsplit(self.base_url), urlsplit(absolute)
        if (here.scheme, here.hostname, here.port) != (there.scheme, there.hostname, there.port):
            detail = f"接口给出了其他服务器的地址 {there.hostname}"
            raise RefusedDelivery(refuse(RefusalCode.HOSTILE, file=here.path or "接口", detail=detail))
        return absolute

    def get_json(self, link: str, params: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        """One page as a JSON object; numbers stay text as written. Verified against a digest header, if any.

        Raises :class:`TransportError` or :class:`RefusedDelivery`.
        """
        address = self.address(link)

        def attempt() -> dict[str, Any]:
            with self._request(address, params) as response:
                self._expect(response, (200,))
                body = self._body(response, address)
                stated = stated_sha256(response.headers)
                if stated and hashlib.sha256(body).hexdigest() != stated:
                    raise TryAgain("返回内容与响应头中的校验值不一致")
                try:
                    page = json.loads(body, parse_float=str, parse_int=str)
                except (ValueError, RecursionError) as error:
                    raise TryAgain("返回内容不是合法的 JSON") from error
                if not isinstance(page, dict):
                    raise RefusedDelivery(
                        refuse(RefusalCode.UNREADABLE, file=_shown(address), detail="返回的不是 JSON 对象")
                    )
                return page

        return self._patiently(attempt, address)

    def download(self, link: str, target: Path, sha256: str | None) -> tuple[str, bool]:
        """Fetch a file to ``target``, resuming where a broken connection left off.

        Returns its sha256 and whether it is the one stated, by ``sha256`` or else by a header (True when
        nobody states one). A digest that stays wrong is the caller's to judge: the bytes are there.
        """
        address = self.address(link)
        target.write_bytes(b"")
        part = Part(target, sha256.lower() if sha256 else None)

        def attempt() -> tuple[str, bool]:
            headers = part.headers()
            with self._request(address, None, headers) as response:
                self._expect(response, (200, 206, 416) if "Range" in headers else (200,))
                append = part.begin(response)
                self._save(response, target, append)
            return part.finish()

        return self._patiently(attempt, address)

    def _request(
        self, address: str, params: Mapping[str, str | int] | None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        try:
            return self._session.get(
                address,
                params=params,
                headers=headers,
                stream=True,
                # a redirect could lead the token or the reader elsewhere
                allow_redirects=False,
                timeout=(self.patience.connect_timeout, self.patience.read_timeout),
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            raise TryAgain(f"连接失败（{type(error).__name__}）") from error
        except requests.RequestException as error:
            raise HopelessTransportError(
                f"接口 {_shown(address)} 无法请求（{type(error).__name__}）"
            ) from error

    def _expect(self, response: requests.Response, good: tuple[int, ...]) -> None:
        status = response.status_code
        if status in good:
            return
        if status in _BUSY:
            raise TryAgain(f"服务器返回 {status}", _retry_after(response))
        where = _shown(response.url)
        if status in (401, 403):
            raise HopelessTransportError(
                f"接口 {where} 拒绝访问（{status}）：令牌无效、过期或没有权限，请更新连接中的令牌"
            )
        raise HopelessTransportError(f"接口 {where} 返回 {status}，请核对地址和参数")

    def _body(self, response: requests.Response, address: str) -> bytes:
        parts, size = [], 0
        try:
            for chunk in response.iter_content(CHUNK):
                parts.append(chunk)
                size += len(chunk)
                if size > self.bounds.page_bytes:
                    detail = f"一页超过 {self.bounds.page_bytes} 字节"
                    raise RefusedDelivery(refuse(RefusalCode.HOSTILE, file=_shown(address), detail=detail))
        except requests.RequestException as error:
            raise TryAgain(f"接收中断（{type(error).__name__}）") from error
        return b"".join(parts)

    def _save(self, response: requests.Response, target: Path, append: bool) -> None:
        with target.open("ab" if append else "wb") as file:
            try:
                for chunk in response.iter_content(CHUNK):
                    file.write(chunk)
                    if file.tell() > self.bounds.file_bytes:
                        detail = f"文件超过 {self.bounds.file_bytes} 字节"
                        raise RefusedDelivery(refuse(RefusalCode.HOSTILE, file=target.name, detail=detail))
            except requests.RequestException as error:
                raise TryAgain(f"接收中断（{type(error).__name__}）") from error

    def _patiently(self, attempt: Callable[[], _T], address: str) -> _T:
        """Call ``attempt`` until it works or patience ends; waits grow twofold, with jitter, within bounds."""
        why = ""
        for n in range(self.patience.attempts):
            try:
                return attempt()
            except TryAgain as error:
                why = str(error)
                if error.wait is not None and error.wait > self.patience.longest:
                    why += f"，要求等待 {error.wait:.0f} 秒"
                    break
                if n + 1 < self.patience.attempts:
                    grown = min(self.patience.first * 2**n, self.patience.longest)
                    self.sleep(error.wait if error.wait is not None else grown * (0.5 + self.jitter() / 2))
        raise TransportError(f"接口 {_shown(address)} 取数失败：{why}；稍后自动重试")


def _retry_after(response: requests.Response) -> float | None:
    """Seconds the server asks to wait. A date counts from the server's own clock, never from ours."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        until, now = parsedate_to_datetime(value), parsedate_to_datetime(response.headers["Date"])
        return max(0.0, (until - now).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def _shown(address: str) -> str:
    """An address for messages: without query, user or password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
