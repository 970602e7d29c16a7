"""One night without Airflow, beside the same night as plain SQL: wall and CPU seconds, peak memory, equal results.

    .venv/bin/python benchmarks/night.py --enterprises 200000 --quirks some --work FOLDER

Every verb runs in a process of its own, so that its peak memory is its own; the plain night (``plain/``) is one
process. Ends with an error when the two disagree. Compare shares of one run, not seconds of two machines.
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


def night_at(work: Path):
    from srdi.local.postgres import EmbeddedPostgres
    from srdi.night import Night
    from srdi.settings import Settings

    postgres = EmbeddedPostgres(work)
    return Night(Settings(work, str(work / "lake")), postgres.url("warehouse", "srdi_app"))


def one_verb(work: Path, verb: str, source: str) -> None:
    """Run a verb here and print its time and peak memory as JSON."""
    from srdi.night import BadDelivery

    night = night_at(work)
    _preload()
    began, cpu = time.perf_counter(), time.process_time()
    now = datetime.now(UTC)
    if source:
        try:
            arguments = (work / "samples" / source,) if verb == "pull" else ()
            result = getattr(night, verb)(source, *arguments, now)
        except BadDelivery as refused:
            result = str(refused)
    else:
        # One run over three processes: resolve opens it, the others find it.
        remembered = work / "request.json"
        if verb == "resolve":
            request = night.open_run(
                dag_run_id=f"benchmark-{now.isoformat()}",
                kind="manual",
                conf={},
                known_keys=set(),
                params={"reason": "基准测试", "inbox": str(work / "samples")},
                biz_date=DAY,
                started_at=now,
            )
            remembered.write_text(json.dumps(request))
        request = json.loads(remembered.read_text())
        began, cpu = time.perf_counter(), time.process_time()
        result = getattr(night, verb)(request, now)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "mb": peak, "result": str(result)[:300]}))


def _preload() -> None:
    """Import what the scheduler has imported before it forks a task (``local/airflow_local_settings.py``)."""
    import duckdb  # noqa: F401
    import great_expectations.expectations  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import sqlglot  # noqa: F401

    import srdi.quality.gate
    import srdi.warehouse.publish  # noqa: F401


def measure(name: str, command: list[str]) -> dict:
    """Run a measured process, print its line and return what it said (as JSON on its last line)."""
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"{name} failed:\n{done.stdout}\n{done.stderr}")
    found = json.loads(lines[-1])
    print(
        f"{name:<32}{found['seconds']:8.1f} s {found['cpu']:8.1f} s CPU {found['mb']:7.0f} MB  {found['result'][:70]}",
        flush=True,
    )
    return found


def differences(work: Path, run_id: str) -> dict[str, int]:
    """Rows that the two nights do not share, and rows compared, of both results."""
    import duckdb

    con = duckdb.connect()
    ours, plain = f"{work}/lake/results/{run_id}", f"{work}/plain"
    pairs = {
        "whitelist": (
            f"SELECT measure_id, uscc, verdict, array_to_string(list_sort(warnings), ' ') AS warnings "
            f"FROM '{ours}/whitelist.parquet' WHERE measure_id IN (SELECT measure_id FROM '{plain}/plain_whitelist.parquet')",
            f"FROM '{plain}/plain_whitelist.parquet'",
        ),
        # a row without anybody in it stands in ours for titles that fit nobody
        "coverage": (
            f"SELECT measure_id, division_code, industry_section, numerator, denominator, unknown "
            f"FROM '{ours}/coverage.parquet' WHERE denominator + unknown > 0 AND measure_id IN (SELECT measure_id FROM '{plain}/plain_coverage.parquet')",
            f"FROM '{plain}/plain_coverage.parquet'",
        ),
    }
    found: dict[str, int] = {}
    for name, (left, right) in pairs.items():
        one_sided = f"(({left}) EXCEPT ALL ({right})) UNION ALL (({right}) EXCEPT ALL ({left}))"
        found[f"{name} rows"] = (con.execute(f"SELECT count(*) FROM ({right})").fetchone() or (0,))[0]
        found[f"{name} rows that differ"] = (
            con.execute(f"SELECT count(*) FROM ({one_sided})").fetchone() or (0,)
        )[0]
    return found


def _print_table(total: dict[str, list[dict]], plain: dict) -> None:
    verbs = {verb: _sum(measured) for verb, measured in total.items()}
    rows = {**verbs, "all verbs": _sum(list(verbs.values())), "plain SQL": plain}
    print(
        "\n| verb | wall s | CPU s | peak MB | wall of plain | CPU of plain |\n|---|---:|---:|---:|---:|---:|"
    )
    for verb, row in rows.items():
        wall, cpu = row["seconds"] / plain["seconds"], row["cpu"] / plain["cpu"]
        print(
            f"| {verb} | {row['seconds']:.1f} | {row['cpu']:.1f} | {row['mb']:.0f} | {wall:.2f} | {cpu:.2f} |"
        )


def _sum(measured: list[dict]) -> dict:
    """Seconds added up, peak memory of the largest."""
    return {
        "seconds": sum(one["seconds"] for one in measured),
        "cpu": sum(one["cpu"] for one in measured),
        "mb": max(one["mb"] for one in measured),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--enterprises", type=int, default=100_000)
    parser.add_argument("--quirks", default="some")
    parser.add_argument("--verb")
    parser.add_argument("--source", default="")
    given = parser.parse_args()
    if given.verb:
        return one_verb(given.work, given.verb, given.source)

    from srdi.local.postgres import EmbeddedPostgres
    from srdi.samples import SOURCES, generate
    from srdi.warehouse import migrate

    given.work.mkdir(parents=True, exist_ok=True)
    if not (given.work / "samples" / ".complete").exists():
        began = time.perf_counter()
        generate(given.work / "samples", given.enterprises, 1, DAY, given.quirks)
        (given.work / "samples" / ".complete").touch()
        print(f"samples {time.perf_counter() - began:.1f} s", flush=True)
    postgres = EmbeddedPostgres(given.work)
    postgres.start()
    try:
        migrate.upgrade(postgres.url("warehouse", "srdi_admin"))
        total: dict[str, list[dict]] = {}
        here = ["--work", str(given.work), "--verb"]
        for verb in ("pull", "conform", "validate"):
            for source in SOURCES:
                command = [__file__, *here, verb, "--source", source]
                total.setdefault(verb, []).append(measure(f"{verb:<10}{source}", command))
        for verb in ("resolve", "decide", "publish"):
            total[verb] = [measure(verb, [__file__, *here, verb])]
        plain = measure(
            "plain",
            [
                str(Path(__file__).parent / "plain" / "run.py"),
                *("--inbox", str(given.work / "samples"), "--out", str(given.work / "plain")),
            ],
        )
        _print_table(total, plain)
        run_id = json.loads((given.work / "request.json").read_text())["run_id"]
        differ = differences(given.work, run_id)
        print("\n" + ", ".join(f"{name}: {count}" for name, count in differ.items()))
        if any(count for name, count in differ.items() if name.endswith("differ")):
            raise SystemExit("the two nights disagree")
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
