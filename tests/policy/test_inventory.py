"""The clause inventory: the shipped papers are whole, and each malformation is named with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policy.paper import NEEDED, TIER, evaluated, head, shipped, whitelist
from policy.scene import FACTS, Scene
from srdi.policy import papers
from srdi.policy.inventory import CLAUSES
from srdi.policy.inventory_file import PLACES, REASONS_ZH
from srdi.policy.loader import lint, load
from srdi.policy.packset import PackSet
from srdi.problems import Problem
from srdi.settings import REPOSITORY
from srdi.yaml_text import MAX_BYTES

#: The papers the project was given; the reprint of Zhengzhou's has no inventory of its own.
SEEDS = {"zhengzhou-2022", "henan-2022", "sanmenxia-2022", "luoyang-2023"}

PACK = (
    head("kaifeng-2024", "开封市", "410200", "[2024-01-01, null]", "汴政办〔2024〕1号")
    + "      2024-01-01: {value: 0.03, clause: 三(二)6}\nmeasures:\n"
    + whitelist("kaifeng", "三(四)14")
    + "    note: 名单由市工信局确定（三(四)11）\n"
    + evaluated(
        "kaifeng.evaluated", "三(三)9", title="zh: 测评率, en: Coverage", of="provincial_or_above", last=TIER
    )
    + evaluated(
        "kaifeng.evaluated.producer",
        "三(三)9",
        title="zh: 测评率（制造业）, en: Coverage of manufacturing",
        more="    reading_of: kaifeng.evaluated\n",
        of="{all: [provincial_or_above, producer_industry]}",
        last=TIER,
    )
)

INVENTORY = """\
document: kaifeng-2024
paper:
  title: 开封市某文件
  number: 汴政办〔2024〕1号
  issuer: 开封市人民政府办公室
  stage: issued
