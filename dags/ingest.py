"""One DAG per source contract: ``ingest__<source>`` pulls, conforms and validates that source alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, CronTriggerTimetable, Param, dag, task
from night_tasks import FailureNotice, default_args, endpoint_of, inbox_of, open_night, task_doc

from srdi.contracts.heads import Head, load_heads


def build(head: Head) -> None:
    """Register the DAG of one source."""
    due = head.due
    source = head.id

    @dag(
        dag_id=f"ingest__{source}",
        dag_display_name=f"接入 · {head.title_zh}",
        schedule=CronTriggerTimetable(
            f"{due.minute} {due.hour} * * *",
            timezone="Asia/Shanghai",
            interval=timedelta(days=1),
            run_immediately=timedelta(0),
        ),
        catchup=False,
        max_active_runs=1,
        default_args=default_args(),
        tags=["接入", head.supplier, head.mode],
        doc_md=f"## {head.title_zh}\n\n供数单位：{head.supplier}；依据：{head.legal_basis}\n\n"
        f"合同：`include/srdi/contracts/sources/{source}.yaml`；出错时见 `docs/runbook.md#ingest`",
        params={
            "inbox": Param(
                None, type=["null", "string"], title="收件目录", description="留空则用连接 srdi_inbox"
            ),
        },
    )
    def ingest() -> None:
        @task(
            pool="suppliers",
            doc_md=task_doc("取回新文件，原样落地并登记批次", "pull", "可以，同一文件只登记一次"),
            on_failure_callback=FailureNotice("pull"),
        )
        def pull(params: dict) -> dict:
            night = open_night()
            endpoint = endpoint_of(params, head.transport, head.connection)
            return night.pull(source, inbox_of(params, source), datetime.now(UTC), endpoint)

        @task(
            pool="heavy",
            doc_md=task_doc("解码、找表头、换算单位、识别类型和代码", "conform", "可以，结果相同"),
            on_failure_callback=FailureNotice("conform"),
        )
        def conform() -> dict:
            return open_night().conform(source, datetime.now(UTC))

        @task(
            pool="heavy",
            outlets=[Asset(f"srdi_{source}", uri=f"srdi://staged/{source}", group="srdi")],
            doc_md=task_doc("按合同检查，坏行进隔离区，坏批整批退回", "validate", "可以，结果相同"),
            on_failure_callback=FailureNotice("validate"),
        )
        def validate() -> dict:
            return open_night().validate(source, datetime.now(UTC))

        pull() >> conform() >> validate()

    ingest()


for one in load_heads():
    build(one)
