"""Measures on tables of events as written: each mistake is named with its line, and each measure reads in Chinese."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from policy.event_packs import DAY, HEAD, packs_of, paper, word
from policy.scene import EVENTS, FACTS
from srdi.contracts.models import FieldMeaning
from srdi.policy.event_measure import EventMeasure
from srdi.policy.event_tables import FLAG_SOURCES, TABLES
from srdi.policy.loader import load
from srdi.policy.measure_words import in_words
from srdi.policy.rule_hash import as_written, in_force, rule_sources, sources_of
from srdi.reports.measure import tell
from srdi.reports.trace import tables_of

FEE = """\
events: guarantee
of: srdi
during: year
figure: {mean: fee_rate, weight: amount}
target: ceiling
keeps: "<="
horizon: 2025-12-31"""
FIRST = len(HEAD.splitlines()) + 5  # the line of `events`


def fee(old: str = "", new: str = "") -> str:
    assert old in FEE
    return FEE.replace(old, new, 1) if old else FEE


# old text → new text, lines below `events`, words of the message, words of the hint
MISTAKES = [
    ("events: guarantee", "events: garantee", 0, "没有事件表 garantee", "guarantee"),
    ("of: srdi", "of: srd", 1, "srd 不是事件表 guarantee 的列", "srdi"),
    ("of: srdi", "of: operating", 1, "operating 不是事件表 guarantee 的列", ""),
    ("of: srdi", "of: credit_loan", 1, "credit_loan 不是事件表 guarantee 的列", ""),
    ("of: srdi", "of: amount", 1, "amount 不是是非型事实", ""),
    ("of: srdi", "of: amount >= ceiling", 1, "单位不一致：amount 是 yuan", ""),
    ("of: srdi", "of: {alll: [srdi]}", 1, "不认识的条件组 alll", "all"),
    ("of: srdi", "of: fee_rate >= cieling", 1, "cieling 不是本文件或口径约定里的参数", "ceiling"),
    ("of: srdi", "of: srdi\ncounting: stock", 2, "不认识的键 counting", ""),
    ("during: year", "during: yearly", 2, "yearly 不在可选范围", "year"),
    ("during: year\n", "", -4, "缺少 during", ""),
    ("{mean: fee_rate, weight: amount}", "{mean: fee_rate, weigth: amount}", 3, "不认识的键 weigth", "weight"),
    ("{mean: fee_rate, weight: amount}", "{mean: fee_rate}", 3, "figure: mean 需要写明 weight", ""),
    ("{mean: fee_rate, weight: amount}", "{mean: fee_rat, weight: amount}", 3, "fee_rat 不是事件表 guarantee 的列", "fee_rate"),
    ("{mean: fee_rate, weight: amount}", "{mean: fee_rate, weight: fee_rate}", 3, "fee_rate 是比率，不能加总", ""),
    ("{mean: fee_rate, weight: amount}", "{mean: fee_rate, weight: ends_on}", 3, "ends_on 不是金额、比率或整数", ""),
    ("{mean: fee_rate, weight: amount}", "{mean: fee_rate, weight: amount, over: amount}", 3, "figure: mean 用不到 over", ""),
    ("{mean: fee_rate, weight: amount}", "{mean: fee_rate, sum: amount}", 3, "figure 只能写一种", ""),
    ("{mean: fee_rate, weight: amount}", "{}", 3, "figure 只能写一种", ""),
    ("{mean: fee_rate, weight: amount}", "mean", 3, "figure 的值不对：应为键值对", ""),
    ("{mean: fee_rate, weight: amount}", "{count: row}", 3, "row 不在可选范围", "rows"),
    ("{mean: fee_rate, weight: amount}", "{count: rows}", 4, "此处要 count、person，参数 ceiling 是 ratio", ""),
    ("{mean: fee_rate, weight: amount}", "{sum: amount}", 4, "此处要 yuan，参数 ceiling 是 ratio", ""),
    ("{mean: fee_rate, weight: amount}", "{sum: fee_rate}", 3, "fee_rate 是比率，不能加总", ""),
    ("{mean: fee_rate, weight: amount}", "{share: amount}", 3, "figure: share 需要写明 where", ""),
    ("{mean: fee_rate, weight: amount}", "{share: amount, where: srd}", 3, "srd 不是事件表 guarantee 的列", "srdi"),
    ("{mean: fee_rate, weight: amount}", "{share: fee_rate, where: srdi}", 3, "fee_rate 是比率，不能加总", ""),
    ("{mean: fee_rate, weight: amount}", "{ratio: amount, over: row_no}", 3, "amount 与 row_no 单位不同，不能相除", ""),
    ("{mean: fee_rate, weight: amount}", "{quantile: middl, of: fee_rate}", 3, "middl 不是本文件或口径约定里的参数", "middle"),
    ("{mean: fee_rate, weight: amount}", "{quantile: few, of: fee_rate}", 3, "此处要 ratio，参数 few 是 count", ""),
    ("{mean: fee_rate, weight: amount}", "{quantile: nothing, of: fee_rate}", 3, "应大于 0、至多为 1", ""),
    ("{mean: fee_rate, weight: amount}", "{quantile: middle, of: started_on}", 3, "started_on 不是金额、比率或整数", ""),
    ("{mean: fee_rate, weight: amount}", "{lead: amount, over: amount, against: amount}", 3, "figure: lead 需要写明 against_over", ""),
    ("target: ceiling", "target: cieling", 4, "cieling 不是本文件或口径约定里的参数", "ceiling"),
    ("target: ceiling", "target: few", 4, "此处要 ratio，参数 few 是 count", ""),
    ("target: ceiling\n", "", 4, "没有 target，keeps 无从比较", ""),
    ('keeps: "<="', 'keeps: "=<"', 5, "=< 不在可选范围", ""),
    ("horizon: 2025-12-31", "horizon: 2025", 6, "应为日期", ""),
    ("horizon: 2025-12-31", "growth: yes", 6, "应为 true 或 false", ""),
    ("horizon: 2025-12-31", "reading_of: zhengzhou.figur", 6, "引用的 zhengzhou.figur 不存在", "zhengzhou.figure"),
    ("horizon: 2025-12-31", "horison: 2025-12-31", 6, "不认识的键 horison", "horizon"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), MISTAKES, ids=[m[3] for m in MISTAKES])
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str, hint: str
) -> None:
    packs = packs_of(tmp_path, paper(fee(old, new)))
    found = [(p.line, p.message_zh, p.hint) for p in packs.broken]
    assert any(at == FIRST + line and message in told and hint in said for at, told, said in found), found
    assert not packs.measures


@pytest.mark.parametrize("during", ["paper", "newest", "ever"])
def test_growth_needs_the_same_days_of_a_year_before(tmp_path: Path, during: str) -> None:
    lines = f"events: loan\nduring: {during}\nfigure: {{count: rows}}\ngrowth: true"
    found = [(p.line, p.message_zh) for p in packs_of(tmp_path, paper(lines)).broken]
    assert found == [(FIRST + 3, f"during: {during} 没有上年同期，growth 只能配 year、quarter")]


@pytest.mark.parametrize(
    "figure",
    [
        "{quantile: middle, of: amount}",
        "{lead: amount, over: balance, against: amount, against_over: balance}",
    ],
)
def test_growth_of_what_does_not_grow(tmp_path: Path, figure: str) -> None:
    lines = f"events: loan\nduring: year\nfigure: {figure}\ngrowth: true"
    (problem,) = packs_of(tmp_path, paper(lines)).broken
    assert problem.line == FIRST + 3 and "不能求增长" in problem.message_zh


def test_what_is_counted_must_be_a_column(tmp_path: Path) -> None:
    lines = "events: service_event\nduring: year\nfigure: {count: banks}"
    (problem,) = packs_of(tmp_path, paper(lines)).broken
    assert (problem.line, problem.message_zh) == (
        FIRST + 2,
        "事件表 service_event 没有 bank，不能数 banks",
    )


def test_a_parameter_named_like_a_column_would_be_read_as_it(tmp_path: Path) -> None:
    head = HEAD.replace("  ceiling:\n", "  fee_rate:\n")
    lines = "events: guarantee\nof: fee_rate <= fee_rate\nduring: year\nfigure: {count: rows}"
    found = [p.message_zh for p in packs_of(tmp_path, paper(lines, head=head)).broken]
    assert found == ["参数 fee_rate 与事件表 guarantee 的列同名，条件里会分不清"]


def test_a_defect_of_a_parameter_is_told_once(tmp_path: Path) -> None:
    head = HEAD.replace("{value: 0.01, clause: 三(四)14}", '{value: "0.01", clause: 三(四)14}')
    (problem,) = packs_of(tmp_path, paper(FEE, head=head)).broken
    assert "应为数字" in problem.message_zh


def test_a_plain_target_keeps_its_own_mistakes(tmp_path: Path) -> None:
    """``target`` is a kind and a key: the line is that of the mistake, not of the key."""
    lines = "counting: stok\nof: provincial\ntitles: [省级]\ntarget: few"
    (problem,) = packs_of(tmp_path, paper(lines)).broken
    assert problem.line == FIRST and "stok 不在可选范围" in problem.message_zh


def test_a_table_without_known_sources_is_refused(tmp_path: Path) -> None:
    lines = "events: subsidy\nduring: year\nfigure: {count: rows}"
    (tmp_path / "x").mkdir()
    packs = packs_of(tmp_path / "x", paper(lines))
    assert "没有事件表 subsidy" in packs.broken[0].message_zh
    day = {"day": FieldMeaning(type="date", zh="日", en="Day")}
    packs = load(tmp_path / "x", FACTS, events={**EVENTS, "subsidy": day})
    assert "没有事件表 subsidy" in packs.broken[0].message_zh


def test_the_tables_are_those_of_the_dictionary() -> None:
    assert set(TABLES) <= set(EVENTS)
    for name in TABLES:
        assert EVENTS[name]["day"].type == "date", name
        for flag in set(FLAG_SOURCES) & set(EVENTS[name]) & set(FACTS):
            assert set(FLAG_SOURCES[flag]) == set(sources_of(flag)), flag


def measure(tmp_path: Path, lines: str = FEE) -> EventMeasure:
    packs = packs_of(tmp_path, paper(lines))
    assert packs.broken == []
    found = packs.measures["zhengzhou.figure"]
    assert isinstance(found, EventMeasure)
    return found


def test_a_measure_is_linked_whole(tmp_path: Path) -> None:
    one = measure(tmp_path)
    assert (one.table, one.unit, one.keeps, one.during) == ("guarantee", "ratio", "<=", "year")
    assert set(one.parameters) == {"ceiling"} and one.target is one.parameters["ceiling"]
    assert one.in_force == (date(2022, 4, 12), date(2025, 12, 31))
    assert one.term(date(2026, 1, 1)) == "lapsed" and one.goal_day(date(2026, 5, 1)) == date(2025, 12, 31)
    assert measure(tmp_path, fee('keeps: "<="\n', "")).keeps == ">="


@pytest.mark.parametrize(
    ("figure", "more", "unit"),
    [
        ("{count: rows}", "", "count"),
        ("{count: enterprises}", "growth: true", "ratio"),
        ("{sum: amount_granted}", "", "yuan"),
        ("{sum: days}", "", "day"),
        ("{mean: days, weight: amount_applied}", "", "day"),
        ("{quantile: ninth, of: days}", "", "day"),
        ("{share: rows, where: granted}", "", "ratio"),
        ("{ratio: amount_granted, over: amount_applied}", "", "ratio"),
    ],
)
def test_the_unit_follows_the_figure(tmp_path: Path, figure: str, more: str, unit: str) -> None:
    one = measure(tmp_path, f"events: application\nduring: year\nfigure: {figure}\n{more}")
    assert one.unit == unit


def test_sources_are_the_tables_and_those_of_the_flags_it_asks(tmp_path: Path) -> None:
    packs = packs_of(tmp_path / "packs", paper(FEE))
    assert rule_sources(packs, measure(tmp_path)) == {
        "guarantee": ["enterprise_registry", "financing_guarantee", "title_list"]
    }
    banks = "events: bank_month\nduring: newest\nfigure: {sum: all_loans}"
    assert rule_sources(packs, measure(tmp_path, banks)) == {"bank_month": ["bank_totals"]}
    where = "events: loan\nduring: year\nfigure: {share: rows, where: small_micro}"
    assert measure(tmp_path, where).sources() == ["enterprise_registry", "financing_loan", "tax_annual"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("of: srdi", "of: provincial_or_above"),
        ("during: year", "during: paper"),
        ("weight: amount", "weight: row_no"),
        ("{mean: fee_rate, weight: amount}", "{quantile: middle, of: fee_rate}"),
        ('keeps: "<="', 'keeps: "<"'),
        ("horizon: 2025-12-31", "horizon: 2026-12-31"),
        ("target: ceiling", "target: nothing"),
        ("horizon: 2025-12-31", "horizon: 2025-12-31\ngrowth: true"),
    ],
)
def test_each_word_of_the_measure_is_in_its_hash(tmp_path: Path, old: str, new: str) -> None:
    def hashes(lines: str) -> tuple[str, str]:
        packs = packs_of(tmp_path, paper(lines))
        one = packs.measures["zhengzhou.figure"]
        return as_written(packs, one), in_force(packs, one, DAY)

    assert hashes(FEE) == hashes(FEE)
    assert all(a != b for a, b in zip(hashes(FEE), hashes(fee(old, new)), strict=True))


def test_the_measure_in_chinese(tmp_path: Path) -> None:
    one = measure(tmp_path)
    assert in_words(one, FACTS, DAY) == (
        f"《某市文件》三(四)14：登记在本地的企业的担保中符合（{word('guarantee', 'srdi')}）的，"
        f"当年 1 月 1 日至当日，{word('guarantee', 'fee_rate')}按{word('guarantee', 'amount')}加权的平均；"
        "目标 ≤ 1%，到 2025-12-31。"
        "数据不全的单列，对应不到企业或地区的另计，都不进结果。"
    )
    growing = measure(
        tmp_path,
        "events: loan\nof: {all: [srdi, finance_type == receivables]}\nduring: quarter\nfigure: {sum: amount}\ngrowth: true",
    )
    told = in_words(growing, FACTS, DAY)
    for words in (
        f"{word('loan', 'finance_type')} = 应收账款（三(四)12）",
        "最近一个已结束的季度",
        f"{word('loan', 'amount')}之和比上年同期的增长",
        "未定目标",
    ):
        assert words in told
    leading = measure(
        tmp_path,
        "events: bank_month\nduring: newest\nfigure: {lead: inclusive_loans, over: inclusive_loans_start, "
        "against: all_loans, against_over: all_loans_start}\ntarget: nothing",
    )
    told = in_words(leading, FACTS, DAY)
    sums = [word("bank_month", name) for name in ("inclusive_loans", "inclusive_loans_start")]
    sums += [word("bank_month", name) for name in ("all_loans", "all_loans_start")]
    assert "{}之和 / {}之和 减去 {}之和 / {}之和".format(*sums) in told
    assert "目标 ≥ 0" in told


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("events: loan\nduring: paper\nfigure: {count: enterprises}", "自文件施行（2022-04-12）至当日，企业数"),
        ("events: loan\nduring: ever\nfigure: {share: rows, where: credit_loan}", f"截至当日，其中（{word('loan', 'credit_loan')}）的笔数所占比例"),
        ("events: application\nduring: year\nfigure: {quantile: ninth, of: days}", f"{word('application', 'days')}的 0.9 分位数"),
        ("events: bank_month\nduring: newest\nfigure: {ratio: inclusive_borrowers, over: inclusive_borrowers_start}", f"{word('bank_month', 'inclusive_borrowers')}之和 / "),
        ("events: platform_member\nduring: ever\nfigure: {count: banks}", "平台成员，截至当日，银行数"),
    ],
)  # fmt: skip
def test_every_figure_has_its_words(tmp_path: Path, lines: str, words: str) -> None:
    assert words in in_words(measure(tmp_path, lines), FACTS, DAY)


def test_show_tells_population_figure_goal_and_table(tmp_path: Path) -> None:
    packs = packs_of(tmp_path, paper(FEE))
    one = packs.measures["zhengzhou.figure"]
    parts = {part.heading: part.lines for part in tell(packs, one, DAY)}
    assert parts["统计范围 population"][0].startswith("郑州市（410100）：登记在本地的企业的担保中符合")
    assert parts["数值 figure"] == (
        f"{word('guarantee', 'fee_rate')}按{word('guarantee', 'amount')}加权的平均",
    )
    assert parts["目标 target"] == ("≤ 1%（ceiling），到 2025-12-31",)
    assert parts["结果表 tables"] == ("marts.financing",)
    assert any("ceiling" in line for line in parts["参数 parameters"])
    assert tables_of(measure(tmp_path, "events: service_event\nduring: year\nfigure: {count: rows}")) == (
        "marts.target",
    )
