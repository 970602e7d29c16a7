"""``srdi explain``: from hand-made Parquet files to what a person reads; no services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from srdi.cli import explain as command
from srdi.cli import main
from srdi.cli.account import distance_text, render
from srdi.conform.codes import check_character
from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.local.services import Services
from srdi.reports import enterprise as reading
from srdi.reports.absence import in_area, places, title_standing
from srdi.reports.enterprise import Account, Evidence, FilesGone, Run

Files = dict[str, tuple[pa.Schema, list[dict[str, Any]]]]

DAY = date(2025, 9, 30)
REGISTRY, TITLES, EVALUATION = (
    "enterprise_registry-20250930-aa",
    "title_list-20250930-bb",
    "digital-20250930-cc",
)


def code(number: int) -> str:
    first17 = f"91410300MA{number:07d}"
    return first17 + check_character(first17)


LISTED, EXCLUDED, ELSEWHERE, PLAIN, TWIN, STRANGER = (code(n) for n in range(1, 7))

ENTERPRISE = pa.schema(
    [
        *((name, pa.string()) for name in ("uscc", "name", "status", "city_code", "division_code")),
        ("former_names", pa.list_(pa.string())),
        *((name, pa.bool_()) for name in ("vanished", "provincial_or_above")),
        ("last_seen", pa.date32()),
        *((name, pa.string()) for name in ("registry_batch_id", "digital_batch_id")),
        *((name, pa.int64()) for name in ("registry_row_no", "digital_row_no")),
    ]
)
TITLE = pa.schema(
    [
        *(
            (n, pa.string())
            for n in ("title_id", "uscc", "raw_name", "title", "batch", "state", "source_batch")
        ),
        *((name, pa.date32()) for name in ("recognised_on", "valid_from", "valid_to")),
        *((name, pa.bool_()) for name in ("derived_end", "in_force")),
        ("row_no", pa.int64()),
    ]
)
FINDING = pa.schema(
    [
        ("batch_id", pa.string()),
        ("row_no", pa.int64()),
        ("check_id", pa.string()),
        ("message_zh", pa.string()),
    ]
)
MATCH = pa.schema([(name, pa.string()) for name in ("source", "raw_name", "uscc", "state")])
MEASURE = pa.schema(
    [
        (name, pa.string())
        for name in (
            "measure_id", "document_id", "clause", "kind", "title_zh", "definition_zh", "area_code", "stage", "term"
        )
    ]
)  # fmt: skip
DOCUMENT = pa.schema([(name, pa.string()) for name in ("document_id", "title_zh", "number")])
WHITELIST = pa.schema(
    [
        *((name, pa.string()) for name in ("measure_id", "uscc", "title", "verdict")),
        ("title_valid_to", pa.date32()),
        ("days_to_lapse", pa.int32()),
    ]
)
REASON = pa.schema(
    [
        *(
            (name, pa.string())
            for name in (
                "measure_id", "uscc", "rule_id", "outcome", "effect", "observed", "required", "message_zh", "clause",
                "document_id", "batch_id",
            )
        ),
        ("row_no", pa.int64()),
        ("distance", pa.decimal128(18, 6)),
    ]
)  # fmt: skip
MEMBER = pa.schema(
    [
        *((name, pa.string()) for name in ("measure_id", "uscc", "outcome", "observed", "required")),
        ("distance", pa.decimal128(18, 6)),
    ]
)


def enterprise(uscc: str, name: str, **other: Any) -> dict[str, Any]:
    return {
        "uscc": uscc,
        "name": name,
        "status": "存续",
        "city_code": "410300",
        "division_code": "410305",
        "vanished": False,
        "provincial_or_above": False,
        "registry_batch_id": REGISTRY,
        "registry_row_no": 7,
    } | other


def title(uscc: str | None, row_no: int, **other: Any) -> dict[str, Any]:
    row = {
        "title_id": f"t{row_no}",
        "uscc": uscc,
        "raw_name": "某厂",
        "title": "省级",
        "batch": "第一批",
        "state": "recognised",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2027, 1, 1),
        "derived_end": False,
        "in_force": True,
        "source_batch": TITLES,
        "row_no": row_no,
    }
    return row | other


def measure(measure_id: str, kind: str, area: str = "410300", **other: Any) -> dict[str, Any]:
    row = {
        "measure_id": measure_id,
        "document_id": "paper",
        "clause": "二(六)22",
        "kind": kind,
        "area_code": area,
    }
    return (
        row
        | {"title_zh": f"{measure_id}的题目", "definition_zh": "定义", "stage": "draft", "term": "lapsed"}
        | other
    )


def reason(uscc: str, rule_id: str, outcome: str, effect: str, observed: str, **other: Any) -> dict[str, Any]:
    zh = {"not_operating": "企业存续经营", "title_in_force": "称号在有效期内", "growth": "营收增长"}[rule_id]
    row = {"measure_id": "l.list", "uscc": uscc, "rule_id": rule_id, "outcome": outcome, "effect": effect}
    row |= {"observed": observed, "required": "是", "document_id": "common", "clause": "第三条"}
    return row | {"message_zh": f"{zh}：要求是，实际{observed}。依据：某处"} | other


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with one published run, ``r1``."""
    lake = Lake(str(tmp_path / "lake"))
    facts: Files = {
        "enterprise": (
            ENTERPRISE,
            [
                enterprise(LISTED, "甲厂", provincial_or_above=True, digital_batch_id=EVALUATION, digital_row_no=31),
                enterprise(EXCLUDED, "乙厂", status="注销", provincial_or_above=True, former_names=["老乙厂"]),
                enterprise(ELSEWHERE, "丙厂", city_code="411200", division_code="411203", provincial_or_above=True),
                enterprise(PLAIN, "丁厂", vanished=True, last_seen=date(2025, 6, 1)),
                enterprise(TWIN, "戊厂"),
            ],
        ),
        "title": (
            TITLE,
            [
                title(LISTED, 3),
                title(PLAIN, 4, title="创新型", batch=None),
                title(None, 5, raw_name="戊厂"),
                title(None, 6, raw_name="别的厂", title="市级"),
            ],
        ),
        "name_match": (MATCH, []),
        "finding": (
            FINDING,
            [
                {"batch_id": TITLES, "row_no": 5, "check_id": "title.name_borne_by_many",
                 "message_zh": f"批次 {TITLES} 第 5 行「企业名称」：名称「戊厂」有 2 家企业使用"},
                {"batch_id": "tax-x", "row_no": 9, "check_id": "code.not_registered",
                 "message_zh": f"代码 {STRANGER} 不在登记信息中"},
            ],
        ),
    }  # fmt: skip
    results: Files = {
        "measure": (
            MEASURE,
            [
                measure("l.list", "list"),
                measure("l.rate", "coverage"),
                measure("l.level", "coverage"),
                measure("z.list", "list", "410100", stage="issued", term="open"),
            ],
        ),
        "document": (
            DOCUMENT,
            [
                {"document_id": "paper", "title_zh": "行动方案", "number": None},
                {"document_id": "common", "title_zh": "排除规则", "number": "豫规〔2024〕1号"},
            ],
        ),
        "whitelist": (
            WHITELIST,
            [
                {"measure_id": "l.list", "uscc": LISTED, "title": "省级", "verdict": "listed",
                 "title_valid_to": date(2025, 12, 31), "days_to_lapse": 92},
                {"measure_id": "l.list", "uscc": EXCLUDED, "title": "省级", "verdict": "excluded",
                 "title_valid_to": date(2025, 9, 1), "days_to_lapse": -29},
            ],
        ),
        "whitelist_reason": (
            REASON,
            [
                reason(LISTED, "growth", "fail", "warn", "0.05", required="≥ 0.06", distance=Decimal("-0.01"),
                       batch_id="tax-20250930-dd", row_no=88),
                reason(LISTED, "title_in_force", "pass", "none", "有效期至 2025-12-31", batch_id=TITLES, row_no=3,
                       document_id="paper", clause="二(六)22"),
                reason(EXCLUDED, "not_operating", "fail", "exclude", "否（注销）", batch_id=REGISTRY, row_no=7),
                reason(EXCLUDED, "title_in_force", "unknown", "review", "有效期不详"),
            ],
        ),
        "measure_member": (
            MEMBER,
            [
                {"measure_id": "l.rate", "uscc": LISTED, "outcome": "counted", "observed": "是", "required": "是"},
                {"measure_id": "l.level", "uscc": LISTED, "outcome": "missing", "observed": "2", "required": "≥ 3",
                 "distance": Decimal("-1")},
            ],
        ),
    }  # fmt: skip
    for room, files in (("facts", facts), ("results", results)):
        for name, (schema, rows) in files.items():
            write(lake, room, "r1", name, schema, rows)
    return lake


