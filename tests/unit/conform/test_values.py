"""Days, amounts, counts and words: every accepted shape, and what must not be guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srdi.conform import macros, text
from srdi.contracts.units import UNITS, periods
from srdi.engine.duck import connect

CON = connect(threads=1)
macros.register(CON)

DAY = date(2023, 1, 2)


@pytest.mark.parametrize(
    "written",
    ["2023-01-02", "2023/1/2", "2023.01.02", "20230102", "2023年1月2日", "２０２３－０１－０２", "44928", "44928.0",
     "2023-01-02 00:00:00", "2023-01-02T08:30:00+08:00", "1672588800", "1672588800000", " 2023-1-2 "],
)  # fmt: skip
def test_days(written, sql):
    assert sql("day_of(fold(s))", written) == DAY


@pytest.mark.parametrize(
    "written",
    [
        "2023年1月",
        "2023-02-30",
        "20231301",
        "1/2/2023",
        "9999",
        "12",
        "昨天",
        "2023-1",
        "0000-00-00",
        "123456789012345678",
    ],
)
def test_no_day_is_guessed(written, sql):
    assert sql("day_of(fold(s))", written) is None


@given(st.dates(date(1930, 1, 1), date(2100, 12, 31)))
@settings(max_examples=60, deadline=None)
def test_all_shapes_of_a_day_agree(day):
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    shapes = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        str(serial),
    ]
    got = CON.execute("SELECT day_of(fold(unnest(?::VARCHAR[])))", [shapes]).fetchall()
    assert got == [(day,)] * len(shapes)


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("1,000.00万", "10000000.00"),
        ("800万人民币", "8000000.00"),
        ("10(万元)", "100000.00"),
        ("1,234,567.89", "12345678900.00"),
        ("（1,000.00）", "-10000000.00"),
        ("-5", "-50000.00"),
        ("１２３．４", "1234000.00"),
        ("1.2E+03", "12000000.00"),
        ("¥1,000元", "1000.00"),
        ("2亿", "200000000.00"),
        ("0", "0.00"),
        ("1 000", "10000000.00"),
        ("0.30000000000000004", "3000.00"),
        ("人民币500元整", "500.00"),
        ("12.34567", "123456.70"),
    ],
)
def test_amounts_in_a_column_of_ten_thousands(written, yuan, sql):
    assert sql("yuan_of(number_text(fold(s)), 10000)", written) == Decimal(yuan)


@pytest.mark.parametrize(
    "written",
    [
        "约三千万",
        "100美元",
        "1,00",
        "1,0000",
        "一百",
        "12-13",
        "100.0.0",
        "(5",
        "5)",
        "",
        "∞",
        "1e99",
        "9" * 17,
    ],
)
def test_no_amount_is_guessed(written, sql):
    assert sql("yuan_of(number_text(fold(s)), 1)", written) is None


@given(
    st.decimals(Decimal("-99999999.999999"), Decimal("99999999.999999"), places=6),
    st.sampled_from([1, 1000, 10000]),
)
@settings(max_examples=80, deadline=None)
def test_amounts_are_exact(amount, factor):
    got = CON.execute(
        f"SELECT yuan_of(?, {factor}), yuan_of(?, {factor})", [f"{amount:f}", f"{amount:,f}"]
    ).fetchone()
    expected = (amount * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert got == (expected, expected)


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("1,234人", 1234),
        ("12.0", 12),
        ("12.5", None),
        ("0", 0),
        ("-3", -3),
        ("若干", None),
        ("3000000000", None),
    ],
)
def test_counts(written, count, sql):
    assert sql("whole_of(number_text(fold(s)))", written) == count


@pytest.mark.parametrize(
    ("written", "share"), [("3", "0.03"), ("3%", "0.03"), ("３％", "0.03"), ("30‰", "0.03"), ("abc", None)]
)
def test_shares_in_a_percent_column(written, share, sql):
    assert sql("share_of(number_text(fold(s)), 0.01, 1)", written) == (Decimal(share) if share else None)


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("0.1", "0.012"),
        # a sign in the cell says nothing of the month, which the column has said
        ("0.1%", "0.012"),
        ("1‰", "0.012"),
        ("1‰/月", "0.012"),
        ("1.2%/年", "0.012"),
        ("12‰/年", "0.012"),
        ("0.1/月", None),
        ("0.1%每月左右", None),
    ],
)
def test_shares_in_a_column_by_the_month(written, share, sql):
    assert UNITS["%/月"] == ("ratio", "0.12") and periods("%/月") == "12"
    got = sql("share_of(number_text(fold(s)), 0.12, 12)", written)
    assert got == (Decimal(share) if share else None)


def test_a_rate_by_the_month_in_a_column_by_the_year(sql):
    assert sql("share_of(number_text(fold(s)), 0.01, 1)", "0.1%/月") == Decimal("0.012")


def test_permille_a_month_is_exact(sql):
    # ‰/月 × 12 ÷ 10 = %/年, in decimals
    assert periods("‰/月") == "12" and periods("‰/年") == periods("%") == "1"
    for tenths in range(1, 400):
        written = f"{Decimal(tenths) / 10}"
        expected = Decimal(tenths) / 10 * Decimal("0.012")
        assert sql(f"share_of(number_text(fold(s)), {UNITS['‰/月'][1]}, 12)", written) == expected


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2023-01",
            "2023-1",
            "2023/01",
            "2023.01",
            "202301",
            "2023年1月",
            "2023年 01月份",
            "２０２３年１月",
        ),
        *("2023-01-31", "20230131", "2023年1月15日", "44927"),
    ],
)
def test_months(written, sql):
    assert sql("month_of(fold(s))", written) == date(2023, 1, 1)


# 2023.1 may be October with its last digit lost
@pytest.mark.parametrize(
    "written", ["2023.1", "2023", "1月", "2023-13", "2023-00", "202313", "2023年", "一月"]
)
def test_no_month_is_guessed(written, sql):
    assert sql("month_of(fold(s))", written) is None


@pytest.mark.parametrize(
    ("written", "year"),
    [("2024", 2024), ("2024年度", 2024), ("2024.0", 2024), ("24", None), ("20240101", None)],
)
def test_years(written, year, sql):
    assert sql("year_of(number_text(fold(s)))", written) == year


@given(
    st.text(
        st.one_of(
            st.characters(codec="utf-8", exclude_characters="\x00"),
            st.sampled_from(text.INVISIBLE + "（）【】ＡＢ　 \t“”'"),
        ),
        max_size=20,
    )
)
@settings(max_examples=200, deadline=None)
def test_text_rules_are_the_same_in_python_and_sql(written):
    got = CON.execute(
        "SELECT fold(s), clean(s), normal_name(s), header_key(s) FROM (SELECT ?::VARCHAR AS s)", [written]
    ).fetchone()
    upper = str.upper
    assert got[:2] == (text.fold(written), text.clean(written))
    if written.upper().lower() == written.lower():  # ß, ŉ and their like have no single capital: not in names
        assert upper(got[2]) == upper(text.normal_name(written))
        assert upper(got[3]) == upper(text.header_key(written))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("郑州某某（集团）有限公司", "郑州某某(集团)有限公司"),
        ("ＡＢＣ 公司", "abc公司"),
        ("河南\u200b某某【中国】公司", "河南某某(中国)公司"),
    ],
)
def test_names_that_are_the_same(one, other, sql):
    assert sql("normal_name(s)", one) == sql("normal_name(s)", other)


def test_former_names_are_split(sql):
    assert sql("split_names(s)", "甲公司\n乙公司；丙（河南）公司、 丁公司;") == [
        "甲公司",
        "乙公司",
        "丙（河南）公司",
        "丁公司",
    ]
