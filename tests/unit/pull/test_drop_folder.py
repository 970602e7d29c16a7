"""The drop folder: what is taken, what is known, what is left and why."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

import pytest
from pull_bench import NOW, contract_with

from srdi.pull import drop_folder

CONTRACT = contract_with()


def put(folder, name, data=b"1\n", age=3600.0):
    path = folder / name
    path.write_bytes(data)
    moment = NOW.timestamp() - age
    os.utime(path, (moment, moment))
    return path


def pull(folder, lake, known=(), **changes):
    return drop_folder.pull(CONTRACT, folder, lake, set(known), NOW, "inbox", **changes)


def test_parts_and_days_land_in_name_order(folder, lake):
    put(folder, "b_20250930.csv", b"2")
    put(folder, "a_20250930.csv", b"1")
    put(folder, "c_20250831.xlsx", b"3")
    result = pull(folder, lake)
    assert [(one.file_name, one.as_of) for one in result.landed] == [
        ("a_20250930.csv", date(2025, 9, 30)),
        ("b_20250930.csv", date(2025, 9, 30)),
        ("c_20250831.xlsx", date(2025, 8, 31)),
    ]
    assert all(one.problem is None and one.origin == "inbox" for one in result.landed)
    assert (result.known, result.skipped, result.later) == ([], [], [])


def test_a_second_pull_finds_everything_known_and_writes_nothing(folder, lake):
    put(folder, "a_20250930.csv", b"1")
    first = pull(folder, lake)
    before = {p: p.stat().st_mtime_ns for p in folder.parent.parent.rglob("*")}
    second = pull(folder, lake, [one.batch_id for one in first.landed])
    assert second.landed == []
    assert second.known == [first.landed[0].batch_id]
    assert {p: p.stat().st_mtime_ns for p in folder.parent.parent.rglob("*")} == before


def test_equal_files_of_one_day_are_one_batch(folder, lake):
    put(folder, "a_20250930.csv", b"1")
    put(folder, "b_20250930.csv", b"1")
    result = pull(folder, lake)
    assert [one.file_name for one in result.landed] == ["a_20250930.csv"]
    assert result.known == [result.landed[0].batch_id]


def test_a_correction_of_the_same_name_is_a_new_batch(folder, lake):
    put(folder, "a_20250930.csv", b"1")
    first = pull(folder, lake).landed[0]
    put(folder, "a_20250930.csv", b"2")
    second = pull(folder, lake, [first.batch_id]).landed[0]
    assert second.batch_id != first.batch_id
    assert lake.open(first.lake_path).read() == b"1"


def test_later_days_land_and_are_named(folder, lake):
    put(folder, "a_20251001.csv", b"1")
    put(folder, "a_20250930.csv", b"2")
    result = pull(folder, lake, until=date(2025, 9, 30))
    assert len(result.landed) == 2
    assert result.later == [one.batch_id for one in result.landed if one.as_of == date(2025, 10, 1)]


def test_a_name_without_a_day_lands_with_a_problem(folder, lake):
    put(folder, "企业登记.csv")
    landed = pull(folder, lake).landed[0]
    assert landed.as_of is None
    assert landed.batch_id.startswith("ledger-nodate-")
    code, message = landed.problem
    assert code == "no_as_of"
    assert "企业登记.csv" in message


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".a_20250930.csv", "隐藏"),
        ("~$a_20250930.xlsx", "临时文件"),
        ("a_20250930.csv.part", "尚未传输完成"),
        ("a_20250930.TMP", "尚未传输完成"),
        ("a_20250930.exe", "不在约定之内"),
    ],
)
def test_files_skipped_by_name(folder, lake, name, reason):
    put(folder, name)
    result = pull(folder, lake)
    assert result.landed == []
    assert [one.file_name for one in result.skipped] == [name]
    assert reason in result.skipped[0].reason
    assert str(result.skipped[0]).startswith(f"{name}：")


def test_a_file_that_grows_is_left_and_a_fresh_quiet_one_is_taken(folder, lake):
    growing = put(folder, "a_20250930.csv", b"1", age=1)
    put(folder, "b_20250930.csv", b"2", age=1)
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        with growing.open("ab") as file:
            file.write(b"more")

    result = pull(folder, lake, sleep=sleep)
    assert [one.file_name for one in result.landed] == ["b_20250930.csv"]
    assert [(one.file_name, "正在写入" in one.reason) for one in result.skipped] == [("a_20250930.csv", True)]
    assert waited == [drop_folder.SETTLE_SECONDS]


def test_old_files_are_not_waited_for(folder, lake):
    put(folder, "a_20250930.csv")
    assert len(pull(folder, lake, sleep=lambda _: pytest.fail("waited")).landed) == 1


def test_a_file_that_vanishes_meanwhile_is_left(folder, lake):
    path = put(folder, "a_20250930.csv", age=1)
    result = pull(folder, lake, sleep=lambda _: path.unlink())
    assert result.landed == []
    assert len(result.skipped) == 1


def test_links_may_not_lead_out_of_the_folder(folder, lake, tmp_path):
    outside = put(tmp_path, "outside_20250930.csv", b"secret")
    inside = put(folder, "in_20250930.csv", b"1")
    (folder / "out_20250929.csv").symlink_to(outside)
    (folder / "ok_20250928.csv").symlink_to(inside)
    (folder / "gone_20250927.csv").symlink_to(folder / "nowhere")
    (folder / "etc_20250926.csv").symlink_to("/etc")
    result = pull(folder, lake)
    assert {one.file_name for one in result.landed} == {"in_20250930.csv", "ok_20250928.csv"}
    reasons = {one.file_name: one.reason for one in result.skipped}
    assert "文件夹以外" in reasons["out_20250929.csv"]
    assert "失效" in reasons["gone_20250927.csv"]
    assert "文件夹以外" in reasons["etc_20250926.csv"]


def test_folders_are_ignored_and_pipes_skipped(folder, lake):
    (folder / "old_20250930.csv").mkdir()
    put(folder / "old_20250930.csv", "b_20250930.csv")
    os.mkfifo(folder / "pipe_20250930.csv")
    result = pull(folder, lake)
    assert result.landed == []
    assert [(one.file_name, one.reason) for one in result.skipped] == [("pipe_20250930.csv", "不是普通文件")]


def test_a_folder_that_is_not_there_holds_nothing(folder, lake):
    assert pull(folder / "missing", lake) == drop_folder.PullResult()


def test_recent_is_measured_from_the_moment_of_the_pull(folder, lake):
    put(folder, "a_20250930.csv", age=1)
    later = datetime(2025, 10, 1, 3, 0, tzinfo=UTC)
    result = drop_folder.pull(CONTRACT, folder, lake, set(), later, sleep=lambda _: pytest.fail("waited"))
    assert result.landed[0].landed_at == later