def write(
    lake: Lake, room: str, run_id: str, name: str, schema: pa.Schema, rows: list[dict[str, Any]]
) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema), lake.make_room(room, run_id, f"{name}.parquet"))


def account(lake: Lake, uscc: str, runs: list[Run] | None = None) -> Account:
    con = connect(lake)
    try:
        found = reading.read_account(runs or [Run("r1", DAY, None, "v1")], uscc, lake, con)
    finally:
        con.close()
    found.batches.update(
        {batch: Evidence(batch, "s", f"{batch[:5]}.csv", DAY) for batch in reading.batch_ids(found)}
    )
    return found


def shown(found: Account, width: int = 200) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"), highlight=False)  # noqa: SIM115
    console.print(render(found, places()))
    return console.export_text()


def line_with(text: str, *words: str) -> str:
    found = [line for line in text.splitlines() if all(word in line for word in words)]
    assert len(found) == 1, (words, text)
    return found[0]


# ── on a list ────────────────────────────────────────────────────────────────────────────────────


def test_listed_with_rules_papers_files_and_rows(lake: Lake) -> None:
    text = shown(account(lake, LISTED))
    assert line_with(text, "●", "l.list").endswith("在册")
    assert "《行动方案》 二(六)22 · 征求意见稿 · 已过期" in text
    assert "没有任何一条规则要求排除或待核" in text
    assert "提示 1 条：营收增长（不符合）" in text
    assert "省级称号有效期至 2025-12-31（还有 92 天）" in text
    rule = line_with(text, "营收增长", "不符合", "≥")
    assert rule.split() == ["营收增长", "不符合", "提示", "0.05", "≥", "0.06", "差", "0.01"]
    below = text.splitlines()[text.splitlines().index(rule) + 1]
    assert below.split() == ["豫规〔2024〕1号", "第三条", "[3]tax-2.csv", "第", "88", "行"]
    assert line_with(text, "[3]批次").split()[:4] == ["[3]批次", "tax-20250930-dd", "·", "tax-2.csv"]
    assert "登记地 洛阳市（410300）" in text and "[1]enter.csv 第 7 行" in text


