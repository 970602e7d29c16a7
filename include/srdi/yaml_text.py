"""Reads a hand-edited file (policy pack, contract) as hostile text: a strict part of YAML, a line for every value.

Refused: anchors, aliases and merge keys (they can blow up a small file and hide what applies where),
tags, several documents, duplicate keys, files that are too large, too deep or not UTF-8. Numbers become
:class:`~decimal.Decimal` from their text, so 0.06 is 0.06. Only ``true``/``false`` are booleans: ``off``
is a word here, as a reader of a policy paper expects, and ``10:30`` a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from srdi.problems import Problem

#: libyaml's parser where it is there: the same language, eighteen times as fast.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000

NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
NUMBER_LIKE = re.compile(
    r"[-+.]?\d[\d_,.]*([eE][-+]?\d+)?|0[xob][0-9a-fA-F_]+|[-+]?\.(inf|nan)", re.IGNORECASE
)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


class YamlRefused(ValueError):
    """The text is not acceptable; ``line`` is 1-based."""

    def __init__(self, line: int, message_zh: str, hint: str = "") -> None:
        super().__init__(message_zh)
        self.line, self.message_zh, self.hint = line, message_zh, hint

    def problem(self, file: str) -> Problem:
        return Problem(file, self.line, self.message_zh, self.hint)


@dataclass
class Tree:
    """Plain values of a file and the line each one stands on (key: path of keys and indices as text)."""

    file: str
    number: Callable[[str], Any] = Decimal
    value: Any = None
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def line(self, path: Iterable[Any]) -> int:
        """Line of the value at ``path``, else of the nearest enclosing value that exists."""
        known: tuple[str, ...] = ()
        for step in path:
            if (longer := (*known, str(step))) in self.lines:
                known = longer
        return self.lines.get(known, 1)

    def problem(
        self, path: Iterable[Any], message_zh: str, hint: str = "", severity: Any = "error"
    ) -> Problem:
        return Problem(self.file, self.line(path), message_zh, hint, severity)


def read(data: bytes, file: str, number: Callable[[str], Any] = Decimal) -> Tree:
    """Values and lines of one file; ``number`` makes them from the text of each. Raises :class:`YamlRefused`."""
    if len(data) > MAX_BYTES:
        raise YamlRefused(1, f"文件 {len(data)} 字节，超过上限 {MAX_BYTES} 字节")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlRefused(data[: error.start].count(b"\n") + 1, "文件不是 UTF-8 编码") from None
    # libyaml tells the byte, not the line
    if (hidden := yaml.reader.Reader.NON_PRINTABLE.search(text)) is not None:
        raise YamlRefused(text[: hidden.start()].count("\n") + 1, "含有 YAML 不允许的控制字符")
    try:
        _check_events(text)
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlRefused(
            mark.line + 1 if mark else 1, f"YAML 语法错误：{error.problem or error.context}"
        ) from None
    if root is None:
        raise YamlRefused(1, "文件是空的")
    tree = Tree(file, number)
    tree.value = _build(root, (), tree)
    if not isinstance(tree.value, dict):
        raise YamlRefused(1, "文件顶层应为键值对，即「键: 值」的形式")
    return tree


def _check_events(text: str) -> None:
    """Walk the events before anything is built: a bomb is refused while it is still a few lines of text."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlRefused(line, "一个文件只能有一份 YAML 文档")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlRefused(line, "不允许使用锚点和别名（& 和 *），请写出完整的值")
        if tag := getattr(event, "tag", None):
            raise YamlRefused(line, f"不允许使用 YAML 标签 {tag}")
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if nodes > MAX_NODES:
                raise YamlRefused(line, f"内容过多：超过 {MAX_NODES} 个值")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlRefused(line, f"嵌套过深：超过 {MAX_DEPTH} 层")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _build(node: yaml.Node, path: tuple[str, ...], tree: Tree) -> Any:
    line = node.start_mark.line + 1
    tree.lines.setdefault(path, line)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, str(index)), tree) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        built: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlRefused(key_line, "键必须是一个词，不能是列表或键值对")
            key = _scalar(key_node, tree.number)
            if key_node.value == "<<" and not key_node.style:
                raise YamlRefused(key_line, "不允许使用合并键 <<")
            if not isinstance(key, date):
                key = key_node.value
            if key in built:
                raise YamlRefused(key_line, f"键 {key} 重复出现")
            tree.lines[(*path, str(key))] = key_line
            built[key] = _build(value_node, (*path, str(key)), tree)
        return built
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node, tree.number)


def _scalar(node: yaml.ScalarNode, number: Callable[[str], Any]) -> Any:
    text: str = node.value
    if node.style:
        return text
    if text in WORDS:
        return WORDS[text]
    if DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise YamlRefused(node.start_mark.line + 1, f"没有 {text} 这一天") from None
    if NUMBER.fullmatch(text):
        return number(text)
    if NUMBER_LIKE.fullmatch(text):
        raise YamlRefused(
            node.start_mark.line + 1,
            f"数字 {text} 的写法不被接受",
            "只写普通十进制数，如 100000000 或 0.06；不用千分位、下划线和科学计数法",
        )
    return text
