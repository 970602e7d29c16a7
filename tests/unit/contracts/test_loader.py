"""Every way in which a hand-edited contract can be wrong is reported with file and line, and hurts no other."""

from __future__ import annotations

import pytest

from srdi.contracts.loader import BrokenDictionary, load_contracts, load_dictionary
from srdi.contracts.predicates import PredicateError, compile_predicate

GOOD = """\
id: sample
title: {zh: 样例, en: Sample}
supplier: 某局
legal_basis: 待填
contact: 待填
cadence: {every: day, due: "10:30", fresh_days: 7}
mode: increment
key: [uscc, year]
fields:
  uscc:
    headers: [纳税人识别号]
    required: true
  year:
    headers: [年度]
    required: true
  revenue:
    headers: [营业收入]
    unit: 元
    minimum: 0
checks:
  - id: revenue_positive
    predicate: revenue >= 0
    fields: [revenue]
    expected: 不小于零
    message: 营业收入为负
"""

# (what is replaced, by what, line of the mistake, part of the message, part of the hint)
MISTAKES = {
    "unknown key": ("supplier: 某局", "suplier: 某局", 3, "不认识的键「suplier」", "supplier"),
    "unknown nested key": ("    minimum: 0", "    minimun: 0", 19, "不认识的键「minimun」", "minimum"),
    "missing key": ("mode: increment\n", "", 1, "缺少键「mode」", ""),
    "wrong word": ("mode: increment", "mode: incremental", 7, "mode", "increment"),
    "field unknown to the dictionary": (
        "  revenue:\n",
        "  revenu:\n",
        16,
        "字段「revenu」不在字段字典",
        "revenue",
    ),
    "key field not delivered": ("key: [uscc, year]", "key: [uscc, grade]", 8, "主键字段「grade」", ""),
    "check field not delivered": (
        "fields: [revenue]",
        "fields: [revenues]",
        23,
        "字段「revenues」不存在",
        "revenue",
    ),
    "predicate uses a strange column": (
        "revenue >= 0",
        "revenues >= 0",
        22,
        "没有的字段 revenues",
        "revenue",
    ),
    "predicate uses a strange function": ("revenue >= 0", "sleep(revenue) > 0", 22, "函数 sleep", ""),
    "predicate reads another table": (
        "revenue >= 0",
        "revenue IN (SELECT 1)",
        22,
        "不允许的写法",
        "可用函数",
    ),
    "predicate is two statements": ("revenue >= 0", '"revenue > 0; drop table x"', 22, "一个 SQL 表达式", ""),
    "predicate is no SQL": ("revenue >= 0", '"revenue >= >= ("', 22, "不是合法的 SQL", ""),
    "duplicate key": ("mode: increment", "mode: increment\nmode: snapshot", 8, "重复出现", ""),
    "header claimed twice": ("headers: [营业收入]", "headers: [年 度]", 17, "同时属于字段", ""),
    "unit unknown": ("unit: 元", "unit: 角", 18, "不认识的单位「角」", ""),
    "unit of another kind": ("unit: 元", 'unit: "%"', 18, "不能换算", ""),
    "money without unit": ("    unit: 元\n", "", 17, "必须写明 unit", ""),
    "anchor": ("supplier: 某局", "supplier: &a 某局", 3, "锚点", ""),
    "tag": ("supplier: 某局", "supplier: !!python/name:os.system 某局", 3, "标签", ""),
    "syntax": ("supplier: 某局", "supplier: [某局", 4, "YAML 语法错误", ""),
    "version by hand": ("mode: increment", "mode: increment\nversion: abc", 8, "version 由系统", ""),
    "bad pattern": ("mode: increment", 'mode: increment\nas_of: {pattern: "("}', 8, "正则", ""),
    "bad encoding": (
        "mode: increment",
        "mode: increment\narrival: {encodings: [utf9]}",
        8,
        "编码「utf9」",
        "",
    ),
    "bound on text": (
        "    headers: [纳税人识别号]",
        "    headers: [纳税人识别号]\n    minimum: 1",
        12,
        "只有数值字段",
        "",
    ),
    "id is not the file's name": ("id: sample", "id: other", 1, "与文件名", ""),
}


@pytest.fixture
def dictionary():
    return load_dictionary()


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")


def test_a_good_contract_is_read(tmp_path, dictionary):
    write(tmp_path, "sample.yaml", GOOD)
    found = load_contracts(tmp_path, dictionary)
    assert found.broken == []
    contract = found.contracts["sample"]
    assert contract.key == ["uscc", "year"]
    assert contract.cadence.due.hour == 10, "10:30 is a time, not the number 630"
    assert len(contract.version) == 12 and int(contract.version, 16) >= 0


def test_version_follows_content(tmp_path, dictionary):
    write(tmp_path, "sample.yaml", GOOD)
    before = load_contracts(tmp_path, dictionary).contracts["sample"].version
    write(tmp_path, "sample.yaml", GOOD + "# a comment\n")
    assert load_contracts(tmp_path, dictionary).contracts["sample"].version != before


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_named_with_its_line(name, tmp_path, dictionary):
    old, new, line, message, hint = MISTAKES[name]
    assert old in GOOD
    write(tmp_path, "sample.yaml", GOOD.replace(old, new, 1))
    write(tmp_path, "sample_two.yaml", GOOD.replace("id: sample", "id: sample_two"))
    found = load_contracts(tmp_path, dictionary)
    assert list(found.contracts) == ["sample_two"], "one broken file leaves the others loaded"
    problems = [p for p in found.broken if message in p.message_zh]
    assert problems, [str(p) for p in found.broken]
    assert problems[0].file == "sample.yaml"
    assert problems[0].line == line, str(problems[0])
    assert hint in problems[0].hint


