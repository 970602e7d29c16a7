"""The compose file: no secrets, nothing undocumented, every container watched, bounded and locked down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)(?::([-?])([^}]*))?\}")
SECRET = re.compile(r"PASSWORD|SECRET|FERNET|REDISCLI_AUTH")
ONE_SHOT = {"airflow-init"}
OURS = {name for name, service in SERVICES.items() if "build" in service}


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def strings(node: object) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in strings(value)]
    return [node] if isinstance(node, str) else []


def test_the_services_of_both_profiles_are_there():
    default = {name for name, service in SERVICES.items() if "profiles" not in service}
    celery = {name for name, service in SERVICES.items() if service.get("profiles") == ["celery"]}
    airflow = {"airflow-init", "api-server", "scheduler", "dag-processor", "triggerer"}
    assert default == airflow | {"postgres-metadata", "postgres-warehouse"}
    assert celery == {"redis", "worker"}
    assert airflow | {"worker"} == OURS


def test_every_variable_is_documented_and_nothing_documented_is_unused():
    used = {name for name, _, _ in VARIABLE.findall(TEXT)}
    # COMPOSE_PROFILES is read by the client itself.
    assert used | {"COMPOSE_PROFILES"} == set(example())


def test_defaults_in_the_file_are_those_of_the_example():
    for name, sign, default in VARIABLE.findall(TEXT):
        if sign == "-" and default:
            assert default == example()[name], name


@pytest.mark.parametrize("service", SERVICES)
def test_no_secret_stands_in_the_file(service):
    for name, value in SERVICES[service]["environment"].items():
        if SECRET.search(name):
            assert VARIABLE.fullmatch(value), f"{service}.{name} must come from .env whole"


def test_every_address_takes_its_password_from_the_environment():
    texts = [VARIABLE.sub("$", text) for text in strings(COMPOSE)]
    credentials = [found for text in texts for found in re.findall(r"://([^/\s\"]*)@", text)]
    assert len(credentials) >= 4
    assert {found.split(":", 1)[1] for found in credentials} == {"$"}


def test_a_secret_without_a_value_stops_the_client_before_anything_starts():
    optional = {"SRDI_ADMIN_PASSWORD"}
    generated = {name for name, value in example().items() if value.startswith("<generated")}
    for name, sign, _ in VARIABLE.findall(TEXT):
        if name in generated - optional:
            assert sign == "?", name


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_watched_restarted_and_bounded(service):
    one = SERVICES[service]
    if service in ONE_SHOT:
        assert one["healthcheck"] == {"disable": True}
        assert one["restart"].startswith("on-failure")
    else:
        assert one["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert one["restart"] == "unless-stopped"
    assert set(one["deploy"]["resources"]["limits"]) == {"memory", "pids"}
    assert one["logging"]["options"]["max-size"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_container_is_locked_down(service):
    one = SERVICES[service]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in one["security_opt"]
    assert one["user"] and not one["user"].startswith(("0", "root"))
    assert "privileged" not in one and "cap_add" not in one


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_on_loopback_unless_asked_for(service):
    ports = SERVICES[service].get("ports", [])
    assert all(port.startswith("${SRDI_BIND:-127.0.0.1}:") for port in ports)
    assert bool(ports) == (service in {"api-server", "postgres-warehouse"})


def test_databases_and_broker_sit_on_a_network_without_a_way_out():
    assert COMPOSE["networks"]["data"] == {"internal": True}
    for service in ("postgres-metadata", "redis"):
        assert SERVICES[service]["networks"] == ["data"]


@pytest.mark.parametrize("service", sorted(set(SERVICES) - OURS))
def test_foreign_images_are_pinned_to_a_version(service):
    default = VARIABLE.fullmatch(SERVICES[service]["image"]).group(3)
    assert re.fullmatch(r"[a-z]+:\d+(\.\d+)*-bookworm", default)


def test_every_named_volume_is_declared():
    named = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", []) if isinstance(v, str)}
    assert {name for name in named if not name.startswith("/")} == set(COMPOSE["volumes"])


def test_the_drop_folder_is_mounted_read_only_and_is_the_only_root_of_the_form():
    environment = SERVICES["scheduler"]["environment"]
    for service in OURS:
        mounts = [v for v in SERVICES[service]["volumes"] if isinstance(v, dict)]
        assert [(m["target"], m["read_only"]) for m in mounts] == [(environment["SRDI_INBOX_ROOTS"], True)]


def test_all_airflow_processes_share_one_environment():
    common = COMPOSE["x-airflow-environment"]
    for service in OURS:
        environment = SERVICES[service]["environment"]
        assert {name: environment[name] for name in common} == common


def test_connections_are_those_that_the_dags_ask_for():
    source = (ROOT / "plugins" / "night_tasks.py").read_text(encoding="utf-8")
    asked = {f"AIRFLOW_CONN_{name.upper()}" for name in re.findall(r'get_connection\("(\w+)"\)', source)}
    assert asked == {name for name in COMPOSE["x-airflow-environment"] if name.startswith("AIRFLOW_CONN_")}


def test_only_the_first_container_knows_the_passwords_of_owner_and_superuser():
    knows = {
        service
        for service, one in SERVICES.items()
        if re.search("WAREHOUSE_(SUPERUSER|ADMIN|READER)_PASSWORD", " ".join(strings(one["environment"])))
    }
    assert knows == {"airflow-init", "postgres-warehouse"}
