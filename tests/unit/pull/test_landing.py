"""Landing: names, days, identity, and bytes that never change."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pull_bench import NOW

from srdi.contracts.models import AsOf
from srdi.pull.errors import HopelessTransportError, TransportError
from srdi.pull.landing import batch_id, day_in_name, land, parse_day, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("企业登记_20250930.csv", "企业登记_20250930.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\win.ini", "win.ini"),
        ("a\x00b\n\u202ec.csv", "abc.csv"),
        ("...hidden.csv", "hidden.csv"),
        ("表*[1]?{2}.csv", "表__1___2_.csv"),
        ("it's; rm -rf $HOME.csv", "it_s_ rm -rf _HOME.csv"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_safe_names(name, safe):
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_a_safe_name_is_one_harmless_part_of_a_path_and_stays_as_it_is(name):
    safe = safe_name(name)
    assert safe
    assert safe not in (".", "..")
    assert not set(safe) & set("/\\*?[]{}\x00\n'\"")
    assert len(safe.encode()) <= 160
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_ending():
    safe = safe_name("企" * 200 + "_20250930.xlsx")
    assert safe.endswith(".xlsx")
    assert len(safe.encode()) <= 150


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("企业登记_20250930.csv", date(2025, 9, 30)),
        ("20250930.csv", date(2025, 9, 30)),
        ("台账２０２５０９３０.csv", date(2025, 9, 30)),
        ("a_20250930_20250930.csv", date(2025, 9, 30)),
        ("第12345678号_20250930.csv", date(2025, 9, 30)),
        ("a_20250931.csv", None),
        ("a_2025093.csv", None),
        ("a_202509301.csv", None),
        ("a_20250930_20251001.csv", None),
        ("a_18000101.csv", None),
        ("企业登记.csv", None),
    ],
)
def test_day_in_name(name, day):
    found, why = day_in_name(name, AsOf())
    assert found == day
    assert bool(why) == (day is None)


def test_a_named_group_holds_the_day():
    rule = AsOf(pattern=r"v\d{8}_(?P<day>\d{8})")
    assert day_in_name("v20200101_20250930.csv", rule)[0] == date(2025, 9, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-09-30", date(2025, 9, 30)),
        ("20250930", date(2025, 9, 30)),
        ("2025-09-30T00:00:00+08:00", date(2025, 9, 30)),
        ("2025-13-01", None),
        ("", None),
        ("昨天", None),
    ],
)
def test_parse_day(text, day):
    assert parse_day(text) == day


def landing(lake, data: bytes, **changes):
    given = {
        "source": "ledger", "as_of": date(2025, 9, 30), "file_name": "a_20250930.csv", "known": set(),
        "landed_at": NOW, "origin": "inbox",
    } | changes  # fmt: skip
    return land(lake, lambda: io.BytesIO(data), **given)


def test_landed_bytes_are_those_received(lake):
    found = landing(lake, b"x" * 3_000_000)
    sha = hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert found.sha256 == sha
    assert found.bytes == 3_000_000
    assert found.batch_id == f"ledger-20250930-{sha[:12]}"
    assert found.lake_path == f"landed/ledger/{found.batch_id}/a_20250930.csv"
    assert found.landed_at == NOW
    assert lake.open(found.lake_path).read() == b"x" * 3_000_000
    assert os.stat(lake.uri(found.lake_path)).st_mode & 0o222 == 0


def test_same_bytes_another_day_is_another_batch(lake):
    one, two = landing(lake, b"x"), landing(lake, b"x", as_of=date(2025, 10, 1))
    assert one.batch_id != two.batch_id
    assert batch_id("ledger", None, "ab" * 32) == "ledger-nodate-abababababab"


def test_a_known_batch_is_not_written(lake):
    first = landing(lake, b"x")
    Path(lake.uri(first.lake_path)).unlink()
    assert landing(lake, b"x", known={first.batch_id}) == first.batch_id
    assert not lake.exists(first.lake_path)


def test_remains_of_a_killed_landing_are_replaced(lake):
    first = landing(lake, b"whole")
    path = Path(lake.uri(first.lake_path))
    path.chmod(0o644)
    path.write_bytes(b"wh")
    assert landing(lake, b"whole") == first
    assert path.read_bytes() == b"whole"


def test_a_file_that_changes_while_it_is_read_does_not_land(lake):
    versions = iter([b"before", b"after!"])
    with pytest.raises(TransportError) as caught:
        land(
            lake, lambda: io.BytesIO(next(versions)), source="ledger", as_of=None, file_name="a.csv", known=(),
            landed_at=NOW, origin="inbox",
        )  # fmt: skip
    assert not isinstance(caught.value, HopelessTransportError)
    assert [path for path in Path(lake.root).rglob("*") if path.is_file()] == []
