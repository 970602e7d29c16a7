"""The plain night as one process: load the exports, run ``night.sql``, write the two results.

.venv/bin/python benchmarks/plain/run.py --inbox FOLDER --out FOLDER
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from datetime import date
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent))
import files

DAY = date(2025, 9, 30)
RESULTS = ("plain_whitelist", "plain_coverage")
LOOKUPS = Path(__file__).parents[2] / "include" / "srdi"


def night(inbox: Path, out: Path) -> None:
    """Write ``<out>/plain_whitelist.parquet`` and ``plain_coverage.parquet``; scratch files go there too."""
    out.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(out / "spill")})
    for path in sorted([*LOOKUPS.glob("contracts/lookups/*.csv"), *LOOKUPS.glob("facts/lookups/*.csv")]):
        con.execute(
            f"CREATE TABLE lookup_{path.stem} AS SELECT * FROM "
            f"read_csv('{path}', header = true, all_varchar = true, delim = ',', quote = '\"')"
        )
    files.load(con, inbox, out, LOOKUPS / "contracts" / "sources")
    given = {"day": DAY, "closed_year": DAY.year - 1 if (DAY.month, DAY.day) > (5, 31) else DAY.year - 2}
    lines = (Path(__file__).parent / "night.sql").read_text(encoding="utf-8").splitlines()
    script = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    for statement in f"{script}\n".split(";\n"):
        if statement.strip():
            con.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement})
    for table in RESULTS:
        con.execute(f"COPY (FROM {table} ORDER BY ALL) TO '{out}/{table}.parquet' (FORMAT parquet)")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--inbox", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    began = time.perf_counter()
    night(given.inbox, given.out)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - began,
                "cpu": used.ru_utime + used.ru_stime,
                "mb": used.ru_maxrss / 1024,
                "result": "",
            }
        )
    )


if __name__ == "__main__":
    main()
