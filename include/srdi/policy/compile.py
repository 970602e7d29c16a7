"""Turns conditions into DuckDB SQL: three-valued, exact, with every value bound.

Conditions become sqlglot trees, so the same tree can be rendered for another engine later. Exactness is
not a habit but a check: :func:`check_exact` asks DuckDB for the type of every sub-expression and refuses
DOUBLE and FLOAT anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from srdi.contracts.models import FieldMeaning
from srdi.policy.expression import All, AnyOf, Compare, Condition, Holds, Not
from srdi.policy.models import UNITS
from srdi.policy.packset import Parameter
from srdi.policy.problems import PackError

if TYPE_CHECKING:
    import duckdb

#: SQL type of a parameter by how its unit is held.
SQL_TYPES = {
    "ratio": "DECIMAL(12, 6)",
    "money": "DECIMAL(18, 2)",
    "integer": "INTEGER",
    "decimal": "DECIMAL(18, 6)",
    "date": "DATE",
    "flag": "BOOLEAN",
    "text": "TEXT",
    "month_day": "TEXT",
    "after_expiry": "TEXT",
}
COMPARISONS: dict[str, type[exp.Binary]] = {
    ">=": exp.GTE,
    "<=": exp.LTE,
    ">": exp.GT,
    "<": exp.LT,
    "==": exp.EQ,
    "!=": exp.NEQ,
}
BOUND = re.compile(r"\$([A-Za-z_]\w*)")
INEXACT = re.compile(r"\b(DOUBLE|FLOAT|REAL)\b")


@dataclass
class Binds:
    """Values of the statements of one run under names ``p1``, ``p2`` …; equal values of one type share a name."""

    values: dict[str, Any] = field(default_factory=dict)
    _known: dict[tuple[Any, str], str] = field(default_factory=dict)

    def add(self, value: Any, sql_type: str) -> exp.Expression:
        """A typed placeholder for ``value``."""
        bound = exp.Parameter(this=exp.var(self._name(value, sql_type)))
        return exp.Cast(this=bound, to=exp.DataType.build(sql_type, dialect="duckdb"))

    def text(self, value: Any, sql_type: str = "TEXT") -> str:
        """The placeholder as SQL text."""
        return f"CAST(${self._name(value, sql_type)} AS {sql_type})"

    def _name(self, value: Any, sql_type: str) -> str:
        name = self._known.setdefault((repr(value), sql_type), f"p{len(self._known) + 1}")
        self.values[name] = value
        return name

    def used_in(self, sql: str) -> dict[str, Any]:
        """The values a statement names; DuckDB refuses to be given others."""
        return {name: self.values[name] for name in dict.fromkeys(BOUND.findall(sql))}


@dataclass
class Compiler:
    """Compiles conditions for one day over the fact row aliased ``e``."""

    facts: Mapping[str, FieldMeaning]
    biz_date: date
    binds: Binds = field(default_factory=Binds)

    def condition(self, condition: Condition, parameters: Mapping[str, Parameter]) -> exp.Expression:
        """BOOLEAN expression: true kept, false not kept, NULL unknown."""
        match condition:
            case Holds(fact):
                return column(fact)
            case All(parts):
                return exp.paren(
                    exp.and_(*(self.condition(part, parameters) for part in parts), copy=False), copy=False
                )
            case AnyOf(parts):
                return exp.paren(
                    exp.or_(*(self.condition(part, parameters) for part in parts), copy=False), copy=False
                )
            case Not(part):
                return exp.Not(this=exp.paren(self.condition(part, parameters), copy=False))
            case Compare(fact, over, op, name):
                bound = self.parameter(parameters[name])
                if over is None:
                    return exp.paren(COMPARISONS[op](this=column(fact), expression=bound), copy=False)
                scale = max(self._scale(fact), self._scale(over))
                wide = f"DECIMAL(26, {scale})"
                # a / b ≥ p as a ≥ p × b: DuckDB divides decimals as floating point and misses exact edges
                product = exp.Mul(this=exp.cast(column(over), wide, dialect="duckdb"), expression=bound)
                compared = COMPARISONS[op](
                    this=exp.cast(column(fact), wide, dialect="duckdb"), expression=product
                )
                positive = exp.GT(this=column(over), expression=exp.Literal.number(0))
                return exp.Case(ifs=[exp.If(this=positive, true=compared)])

    def sql(self, condition: Condition, parameters: Mapping[str, Parameter]) -> str:
        return self.condition(condition, parameters).sql(dialect="duckdb")

    def parameter(self, parameter: Parameter) -> exp.Expression:
        """The value of the day, bound; NULL where none is in force, which makes the condition unknown."""
        return self.binds.add(parameter.on(self.biz_date), SQL_TYPES[UNITS[parameter.unit][0]])

    def share(self, fact: str, over: str) -> str:
        """``fact / over`` half-up to six places as DECIMAL(38, 6); NULL unless ``over`` > 0."""
        scale = max(self._scale(fact), self._scale(over))
        whole = [
            f'CAST(CAST(e."{name}" AS DECIMAL(26, {scale})) * {10**scale} AS HUGEINT)'
            for name in (fact, over)
        ]
        return f'CASE WHEN e."{over}" > 0 THEN {half_up(*whole)} END'

    def _scale(self, fact: str) -> int:
        meaning = self.facts[fact]
        places = {"money": 2, "ratio": 6, "decimal": 6}.get(meaning.type, 0)
        return meaning.places if meaning.places is not None else places


def column(fact: str) -> exp.Expression:
    """A column of the fact row."""
    return exp.column(exp.to_identifier(fact, quoted=True), table="e")


def half_up(numerator: str, denominator: str) -> str:
    """SQL of numerator / denominator (whole numbers, denominator > 0) half-up to six places, DECIMAL(38, 6)."""
    magnitude = f"(abs({numerator}) * 2000000 + {denominator}) // (2 * {denominator})"
    signed = f"CASE WHEN {numerator} < 0 THEN -({magnitude}) ELSE {magnitude} END"
    return f"CAST({signed} AS DECIMAL(32, 0)) * CAST(0.000001 AS DECIMAL(6, 6))"


def check_exact(
    con: duckdb.DuckDBPyConnection, expressions: Iterable[str], source: str, binds: Binds
) -> None:
    """Refuse floating point: DESCRIBE every sub-expression of ``expressions`` over ``source`` (aliased e).

    Raises :class:`PackError` naming the expression; division is refused by itself, since DuckDB's is floating.
    """
    parts: dict[str, None] = {}
    for text in expressions:
        tree = sqlglot.parse_one(text, dialect="duckdb")
        for node in tree.walk():
            if isinstance(node, exp.Div):
                raise PackError(f"编译结果含有浮点除法：{node.sql(dialect='duckdb')}")
            if isinstance(node, exp.Binary | exp.Cast | exp.Column | exp.Func | exp.Unary | exp.Paren):
                parts[node.sql(dialect="duckdb")] = None
    if not parts:
        return
    sql = (
        "DESCRIBE SELECT "
        + ", ".join(f"({part}) AS x{at}" for at, part in enumerate(parts))
        + f" FROM {source} e"
    )
    described = con.execute(sql, binds.used_in(sql)).fetchall()
    for part, row in zip(parts, described, strict=True):
        if INEXACT.search(row[1]):
            raise PackError(f"编译结果含有浮点数（{row[1]}）：{part}；事实和参数必须是 DECIMAL 或整数")
