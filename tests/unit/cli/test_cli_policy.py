"""``srdi policy``: what an officer reads about papers, clauses and measures; no services."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from srdi.cli import main
from srdi.policy import inventory, loader
from srdi.policy.inventory import CLAUSES
from srdi.policy.loader import load
from srdi.policy.packset import PackSet
from srdi.policy.words import measured_text
from srdi.reports.measure import tell


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load()


@pytest.fixture(autouse=True)
def loaded_once(packs: PackSet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped packs are read once for all tests; those that spoil something read anew."""
    monkeypatch.setattr(loader, "load", lambda: packs)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main.app, ["policy", *arguments])


@pytest.fixture
def clauses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped inventory that a test may spoil."""
    folder = tmp_path / "clauses"
    folder.mkdir()
    for path in CLAUSES.glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(loader, "CLAUSES", folder)
    monkeypatch.setattr(loader, "load", load)
    return folder


# ---- lint


def test_lint_counts_the_clauses(packs: PackSet) -> None:
    found = run("lint")
    assert found.exit_code == 0, found.output
    clauses = sum(len(one.clauses) for one in packs.inventory.values())
    assert f"{len(packs.measures)} 个指标、{clauses} 条条款无误" in found.output


def test_lint_names_what_is_wrong_with_the_inventory(clauses: Path) -> None:
    path = clauses / "luoyang_2023.yaml"
    text = path.read_text("utf-8")
    line = text[: text.index("measures: [luoyang.whitelist]")].count("\n") + 1
    path.write_text(text.replace("[luoyang.whitelist]", "[luoyang.whitelst]"), "utf-8")
    found = run("lint")
    shown = "".join(found.output.split())
    assert found.exit_code == 1
    assert f"clauses/luoyang_2023.yaml第{line}行：指标luoyang.whitelst不在政策包里" in shown
    assert "您是否想写luoyang.whitelist？" in shown and "无误" not in shown


# ---- trace


def test_trace_as_a_table_names_paper_clause_measure_table_and_case() -> None:
    found = run("trace", "luoyang-2023")
    assert found.exit_code == 0
    for words in (
        "洛阳市专精特新企业培育提升行动方案",
        "征求意见稿",
        "二(三)10-a",
        "已计算",
        "不计算",
        "待建",
    ):
        assert words in found.output, words
    assert "→ marts.coverage, marts.measure_member" in found.output
    assert "→ luoyang.whitelist.yaml" in found.output
    assert "郑州市" not in found.output


def test_trace_as_csv_holds_every_clause_and_measure(packs: PackSet) -> None:
    found = run("trace", "--format", "csv")
    assert found.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert {(row["document_id"], row["clause"]) for row in rows} == {
        (name, clause.id) for name, one in packs.inventory.items() for clause in one.clauses
    }
    listed = next(row for row in rows if row["measure"] == "luoyang.whitelist")
    assert (listed["clause"], listed["status"]) == ("二(六)22-a", "已计算")
    assert "marts.whitelist" in listed["tables"].split()
    assert listed["cases"] == "tests/policy/cases/luoyang.whitelist.yaml"
    assert {row["status"] for row in rows} == {"已计算", "待建", "不计算"}
    for row in rows:
        assert bool(row["measure"]) != bool(row["because"]), row
        assert bool(row["reason"]) == (row["status"] == "不计算"), row


def test_trace_as_json_is_one_paper_with_lists() -> None:
    found = run("trace", "zhengzhou-2022", "--format", "json")
    assert found.exit_code == 0
    records = json.loads(found.stdout)
    assert {record["document_id"] for record in records} == {"zhengzhou-2022"}
    clauses = [r["clause"] for r in records if r["measure"] == "zhengzhou.whitelist"]
    assert clauses == ["三(四)11-c", "三(四)14-a"]
    listed = next(r for r in records if r["measure"] == "zhengzhou.whitelist")
    assert listed["tables"][0] == "marts.whitelist" and listed["stage"] == "issued"
    assert listed["title"] == "郑州市银行授信白名单"


@pytest.mark.parametrize(("given", "meant"), [("luoyang", "luoyang-2023"), ("henan-2032", "henan-2022")])
def test_an_unknown_paper_is_a_usage_error_with_the_nearest(given: str, meant: str) -> None:
    found = run("trace", given)
    assert found.exit_code == 2
    assert f"没有文件 {given}" in found.output and f"您是否想写 {meant}" in found.output


def test_an_empty_name_is_no_paper() -> None:
    found = run("trace", "")
    assert found.exit_code == 2 and "全部文件：henan-2022" in found.output


def test_trace_tells_what_it_can_when_a_file_is_broken(clauses: Path) -> None:
    (clauses / "henan_2022.yaml").write_text("document: [", "utf-8")
    found = run("trace")
    assert found.exit_code == 1
    assert "clauses/henan_2022.yaml 第" in found.output and "三门峡市" in found.output
    assert run("trace", "henan-2022").exit_code == 2


# ---- show


def test_show_tells_a_list_in_words() -> None:
    found = run("show", "luoyang.whitelist", "--date", "2025-09-30")
    assert found.exit_code == 0, found.output
    for words in (
        "洛阳市银行授信白名单 / Luoyang bank whitelist",
        "征求意见稿 / draft",
        "2025-09-30 时有效 / in_force：2023-01-01 起，至 2025-12-31",
        "二(六)22-a：省级以上专精特新企业原则上均纳入“白名单”",
        "登记在洛阳市（410300）：省级以上专精特新",
        "河南省白名单排除规则（henan.exclusions）",
        "企业存续经营（not_operating）：在营；不符合：不列入，不详：待人工核实",
        "存疑：列入满三年可移出，移出日期以名单为准",
        "称号到期后等待复核结果的天数（conventions after_expiry_window_days，day）：180天",
        "tests/policy/cases/luoyang.whitelist.yaml",
        "marts.whitelist_history",
    ):
        assert words in found.output, words


def test_show_tells_the_rules_a_list_has_of_its_own() -> None:
    found = run("show", "zhengzhou.whitelist", "--date", "2025-09-30")
    own, taken = found.output.split("排除规则 exclusions")
    assert "属于中小企业（sme）" in own and "属于中小企业（sme）" not in taken.split("参数 parameters")[0]
    assert "三(四)11-c：" in own and "三(四)14-a：" in own
    assert "未写终止日" in own


def test_show_tells_the_term_of_the_day() -> None:
    late = run("show", "luoyang.evaluated_innovative", "--date", "2026-01-01").output
    assert "已过期 / lapsed" in late and "施行首日" not in late
    early = run("show", "luoyang.evaluated_innovative", "--date", "2022-12-31").output
    assert "未生效 / not_yet" in early
    assert "以下是施行首日 2023-01-01 的数值" in early and "无值" not in early


def test_amounts_are_told_as_papers_write_them() -> None:
    for value, unit, text in (
        ("0.035", "ratio", "3.5%"),
        ("50000000", "yuan", "5000 万元"),
        ("150000000", "yuan", "15000 万元"),
        ("100000000", "yuan", "1 亿元"),
        ("12345", "yuan", "12345元"),
        ("0", "yuan", "0元"),
        ("3", "year", "3年"),
    ):
        assert measured_text(Decimal(value), unit) == text
    assert measured_text(None, "yuan") == "不限"


def test_the_list_can_be_narrowed_to_a_word() -> None:
    found = run("list", "白名单")
    assert found.exit_code == 0 and "zhengzhou.whitelist" in found.output
    assert "zhengzhou.rd_share" not in found.output
    assert run("list", "没有这样的词").exit_code == 2


def test_a_paper_is_found_by_its_city() -> None:
    found = run("trace", "郑州")
    assert found.exit_code == 2 and "您是否想写 zhengzhou-2022？" in found.output


def test_show_tells_a_reading_with_the_clause_of_its_promise() -> None:
    found = run("show", "luoyang.evaluated_innovative.with_higher", "--date", "2025-09-30").output
    assert "本指标是 luoyang.evaluated_innovative 的另一种读法" in found
    assert "luoyang.evaluated_innovative.producer：" in found
    assert "二(三)10-b：创新型中小企业数字化测评率达到 70% 以上" in found
    assert "≥ 70%（evaluated_target_innovative）" in found


def test_show_tells_every_measure_on_every_kind_of_day(packs: PackSet) -> None:
    for name in packs.measures:
        for day in ("1999-01-01", "2025-09-30", "2099-12-31"):
            told = {
                part.heading: part.lines
                for part in tell(packs, packs.measures[name], date.fromisoformat(day))
            }
            assert {"条款 clause", "统计范围 population", "口径 definition"} <= set(told), (name, day)
            assert (
                all("：" in line for line in told["条款 clause"][-1:])
                or packs.measures[name].document.id not in packs.inventory
            )
            assert not told["统计范围 population"][0].endswith("："), (
                "a count of recognitions says who counts"
            )


def test_an_unknown_measure_is_a_usage_error_with_the_nearest() -> None:
    found = run("show", "luoyang.whitelst")
    assert found.exit_code == 2
    assert "没有指标 luoyang.whitelst" in found.output and "luoyang.whitelist" in found.output
    assert "zhengzhou.whitelist" in run("show", "whitelist").output
    assert "全部指标见 srdi policy list" in run("show", "[red]?").output
    assert run("show", "").exit_code == 2


def test_a_planned_measure_says_which_clause_waits_for_it(packs: PackSet) -> None:
    name, clause = next(
        (one.planned[0], one) for each in packs.inventory.values() for one in each.clauses if one.planned
    )
    found = run("show", name)
    assert found.exit_code == 1
    assert f"指标 {name} 待建" in found.output and f"{clause.id}（{clause.says}）" in found.output


def test_a_measure_out_of_use_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in loader.PACKS.glob("*.yaml"):
        text = path.read_text("utf-8")
        spoilt = text.replace("kind: list", "kind: lst") if path.name == "luoyang_2023.yaml" else text
        (tmp_path / path.name).write_text(spoilt, "utf-8")
    monkeypatch.setattr(loader, "PACKS", tmp_path)
    monkeypatch.setattr(loader, "load", load)
    found = run("show", "luoyang.whitelist")
    assert found.exit_code == 1 and "停用 / out：所在文件 luoyang_2023.yaml 有误" in found.output


def test_a_day_that_is_none_is_a_usage_error() -> None:
    assert run("show", "luoyang.whitelist", "--date", "2025-02-30").exit_code == 2


def test_the_shipped_folder_is_the_one_that_is_read() -> None:
    assert loader.CLAUSES == inventory.CLAUSES == CLAUSES


# ---- the day


@pytest.mark.parametrize("command", [("list",), ("show", "luoyang.whitelist")])
def test_the_day_that_is_spoken_about_is_printed_first(command: tuple[str, ...]) -> None:
    for day in ("2024-01-01", "2026-01-01"):
        found = run(*command, "--date", day)
        assert found.exit_code == 0
        assert found.output.splitlines()[0] == f"{day} 的口径 / as of {day}"
    today = main.datetime.now().date().isoformat()
    assert run(*command).output.startswith(today)
