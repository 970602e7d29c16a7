"""Columns of the warehouse's views and functions, read from the migrations' own SQL without a database.

SQLAlchemy declares the tables only; a page that names every column needs the views too. A view may use what
stands below; anything else raises, so that no column is ever shown with a guessed type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlalchemy.dialects import postgresql
from sqlglot import exp

from srdi.warehouse.migrations.statements import statements
from srdi.warehouse.tables import metadata

SQL = Path(__file__).resolve().parents[1] / "warehouse" / "migrations" / "sql"
_PLAIN = {"timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp"}
_SHORT = {"int": "integer"}
_CREATES = re.compile(r"^CREATE\s+(OR\s+REPLACE\s+)?(VIEW|FUNCTION)\b", re.M)


@dataclass(frozen=True)
class Shape:
    """A view or function: ``columns`` name → type in order; ``arguments`` as written, None for a view."""

    columns: dict[str, str]
    arguments: str | None = None


class UnknownColumn(ValueError):
    """A view uses an expression whose type cannot be told; the message names view and column."""


def table_types() -> dict[str, dict[str, str]]:
    """``schema.table`` → column → PostgreSQL type, for every declared table."""
    dialect = postgresql.dialect()
    found: dict[str, dict[str, str]] = {}
    for table in metadata.sorted_tables:
        types = {column.name: column.type.compile(dialect=dialect).lower() for column in table.columns}
        found[f"{table.schema}.{table.name}"] = {name: _PLAIN.get(t, t) for name, t in types.items()}
    return found


def views_and_functions(folder: Path | None = None) -> dict[str, Shape]:
    """Every view and function of the migrations in ``folder`` (default: the product's), in order of creation.

    A later file wins over an earlier one. Raises :class:`UnknownColumn`.
    """
    relations = table_types()
    found: dict[str, Shape] = {}
    for path in sorted((folder or SQL).glob("*.sql")):
        for statement in statements(path.read_text("utf-8")):
            if not _CREATES.search(statement):
                continue
            tree = sqlglot.parse_one(statement, dialect="postgres")
            if not isinstance(tree, exp.Create):
                continue
            if tree.kind == "VIEW":
                name = _name(tree.find(exp.Table))
                relations[name] = _columns(tree.expression, relations, name)
                found[name] = Shape(relations[name])
            elif tree.kind == "FUNCTION":
                found.update(_function(statement))
    return found


def _function(statement: str) -> dict[str, Shape]:
    match = re.search(
        r"CREATE (?:OR REPLACE )?FUNCTION\s+([\w.]+)\s*\((.*?)\)\s*RETURNS TABLE\s*\((.*?)\)\s*LANGUAGE",
        statement,
        re.S,
    )
    if match is None:
        return {}
    name, arguments, body = match.groups()
    columns = dict(line.split(None, 1) for line in re.split(r",\s*", body.strip()))
    return {name: Shape(columns, " ".join(arguments.split()))}


def _name(table: exp.Expr | None) -> str:
    assert isinstance(table, exp.Table)
    return f"{table.db}.{table.name}"


def _columns(query: exp.Expr, relations: Mapping[str, dict[str, str]], view: str) -> dict[str, str]:
    """Output columns of a SELECT with their types."""
    assert isinstance(query, exp.Select)
    scope: dict[str, dict[str, str]] = {}
    sources = [query.args.get("from_") or query.args.get("from")]
    sources += query.args.get("joins") or []
    for source in sources:
        inner = source.this if source is not None else None
        if isinstance(inner, exp.Table):
            scope[inner.alias_or_name] = relations[_name(inner)]
        elif isinstance(inner, exp.Subquery):
            scope[inner.alias] = _columns(inner.this, relations, view)
    columns: dict[str, str] = {}
    for one in query.selects:
        if isinstance(one, exp.Column) and isinstance(one.this, exp.Star):
            columns |= scope[one.table]
        else:
            kind = _type(one, scope)
            if kind is None:
                raise UnknownColumn(f"{view}.{one.alias_or_name}：{one.sql(dialect='postgres')}")
            columns[one.alias_or_name] = kind
    return columns


def _type(node: exp.Expr, scope: Mapping[str, dict[str, str]]) -> str | None:
    match node:
        case exp.Column():
            return scope.get(node.table, {}).get(node.name)
        case exp.Cast():
            written = node.to.sql(dialect="postgres").lower()
            return _SHORT.get(written, written)
        case exp.Alias() | exp.Paren() | exp.Max() | exp.Min() | exp.Window() | exp.Lag():
            return _type(node.this, scope)
        case exp.Coalesce():
            return _type(node.this, scope)
        case exp.Case():
            return _type(node.args["ifs"][0].args["true"], scope)
        case exp.Sub() if _type(node.left, scope) == _type(node.right, scope) == "date":
            return "integer"
    return None
