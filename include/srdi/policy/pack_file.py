"""One pack file: read, and its shape checked against the models."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from srdi.policy import models
from srdi.policy.expression import (
    Condition,
    Happened,
    mapped,
)
from srdi.policy.packset import Parameter
from srdi.problems import Problem, nearest
from srdi.yaml_text import Tree, YamlRefused, read

Path = tuple[Any, ...]


@dataclass
class PackFile:
    """A file on its way in. ``pack`` is None when its shape is wrong; ``problems`` then says why.

    ``ids``: exclusion sets and measures the file means to define, as far as its text could be read.
    ``conditions``: parsed conditions by their place in the file.
    """

    tree: Tree
    pack: models.Pack | None = None
    problems: list[Problem] = field(default_factory=list)
    ids: dict[str, Path] = field(default_factory=dict)
    conditions: dict[Path, Condition] = field(default_factory=dict)
    readable: bool = True

    @property
    def file(self) -> str:
        return self.tree.file

    def report(self, path: Path, message_zh: str, hint: str = "", severity: Any = "error") -> None:
        self.problems.append(self.tree.problem(path, message_zh, hint, severity))

    @property
    def standards(self) -> list[str]:
        """Ids of the title standards that the file means to define."""
        entries = self.tree.value.get("measures") if isinstance(self.tree.value, dict) else None
        return [
            str(entry.get("id"))
            for entry in (entries if isinstance(entries, list) else [])
            if isinstance(entry, dict) and entry.get("kind") == "standard"
        ]

    @property
    def broken(self) -> bool:
        return self.pack is None or any(problem.severity == "error" for problem in self.problems)

    def condition(self, *path: Any) -> Condition:
        """The condition at ``path``, with the paper's first day where it speaks of the paper's time.

        Raises KeyError where there is none.
        """
        assert self.pack is not None
        first = self.pack.document.in_force[0]
        return mapped(
            self.conditions[path],
            lambda atom: (
                replace(atom, since=first) if isinstance(atom, Happened) and atom.during == "paper" else atom
            ),
        )

    def parameters(self) -> dict[str, Parameter]:
        """The file's parameters; empty for a file whose shape is wrong."""
        if self.pack is None:
            return {}
        return {
            name: Parameter(
                document_id=self.pack.document.id,
                name=name,
                unit=entry.unit,
                zh=entry.zh or name,
                values=tuple(entry.values.items()),
                doubt=entry.doubt,
                bounds=entry.bounds,
            )
            for name, entry in self.pack.parameters.items()
        }


def open_pack(data: bytes, file: str) -> PackFile:
    """Read one file and check its shape; never raises on a bad file."""
    try:
        tree = read(data, file)
    except YamlRefused as error:
        return PackFile(
            Tree(file), problems=[Problem(file, error.line, error.message_zh, error.hint)], readable=False
        )
    opened = PackFile(tree)
    for section in ("exclusions", "measures"):
        entries = tree.value.get(section)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, dict):
                continue
            path = (section, index, "id")
            name = entry.get("id")
            if isinstance(name, str):
                if name in opened.ids:
                    opened.report(path, f"编号 {name} 在本文件中重复")
                opened.ids.setdefault(name, path)
            if section == "measures" and entry.get("kind") in models.LATER_KINDS:
                opened.report(
                    (section, index, "kind"),
                    f"指标类型 {entry['kind']} 尚未支持（not built yet），目前只有 {'、'.join(models.KINDS)}",
                )
    if opened.problems:
        return opened
    try:
        opened.pack = models.Pack.model_validate(tree.value)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            opened.problems.append(shape_problem(tree, detail, models.known_keys()))
    return opened


def _plain_step(step: Any) -> Any:
    """A step of pydantic's path as it stands in the file: it shows a date key as ``datetime.date(…)``."""
    match = re.fullmatch(r"datetime\.date\((\d+), (\d+), (\d+)\)", str(step))
    return date(*(int(part) for part in match.groups())) if match else step


def _in_file(loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """Pydantic's path without the names of shapes, which may be keys of the file as well (``target``)."""
    if len(loc) > 2 and loc[0] == "measures":
        loc = (*loc[:2], *loc[3:])
    return tuple(step for step in loc if not str(step).startswith(models.SHAPE_TAG))


def shape_problem(tree: Tree, detail: Any, keys: Collection[str]) -> Problem:
    """A complaint of pydantic in words for the file's author; ``keys``: those the file may use, for hints."""
    path = tuple(_plain_step(step) for step in _in_file(detail["loc"]))
    key = str(path[-1]) if path else ""
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return tree.problem(path, f"不认识的键 {key}", nearest(key, set(keys) - {key}))
    if kind == "missing":
        return tree.problem(path[:-1], f"缺少 {key}")
    if kind == "union_tag_not_found":
        return tree.problem(path, f"指标缺少 kind（{'、'.join(models.KINDS)}）")
    if kind == "union_tag_invalid":
        tag = str(context.get("tag"))
        return tree.problem((*path, "kind"), f"不认识的指标类型 {tag}", nearest(tag, models.KINDS))
    if kind == "literal_error":
        expected = str(context.get("expected")).replace(" or ", "、").replace(", ", "、")
        hint = nearest(str(detail.get("input")), [word.strip("' ") for word in expected.split("、")])
        return tree.problem(path, f"{key} 的值 {detail.get('input')} 不在可选范围：{expected}", hint)
    if kind == "string_pattern_mismatch":
        return tree.problem(path, f"{detail.get('input')} 不符合命名规则 {context.get('pattern')}")
    if kind in ("too_short", "string_too_short"):
        return tree.problem(path, f"{key} 不能为空或过短")
    shapes = {
        "dict_type": "应为键值对",
        "model_type": "应为键值对",
        "list_type": "应为列表",
        "string_type": "应为文字",
        "date_type": "应为日期（YYYY-MM-DD）",
        "bool_type": "应为 true 或 false",
        "too_long": "元素过多",
        "string_too_long": f"文字过长，上限 {context.get('max_length')} 字",
    }
    return tree.problem(path, f"{key} 的值不对：{shapes.get(kind, detail['msg'])}")
