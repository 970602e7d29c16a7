"""What a person may ask of ``srdi nightly`` and reads from ``srdi sql``: refusals, hints, and tables that fit."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from srdi.cli import main, query
from srdi.local.services import Services
from srdi.policy.heads import load_areas


class Started(Exception):
    """The night went on to its services: what was asked for is in order."""


@pytest.fixture(autouse=True)
def no_services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is started: a request that passes raises :class:`Started`."""

    def start(self: Services, say: object) -> None:
        raise Started

    monkeypatch.setattr(Services, "start", start)
    monkeypatch.setattr(main, "console", Console(width=80, highlight=False))
    monkeypatch.setenv("SRDI_HOME", str(tmp_path / "home"))


def nightly(*arguments: str) -> Result:
    return CliRunner().invoke(main.app, ["nightly", "--date", "2025-09-30", *arguments])


def flat(result: Result) -> str:
    return "".join(result.output.split())


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "收件"
    (folder / "tax_annual").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("area", ["410301", "41", "洛阳市", "420000"])
def test_an_area_without_papers_is_refused_with_those_that_have_some(area: str) -> None:
    found = nightly("--area", "410100", "--area", area)
    assert found.exit_code == 2
    assert area in flat(found).split("；")[0]
    for code, name in load_areas().items():
        assert f"{code}{name}" in flat(found)


def test_areas_with_papers_pass(inbox: Path) -> None:
    areas = [word for code in load_areas() for word in ("--area", code)]
    assert isinstance(nightly("--inbox", str(inbox), *areas).exception, Started)


def test_an_inbox_without_a_folder_of_any_source_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    (folder / "tax_anual").mkdir(parents=True)
    found = nightly("--inbox", str(folder))
    assert found.exit_code == 2
    assert "没有任何数据源的子目录" in flat(found) and "现有：tax_anual" in flat(found)
    assert "enterprise_registry、" in flat(found) or "、enterprise_registry" in flat(found)
    (folder / "tax_anual").rmdir()
    assert "现有：什么也没有" in flat(nightly("--inbox", str(folder)))


def test_an_inbox_without_the_folder_of_the_source_asked_for_is_refused(inbox: Path) -> None:
    assert nightly("--inbox", str(inbox), "--source", "title_list").exit_code == 2
    assert isinstance(nightly("--inbox", str(inbox), "--source", "tax_annual").exception, Started)


def test_a_folder_that_is_nearly_a_source_is_named_and_the_night_goes_on(inbox: Path) -> None:
    for name in ("title_lists", "answers", "court_dishonest"):
        (inbox / name).mkdir()
    (inbox / "tax_credi").write_text("a file", encoding="utf-8")
    found = nightly("--inbox", str(inbox))
    assert isinstance(found.exception, Started)
    assert "子目录title_lists不是数据源，不会被读取；是否应为title_list？" in flat(found)
    assert found.output.count("不是数据源") == 1


def test_other_mistakes_are_still_told(tmp_path: Path) -> None:
    assert "收件目录不存在" in flat(nightly("--inbox", str(tmp_path / "nowhere")))
    assert "没有这些数据源" in flat(nightly("--source", "tax"))


# ---- srdi sql


def shown(names: list[str], rows: list[list[str]], width: int = 80) -> list[str]:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    query._print(names, rows, console)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_a_narrow_result_is_a_table() -> None:
    lines = shown(["measure_id", "rate"], [["luoyang.whitelist", "0.5"], ["[b]甲[/b]", ""]])
    assert "┃ measure_id        ┃ rate ┃" in lines
    assert any("[b]甲[/b]" in line for line in lines)


NAMES = ["uscc", "name", "message_zh", "reason_codes"]
ROW = ["91410300MA0000001A", "洛阳某某精密机械制造有限公司", "称号在有效期内：符合，" * 9, "[]"]


@pytest.mark.parametrize("width", [40, 80, 140])
def test_a_wide_result_is_one_block_a_record_and_nothing_is_cut(width: int) -> None:
    lines = shown(NAMES, [ROW, ["甲", "乙", "丙", "丁"]], width)
    assert max(cell_len(line) for line in lines) <= width
    assert "…" not in "".join(lines)
    assert "── 1 / 2 ──" in lines and "── 2 / 2 ──" in lines
    text = "".join("".join(line.split()) for line in lines)
    for name, cell in zip(NAMES, ROW, strict=True):
        assert name in text and "".join(cell.split()) in text


def test_the_last_width_at_which_a_table_fits() -> None:
    names, rows = ["a", "b"], [["x" * 30, "甲" * 20]]
    assert len(shown(names, rows, 77)) == 5 and max(map(cell_len, shown(names, rows, 77))) == 77
    assert "── 1 / 1 ──" in shown(names, rows, 76)


def test_nothing_found_is_a_table_without_rows() -> None:
    assert any("measure_id" in line for line in shown(["measure_id"], []))
    assert shown([], []) is not None