def test_excluded_says_what_decided_first(lake: Lake) -> None:
    text = shown(account(lake, EXCLUDED))
    assert line_with(text, "●", "l.list").endswith("排除")
    assert "· 企业存续经营：要求是，实际否（注销）" in text
    assert text.index("· 企业存续经营") < text.index("· 称号在有效期内")
    assert "没有任何一条规则" not in text
    assert "曾用名 老乙厂" in text
    assert "（已过 29 天）" in text
    assert line_with(text, "称号在有效期内", "待核").split()[1:4] == ["不详", "待核", "有效期不详"]


def test_rates_counted_missing_and_outside(lake: Lake) -> None:
    text = shown(account(lake, LISTED))
    assert line_with(text, "l.rate的题目").split()[1:] == ["计入", "是", "是", "—"]
    assert line_with(text, "l.level的题目").split()[1:] == ["未达到", "2", "≥", "3", "差", "1"]
    assert "测评来自 [4]digit.csv 第 31 行" in text
    assert "不在统计范围：l.level的题目；l.rate的题目" in shown(account(lake, EXCLUDED))
    assert "所在地区没有覆盖率指标" in shown(account(lake, ELSEWHERE))


@pytest.mark.parametrize("width", [60, 100, 160])
def test_nothing_is_cut_off_on_narrow_screens(lake: Lake, width: int) -> None:
    text = shown(account(lake, LISTED), width)
    squeezed = "".join(text.split())
    assert "[3]批次tax-20250930-dd" in squeezed
    assert "…" not in text


