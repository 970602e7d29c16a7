"""A publisher killed at any point leaves the old state; the next run sweeps and repairs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from night_files import Content, publish_content

from srdi.warehouse.staging import PARTS

pytestmark = pytest.mark.full
Z = "zhengzhou.whitelist"
D1, D2 = date(2025, 9, 29), date(2025, 9, 30)
OLD = Content(lists={Z: {"A": "listed", "B": "listed"}})
NEW = Content(lists={Z: {"A": "listed", "B": "excluded", "C": "listed"}})

PUBLISHER = """
import sys, time
sys.path[:0] = {path!r}
from datetime import date
from sqlalchemy import create_engine
from srdi.engine.lake import Lake
from srdi.warehouse import publish as module
from night_files import publish_content
from test_killed import NEW, D2

def stand(*args, **more):
    print("reached", flush=True)
    time.sleep(600)

module.{where} = stand
publish_content(create_engine({url!r}), Lake({lake!r}), "killed", D2, NEW, 2)
"""


@pytest.mark.parametrize(
    "where",
    [
        pytest.param("_merge", id="between load and merge"),
        pytest.param("_close", id="merged but not committed"),
    ],
)
def test_a_killed_publisher_leaves_the_old_state_and_the_next_run_repairs(db, engine, lake, where):
    publish_content(engine, lake, "r1", D1, OLD, 1)
    before = db.rows("SELECT measure_id, uscc, verdict, biz_date, run_id FROM marts.whitelist ORDER BY 2")
    path = [str(Path(__file__).parent), *[p for p in sys.path if p.endswith("include")]]
    script = PUBLISHER.format(path=path, where=where, url=db.url(), lake=lake.root)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "reached"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert (
        db.rows("SELECT measure_id, uscc, verdict, biz_date, run_id FROM marts.whitelist ORDER BY 2")
        == before
    )
    assert db.one("SELECT COUNT(*) FROM marts.whitelist_history WHERE known_to IS NOT NULL") == 0
    assert db.one("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'staging'") == len(PARTS)
    wait_for_no_session(db)
    report = publish_content(engine, lake, "r2", D2, NEW, 3)
    assert report.state == "published" and report.swept == len(PARTS)
    assert db.one("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'staging'") == 0
    assert db.rows("SELECT uscc, verdict, run_id FROM marts.whitelist ORDER BY 1") == [
        ("A", "listed", "r2"),
        ("B", "excluded", "r2"),
        ("C", "listed", "r2"),
    ]


def wait_for_no_session(db) -> None:
    """The server notices the broken connection within moments."""
    query = "SELECT COUNT(*) FROM pg_stat_activity WHERE usename = 'srdi_app' AND datname = :name"
    deadline = time.monotonic() + 30
    while db.one(query, name=db.name) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert db.one(query, name=db.name) == 0
