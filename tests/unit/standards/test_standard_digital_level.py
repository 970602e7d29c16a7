"""``digital-level``: bands of 2022; questionnaire, scenes and level rule of 2024; answers as they may be typed."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srdi.standards import sheet

HEADER = "version,score,answers"
LEVELS = ("无", "一级", "二级", "三级", "四级")

# typed from the published questionnaire: what each option adds (single) or all options but A add (multi)
SINGLE = {
    "设备数字化": {"A": "0", "B": "1.5", "C": "3", "D": "4.5", "E": "6"},
    "设备联网": {"A": "0", "B": "1.5", "C": "3", "D": "4.5", "E": "6"},
    "信息系统": {"A": "0", "B": "2.5", "C": "5", "D": "7.5", "E": "10"},
    "规划实施": {"A": "0", "B": "1.5", "C": "3", "D": "4.5", "E": "6", "F": "7.5"},
    "资金保障": {"A": "0", "B": "1.875", "C": "3.75", "D": "5.625", "E": "7.5"},
    "绿色低碳": {"A": "0", "B": "3.5", "C": "7"},
    "产品质量": {"A": "0", "B": "3.5", "C": "7"},
    "市场表现": {"A": "0", "B": "1.5", "C": "3"},
    "价值效益": {"A": "0", "B": "1.5", "C": "3"},
}
MULTI = {
    "网络建设": {"A": "0"} | dict.fromkeys("BCDE", "2"),
    "数据采集": {"A": "0"} | dict.fromkeys("BCDEFGHIJKLMN", "0.7") | {"O": "0.9"},
    "网络安全": {"A": "0"} | dict.fromkeys("BCDE", "1.25"),
    "数据安全": {"A": "0"} | dict.fromkeys("BCDE", "1.25"),
    "管理机制": {"A": "0"} | dict.fromkeys("BCDE", "1.875"),
    "人才建设": {"A": "0"} | dict.fromkeys("BCDEF", "1.5"),
}
QUESTIONS = SINGLE | MULTI
MOST = {
    **{item: (max(options), options[max(options)]) for item, options in SINGLE.items()},
    "网络建设": ("BCDE", "8"),
    "数据采集": ("BCDEFGHIJKLMNO", "10"),
    "网络安全": ("BCDE", "5"),
    "数据安全": ("BCDE", "5"),
    "管理机制": ("BCDE", "7.5"),
    "人才建设": ("BCDEF", "7.5"),
}
STARRED = [
    "产品设计",
    "营销管理",
    "生产管控",
    "质量管理",
    "设备管理",
    "安全生产",
    "能耗管理",
    "采购管理",
    "仓储物流",
    "财务管理",
]
PLAIN = ["工艺设计", "售后服务", "计划排程", "人力资源", "协同办公", "决策支持"]
# level → base score, scenes, starred scenes
RULE = {1: (20, 6, 3), 2: (40, 6, 3), 3: (60, 8, 5), 4: (80, 10, 6)}
FULL = ";".join(f"{item}={options}" for item, (options, _) in MOST.items())


def scenes(level: int, starred: int, plain: int) -> str:
    return ";".join(f"{name}={level}" for name in STARRED[:starred] + PLAIN[:plain])


BANDS = [
    ("0", "无"),
    ("19.99", "无"),
    ("19.9999999999", "无"),
    ("20", "一级"),
    ("39.9999999999", "一级"),
    ("40", "二级"),
    ("59.99", "二级"),
    ("60.00", "三级"),
    ("79.9999999999", "三级"),
    ("80", "四级"),
    ("100", "四级"),
]


@pytest.mark.parametrize("version", ["2022", "2022年版", "２０２２版", "2022.0"])
def test_bands_of_2022(judge, version: str) -> None:
    found = judge("digital-level", HEADER, [(version, score, "") for score, _ in BANDS])
    assert [level for _, level, _ in found] == [level for _, level in BANDS]
    notes = {score: note for (score, _), (_, _, note) in zip(BANDS, found, strict=True)}
    # the reading of the edge is told on the edge only
    assert {score for score, note in notes.items() if note} == {"40", "60.00", "80"}


def test_score_alone_bounds_the_level_of_2024(judge) -> None:
    found = judge("digital-level", HEADER, [("2024年版", score, "") for score, _ in BANDS])
    assert [level for _, level, _ in found] == [level for _, level in BANDS]
    assert {note for *_, note in found} == {"仅按得分推定，未核经营场景"}


def test_full_questionnaire_is_a_hundred(judge) -> None:
    assert sum(Decimal(points) for _, points in MOST.values()) == 100
    assert len(QUESTIONS) == 15
    ((score, level, note),) = judge("digital-level", HEADER, [("2024", "", f"{FULL};{scenes(4, 10, 6)}")])
    assert (score, level) == ("100", "四级")
    assert note == "分值取自平台问卷的抓取件，未核原文；级别规则仅见于一处二手实现，未核原文"


def test_each_option_and_each_items_maximum(judge) -> None:
    cases = [(f"{item}={o}", points) for item, options in QUESTIONS.items() for o, points in options.items()]
    cases += [(f"{item}={options}", points) for item, (options, points) in MOST.items()]
    found = judge("digital-level", HEADER, [("2024", "", answers) for answers, _ in cases])
    assert [(a, score) for (a, _), (score, *_) in zip(cases, found, strict=True)] == cases
    assert all("未作答按 0 分计" in note and "未给经营场景" in note for *_, note in found)


def by_hand(score: Decimal, given: dict[str, int]) -> str:
    best = 0
    for level, (least, count, starred) in RULE.items():
        there = [name for name, reached in given.items() if reached >= level]
        if score >= least and len(there) >= count and sum(n in STARRED for n in there) >= starred:
            best = max(best, level)
    return LEVELS[best]


def test_every_count_of_scenes_at_every_level_and_edge(judge) -> None:
    """All numbers of starred and other scenes at each level, with each base score on and just below its edge."""
    rows, expected = [], []
    for level, starred, plain in product(RULE, range(11), range(7)):
        given = dict.fromkeys(STARRED[:starred] + PLAIN[:plain], level)
        for edge, less in product((20, 40, 60, 80), (Decimal(0), Decimal("0.00000001"))):
            if given:
                rows.append(("2024", f"{edge - less:f}", scenes(level, starred, plain)))
                expected.append(by_hand(edge - less, given))
    found = judge("digital-level", HEADER, rows)
    assert [level for _, level, _ in found] == expected
    assert set(expected) == set(LEVELS)
    assert all("只有场景，得分取所给 score" in note for *_, note in found)


BELOW = [
    # one step below on one condition, everything else far above: literal, without the oracle
    ("100", scenes(1, 3, 3), "一级"),
    ("100", scenes(1, 2, 6), "无"),
    ("100", scenes(1, 3, 2), "无"),
    ("100", scenes(2, 3, 3), "二级"),
    ("100", scenes(2, 2, 6), "无"),
    ("100", scenes(2, 3, 2), "无"),
    ("100", scenes(3, 5, 3), "三级"),
    ("100", scenes(3, 4, 6), "二级"),
    ("100", scenes(3, 5, 2), "二级"),
    ("100", scenes(4, 6, 4), "四级"),
    ("100", scenes(4, 5, 6), "三级"),
    ("100", scenes(4, 6, 3), "三级"),
    ("79.99", scenes(4, 10, 6), "三级"),
    ("59.99", scenes(4, 10, 6), "二级"),
    ("39.99", scenes(4, 10, 6), "一级"),
    ("19.99", scenes(4, 10, 6), "无"),
    # scenes above a level count for it
    (
        "100",
        "产品设计=4;营销管理=4;生产管控=3;质量管理=3;设备管理=3;工艺设计=3;售后服务=3;计划排程=4;人力资源=1",
        "三级",
    ),
]


def test_scenes_just_missed(judge) -> None:
    found = judge("digital-level", HEADER, [("2024", score, answers) for score, answers, _ in BELOW])
    assert [level for _, level, _ in found] == [level for *_, level in BELOW]
    assert "得分够四级，差在场景：一级及以上 8 个（★2 个），需 6 个（★3 个）" in found[1][2]


FAULTS = [
    ("网络建设=AB", "“网络建设”选了A（无），不能再选其他"),
    ("信息系统=CD", "“信息系统”是单选，给了“CD”"),
    ("绿色低碳=D", "“绿色低碳”没有选项“D”"),
    ("网络建设=BX9", "“网络建设”没有选项“9X”"),
    ("网络建没=B", "没有题目或场景“网络建没”"),
    ("网络建设", "“网络建设”不是“题目=选项”"),
    ("网络建设=", "“网络建设”没有给出选项"),
    ("=B", "没有题目或场景“”"),
    ("产品设计=0", "场景“产品设计”的级别应为 1 至 4，不是“0”"),
    ("产品设计=5", "场景“产品设计”的级别应为 1 至 4，不是“5”"),
    ("产品设计=", "场景“产品设计”的级别应为 1 至 4，不是“”"),
    ("产品设计=B", "场景“产品设计”的级别应为 1 至 4，不是“B”"),
    ("网络建设=B;网络建设=B", "重复作答：“网络建设”"),
    ("设备联网=B;设备联网率=C;产品设计=1;产品设计=2", "重复作答：“产品设计”“设备联网”"),
    ("foo=1;bar=2", "没有题目或场景“foo”；没有题目或场景“bar”"),
]


def test_faulty_answers_leave_the_row_open(judge) -> None:
    found = judge("digital-level", HEADER, [("2024", "90", answers) for answers, _ in FAULTS])
    assert found == [["90", "", note] for _, note in FAULTS]


SPELLED = [
    "网络建设=BCD;产品设计=3",
    "网络建设=B,C,D；产品设计=三级",
    " 网络建设 ： d、c、b ;\n 产品设计：3 ;",
    "网络建设＝ＢＣＤ；；产品设计＝３；",
    "网络建设=BBCD;产品设计=集成级",
    "网络建设=B|C|D;产品设计=3级",
]


def test_answers_as_they_may_be_typed(judge) -> None:
    found = judge("digital-level", HEADER, [("2024", "", answers) for answers in SPELLED])
    assert [row[:2] for row in found] == [["6", "无"]] * len(SPELLED)
    assert len({note for *_, note in found}) == 1


ROWS = [
    (("2024", "", ""), ["", "", "未填得分 score，也没有答案 answers"]),
    (("2022", "", ""), ["", "", "未填得分 score"]),
    (("2022", "50", "网络建设=B"), ["50", "二级", "2022年版各题分值未查到，未用 answers"]),
    (("2023", "50", ""), ["50", "", "无法识别版本“2023”，应为 2022 或 2024"]),
    (("", "50", ""), ["50", "", "未填版本 version，应为 2022 或 2024"]),
    (("2022", "100.5", ""), ["100.5", "", "score “100.5”无法识别，应为 0 至 100 的数"]),
    (("2022", "优", ""), ["优", "", "score “优”无法识别，应为 0 至 100 的数"]),
    (("2024", "-3", ""), ["-3", "", "score “-3”无法识别，应为 0 至 100 的数"]),
    (("2024", "", "产品设计=4"), ["", "", "只有场景，没有题目，也没有得分 score"]),
    (("2022", "60.50分", ""), ["60.5", "三级", ""]),
    (("2024", " ; ；", " ；; "), [" ; ；", "", "score “; ；”无法识别，应为 0 至 100 的数"]),
]


def test_rows_without_enough(judge) -> None:
    assert judge("digital-level", HEADER, [row for row, _ in ROWS]) == [result for _, result in ROWS]


def test_computed_score_wins_over_the_given_one(judge) -> None:
    answers = f"{FULL};{scenes(4, 10, 6)}"
    found = judge(
        "digital-level", HEADER, [("2024", score, answers) for score in ("100.00", "80", "abc", "120")]
    )
    assert [row[:2] for row in found] == [["100", "四级"]] * 4
    assert "不同" not in found[0][2]
    assert "所给得分 80 与按答案计算的 100 不同，以计算为准" in found[1][2]
    assert "score “abc”无法识别" in found[2][2] and "score “120”无法识别" in found[3][2]


def test_a_day_before_the_edition(judge) -> None:
    rows = [("2024", "60", ""), ("2022", "59", "")]
    before, after = (
        judge("digital-level", HEADER, rows, day=day) for day in (date(2024, 9, 3), date(2024, 9, 4))
    )
    assert before[0][:2] == after[0][:2] == ["60", "三级"]
    assert "2024-09-04 才发布" in before[0][2] and "才发布" not in after[0][2]
    assert before[1] == after[1] == ["59", "二级", ""]


def test_without_the_column_of_answers(judge) -> None:
    assert judge("digital-level", "id,Score,VERSION", [("7", "61", "2024")]) == [
        ["61", "三级", "仅按得分推定，未核经营场景"]
    ]


def oracle(version: str, score: str, answers: str) -> list[str]:
    """By hand, one row: score (as given where there is no level) and level."""
    given = Decimal(score) if score else None
    if version == "2022":
        if given is None:
            return ["", ""]
        return [f"{given.normalize():f}", LEVELS[sum(given >= edge for edge in (20, 40, 60, 80))]]
    points, found, asked = Decimal(0), {}, False
    for part in filter(None, answers.split(";")):
        name, _, value = part.partition("=")
        if name in QUESTIONS:
            chosen = set(value)
            if chosen - set(QUESTIONS[name]) or (len(chosen) > 1 and (name in SINGLE or "A" in value)):
                return [score, ""]
            points += sum(Decimal(QUESTIONS[name][letter]) for letter in chosen)
            asked = True
        elif name in STARRED + PLAIN and value in "1234":
            found[name] = int(value)
        else:
            return [score, ""]
    counting = points if asked else given
    if counting is None:
        return ["", ""]
    text = f"{counting.normalize():f}"
    if not answers:
        return [text, LEVELS[sum(counting >= edge for edge in (20, 40, 60, 80))]]
    return [text, by_hand(counting, found)]


def draw_row(draw: random.Random) -> tuple[str, str, str]:
    version = draw.choice(["2022", "2024", "2024", "2024"])
    score = draw.choice(
        ["", f"{draw.randint(0, 10000) / Decimal(100):f}", str(draw.choice((20, 40, 60, 80)))]
    )
    parts = []
    good = draw.random()  # poor and rich enterprises, so that every level occurs
    if draw.random() < 0.8:
        for item, options in QUESTIONS.items():
            if draw.random() < 0.02:
                continue
            letters = sorted(options)
            if item in SINGLE:
                value = letters[min(int(len(letters) * (good + draw.random()) / 1.6), len(letters) - 1)]
            else:
                value = "".join(letter for letter in letters[1:] if draw.random() < good) or "A"
            if draw.random() < 0.001:
                value += "A"
            parts.append(f"{item}={value}")
    if draw.random() < 0.9:
        parts += [f"{name}={draw.choice('1234')}" for name in STARRED + PLAIN if draw.random() < good + 0.3]
    if draw.random() < 0.005:
        parts.append(draw.choice(["未知=B", "产品设计x=1"]))
    draw.shuffle(parts)
    return version, score, ";".join(parts)


def test_any_rows_equal_the_rule_by_hand(judge) -> None:
    draw = random.Random(20240904)
    rows = [draw_row(draw) for _ in range(3000)]
    found = [row[:2] for row in judge("digital-level", HEADER, rows)]
    assert found == [oracle(*row) for row in rows]
    assert {level for _, level in found} == {"", *LEVELS}


@pytest.mark.full
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), count=st.integers(1, 60))
def test_few_rows_equal_the_rule_by_hand(judge, seed: int, count: int) -> None:
    draw = random.Random(seed)
    rows = [draw_row(draw) for _ in range(count)]
    assert [row[:2] for row in judge("digital-level", HEADER, rows)] == [oracle(*row) for row in rows]


@pytest.mark.full
def test_a_hundred_thousand_rows_equal_row_by_row(judge) -> None:
    draw = random.Random(7)
    rows = [draw_row(draw) for _ in range(sheet.CHUNK_ROWS + 7)]
    assert [row[:2] for row in judge("digital-level", HEADER, rows)] == [oracle(*row) for row in rows]
