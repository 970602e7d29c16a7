"""Health of one container, for the compose file: exit code 0 or 1 and one line that says why.

``check_health.py metadatabase|scheduler|triggerer|dag_processor`` asks the API server;
``check_health.py own-scheduler`` asks the scheduler of this very container. Standard library only:
``airflow jobs check`` would import all of Airflow every time, seconds of CPU per container and probe.
"""

from __future__ import annotations

import json
import os
import sys
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

OWN_SCHEDULER = "http://127.0.0.1:8974/health"
DEFAULT_API = "http://api-server:8080"


def check(component: str, api: str, seconds: float = 8) -> tuple[bool, str]:
    """(healthy, reason) of a component as Airflow itself reports it."""
    # A proxy meant for suppliers must not be asked for our own containers.
    opener = build_opener(ProxyHandler({}))
    address = OWN_SCHEDULER if component == "own-scheduler" else f"{api}/api/v2/monitor/health"
    try:
        with opener.open(address, timeout=seconds) as answer:
            body = answer.read()
        if component == "own-scheduler":
            return True, "healthy"
        status = json.loads(body).get(component, {}).get("status")
    except (URLError, OSError, ValueError) as exc:
        return False, f"{address}: {exc}"
    return status == "healthy", str(status)


if __name__ == "__main__":
    healthy, reason = check(sys.argv[1], os.environ.get("SRDI_HEALTH_API") or DEFAULT_API)
    print(f"{sys.argv[1]}: {reason}")
    raise SystemExit(not healthy)
