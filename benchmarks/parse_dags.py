"""How long all DAG files together take to parse, in a fresh process with Airflow itself already imported.

    .venv/bin/python benchmarks/parse_dags.py

Airflow's own import is left out: it is paid once per process whatever the DAGs do.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ.update(
    AIRFLOW_HOME=tempfile.mkdtemp(),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(ROOT / "plugins"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
)
sys.path.insert(0, str(ROOT / "plugins"))

import airflow.providers.standard.operators.trigger_dagrun  # noqa: E402
import airflow.sdk  # noqa: E402
from airflow.dag_processing.dagbag import DagBag  # noqa: E402

for name in ("BaseHook", "CronTriggerTimetable", "Asset", "Param", "dag", "task", "DeadlineAlert"):
    getattr(airflow.sdk, name)
began = time.perf_counter()
bag = DagBag(str(ROOT / "dags"))
seconds = time.perf_counter() - began
for stat in bag.dagbag_stats:
    print(f"{stat.file:<20} {stat.duration.total_seconds():6.2f} s  {stat.dag_num} DAGs")
print(f"{'together':<20} {seconds:6.2f} s  {len(bag.dags)} DAGs, errors: {bag.import_errors}")
heavy = [
    name for name in ("great_expectations", "pandas", "duckdb", "pyarrow", "sqlglot") if name in sys.modules
]
print("heavy modules imported at parse:", heavy or "none")
