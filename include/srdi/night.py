"""The six verbs of a night: pull, conform, validate (``source_verbs``), resolve, decide, publish (here).

Each reads only what the one before wrote, commits once at its end, and gives the same result when run
again. The DAGs call these and nothing else; so does a run without Airflow (benchmarks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from srdi.installation import SAMPLE, BadDelivery, BadRequest, code_version, run_id_of
from srdi.source_verbs import SourceVerbs

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["SHANGHAI", "BadDelivery", "BadRequest", "Night", "run_id_of"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEADLINE = time(4, 0)


class Night(SourceVerbs):
    """The night as a whole, and through its base the verbs of one source."""

    def open_run(
        self,
        *,
        dag_run_id: str,
        kind: str,
        conf: Mapping[str, Any],
        known_keys: set[str],
        params: Mapping[str, Any],
        biz_date: date,
        started_at: datetime,
    ) -> dict:
        """Check what was asked for and register the run; returns the request that the verbs share.

        Raises :class:`BadRequest` for unknown keys and for a publication by hand without a reason.
        """
        unknown = sorted(set(conf) - known_keys)
        if unknown:
            raise BadRequest(
                f"触发参数里有不认识的键：{'、'.join(unknown)}；可用的键：{'、'.join(sorted(known_keys))}"
            )
        kind = {"scheduled": "scheduled", "backfill": "backfill"}.get(kind, "manual")
        reason, dry_run = (params.get("reason") or "").strip(), bool(params.get("dry_run"))
        if kind == "manual" and not dry_run and not reason:
            raise BadRequest("手工发布必须填写事由（reason）；只想看结果请勾选“试算”")
        request = {
            "run_id": run_id_of("recompute", dag_run_id),
            "dag_run_id": dag_run_id,
            "biz_date": biz_date.isoformat(),
            "kind": kind,
            "reason": reason or {"scheduled": "每日定时", "backfill": "回填"}.get(kind, "试算"),
            "areas": sorted(params.get("areas") or []),
            "sources": list(params.get("sources") or []),
            "dry_run": dry_run,
            "force": bool(params.get("force")),
            "inbox": params.get("inbox"),
            "started_at": started_at.isoformat(),
        }
        today = started_at.astimezone(SHANGHAI).date()
        if biz_date > today and not (dry_run or params.get("force")):
            raise BadRequest(
                f"业务日期 {biz_date} 在今天（{today}）之后；确要发布请勾选“确认异常变化”（--force）"
            )
        with self.engine.begin() as conn:
            from srdi.warehouse import runs

            runs.start_run(conn, self._run_info(request, ""), dry_run=dry_run)
        return request

    def late_sources(self, request: Mapping[str, Any], now: datetime) -> list[str]:
        """Sources worth waiting for: only a scheduled night waits, and only until the deadline."""
        if request["kind"] != "scheduled":
            return []
        day = date.fromisoformat(request["biz_date"])
        if now >= datetime.combine(day + timedelta(days=1), DEADLINE, SHANGHAI):
            return []
        with self.engine.connect() as conn:
            states = self._freshness(conn, day, self._origins(conn, request))
        # What has been due for more than a day is not on its way.
        return [one.source for one in states if one.state == "late" and now - one.due_at < timedelta(days=1)]

    def resolve(self, request: Mapping[str, Any], now: datetime) -> dict:
        """Facts of the day from the batches of the manifest, which is written down first."""
        from srdi.contracts.loader import load_contracts
        from srdi.facts.resolve import resolve
        from srdi.policy.loader import load
        from srdi.policy.packset import conventions
        from srdi.warehouse import batches, freshness, runs

        day, run_id = date.fromisoformat(request["biz_date"]), request["run_id"]
        packs = load()
        with self._timed("", "resolve", now, run_id) as step:
            with self.engine.begin() as conn:
                origins = self._origins(conn, request)
                manifest = batches.manifest(conn, day, load_contracts().contracts, origins)
                decisions = batches.name_decisions(conn)
                if not request["dry_run"]:
                    freshness.record(conn, self._freshness(conn, day, origins))
                runs.start_run(
                    conn,
                    self._run_info(request, packs.rule_version),
                    [batch.batch_id for batch in manifest.batches],
                    dry_run=request["dry_run"],
                )
            with self._duck() as con:
                report = resolve(manifest, day, conventions(packs, day), decisions, self.lake, con, run_id)
            step["rows"] = report.rows["enterprise"]
            step["detail"] = {"rows": dict(report.rows), "findings": dict(report.findings)}
        return {"rows": dict(report.rows), "batches": len(manifest.batches)}

    def decide(self, request: Mapping[str, Any], now: datetime) -> dict:
        """Lists, reasons and coverage of the day from the facts."""
        from srdi.policy.decide import decide
        from srdi.policy.loader import load
        from srdi.warehouse import runs

        day, run_id = date.fromisoformat(request["biz_date"]), request["run_id"]
        with self._timed("", "decide", now, run_id) as step:
            with self.engine.connect() as conn:
                exceptions = runs.exceptions(conn)
            with self._duck() as con:
                report = decide(
                    load(),
                    self.lake.uri("facts", run_id),
                    day,
                    self.lake,
                    con,
                    run_id,
                    request["areas"] or None,
                    exceptions,
                )
            step["rows"] = sum(report.rows.values())
            step["detail"] = {
                "rows": report.rows,
                "out": report.out,
                "warnings": report.warnings,
                "coverage": [{k: str(v) for k, v in asdict(one).items()} for one in report.coverage],
            }
        return {"rows": report.rows, "out": report.out, "rule_version": report.rule_version}

    def publish(self, request: Mapping[str, Any], now: datetime) -> dict:
        """Bring the warehouse to what was decided, in one transaction."""
        from srdi.policy.loader import load
        from srdi.warehouse import deliveries, runs, set_aside
        from srdi.warehouse.publish import publish

        run_id = request["run_id"]
        with self._timed("", "publish", now, run_id) as step, self._duck() as con:
            with self.engine.connect() as conn:
                before = deliveries.origins_of_last_publication(conn)
                now_read = deliveries.origins_of_run(conn, run_id)
            if not now_read:
                raise BadRequest("没有任何合格的批次可用，不发布；先看各数据源的退回原因（control.batch）")
            if before and SAMPLE not in before and SAMPLE in now_read and not request["force"]:
                raise BadRequest(
                    "仓库里是真实数据，不用示范城市覆盖它；确要如此请勾选“确认异常变化”（--force）"
                )
            # From the sample city to real data every list changes: that is not odd.
            to_real = SAMPLE in before and SAMPLE not in now_read
            report = publish(
                self.engine,
                self._run_info(request, load().rule_version),
                self.lake.uri("facts", run_id),
                self.lake.uri("results", run_id),
                self.lake,
                con,
                now,
                dry_run=request["dry_run"],
                forced=request["force"] or to_real,
            )
            if report.state in ("published", "unchanged") and any(one.live for one in report.lists):
                with self.engine.begin() as conn:
                    set_aside.load_fact_findings(conn, con, self.lake, f"facts/{run_id}/finding.parquet")
            told = {
                "state": report.state,
                "rows_changed": report.rows_changed,
                "lists": [asdict(one) for one in report.lists],
                "held": [str(one) for one in report.held],
            }
            with self.engine.begin() as conn:
                if request["dry_run"]:
                    runs.finish_run(conn, run_id, "dry_run", now, told)
                elif report.held and report.state != "held":
                    deliveries.audit(
                        conn,
                        now,
                        request["dag_run_id"],
                        "forced publication",
                        run_id,
                        request["reason"],
                        told,
                    )
            step["rows"], step["detail"] = report.rows_changed, told
        return told

    def close_failed_run(self, dag_run_id: str, now: datetime) -> None:
        """Mark a run whose DAG run failed; one that had already ended (or never began) stays as it is."""
        from srdi.warehouse import runs

        with self.engine.begin() as conn:
            runs.fail_running(conn, run_id_of("recompute", dag_run_id), now)

    def _origins(self, conn: Connection, request: Mapping[str, Any]) -> list[str]:
        """The sample city counts only while there is nothing real, or when its folder was asked for."""
        from srdi.warehouse import deliveries

        named = request.get("inbox")
        if named and Path(named).resolve() == self.settings.samples.resolve():
            return [SAMPLE]
        real = deliveries.origins(conn) - {SAMPLE}
        return sorted(real) if real or named else [SAMPLE]

    def _freshness(self, conn: Connection, day: date, origins: list[str]) -> list[Any]:
        from srdi.contracts.loader import load_contracts
        from srdi.warehouse import freshness

        return freshness.states_on(conn, day, load_contracts().contracts.values(), origins)

    def _run_info(self, request: Mapping[str, Any], rule_version: str) -> Any:
        from srdi.warehouse.runs import RunInfo

        return RunInfo(
            run_id=request["run_id"],
            biz_date=date.fromisoformat(request["biz_date"]),
            kind=request["kind"],
            reason=request["reason"],
            requested_by=request["dag_run_id"],
            code_version=code_version(),
            rule_version=rule_version,
            started_at=datetime.fromisoformat(request["started_at"]),
            areas=request["areas"] or None,
        )
