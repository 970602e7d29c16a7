"""Whatever is given to any of the standards is told in words: no file and no figure ends in a traceback."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from rich.console import Console
from typer.testing import CliRunner

from srdi.cli import main
from srdi.standards import STANDARDS
from srdi.standards.run import judge_csv

pytestmark = pytest.mark.full

NAMES = sorted(STANDARDS)
JUNK = [
    "1e999", "-1e999", "1E5", "NaN", "nan", "inf", "-inf", "Infinity", "0x10", "1_000", "１２３", "１,２３４．５", "1,234",
    "1,23", "12,34,567", "--1", "+-1", "1.2.3", ".", ",", "-", "（5）", "(", ")", "()", "%", "101%", "一百", "½", "²", "٣",
    "9" * 400, "0." + "9" * 400, "1" + "0" * 38, "99999999999999999999", "\x01", "\u202e5", "‘", "'", '"', "\\", "$1",
    "{x}", "NULL", "None", "#DIV/0!", "=1+1", "是", "2026-01-01", ";;=", "=;=", "网络建设=", "=B", "😀" * 50,
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_cell_in_any_column(name: str) -> None:
    """Each piece of junk alone in each kind of column, the others good; the rest of the row still comes back."""
    good = {"industry": "工业", "title": "小巨人", "standard": "63", "version": "2024"}
    standard = STANDARDS[name]
    columns = [column.name for column in standard.columns if column.name not in good]
    keys = [key for key in good if key in {column.name for column in standard.columns}]
    header = [*keys, *columns]
    rows = [
        [*(good[key] for key in keys), *(junk if at == place else "1" for at in range(len(columns)))]
        for junk in JUNK
        for place in range(len(columns))
    ]
    rows += [[junk, *header[1:]] for junk in JUNK] + [[junk] * len(header) for junk in JUNK]
    text, out = io.StringIO(), io.BytesIO()
    csv.writer(text).writerows([header, *rows])
    tally = judge_csv(standard, text.getvalue().encode(), out, date(2026, 1, 1))
    back = list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))
    assert tally.rows == len(back) == len(rows)
    for row, sent in zip(back, rows, strict=True):
        assert row[standard.verdict] or row["note"], sent


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"\xef\xbb\xbf", b"\xff\xfe\x00", b"\x80\x81", b"a,b\n1,2\n", b'"', b'"\n', b",,,\n", b"\x00", "标准".encode("utf-16")],
)  # fmt: skip
def test_files_that_cannot_be_judged_are_refused(
    name: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "errors", Console(width=300, stderr=True))
    result = CliRunner().invoke(main.app, ["standard", name], input=data, catch_exceptions=False)
    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert result.stderr.startswith("✗ ")


def test_figures_as_people_write_them_are_read() -> None:
    """Full-width digits and thousand separators are figures; powers of ten and words are none."""
    header = "industry,employees,revenue_wan,assets_wan"
    out = io.BytesIO()
    rows = '工业,１０００,"40,000",\n工业,"1,000",４０，０００,\n工业,1000,"４０,０００",\n工业,1000,4e4,\n工业,1000,1e999,\n工业,NaN,40000,\n'
    judge_csv(STANDARDS["size"], f"{header}\n{rows}".encode(), out, date(2026, 1, 1))
    back = list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))
    assert [row["size"] for row in back] == ["大型", "大型", "大型", "", "", ""]
    assert all("无法识别，应为不小于 0 的数" in row["note"] for row in back[3:])
