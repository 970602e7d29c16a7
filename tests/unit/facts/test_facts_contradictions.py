"""Two sources tell one fact: the declared one counts, a difference that matters is told, silence is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import A, B, Facts, Inbox

from srdi.contracts.loader import load_dictionary
from srdi.facts import resolve as resolving
from srdi.facts.parameters import Conventions

pytestmark = pytest.mark.full

YEAR = 2024
# industry: small from 20 heads and 3 million yuan, medium from 300 heads and 20 million
MEDIUM = Decimal("20000000")
SMALL = Decimal("3000000")


def told(
    inbox: Inbox, taxed: int | None, registered: int | None, revenue: Decimal | None = MEDIUM, **row: Any
) -> Facts:
    inbox.registry({"uscc": A, "employees": registered, **row})
    inbox.stage("tax_annual", [{"uscc": A, "year": YEAR, "revenue": revenue, "employees": taxed}])
    return inbox.resolve()


def contradictions(facts: Facts) -> list[tuple[str, str, str, str]]:
    return [
        (one["check_id"], one["severity"], one["field"], one["raw_value"])
        for one in facts.findings
        if one["check_id"].startswith("contradiction.")
    ]


def test_the_declared_order_is_the_order_used(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fact with a precedence: the first source that tells it counts, and turning the order turns the fact."""
    declared = resolving.precedence()
    assert declared == {
        "employees": ("tax_annual", "enterprise_registry"),
        "division_code": ("enterprise_registry",),
    }
    registry = inbox.registry({"uscc": A, "employees": 40})
    tax = inbox.stage(
        "tax_annual",
        [{"uscc": B, "year": YEAR}, {"uscc": A, "year": YEAR, "revenue": MEDIUM, "employees": 300}],
    )
    evidence = {"tax_annual": (300, tax, 3, "中型"), "enterprise_registry": (40, registry, 2, "小型")}

    def used() -> tuple:
        row = inbox.resolve().enterprises[A]
        return tuple(row[c] for c in ("employees", "employees_batch_id", "employees_row_no", "size_class"))

    assert used() == evidence[declared["employees"][0]]
    known = load_dictionary()
    turned = known.facts["employees"].model_copy(update={"sources": list(reversed(declared["employees"]))})
    monkeypatch.setitem(known.facts, "employees", turned)
    monkeypatch.setattr(resolving, "_dictionary", lambda: known)
    assert used() == evidence[declared["employees"][1]]


def test_the_second_source_counts_where_the_first_is_silent(inbox: Inbox) -> None:
    facts = told(inbox, None, 300)
    row = facts.enterprises[A]
    assert (row["employees"], row["employees_batch_id"], row["size_class"]) == (
        300,
        inbox.batches[0].batch_id,
        "中型",
    )
    assert contradictions(facts) == []


@pytest.mark.parametrize(("taxed", "registered"), [(None, 5), (5, None), (None, None)])
def test_silence_contradicts_nobody(inbox: Inbox, taxed: int | None, registered: int | None) -> None:
    assert contradictions(told(inbox, taxed, registered)) == []


@pytest.mark.parametrize(
    ("taxed", "registered", "found"),
    [
        # 300 heads and 20 million yuan are medium; one head less is small: the size turns on the source
        (300, 299, ("contradiction.size_class", "warning", "employees", "299")),
        (299, 300, ("contradiction.size_class", "warning", "employees", "300")),
        # both medium, both far enough apart to be told or not: half of the larger one is the last that is not
        (300, 600, None),
        (300, 601, ("contradiction.employees", "info", "employees", "601")),
        (601, 300, ("contradiction.employees", "info", "employees", "300")),
        (600, 300, None),
        (300, 300, None),
        # both below 20 heads: micro either way
        (19, 9, ("contradiction.employees", "info", "employees", "9")),
        (18, 9, None),
        (20, 19, ("contradiction.size_class", "warning", "employees", "19")),
        (0, 0, None),
    ],
)
def test_both_sides_of_what_matters(
    inbox: Inbox, taxed: int, registered: int, found: tuple[str, ...] | None
) -> None:
    assert contradictions(told(inbox, taxed, registered)) == ([found] if found else [])


def test_a_size_known_with_one_head_count_only(inbox: Inbox) -> None:
    """Without revenue few heads still make a micro enterprise; more heads leave the size open."""
    facts = told(inbox, 20, 19, revenue=None)
    assert facts.enterprises[A]["size_class"] is None
    assert contradictions(facts) == [("contradiction.size_class", "warning", "employees", "19")]
    assert "（本行：微型，另一行：不详）" in facts.finding("contradiction.size_class")["message_zh"]


