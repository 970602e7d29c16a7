"""``size``: every bound of every industry, what names an industry, and what is missing or unreadable."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srdi.standards import sheet

HEADER = "industry,employees,revenue_wan,assets_wan"
SIZES = ("微型", "小型", "中型", "大型")
X, Y, Z = 0, 1, 2

# typed from the published table, not read from the product: lower bounds of small, medium, large
BOUNDS: dict[str, dict[int, tuple[int, int, int]]] = {
    "农、林、牧、渔业": {Y: (50, 500, 20000)},
    "工业": {X: (20, 300, 1000), Y: (300, 2000, 40000)},
    "建筑业": {Y: (300, 6000, 80000), Z: (300, 5000, 80000)},
    "批发业": {X: (5, 20, 200), Y: (1000, 5000, 40000)},
    "零售业": {X: (10, 50, 300), Y: (100, 500, 20000)},
    "交通运输业": {X: (20, 300, 1000), Y: (200, 3000, 30000)},
    "仓储业": {X: (20, 100, 200), Y: (100, 1000, 30000)},
    "邮政业": {X: (20, 300, 1000), Y: (100, 2000, 30000)},
    "住宿业": {X: (10, 100, 300), Y: (100, 2000, 10000)},
    "餐饮业": {X: (10, 100, 300), Y: (100, 2000, 10000)},
    "信息传输业": {X: (10, 100, 2000), Y: (100, 1000, 100000)},
    "软件和信息技术服务业": {X: (10, 100, 300), Y: (50, 1000, 10000)},
    "房地产开发经营": {Y: (100, 1000, 200000), Z: (2000, 5000, 10000)},
    "物业管理": {X: (100, 300, 1000), Y: (500, 1000, 5000)},
    "租赁和商务服务业": {X: (10, 100, 300), Z: (100, 8000, 120000)},
    "其他未列明行业": {X: (10, 100, 300)},
}
CODES = {
    "0111": "农、林、牧、渔业",
    "A05": "农、林、牧、渔业",
    "B": "工业",
    "C3560": "工业",
    "3560": "工业",
    "35": "工业",
    "D4411": "工业",
    "E47": "建筑业",
    "51": "批发业",
    "F5212": "零售业",
    "54": "交通运输业",
    "591": "交通运输业",
    "5910": "交通运输业",
    "5990": "仓储业",
    "G60": "邮政业",
    "61": "住宿业",
    "H6210": "餐饮业",
    "64": "信息传输业",
    "I6513": "软件和信息技术服务业",
    "7010": "房地产开发经营",
    "702": "物业管理",
    "72": "租赁和商务服务业",
    "M7310": "其他未列明行业",
    "85": "其他未列明行业",
}
NAMES = {
    "农林牧渔业": "农、林、牧、渔业",
    "农、林、牧、渔": "农、林、牧、渔业",
    "工业*": "工业",
    " 工 业 ": "工业",
    "制造业": "工业",
    "专用设备制造业": "工业",
    "批发": "批发业",
    "交通运输业（不含铁路运输业）": "交通运输业",
    "信息传输": "信息传输业",
    "软件业": "软件和信息技术服务业",
    "房地产开发": "房地产开发经营",
    "物业管理业": "物业管理",
    "租赁业": "租赁和商务服务业",
    "其他未列明行业＊": "其他未列明行业",
    "Ｃ３５": "工业",
    "c3560": "工业",
}
OUTSIDE = (
    "J",
    "J66",
    "金融业",
    "金融",
    "铁路运输业",
    "G53",
    "5311",
    "教育",
    "P",
    "8321",
    "卫生",
    "S",
    "国际组织",
)
COARSE = ("F", "G", "H", "I", "K", "Q", "批发和零售业", "房地产业")
NONSENSE = ("不详", "99", "X12", "=1+1", "工业及建筑业")
PLENTY = "99999999"


def cells(values: dict[int, str]) -> list[str]:
    return [values.get(place, "") for place in (X, Y, Z)]


def just_below(place: int, bound: int) -> str:
    return str(bound - 1) if place == X else str(bound - Decimal("0.000000001"))


def edge_cases() -> list[tuple[str, list[str], str]]:
    """(industry, figures, size): each bound reached, and missed by the least there is, the others far above."""
    found = []
    for industry, bounds in BOUNDS.items():
        for step in range(3):
            on = {place: str(limits[step]) for place, limits in bounds.items()}
            found.append((industry, cells(on), SIZES[step + 1]))
            for place, limits in bounds.items():
                others = dict.fromkeys(bounds, PLENTY)
                found.append((industry, cells({**others, place: on[place]}), SIZES[step + 1]))
                below = just_below(place, limits[step])
                found.append((industry, cells({**others, place: below}), SIZES[step]))
                found.append((industry, cells({**on, place: below}), SIZES[step]))
    return found


EDGES = edge_cases()


@pytest.fixture(scope="module")
def at_edges(judge) -> list[list[str]]:
    return judge("size", HEADER, [[industry, *figures] for industry, figures, _ in EDGES])


@pytest.mark.parametrize("number", range(len(EDGES)), ids=lambda n: f"{EDGES[n][0]}-{'-'.join(EDGES[n][1])}")
def test_each_bound_on_both_sides(at_edges, number: int) -> None:
    assert at_edges[number][0] == EDGES[number][2]


def test_each_industry_has_six_edges_an_indicator() -> None:
    assert len(BOUNDS) == 16
    assert len(EDGES) == sum(3 + 9 * len(bounds) for bounds in BOUNDS.values())


def test_names_and_codes(judge) -> None:
    """Whoever the industry is spelled like, its own bounds apply: micro and small on both sides of the smallest."""
    spelled = {**{name: name for name in BOUNDS}, **CODES, **NAMES}
    rows, expected = [], []
    for word, industry in spelled.items():
        for place, limits in BOUNDS[industry].items():
            others = dict.fromkeys(BOUNDS[industry], PLENTY)
            for step in range(3):
                rows.append([word, *cells({**others, place: str(limits[step])})])
                expected.append((word, SIZES[step + 1]))
                rows.append([word, *cells({**others, place: just_below(place, limits[step])})])
                expected.append((word, SIZES[step]))
    found = judge("size", HEADER, rows)
    assert [(row[0], size) for row, (size, _) in zip(rows, found, strict=True)] == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (OUTSIDE, "不适用划型标准"),
        (COARSE, "过粗"),
        (NONSENSE, "无法识别"),
        (("", "  ", "　"), "未填行业"),
    ],
)
def test_industries_without_size(judge, words: tuple[str, ...], message: str) -> None:
    found = judge("size", HEADER, [[word, "500", "500", "500"] for word in words])
    assert [(word, size, message in note) for word, (size, note) in zip(words, found, strict=True)] == [
        (word, "", True) for word in words
    ]


MISSING = [
    (["工业", "", "40000", ""], "", "未填 employees，无法判定"),
    (["工业", "1000", "", ""], "", "未填 revenue_wan，无法判定"),
    (["工业", "", "299.99", ""], "微型", "未填 employees（不影响结果）"),
    (["工业", "19", "", ""], "微型", "未填 revenue_wan（不影响结果）"),
    (["工业", "19", "约三千", ""], "微型", "revenue_wan “约三千”无法识别，应为不小于 0 的数"),
    (["工业", "20", "约三千", ""], "", "revenue_wan “约三千”无法识别，应为不小于 0 的数"),
    (["工业", "1000", "40000", ""], "大型", ""),
    (
        ["工业", "1000", "40000", "不知道"],
        "大型",
        "assets_wan “不知道”无法识别，应为不小于 0 的数（本行业不看此项）",
    ),
    (["建筑业", "", "80000", "80000"], "大型", ""),
    (["建筑业", "0", "80000", "299"], "微型", ""),
    (["农林牧渔业", "", "", ""], "", "未填 revenue_wan，无法判定"),
    (["C99", "20", "300", ""], "小型", "其中的代码无法识别，按门类 C 判定"),
    (["A35", "20", "300", ""], "小型", "门类字母与代码 35 不符，按代码判定"),
]


def test_missing_and_unreadable_figures(judge) -> None:
    found = judge("size", HEADER, [row for row, *_ in MISSING])
    assert found == [[size, note] for _, size, note in MISSING]


SPELLED = [
    ("1,000", True),
    ("1000.0", True),
    ("１０００", True),
    (" 1000 人", True),
    ("+1000", True),
    ("1000.", True),
    ("999.99999999999", False),
    ("1.0E+03", None),
    ("10,00", None),
    ("-1000", None),
    ("千", None),
    ("1000/2", None),
    ("1" * 60, None),
    ("nan", None),
    ("inf", None),
    ("0x3E8", None),
    ("1000万元", None),
]


def test_spellings_of_numbers(judge) -> None:
    """True: read as 1000; False: read as less; None: unreadable."""
    found = judge("size", HEADER, [["工业", text, "40000", ""] for text, _ in SPELLED])
    sizes = {True: "大型", False: "中型", None: ""}
    assert [(text, size) for (text, _), (size, _) in zip(SPELLED, found, strict=True)] == [
        (text, sizes[reading]) for text, reading in SPELLED
    ]
    money = judge(
        "size", HEADER, [["农林牧渔业", "", text, ""] for text in ("50万元", "50万", "50元", "50人")]
    )
    assert [size for size, _ in money] == ["小型", "小型", "", ""]


def test_doubt_rides_along(judge) -> None:
    rows = [["工业", "20", "300", ""], ["物业管理", "100", "500", ""], ["其他未列明行业", "10", "", ""]]
    rows += [["591", "20", "200", ""], ["C", "20", "300", ""], ["70", "10", "", ""], ["59", "20", "100", ""]]
    notes = [note for _, note in judge("size", HEADER, rows)]
    assert notes[:5] == [
        "",
        "界线存疑：下限凭记忆",
        "界线存疑：凭记忆",
        "行业归类存疑：凭记忆：装卸搬运",
        "",
    ]
    assert "其下 701、702 另有归类" in notes[5]
    assert "其下 591 另有归类" in notes[6]


def oracle(row: list[str]) -> str:
    """The rule as one would do it by hand, a row at a time."""
    industry = {**{name: name for name in BOUNDS}, **CODES, **NAMES}.get(row[0])
    if industry is None:
        return ""
    classes = []
    for place, limits in BOUNDS[industry].items():
        text = row[1 + place]
        try:
            value = Decimal(text) if text else None
        except ArithmeticError:
            value = None
        classes.append(None if value is None else sum(value >= limit for limit in limits))
    if 0 in classes:
        return SIZES[0]
    return "" if None in classes else SIZES[min(c for c in classes if c is not None)]


LIMITS = sorted({limit for bounds in BOUNDS.values() for limits in bounds.values() for limit in limits})
WORDS = [*BOUNDS, *CODES, *NAMES, *OUTSIDE, *COARSE, *NONSENSE]
FIGURE = st.one_of(
    st.sampled_from(LIMITS).map(str),
    st.tuples(st.sampled_from(LIMITS), st.sampled_from(["0.01", "0.000000000001", "1"])).map(
        lambda pair: f"{pair[0] - Decimal(pair[1]):f}"
    ),
    st.decimals(0, 10**9, places=3).map(lambda d: f"{d:f}"),
    st.sampled_from(["", "abc"]),
)


@pytest.mark.full
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(st.sampled_from(WORDS), FIGURE, FIGURE, FIGURE), min_size=1, max_size=120))
def test_any_rows_equal_the_rule_by_hand(judge, rows) -> None:
    assert [size for size, _ in judge("size", HEADER, rows)] == [oracle(list(row)) for row in rows]


@pytest.mark.full
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_a_hundred_thousand_rows_equal_row_by_row(judge, seed: int) -> None:
    draw = random.Random(seed)
    figures = (
        [str(limit) for limit in LIMITS] + [f"{limit - Decimal('0.01')}" for limit in LIMITS] + ["", "x"]
    )
    rows = [[draw.choice(WORDS), *draw.choices(figures, k=3)] for _ in range(sheet.CHUNK_ROWS + 7)]
    assert [size for size, _ in judge("size", HEADER, rows)] == [oracle(row) for row in rows]
