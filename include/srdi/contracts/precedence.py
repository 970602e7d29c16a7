"""Which source counts where two can tell the same fact: declared in ``fields.yaml``, checked against the contracts.

Facts follow the declared order (``facts/sql``); what the other sources say differently becomes a finding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from srdi.problems import Problem, nearest

if TYPE_CHECKING:
    from srdi.contracts.loader import Dictionary
    from srdi.contracts.models import Contract, FieldMeaning

FILE = "fields.yaml"


def precedence_problems(
    dictionary: Dictionary, contracts: Mapping[str, Contract], known: Collection[str]
) -> list[Problem]:
    """What is wrong with the declared precedences. ``known``: ids of all sources, also of those left out.

    A source that is known but not among ``contracts`` is broken or from another folder, and is not looked into.
    """
    problems = []
    for section, meanings in (("fields", dictionary.fields), *dictionary.events.items()):
        problems += [
            Problem(
                FILE, 1, f"「{section}」中的「{name}」不能写 sources、compared 或 told_as", "只用于 facts"
            )
            for name, meaning in meanings.items()
            if meaning.sources or meaning.compared or meaning.told_as
        ]
    for fact, meaning in dictionary.facts.items():
        line = dictionary.lines.get(fact, 1)
        problems += [
            Problem(FILE, line, f"事实「{fact}」：{message}", hint)
            for message, hint in _mistakes(fact, meaning, contracts, known)
        ]
    return problems


def _mistakes(
    fact: str, meaning: FieldMeaning, contracts: Mapping[str, Contract], known: Collection[str]
) -> Iterator[tuple[str, str]]:
    """(message, hint) for one fact."""
    told = [*meaning.sources, *meaning.compared]
    if not told:
        if meaning.told_as:
            yield "写了 told_as 却没有写 sources", ""
        return
    if not meaning.sources:
        yield "只有 compared 而没有 sources，不知道以哪个数据源为准", ""
    if len(told) < 2:
        yield "只有一个数据源，不必写先后", ""
    for source in dict.fromkeys(told):
        if told.count(source) > 1:
            yield f"数据源「{source}」写了不止一次", ""
    field = meaning.told_as or fact
    for source in dict.fromkeys(told):
        if source not in known:
            yield f"没有数据源「{source}」", nearest(source, known)
        elif source in contracts and field not in contracts[source].fields:
            yield f"数据源「{source}」没有字段「{field}」", nearest(field, contracts[source].fields)
