"""Settings of every test: nothing from the outside may leak in."""

import os
import sys

import pytest

# SRDI_MUTANTS is the person's at the keyboard: how many mutants to try (make mutants)
for name in [name for name in os.environ if name.startswith(("SRDI_", "WAREHOUSE_URL"))]:
    if name != "SRDI_MUTANTS":
        del os.environ[name]
os.environ["GX_ANALYTICS_ENABLED"] = "False"

STATUS = {"exit": 0}


def pytest_sessionfinish(session, exitstatus):
    STATUS["exit"] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """End at once: DuckDB's bindings print pages about their own clean-up when an interpreter ends in order."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STATUS["exit"])
