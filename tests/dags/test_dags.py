"""The DAGs as Airflow reads them: which there are, how they hang together, what each promises."""

import importlib
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    "annual_declaration",
    "capital_market",
    "cloud_adoption",
    "bank_totals",
    "court_dishonest",
    "digital_evaluation",
    "enterprise_registry",
    "financing_credit",
    "financing_guarantee",
    "financing_loan",
    "procurement",
    "platform_membership",
    "registry_risk",
    "service_ledger",
    "tax_annual",
    "tax_benefit",
    "tax_credit",
    "title_list",
}
GRAPH = {
    "open_run": {"await_sources", "decide", "list_refreshes", "publish", "resolve"},
    "list_refreshes": {"refresh"},
    "refresh": {"await_sources"},
    "await_sources": {"resolve"},
    "resolve": {"decide"},
    "decide": {"publish"},
    "publish": set(),
}


def test_the_set_of_dags(bag):
    assert bag.import_errors == {}
    assert set(bag.dags) == {f"ingest__{source}" for source in SOURCES} | {"recompute", "maintenance"}


def test_graphs(bag):
    for source in SOURCES:
        dag = bag.dags[f"ingest__{source}"]
        assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == {
            "pull": {"conform"},
            "conform": {"validate"},
            "validate": set(),
        }
    assert {task.task_id: task.downstream_task_ids for task in bag.dags["recompute"].tasks} == GRAPH


def test_every_dag_states_how_it_runs(bag):
    for dag in bag.dags.values():
        assert dag.catchup is False and dag.max_active_runs == 1 and dag.tags, dag.dag_id
        assert re.search("[\u4e00-\u9fff]", dag.doc_md or ""), dag.dag_id
        for task in dag.tasks:
            assert task.owner != "airflow", task
            assert task.retries >= 1, task
            assert task.execution_timeout <= timedelta(hours=8), task


def test_every_task_leads_into_the_runbook(bag):
    headings = re.findall(r'<a id="([a-z-]+)"></a>', (ROOT / "docs/runbook.md").read_text())
    anchors = set()
    for dag in bag.dags.values():
        for task in dag.tasks:
            found = re.findall(r"docs/runbook\.md#([a-z-]+)", task.doc_md or "")
            assert found, f"{dag.dag_id}.{task.task_id} names no page of the runbook"
            anchors.update(found)
    assert anchors and anchors <= set(headings)


def test_nothing_heavy_is_imported_at_parse():
    code = (
        "import sys; from airflow.dag_processing.dagbag import DagBag; bag = DagBag(sys.argv[1]);"
        "assert len(bag.dags) > 8, bag.import_errors;"
        "print([m for m in ('great_expectations', 'pandas', 'duckdb', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "dags")], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_one_broken_contract_leaves_the_other_dags(tmp_path, monkeypatch):
    """A contract that cannot be read takes only its own DAG away."""
    from srdi.contracts import loader

    folder = tmp_path / "sources"
    shutil.copytree(ROOT / "include/srdi/contracts/sources", folder)
    (folder / "tax_annual.yaml").write_text("id: tax_annual\nfields: [unclosed\n")
    found = loader.load_contracts(folder)
    assert set(found.contracts) == SOURCES - {"tax_annual"}
    assert [
        problem.file.name if isinstance(problem.file, Path) else Path(problem.file).name
        for problem in found.broken
    ] == ["tax_annual.yaml"]


@pytest.mark.parametrize(
    ("params", "interval", "key", "expected"),
    [
        ({"date": "2025-09-30"}, None, None, "2025-09-30"),
        ({}, ("2025-09-29T18:30:00+00:00"), None, "2025-09-30"),
        ({}, ("2025-09-29T15:59:00+00:00"), None, "2025-09-29"),
        ({"date": "2025-01-01"}, ("2025-09-29T18:30:00+00:00"), None, "2025-01-01"),
        ({"date": "2025-01-01"}, None, "2025-02-02T00:00:00", "2025-02-02"),
    ],
)
def test_business_day(params, interval, key, expected):
    from datetime import datetime
    from types import SimpleNamespace

    from biz_dates import resolve_biz_date

    start = datetime.fromisoformat(interval) if interval else None
    run = SimpleNamespace(partition_key=key, data_interval_start=start, logical_date=start, run_after=None)
    assert resolve_biz_date(run, params).isoformat() == expected


def test_a_run_without_any_day_is_refused():
    from types import SimpleNamespace

    from biz_dates import NoBizDate, resolve_biz_date

    run = SimpleNamespace(partition_key=None, data_interval_start=None, logical_date=None, run_after=None)
    with pytest.raises(NoBizDate):
        resolve_biz_date(run, {})


@pytest.mark.parametrize(
    ("path", "again"),
    [
        ("srdi.installation.BadDelivery", False),
        ("srdi.installation.BadRequest", False),
        ("srdi.pull.errors.HopelessTransportError", False),
        ("srdi.pull.errors.TransportError", True),
        ("builtins.OSError", True),
    ],
)
def test_only_what_can_mend_itself_is_tried_again(bag, path, again):
    from airflow.sdk import RetryAction

    module, _, name = path.rpartition(".")
    error = getattr(importlib.import_module(module), name)("x")
    for dag in bag.dags.values():
        for task in dag.tasks:
            decision = task.retry_policy.evaluate(error, 1, 3)
            assert (decision.action != RetryAction.FAIL) is again, f"{dag.dag_id}.{task.task_id}"
