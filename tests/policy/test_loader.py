"""Packs that are not right: each malformation is named with file, line and what was probably meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from policy.paper import TIER, evaluated, head, shipped, whitelist
from policy.scene import FACTS
from srdi.policy.loader import conventions, lint, load
from srdi.policy.packset import PackSet
from srdi.problems import PackError
from srdi.yaml_text import MAX_BYTES

SHIPPED = len(load(facts=FACTS).measures)

PACK = (
    head("xuchang-2022", "许昌市", "411000", "[2022-04-22, 2025-12-31]")
    + "      2022-04-22: {value: 0.03, clause: 三(二)6}\n"
    + "      2024-01-01: {value: 0.04, clause: 三(二)6}\nmeasures:\n"
    + whitelist("xuchang", "三(一)1")
    + evaluated(
        "xuchang.evaluated",
        "三(四)16",
        title="zh: 测评率, en: Coverage",
        of="{all: [provincial_or_above, operating]}",
        last=f"    target: floor\n{TIER}    by: [division]\n",
    )
)

# measures of the other kinds, put behind the pack's own
KEPT = """  - id: xuchang.floor
    kind: requirement
    clause: 三(二)6
    title: {zh: 研发占比, en: R&D share}
    of: provincial
    require: rd_expense / revenue >= floor
    tier: provincial
