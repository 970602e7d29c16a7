"""The condition language: atoms with facts and parameters, groups ``all``, ``any``, ``not`` in YAML.

An atom is ``fact``, ``fact op parameter`` or ``fact / fact op parameter``. What needs more than one figure
(several years, growth, a score, a day within a span, another measure) is a named, typed block. Numbers
never stand in a condition: they are parameters with a clause and a date, where an explanation and a
what-if can reach them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

OPERATORS = (">=", "<=", "==", "!=", ">", "<")
MAX_ATOM = 200
TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[-+]?\.?\d[\w.]*)|(?P<op>>=|<=|==|!=|[></()])|(?P<other>\S))"
)
#: Of an account of the closed year: the same of the year before, and of the year before that.
PRIOR, PRIOR2 = "_prior", "_prior2"
DURING = ("year", "paper")
WAYS = ("yearly_mean", "compound")


@dataclass(frozen=True)
class Holds:
    """A flag fact that must be true."""

    fact: str


@dataclass(frozen=True)
class Known:
    """Something is on record about the fact; never unknown itself."""

    fact: str


@dataclass(frozen=True)
class Compare:
    """``fact op parameter``, or ``fact / over op parameter`` when ``over`` is given."""

    fact: str
    over: str | None
    op: str
    parameter: str


@dataclass(frozen=True)
class Years:
    """An account over closed years against a parameter.

    ``way``: ``sum`` or ``mean`` of the last two years; ``yearly_mean`` (mean of the two yearly growth rates) or
    ``compound`` (the yearly rate that makes the first of three years the last).
    """

    way: str
    fact: str
    op: str
    parameter: str

    @property
    def facts(self) -> tuple[str, ...]:
        """Newest year first."""
        years = (self.fact, self.fact + PRIOR)
        return years if self.way in ("sum", "mean") else (*years, self.fact + PRIOR2)


@dataclass(frozen=True)
class Score:
    """A score of the same standard against a parameter; what is not known keeps it between two bounds.

    ``zh``: what it is called, known once the pack is linked.
    """

    score: str
    op: str
    parameter: str
    zh: str = ""


@dataclass(frozen=True)
class Happened:
    """The newest day of something lies in a span that ends with the day spoken of.

    ``during``: ``year`` (the calendar year) or ``paper`` (since ``since``, the paper's first day, known once
    the pack is linked); else within as many days as ``parameter`` says.
    """

    fact: str
    during: str | None
    parameter: str | None
    since: date | None = None


@dataclass(frozen=True)
class OnList:
    """Listed by another measure: yes, no, or unknown while under review."""

    measure: str


@dataclass(frozen=True)
class NearTitle:
    """Not more than so many criteria short of a title, by the standard in force that awards it."""

    title: str
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


Atom = Holds | Known | Compare | Years | Score | Happened | OnList | NearTitle
Condition = Atom | All | AnyOf | Not


class ExpressionError(ValueError):
    """``path``: steps below the condition; ``column``: 1-based place in the atom, 0 when not in an atom;
    ``word``: the word that was not understood, ``known``: words that would have been."""

    def __init__(
        self,
        message_zh: str,
        path: tuple[str, ...] = (),
        column: int = 0,
        word: str = "",
        known: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message_zh)
        self.message_zh, self.path, self.column, self.word, self.known = message_zh, path, column, word, known


def parse(raw: Any, path: tuple[str, ...] = ()) -> Condition:
    """Syntax tree of a condition as read from YAML; raises :class:`ExpressionError`."""
    if isinstance(raw, str):
        return parse_atom(raw, path)
    if not isinstance(raw, dict):
        raise ExpressionError("条件应为一句表达式，或 all / any / not 条件组", path)
    block = next((name for name in BLOCKS if name in raw), None)
    if block is not None:
        return _block(block, raw, path)
    if len(raw) != 1:
        raise ExpressionError("一个条件组只能有一个键：all、any 或 not", path)
    ((group, inner),) = raw.items()
    if group == "not":
        return Not(parse(inner, (*path, "not")))
    if group not in ("all", "any"):
        raise ExpressionError(
            f"不认识的条件组 {group}，只有 {'、'.join(GROUPS)}",
            (*path, str(group)),
            word=str(group),
            known=GROUPS,
        )
    if not isinstance(inner, list) or not inner:
        raise ExpressionError(f"{group} 后面应为非空列表", (*path, group))
    parts = tuple(parse(item, (*path, group, str(index))) for index, item in enumerate(inner))
    return All(parts) if group == "all" else AnyOf(parts)


def parse_atom(text: str, path: tuple[str, ...] = ()) -> Holds | Compare:
    """Syntax tree of one atom."""
    if len(text) > MAX_ATOM:
        raise ExpressionError(f"表达式过长（上限 {MAX_ATOM} 个字符）", path)
    tokens = list(_tokens(text, path))
    if not tokens:
        raise ExpressionError("表达式是空的", path)
    words = [value for _, value, _ in tokens]
    kinds = [kind for kind, _, _ in tokens]
    _refuse_numbers(tokens, path)
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


def _refuse_numbers(tokens: list[tuple[str, str, int]], path: tuple[str, ...]) -> None:
    for kind, value, column in tokens:
        if kind == "number":
            raise ExpressionError(
                f"第 {column} 列：表达式里不能写数字 {value}，请放进 parameters（带条款、单位和日期）再引用其名",
                path,
                column,
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


# ── typed blocks ──────────────────────────────────────────────────────────────────────────────────────


def _block(name: str, raw: dict[Any, Any], path: tuple[str, ...]) -> Condition:
    keys, build = BLOCKS[name]
    for key in raw:
        if key != name and key not in keys:
            known = (name, *keys)
            raise ExpressionError(f"{name} 里不认识的键 {key}", (*path, str(key)), word=str(key), known=known)
    if not isinstance(raw[name], str):
        raise ExpressionError(f"{name} 后面应为一个名字或一句表达式", (*path, name))
    return build(raw, path)


def _word(raw: dict[Any, Any], key: str, path: tuple[str, ...], among: tuple[str, ...] = ()) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise ExpressionError(f"缺少 {key}", path)
    if among and value not in among:
        raise ExpressionError(
            f"{key} 的值 {value} 不在可选范围：{'、'.join(among)}", (*path, key), word=value, known=among
        )
    return value


def _keeps(raw: dict[Any, Any], path: tuple[str, ...]) -> tuple[str, str]:
    """(operator, parameter) of ``keeps: ">= parameter"``."""
    place = (*path, "keeps")
    tokens = list(_tokens(_word(raw, "keeps", path), place))
    _refuse_numbers(tokens, place)
    kinds = [kind for kind, _, _ in tokens]
    if kinds != ["op", "word"] or tokens[0][1] not in OPERATORS:
        raise ExpressionError('keeps 应写作 ">= 参数名"', place)
    return tokens[0][1], tokens[1][1]


def _each_year(raw: dict[Any, Any], path: tuple[str, ...]) -> Condition:
    atom = parse_atom(raw["each_of_two_years"], (*path, "each_of_two_years"))
    if not isinstance(atom, Compare):
        raise ExpressionError("each_of_two_years 后面应为与参数比较的表达式", (*path, "each_of_two_years"))
    before = replace(atom, fact=atom.fact + PRIOR, over=atom.over and atom.over + PRIOR)
    return All((atom, before))


def _years(way: str) -> Callable[[dict[Any, Any], tuple[str, ...]], Condition]:
    def build(raw: dict[Any, Any], path: tuple[str, ...]) -> Condition:
        return Years(way, raw[f"{way}_of_two_years"], *_keeps(raw, path))

    return build


def _growth(raw: dict[Any, Any], path: tuple[str, ...]) -> Condition:
    return Years(_word(raw, "way", path, WAYS), raw["growth"], *_keeps(raw, path))


def _happened(raw: dict[Any, Any], path: tuple[str, ...]) -> Condition:
    if ("during" in raw) == ("within" in raw):
        raise ExpressionError("happened 要写明 during（year 或 paper）或 within（天数参数），只写其一", path)
    if "within" in raw:
        return Happened(raw["happened"], None, _word(raw, "within", path))
    return Happened(raw["happened"], _word(raw, "during", path, DURING), None)


#: Block → (keys beside its name, how it is read).
BLOCKS: dict[str, tuple[tuple[str, ...], Callable[[dict[Any, Any], tuple[str, ...]], Condition]]] = {
    "known": ((), lambda raw, path: Known(raw["known"])),
    "each_of_two_years": ((), _each_year),
    "sum_of_two_years": (("keeps",), _years("sum")),
    "mean_of_two_years": (("keeps",), _years("mean")),
    "growth": (("way", "keeps"), _growth),
    "score": (("keeps",), lambda raw, path: Score(raw["score"], *_keeps(raw, path))),
    "happened": (("during", "within"), _happened),
    "on_list": ((), lambda raw, path: OnList(raw["on_list"])),
    "near_title": (
        ("within",),
        lambda raw, path: NearTitle(raw["near_title"], _word(raw, "within", path)),
    ),
}
GROUPS = ("all", "any", "not", *BLOCKS)
#: Every key a condition may use.
KEYS = frozenset((*GROUPS, *(key for keys, _ in BLOCKS.values() for key in keys)))


# ── walking ───────────────────────────────────────────────────────────────────────────────────────────


def atoms(condition: Condition) -> Iterator[Atom]:
    """The atoms of a condition from left to right."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from atoms(part)
        case Not(part):
            yield from atoms(part)
        case _:
            yield condition


def mapped(condition: Condition, change: Callable[[Atom], Atom]) -> Condition:
    """The condition with every atom changed."""
    match condition:
        case All(parts):
            return All(tuple(mapped(part, change) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(mapped(part, change) for part in parts))
        case Not(part):
            return Not(mapped(part, change))
        case _:
            return change(condition)


def facts_of_atom(atom: Atom) -> tuple[str, ...]:
    """Names of the facts an atom uses; a score, a list and a title are no facts."""
    match atom:
        case Holds(fact) | Known(fact) | Happened(fact):
            return (fact,)
        case Compare(fact, over):
            return (fact, over) if over else (fact,)
        case Years():
            return atom.facts
        case _:
            return ()


def facts_of(condition: Condition) -> list[str]:
    """Names of the facts used, first use first, each once."""
    return list(dict.fromkeys(fact for atom in atoms(condition) for fact in facts_of_atom(atom)))


def parameters_of(condition: Condition) -> list[str]:
    """Names of the parameters used, each once."""
    named = (getattr(atom, "parameter", None) for atom in atoms(condition))
    return list(dict.fromkeys(name for name in named if name))
