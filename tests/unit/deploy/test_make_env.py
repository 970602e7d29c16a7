"""deploy/make_env.py: every secret fresh, an existing file safe, nobody else may read it."""

from __future__ import annotations

import base64
import importlib.util
import re
import stat
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("make_env", ROOT / "deploy" / "make_env.py")
make_env = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_env)


def settings(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture
def written(tmp_path) -> dict[str, str]:
    assert make_env.main(["--out", str(tmp_path / ".env"), "--inbox", str(tmp_path / "in")]) == 0
    return settings(tmp_path / ".env")


def test_every_setting_is_there_and_every_mark_is_filled(written):
    example = settings(ROOT / ".env.example")
    assert list(written) == list(example)
    assert not [name for name, value in written.items() if "<" in value]
    marked = [name for name, value in example.items() if value.startswith("<")]
    assert len({written[name] for name in marked}) == len(marked) >= 9


def test_what_is_not_marked_stays_as_in_the_example(written):
    for name, value in settings(ROOT / ".env.example").items():
        if not value.startswith("<") and name != "SRDI_INBOX":
            assert written[name] == value


def test_secrets_are_long_and_fit_into_an_address(written):
    for name, value in written.items():
        if re.search("PASSWORD|SECRET", name):
            assert re.fullmatch(r"[A-Za-z0-9_-]{64,}", value), name


def test_the_fernet_key_is_one(written):
    assert len(base64.urlsafe_b64decode(written["AIRFLOW_FERNET_KEY"])) == 32


def test_two_installations_share_no_secret(tmp_path, written):
    make_env.main(["--out", str(tmp_path / "other"), "--inbox", str(tmp_path / "in")])
    other = settings(tmp_path / "other")
    for name, value in settings(ROOT / ".env.example").items():
        assert (other[name] != written[name]) == value.startswith("<generated"), name


def test_only_the_owner_may_read_it(tmp_path, monkeypatch, written):
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_an_existing_file_is_left_as_it_is(tmp_path, capsys):
    path = tmp_path / ".env"
    path.write_text("KEEP=1\n")
    assert make_env.main(["--out", str(path), "--inbox", str(tmp_path / "in")]) == 1
    assert path.read_text() == "KEEP=1\n"
    assert "已存在" in capsys.readouterr().err
    assert not (tmp_path / "in").exists()


def test_a_dangling_link_is_not_followed(tmp_path):
    (tmp_path / ".env").symlink_to(tmp_path / "elsewhere")
    assert make_env.main(["--out", str(tmp_path / ".env"), "--inbox", str(tmp_path / "in")]) == 1
    assert not (tmp_path / "elsewhere").exists()


def test_celery_switches_executor_and_profile_together(tmp_path, written):
    make_env.main(["--celery", "--out", str(tmp_path / "celery"), "--inbox", str(tmp_path / "in")])
    celery = settings(tmp_path / "celery")
    assert (written["SRDI_EXECUTOR"], written["COMPOSE_PROFILES"]) == ("LocalExecutor", "")
    assert (celery["SRDI_EXECUTOR"], celery["COMPOSE_PROFILES"]) == ("CeleryExecutor", "celery")


def test_the_drop_folder_is_made_and_named_in_full(tmp_path, written):
    assert written["SRDI_INBOX"] == str(tmp_path / "in")
    assert (tmp_path / "in").is_dir()


@pytest.mark.parametrize(
    ("example", "values"),
    [("A=<generated magic>\n", {}), ("A=1\n", {"B": "2"})],
    ids=["unknown mark", "unknown setting"],
)
def test_a_broken_example_is_refused(example, values):
    with pytest.raises(ValueError, match=r"^A:|: B$"):
        make_env.fill(example, values)
