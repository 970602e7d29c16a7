"""``srdi source check``: real files through the real command, no services."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from rich.console import Console
from typer.testing import CliRunner, Result

from srdi.cli import main
from srdi.conform.codes import ALPHABET, check_character, org_check
from srdi.contracts import loader

pytestmark = pytest.mark.full

COURT = ["统一社会信用代码", "被执行人名称", "案号", "发布日期", "撤销日期"]
TAX = ["纳税人识别号", "纳税人名称", "年度", "营业收入(万元)", "从业人数"]


def code(number: int) -> str:
    """A credit code that satisfies both check characters."""
    first16 = f"91410100MA{number:06d}"
    for char in ALPHABET:
        whole = first16 + char + check_character(first16 + char)
        if org_check(whole):
            return whole
    return code(number + 1000)


def wrong(right: str) -> str:
    """The same code with another last character."""
    return right[:17] + ("0" if right[17] != "0" else "1")


def court_row(number: int, **other: str) -> list[str]:
    row = dict(
        zip(
            COURT, [code(number), f"第{number}企业", f"(2024)豫01执{number}号", "2024-05-06", ""], strict=True
        )
    )
    return list((row | other).values())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the file; home and scratch elsewhere, so that whatever is written shows."""
    for name in ("home", "scratch", "inbox"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("SRDI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SRDI_LAKE", raising=False)
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    monkeypatch.setattr(main, "console", Console(width=200, highlight=False))
    monkeypatch.setattr(main, "errors", Console(width=200, highlight=False, stderr=True))
    return tmp_path / "inbox"


def run(file: Path, source: str) -> Result:
    return CliRunner().invoke(
        main.app, ["source", "check", str(file), "--source", source], catch_exceptions=False
    )


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def test_clean_file_says_how_it_was_read_and_leaves_nothing_behind(folder: Path) -> None:
    rows = [COURT, *(court_row(n) for n in range(1, 6))]
    file = write_csv(folder / "失信被执行人_20250930.csv", rows, "gb18030")
    before = file.read_bytes()

    result = run(file, "court_dishonest")

    assert result.exit_code == 0, result.output
    assert "符合合同，没有发现问题" in result.output
    assert "编码 gb18030 · 表头在第 1 行" in result.output
    assert "落地 landed 5 · 入库 staged 5 · 隔离 quarantined 0" in result.output
    (mapping,) = [line.split() for line in result.output.splitlines() if line.startswith("撤销日期")]
    assert mapping == ["撤销日期", "removed_on", "移出日期"]
    assert file.read_bytes() == before
    assert list((folder.parent / "home").iterdir()) == []
    assert list((folder.parent / "scratch").iterdir()) == []


def test_findings_name_row_field_value_and_what_to_do(folder: Path) -> None:
    bad = wrong(code(2))
    rows = [
        [*COURT, "[red]备考[/red]"],
        *(court_row(n) for n in range(10, 20)),
        court_row(2, 统一社会信用代码=bad),
        court_row(3, 案号="", 撤销日期="[/bold]昨天"),
        court_row(10),
        ["合计", "", "", "", ""],
    ]
    result = run(write_csv(folder / "失信被执行人_20250930.csv", rows), "court_dishonest")

    assert result.exit_code == 10
    assert "3 条发现，2 行会被隔离" in result.output
    assert (
        "落地 landed 14 · 入库 staged 10 · 隔离 quarantined 2 · 重复 duplicate 1 · 忽略 ignored 1"
        in result.output
    )
    lines = result.output.splitlines()
    (check,) = [line for line in lines if line.startswith("uscc.code_checksum")]
    assert "8.33%" in check and "隔离" in check  # 1 of the 12 rows that are neither equal nor a footer
    (finding,) = [line for line in lines if line.strip().startswith("12 ")]
    assert "统一社会信用代码" in finding and bad in finding and "请对照营业执照核对" in finding
    blank, unreadable = (line for line in lines if line.strip().startswith("13 "))
    assert "案号" in blank and "（空）" in blank and "必填但为空" in blank
    assert "移出日期" in unreadable and "[/bold]昨天" in unreadable  # what was received is never markup
    (drift,) = [line for line in lines if line.startswith("多出的列")]
    assert "[red]备考[/red]" in drift


def test_workbook_with_title_line_and_unit_in_the_header(folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "报表"
    for row in (
        ["年度纳税情况"],
        TAX,
        [code(1), "甲厂", 2024, 1200.5, 30],
        [code(2), "乙厂", 2024, 80, "若干"],
    ):
        sheet.append(row)
    file = folder / "年度纳税_20250930.xlsx"
    book.save(file)

    result = run(file, "tax_annual")

    assert result.exit_code == 10
    assert "工作表“报表” · 表头在第 2 行" in result.output
    (money,) = [line for line in result.output.splitlines() if line.startswith("营业收入")]
    assert "revenue" in money and "万元 → 元" in money
    assert "（没有这一列）" in result.output and "net_profit" in result.output
    (finding,) = [line for line in result.output.splitlines() if line.strip().startswith("4 ")]
    assert "若干" in finding
    assert "入库 staged 2" in result.output


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("失信被执行人_20250930.csv", b"", "empty"),
        ("失信被执行人_20250930.csv", b"%PDF-1.7 ...", "unreadable"),
        ("失信被执行人_20250930.csv", ",".join(["评价年度", *TAX[:2], "纳税信用等级"]).encode(), "foreign"),
        (
            "失信被执行人_20250930.csv",
            "\n".join([",".join(COURT[:2]), f"{code(1)},甲"]).encode(),
            "missing_column",
        ),
    ],
)
def test_refused_as_a_whole(folder: Path, name: str, content: bytes, refusal: str) -> None:
    (folder / name).write_bytes(content)
    result = run(folder / name, "court_dishonest")
    assert result.exit_code == 20
    assert f"整批退回 / refused：{refusal}" in result.output
    assert "怎么办：" in result.output
    assert f"docs/runbook.md#refusal-{refusal.replace('_', '-')}" in result.output
    assert "入库 staged" not in result.output


