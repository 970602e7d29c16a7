"""The night: resolve the facts, decide the measures, publish whitelist and coverage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import (
    AsyncCallback,
    CronTriggerTimetable,
    DeadlineAlert,
    DeadlineReference,
    Param,
    PokeReturnValue,
    dag,
    task,
)
from biz_dates import resolve_biz_date
from night_tasks import FailureNotice, close_failed_run, deadline_missed, default_args, open_night, task_doc

from srdi.contracts.heads import load_heads

AREAS = {"410100": "郑州市", "410300": "洛阳市"}
SOURCES = {head.id: head.title_zh for head in load_heads()}
PARAMS = {
    "date": Param(None, type=["null", "string"], format="date", title="业务日期", description="留空：按计划时间推算"),
    "areas": Param(
        [], type="array", items={"type": "string", "enum": list(AREAS)}, examples=list(AREAS),
        values_display=AREAS, title="地区", description="留空：全部",
    ),
    "sources": Param(
        [], type="array", items={"type": "string", "enum": list(SOURCES)}, examples=list(SOURCES),
        values_display=SOURCES, title="先刷新的数据源", description="留空：不刷新，用最近的合格批次",
    ),
    "dry_run": Param(False, type="boolean", title="试算", description="只计算和比较，不发布"),
    "reason": Param(None, type=["null", "string"], minLength=2, title="事由", description="手工发布时必填"),
    "force": Param(False, type="boolean", title="确认异常变化", description="名单变化异常时仍发布（守卫放行，记录在案）"),
    "inbox": Param(None, type=["null", "string"], title="收件目录", description="留空则用连接 srdi_inbox"),
}  # fmt: skip


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
    def await_sources(request: dict) -> PokeReturnValue:
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
        poke_interval=1,
        # A source that fails is named in the summary; the night goes on with its last good batch.
        allowed_states=["success", "failed"],
        failed_states=[],
        fail_when_dag_is_paused=True,
        skip_when_already_exists=True,
        doc_md=task_doc("触发所选数据源的接入并等待结束", "refresh", "可以"),
    ).expand_kwargs(list_refreshes(request))
    waited = await_sources(request)
    resolve = verb("resolve", "heavy", "归并身份，得出每家企业当日的事实行")(request)
    decide = verb("decide", "heavy", "按政策包逐条判定，给出名单、理由和覆盖率")(request)
    publish = verb("publish", "publication", "与现状比较，在一个事务内发布差异")(request)
    refresh >> waited >> resolve >> decide >> publish


recompute()
