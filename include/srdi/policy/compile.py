"""Turns conditions into DuckDB SQL: three-valued, exact, with every value bound.

Conditions become sqlglot trees, so the same tree can be rendered for another engine later. Exactness is
not a habit but a check: :func:`check_exact` asks DuckDB for the type of every sub-expression and refuses
DOUBLE and FLOAT anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from srdi.contracts.models import FieldMeaning
from srdi.policy.expression import (
    All,
    AnyOf,
    Compare,
    Condition,
    Happened,
    Holds,
    Known,
    NearTitle,
    Not,
    OnList,
    Score,
    Years,
    parameters_of,
)
from srdi.policy.models import UNITS
from srdi.policy.packset import Parameter
from srdi.problems import PackError

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
SQL_OPERATORS = {">=": ">=", "<=": "<=", ">": ">", "<": "<", "==": "=", "!=": "<>"}
#: Ten trillion yuan: amounts below it can be multiplied with each other in 128 bits.
LARGEST = 10**13
BOUND = re.compile(r"\$([A-Za-z_]\w*)")
INEXACT = re.compile(r"\b(DOUBLE|FLOAT|REAL)\b")


@dataclass
class Binds:
    """Values of the statements of one run under names ``p1``, ``p2`` …; equal values of one type share a name.

    ``prefix`` keeps the names of several runs apart that end in one statement.
    """

    values: dict[str, Any] = field(default_factory=dict)
    prefix: str = "p"
    _known: dict[tuple[Any, str], str] = field(default_factory=dict)

    def add(self, value: Any, sql_type: str) -> exp.Expression:
        """A typed placeholder for ``value``."""
        bound = exp.Parameter(this=exp.var(self._name(value, sql_type)))
        return exp.Cast(this=bound, to=exp.DataType.build(sql_type, dialect="duckdb"))

    def text(self, value: Any, sql_type: str = "TEXT") -> str:
        """The placeholder as SQL text."""
        return f"CAST(${self._name(value, sql_type)} AS {sql_type})"

    def _name(self, value: Any, sql_type: str) -> str:
        name = self._known.setdefault((repr(value), sql_type), f"{self.prefix}{len(self._known) + 1}")
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
    spans: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    _compiled: dict[tuple[Any, ...], str] = field(default_factory=dict)

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
            case Compare(_, _, _, name) | Years(_, _, _, name):
                return self.compared(condition, parameters[name].on(self.biz_date), parameters[name].unit)
            case Known(fact):
                return exp.paren(exp.Not(this=exp.Is(this=column(fact), expression=exp.null())), copy=False)
            case Score(score, op, name):
                bound = self.parameter(parameters[name])
                low, high = (
                    COMPARISONS[op](this=column(one), expression=bound) for one in score_columns(score)
                )
                no = exp.Not(this=exp.paren(high, copy=False))
                return exp.Case(ifs=[exp.If(this=low, true=exp.true()), exp.If(this=no, true=exp.false())])
            case Happened():
                return exp.maybe_parse(self._happened(condition, parameters), dialect="duckdb")
            case OnList(measure):
                return column(list_column(measure))
            case NearTitle(title, name):
                missing, unknown = (column(one) for one in near_columns(title))
                bound = self.parameter(parameters[name])
                far = exp.GT(this=missing, expression=bound)
                near = exp.LTE(this=exp.Add(this=missing.copy(), expression=unknown), expression=bound.copy())
                return exp.Case(ifs=[exp.If(this=far, true=exp.false()), exp.If(this=near, true=exp.true())])

    def compared(self, atom: Compare | Years, value: Any, unit: str) -> exp.Expression:
        """``atom`` against ``value`` (of the parameter's ``unit``) in place of the parameter's own."""
        if isinstance(atom, Years):
            return exp.paren(sqlglot.parse_one(self._years(atom, value, unit), dialect="duckdb"), copy=False)
        bound = self.binds.add(value, SQL_TYPES[UNITS[unit][0]])
        if atom.over is None:
            return exp.paren(COMPARISONS[atom.op](this=column(atom.fact), expression=bound), copy=False)
        wide = f"DECIMAL(26, {max(self._scale(atom.fact), self._scale(atom.over))})"
        # a / b ≥ p as a ≥ p × b: DuckDB divides decimals as floating point and misses exact edges
        product = exp.Mul(this=exp.cast(column(atom.over), wide, dialect="duckdb"), expression=bound)
        compared = COMPARISONS[atom.op](
            this=exp.cast(column(atom.fact), wide, dialect="duckdb"), expression=product
        )
        positive = exp.GT(this=column(atom.over), expression=exp.Literal.number(0))
        return exp.Case(ifs=[exp.If(this=positive, true=compared)])

    def sql(self, condition: Condition, parameters: Mapping[str, Parameter]) -> str:
        """The same as text; a condition is compiled once, however many statements hold it."""
        named = (
            (name, parameters[name].document_id, parameters[name].name) for name in parameters_of(condition)
        )
        key = (condition, *named)
        if key not in self._compiled:
            self._compiled[key] = self.condition(condition, parameters).sql(dialect="duckdb", copy=False)
        return self._compiled[key]

    def parameter(self, parameter: Parameter) -> exp.Expression:
        """The value of the day, bound; NULL where none is in force, which makes the condition unknown."""
        return self.binds.add(parameter.on(self.biz_date), SQL_TYPES[UNITS[parameter.unit][0]])

    def years_sql(self, atom: Years) -> str:
        """What ``atom`` observes, half-up to six places as DECIMAL(38, 6): an amount, a mean yearly rate, or for
        ``compound`` the rate of both years together (a root has no exact decimal)."""
        scale = 10 ** self._scale(atom.fact)
        newest, before, *earlier = (self._whole(fact) for fact in atom.facts)
        if atom.way in ("sum", "mean"):
            value = half_up(
                f"({newest} + {before})", f"CAST({scale * (2 if atom.way == 'mean' else 1)} AS HUGEINT)"
            )
            return f"CASE WHEN {self._comparable(atom)} THEN {value} END"
        if atom.way == "compound":
            value = half_up(f"({newest} - {earlier[0]})", earlier[0])
        else:
            grown = f"({newest} * {earlier[0]} + {before} * {before} - 2 * {before} * {earlier[0]})"
            value = half_up(grown, f"(2 * {before} * {earlier[0]})")
        return f"CASE WHEN {self._comparable(atom)} THEN {value} END"

    def _years(self, atom: Years, value: Any, unit: str) -> str:
        """Comparison in whole numbers: nothing is divided, so nothing is rounded."""
        if value is None:
            return "CAST(NULL AS BOOLEAN)"
        newest, before, *earlier = (self._whole(fact) for fact in atom.facts)
        if atom.way in ("sum", "mean"):
            held = Decimal(value) * (2 if atom.way == "mean" else 1) * 10 ** self._scale(atom.fact)
            sides = (f"{newest} + {before}", self.binds.text(int(held), "HUGEINT"))
        elif atom.way == "compound":
            # newest / earlier ≥ (1 + p)², both sides in millionths of millionths
            held = (1 + Decimal(value)) ** 2 * 10**12
            sides = (f"{newest} * 1000000000000", f"{earlier[0]} * {self.binds.text(int(held), 'HUGEINT')}")
        else:
            # newest / before + before / earlier ≥ 2 (1 + p)
            held = 2 * (1 + Decimal(value)) * 10**6
            sides = (
                f"({newest} * {earlier[0]} + {before} * {before}) * 1000000",
                f"{before} * {earlier[0]} * {self.binds.text(int(held), 'HUGEINT')}",
            )
        return f"CASE WHEN {self._comparable(atom)} THEN {sides[0]} {SQL_OPERATORS[atom.op]} {sides[1]} END"

    def _comparable(self, atom: Years) -> str:
        """Every year is there; a rate needs something to grow from. Products of larger amounts would not fit."""
        told = [f'abs(e."{fact}") < {LARGEST}' for fact in atom.facts]
        told += [f'e."{fact}" > 0' for fact in atom.facts[1:] if atom.way == "yearly_mean"]
        told += [f'e."{atom.facts[2]}" > 0'] if atom.way == "compound" else []
        return " AND ".join(told)

    def _whole(self, fact: str) -> str:
        """A fact in its smallest unit (fen), as HUGEINT."""
        scale = self._scale(fact)
        return f'CAST(CAST(e."{fact}" AS DECIMAL(26, {scale})) * {10**scale} AS HUGEINT)'

    def _happened(self, atom: Happened, parameters: Mapping[str, Parameter]) -> str:
        """A day before the span says nothing about the span unless the source vouches for the rest."""
        day, fact = self.biz_date, f'e."{atom.fact}"'
        if atom.parameter is not None:
            days = parameters[atom.parameter].on(day)
            first = None if days is None else day - timedelta(days=int(days))  # type: ignore[arg-type]
        else:
            first = date(day.year, 1, 1) if atom.during == "year" else atom.since
        if first is None:
            return "CAST(NULL AS BOOLEAN)"
        vouched = self.facts[atom.fact].known_by
        otherwise = f'e."{vouched}"' if vouched else f"{fact} IS NOT NULL"
        return (
            f"CASE WHEN {fact} >= {self.binds.text(first, 'DATE')} AND {fact} <= {self.binds.text(day, 'DATE')}"
            f" THEN TRUE WHEN {otherwise} THEN FALSE END"
        )

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


def score_columns(score: str) -> tuple[str, str]:
    """Columns with the least and the most points of a score, beside the facts while its standard is judged."""
    return f"score:{score}:low", f"score:{score}:high"


def near_columns(title: str) -> tuple[str, str]:
    """Columns with the criteria missing and unknown for a title, beside the facts."""
    return f"near:{title}:missing", f"near:{title}:unknown"


def list_column(measure: str) -> str:
    """Column that says whether a list holds the enterprise, beside the facts once lists are decided."""
    return f"on:{measure}"


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
    parts = dict.fromkeys(part for text in expressions for part in _computing_parts(text))
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


#: What yields a type of its own; a CASE, a cast or a group is as exact as its branches, its target, its inside.
COMPUTING = (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.IntDiv, exp.Column, exp.Func)
AS_ITS_PARTS = (exp.Case, exp.If, exp.Cast, exp.Coalesce, exp.Connector, exp.Predicate)


@cache
def _computing_parts(text: str) -> tuple[str, ...]:
    """The expression itself and every sub-expression that could have become floating point on the way."""
    found: dict[str, None] = {text: None}
    for node in sqlglot.parse_one(text, dialect="duckdb").walk():
        if isinstance(node, exp.Div):
            raise PackError(f"编译结果含有浮点除法：{node.sql(dialect='duckdb')}")
        if isinstance(node, exp.DataType) and INEXACT.search(node.sql(dialect="duckdb")):
            raise PackError(f"编译结果含有浮点类型：{text}")
        if isinstance(node, COMPUTING) and not isinstance(node, AS_ITS_PARTS):
            found[node.sql(dialect="duckdb", copy=False)] = None
    return tuple(found)
