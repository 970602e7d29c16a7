"""The day that is judged by: told on standard error, with its effect or without, and days before a standard began."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from srdi.cli import main
from srdi.standards import STANDARDS
from srdi.standards.title_columns import measures, packs

pytestmark = pytest.mark.full

FILES = {
    "size": "industry,employees,revenue_wan,assets_wan\n工业,1000,40000,\n",
    "tax-credit": "score,new_enterprise,no_revenue_year,direct_D\n90,,,\n95,1,,\n90,,1,\n",
    "digital-level": "version,score\n2022,61\n",
    "title": "title,standard,revenue\n小巨人,63,40000000\n小巨人,63,\n",
}


@pytest.fixture(autouse=True)
def wide_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "errors", Console(width=400, highlight=False, stderr=True))


def run(name: str, *arguments: str) -> Result:
    result = CliRunner().invoke(
        main.app, ["standard", name, "-", *arguments], input=FILES[name].encode(), catch_exceptions=False
    )
    assert result.exit_code == 0, result.stderr
    return result


def back(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout_bytes.decode(), newline="")))


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("day", ["", "2025-12-31"])
def test_the_day_and_the_rule_are_told_in_one_line(name: str, day: str) -> None:
    lines = [
        line for line in run(name, *(["--date", day] if day else [])).stderr.splitlines() if "依据" in line
    ]
    assert len(lines) == 1
    assert STANDARDS[name].basis in lines[0]
    if day or name != "title":
        assert f"按 {day or datetime.now().date()} " in lines[0]


def test_a_title_without_a_day_is_judged_as_issued_and_that_is_told() -> None:
    """What was decreed since is named with its day; it counts once a day is given."""
    issued, later, before = (
        run("title"),
        run("title", "--date", "2025-05-16"),
        run("title", "--date", "2025-05-15"),
    )
    assert "按印发时的条文" in issued.stderr and "2025-05-16" in issued.stderr and "--date" in issued.stderr
    assert "按印发时的条文" not in later.stderr
    assert [row["failing"] for row in back(issued)] == ["", ""]
    assert [row["failing"] for row in back(before)] == ["", ""]
    assert [row["failing"] for row in back(later)] == ["revenue_floor", ""]


def test_no_floor_is_no_question() -> None:
    """Before the notice of 2025 no revenue is too small, so an unknown revenue leaves nothing open there."""
    assert "revenue_floor" not in back(run("title"))[1]["unknown"].split()
    assert "revenue_floor" in back(run("title", "--date", "2025-05-16"))[1]["unknown"].split()


def test_what_is_told_of_later_rules_is_all_there_is() -> None:
    """The words of the help, checked against the dated values of the packs."""
    ids = {measure.document.id for measure in measures()}
    later = {
        (name, day, entry.value)
        for id_ in ids
        for name, parameter in packs().parameters[id_].items()
        for day, entry in parameter.values[1:]
    }
    assert later == {("giant_revenue_floor", date(2025, 5, 16), 50000000)}
    told = STANDARDS["title"].issued_zh
    assert "2025-05-16" in told and "5000 万元" in told
    shown = CliRunner().invoke(main.app, ["standard", "--help"], env={"COLUMNS": "300"}).output
    assert "2025-05-16" in shown and "--date" in shown


@pytest.mark.parametrize(
    ("name", "day", "verdict", "judged"),
    [
        ("size", "2010-12-31", "size", False),
        ("size", "2011-01-01", "size", True),
        ("tax-credit", "2013-12-31", "grade", False),
        ("tax-credit", "2014-01-01", "grade", True),
        ("digital-level", "2021-12-31", "level", False),
        ("digital-level", "2022-01-01", "level", True),
    ],
)
def test_before_a_standard_began_there_is_no_result(name: str, day: str, verdict: str, judged: bool) -> None:
    result = run(name, "--date", day)
    for row in back(result):
        assert bool(row[verdict]) is judged
        assert ("还没有" in row["note"]) is not judged
        assert (day in row["note"]) is not judged or name == "tax-credit"
    assert ("没有结果" in result.stderr) is not judged


def test_grade_m_before_it_is_said_to_exist() -> None:
    """Its first day is remembered, not read: it is told and changes no grade."""
    before, since = (back(run("tax-credit", "--date", day)) for day in ("2018-03-31", "2018-04-01"))
    assert [row["grade"] for row in before] == [row["grade"] for row in since] == ["A", "M", "M"]
    assert [row["note"] for row in since] == ["", "", ""]
    assert before[0]["note"] == ""
    assert all("2018-04-01" in row["note"] and "未核" in row["note"] for row in before[1:])


def test_days_that_change_nothing_say_so() -> None:
    for name in ("size", "tax-credit", "digital-level"):
        assert "结果相同" in run(name).stderr
    assert "结果相同" not in run("title").stderr


def test_help_shows_how_to_write_answers_and_flags() -> None:
    shown = " ".join(
        CliRunner().invoke(main.app, ["standard", "--help"], env={"COLUMNS": "300"}).output.split()
    )
    assert "网络建设=BCD;产品设计=2" in shown
    assert "new_enterprise" in shown and "是/否" in shown
    assert "营业收入（万元）" in shown and "从业人数（人）" in shown
