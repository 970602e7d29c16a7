"""The header of a CSV: one rule for every standard of what names a column.

A column may be headed by its name or its Chinese names, each also with its unit in brackets; an amount by the same
with ``_wan`` or （万元） where it is in ten thousand yuan. Letter case, blanks and widths of characters do not matter.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from srdi.conform.text import clean, header_key
from srdi.standards.model import Column

_OTHER_DELIMITERS = {"\t": "制表符", ";": "分号", "；": "全角分号", "，": "全角逗号", "|": "竖线"}
_UNIT = re.compile(r"\([^()]*\)$")


class Unusable(Exception):
    """The file as a whole cannot be judged; ``str()`` is the Chinese message."""


@dataclass(frozen=True)
class Header:
    """``cells`` as written; ``positions``: column of ``given`` → 0-based place, required ones always there.

    ``results``: result → its place, where the file has a column of that name. ``near``: optional column the file
    lacks → a header that looks like it. ``bare``: amount whose header names no unit → that header.
    """

    cells: list[str]
    positions: dict[str, int]
    results: dict[str, int]
    near: dict[str, str]
    bare: dict[str, str]


def read_header(cells: list[str], columns: Sequence[Column], results: Sequence[str] = ()) -> Header:
    """Find the columns and the results in a header row.

    Raises :class:`Unusable` when a required column is missing, or several columns mean the same.
    """
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        places.setdefault(header_key(cell), []).append(position)
    positions: dict[str, int] = {}
    absent, bare = [], {}
    for column in columns:
        found = {
            at: form for form, heads in column.forms.items() for head in heads for at in places.get(head, ())
        }
        _refuse_several(column.told, found, cells)
        if not found:
            absent.append(column)
        for at, form in found.items():
            positions[form] = at
            if header_key(cells[at]) in column.bare:
                bare[column.name] = cells[at].strip()
    kept = {}
    for result in results:
        there = places.get(header_key(result), [])
        _refuse_several(result, there, cells)
        if there:
            kept[result] = there[0]
    used = {*positions.values(), *kept.values()}
    strangers = {key: cells[at[0]].strip() for key, at in places.items() if key and used.isdisjoint(at)}
    near = _near(strangers, absent)
    _refuse_missing([column for column in absent if column.required], near, cells, columns)
    return Header(cells, positions, kept, near, bare)


def _refuse_several(name: str, places: Sequence[int] | Mapping[int, str], cells: list[str]) -> None:
    if len(places) > 1:
        named = "".join(f"“{_shown(cells[at])}”" for at in sorted(places))
        raise Unusable(
            f"表头里有不止一列是 {name}：{named}，不知道该用哪一列，请只留一列\n  文件里有：{_listed(cells)}"
        )


def _refuse_missing(
    missing: list[Column], near: Mapping[str, str], cells: list[str], columns: Sequence[Column]
) -> None:
    if not missing:
        return
    told = [f"{c.told}（{c.zh}{f'；最接近的是“{near[c.told]}”' if c.told in near else ''}）" for c in missing]
    raise Unusable(
        f"缺少必需的列：{'、'.join(told)}\n"
        f"  文件里有：{_listed(cells)}\n"
        f"  应有：{_listed([c.told if c.required else f'{c.told}（可缺）' for c in columns], most=12)}"
        f"{_delimiter_hint(cells)}"
    )


def _near(strangers: Mapping[str, str], absent: Sequence[Column]) -> dict[str, str]:
    """Absent column → a header that is a slip of one of its own; every header is guessed once."""
    heads = {head: column.told for column in absent for form in column.forms.values() for head in form}
    near: dict[str, str] = {}
    for key, cell in strangers.items():
        if meant := next((told for head, told in heads.items() if _is_slip(key, head)), None):
            near.setdefault(meant, cell)
    return near


def _is_slip(written: str, head: str) -> bool:
    """Letters mistyped, one character taken for another, or another unit; a character more is another word."""
    if written.isascii() and head.isascii():
        return difflib.SequenceMatcher(None, written, head).ratio() >= 0.85
    written, head = _UNIT.sub("", written), _UNIT.sub("", head)
    if written == head:
        return True
    return len(written) == len(head) >= 4 and sum(a != b for a, b in zip(written, head, strict=True)) == 1


def _shown(cell: str) -> str:
    return " ".join(clean(cell).split())[:30]


def _listed(cells: Sequence[str], most: int = 40) -> str:
    shown = "、".join(_shown(cell) or "（空）" for cell in cells[:most])
    return shown + (f" 等 {len(cells)} 列" if len(cells) > most else "")


def _delimiter_hint(cells: Sequence[str]) -> str:
    if len(cells) > 1:
        return ""
    used = [name for mark, name in _OTHER_DELIMITERS.items() if cells and mark in cells[0]]
    return f"\n  看上去以{used[0]}分隔，应以半角逗号分隔" if used else ""
