"""deploy/check_health.py against a server that answers as Airflow does."""

from __future__ import annotations

import importlib.util
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("check_health", ROOT / "deploy" / "check_health.py")
check_health = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_health)

HEALTH = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "unhealthy", "latest_scheduler_heartbeat": None},
    "triggerer": {"status": None},
}


@pytest.fixture
def api():
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            known = self.path == "/api/v2/monitor/health"
            self.send_response(200 if known else 503)
            self.end_headers()
            self.wfile.write(json.dumps(HEALTH).encode() if known else b"")

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_healthy_part_is_healthy(api):
    assert check_health.check("metadatabase", api) == (True, "healthy")


@pytest.mark.parametrize("part", ["scheduler", "triggerer", "dag_processor"])
def test_unhealthy_unknown_and_missing_parts_are_not(api, part):
    assert check_health.check(part, api)[0] is False


def test_a_server_that_refuses_or_is_not_there_is_not_healthy(api, monkeypatch):
    monkeypatch.setattr(check_health, "OWN_SCHEDULER", f"{api}/health")
    healthy, reason = check_health.check("own-scheduler", api)
    assert not healthy and "503" in reason
    assert check_health.check("metadatabase", "http://127.0.0.1:9", seconds=1)[0] is False


def test_a_proxy_is_not_asked_for_our_own_containers(api, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert check_health.check("metadatabase", api)[0] is True
