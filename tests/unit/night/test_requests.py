"""What a run may be asked for: refused before anything is written, each with a Chinese sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from srdi.night import BadRequest, Night
from srdi.settings import Settings

# 23:30 on the 30th in UTC is already the 1st in Shanghai.
ASKED = datetime(2025, 9, 30, 23, 30, tzinfo=UTC)


@pytest.fixture
def ask(tmp_path):
    """Ask for a run; the warehouse's address leads nowhere, so only a refusal can come before it."""
    night = Night(Settings(tmp_path, str(tmp_path)), "postgresql+psycopg://nobody@127.0.0.1:1/none")

    def ask(day, conf=None, **params):
        return night.open_run(
            dag_run_id="r",
            kind="manual",
            conf=conf or {},
            known_keys={"date"},
            params=params,
            biz_date=day,
            started_at=ASKED,
        )

    return ask


@pytest.mark.parametrize(
    ("day", "conf", "params", "words"),
    [
        (date(2025, 9, 30), {"dateh": 1}, {"reason": "核对"}, "不认识的键：dateh"),
        (date(2025, 9, 30), {}, {}, "必须填写事由"),
        (date(2025, 9, 30), {}, {"reason": "  "}, "必须填写事由"),
        (date(2025, 10, 2), {}, {"reason": "核对"}, "在今天（2025-10-01）之后"),
    ],
)
def test_what_cannot_be_right_is_refused(ask, day, conf, params, words):
    with pytest.raises(BadRequest, match=words):
        ask(day, conf, **params)


@pytest.mark.parametrize(
    ("day", "params"),
    [
        (date(2025, 10, 1), {"reason": "核对"}),
        (date(2025, 10, 2), {"reason": "核对", "force": True}),
        (date(2025, 10, 2), {"dry_run": True}),
    ],
)
def test_what_may_be_asked_reaches_the_warehouse(ask, day, params):
    from sqlalchemy.exc import OperationalError

    with pytest.raises(OperationalError):
        ask(day, **params)
