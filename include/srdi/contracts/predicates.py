"""Row checks of a contract: which SQL a contract may write, and the words it may use in it.

A predicate is read with sqlglot and let through only when every part of it is on the list below, so a
contract can neither read another table nor call a function whose meaning nobody has tested.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlglot
from sqlglot import exp

from srdi.problems import nearest

_NODES: tuple[type[exp.Expr], ...] = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.And,
    exp.Or,
    exp.Not,
    exp.Paren,
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.Is,
    exp.In,
    exp.Between,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Neg,
    exp.Cast,
    exp.DataType,
    exp.DataTypeParam,
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Abs,
    exp.Length,
    exp.Year,
    exp.Substring,
    exp.StartsWith,
    exp.RegexpLike,
    exp.Interval,
    exp.Var,
    exp.Anonymous,
)
FUNCTIONS = ("abs", "coalesce", "length", "org_check", "regexp_matches", "starts_with", "substr", "year")

_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class PredicateError(ValueError):
    """The predicate is refused; ``message_zh`` says why, ``hint`` names the nearest known word."""

    def __init__(self, message_zh: str, hint: str = "") -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh
        self.hint = hint


def org_check_sql(code: str) -> str:
    """SQL condition: position 17 of the 18-character code ``code`` (a column name) checks by GB 11714.

    NULL code gives NULL. Written out in plain functions so that it runs on any engine without registration.
    """
    total = " + ".join(
        f"(STRPOS('{_ORG_ALPHABET}', SUBSTR({code}, {9 + i}, 1)) - 1) * {weight}"
        for i, weight in enumerate(_ORG_WEIGHTS)
    )
    return f"(SUBSTR('0X987654321', ({total}) % 11 + 1, 1) = SUBSTR({code}, 17, 1))"


def compile_predicate(predicate: str, fields: Collection[str]) -> tuple[str, set[str]]:
    """Check one predicate against the source's ``fields``.

    Returns the SQL to run (``org_check(f)`` written out) and the canonical fields it reads.
    Raises :class:`PredicateError`.
    """
    try:
        trees = sqlglot.parse(predicate, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise PredicateError(f"条件不是合法的 SQL：{predicate}", str(error).splitlines()[0]) from error
    if len(trees) != 1 or trees[0] is None:
        raise PredicateError("条件必须是一个 SQL 表达式")
    tree = trees[0]
    known = {f"{field}{suffix}" for field in fields for suffix in ("", "__raw", "__missing")}
    used: set[str] = set()
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            if node.name.lower() not in FUNCTIONS:
                raise PredicateError(f"条件用了未列入清单的函数 {node.name}", nearest(node.name, FUNCTIONS))
        elif not isinstance(node, _NODES):
            raise PredicateError(
                f"条件用了不允许的写法：{node.sql(dialect='duckdb')}", f"可用函数：{'、'.join(FUNCTIONS)}"
            )
        if isinstance(node, exp.Column):
            if node.table or node.name not in known:
                raise PredicateError(
                    f"条件用了本数据源没有的字段 {node.sql(dialect='duckdb')}", nearest(node.name, known)
                )
            used.add(node.name.removesuffix("__raw").removesuffix("__missing"))
    if not used:
        raise PredicateError("条件没有用到任何字段")
    return tree.transform(_write_out).sql(dialect="duckdb"), used


def _write_out(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "org_check":
        arguments = node.expressions
        if len(arguments) != 1 or not isinstance(arguments[0], exp.Column):
            raise PredicateError("org_check 只接受一个字段")
        return sqlglot.parse_one(org_check_sql(arguments[0].name), dialect="duckdb")
    return node
