"""``srdi standard`` as a command: files as they arrive, what is passed through, messages and exit codes."""

from __future__ import annotations

import csv
import inspect
import io
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner, Result

from srdi.cli import main
from srdi.standards import STANDARDS, digital_level, sheet, size, tax_credit
from srdi.standards.run import judge_csv

pytestmark = pytest.mark.full

HEADER = "industry,employees,revenue_wan,assets_wan"
GOOD = f"{HEADER}\n工业,1000,40000,\n批发业,4,99999,\n"


@pytest.fixture(autouse=True)
def wide_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "errors", Console(width=300, highlight=False, stderr=True))


def run(data: bytes | str, name: str = "size", *arguments: str) -> Result:
    data = data.encode() if isinstance(data, str) else data
    return CliRunner().invoke(main.app, ["standard", name, *arguments], input=data, catch_exceptions=False)


def back(result: Result) -> list[list[str]]:
    return list(csv.reader(io.StringIO(result.stdout_bytes.decode(), newline="")))


def judged(data: bytes) -> list[list[str]]:
    out = io.BytesIO()
    judge_csv(STANDARDS["size"], data, out, date(2026, 1, 1))
    return list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("arguments", [(), ("-",), ("file",)])
def test_encodings_from_file_and_stdin(tmp_path: Path, encoding: str, arguments: tuple[str, ...]) -> None:
    """The rare characters need GB18030, not GBK; what comes out is UTF-8 without mark."""
    text = f"企业名称,{HEADER}\n㛃䶮𠮷（郑州）有限公司,工业,1000,40000,\n"
    data = text.encode(encoding)
    if arguments == ("file",):
        (tmp_path / "甲.csv").write_bytes(data)
        result = run(b"", "size", str(tmp_path / "甲.csv"))
    else:
        result = run(data, "size", *arguments)
    assert result.exit_code == 0
    assert result.stdout_bytes.decode() == (
        f"企业名称,{HEADER},size,note\n㛃䶮𠮷（郑州）有限公司,工业,1000,40000,,大型,\n"
    )
    assert "依据 工信部联企业〔2011〕300号" in result.stderr and result.stderr.count("\n") == 1


def test_columns_in_any_order_case_and_with_strangers() -> None:
    result = run("备注, Assets_WAN ,甲,EMPLOYEES,Revenue_Wan,\tINDUSTRY\n=1+1,,@x,1000,40000,工业\n")
    assert result.stdout == (
        "备注, Assets_WAN ,甲,EMPLOYEES,Revenue_Wan,\tINDUSTRY,size,note\n=1+1,,@x,1000,40000,工业,大型,\n"
    )


def test_cells_are_passed_through_as_they_are() -> None:
    cells = ["=HYPERLINK(1)", '说"引号"', "两\n行", "a,b", " 边 ", "'1", "-2+3", "001", "１", "\x01", "\r\n"]
    text = io.StringIO()
    csv.writer(text).writerows([[*HEADER.split(","), *"abcdefghijk"], ["工业", "1000", "40000", "", *cells]])
    found = judged(text.getvalue().encode())
    assert found[1] == ["工业", "1000", "40000", "", *cells, "大型", ""]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_and_blank_lines_stay(newline: str) -> None:
    text = f"\n{HEADER}\n工业,1000,40000,\n\n批发业,5,1000,\n\n".replace("\n", newline)
    result = run(text)
    assert result.exit_code == 0
    assert result.stdout_bytes.decode().split(newline) == [
        "",
        f"{HEADER},size,note",
        "工业,1000,40000,,大型,",
        "",
        "批发业,5,1000,,小型,",
        "",
        "",
    ]


def test_old_line_ends_are_read() -> None:
    assert judged(GOOD.replace("\n", "\r").encode()) == judged(GOOD.encode())


def test_rows_of_another_length() -> None:
    result = run(f"{HEADER},名\n工业,20\n农林牧渔业,,50\n工业,1,000,40000,,甲\n工业,20,300,,乙,,\n")
    assert result.exit_code == 0
    assert back(result)[1:] == [
        ["工业", "20", "", "", "", "", "未填 revenue_wan，无法判定；本行只有 2 格，缺的按空"],
        ["农林牧渔业", "", "50", "", "", "小型", "本行只有 3 格，缺的按空"],
        [
            "工业",
            "1",
            "000",
            "40000",
            "",
            "",
            "本行有 6 格，表头只有 5 格，未判定（是否有未加引号的逗号）",
            "甲",
        ],
        ["工业", "20", "300", "", "乙", "小型", "", "", ""],
    ]
    assert "4 行中 2 行没有结果" in result.stderr


