"""One night without Airflow: wall time and peak memory of each verb.

    .venv/bin/python benchmarks/night.py --enterprises 200000 --quirks some --work FOLDER

Every verb runs in a process of its own, so that its peak memory is its own. Compare shares of one run,
not seconds of two machines.
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
    import great_expectations  # noqa: F401  (preloaded in the scheduler, so not part of a verb)

    began = time.perf_counter()
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
        began = time.perf_counter()
        result = getattr(night, verb)(request, now)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mb": peak, "result": str(result)[:300]}))


def measure(work: Path, verb: str, source: str = "") -> dict:
    done = subprocess.run(
        [sys.executable, __file__, "--work", str(work), "--verb", verb, "--source", source],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"{verb} {source} failed:\n{done.stdout}\n{done.stderr}")
    return json.loads(lines[-1])


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
        total: dict[str, list[float]] = {}
        for verb in ("pull", "conform", "validate"):
            for source in SOURCES:
                found = measure(given.work, verb, source)
                print(
                    f"{verb:<10}{source:<22}{found['seconds']:8.1f} s {found['mb']:8.0f} MB  {found['result'][:90]}",
                    flush=True,
                )
                total.setdefault(verb, []).append(found["seconds"])
        for verb in ("resolve", "decide", "publish"):
            found = measure(given.work, verb)
            print(
                f"{verb:<32}{found['seconds']:8.1f} s {found['mb']:8.0f} MB  {found['result'][:90]}",
                flush=True,
            )
            total[verb] = [found["seconds"]]
        whole = sum(sum(values) for values in total.values())
        for verb, values in total.items():
            print(f"{verb:<10} {sum(values):8.1f} s   {sum(values) / whole:5.0%}")
        print(f"all verbs  {whole:8.1f} s")
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
