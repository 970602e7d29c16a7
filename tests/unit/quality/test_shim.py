"""The shim: what it relies on inside Great Expectations is there, and what it promises holds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from srdi.quality import shim, suite
from srdi.quality.suite import Expected, run_suite


def test_version_is_the_pinned_one(monkeypatch):
    gx = shim.load()
    assert gx.__version__ == shim.PINNED
    monkeypatch.setattr(shim, "PINNED", "0.0.0")
    with pytest.raises(shim.ShimError):
        shim.load()


def test_loading_twice_patches_once():
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    shim.load()
    before = engine._PERSISTED_CONNECTION_DIALECTS
    shim.load()
    assert before == engine._PERSISTED_CONNECTION_DIALECTS
    assert [d.value for d in before].count("duckdb") == 1


def test_telemetry_is_off(rows):
    from great_expectations.data_context.data_context.context_factory import project_manager

    os.environ.pop("GX_ANALYTICS_ENABLED", None)
    shim.open_batch(rows, "quality_rows")
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    context = project_manager.get_current_project()
    assert context.config.analytics_enabled is False
    assert context.variables.progress_bars == {"globally": False}


@pytest.fixture
def rows(bench):
    bench.con.execute(
        "CREATE TABLE quality_rows AS SELECT range AS _row_no, range % 7 AS v, '时:abc {1}%' AS t FROM range(1000)"
    )
    return bench.con


@pytest.mark.parametrize(
    ("predicate", "failing"),
    [
        ("v <> 3", 143),
        ("v % 2 = 0", 429),
        ("t = '时:abc {1}%'", 0),
        ("t <> '时:abc {1}%'", 1000),
        ("t LIKE '%{1}%'", 0),
        ("regexp_matches(t, '^.{2}abc')", 0),
        ("v::VARCHAR = '1' OR t = ':v'", 857),
        ("t <> 'a JOIN b $1 ?'", 0),
        ("v > NULL", 0),
    ],
)
def test_predicates_reach_the_database_as_written(rows, predicate, failing):
    run = run_suite(
        rows, "题", [Expected("x", "warning", "t", f"SELECT 1 FROM {{rows}} WHERE ({predicate}) IS FALSE")]
    )
    assert run.crashed == {}
    assert run.observed == {"x": failing}


def test_a_crash_stays_alone_and_is_named(rows):
    expected = [
        Expected("first", "critical", "t", "SELECT nope FROM {rows}"),
        Expected("second", "info", "t", "SELECT _row_no FROM {rows} WHERE v = 1"),
    ]
    run = run_suite(rows, "题", expected)
    assert run.observed == {"second": 143}
    assert "nope" in run.crashed["first"]
    severities = {
        r.expectation_config.meta["check_id"]: r.expectation_config.severity.value for r in run.raw.results
    }
    assert severities == {"first": "critical", "second": "info"}


def test_no_failing_row_reaches_python(rows, monkeypatch):
    from duckdb_sqlalchemy import CursorWrapper

    fetched = []
    for name in ("fetchone", "fetchmany", "fetchall"):
        real = getattr(CursorWrapper, name)

        def counting(self, *given, _real=real, **named):
            found = _real(self, *given, **named)
            fetched.append(len(found) if isinstance(found, list) else 1)
            return found

        monkeypatch.setattr(CursorWrapper, name, counting)
    run = run_suite(rows, "题", [Expected("all", "warning", "t", "SELECT _row_no FROM {rows}")])
    assert run.observed == {"all": 1000}
    assert sum(fetched) < 100


def test_importing_the_room_imports_neither_the_library_nor_pandas():
    code = (
        "import sys, srdi.quality.gate, srdi.quality.rules, srdi.quality.docs, srdi.quality.shim;"
        "assert not {'great_expectations', 'pandas', 'duckdb'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_severities_have_words():
    assert set(suite.SEVERITY_ZH) == {"critical", "warning", "info"}