# ── not on a list ────────────────────────────────────────────────────────────────────────────────


def test_registered_elsewhere(lake: Lake) -> None:
    text = shown(account(lake, ELSEWHERE))
    assert text.count("不在名单范围") == 2
    assert "登记在三门峡市（411200），本名单只看登记在洛阳市（410300）的企业" in text


def test_one_who_left_is_told_when_and_why(lake: Lake) -> None:
    found = account(lake, ELSEWHERE)
    found.left["l.list"] = {
        "left_on": date(2025, 9, 20),
        "reason_codes": ["left_moved"],
        "message_zh": "登记地已变更为三门峡市",
    }
    text = shown(found)
    assert text.count("不在名单范围") == 1
    assert "已退出" in text and "2025-09-20 起退出名单，仍显示一段时间：登记地已变更为三门峡市" in text


def test_only_a_lower_title(lake: Lake) -> None:
    text = shown(account(lake, PLAIN))
    assert "有效的称号只有 创新型，不是省级以上专精特新（小巨人、省级）" in text
    assert "最新的登记数据中已没有这家企业，最后一次出现在 2025-06-01" in text
    assert text.index("l.list") < text.index("z.list")  # lists of its own city come first


def test_title_that_belongs_to_nobody_yet(lake: Lake) -> None:
    text = shown(account(lake, TWIN))
    assert "有一条可能属于它的称号没有归到任何企业：省级「戊厂」 [2]title.csv 第 5 行" in text
    assert "名称「戊厂」有 2 家企业使用" in text
    assert "有一条省级称号可能是它的，但没有归到任何企业（见上），归属确定前不算" in text
    assert "别的厂" not in text


def test_title_proposed_by_a_similar_name(lake: Lake) -> None:
    match = {"raw_name": "别的厂", "uscc": PLAIN, "state": "open"}
    write(lake, "facts", "r1", "name_match", MATCH, [match | {"source": "financing_guarantee"}])
    assert account(lake, PLAIN).unmatched == [], "a guarantee's name is no title's"
    write(lake, "facts", "r1", "name_match", MATCH, [match | {"source": "title_list"}])
    assert [row["row_no"] for row in account(lake, PLAIN).unmatched] == [6]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "没有任何称号记录，不是省级以上专精特新"),
        ([dict(state="proposed", in_force=False, valid_to=None)], "省级（第一批）：还在公示，没有认定结果"),
        ([dict(valid_to=DAY, in_force=False)], "有效期至 2025-09-29，已到期 1 天，未见复核结果"),
        ([dict(valid_from=date(2025, 10, 1), in_force=False)], "省级（第一批）：自 2025-10-01 起才有效"),
        (
            [
                dict(valid_to=date(2025, 5, 1), in_force=False),
                dict(state="cancelled", recognised_on=date(2025, 5, 1), in_force=False, valid_to=None),
            ],
            "自 2025-05-01 起被取消",
        ),
        (
            [
                dict(valid_from=date(2018, 1, 1), valid_to=date(2021, 1, 1), in_force=False),
                dict(state="renewed", valid_from=date(2021, 1, 1), valid_to=date(2024, 1, 1), in_force=False),
            ],
            "有效期至 2023-12-31，已到期 639 天",
        ),
        ([dict(valid_from=None, valid_to=None, in_force=None)], "没有起止日期，是否有效不详"),
        ([dict(title="创新型", valid_to=date(2024, 1, 1), in_force=False)], "没有有效的称号"),
    ],
)
def test_why_no_title_counts(lake: Lake, rows: list[dict[str, Any]], words: str) -> None:
    write(lake, "facts", "r1", "title", TITLE, [title(PLAIN, 10 + n, **row) for n, row in enumerate(rows)])
    text = shown(account(lake, PLAIN))
    reasons = [
        line.strip() for line in text.splitlines() if line.strip().startswith("· ") and "登记在" not in line
    ]
    assert len(reasons) == 1 and words in reasons[0]


