"""Reads a YAML file that people edit by hand: safe, strict, and able to say on which line a value stands.

Refused, because they surprise readers or can harm: anchors and aliases, tags, several documents, keys
given twice, files beyond 512 KiB, nesting beyond 20 levels. YAML 1.2 rules, so ``10:30`` and ``no`` stay text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

MAX_BYTES = 512 * 1024
MAX_DEPTH = 20

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """A mistake in a hand-edited file: where, what (Chinese), and what to do about it."""

    file: str
    line: int
    message_zh: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.file} 第 {self.line} 行：{self.message_zh}"
        return f"{text}（{self.hint}）" if self.hint else text


class YamlProblem(Exception):
    """The file cannot be read as plain YAML; carries the :class:`Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class YamlSource:
    """A file's content as plain values, and for each place in it (keys and positions) its 1-based line."""

    file: str
    value: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Line of ``place``, or of the nearest part of it that exists."""
        place = tuple(place)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(path: Path, *, name: str | None = None) -> YamlSource:
    """Read one file. ``name`` is how it is called in messages. Raises :class:`YamlProblem`."""
    raw = path.read_bytes()
    file = name or path.name
    if len(raw) > MAX_BYTES:
        raise YamlProblem(Problem(file, 1, f"文件超过 {MAX_BYTES // 1024} KiB", "请检查是否放错了文件"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise YamlProblem(Problem(file, line, "不是 UTF-8 编码", "请另存为 UTF-8")) from error
    return parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> YamlSource:
    """Like :func:`read_yaml` for a text already in hand."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    reader = YAML(typ="safe", pure=True)
    try:
        _refuse_tricks(reader.parse(text), file)
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else 1
        detail = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise YamlProblem(
            Problem(file, line, f"YAML 语法错误：{detail}", "请检查缩进、冒号和引号")
        ) from error
    except RecursionError as error:
        raise YamlProblem(Problem(file, 1, "嵌套过深")) from error
    if root is None:
        raise YamlProblem(Problem(file, 1, "文件是空的"))
    lines: dict[Place, int] = {}
    return YamlSource(file, _plain(root, (), lines, file), lines)


def _refuse_tricks(events: Any, file: str) -> None:
    """Stop at the first alias, anchor, tag or second document, before anything is built from them."""
    depth = documents = 0
    for event in events:
        kind = type(event).__name__
        line = event.start_mark.line + 1 if event.start_mark else 1
        if kind == "DocumentStartEvent":
            documents += 1
            if documents > 1:
                raise YamlProblem(Problem(file, line, "一个文件只能有一个 YAML 文档", "请删去 --- 分隔线"))
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise YamlProblem(Problem(file, line, "不允许使用锚点和别名（& 与 *）", "请把内容写全"))
        if getattr(event, "tag", None) and event.tag != "!":
            raise YamlProblem(Problem(file, line, f"不允许使用标签 {event.tag}", "请删去标签"))
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlProblem(Problem(file, line, f"嵌套超过 {MAX_DEPTH} 层"))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            depth -= 1


def _plain(node: Any, place: Place, lines: dict[Place, int], file: str) -> Any:
    """Node → plain value; fills ``lines``."""
    lines.setdefault(place, node.start_mark.line + 1)
    kind = type(node).__name__
    if kind == "SequenceNode":
        return [_plain(child, (*place, i), lines, file) for i, child in enumerate(node.value)]
    if kind == "MappingNode":
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if type(key_node).__name__ != "ScalarNode":
                raise YamlProblem(Problem(file, line, "键必须是一个词"))
            key = _scalar(key_node, file)
            if key in mapping:
                raise YamlProblem(Problem(file, line, f"键「{key_node.value}」重复出现", "请删去其中一个"))
            lines[(*place, key)] = line
            mapping[key] = _plain(value_node, (*place, key), lines, file)
        return mapping
    return _scalar(node, file)


def _scalar(node: Any, file: str) -> Any:
    tag = str(node.tag).rsplit(":", 1)[-1]
    text = node.value
    try:
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag == "int":
            return (
                int(text.replace("_", ""), 0)
                if text[:2].lower() in ("0x", "0o")
                else int(text.replace("_", ""))
            )
        if tag == "float":
            return float(text.replace("_", ""))
        if tag == "timestamp" and len(text) == 10:
            return date.fromisoformat(text)
    except ValueError as error:
        raise YamlProblem(Problem(file, node.start_mark.line + 1, f"无法理解的值「{text}」")) from error
    return text
