"""Compiled conditions: exact at the edge, three-valued, bound, and without floating point anywhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.scene import FACTS
from srdi.policy import models
from srdi.policy.compile import Compiler, check_exact
from srdi.policy.explain import distance_sql, observed_sql
from srdi.policy.expression import OPERATORS, parse
from srdi.policy.packset import Parameter
from srdi.policy.words import condition_words, required_text
from srdi.problems import PackError

pytestmark = pytest.mark.full

DAY = date(2025, 9, 30)
CONNECTION = duckdb.connect(config={"threads": "1"})
MONEY = st.decimals(
    min_value=Decimal("-9999999999999999.99"), max_value=Decimal("9999999999999999.99"), places=2
)
RATIO = st.decimals(min_value=Decimal("-999999.999999"), max_value=Decimal("999999.999999"), places=6)
MAYBE_MONEY = st.none() | MONEY | st.sampled_from([Decimal("0.00"), Decimal("0.01"), Decimal("-0.01")])


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return CONNECTION


def parameter(unit: str, value: object, since: date = date(2020, 1, 1)) -> Parameter:
    dated = models.DatedValue(value=value, clause="第一条")
    return Parameter("paper", "bound", unit, "界限", ((since, dated),))


def judge(con: duckdb.DuckDBPyConnection, condition: object, bound: Parameter, **facts: object) -> tuple:
    """(outcome, observed, distance) of a condition over one row of money facts."""
    tree = parse(condition)
    compiler = Compiler(FACTS, DAY)
    parameters = {"bound": bound}
    columns = [
        compiler.sql(tree, parameters),
        observed_sql(tree, compiler),
        distance_sql(tree, compiler, parameters),
    ]
    types = {"money": "DECIMAL(18, 2)", "integer": "INTEGER", "flag": "BOOLEAN", "date": "DATE"}
    row = ", ".join(
        f"{compiler.binds.text(value, types.get(FACTS[name].type, 'TEXT'))} AS {name}"
        for name, value in facts.items()
    )
    check_exact(con, columns, f"(SELECT {row})", compiler.binds)
    sql = f"SELECT {', '.join(columns)} FROM (SELECT {row}) AS e"
    return con.execute(sql, compiler.binds.used_in(sql)).fetchall()[0]


FLOOR = "rd_expense / revenue >= bound"


@pytest.mark.parametrize(
    ("part", "whole", "bound", "outcome", "observed", "distance"),
    [
        # exactly 6 %: DuckDB's own division says 0.06 is not reached
        ("4096.23", "68270.50", "0.06", True, "0.06", "0.000000"),
        ("4096.22", "68270.50", "0.06", False, "0.06", "0.000000"),
        ("4096.24", "68270.50", "0.06", True, "0.06", "0.000000"),
        ("41.00", "1000.00", "0.06", False, "0.041", "-0.019000"),
        ("3.50", "100.00", "0.035", True, "0.035", "0.000000"),
        ("-1.00", "3.00", "0.06", False, "-0.333333", "-0.393333"),
        ("1.00", "0.00", "0.06", None, "不详", None),
        ("1.00", "-5.00", "0.06", None, "不详", None),
        (None, "100.00", "0.06", None, "不详", None),
        ("1.00", None, "0.06", None, "不详", None),
        ("9999999999999999.99", "0.01", "0.06", True, "999999999999999999", None),
    ],
)
def test_ratio_edges(con, part, whole, bound, outcome, observed, distance) -> None:
    given_facts = {"rd_expense": part and Decimal(part), "revenue": whole and Decimal(whole)}
    found = judge(con, FLOOR, parameter("ratio", Decimal(bound)), **given_facts)
    assert found == (outcome, observed, distance and Decimal(distance))


@settings(max_examples=60, deadline=None)
@given(part=MAYBE_MONEY, whole=MAYBE_MONEY, bound=RATIO, op=st.sampled_from(OPERATORS))
def test_a_ratio_is_judged_as_exact_arithmetic_judges_it(part, whole, bound, op) -> None:
    outcome, _, _ = judge(
        CONNECTION,
        f"rd_expense / revenue {op} bound",
        parameter("ratio", bound),
        rd_expense=part,
        revenue=whole,
    )
    if part is None or whole is None or whole <= 0:
        assert outcome is None
        return
    left, right = int(part * 100) * 10**6, int(bound * 10**6) * int(whole * 100)
    assert (
        outcome
        == {
            ">=": left >= right,
            "<=": left <= right,
            ">": left > right,
            "<": left < right,
            "==": left == right,
            "!=": left != right,
        }[op]
    )


@pytest.mark.parametrize(
    ("op", "value", "outcome", "distance"),
    [
        ("<=", "100000000.00", True, "0"),
        ("<=", "100000000.01", False, "-0.01"),
        ("<", "100000000.00", False, "0"),
        ("<", "99999999.99", True, "0.01"),
        (">=", "100000000.00", True, "0"),
        (">", "100000000.00", False, "0"),
        (">", "100000000.01", True, "0.01"),
        ("==", "100000000.00", True, "0"),
        ("==", "99999999.00", False, "-1"),
        ("!=", "99999999.00", True, "1"),
    ],
)
def test_money_edges(con, op, value, outcome, distance) -> None:
    found = judge(con, f"revenue {op} bound", parameter("yuan", Decimal(100000000)), revenue=Decimal(value))
    assert (found[0], found[2]) == (outcome, Decimal(distance))


def test_groups_are_three_valued(con) -> None:
    bound = parameter("yuan", Decimal(1))
    for condition, facts, expected in [
        ({"all": ["operating", "sme"]}, {"operating": True, "sme": None}, None),
        ({"all": ["operating", "sme"]}, {"operating": False, "sme": None}, False),
        ({"any": ["operating", "sme"]}, {"operating": True, "sme": None}, True),
        ({"any": ["operating", "sme"]}, {"operating": False, "sme": None}, None),
        ({"not": "sme"}, {"sme": None}, None),
        ({"not": "sme"}, {"sme": False}, True),
        ({"not": {"any": ["operating", "sme"]}}, {"operating": False, "sme": False}, True),
    ]:
        given_facts = {"operating": None, "sme": None, **facts}
        # the detail columns that make an observed flag understandable
        assert judge(con, condition, bound, **given_facts, status=None, size_class=None)[0] is expected


def test_a_group_names_what_it_observed_and_has_no_single_distance(con) -> None:
    condition = {"all": ["sme", "revenue <= bound"]}
    found = judge(
        con, condition, parameter("yuan", Decimal(100)), sme=True, size_class="小型", revenue=Decimal("7.50")
    )
    assert found == (True, "中小企业 是（小型）；营业收入 7.5", None)


def test_a_negated_comparison_turns_its_distance(con) -> None:
    found = judge(con, {"not": "revenue >= bound"}, parameter("yuan", Decimal(100)), revenue=Decimal(130))
    assert (found[0], found[2]) == (False, Decimal(-30))


def test_dates_and_words_compare(con) -> None:
    assert judge(con, "founded_on <= bound", parameter("date", DAY), founded_on=date(2025, 9, 20))[::2] == (
        True,
        Decimal(10),
    )
    assert judge(con, "status == bound", parameter("text", "存续"), status="存续") == (True, "存续", None)


def test_a_parameter_without_a_value_makes_the_condition_unknown(con) -> None:
    later = parameter("yuan", Decimal(1), since=date(2026, 1, 1))
    assert judge(con, "revenue >= bound", later, revenue=Decimal(5))[0] is None
    assert judge(con, "revenue >= bound", parameter("yuan", None), revenue=Decimal(5))[0] is None


def test_values_are_bound_and_never_stand_in_the_sql() -> None:
    compiler = Compiler(FACTS, DAY)
    sql = compiler.sql(parse("status == bound"), {"bound": parameter("text", "x'; DROP TABLE t; --")})
    assert "DROP" not in sql
    assert list(compiler.binds.used_in(sql).values()) == ["x'; DROP TABLE t; --"]


def test_floating_point_is_refused(con) -> None:
    compiler = Compiler(FACTS, DAY)
    sql = compiler.sql(parse(FLOOR), {"bound": parameter("ratio", Decimal("0.06"))})
    row = "(SELECT CAST(1 AS DECIMAL(18, 2)) AS rd_expense, CAST(2 AS {}) AS revenue)"
    check_exact(con, [sql], row.format("DECIMAL(18, 2)"), compiler.binds)
    with pytest.raises(PackError, match="浮点"):
        check_exact(con, [sql], row.format("DOUBLE"), compiler.binds)
    with pytest.raises(PackError, match="浮点除法"):
        check_exact(con, ["e.rd_expense / e.revenue >= 1"], row.format("DECIMAL(18, 2)"), compiler.binds)
    with pytest.raises(PackError, match="浮点"):
        check_exact(
            con, ["round(e.rd_expense) > sqrt(e.revenue)"], row.format("DECIMAL(18, 2)"), compiler.binds
        )


def test_conditions_in_words() -> None:
    bound = {"bound": parameter("ratio", Decimal("0.06"))}
    assert condition_words(parse(FLOOR), FACTS, bound, DAY) == "研发费用 / 营业收入 ≥ 6%（第一条）"
    assert required_text(parse(FLOOR), FACTS, bound, DAY) == "≥ 0.06"
    group = parse({"all": ["sme", {"not": "serious_dishonest"}, {"any": ["operating", FLOOR]}]})
    words = condition_words(group, FACTS, bound, DAY)
    assert words == "中小企业，且 不是（严重违法失信），且 （在营，或 研发费用 / 营业收入 ≥ 6%（第一条））"
    assert required_text(parse({"not": "sme"}), FACTS, {}, DAY) == "否"
