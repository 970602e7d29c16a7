"""The compose client's own opinion of the file, where a client (2.24 or newer) is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("make_env", ROOT / "deploy" / "make_env.py")
make_env = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_env)


@cache
def client() -> list[str]:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            done = subprocess.run(
                [*command, "version", "--short"], capture_output=True, text=True, check=False
            )
            numbers = done.stdout.strip().lstrip("v").split(".")
            if (
                done.returncode == 0
                and numbers[0].isdigit()
                and (int(numbers[0]), int(numbers[1])) >= (2, 24)
            ):
                return command
    pytest.skip("no compose client here")


def config(env_file: Path) -> subprocess.CompletedProcess[str]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_CONFIG") if name in os.environ}
    command = [*client(), "--file", str(ROOT / "docker-compose.yaml"), "--env-file", str(env_file)]
    return subprocess.run(
        [*command, "config", "--format", "json"], env=bare, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("flags", "executor"), [([], "LocalExecutor"), (["--celery"], "CeleryExecutor")])
def test_it_accepts_what_make_env_writes(tmp_path, flags, executor):
    client()
    make_env.main([*flags, "--out", str(tmp_path / "env"), "--inbox", str(tmp_path / "in")])
    done = config(tmp_path / "env")
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"]
    assert ("worker" in services) == ("redis" in services) == bool(flags)
    assert services["scheduler"]["environment"]["AIRFLOW__CORE__EXECUTOR"] == executor
    assert services["scheduler"]["build"]["args"]["EXECUTOR"] == executor
    connection = json.loads(services["scheduler"]["environment"]["AIRFLOW_CONN_SRDI_WAREHOUSE"])
    assert connection["extra"]["url"].endswith("@postgres-warehouse:5432/warehouse")


def test_it_refuses_to_start_without_secrets(tmp_path):
    (tmp_path / "env").write_text("")
    done = config(tmp_path / "env")
    assert done.returncode != 0
    assert "make_env.py" in done.stderr
