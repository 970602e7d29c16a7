"""One rule of headers for every standard: what names a column, two names of one fact, results in place, hints."""

from __future__ import annotations

import csv
import io

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from srdi.cli import main
from srdi.standards import STANDARDS

pytestmark = pytest.mark.full

SIZE = "industry,employees,revenue_wan,assets_wan"


@pytest.fixture(autouse=True)
def wide_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "errors", Console(width=300, highlight=False, stderr=True))


def run(name: str, text: str) -> Result:
    return CliRunner().invoke(main.app, ["standard", name], input=text.encode(), catch_exceptions=False)


def back(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.reader(io.StringIO(result.stdout_bytes.decode(), newline="")))


# one small enterprise of industry, its figures under every kind of header
FORMS = [
    SIZE,
    "行业,从业人数,营业收入（万元）,资产总额（万元）",
    "行业,从业人数（人）,营业收入(万元),资产总额(万元)",
    "行业,从业人员,revenue_wan,资产总额（万元）",
    " INDUSTRY ,Employees, 营业收入 （万元） ,ASSETS_WAN",
    "*行业,*从业人员（人）,营业收入【万元】,资产总额［万元］",
]


@pytest.mark.parametrize("header", FORMS)
def test_size_by_names_labels_and_units(header: str) -> None:
    assert back(run("size", f"{header}\n工业,20,300,\n工业,20,299.99,\n"))[1:] == [
        ["工业", "20", "300", "", "小型", ""],
        ["工业", "20", "299.99", "", "微型", ""],
    ]


@pytest.mark.parametrize("header", ["revenue", "营业收入", "营业收入（元）", "营业收入(元)"])
def test_size_in_yuan(header: str) -> None:
    """Without 万 in its header an amount is in yuan, as everywhere; who wrote no unit is told."""
    result = run(
        "size",
        f"行业,从业人数,{header},资产总额（元）\n工业,20,3000000,\n工业,20,2999999.99,\n工业,20,3万,\n",
    )
    found = back(result)
    assert [row[4] for row in found[1:]] == ["小型", "微型", ""]
    assert found[3][5] == "revenue “3万”无法识别，应为不小于 0 的数"
    told = f"“{header}”没有写单位，按元读；若是万元，表头请写 revenue_wan 或 营业收入（万元）"
    assert (told in result.stderr) is ("（" not in header and "(" not in header)


def test_the_assets_count_in_yuan_too() -> None:
    found = back(
        run(
            "size",
            "行业,从业人数,营业收入（元）,资产总额\n建筑业,1,3000000,3000000\n建筑业,1,3000000,2999999\n",
        )
    )
    assert [row[4] for row in found[1:]] == ["小型", "微型"]


def test_tax_credit_and_digital_level_by_labels() -> None:
    assert back(
        run("tax-credit", "得分,新设立企业,评价年度无经营收入,直接判D\n95,,,\n95,是,,\n95,,,是\n80,,是,\n")
    )[1:] == [
        ["95", "", "", "", "A", ""],
        ["95", "是", "", "", "M", ""],
        ["95", "", "", "是", "D", ""],
        ["80", "", "是", "", "M", ""],
    ]
    assert back(run("digital-level", "评测版本,得分（分）,问卷答案\n2022,61,\n")) == [
        ["评测版本", "得分（分）", "问卷答案", "score", "level", "note"],
        ["2022", "61", "", "61", "三级", ""],
    ]


TITLE = "title,standard"
TWICE = [
    ("title", f"{TITLE},营业收入（万元）,revenue_wan", ["营业收入（万元）", "revenue_wan"]),
    ("title", f"{TITLE},revenue,revenue_wan", ["revenue", "revenue_wan"]),
    ("title", f"{TITLE},营业收入,营业收入（元）", ["营业收入", "营业收入（元）"]),
    ("title", f"{TITLE},研发费用（元）,研发费用(万元)", ["研发费用（元）", "研发费用(万元)"]),
    ("title", f"{TITLE},称号", ["title", "称号"]),
    ("title", f"{TITLE},sme,是否中小企业", ["sme", "是否中小企业"]),
    ("title", f"{TITLE},size,企业规模", ["size", "企业规模"]),
    ("size", f"{SIZE},营业收入（万元）", ["revenue_wan", "营业收入（万元）"]),
    ("size", f"{SIZE},revenue", ["revenue_wan", "revenue"]),
    ("size", f"{SIZE},行业", ["industry", "行业"]),
    ("size", f"{SIZE},Industry", ["industry", "Industry"]),
    ("tax-credit", "score,new_enterprise,no_revenue_year,direct_D,得分", ["score", "得分"]),
    ("digital-level", "version,score,score", ["score", "score"]),
    ("digital-level", "version,score,level,level", ["level", "level"]),
    ("size", f"note,{SIZE},Note", ["note", "Note"]),
]