def test_an_industry_that_counts_no_heads_has_no_other_size(inbox: Inbox) -> None:
    assert contradictions(told(inbox, 300, 299, industry_code="0111")) == []


def test_without_accounts_of_the_closed_year_the_tax_office_is_silent(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "employees": 900})
    inbox.stage("tax_annual", [{"uscc": A, "year": YEAR - 1, "revenue": MEDIUM, "employees": 10}])
    facts = inbox.resolve(date(2025, 9, 30))
    assert facts.enterprises[A]["employees"] == 900 and contradictions(facts) == []


def test_the_message_names_both_rows_what_counts_and_what_to_do(inbox: Inbox) -> None:
    finding = told(inbox, 300, 40).finding("contradiction.size_class")
    registry, tax = (batch.batch_id for batch in inbox.batches)
    assert (finding["batch_id"], finding["row_no"]) == (registry, 2), "the row that is put aside"
    assert finding["expected"] == "与「纳税人年度财务与纳税信息」一致（300）"
    for part in (
        f"批次 {registry} 第 2 行「从业人数」",
        "在「企业登记信息」本行为 40",
        f"在「纳税人年度财务与纳税信息」批次 {tax} 第 2 行为 300",
        "企业划型因此不同（本行：小型，另一行：中型）",
        "采用「纳税人年度财务与纳税信息」的 300",
        "由有误的一方更正后重新报送",
    ):
        assert part in finding["message_zh"], part


def test_the_tolerance_is_a_convention(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "employees": 270})
    inbox.stage("tax_annual", [{"uscc": A, "year": YEAR, "revenue": SMALL, "employees": 300}])
    assert contradictions(inbox.resolve(employees_tolerance=Decimal("0.1"))) == []
    narrower = inbox.resolve(employees_tolerance=Decimal("0.099"))
    assert [check for check, *_ in contradictions(narrower)] == ["contradiction.employees"]


@pytest.mark.parametrize("bad", ["-0.000001", "1.000001"])
def test_a_tolerance_outside_of_one_is_refused(bad: str) -> None:
    edge = Decimal(bad).to_integral_value()
    assert Conventions.from_parameters({"employees_tolerance": edge}).employees_tolerance == edge
    with pytest.raises(ValueError, match="employees_tolerance"):
        Conventions.from_parameters({"employees_tolerance": Decimal(bad)})


def title(district: str | None, **row: Any) -> dict[str, Any]:
    usual = {"uscc": A, "title": "省级", "state": "认定", "recognised_on": date(2024, 1, 1)}
    return usual | {"valid_to": date(2026, 12, 31), "district": district} | row


@pytest.mark.parametrize(
    ("district", "found"),
    [
        ("涧西区", None),
        ("洛阳市", None),
        ("洛阳市涧西区", None),
        (None, None),
        ("不知何处", None),
        ("老城区", ("contradiction.division", "info", "district", "老城区")),
        ("郑州市金水区", ("contradiction.division", "warning", "district", "郑州市金水区")),
        ("郑州市", ("contradiction.division", "warning", "district", "郑州市")),
    ],
)
def test_the_place_of_the_title_list_against_the_registry(
    inbox: Inbox, district: str | None, found: tuple[str, ...] | None
) -> None:
    inbox.registry({"uscc": A, "district": "涧西区"})
    inbox.stage("title_list", [title(district)])
    facts = inbox.resolve()
    assert facts.enterprises[A]["division_code"] == "410305", "the registry decides"
    assert contradictions(facts) == ([found] if found else [])


def test_an_enterprise_of_unknown_place_contradicts_nobody(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "district": "乱写"})
    inbox.stage("title_list", [title("郑州市金水区")])
    facts = inbox.resolve()
    assert contradictions(facts) == [] and facts.enterprises[A]["city_code"] is None


def test_only_titles_in_force_and_their_newest_word_are_compared(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "district": "涧西区"}, {"uscc": B, "district": "涧西区"})
    inbox.stage(
        "title_list",
        [
            title("郑州市金水区", title="创新型", valid_to=date(2025, 9, 29)),
            title("郑州市金水区", title="省级"),
            title("涧西区", title="小巨人"),
            title("郑州市金水区", uscc=B, title="创新型", valid_to=date(2025, 9, 30)),
        ],
    )
    facts = inbox.resolve(date(2025, 9, 30))
    finding = facts.finding("contradiction.division")
    assert finding["row_no"] == 5, "the last day of a title is still in force"
    assert finding["expected"] == "与「企业登记信息」一致（涧西区（410305））"
    assert contradictions(inbox.resolve(date(2025, 10, 1))) == []
