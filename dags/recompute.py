"""The night: resolve the facts, decide the measures, publish whitelist and coverage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import (
    AsyncCallback,
    CronTriggerTimetable,
    DeadlineAlert,
    DeadlineReference,
    PokeReturnValue,
    dag,
    task,
)
from airflow.sdk.exceptions import AirflowFailException
from biz_dates import resolve_biz_date
from night_tasks import FailureNotice, close_failed_run, deadline_missed, default_args, open_night, task_doc
from recompute_form import PARAMS


@dag(
    dag_id="recompute",
    dag_display_name="重算 · 白名单与覆盖率",
    schedule=CronTriggerTimetable(
        "30 2 * * *", timezone="Asia/Shanghai", interval=timedelta(days=1), run_immediately=timedelta(0)
    ),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    deadline=[
        DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=timedelta(hours=4),
            callback=AsyncCallback(deadline_missed),
        )
    ],
    on_failure_callback=close_failed_run,
    tags=["重算", "白名单", "覆盖率"],
    doc_md="## 白名单与数字化测评覆盖率重算\n\n每日 02:30（上海）为前一日重算；也可手工触发。"
    "迟到的数据源最多等到 04:00，仍未到则用最近的合格批次并注明。\n\n出错时见 `docs/runbook.md#recompute`",
    params=PARAMS,
)
def recompute() -> None:
    @task(
        doc_md=task_doc("核对参数，确定业务日期，登记本次运行", "open", "可以"),
        on_failure_callback=FailureNotice("open"),
    )
    def open_run(params: dict, dag_run=None) -> dict:
        return open_night().open_run(
            dag_run_id=dag_run.run_id,
            kind=str(getattr(dag_run.run_type, "value", dag_run.run_type)),
            conf=dict(dag_run.conf or {}),
            known_keys=set(PARAMS),
            params=params,
            biz_date=resolve_biz_date(dag_run, params),
            started_at=datetime.now(UTC),
        )

    @task(doc_md=task_doc("列出要先刷新的数据源", "refresh", "可以"))
    def list_refreshes(request: dict) -> list[dict]:
        return [
            {
                "trigger_dag_id": f"ingest__{source}",
                "trigger_run_id": f"{request['run_id']}__{source}",
                "conf": {"inbox": request["inbox"]} if request["inbox"] else {},
            }
            for source in request["sources"]
        ]

    @task.sensor(
        mode="reschedule",
        poke_interval=60,
        timeout=6 * 3600,
        # Also when nothing was to be refreshed (skipped) or a source's DAG is paused (failed).
        trigger_rule="all_done",
        doc_md=task_doc("等迟到的数据源，到截止时间为止", "await-sources", "可以"),
        on_failure_callback=FailureNotice("await-sources"),
    )
    def await_sources(ti=None) -> PokeReturnValue:
        request = ti.xcom_pull(task_ids="open_run")
        if request is None:
            raise AirflowFailException("本次运行没有登记成功，见任务 open_run")
        waiting = open_night().late_sources(request, datetime.now(UTC))
        return PokeReturnValue(is_done=not waiting, xcom_value=waiting)

    def verb(name: str, pool: str, does: str):
        def run(request: dict) -> dict:
            return getattr(open_night(), name)(request, datetime.now(UTC))

        return task(
            run,
            task_id=name,
            pool=pool,
            doc_md=task_doc(does, name, "可以，结果相同"),
            on_failure_callback=FailureNotice(name),
        )

    request = open_run()
    refresh = TriggerDagRunOperator.partial(
        task_id="refresh",
        wait_for_completion=True,
        deferrable=True,
        # Each waiting source asks Airflow's API: every second, all of them together took half a processor.
        poke_interval=5,
        # A source that fails is named in the summary; the night goes on with its last good batch.
        allowed_states=["success", "failed"],
        failed_states=[],
        fail_when_dag_is_paused=True,
        # Tried or cleared again: the ingest runs again and is waited for.
        reset_dag_run=True,
        doc_md=task_doc("触发所选数据源的接入并等待结束", "refresh", "可以"),
    ).expand_kwargs(list_refreshes(request))
    waited = await_sources()
    request >> waited
    resolve = verb("resolve", "heavy", "归并身份，得出每家企业当日的事实行")(request)
    decide = verb("decide", "heavy", "按政策包逐条判定，给出名单、理由和覆盖率")(request)
    publish = verb("publish", "publication", "与现状比较，在一个事务内发布差异")(request)
    refresh >> waited >> resolve >> decide >> publish


recompute()
