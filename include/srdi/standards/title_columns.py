"""What ``title`` reads: the packs' title standards, the facts they ask for, and a column for each."""

from __future__ import annotations

from functools import cache

from srdi.contracts.models import FieldMeaning
from srdi.policy.loader import load
from srdi.policy.packset import PackSet, StandardMeasure
from srdi.policy.standards import facts_read
from srdi.standards.model import YUAN, Column

UNITS = {"yuan": YUAN, "person": "人", "year": "年", "count": "个", "score": "分"}
SIZE = Column("size", "企业规模", required=False, labels=("size_class", "企业规模", "企业划型"))


@cache
def packs() -> PackSet:
    """The shipped packs."""
    return load()


@cache
def measures() -> tuple[StandardMeasure, ...]:
    """The title standards of the packs."""
    found = (one for one in packs().measures.values() if isinstance(one, StandardMeasure))
    return tuple(sorted(found, key=lambda one: one.id))


@cache
def facts() -> dict[str, FieldMeaning]:
    """Facts that any of them reads, in the order of the dictionary; an evidence column is none."""
    read = {fact for measure in measures() for fact in facts_read(measure)}
    return {name: meaning for name, meaning in packs().facts.items() if name in read}


@cache
def columns() -> tuple[Column, ...]:
    """A column a fact."""
    told = (
        Column(name, meaning.zh, False, (meaning.zh,), UNITS.get(meaning.unit or "", ""))
        for name, meaning in facts().items()
    )
    return (*told, SIZE)
