"""A contract, a lake, and a real HTTP server on loopback whose answers each test scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from srdi.contracts.models import Contract

NOW = datetime(2025, 10, 1, 2, 0, tzinfo=UTC)
TOKEN = "s3cret-token-value"


def contract_with(**changes: Any) -> Contract:
    base: dict[str, Any] = {
        "id": "ledger",
        "title": {"zh": "测试台账", "en": "Test ledger"},
        "supplier": "某局",
        "legal_basis": "无",
        "contact": "无",
        "cadence": {"every": "day", "due": "03:00", "fresh_days": 7},
        "mode": "snapshot",
        "key": ["uscc"],
        "fields": {"uscc": {"headers": ["代码"]}, "amount": {"headers": ["金额"], "unit": "元"}},
    }
    return Contract.model_validate(base | changes)


class Request:
    """What the server was asked: path, query, headers."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.path = parts.path
        self.query = dict(parse_qsl(parts.query))
        self.headers = {name.lower(): value for name, value in handler.headers.items()}


class Server:
    """``answer(request, send)`` is the test's; ``send(status, headers, body, cut=…)`` writes the response,
    ``cut`` closes the connection after so many bytes of the body."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Callable[[Request, Callable[..., None]], None] = lambda request, send: send(404)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                request = Request(self)
                outer.requests.append(request)
                outer.answer(request, self._send)

            def _send(
                self,
                status: int,
                headers: dict[str, str] | None = None,
                body: bytes = b"",
                cut: int | None = None,
            ) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body if cut is None else body[:cut])
                if cut is not None:
                    self.wfile.flush()
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/api"
        self.thread = threading.Thread(
            target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.thread.start()
