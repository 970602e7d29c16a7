"""The condition language: atoms with facts and parameters, groups ``all``, ``any``, ``not`` in YAML.

An atom is ``fact``, ``fact op parameter`` or ``fact / fact op parameter``. Numbers never stand in an
atom: they are parameters with a clause and a date, where an explanation and a what-if can reach them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

OPERATORS = (">=", "<=", "==", "!=", ">", "<")
MAX_ATOM = 200
TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[-+]?\.?\d[\w.]*)|(?P<op>>=|<=|==|!=|[></()])|(?P<other>\S))"
)


@dataclass(frozen=True)
class Holds:
    """A flag fact that must be true."""

    fact: str


@dataclass(frozen=True)
class Compare:
    """``fact op parameter``, or ``fact / over op parameter`` when ``over`` is given."""

    fact: str
    over: str | None
    op: str
    parameter: str


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


Condition = Holds | Compare | All | AnyOf | Not


class ExpressionError(ValueError):
    """``path``: steps below the condition; ``column``: 1-based place in the atom, 0 when not in an atom;
    ``word``: the word that was not understood."""

    def __init__(self, message_zh: str, path: tuple[str, ...] = (), column: int = 0, word: str = "") -> None:
        super().__init__(message_zh)
        self.message_zh, self.path, self.column, self.word = message_zh, path, column, word


def parse(raw: Any, path: tuple[str, ...] = ()) -> Condition:
    """Syntax tree of a condition as read from YAML; raises :class:`ExpressionError`."""
    if isinstance(raw, str):
        return parse_atom(raw, path)
    if isinstance(raw, dict):
        if len(raw) != 1:
            raise ExpressionError("一个条件组只能有一个键：all、any 或 not", path)
        ((group, inner),) = raw.items()
        if group == "not":
            return Not(parse(inner, (*path, "not")))
        if group not in ("all", "any"):
            raise ExpressionError(
                f"不认识的条件组 {group}，只有 all、any、not", (*path, str(group)), word=str(group)
            )
        if not isinstance(inner, list) or not inner:
            raise ExpressionError(f"{group} 后面应为非空列表", (*path, group))
        parts = tuple(parse(item, (*path, group, str(index))) for index, item in enumerate(inner))
        return All(parts) if group == "all" else AnyOf(parts)
    raise ExpressionError("条件应为一句表达式，或 all / any / not 条件组", path)


def parse_atom(text: str, path: tuple[str, ...] = ()) -> Condition:
    """Syntax tree of one atom."""
    if len(text) > MAX_ATOM:
        raise ExpressionError(f"表达式过长（上限 {MAX_ATOM} 个字符）", path)
    tokens = list(_tokens(text, path))
    if not tokens:
        raise ExpressionError("表达式是空的", path)
    words = [value for _, value, _ in tokens]
    kinds = [kind for kind, _, _ in tokens]
    for kind, value, column in tokens:
        if kind == "number":
            raise ExpressionError(
                f"第 {column} 列：表达式里不能写数字 {value}，请放进 parameters（带条款、单位和日期）再引用其名",
                path,
                column,
            )
    for index, value in enumerate(words):
        if value in "()" and kinds[index] == "op":
            word = words[index - 1] if index and kinds[index - 1] == "word" else ""
            message = f"没有函数 {word}" if word else "表达式里不能用括号，请用 all / any / not 条件组"
            raise ExpressionError(f"第 {tokens[index][2]} 列：{message}", path, tokens[index][2], word)
    if kinds[0] == "word":
        if len(words) == 1:
            return Holds(words[0])
        if len(words) == 3 and words[1] in OPERATORS and kinds[2] == "word":
            return Compare(words[0], None, words[1], words[2])
        shape = kinds[:3] == ["word", "op", "word"] and words[1] == "/"
        if len(words) == 5 and shape and words[3] in OPERATORS and kinds[4] == "word":
            return Compare(words[0], words[2], words[3], words[4])
    raise ExpressionError(
        "只接受三种写法：事实、事实 运算符 参数、事实 / 事实 运算符 参数", path, tokens[0][2]
    )


def _tokens(text: str, path: tuple[str, ...]) -> Iterator[tuple[str, str, int]]:
    place = 0
    while (match := TOKEN.match(text, place)) is not None:
        kind = match.lastgroup or ""
        if kind == "other":
            column = match.start(kind) + 1
            raise ExpressionError(f"第 {column} 列：不认识的符号 {match[kind]}", path, column)
        yield kind, match[kind], match.start(kind) + 1
        place = match.end()


def atoms(condition: Condition) -> Iterator[Holds | Compare]:
    """The atoms of a condition from left to right."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from atoms(part)
        case Not(part):
            yield from atoms(part)
        case _:
            yield condition


def facts_of(condition: Condition) -> list[str]:
    """Names of the facts used, first use first, each once."""
    names: dict[str, None] = {}
    for atom in atoms(condition):
        names[atom.fact] = None
        if isinstance(atom, Compare) and atom.over:
            names[atom.over] = None
    return list(names)


def parameters_of(condition: Condition) -> list[str]:
    """Names of the parameters used, each once."""
    return list(dict.fromkeys(atom.parameter for atom in atoms(condition) if isinstance(atom, Compare)))
