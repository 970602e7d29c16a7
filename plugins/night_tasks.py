"""What every task of every DAG shares: access to the installation, retries, notices, documents."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import BaseHook, BaseNotifier, ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowNotFoundException

RUNBOOK = "docs/runbook.md"

# A bad file is as bad at the second try; only what can mend itself is tried again.
RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception="srdi.installation.BadDelivery", action=RetryAction.FAIL, reason="坏数据不重试"),
        RetryRule(
            exception="srdi.pull.errors.RefusedDelivery", action=RetryAction.FAIL, reason="坏数据不重试"
        ),
        RetryRule(
            exception="srdi.pull.errors.HopelessTransportError",
            action=RetryAction.FAIL,
            reason="接口拒绝或地址、令牌有误，重试无用",
        ),
        RetryRule(
            exception=["srdi.problems.PackError", "srdi.warehouse.staging.PublishError"],
            action=RetryAction.FAIL,
            reason="政策包或结果自相矛盾，重试无用",
        ),
        RetryRule(exception="srdi.installation.BadRequest", action=RetryAction.FAIL, reason="参数错误不重试"),
        RetryRule(
            exception="srdi.housekeeping.Unsound",
            action=RetryAction.FAIL,
            reason="合同或政策包有误，重试无用",
        ),
    ]
)


def open_night() -> Any:
    """The installation as tasks see it; the warehouse's address comes from an Airflow connection."""
    from srdi.night import Night
    from srdi.settings import Settings

    connection = BaseHook.get_connection("srdi_warehouse")
    url = connection.extra_dejson.get("url") or connection.get_uri()
    return Night(Settings.from_env(), url)


def inbox_of(params: dict[str, Any], source: str) -> Path:
    """Folder of a source's files: the form's inbox if one was given, else the connection's.

    A form may only name a folder below one of ``SRDI_INBOX_ROOTS``: otherwise whoever may trigger a
    run could have any file of the server read.
    """
    from srdi.night import BadRequest

    named = params.get("inbox")
    if not named:
        extra = BaseHook.get_connection("srdi_inbox").extra_dejson
        return Path(extra["path"]) / source
    folder = Path(named).resolve()
    roots = [
        Path(root).resolve() for root in os.environ.get("SRDI_INBOX_ROOTS", "").split(os.pathsep) if root
    ]
    if not any(folder.is_relative_to(root) for root in roots):
        raise BadRequest(f"收件目录 {folder} 不在允许的范围内：请联系管理员设置 SRDI_INBOX_ROOTS")
    return folder / source


def endpoint_of(params: dict[str, Any], transport: str, connection: str) -> tuple[str, str | None] | None:
    """Address and token of a source that arrives by HTTP; None when its files come from a folder.

    An inbox named for the run wins, and an installation without the connection reads the drop folder.
    """
    if transport != "http" or params.get("inbox"):
        return None
    try:
        found = BaseHook.get_connection(connection)
    except AirflowNotFoundException:
        return None
    address = found.extra_dejson.get("url") or f"{found.schema or 'https'}://{found.host}:{found.port or 443}"
    return address, found.password


class FailureNotice(BaseNotifier):
    """Tells the duty engineer what failed and which page of the runbook helps."""

    template_fields = ("anchor",)

    def __init__(self, anchor: str) -> None:
        super().__init__()
        self.anchor = anchor

    def notify(self, context: Any) -> None:
        task = context["task_instance"]
        self.log.error(
            "任务失败 | DAG %s | 任务 %s | 运行 %s | 原因 %s | 处置 %s#%s",
            task.dag_id,
            task.task_id,
            task.run_id,
            context.get("exception"),
            RUNBOOK,
            self.anchor,
        )


def close_failed_run(context: Any) -> None:
    """DAG callback: the run ended badly; its row in the warehouse says so. Runs in the DAG processor."""
    open_night().close_failed_run(context["dag_run"].run_id, datetime.now(UTC))


def default_args(minutes: int = 60) -> dict[str, Any]:
    """Arguments of every task: owner, bounded retries with growing pauses, a time limit."""
    return {
        "owner": "市大数据局值班",
        "retries": 2,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=5),
        "retry_policy": RETRY_POLICY,
        "execution_timeout": timedelta(minutes=minutes),
    }


def task_doc(does: str, anchor: str, rerun: str) -> str:
    """The Chinese page of one task."""
    return f"**做什么**：{does}\n\n**可否重跑**：{rerun}\n\n**出错时**：见 `{RUNBOOK}#{anchor}`"


async def deadline_missed(**kwargs: Any) -> None:
    """Deadline callback: the night is late. Runs in the triggerer."""
    import logging

    context = kwargs.get("context") or {}
    logging.getLogger("srdi.deadline").error(
        "夜间任务超过截止时间仍未完成：%s；处置见 %s#deadline", context.get("dag_run"), RUNBOOK
    )
