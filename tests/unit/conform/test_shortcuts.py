"""The short ways of reading give what the long ones give: plain quotes, cells read once, equal rows by key."""

from __future__ import annotations

import itertools
import re
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pytest

from srdi.conform import typed
from srdi.conform.text_rows import split_rows

HEADER = "纳税人识别号,纳税人名称,评价年度,纳税信用等级,评价得分,直接判级原因"
CODES = ("91410100XNY8W1UF42", "91410122XNCRCLXK7G", " 91410100xny8w1uf42", "9141", "", "/")
GRADES = ("A", "b级", "Ｍ", "没听说过", "", "不适用")
SCORES = ("81.3", "９０", "约八十", "", "-", "1,000")


def _split(con, texts, delimiter):
    con.register("given", pa.table({"line_no": range(1, len(texts) + 1), "text": pa.array(texts)}))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE given_lines AS SELECT line_no::BIGINT AS line_no, text FROM given"
    )
    con.unregister("given")
    split_rows(con, "given_lines", "given_rows", delimiter)
    return [row[0] for row in con.execute("SELECT cells FROM given_rows ORDER BY _row_no").fetchall()]


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_lines_of_plain_quotes_are_cut_like_any_other(con, delimiter):
    """Every short line of that kind, alone and with a cell behind it whose escaped quote forces the long way."""
    bare = f'(?:"[^"{delimiter}]*"|[^"{delimiter}]*)'
    plain = re.compile(f"{bare}(?:{re.escape(delimiter)}{bare})*")
    texts = ["".join(t) for n in range(8) for t in itertools.product('a" ' + delimiter, repeat=n)]
    texts = [text for text in texts if plain.fullmatch(text)]
    assert len(texts) > 1000
    long = _split(con, [f'{text}{delimiter}"x""y"' for text in texts], delimiter)
    assert [[*cells, 'x"y'] for cells in _split(con, texts, delimiter)] == long


def _file(rows: int) -> str:
    mixed = itertools.cycle(itertools.product(CODES, GRADES, SCORES))
    lines = [
        f'{code},名称,2024,{grade},"{score}",'
        for _, (code, grade, score) in zip(range(rows), mixed, strict=False)
    ]
    odd = ["合计,,,,,", "", "91410100XNY8W1UF42,名称,2023,A,1,,多出一格", "91410100XNY8W1UF42,名称", HEADER]
    return "\n".join([HEADER, *lines, *odd, *lines[:5]]) + "\n"


def test_cells_read_once_give_the_same_rows(conform_bytes, monkeypatch):
    text = _file(400)
    report, rows = conform_bytes("tax_credit", text)
    monkeypatch.setattr(typed, "FEWEST_ROWS", 0)
    once_report, once_rows = conform_bytes("tax_credit", text)
    assert once_rows == rows
    assert once_report == report
    assert report.rows_duplicate > 100
    assert report.rows_ignored == 2


def test_no_column_repeats_or_all_do(conform_bytes, monkeypatch):
    text = _file(60)
    _, rows = conform_bytes("tax_credit", text)
    monkeypatch.setattr(typed, "FEWEST_ROWS", 0)
    for repeats in (0, 10**6):
        monkeypatch.setattr(typed, "REPEATS", repeats)
        assert conform_bytes("tax_credit", text)[1] == rows


def test_rows_keep_their_order_over_several_row_groups(conform_bytes, monkeypatch, con):
    text = HEADER + "\n" + "".join(f"{CODES[0]},名称,2024,A,{n % 90},\n" for n in range(260_000))
    con.execute("SET threads = 2")
    try:
        _, rows = conform_bytes("tax_credit", text)
    finally:
        con.execute("SET threads = 1")
    assert [row["_row_no"] for row in rows] == list(range(2, 260_002))


def test_equal_rows_are_found_although_they_are_written_differently(conform_bytes):
    text = "\n".join(
        [
            HEADER,
            "91410100XNY8W1UF42,名称,2024,A,81.30,",
            "９１410100XNY8W1UF42,名称,2024年,A级,81.3,",
            "91410100XNY8W1UF42,名称,2024,A,81.4,",
            ",名称,2024,A,81.3,",
            ",名称,2024,A,81.3,",
        ]
    )
    _, rows = conform_bytes("tax_credit", text + "\n")
    assert [row["_duplicate_of"] for row in rows] == [None, 2, None, None, 5]


@pytest.mark.parametrize("factor", [1, 10_000, 100_000_000])
@pytest.mark.parametrize(
    "written", ["999999999999.99", "-999999999999", "9999999.5", "0.01", "12345678901234.125"]
)
def test_amounts_with_and_without_rounding_are_exact(con, written, factor):
    """What DECIMAL(18,2) cannot hold is unreadable, whichever way it was read."""
    exact = (Decimal(written) * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)
    expected = exact if abs(exact) < 10**16 else None
    assert con.execute(f"SELECT yuan_of(?, {factor})", [written]).fetchone()[0] == expected
