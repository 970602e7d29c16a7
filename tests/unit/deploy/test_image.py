"""The image: packages by hash and as wheels only, no root, nothing from the working copy by accident."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
# One instruction per item: continued lines joined, comments dropped.
INSTRUCTIONS = [
    line.strip()
    for line in re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE)).splitlines()
    if line.strip()
]


def locked(path: str) -> dict[str, set[str]]:
    """Versions by package name in a lock (a universal lock may hold several of one package)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"(?m)^([a-z0-9._-]+)==(\S+)", (ROOT / path).read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(version)
    return found


def test_every_package_is_installed_by_hash():
    installs = [
        step
        for line in INSTRUCTIONS
        for step in re.split(r"&&|;|\|\|", line)
        if re.search(r"\bpip install\b", step)
    ]
    assert len(installs) == 3
    for step in installs:
        project_itself = "--no-index" in step and "--no-deps" in step and "-e /opt/srdi" in step
        assert "--require-hashes" in step or project_itself, step


def test_packages_are_wheels_with_bytecode():
    [step] = [line for line in INSTRUCTIONS if "uv pip install" in line]
    assert "--no-build" in step and "--compile-bytecode" in step


def test_it_runs_as_an_ordinary_user_in_the_last_stage():
    last = INSTRUCTIONS[max(i for i, line in enumerate(INSTRUCTIONS) if line.startswith("FROM")) :]
    users = [line.split()[1] for line in last if line.startswith("USER")]
    assert users == ["srdi"]
    after = last[last.index("USER srdi") + 1 :]
    assert all(line.startswith("CMD") for line in after)


def test_the_base_image_has_a_version_and_is_the_one_of_the_settings():
    [default] = [line.split("=", 1)[1] for line in INSTRUCTIONS if line.startswith("ARG PYTHON_IMAGE=")]
    assert re.fullmatch(r"python:3\.\d+-slim-bookworm", default)
    assert f"PYTHON_IMAGE={default}" in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert {line.split()[1] for line in INSTRUCTIONS if line.startswith("FROM")} == {"${PYTHON_IMAGE}"}


def test_no_development_packages_and_no_secrets_can_come_in():
    copied = " ".join(line for line in INSTRUCTIONS if line.startswith(("COPY", "ADD")))
    assert "requirements-dev" not in copied
    assert not re.search(r"(?m)^(COPY|ADD)\s+\.\s", DOCKERFILE)
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    named = {rule[1:] for rule in rules if rule.startswith("!")}
    sources = {
        word.split("/")[0]
        for line in INSTRUCTIONS
        if line.startswith("COPY") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert named == sources
    assert all((ROOT / name).exists() for name in named)


def test_folders_of_the_compose_file_are_made_for_the_user_of_the_image():
    compose = yaml.safe_load((ROOT / "docker-compose.yaml").read_text(encoding="utf-8"))
    targets = set()
    for volume in compose["services"]["scheduler"]["volumes"]:
        targets.add(volume["target"] if isinstance(volume, dict) else volume.split(":")[-1])
    for target in targets:
        assert re.search(rf"install -d [^&]*{target}\b", DOCKERFILE), target


def test_the_celery_lock_agrees_with_the_main_lock():
    main, celery = locked("requirements.txt"), locked("deploy/requirements-celery.txt")
    assert {"celery", "redis", "apache-airflow-providers-celery"} <= set(celery)
    both = set(main) & set(celery)
    assert len(both) > 50
    different = {name for name in both if not celery[name] <= main[name]}
    assert not different, "run `make lock`"


def test_celery_is_of_a_line_that_the_provider_can_import():
    [version] = locked("deploy/requirements-celery.txt")["celery"]
    major, minor = (int(part) for part in version.split(".")[:2])
    assert (major, minor) < (5, 7)
    assert "celery" not in locked("requirements.txt")


def test_every_line_of_the_celery_lock_has_a_hash():
    text = (ROOT / "deploy/requirements-celery.txt").read_text(encoding="utf-8")
    entries = re.split(r"(?m)^(?=[a-z0-9])", re.sub(r"(?m)^#.*\n", "", text))
    entries = [entry for entry in entries if entry.strip()]
    assert entries and all("--hash=sha256:" in entry for entry in entries)