"""
COUNTED = """  - id: xuchang.count
    kind: target
    clause: 一
    title: {zh: 家数, en: Count}
    counting: stock
    of: provincial
    titles: [省级]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped packs and one more."""
    shipped(tmp_path)
    (tmp_path / "xuchang.yaml").write_text(PACK, encoding="utf-8")
    return tmp_path


def broken(folder: Path, text: str | bytes, name: str = "xuchang.yaml") -> PackSet:
    data = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(data)
    return load(folder, FACTS)


def test_the_pack_of_these_tests_is_sound(folder: Path) -> None:
    packs = load(folder, FACTS)
    assert packs.broken == []
    assert {"xuchang.whitelist", "xuchang.evaluated"} <= set(packs.measures)
    assert [rule.id for rule in packs.measures["xuchang.whitelist"].rules][-1] == "floor_kept"


def test_the_shipped_packs_are_sound() -> None:
    packs = load(facts=FACTS)
    assert packs.broken == [] and packs.out == {}
    assert lint() == []
    assert {
        "zhengzhou.whitelist",
        "luoyang.whitelist",
        "luoyang.evaluated_provincial_up",
        "luoyang.evaluated_innovative",
        "luoyang.level3_provincial_up",
        "luoyang.level3_innovative",
    } <= set(packs.measures)


# old text → new text, line of the problem, words of the message, words of the hint
CHANGES = [
    ("    clause: 三(一)1\n", "    clasue: 三(一)1\n", 18, "不认识的键 clasue", "clause"),
    ("stage: issued", "stage: isued", 5, "isued", "issued"),
    ("  issuer: 许昌市人民政府办公室\n", "", 1, "缺少 issuer", ""),
    ("kind: list", "kind: lst", 17, "不认识的指标类型 lst", "list"),
    ("kind: list", "kind: entitlement", 17, "not built yet", ""),
    ("    kind: coverage\n", "", 28, "缺少 kind", ""),
    ("of: provincial_or_above\n    unless", "of: provincal_or_above\n    unless", 20, "provincal_or_above 不是 fields.yaml 里的事实", "provincial_or_above"),
    ("/ revenue >= floor", "/ revnue >= floor", 25, "revnue 不是", "revenue"),
    (">= floor", ">= flor", 25, "flor 不是本文件或口径约定里的参数", "floor"),
    (">= floor", ">= revenue", 25, "revenue 是事实，不是参数", ""),
    ("rd_expense / revenue >= floor", "floor >= floor", 25, "floor 是参数，不是事实", ""),
    (">= floor", ">= 0.03", 25, "不能写数字 0.03", ""),
    (">= floor", ">= 3%", 25, "不认识的符号 %", ""),
    ("rd_expense / revenue >= floor", "abs(revenue) >= floor", 25, "没有函数 abs", ""),
    ("rd_expense / revenue >= floor", "(revenue) >= floor", 25, "不能用括号", ""),
    ("rd_expense / revenue >= floor", "rd_expense / revenue => floor", 25, "不认识的符号 =", ""),
    ("rd_expense / revenue >= floor", "rd_expense + revenue >= floor", 25, "不认识的符号 +", ""),
    ("rd_expense / revenue >= floor", "rd_expense revenue", 25, "只接受三种写法", ""),
    ("keep: rd_expense / revenue >= floor", "keep: {al: [sme]}", 25, "不认识的条件组 al", "all"),
    ("keep: rd_expense / revenue >= floor", "keep: {all: []}", 25, "非空列表", ""),
    ("keep: rd_expense / revenue >= floor", "keep: {all: [sme], any: [sme]}", 25, "只能有一个键", ""),
    ("keep: rd_expense / revenue >= floor", "keep: [sme]", 25, "条件应为", ""),
    ("keep: rd_expense / revenue >= floor", "keep: revenue", 25, "不是是非型事实", ""),
    ("rd_expense / revenue >= floor", "revenue >= floor", 25, "单位不一致：revenue 是 yuan，floor 是 ratio", ""),
    ("rd_expense / revenue >= floor", "rd_staff / revenue >= floor", 25, "单位不同，不能相除", ""),
    ("rd_expense / revenue >= floor", "rd_expense / revenue >= exit_days", 25, "不能与 exit_days（day）比较", ""),
    ("rd_expense / revenue >= floor", "rd_expense / status >= floor", 25, "只有数值型事实能相除", ""),
    ("rd_expense / revenue >= floor", "former_names == floor", 25, "单位不一致", ""),
    ("unit: ratio", "unit: yuann", 11, "不认识的单位 yuann", "yuan"),
    ("    unit: ratio\n", "", 10, "缺少 unit", ""),
    ("{value: 0.03, clause: 三(二)6}", "{value: 0.03}", 13, "缺少 clause", ""),
    ("{value: 0.03, clause: 三(二)6}", "{clause: 三(二)6}", 13, "缺少 value", ""),
    ("{value: 0.03, clause: 三(二)6}", "0.03", 13, "应为键值对", ""),
    ("value: 0.03", 'value: "0.03"', 13, "应为数字", ""),
    ("value: 0.03", "value: 0.0312345", 13, "小数位超过", ""),
    ("value: 0.03", "value: 3000000", 13, "过大", ""),
    ("value: 0.03", "value: 3e-2", 13, "写法不被接受", "科学计数法"),
    ("value: 0.03", "value: 1_000", 13, "写法不被接受", ""),
    ("value: 0.03", "value: true", 13, "应为数字", ""),
    ("2024-01-01:", "2022-01-01:", 14, "未按先后排列", ""),
    ("2024-01-01:", "2022-04-22:", 14, "重复出现", ""),
    ("2024-01-01:", "2024-02-30:", 14, "没有 2024-02-30 这一天", ""),
    ("2024-01-01:", "next year:", 14, "应为日期", ""),
    ("      2022-04-22:", "      2022-05-01:", 13, "日期有空档：文件自 2022-04-22 起施行", ""),
    ("value: 0.03, clause: 三(二)6", "value: 0.03, clause: 三(二)6, until: 2023-06-30", 14, "日期有空档", ""),
    ("value: 0.03, clause: 三(二)6", "value: 0.03, clause: 三(二)6, until: 2024-06-30", 14, "日期重叠", ""),
    ("value: 0.04, clause: 三(二)6", "value: 0.04, clause: 三(二)6, until: 2023-06-30", 14, "终止日 2023-06-30 早于", ""),
    ("in_force: [2022-04-22, 2025-12-31]", "in_force: [2025-12-31, 2022-04-22]", 6, "先后有序", ""),
    ("in_force: [2022-04-22, 2025-12-31]", "in_force: [null, 2025-12-31]", 6, "先后有序", ""),
    ("in_force: [2022-04-22, 2025-12-31]", "in_force: [2022-04-22]", 6, "不能为空或过短", ""),
    ("  floor:\n", "  revenue:\n", 10, "参数名 revenue 与事实同名", ""),
    ('  area: "411000"\n', "", 1, "必须写明 area", ""),
    ('area: "411000"', 'area: "4112"', 7, "不符合命名规则", ""),
    ('area: "411000"', "area: 411000", 7, "应为文字", ""),
    ("unless: henan.exclusions", "unless: henan.exclusion", 21, "引用的 henan.exclusion 不存在", "henan.exclusions"),
    ("    unless: henan.exclusions\n", "    unless: henan.exclusions\n    switches: {cout_dishonest: off}\n", 22, "不存在的规则 cout_dishonest", "court_dishonest"),
    ("    unless: henan.exclusions\n", "    unless: henan.exclusions\n    switches: {court_dishonest: maybe}\n", 22, "maybe", ""),
    ("    unless: henan.exclusions\n", "    after_expiry: {window: floor}\n", 21, "此处要 day，参数 floor 是 ratio", ""),
    ("    unless: henan.exclusions\n", "    warn_before: warn_days\n", 21, "warn_days 不是", "warn_before_days"),
    ("id: floor_kept", "id: serious_dishonest", 23, "与排除规则重复", ""),
    ("id: floor_kept", "id: exception", 23, "由系统保留", ""),
    ("target: floor", "target: exit_days", 34, "此处要 ratio，参数 exit_days 是 day", ""),
    ("titles: [省级]", "titles: [省極]", 36, "不认识的称号 省極", "省级"),
    ("by: [division]", "by: [division, division]", 37, "重复的分组", ""),
    ("by: [division]", "by: [divison]", 37, "divison", "division"),
    ("by: [division]", "by: [division]\n    reading_of: xuchang.evalated", 38, "引用的 xuchang.evalated 不存在", "xuchang.evaluated"),
    ("by: [division]", "by: [division]\n    reading_of: xuchang.evaluated", 38, "引用成环：xuchang.evaluated → xuchang.evaluated", ""),
    ("- id: xuchang.evaluated", "- id: xuchang.whitelist", 28, "编号 xuchang.whitelist 在本文件中重复", ""),
    ("- id: xuchang.evaluated", "- id: luoyang.whitelist", 28, "编号 luoyang.whitelist 已在 luoyang_2023.yaml 中使用", ""),
    ("id: xuchang-2022", "id: luoyang-2023", 2, "编号 luoyang-2023 已在", ""),
    ("stage: issued", "stage: &s issued", 5, "不允许使用锚点和别名", ""),
    ("stage: issued", "stage: !!python/name:os.system issued", 5, "不允许使用 YAML 标签", ""),
    ("stage: issued", "stage: issued\n  stage: draft", 6, "键 stage 重复出现", ""),
    ("stage: issued", "stage: issued\n  <<: {a: b}", 6, "不允许使用合并键", ""),
    ("stage: issued", "stage: [issued", 6, "YAML 语法错误", ""),
    ("stage: issued", "stage: issued\n  ? [a]\n  : b", 6, "键必须是一个词", ""),
    ("stage: issued", "stage: iss\x07ued", 5, "控制字符", ""),
    ("parameters:", "---\nparameters:", 9, "只能有一份 YAML 文档", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), CHANGES, ids=[f"{c[3]}" for c in CHANGES])
def test_a_malformation_is_named_and_the_others_run(
    folder: Path, old: str, new: str, line: int, message: str, hint: str
) -> None:
    assert PACK.count(old) >= 1
    packs = broken(folder, PACK.replace(old, new, 1))
    found = [(p.file, p.line, p.message_zh, p.hint) for p in packs.broken]
    assert any(
        file == "xuchang.yaml" and at == line and message in text and hint in said
        for file, at, text, said in found
    ), found
    assert {file for file, *_ in found} == {"xuchang.yaml"}
    assert not any(name.startswith("xuchang") for name in packs.measures)
    assert len(packs.measures) == SHIPPED


@pytest.mark.parametrize(
    ("measure", "old", "new", "message"),
    [
        (KEPT, "require: rd_expense", "require: rd_expens", "rd_expens 不是 fields.yaml 里的事实"),
        (KEPT, "    require: rd_expense / revenue >= floor\n", "", "缺少 require"),
        (KEPT, "tier: provincial", "tier: provincial\n    target: floor", "不认识的键 target"),
        (KEPT, "tier: provincial", "tier: provincial\n    by: [division, division]", "by 里有重复的分组"),
        (KEPT, "tier: provincial", "tier: provincial\n    titles: [省極]", "不认识的称号 省極"),
        (COUNTED, "counting: stock", "counting: stok", "不在可选范围"),
        (COUNTED, "    of: provincial\n", "", "counting: stock 需要写明 of"),
        (COUNTED, "    titles: [省级]\n", "", "counting: stock 需要写明 titles"),
        (COUNTED, "counting: stock", "counting: flow", "counting: flow 用不到 of"),
        (COUNTED, "counting: stock", "counting: mean", "counting: mean 需要写明 mean"),
        (COUNTED, "of: provincial", "of: provincial\n    target: floor", "此处要 count，参数 floor 是 ratio"),
        (COUNTED, "of: provincial", "of: provincial\n    target: flor", "flor 不是本文件或口径约定里的参数"),
        (COUNTED, "of: provincial", "of: provincial\n    horizon: 2025", "应为日期"),
        (
            COUNTED,
            "counting: stock\n    of: provincial",
            "counting: flow\n    period: [2023-12-31, 2023-01-01]",
            "period 应为 [首日, 末日]，且先后有序",
        ),
        (
            COUNTED.replace(
                "    titles: [省级]\n", "    mean: {of: revenue, over: employees, weighting: total}\n"
            ),
            "counting: stock",
            "counting: mean",
            "revenue 与 employees 单位不同，不能相除",
        ),
        (
            COUNTED.replace(
                "    titles: [省级]\n", "    mean: {of: status, over: revenu, weighting: total}\n"
            ),
            "counting: stock",
            "counting: mean",
            "status 不是数值型事实，不能求平均",
        ),
        (
            COUNTED.replace(
                "    titles: [省级]\n", "    mean: {of: revenue, over: revenu, weighting: total}\n"
            ),
            "counting: stock",
            "counting: mean",
            "revenu 不是 fields.yaml 里的事实",
        ),
    ],
    ids=str,
)
def test_a_malformed_requirement_or_target_is_named(
    folder: Path, measure: str, old: str, new: str, message: str
) -> None:
    assert broken(folder, PACK + measure).broken == [] or "mean:" in measure
    assert old in measure
    packs = broken(folder, PACK + measure.replace(old, new, 1))
    first = PACK.count("\n") + 1
    told = [problem for problem in packs.broken if message in problem.message_zh]
    assert told and all(problem.line >= first for problem in told), packs.broken


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "文件是空的"),
        (b"- a\n- b\n", "文件顶层应为键值对"),
        (b"document: \xd6\xa3\xd6\xdd\n", "不是 UTF-8"),
        (b"a: " + b"x" * MAX_BYTES, "超过上限"),
        (b"a: " + b"[" * 40 + b"]" * 40, "嵌套过深"),
        (b"a: [" + b"1," * 30_000 + b"1]", "内容过多"),
        (b"a: &a [1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "锚点和别名"),
    ],
)
def test_hostile_files_are_refused_before_anything_is_built(folder: Path, data: bytes, message: str) -> None:
    packs = broken(folder, data)
    assert [message in problem.message_zh for problem in packs.broken] == [True]
    assert len(packs.measures) == SHIPPED


def test_what_depends_on_a_broken_pack_is_out_and_named(folder: Path) -> None:
    (folder / "xuchang.yaml").unlink()
    text = (folder / "henan_exclusions.yaml").read_text(encoding="utf-8")
    packs = broken(folder, text.replace("keep: operating", "keep: operatng"), "henan_exclusions.yaml")
    assert [problem.file for problem in packs.broken] == ["henan_exclusions.yaml"]
    assert "operating" in packs.broken[0].hint
    assert packs.out == {
        "henan.exclusions": "所在文件 henan_exclusions.yaml 有误",
        "luoyang.whitelist": "依赖的 henan.exclusions 未能载入",
        "luoyang.whitelist_credit": "依赖的 luoyang.whitelist 未能载入",
        "zhengzhou.whitelist": "依赖的 henan.exclusions 未能载入",
        "zhengzhou.whitelist_credit": "依赖的 zhengzhou.whitelist 未能载入",
    }
    assert "luoyang.evaluated_provincial_up" in packs.measures


def test_an_unreadable_exclusions_pack_is_not_blamed_on_the_lists(folder: Path) -> None:
    packs = broken(folder, "document: [", "henan_exclusions.yaml")
    assert {problem.file for problem in packs.broken} == {"henan_exclusions.yaml"}
    lists = {"luoyang.whitelist", "zhengzhou.whitelist", "xuchang.whitelist"}
    assert set(packs.out) == lists | {"luoyang.whitelist_credit", "zhengzhou.whitelist_credit"}


def test_readings_of_a_promise_that_is_out_are_out(folder: Path) -> None:
    text = PACK.replace("by: [division]", "by: [division]\n    reading_of: luoyang.evaluated_innovative")
    luoyang = (folder / "luoyang_2023.yaml").read_text(encoding="utf-8")
    (folder / "luoyang_2023.yaml").write_text(
        luoyang.replace("stage: draft", "stage: drat"), encoding="utf-8"
    )
    packs = broken(folder, text)
    assert packs.out["xuchang.evaluated"] == "依赖的 luoyang.evaluated_innovative 未能载入"
    assert "xuchang.whitelist" in packs.measures


def test_without_conventions_lists_are_out_and_facts_cannot_be_built(folder: Path) -> None:
    text = (folder / "conventions.yaml").read_text(encoding="utf-8")
    packs = broken(folder, text.replace("value: 180", "value: -1.5"), "conventions.yaml")
    assert {problem.file for problem in packs.broken} == {"conventions.yaml"}
    assert "luoyang.whitelist" in packs.out and "luoyang.evaluated_innovative" in packs.measures
    with pytest.raises(PackError, match=r"conventions\.yaml"):
        conventions(packs, date(2025, 9, 30))
    (folder / "conventions.yaml").unlink()
    packs = load(folder, FACTS)
    assert "缺少口径约定文件" in packs.broken[0].message_zh


def test_exclusion_sets_build_on_each_other_and_may_not_bite_their_tail(folder: Path) -> None:
    own = """
