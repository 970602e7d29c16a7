"""All measures of a night over many enterprises: with every reason, and bare verdicts of the same rules.

    .venv/bin/python benchmarks/measures.py --enterprises 1000000 --work FOLDER

A sample city is resolved once and its facts are repeated under new codes until there are enough enterprises, so
that the shares of titles, accounts and events stay those of the city. Then ``decide`` runs twice, each time in a
process of its own: as every night, and with nothing observed, required, measured or proven. Compare the ratio.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

DAY = date(2025, 9, 30)
CITY = 20_000


def resolve_city(work: Path) -> Path:
    """Facts of a sample city, through the night's own verbs; returns their folder."""
    from srdi.local.postgres import EmbeddedPostgres
    from srdi.night import Night
    from srdi.samples import SOURCES, generate
    from srdi.settings import Settings
    from srdi.warehouse import migrate

    inbox = work / "inbox"
    generate(inbox, CITY, 1, DAY, "none")
    postgres = EmbeddedPostgres(work).start()
    try:
        migrate.upgrade(postgres.url("warehouse", "srdi_admin"))
        night = Night(Settings(work, str(work / "lake")), postgres.url("warehouse", "srdi_app"))
        for source in SOURCES:
            night.pull(source, inbox / source, datetime.now(UTC))
            night.conform(source, datetime.now(UTC))
            night.validate(source, datetime.now(UTC))
        request = night.open_run(
            dag_run_id="benchmark",
            kind="manual",
            conf={},
            known_keys=set(),
            params={"reason": "基准测试", "inbox": str(inbox)},
            biz_date=DAY,
            started_at=datetime.now(UTC),
        )
        night.resolve(request, datetime.now(UTC))
    finally:
        postgres.discard()
    (facts,) = (work / "lake" / "facts").iterdir()
    return facts


def repeat(facts: Path, out: Path, enterprises: int) -> None:
    """Write the facts of ``enterprises`` enterprises: the city's own, again and again under other codes."""
    import duckdb

    out.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    times = -(-enterprises // CITY)
    for file in sorted(facts.glob("*.parquet")):
        if file.stem in ("finding", "name_match"):
            continue
        columns = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()}
        changed = [
            f"{name} || '-' || lpad(CAST(n AS TEXT), 4, '0') AS {name}"
            for name in ("uscc", "title_id", "loan_no", "contract_no", "application_no")
            if name in columns
        ]
        again = times if "uscc" in columns and file.stem not in ("bank_month", "procurement_year") else 1
        replace = f"REPLACE ({', '.join(changed)})" if changed else ""
        order = "ORDER BY uscc" if "uscc" in columns else ""
        con.execute(
            f"COPY (SELECT f.* {replace} FROM '{file}' AS f, range({again}) AS r(n) {order})"
            f" TO '{out / file.name}' (FORMAT parquet, COMPRESSION zstd)"
        )


def one(work: Path, bare: bool) -> None:
    """Decide here and print seconds, CPU seconds and peak memory as JSON."""
    import pyarrow  # noqa: F401

    from srdi.engine.duck import connect
    from srdi.engine.lake import Lake
    from srdi.policy import evidence, explain, standards
    from srdi.policy.decide import decide
    from srdi.policy.loader import load

    if bare:
        explain.observed_sql = lambda *_: "CAST(NULL AS TEXT)"
        standards.observed_sql = lambda *_: "CAST(NULL AS TEXT)"
        explain.distance_sql = lambda *_: "CAST(NULL AS DECIMAL(18, 6))"
        evidence.evidence_sql = lambda *_: ("CAST(NULL AS TEXT)", "CAST(NULL AS BIGINT)")
    lake = Lake(str(work / "lake"))
    packs = load()
    con = connect(lake)
    began, cpu = time.perf_counter(), time.process_time()
    report = decide(packs, str(work / "many"), DAY, lake, con, "bare" if bare else "reasons")
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "mb": peak, "rows": report.rows}), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enterprises", type=int, default=1_000_000)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--one", choices=("reasons", "bare"))
    given = parser.parse_args()
    if given.one:
        one(given.work, given.one == "bare")
        return 0
    given.work.mkdir(parents=True, exist_ok=True)
    given.work.chmod(0o755)
    if not (given.work / "many").exists():
        repeat(resolve_city(given.work), given.work / "many", given.enterprises)
    told = {}
    for way in ("reasons", "bare"):
        command = [sys.executable, __file__, "--work", str(given.work), "--one", way]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told[way] = json.loads(done.stdout.splitlines()[0])
        print(
            f"{way:8} {told[way]['seconds']:7.1f} s  {told[way]['cpu']:7.1f} CPU s  {told[way]['mb']:6.0f} MB"
        )
    print(f"reasons cost {told['reasons']['cpu'] / told['bare']['cpu']:.2f} times the bare verdicts (CPU)")
    print(json.dumps(told["reasons"]["rows"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