def test_refused_by_the_gate_still_shows_the_rows(folder: Path) -> None:
    rows = [COURT, *(court_row(n, 案号="") for n in range(1, 5)), court_row(5)]
    result = run(write_csv(folder / "失信被执行人_20250930.csv", rows), "court_dishonest")
    assert result.exit_code == 20
    assert "refused：quarantine_share" in result.output
    assert "case_no.required" in result.output
    assert "入库 staged" not in result.output
    assert [line.split()[0] for line in result.output.splitlines() if "请补填" in line] == [
        "2",
        "3",
        "4",
        "5",
    ]


def test_unknown_source_names_the_nearest(folder: Path) -> None:
    file = write_csv(folder / "a_20250930.csv", [COURT])
    result = run(file, "court_dishonst")
    assert result.exit_code == 2
    assert "没有数据源“court_dishonst”；是否想写 court_dishonest？" in result.stderr
    assert "tax_annual" in result.stderr


def test_broken_contract_is_named_with_its_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "court_dishonest.yaml").write_text("id: court_dishonest\nmod: snapshot\n", "utf-8")
    monkeypatch.setattr(loader, "SOURCES", sources)
    result = run(write_csv(folder / "a_20250930.csv", [COURT]), "court_dishonest")
    assert result.exit_code == 2
    assert "合同有误" in result.stderr
    assert "court_dishonest.yaml 第 2 行：不认识的键「mod」" in result.stderr


def test_a_name_the_night_would_not_take_is_told(folder: Path) -> None:
    result = run(write_csv(folder / "失信被执行人.dat", [COURT, court_row(1)]), "court_dishonest")
    assert result.exit_code == 10
    assert "文件名中没有有效的八位日期：夜间会以 no_as_of 整批退回" in result.output
    assert "文件类型不在约定之内" in result.output
    assert "入库 staged 1" in result.output


def test_long_lists_of_findings_are_cut_with_the_worst_first(folder: Path) -> None:
    late = [court_row(n, 发布日期="2025-12-01") for n in range(100, 140)]
    rows = [COURT, *late, court_row(1, 案号="")]
    result = run(write_csv(folder / "失信被执行人_20250930.csv", rows), "court_dishonest")
    assert result.exit_code == 10
    assert "列出最要紧的 20 条" in result.output
    shown = [
        line.split()[0] for line in result.output.split("发现 / findings")[1].splitlines()[2:] if line.strip()
    ]
    assert shown[0] == "42"  # the row that would be lost
    assert shown[1:20] == [str(n) for n in range(2, 21)]