def test_no_title_list_ever_came(lake: Lake) -> None:
    rows = [enterprise(PLAIN, "丁厂", provincial_or_above=None)]
    write(lake, "facts", "r1", "enterprise", ENTERPRISE, rows)
    write(lake, "facts", "r1", "title", TITLE, [])
    assert "没有收到过可用的称号名单，是否持有称号不详" in shown(account(lake, PLAIN))


def test_unknown_place(lake: Lake) -> None:
    write(lake, "facts", "r1", "enterprise", ENTERPRISE, [enterprise(PLAIN, "丁厂", city_code=None)])
    assert "登记地不详，无法归入洛阳市（410300）" in shown(account(lake, PLAIN))


def test_stranger_hears_what_the_sources_said(lake: Lake) -> None:
    found = account(lake, STRANGER)
    found.quarantined.append({"source": "enterprise_registry", "file_name": "企业.csv", "row_no": 12})
    text = shown(found)
    assert found.enterprise is None
    assert f"{STRANGER} 代码有效，但 2025-09-30 的登记信息中没有这家企业" in text
    assert f"· 代码 {STRANGER} 不在登记信息中" in text
    assert "该代码有一行在隔离区，未参与计算：企业.csv 第 12 行（enterprise_registry）" in text


# ── which files ──────────────────────────────────────────────────────────────────────────────────


def test_a_run_of_one_area_does_not_hide_the_others(lake: Lake) -> None:
    for name in ("enterprise", "title", "name_match", "finding"):
        table = pq.read_table(lake.uri("facts", "r1", f"{name}.parquet"))
        write(lake, "facts", "r2", name, table.schema, table.to_pylist())
    write(lake, "results", "r2", "measure", MEASURE, [measure("l.list", "list")])
    write(lake, "results", "r2", "document", DOCUMENT, [])
    row = {"measure_id": "l.list", "uscc": LISTED, "verdict": "review"}
    write(lake, "results", "r2", "whitelist", WHITELIST, [row])
    write(lake, "results", "r2", "whitelist_reason", REASON, [])
    write(lake, "results", "r2", "measure_member", MEMBER, [])
    found = account(lake, LISTED, [Run("r2", DAY, ["410300"], "v2"), Run("r1", DAY, None, "v1")])
    assert found.rows["l.list"]["verdict"] == "review"
    assert "l.list" not in found.reasons  # nothing of the older run is mixed in
    assert set(found.measures) == {"l.list", "l.rate", "l.level", "z.list"}
    assert found.members["l.rate"]["outcome"] == "counted"


def test_files_that_are_gone(lake: Lake) -> None:
    with pytest.raises(FilesGone, match="facts/r9/enterprise"):
        account(lake, LISTED, [Run("r9", DAY, None, None)])


@pytest.mark.parametrize(
    ("area", "inside"),
    [("410300", True), ("410305", True), ("410000", True), ("410100", False), ("410302", False)],
)
def test_areas(area: str, inside: bool) -> None:
    assert in_area(area, {"city_code": "410300", "division_code": "410305"}) is inside


def test_a_cancellation_of_another_title_changes_nothing() -> None:
    mine = title(PLAIN, 1, valid_to=date(2025, 5, 1), in_force=False)
    other = title(PLAIN, 2, title="创新型", state="cancelled", recognised_on=date(2025, 5, 1))
    assert title_standing(mine, [mine, other], DAY) == "已到期 153 天"
    assert title_standing(other, [mine, other], DAY) == "已取消"
    assert title_standing(other, [mine, other], date(2025, 4, 30)) == "尚未生效"


def test_distances() -> None:
    assert distance_text(None) == "—"
    assert distance_text(Decimal("0.000000")) == "余 0"
    assert distance_text(Decimal("12.500000")) == "余 12.5"
    assert distance_text(Decimal("-0.010000")) == "差 0.01"


