"""The first three verbs, one source at a time: pull, conform, validate."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srdi.installation import BadDelivery, BadRequest, Installation

if TYPE_CHECKING:
    import duckdb

    from srdi.contracts.models import Contract


log = logging.getLogger(__name__)


class SourceVerbs(Installation):
    """What an ingest DAG does. Each verb takes up whatever the one before left, also after a kill."""

    def _contract(self, source: str) -> Contract:
        from srdi.contracts.loader import SOURCES, load_contract, load_dictionary

        path = SOURCES / f"{source}.yaml"
        contract, problems = load_contract(path, load_dictionary()) if path.exists() else (None, [])
        if contract is None:
            told = "；".join(str(problem) for problem in problems)
            raise BadRequest(f"没有可用的数据源合同：{source}。{told}")
        return contract

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
        from srdi.contracts.refusals import RefusalCode, refuse
        from srdi.warehouse import batches

        contract, dictionary = self._contract(source), load_dictionary()
        with self._timed(source, "conform", now) as step, self._duck() as con:
            with self.engine.connect() as conn:
                waiting = batches.batches_in_state(conn, source, "landed")
            refused: list[str] = []
            for row in waiting:
                with self.engine.connect() as conn:
                    profile = batches.last_profile(conn, source, row["as_of"], [row["origin"]])
                last_good = ColumnProfile.from_dict(profile) if profile else None
                try:
                    report = conform(contract, dictionary, _landed(row), self.lake, con, last_good=last_good)
                except Exception as error:  # a fault of ours in one file must not hold up the others
                    log.exception("conforming %s crashed", row["batch_id"])
                    fault = refuse(
                        RefusalCode.INTERNAL, file=row["file_name"], detail=f"{type(error).__name__}"
                    )
                    with self.engine.begin() as conn:
                        batches.refuse(conn, row["batch_id"], fault, at=now)
                    refused.append(f"{row['file_name']}：{fault.message}")
                    continue
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
            with self.engine.begin() as conn:
                deliveries.reconsider_shrunk(conn, source)
                waiting = batches.batches_in_state(conn, source, "staged")
            accepted: list[str] = []
            crashed: list[str] = []
            for row in waiting:
                report = _Conformed(row["rows_landed"], row["rows_duplicate"], row["rows_ignored"])
                with self.engine.connect() as conn:
                    last_good = batches.last_good_rows(conn, source, row["as_of"], [row["origin"]])
                replaced, anew = self._same_day(con, contract, row)
                with self.engine.connect() as conn:
                    day_rows = deliveries.day_rows(
                        conn, source, row["as_of"], row["origin"], without=[*replaced, *anew]
                    )
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
                        deliveries.supersede(conn, replaced)
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
                + "\n".join(
                    f"{row['file_name']}（{row['refusal_code']}）：{row['refusal_message']}"
                    for row in refused
                )
            )
        return {"accepted": accepted, "rows": step["rows"]}

    def _same_day(
        self, con: duckdb.DuckDBPyConnection, contract: Contract, row: Mapping[str, Any]
    ) -> tuple[list[str], list[str]]:
        """Of a snapshot: the earlier batches of its day that it replaces, and the later ones that replace it."""
        from srdi.quality.same_day import repeated
        from srdi.warehouse import deliveries

        if contract.mode != "snapshot":
            return [], []
        with self.engine.connect() as conn:
            before, after = deliveries.others_of_day(conn, row)
        own = self.lake.uri(row["staged_path"])
        replaced = repeated(
            con, contract.key, own, {one: self.lake.uri(path) for one, path in before.items()}
        )
        anew = [
            one
            for one, path in after.items()
            if repeated(con, contract.key, self.lake.uri(path), {row["batch_id"]: own})
        ]
        return replaced, anew


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