def test_alias_bomb_is_refused(tmp_path, dictionary):
    bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"
    write(tmp_path, "sample.yaml", bomb)
    assert [p.line for p in load_contracts(tmp_path, dictionary).broken] == [1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "空的"),
        (b"a: 1\n---\nb: 2\n", "一份 YAML 文档"),
        (b"x: " + b"y" * 600_000, "超过"),
        (b"[" * 30 + b"]" * 30, "嵌套过深"),
        (b"- just\n- a list\n", "键: 值"),
    ],
)
def test_hostile_files_are_refused(content, message, tmp_path, dictionary):
    (tmp_path / "sample.yaml").write_bytes(content)
    found = load_contracts(tmp_path, dictionary)
    assert found.contracts == {}
    assert len(found.broken) == 1 and message in found.broken[0].message_zh, found.broken


def test_broken_dictionary_is_named(tmp_path):
    path = tmp_path / "fields.yaml"
    path.write_text("fields:\n  name: {type: texxt, zh: 名, en: Name}\nfacts:\n  x: {type: text, zh: 甲}\n")
    with pytest.raises(BrokenDictionary) as caught:
        load_dictionary(path)
    assert {problem.line for problem in caught.value.problems} == {2, 4}


PRECEDENCE = """\
fields:
  year: {type: year, zh: 年度, en: Year}
  uscc: {type: code, zh: 代码, en: Code}
  revenue: {type: money, zh: 营业收入, en: Revenue, unit: yuan, places: 2}
facts:
  uscc: {type: code, zh: 代码, en: Code}
  revenue: {type: money, zh: 营业收入, en: Revenue, unit: yuan, places: 2, sources: [sample, other]}
"""


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("sources: [sample, other]", None, ""),
        ("sources: [sample], compared: [other]", None, ""),
        ("sources: [sample, other], told_as: revenue", None, ""),
        ("sources: [sample, othr]", "没有数据源「othr」", "other"),
        ("sources: [sample, other], told_as: revenu", "数据源「sample」没有字段「revenu」", "revenue"),
        ("sources: [sample, other], told_as: name", "数据源「other」没有字段「name」", ""),
        ("sources: [sample, sample]", "数据源「sample」写了不止一次", ""),
        ("sources: [sample]", "只有一个数据源", ""),
        ("compared: [sample, other]", "只有 compared 而没有 sources", ""),
        ("told_as: revenue", "写了 told_as 却没有写 sources", ""),
    ],
)
def test_a_precedence_names_sources_that_carry_the_fact(written, message, hint, tmp_path):
    path = tmp_path / "fields.yaml"
    write(tmp_path, "fields.yaml", PRECEDENCE.replace("sources: [sample, other]", written))
    folder = tmp_path / "sources"
    folder.mkdir()
    write(folder, "sample.yaml", GOOD)
    write(folder, "other.yaml", GOOD.replace("id: sample", "id: other"))
    found = load_contracts(folder, load_dictionary(path))
    assert set(found.contracts) == {"sample", "other"}, "a wrong precedence puts no source out"
    if message is None:
        assert found.broken == []
        return
    problem = next(one for one in found.broken if message in one.message_zh)
    assert (problem.file, problem.line) == ("fields.yaml", 7) and "「revenue」" in problem.message_zh
    assert hint in problem.hint


def test_a_precedence_belongs_to_facts(tmp_path):
    text = PRECEDENCE.replace("en: Year}", "en: Year, sources: [sample, other]}")
    write(tmp_path, "fields.yaml", text)
    dictionary = load_dictionary(tmp_path / "fields.yaml")
    (tmp_path / "sources").mkdir()
    write(tmp_path / "sources", "sample.yaml", GOOD)
    write(tmp_path / "sources", "other.yaml", GOOD.replace("id: sample", "id: other"))
    (problem,) = load_contracts(tmp_path / "sources", dictionary).broken
    assert "「fields」中的「year」" in problem.message_zh


def test_a_source_that_is_broken_is_not_missing_from_a_precedence(tmp_path):
    write(tmp_path, "fields.yaml", PRECEDENCE)
    (tmp_path / "sources").mkdir()
    write(tmp_path / "sources", "sample.yaml", GOOD)
    write(tmp_path / "sources", "other.yaml", "id: other\n")
    found = load_contracts(tmp_path / "sources", load_dictionary(tmp_path / "fields.yaml"))
    assert {problem.file for problem in found.broken} == {"other.yaml"}


def test_predicate_words():
    sql, used = compile_predicate(
        "removed_on >= listed_on OR name__missing = 'withheld'", ["removed_on", "listed_on", "name"]
    )
    assert used == {"removed_on", "listed_on", "name"}
    assert "removed_on >= listed_on" in sql
    with pytest.raises(PredicateError):
        compile_predicate("other.name = '1'", ["name"])
    with pytest.raises(PredicateError):
        compile_predicate("1 = 1", ["name"])
