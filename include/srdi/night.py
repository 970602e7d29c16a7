"""The six verbs of a night, as functions: pull, conform, validate, resolve, decide, publish.

Each reads only what the one before wrote, commits once at its end, and gives the same result when run
again. The DAGs call these and nothing else; so does a run without Airflow (benchmarks).
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time as time_of_day
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.settings import Settings

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Connection, Engine

    from srdi.contracts.models import Contract

SHANGHAI = ZoneInfo("Asia/Shanghai")
SAMPLE = "sample"
SAMPLE_MARKER = ".sample-city"
DEADLINE = time(4, 0)


class BadDelivery(RuntimeError):
    """A supplier's delivery was refused; everything good was kept. Trying again changes nothing."""


class BadRequest(ValueError):
    """A run was asked for with values that cannot be right."""


@dataclass(frozen=True)
class Night:
    """One installation at work: its places, its warehouse."""

    settings: Settings
    warehouse_url: str

    @cached_property
    def lake(self) -> Lake:
        return Lake(self.settings.lake)

    @cached_property
    def engine(self) -> Engine:
        from sqlalchemy import create_engine

        return create_engine(self.warehouse_url, pool_pre_ping=True)

    @contextmanager
    def _duck(self) -> Iterator[duckdb.DuckDBPyConnection]:
        scratch = Path(tempfile.mkdtemp(prefix="srdi-"))
        con = connect(self.lake, scratch=scratch)
        try:
            yield con
        finally:
            con.close()
            shutil.rmtree(scratch, ignore_errors=True)

    def _contract(self, source: str) -> Contract:
        from srdi.contracts.loader import SOURCES, load_contract, load_dictionary

        path = SOURCES / f"{source}.yaml"
        contract, problems = load_contract(path, load_dictionary()) if path.exists() else (None, [])
        if contract is None:
            told = "；".join(str(problem) for problem in problems)
            raise BadRequest(f"没有可用的数据源合同：{source}。{told}")
        return contract

    # ── one source ───────────────────────────────────────────────────────────────────────────

    def pull(
        self, source: str, inbox: Path, now: datetime, endpoint: tuple[str, str | None] | None = None
    ) -> dict:
        """Land what is new in ``inbox`` (or at ``endpoint``: address and token) and register it."""
        from srdi.pull import drop_folder, http
        from srdi.warehouse import batches

        contract = self._contract(source)
        with self._timed(source, "pull", now) as step:
            with self.engine.begin() as conn:
                known = batches.known_batches(conn, source, contract.version)
            if endpoint is not None:
                address, token = endpoint
                result = http.pull(contract, address, token, self.lake, known, now)
            else:
                sample = inbox.parent.resolve() == self.settings.samples.resolve()
                result = drop_folder.pull(
                    contract, inbox, self.lake, known, now, "sample" if sample else "inbox"
                )
            with self.engine.begin() as conn:
                for landed in result.landed:
                    batches.register(conn, landed, contract.version)
            step["rows"] = len(result.landed)
            refused = [landed.file_name for landed in result.landed if landed.problem]
            return {
                "landed": [landed.batch_id for landed in result.landed],
                "known": len(result.known),
                "skipped": [str(skipped) for skipped in result.skipped],
                "refused": refused,
            }

    def conform(self, source: str, now: datetime) -> dict:
        """Conform every landed batch of a source; bad files are refused, each on its own."""
        from srdi.conform.batch import conform
        from srdi.conform.report import ColumnProfile
        from srdi.contracts.loader import load_dictionary
        from srdi.warehouse import batches

        contract, dictionary = self._contract(source), load_dictionary()
        with self._timed(source, "conform", now) as step, self._duck() as con:
            with self.engine.connect() as conn:
                waiting = batches.batches_in_state(conn, source, "landed")
            refused = []
            for row in waiting:
                with self.engine.connect() as conn:
                    profile = batches.last_profile(conn, source, row["as_of"], [row["origin"]])
                last_good = ColumnProfile.from_dict(profile) if profile else None
                report = conform(contract, dictionary, _landed(row), self.lake, con, last_good=last_good)
                with self.engine.begin() as conn:
                    batches.mark_staged(
                        conn, report, staged_path=f"conformed/{source}/{row['batch_id']}.parquet"
                    )
                step["rows"] += report.rows_landed
                if report.refusal:
                    refused.append(f"{row['file_name']}：{report.refusal.message}")
            return {"batches": len(waiting), "rows": step["rows"], "refused": refused}

    def validate(self, source: str, now: datetime) -> dict:
        """Judge every conformed batch of a source and take the good ones into force.

        Raises :class:`BadDelivery` after everything is committed when a batch that arrived since the last
        validation was refused, so that the run of this source shows red.
        """
        from srdi.contracts.loader import load_dictionary
        from srdi.contracts.refusals import RefusalCode
        from srdi.quality.gate import validate
        from srdi.reports.docs_index import write_index
        from srdi.warehouse import batches, deliveries, set_aside

        contract, dictionary = self._contract(source), load_dictionary()
        with self._timed(source, "validate", now) as step, self._duck() as con:
            with self.engine.connect() as conn:
                waiting = batches.batches_in_state(conn, source, "staged")
            accepted: list[str] = []
            crashed: list[str] = []
            for row in waiting:
                report = _Conformed(row["rows_landed"], row["rows_duplicate"], row["rows_ignored"])
                with self.engine.connect() as conn:
                    last_good = batches.last_good_rows(conn, source, row["as_of"], [row["origin"]])
                    day_rows = deliveries.day_rows(conn, source, row["as_of"], row["origin"])
                result = validate(
                    contract,
                    dictionary,
                    _landed(row),
                    report,
                    self.lake.uri("conformed", source, f"{row['batch_id']}.parquet"),
                    self.lake,
                    con,
                    last_good_rows=last_good,
                    day_rows=day_rows,
                    docs_dir=self.settings.home / "data_docs",
                )
                with self.engine.begin() as conn:
                    if result.refusal is not None and result.refusal.code == RefusalCode.INTERNAL:
                        # A check that crashed says nothing about the data: the batch waits, the task is retried.
                        batches.record_checks(conn, row["batch_id"], result.check_results)
                        crashed.append(result.refusal.message)
                        continue
                    if result.refusal is None:
                        batches.accept(conn, row["batch_id"], result, at=now)
                        accepted.append(row["batch_id"])
                    else:
                        batches.refuse(conn, row["batch_id"], result, at=now)
                    set_aside.load_quarantine(conn, con, self.lake, row["batch_id"], result.quarantine_path)
                    set_aside.load_findings(conn, con, self.lake, row["batch_id"], result.finding_path)
                step["rows"] += result.counts.staged
        with self.engine.connect() as conn:
            write_index(conn, self.settings.home / "data_docs")
        if crashed:
            raise RuntimeError("校验程序自身出错，批次保留待重试：\n" + "\n".join(crashed))
        with self.engine.connect() as conn:
            refused = deliveries.refused_since_last_validation(conn, source, step["run_id"])
        if refused:
            raise BadDelivery(
                f"{source} 有 {len(refused)} 批被整批退回，上一份合格数据继续有效：\n"
                + "\n".join(f"{row['refusal_code']}：{row['refusal_message']}" for row in refused)
            )
        return {"accepted": accepted, "rows": step["rows"]}

    # ── the night as a whole ─────────────────────────────────────────────────────────────────

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
        from srdi.warehouse import deliveries, runs
        from srdi.warehouse.publish import publish

        run_id = request["run_id"]
        with self._timed("", "publish", now, run_id) as step, self._duck() as con:
            with self.engine.connect() as conn:
                before = deliveries.origins_of_last_publication(conn)
                # From the sample city to real data every list changes: that is not odd.
                other_world = bool(before) and (SAMPLE in before) != (
                    self._origins(conn, request) == [SAMPLE]
                )
            report = publish(
                self.engine,
                self._run_info(request, load().rule_version),
                self.lake.uri("facts", run_id),
                self.lake.uri("results", run_id),
                self.lake,
                con,
                now,
                dry_run=request["dry_run"],
                forced=request["force"] or other_world,
            )
            told = {
                "state": report.state,
                "rows_changed": report.rows_changed,
                "lists": [asdict(one) for one in report.lists],
                "held": [str(one) for one in report.held],
            }
            with self.engine.begin() as conn:
                if request["dry_run"]:
                    runs.finish_run(conn, run_id, "dry_run", now, told)
                elif request["force"] and report.held:
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

    # ── shared ───────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _timed(self, source: str, verb: str, now: datetime, run_id: str | None = None) -> Iterator[dict]:
        """Record when a verb began and ended, only if it ended well; ``rows`` and ``detail`` may be set."""
        from srdi.warehouse import runs

        own = run_id or f"{source}-{now:%Y%m%dT%H%M%S%f}"
        step: dict[str, Any] = {"run_id": own, "rows": 0, "detail": None}
        began = time_of_day.monotonic()
        yield step
        took = timedelta(seconds=time_of_day.monotonic() - began)
        with self.engine.begin() as conn:
            runs.record_step(conn, own, verb, source, now, now + took, step["rows"], step["detail"])

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


@dataclass(frozen=True)
class _Conformed:
    """What the gate needs to know of a conformed batch, from its row in ``control.batch``."""

    rows_landed: int
    rows_duplicate: int
    rows_ignored: int
    refusal: None = None


def _landed(row: Mapping[str, Any]) -> Any:
    """A row of ``control.batch`` as the landed file it stands for."""
    from srdi.pull.landing import Landed

    names = (
        "batch_id",
        "source",
        "as_of",
        "file_name",
        "sha256",
        "bytes",
        "lake_path",
        "landed_at",
        "origin",
    )
    return Landed(**{name: row[name] for name in names}, problem=None)


def run_id_of(dag_id: str, dag_run_id: str) -> str:
    """Id of a run in lake and warehouse: short, safe as a folder name, the same for every retry."""
    return hashlib.sha256(f"{dag_id}/{dag_run_id}".encode()).hexdigest()[:16]


@cache
def code_version() -> str:
    """Content hash of the product's own code and SQL: two installations with the same hash compute the same."""
    digest = hashlib.sha256()
    room = Path(__file__).parent
    for path in sorted(room.rglob("*")):
        if path.suffix in {".py", ".sql", ".csv"} and "samples" not in path.parts:
            digest.update(path.relative_to(room).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