# ── the command ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def warehouse(lake: Lake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command over the hand-made lake, with a warehouse that knows one published run."""
    monkeypatch.setenv("SRDI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SRDI_LAKE", lake.root)
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    monkeypatch.setattr(main, "console", Console(width=200, highlight=False))
    monkeypatch.setattr(main, "errors", Console(width=200, highlight=False, stderr=True))

    @contextmanager
    def connection(services: Services) -> Iterator[None]:
        yield None

    monkeypatch.setattr(command, "_reading", connection)
    monkeypatch.setattr(Services, "open_warehouse", lambda self, say: "")
    monkeypatch.setattr(reading, "published_days", lambda conn: [date(2025, 9, 29), DAY])
    monkeypatch.setattr(reading, "runs_of", lambda conn, day: [Run(f"r{day.day - 29}", day, None, "v1")])
    monkeypatch.setattr(reading, "quarantined", lambda conn, run_id, uscc: [])
    monkeypatch.setattr(reading, "left_lists", lambda conn, day, uscc: {})
    monkeypatch.setattr(
        reading,
        "evidence",
        lambda conn, ids: {one: Evidence(one, one.split("-")[0], "文件[1].csv", DAY) for one in ids},
    )


def invoke(*words: str) -> Result:
    return CliRunner().invoke(main.app, ["explain", *words], catch_exceptions=False)


@pytest.mark.usefixtures("warehouse")
def test_command_answers_for_the_newest_day() -> None:
    result = invoke(f" {LISTED.lower()} ")
    assert result.exit_code == 0
    assert "甲厂" in result.output and "业务日期 2025-09-30 · 运行 r1" in result.output
    assert "文件[1].csv 第 88 行" in result.output


@pytest.mark.usefixtures("warehouse")
def test_command_tells_an_unknown_enterprise() -> None:
    result = invoke(STRANGER)
    assert result.exit_code == 1
    assert "登记信息中没有这家企业" in result.output


@pytest.mark.usefixtures("warehouse")
def test_command_tells_which_days_there_are() -> None:
    result = invoke(LISTED, "--date", "2025-09-01")
    assert result.exit_code == 1
    assert "2025-09-01 没有发布过。已发布的日期：2025-09-29、2025-09-30" in result.stderr


@pytest.mark.usefixtures("warehouse")
def test_command_tells_files_that_are_gone() -> None:
    result = invoke(LISTED, "--date", "2025-09-29")
    assert result.exit_code == 1
    assert "2025-09-29 已发布，但湖里没有文件 facts/r0/enterprise.parquet" in result.stderr


@pytest.mark.usefixtures("warehouse")
def test_invalid_code_needs_no_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Services, "open_warehouse", lambda self, say: pytest.fail("started"))
    last = "0" if LISTED[17] != "0" else "1"
    result = invoke(LISTED[:17] + last)
    assert result.exit_code == 2
    assert "校验位不正确" in result.stderr and "是否要查" not in result.stderr
    assert invoke("").exit_code == 2


@pytest.mark.usefixtures("warehouse")
def test_invalid_code_is_held_against_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql+psycopg://somewhere")
    swapped = LISTED[:16] + LISTED[17] + LISTED[16]
    result = invoke(swapped)
    assert result.exit_code == 2
    assert f"是否要查 {LISTED} 甲厂？" in result.stderr


def test_lookalike_letters_are_proposed_only_when_the_code_then_checks() -> None:
    right = code(101)
    given = right.replace("0", "O", 1)
    assert f"是否要查 [bold]{right}[/bold] ？" in command.invalid(given, given, "code_alphabet", [])
    broken = given[:17] + ("X" if given[17] != "X" else "Y")
    assert "是否要查" not in command.invalid(broken, broken, "code_alphabet", [])


def test_days_nearest_to_the_one_asked_for() -> None:
    days = [date(2025, month, 1) for month in range(1, 13)] + [date(2026, 1, 1), date(2026, 2, 1)]
    text = command.unpublished(date(2026, 2, 2), days)
    assert "已发布 14 天，离它最近的：2025-03-01、" in text and text.endswith("2026-02-01")
    assert "还没有发布过任何一天" in command.unpublished(None, [])
