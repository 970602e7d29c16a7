"""Housekeeping: is everything we ship readable, and what in the lake belongs to nobody any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task
from night_tasks import FailureNotice, default_args, open_night, task_doc


@dag(
    dag_id="maintenance",
    dag_display_name="维护 · 自检与清理",
    schedule=CronTriggerTimetable("0 6 * * *", timezone="Asia/Shanghai", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    tags=["维护"],
    doc_md="## 自检与清理\n\n合同或政策包有误时，相应的数据源或指标被停用，本 DAG 失败并点名。\n\n"
    "见 `docs/runbook.md#maintenance`",
)
def maintenance() -> None:
    @task(
        doc_md=task_doc("读全部合同与政策包，有误即失败并点名", "health", "可以"),
        on_failure_callback=FailureNotice("health"),
    )
    def health() -> dict:
        from srdi.housekeeping import check_health

        return check_health()

    @task(
        pool="heavy",
        doc_md=task_doc("删除没有任何批次或运行引用的湖中文件", "sweep", "可以"),
        on_failure_callback=FailureNotice("sweep"),
    )
    def sweep() -> dict:
        from srdi.housekeeping import sweep as sweep_lake

        return sweep_lake(open_night(), datetime.now(UTC))

    # Independent on purpose: a clean-up behind the check would hide that the check failed.
    health()
    sweep()


maintenance()
