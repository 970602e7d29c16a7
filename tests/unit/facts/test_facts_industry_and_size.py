"""Industry codes read tolerantly, and the size class on both sides of every bound."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from facts_inbox import A, Inbox

from srdi import contracts

pytestmark = pytest.mark.full

LOOKUPS = Path(contracts.__file__).parent / "lookups"


SPELLINGS = [
    ("C31", None, ("31", "C", "工业", True)),
    ("31", None, ("31", "C", "工业", True)),
    ("3110", None, ("3110", "C", "工业", True)),
    ("C3110", None, ("3110", "C", "工业", True)),
    ("ｃ３１１０", None, ("3110", "C", "工业", True)),
    # leading zeros lost, the letter or the section tells
    ("1", None, ("01", "A", "农、林、牧、渔业", False)),
    ("A111", None, ("0111", "A", "农、林、牧、渔业", False)),
    ("111", "A", ("0111", "A", "农、林、牧、渔业", False)),
    ("B610", None, ("0610", "B", "工业", False)),
    (None, "C", (None, "C", "工业", True)),
    (None, "制造业", (None, "C", "工业", True)),
    ("C", None, (None, "C", "工业", True)),
    ("6510", None, ("6510", "I", "软件和信息技术服务业", True)),
    ("5910", None, ("5910", "G", "交通运输业", True)),
    ("5990", None, ("5990", "G", "仓储业", True)),
    ("7010", None, ("7010", "K", "房地产开发经营", False)),
    # too coarse to tell: retail or wholesale, repair of cars or of shoes
    (None, "F", (None, "F", None, None)),
    ("81", None, ("81", "O", "其他未列明行业", None)),
    ("6620", None, ("6620", "J", None, True)),
    (None, None, (None, None, None, None)),
    ("不详", None, (None, None, None, None)),
]


def test_industry_spellings(inbox: Inbox) -> None:
    rows = {f"X{number:017d}": case for number, case in enumerate(SPELLINGS)}
    inbox.registry(
        *({"uscc": u, "industry_code": code, "industry_section": part} for u, (code, part, _) in rows.items())
    )
    found = inbox.resolve().enterprises
    columns = ("industry_code", "industry_section", "sme_industry", "producer_industry")
    assert [
        (code, part, tuple(found[u][c] for c in columns)) for u, (code, part, _) in rows.items()
    ] == SPELLINGS


INDUSTRY_CODES = {
    "农、林、牧、渔业": "0111",
    "工业": "3560",
    "建筑业": "4710",
    "批发业": "5110",
    "零售业": "5210",
    "交通运输业": "5430",
    "仓储业": "5990",
    "邮政业": "6010",
    "住宿业": "6110",
    "餐饮业": "6210",
    "信息传输业": "6311",
    "软件和信息技术服务业": "6510",
    "房地产开发经营": "7010",
    "物业管理": "7020",
    "租赁和商务服务业": "7210",
    "其他未列明行业": "7310",
}
CLASSES = ("微型", "小型", "中型", "大型")


def _bounds() -> dict[str, dict[str, list[Decimal]]]:
    """industry → indicator → lower bounds of small, medium, large in stored units."""
    found: dict[str, dict[str, list[Decimal]]] = {}
    with (LOOKUPS / "sme_size.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            factor = {"万元": 10000, "人": 1}[row["unit"]]
            bounds = [Decimal(row[c]) * factor for c in ("small_min", "medium_min", "large_min")]
            found.setdefault(row["industry"], {})[row["indicator"]] = bounds
    return found


def _step(indicator: str) -> Decimal:
    return Decimal(1) if indicator == "employees" else Decimal("0.01")


def test_every_industry_of_the_table_is_tried() -> None:
    assert set(_bounds()) == set(INDUSTRY_CODES)


def test_every_bound_on_both_sides(inbox: Inbox) -> None:
    """On a bound the class holds; one step below it on any single indicator it steps down."""
    expected: dict[str, str] = {}
    enterprises, taxes = [], []
    for industry, indicators in _bounds().items():
        for position in range(3):
            on_bound = {name: bounds[position] for name, bounds in indicators.items()}
            cases = [(on_bound, CLASSES[position + 1])]
            for name in indicators:
                cases.append((on_bound | {name: on_bound[name] - _step(name)}, CLASSES[position]))
            for figures, size in cases:
                uscc = f"X{len(expected):017d}"
                expected[uscc] = size
                enterprises.append({"uscc": uscc, "industry_code": INDUSTRY_CODES[industry]})
                figures = {k: int(v) if k == "employees" else v for k, v in figures.items()}
                taxes.append({"uscc": uscc, "year": 2024, "taxpayer_status": "正常", **figures})
    inbox.registry(*enterprises)
    inbox.stage("tax_annual", taxes)
    facts = inbox.resolve()
    assert {uscc: row["size_class"] for uscc, row in facts.enterprises.items()} == expected
    assert {uscc: row["sme"] for uscc, row in facts.enterprises.items()} == {
        uscc: size != "大型" for uscc, size in expected.items()
    }


WEAKEST = [
    # large by head-count only: steps down as far as the other figure makes it
    (1000, "399999999.99", "中型", True),
    (1000, "3000000", "小型", True),
    (5000, "2999999.99", "微型", True),
    # one figure missing: micro and "not large" may still be certain
    (None, "2999999.99", "微型", True),
    (None, "19999999.99", None, True),
    (None, "400000000", None, None),
    (1000, None, None, None),
    (19, None, "微型", True),
]


def test_weakest_indicator_decides(inbox: Inbox) -> None:
    rows = {f"X{number:017d}": case for number, case in enumerate(WEAKEST)}
    inbox.registry(*({"uscc": uscc} for uscc in rows))
    inbox.stage(
        "tax_annual",
        [
            {"uscc": u, "year": 2024, "employees": staff, "revenue": revenue and Decimal(revenue)}
            for u, (staff, revenue, *_) in rows.items()
        ],
    )
    found = inbox.resolve().enterprises
    assert [
        (staff, revenue, found[u]["size_class"], found[u]["sme"]) for u, (staff, revenue, *_) in rows.items()
    ] == WEAKEST


def test_employees_of_the_registry_stand_in(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "employees": 300})
    inbox.stage("tax_annual", [{"uscc": A, "year": 2024, "revenue": Decimal("20000000")}])
    row = inbox.resolve().enterprises[A]
    assert (row["employees"], row["size_class"]) == (300, "中型")


def test_no_accounts_of_the_closed_year_no_size(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "employees": 5})
    inbox.stage("tax_annual", [{"uscc": A, "year": 2023, "revenue": Decimal(1), "employees": 5}])
    row = inbox.resolve(date(2025, 9, 30)).enterprises[A]
    assert (row["size_class"], row["sme"]) == (None, None)
