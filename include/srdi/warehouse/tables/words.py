"""Tables with their comments: the words come from ``contracts/tables/*.yaml``, in Chinese and English.

A table or column without words cannot be declared. A word used by several tables stands once, in
``shared.yaml``; a table's own words win over it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

FOLDER = Path(__file__).resolve().parents[2] / "contracts" / "tables"
SCHEMAS = ("control", "quality", "core", "marts", "store")

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)


def moment() -> DateTime:
    return DateTime(timezone=True)


def money() -> Numeric:
    """Yuan."""
    return Numeric(18, 2)


def ratio() -> Numeric:
    return Numeric(12, 6)


def codes() -> ARRAY:
    return ARRAY(Text)


def key(name: str, kind: Any = Text, *parts: Any, **more: Any) -> Column:
    """A column of the primary key."""
    return Column(name, kind, *parts, primary_key=True, **more)


def need(name: str, kind: Any = Text, *parts: Any, **more: Any) -> Column:
    """A column that is never NULL."""
    return Column(name, kind, *parts, nullable=False, **more)


def may(name: str, kind: Any = Text, *parts: Any, **more: Any) -> Column:
    """A column that may be NULL."""
    return Column(name, kind, *parts, nullable=True, **more)


def number(name: str = "publication_id") -> Column:
    """A key the database counts."""
    from sqlalchemy import Identity

    return Column(name, BigInteger, Identity(always=True), primary_key=True)


@cache
def words() -> dict[str, dict]:
    """``shared`` → column words, and one entry per schema file."""
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


def comment(entry: dict[str, str]) -> str:
    """Chinese first, then English, as one comment."""
    return f"{entry['zh']} | {entry['en']}"


def relation_words(schema: str, name: str) -> dict:
    try:
        return words()[schema]["relations"][name]
    except KeyError:
        raise KeyError(f"contracts/tables/{schema}.yaml has no words for {schema}.{name}") from None


def column_comment(schema: str, relation: str, column: str) -> str:
    own = relation_words(schema, relation).get("columns") or {}
    entry = own.get(column) or words()["shared"]["columns"].get(column)
    if entry is None:
        raise KeyError(f"contracts/tables has no words for {schema}.{relation}.{column}")
    return comment(entry)


def table(address: str, *parts: Any) -> Table:
    """Declare ``schema.name`` with comments on it and on every column."""
    schema, name = address.split(".")
    for part in parts:
        if isinstance(part, Column):
            part.comment = column_comment(schema, name, part.name)
    return Table(name, metadata, *parts, schema=schema, comment=comment(relation_words(schema, name)))


__all__ = ["Date", "codes", "key", "may", "metadata", "moment", "money", "need", "number", "ratio", "table"]