@pytest.mark.parametrize(("name", "header", "both"), TWICE, ids=lambda case: str(case)[:40])
def test_two_columns_of_one_meaning_are_refused(name: str, header: str, both: list[str]) -> None:
    cells = ",".join("1" for _ in header.split(","))
    result = run(name, f"{header}\n{cells}\n")
    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert "".join(f"“{one}”" for one in both) in result.stderr
    assert "请只留一列" in result.stderr
    assert "没有 revenue 列" not in result.stderr


def test_an_amount_in_ten_thousands_leaves_no_other_column_wanting() -> None:
    for header in ("revenue_wan", "营业收入（万元）", "营业收入"):
        result = run("title", f"{TITLE},{header}\n小巨人,2,1\n")
        assert result.exit_code == 0
        assert "是否就是它" not in result.stderr


@pytest.mark.parametrize(
    ("name", "header", "hints"),
    [
        ("title", f"{TITLE},企业", []),
        ("title", f"{TITLE},企业名称,净利润率,企业代码,所属行业", []),
        ("title", f"{TITLE},净资产,上年度营业收入合计,研发费用占比", []),
        ("title", f"{TITLE},revenu,资产总计,负债总额（千元）", ["revenue", "assets", "liabilities"]),
        ("digital-level", "version,score,answer", ["answers"]),
        ("digital-level", "version,score,备注,名称", []),
    ],
)
def test_hints_only_for_what_is_really_near(name: str, header: str, hints: list[str]) -> None:
    result = run(name, f"{header}\n{','.join('1' for _ in header.split(','))}\n")
    told = [
        line.split(" 没有 ")[1].split(" 列")[0] for line in result.stderr.splitlines() if "是否就是它" in line
    ]
    assert sorted(told) == sorted(hints)


def test_missing_columns_are_not_guessed_from_far() -> None:
    result = run("size", "企业,行业门类,employes,营业额,总资产\n甲,C,1,2,3\n")
    assert result.exit_code == 2
    assert result.stderr.count("最接近的是") == 1
    assert "employees（从业人数；最接近的是“employes”）" in result.stderr


def test_results_stand_where_their_names_stand() -> None:
    """One column a name: what the file has under the name of a result gives way to it, and that is told."""
    result = run("size", f"note,{SIZE},Size,备\n旧,工业,20,300,,大,甲\n新,J66,20,300,,大,乙\n")
    header, first, second = back(result)
    assert header == ["note", *SIZE.split(","), "size", "备"]
    assert first == ["", "工业", "20", "300", "", "小型", "甲"]
    assert second[1:] == ["J66", "20", "300", "", "", "乙"]
    assert "不适用划型标准" in second[0]
    assert "原有的 size、note 列已换成本次的结果" in result.stderr


@pytest.mark.parametrize("name", sorted(STANDARDS))
def test_a_standard_on_its_own_output_changes_nothing(name: str) -> None:
    rows = {
        "size": f"{SIZE}\n工业,20,300,\n不详,1,1,1\n",
        "tax-credit": "score,new_enterprise,no_revenue_year,direct_D\n90,,,\nx,,,\n",
        "digital-level": "version,score,answers\n2022,61,\n2024,,网络建设=BCDE;产品设计=2\n2022,六十,\n",
        "title": f"{TITLE},revenue_wan\n小巨人,2,1\n无,,\n",
    }
    once = run(name, rows[name]).stdout_bytes
    again = run(name, once.decode())
    assert again.exit_code == 0
    names = again.stdout_bytes.decode().splitlines()[0].split(",")
    assert len(names) == len(set(names))
    if name == "digital-level":  # the score is known by now, from the answers
        assert "未填" not in once.decode() and again.stdout_bytes == once
    assert again.stdout_bytes == once


def test_a_score_is_one_column() -> None:
    """The score of digital-level stands where it was given: as given, computed, or as it was when nothing can be said."""
    found = back(
        run(
            "digital-level",
            "企业,Score,version,answers\n甲,61,2022,\n乙,６１,2022,\n丙,六十,2022,\n丁,5,2024,网络建设=BC\n",
        )
    )
    assert found[0] == ["企业", "score", "version", "answers", "level", "note"]
    assert [(row[1], row[4]) for row in found[1:]] == [
        ("61", "三级"),
        ("61", "三级"),
        ("六十", ""),
        ("4", "无"),
    ]
    assert "所给得分 5 与按答案计算的 4 不同" in found[4][5]


def test_rows_of_another_length_with_results_in_place() -> None:
    found = back(run("size", f"{SIZE},note,size,名\n工业,20,300\n工业,1,000,40000,,旧,大,甲\n\n"))
    assert found[1] == ["工业", "20", "300", "", "本行只有 3 格，缺的按空", "小型", ""]
    assert found[2][4].startswith("本行有 8 格，表头只有 7 格，未判定")
    assert found[2] == ["工业", "1", "000", "40000", found[2][4], "", "大", "甲"]
    assert found[3] == []