exclusions:
  - id: xuchang.exclusions
    title: {zh: 本市规则, en: Own rules}
    includes: [henan.exclusions]
    rules:
      - id: small
        title: {zh: 中小企业, en: SME}
        keep: sme
        on_fail: review
        clause: 约定
measures:"""
    text = PACK.replace("\nmeasures:", own).replace("unless: henan.exclusions", "unless: xuchang.exclusions")
    packs = broken(folder, text)
    assert packs.broken == []
    rules = [rule.id for rule in packs.measures["xuchang.whitelist"].rules]
    assert rules[0] == "not_operating" and rules[-2:] == ["small", "floor_kept"]
    packs = broken(folder, text.replace("includes: [henan.exclusions]", "includes: [xuchang.exclusions]"))
    assert any("引用成环" in problem.message_zh for problem in packs.broken)
    packs = broken(folder, text.replace("id: small", "id: tax_abnormal"))
    assert any("与所含规则集重复" in problem.message_zh for problem in packs.broken)


def test_a_pack_may_have_its_own_value_of_a_convention(folder: Path) -> None:
    own = "  exit_days:\n    unit: day\n    values:\n      2022-04-22: {value: 10, clause: 约定}\n"
    packs = broken(folder, PACK.replace("parameters:\n", "parameters:\n" + own))
    assert packs.broken == []
    assert packs.measures["xuchang.whitelist"].leaves.on(date(2025, 1, 1)) == 10
    assert packs.measures["luoyang.whitelist"].leaves.on(date(2025, 1, 1)) == 30


def test_dated_values_change_on_their_day(folder: Path) -> None:
    floor = load(folder, FACTS).parameters["xuchang-2022"]["floor"]
    assert floor.on(date(2022, 4, 21)) is None
    assert [str(floor.on(day)) for day in (date(2022, 4, 22), date(2023, 12, 31))] == ["0.03", "0.03"]
    assert str(floor.on(date(2024, 1, 1))) == "0.04"


def test_a_last_day_ends_a_value(folder: Path) -> None:
    packs = broken(
        folder,
        PACK.replace("value: 0.04, clause: 三(二)6", "value: 0.04, clause: 三(二)6, until: 2024-06-30"),
    )
    floor = packs.parameters["xuchang-2022"]["floor"]
    assert (str(floor.on(date(2024, 6, 30))), floor.on(date(2024, 7, 1))) == ("0.04", None)


def test_the_rule_version_is_the_content_of_the_packs(folder: Path) -> None:
    before = load(folder, FACTS).rule_version
    assert len(before) == 12 and load(folder, FACTS).rule_version == before
    assert broken(folder, PACK + "# a remark\n").rule_version != before


def test_lint_warns_of_what_nobody_uses(folder: Path) -> None:
    own = "  spare:\n    unit: day\n    values:\n      2022-04-22: {value: 10, clause: 约定}\n"
    (folder / "xuchang.yaml").write_text(
        PACK.replace("parameters:\n", "parameters:\n" + own), encoding="utf-8"
    )
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    found = lint(folder, FACTS)
    assert [problem.severity for problem in found] == ["warning", "warning"]
    assert any("spare" in problem.message_zh for problem in found)
    assert any(problem.file == "notes.txt" for problem in found)
