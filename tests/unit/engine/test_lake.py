"""The lake in a folder and on a real S3 server: the same calls, the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from srdi.engine.duck import connect, literal
from srdi.engine.lake import Lake


@pytest.fixture(scope="module")
def s3(request):
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    patch = pytest.MonkeyPatch()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "NO_PROXY": host,
    }.items():
        patch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("lake")
    yield "s3://lake/root"
    patch.undo()
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def lake(request, tmp_path):
    return Lake(str(tmp_path / "lake") if request.param == "folder" else request.getfixturevalue("s3"))


def test_bytes_come_back(lake):
    lake.write_bytes("一行\n".encode(), "landed", "a", "企业_20250930.csv")
    assert lake.exists("landed", "a", "企业_20250930.csv")
    with lake.open("landed", "a", "企业_20250930.csv") as file:
        assert file.read().decode() == "一行\n"
    assert not lake.exists("landed", "b")


def test_duckdb_writes_and_reads_parquet(lake):
    con = connect(lake)
    uri = lake.make_room("facts", "r1", "enterprise.parquet")
    con.execute(
        f"COPY (SELECT range AS n, '郑州' AS city FROM range(1000)) TO {literal(uri)} (FORMAT parquet)"
    )
    assert con.execute(f"SELECT sum(n), min(city) FROM read_parquet({literal(uri)})").fetchall() == [
        (499500, "郑州")
    ]
    con.close()


def test_a_drop_folder_lands_once(lake, tmp_path):
    from srdi.contracts.loader import load_contracts
    from srdi.pull import drop_folder

    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "失信_20250930.csv").write_text("统一社会信用代码,案号\n", "utf-8")
    contract = load_contracts().contracts["court_dishonest"]
    now = datetime(2025, 10, 1, tzinfo=UTC)
    first = drop_folder.pull(contract, folder, lake, set(), now)
    assert [one.file_name for one in first.landed] == ["失信_20250930.csv"]
    assert lake.exists(first.landed[0].lake_path)
    again = drop_folder.pull(contract, folder, lake, {one.batch_id for one in first.landed}, now)
    assert (again.landed, again.known) == ([], [first.landed[0].batch_id])


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b"])
def test_no_path_leaves_the_lake(tmp_path, path):
    with pytest.raises(ValueError, match="leaves the lake"):
        Lake(str(tmp_path)).uri(path)
