"""Compiled conditions for Spark: DuckDB's SQL turned into Spark SQL by its syntax tree.

Only expressions over the row ``e`` are turned: conditions, points of scores, distances. What reads, joins and writes
is DuckDB's. A session needs :data:`SETTINGS`; with them what does not fit its type ends the job, as it does in DuckDB.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

#: Errors instead of silent NULLs; the types of decimal results that :func:`to_spark` counts on.
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.session.timeZone": "Asia/Shanghai",
}
#: Spark has no whole numbers of 128 bits; its widest decimal holds 38 digits, and compiled products stay below.
WHOLE = "DECIMAL(38, 0)"
#: Spark drops places of a product whose digits might exceed 38. A fact that is held against a bound, DECIMAL(12, 6),
#: is compiled as DECIMAL(26, n), which would be one digit too many; facts themselves have 18.
FACTOR = 25


def to_spark(sql: str, values: Mapping[str, Any]) -> str:
    """``sql``, one expression in DuckDB's dialect, as Spark SQL with its bound ``values`` as literals.

    Raises KeyError for a name without a value and TypeError for a value of a kind that is never bound.
    """
    import sqlglot
    from sqlglot import exp

    # a group around it: the whole expression may be replaced too
    tree = exp.paren(sqlglot.parse_one(sql, dialect="duckdb"), copy=False)
    for node in reversed(list(tree.walk())):
        match node:
            case exp.Placeholder() | exp.Parameter():
                node.replace(literal(values[node.name]))
            case exp.Cast():
                _cast(node)
            case exp.IntDiv():
                node.replace(_quotient(node))
            case exp.Sub() if _is_day(node.expression):
                node.replace(exp.DateDiff(this=node.this, expression=node.expression, unit=exp.var("DAY")))
    return tree.this.sql(dialect="spark")


def literal(value: Any) -> exp.Expression:
    """A bound value as a node; its type comes from the cast around it."""
    from sqlglot import exp

    match value:
        case None:
            return exp.null()
        case bool():
            return exp.true() if value else exp.false()
        case int() | Decimal():
            # never by way of a float, nor of Decimal's own 28 digits
            number = exp.Literal.number(format(Decimal(value).copy_abs(), "f"))
            return exp.Neg(this=number) if value < 0 else number
        case date():
            return exp.Literal.string(value.isoformat())
        case str():
            return exp.Literal.string(value)
    raise TypeError(f"no literal for {type(value).__name__}")


def _cast(node: exp.Cast) -> None:
    from sqlglot import exp

    if node.to.is_type(exp.DataType.Type.INT128):
        node.set("to", exp.DataType.build(WHOLE))
    elif node.to.sql(dialect="duckdb").startswith("DECIMAL(26, "):
        places = node.to.expressions[1].name
        node.set("to", exp.DataType.build(f"DECIMAL({FACTOR}, {places})"))


def _quotient(node: exp.IntDiv) -> exp.Expression:
    """Whole division: Spark's own ends in 64 bits, and its decimal one rounds what does not go up evenly."""
    from sqlglot import exp

    top, bottom = exp.paren(node.this), exp.paren(node.expression)
    rest = exp.Mod(this=top.copy(), expression=bottom.copy())
    even = exp.Paren(this=exp.Sub(this=top, expression=rest))
    return exp.cast(exp.Div(this=even, expression=bottom, typed=True, safe=False), WHOLE)


def _is_day(node: exp.Expression | None) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Cast) and node.to.is_type(exp.DataType.Type.DATE)
