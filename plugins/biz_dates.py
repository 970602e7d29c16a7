"""The one place that says which day a run speaks about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class NoBizDate(ValueError):
    """A run that names no day in any of the four ways."""


def resolve_biz_date(dag_run: Any, params: Mapping[str, Any]) -> date:
    """Business day of a run, in Asia/Shanghai.

    In this order: the partition key (partitioned and asset-triggered runs), the form's ``date``, the
    start of the data interval (scheduled and backfill runs: the night of the 1st, started early on the
    2nd, speaks about the 1st), and for a run by hand without any of them the day it was asked for.
    """
    key = getattr(dag_run, "partition_key", None)
    if key:
        return date.fromisoformat(str(key)[:10])
    if params.get("date"):
        return date.fromisoformat(str(params["date"]))
    start = getattr(dag_run, "data_interval_start", None)
    if start is not None and getattr(dag_run, "logical_date", None) is not None:
        return _shanghai_day(start)
    asked = getattr(dag_run, "run_after", None)
    if asked is None:
        raise NoBizDate("无法确定业务日期：请在触发表单中填写“业务日期”")
    return _shanghai_day(asked)


def _shanghai_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