def test_header_only() -> None:
    for end in ("", "\n"):
        result = run(HEADER + end)
        assert (result.exit_code, result.stdout) == (0, f"{HEADER},size,note\n")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "文件是空的，没有表头"),
        (b" \n\n ", "文件是空的，没有表头"),
        (b"\xef\xbb\xbf", "文件是空的，没有表头"),
        (b"\n" * 9000, "文件里没有表头"),
        (b"PK\x03\x04rest", "工作簿"),
        (b"\xff\xfea\x00", "UTF-8"),
        (b"industry,\xff\xff\n", "UTF-8"),
        (b"%PDF-1.7", "PDF"),
        (b"industry" + b" " * 5000 + b"\x00,\n", "空字符"),
        (b"<html><table>", "网页"),
    ],
)
def test_files_that_are_no_csv(data: bytes, message: str) -> None:
    result = run(data)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_missing_columns_name_found_expected_and_nearest() -> None:
    result = run("行业类别,employes,revenues_wan,assets_wan\n工业,1,2,3\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        "缺少必需的列：industry（划型行业名称或 GB/T 4754 代码）、employees（从业人数；最接近的是“employes”）"
        in (result.stderr)
    )
    assert "文件里有：行业类别、employes、revenues_wan、assets_wan" in result.stderr
    assert "应有：industry、employees、revenue_wan、assets_wan" in result.stderr
    assert "revenue_wan（营业收入（万元）；最接近的是“revenues_wan”）" in result.stderr


@pytest.mark.parametrize(("mark", "word"), [(";", "分号"), ("\t", "制表符"), ("，", "全角逗号")])
def test_other_delimiters_are_named(mark: str, word: str) -> None:
    result = run(GOOD.replace(",", mark))
    assert result.exit_code == 2
    assert f"看上去以{word}分隔" in result.stderr


def test_a_column_twice_is_not_guessed() -> None:
    result = run(f"{HEADER},Industry\n工业,1,2,3,批发业\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "不止一列是 industry：“industry”“Industry”" in result.stderr


def test_a_misspelled_optional_column_is_told() -> None:
    result = run("version,score,answer\n2024,60,网络建设=B\n", "digital-level")
    assert result.exit_code == 0
    assert "没有 answers 列，按空处理；“answer”是否就是它？" in result.stderr


def test_markup_of_the_file_is_not_interpreted() -> None:
    result = run("[red]x[/red],[/bold]\n1,2\n")
    assert result.exit_code == 2
    assert "[red]x[/red]、[/bold]" in result.stderr


def test_unknown_standard_file_and_day(tmp_path: Path) -> None:
    unknown = run(GOOD, "tax-credits")
    assert unknown.exit_code == 2
    assert "没有标准“tax-credits”；是否想写 tax-credit？" in unknown.stderr
    for missing in (tmp_path / "无.csv", tmp_path):
        result = run("", "size", str(missing))
        assert result.exit_code == 2
        assert "读不出来" in result.stderr
    assert run(GOOD, "size", "--date", "昨天").exit_code == 2
    assert run(GOOD, "size", "-", "--date", "2024-02-29").exit_code == 0


def test_help_names_every_standard() -> None:
    shown = run("", "--help").output
    assert all(name in shown for name in ("size", "tax-credit", "digital-level"))
    assert set(STANDARDS) >= {"size", "tax-credit", "digital-level"}


def test_an_open_quote_is_a_bad_row() -> None:
    result = run(f'{HEADER}\n工业,1000,40000,\n工业,"20,300,\n工业,20,300,\n')
    assert result.exit_code == 0
    rows = back(result)
    assert rows[1][4:] == ["大型", ""]
    assert rows[2][:2] == ["工业", "20,300,\n工业,20,300,\n"]
    assert rows[2][4] == "" and "本行只有 2 格" in rows[2][5]


def test_chunks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"{word},{n},300,\n" for n in range(5, 45) for word in ("工业", "不详"))
    whole = judged(f"{HEADER}\n{rows}".encode())
    monkeypatch.setattr(sheet, "CHUNK_ROWS", 7)
    assert judged(f"{HEADER}\n{rows}".encode()) == whole
    assert len(whole) == 81


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    """As with ``| head -1``: the pipe closes while most is still to be written."""
    file = tmp_path / "长.csv"
    file.write_text(f"{HEADER}\n" + "工业,1000,40000,\n" * 20000, encoding="utf-8")
    command = [sys.executable, "-m", "srdi.cli.main", "standard", "size", str(file)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUTF8": "1"}
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().decode().strip() == f"{HEADER},size,note"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(sorted(STANDARDS)),
    rows=st.lists(st.lists(CELL, min_size=1, max_size=7), min_size=1, max_size=12),
)
def test_whatever_stands_in_the_cells_comes_back(name: str, rows: list[list[str]]) -> None:
    standard = STANDARDS[name]
    header = [column.name for column in standard.columns] + ["more"]
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    out = io.BytesIO()
    tally = judge_csv(standard, text.getvalue().encode(), out, date(2026, 1, 1))
    found = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert tally.rows == len(rows) == len(found) - 1
    for row, result in zip(rows, found[1:], strict=True):
        added = [result for result in standard.results if result not in header]
        head, tail = result[: len(header)], result[len(header) + len(added) :]
        sent = row + [""] * (len(header) - len(row))
        if "score" in standard.results and "score" in header:
            # where it can be read the score comes back as the number that was read
            head[header.index("score")] = sent[header.index("score")]
        assert head + tail == sent


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=200))
def test_arbitrary_bytes_are_told_not_raised(data: bytes) -> None:
    try:
        judged(HEADER.encode() + b"\n" + data)
    except sheet.Unusable as told:
        assert str(told)


def test_a_standard_is_declared_and_run_in_one_place() -> None:
    """The modules of the standards hold no steps of their own: what each reads and builds is data."""
    for module in (digital_level, size, tax_credit):
        assert [name for name, value in vars(module).items() if inspect.isfunction(value)] == [], module
        assert module.STANDARD.models[-1].table == "judged"