clauses:
  - id: 标题
    says: 某年的方案
    not_computed: event_without_subject
    because: 这是文件自身的期限。
  - id: 二
    says: 到 2025 年达到 100 家
    planned: [kaifeng.provincial_stock]
  - id: 三(二)6
    says: 研发投入占比不低于 3%
    measures: [kaifeng.whitelist]
  - id: 三(三)9-a
    says: 数字化测评全覆盖
    measures: [kaifeng.evaluated]
  - id: 三(三)9-b
    says: 依据测评指标
    planned: [national.digital_level]
  - id: 三(四)11
    says: 市工信局确定名单
    measures: [kaifeng.whitelist]
  - id: 三(四)14
    says: 原则上均纳入白名单
    measures: [kaifeng.whitelist]
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Packs (what every pack needs, and one paper) and the inventory of that paper."""
    packs, clauses = shipped(tmp_path / "packs", NEEDED), tmp_path / "clauses"
    clauses.mkdir()
    (packs / "kaifeng.yaml").write_text(PACK, encoding="utf-8")
    (clauses / "kaifeng.yaml").write_text(INVENTORY, encoding="utf-8")
    return packs, clauses


def read(folders: tuple[Path, Path], text: str | bytes | None = None, name: str = "kaifeng.yaml") -> PackSet:
    """The packs with their inventory, one of its files written anew."""
    packs, clauses = folders
    if text is not None:
        (clauses / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(packs, FACTS, clauses)


def changed(old: str, new: str, text: str = INVENTORY) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


# ---- what is shipped


def test_the_shipped_inventory_is_sound(packs: PackSet) -> None:
    assert packs.inventory_problems == []
    assert [problem for problem in lint() if problem.file.startswith("clauses")] == []


def test_every_paper_that_was_given_has_its_inventory(packs: PackSet) -> None:
    assert set(packs.inventory) == SEEDS
    assert len(list(CLAUSES.glob("*.yaml"))) == len(SEEDS)
    for inventory in packs.inventory.values():
        assert len(inventory.clauses) > 20


def test_no_clause_is_neither_computed_nor_planned_nor_excused(packs: PackSet) -> None:
    lines = [(name, clause) for name, one in packs.inventory.items() for clause in one.clauses]
    assert len(lines) > 150
    for name, clause in lines:
        where = f"{name} {clause.id}"
        assert len(clause.places) == 1, where
        assert clause.place in PLACES and clause.place_zh, where
        if clause.not_computed is not None:
            assert clause.because and clause.not_computed in REASONS_ZH, where
        for measure in clause.measures or ():
            assert measure in packs.measures, where
        for measure in clause.planned or ():
            assert measure not in packs.measures, where


def test_every_measure_of_a_paper_answers_a_clause(packs: PackSet) -> None:
    for measure in packs.measures.values():
        inventory = packs.inventory.get(measure.document.id)
        if inventory is None:
            continue
        names = {measure.id, getattr(measure, "reading_of", None)}
        assert any(names & set(clause.measures or ()) for clause in inventory.clauses), measure.id


def test_packs_from_elsewhere_come_without_the_shipped_inventory(folders: tuple[Path, Path]) -> None:
    packs = load(folders[0], FACTS)
    assert packs.inventory == {} and packs.inventory_problems == []


# ---- malformations


def test_the_inventory_of_these_tests_is_sound(folders: tuple[Path, Path]) -> None:
    packs = read(folders)
    assert packs.broken == [] and packs.inventory_problems == []
    inventory = packs.inventory["kaifeng-2024"]
    assert [clause.base for clause in inventory.clauses][3:5] == ["三(三)9", "三(三)9"]
    assert inventory.clauses[0].place_zh == "不计算（没有可对应的企业）：这是文件自身的期限。"
    assert inventory.clauses[1].place_zh == "待建：kaifeng.provincial_stock"
    assert inventory.clauses[3].place_zh == "已计算：kaifeng.evaluated"


# old text → new text, line of the problem, words of the message, words of the hint
ALONE = [
    ("    says: 某年的方案\n", "    syas: 某年的方案\n", 9, "不认识的键 syas", "says"),
    ("    says: 某年的方案\n", "", 8, "缺少 says", ""),
    ("    says: 某年的方案\n", "    says: 2025\n", 9, "应为文字", ""),
    ("某年的方案", "长" * 61, 9, "文字过长，上限 60 字", ""),
    ("这是文件自身的期限。", "长" * 121, 11, "文字过长，上限 120 字", ""),
    ("某年的方案", '""', 9, "不能为空", ""),
    ("  - id: 标题\n    says", "  - says", 8, "缺少 id", ""),
    ("  title: 开封市某文件\n", "", 2, "缺少 title", ""),
    ("  stage: issued\n", "", 2, "缺少 stage", ""),
    ("stage: issued", "stage: isued", 6, "isued 不在可选范围", "issued"),
    ("document: kaifeng-2024", "document: Kaifeng 2024", 1, "不符合命名规则", ""),
    ("document: kaifeng-2024\n", "", 1, "缺少 document", ""),
    ("event_without_subject", "event_without_subjekt", 10, "event_without_subjekt 不在可选范围", "event_without_subject"),
    ("    because: 这是文件自身的期限。\n", "", 10, "标题 不计算，缺少 because", ""),
    ("    because: 这是文件自身的期限。\n", "    because: null\n", 10, "缺少 because", ""),
    ("    says: 某年的方案\n    not_computed: event_without_subject\n    because: 这是文件自身的期限。\n", "    says: 某年的方案\n", 8, "标题 没有去处", ""),
    ("    planned: [kaifeng.provincial_stock]\n", "    planned: [kaifeng.provincial_stock]\n    measures: [kaifeng.evaluated]\n", 14, "同时写了 measures 和 planned", "拆成"),
    ("    planned: [kaifeng.provincial_stock]\n", "    planned: [kaifeng.provincial_stock]\n    because: 没有理由\n", 15, "只能与 not_computed 同写", ""),
    ("planned: [kaifeng.provincial_stock]", "planned: []", 14, "不能为空", ""),
    ("planned: [kaifeng.provincial_stock]", "planned: kaifeng.provincial_stock", 14, "应为列表", ""),
    ("planned: [kaifeng.provincial_stock]", "planned: [kaifeng provincial stock]", 14, "不符合命名规则", ""),
    ("[kaifeng.provincial_stock]", "[kaifeng.a_b, kaifeng.a_b]", 14, "指标 kaifeng.a_b 在本条里重复", ""),
    ("id: 三(四)11", "id: 三(四)14", 27, "条款 三(四)14 重复，第 24 行已有", ""),
    ("id: 三(四)11", "id: 三（四）11", 24, "三（四）11 不是条款编号", "括号用半角"),
    ("id: 三(四)11", "id: 第十一条", 24, "第十一条 不是条款编号", "应如"),
    ("id: 三(四)11", "id: 三(四)11-A", 24, "不是条款编号", ""),
    ("id: 三(三)9-b", "id: 三(三)9-c", 18, "分行不连贯：-a、-c", "依次"),
    ("id: 三(三)9-b", "id: 三(三)9", 18, "分行不连贯：无后缀、-a", ""),
    ("id: 三(四)11", "id: 三(四)11-a", 24, "分行不连贯：-a", "只有一行时不带后缀"),
    ("clauses:\n", "clauses: []\nrest:\n", 7, "clauses 不能为空", ""),
    ("says: 某年的方案", "says: &s 某年的方案", 9, "不允许使用锚点和别名", ""),
    ("says: 某年的方案", "says: !!python/name:os.system 某年", 9, "不允许使用 YAML 标签", ""),
    ("says: 某年的方案", "says: 某年\n    says: 某年", 10, "键 says 重复出现", ""),
    ("says: 某年的方案", "says: [某年", 10, "YAML 语法错误", ""),
    ("clauses:\n", "---\nclauses:\n", 7, "只能有一份 YAML 文档", ""),
]  # fmt: skip
AGAINST_PACKS = [
    ("  title: 开封市某文件", "  title: 开封市某某文件", 3, "title 与政策包不同：这里是 开封市某某文件，政策包是 开封市某文件", ""),
    ("  number: 汴政办〔2024〕1号\n", "", 2, "number 与政策包不同：这里是 None", ""),
    ("stage: issued", "stage: draft", 6, "stage 与政策包不同", ""),
    ("issuer: 开封市人民政府办公室", "issuer: 开封市", 5, "issuer 与政策包不同", ""),
    ("document: kaifeng-2024", "document: kaifeng-2042", 1, "在政策包里的编号是 kaifeng-2024，不是 kaifeng-2042", ""),
    ("document: kaifeng-2024", "document: henan-exclusions", 1, "henan-exclusions 是口径约定", ""),
    ("measures: [kaifeng.evaluated]", "measures: [kaifeng.evaluted]", 20, "指标 kaifeng.evaluted 不在政策包里", "kaifeng.evaluated"),
    ("[kaifeng.provincial_stock]", "[kaifeng.evaluated]", 14, "指标 kaifeng.evaluated 已经建成，请移到 measures", ""),
    ("measures: [kaifeng.evaluated]", "planned: [kaifeng.other]", 18, "政策包里的指标 kaifeng.evaluated（三(三)9）没有一条提到", ""),
    ("measures: [kaifeng.evaluated]", "planned: [kaifeng.other]", 18, "政策包里的指标 kaifeng.evaluated.producer（三(三)9）没有一条提到", ""),
    ("measures: [kaifeng.evaluated]", "measures: [kaifeng.evaluated, kaifeng.whitelist]", 20, "指标 kaifeng.whitelist 的条款是 三(四)14，与本条 三(三)9 不符", "note 里写明 三(三)9"),
    ("  - id: 三(四)14\n    says: 原则上均纳入白名单\n    measures: [kaifeng.whitelist]\n", "", 17, "指标 kaifeng.whitelist 的条款 三(四)14 没有一行提到它", ""),
]  # fmt: skip


def matching(packs: PackSet, line: int, message: str, hint: str) -> list[Problem]:
    return [
        problem
        for problem in packs.inventory_problems
        if problem.line == line and message in problem.message_zh and hint in problem.hint
    ]


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), ALONE)
def test_a_malformed_file_is_named_and_out(
    folders: tuple[Path, Path], old: str, new: str, line: int, message: str, hint: str
) -> None:
    packs = read(folders, changed(old, new))
    assert matching(packs, line, message, hint), "\n".join(map(str, packs.inventory_problems))
    assert all(problem.file == "clauses/kaifeng.yaml" for problem in packs.inventory_problems)
    assert packs.inventory == {}, "a file that is wrong by itself is out"
    assert packs.broken == [] and "kaifeng.whitelist" in packs.measures, "the packs run all the same"


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), AGAINST_PACKS)
def test_what_disagrees_with_the_packs_is_named(
    folders: tuple[Path, Path], old: str, new: str, line: int, message: str, hint: str
) -> None:
    packs = read(folders, changed(old, new))
    assert matching(packs, line, message, hint), "\n".join(map(str, packs.inventory_problems))
    assert len(packs.inventory) == 1, "it can still be read"
    assert {str(p) for p in packs.inventory_problems} <= {str(p) for p in lint(folders[0], FACTS, folders[1])}


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", 1, "空的"),
        (b"- 1\n", 1, "顶层应为键值对"),
        (b"document: \xff\n", 1, "UTF-8"),
        (b"# " + b"x" * MAX_BYTES, 1, "超过上限"),
        (b"a: " + b"[" * 30 + b"]" * 30, 1, "嵌套过深"),
        (b"a: [" + b"1, " * 21_000 + b"1]", 1, "内容过多"),
    ],
    ids=["empty", "list", "encoding", "large", "deep", "many"],
)
def test_hostile_text_is_refused(folders: tuple[Path, Path], data: bytes, line: int, message: str) -> None:
    packs = read(folders, data)
    assert [problem.line for problem in packs.inventory_problems] == [line]
    assert message in packs.inventory_problems[0].message_zh


def test_one_paper_has_one_file_and_a_measure_stays_with_its_own(folders: tuple[Path, Path]) -> None:
    packs = read(folders, INVENTORY, "zz.yaml")
    assert [str(problem) for problem in packs.inventory_problems] == [
        "clauses/zz.yaml 第 1 行：文件编号 kaifeng-2024 已在 clauses/kaifeng.yaml 中使用"
    ]
    other = changed("document: kaifeng-2024", "document: xinxiang-2024")
    other = changed("开封市某文件", "新乡市某文件", other)
    other = changed("  number: 汴政办〔2024〕1号\n", "", other)
    packs = read(folders, other, "zz.yaml")
    assert set(packs.inventory) == {"kaifeng-2024", "xinxiang-2024"}
    found = [problem for problem in packs.inventory_problems if problem.file == "clauses/zz.yaml"]
    assert len(found) == len(packs.inventory_problems) == 4
    assert all("属于 kaifeng-2024，应写在那份文件的清单里" in problem.message_zh for problem in found)


def test_a_paper_without_a_pack_is_welcome(folders: tuple[Path, Path]) -> None:
    text = (
        "document: xinxiang-2024\npaper: {title: 新乡市某文件, issuer: 新乡市, stage: draft}\n"
        "clauses:\n  - {id: 一, says: 到 2025 年 10 家, planned: [xinxiang.stock]}\n"
    )
    packs = read(folders, text, "xinxiang.yaml")
    assert packs.inventory_problems == []
    assert packs.inventory["xinxiang-2024"].paper.number is None


def test_a_broken_pack_does_not_put_the_blame_on_the_inventory(folders: tuple[Path, Path]) -> None:
    (folders[0] / "kaifeng.yaml").write_text(PACK.replace("kind: list", "kind: lst"), encoding="utf-8")
    packs = read(folders)
    assert packs.broken and packs.inventory_problems == []


def test_an_empty_folder_and_a_stray_file_do_not_pass(folders: tuple[Path, Path]) -> None:
    (folders[1] / "kaifeng.yaml").rename(folders[1] / "kaifeng.yml")
    packs = read(folders)
    assert ["没有条款清单" in p.message_zh for p in packs.inventory_problems] == [True, False]
    stray = packs.inventory_problems[1]
    assert stray.file == "clauses/kaifeng.yml" and stray.severity == "warning"
    assert "没有条款清单" in str(load(folders[0], FACTS, folders[1] / "absent").inventory_problems[0])


# ---- what is published


def test_every_clause_is_published_with_what_it_says(scene: Scene, packs: PackSet) -> None:
    rows = {(document, clause): (text, note) for document, clause, text, note in papers.clauses(packs)}
    for name, inventory in packs.inventory.items():
        for clause in inventory.clauses:
            text, note = rows[(name, clause.id)]
            assert text.startswith(clause.says) and note is not None and clause.place_zh in note
    assert rows[("henan-2022", "一(一)-a")][0].startswith("到 2025 年，力争每年培育创新型中小企业")
    assert "指标：洛阳市银行授信白名单" in rows[("luoyang-2023", "二(六)22")][0]
    assert len(rows) == len(papers.clauses(packs)), "one row a clause"


def test_a_clause_of_pack_and_inventory_is_one_row(folders: tuple[Path, Path]) -> None:
    rows = {
        (document, clause): (text, note) for document, clause, text, note in papers.clauses(read(folders))
    }
    text, note = rows[("kaifeng-2024", "三(四)14")]
    assert text == "原则上均纳入白名单；指标：名单"
    assert note == "已计算：kaifeng.whitelist；名单由市工信局确定（三(四)11）"


def test_the_example_of_the_guide_is_a_line_as_it_could_stand(folders: tuple[Path, Path]) -> None:
    guide = (REPOSITORY / "docs" / "add-a-rule.md").read_text("utf-8")
    (example,) = re.findall(r"^```yaml clauses\n(.*?)^```", guide, re.M | re.S)
    head, _, _ = INVENTORY.partition("  - id")
    own = head.replace("kaifeng-2024", "xinxiang-2024").replace("开封市某文件", "新乡市某文件")
    own = own.replace("  number: 汴政办〔2024〕1号\n", "")
    packs = read(
        folders, own + example.replace("luoyang.rd_floor_small", "kaifeng.evaluated"), "xinxiang.yaml"
    )
    # Read whole: the one thing wrong is that the measure lent to it is another paper's.
    assert ["属于 kaifeng-2024" in problem.message_zh for problem in packs.inventory_problems] == [True]
    assert all(f"`{reason}`" in guide for reason in REASONS_ZH)
