"""Reads the source contracts and the field dictionary, and says what is wrong with them by file and line.

One broken contract never takes the others down: it is left out and named in ``ContractSet.broken``.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_of
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from srdi.contracts.models import Contract, FieldMeaning, Header, SourceField
from srdi.contracts.precedence import precedence_problems
from srdi.contracts.predicates import PredicateError, compile_predicate
from srdi.contracts.units import UNITS, convertible
from srdi.problems import Problem, nearest
from srdi.yaml_text import Tree, YamlRefused, read

FOLDER = Path(__file__).resolve().parent
SOURCES = FOLDER / "sources"
LOOKUPS = FOLDER / "lookups"
DICTIONARY = FOLDER / "fields.yaml"

_FIELD_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
_NUMERIC = ("integer", "decimal", "money", "ratio", "year")

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Dictionary:
    """The dictionary of fields. ``fields``: what sources deliver; ``facts``: columns of the enterprise fact row;

    ``events``: tables of things that happened (applications, loans …) → columns of their fact row.
    ``lines``: fact → its line in the file.
    """

    fields: dict[str, FieldMeaning]
    facts: dict[str, FieldMeaning]
    events: dict[str, dict[str, FieldMeaning]] = made_of(default_factory=dict)
    lines: Mapping[str, int] = made_of(default_factory=dict)


@dataclass(frozen=True)
class ContractSet:
    """All contracts of a folder by id, in file name order, and the problems of those left out."""

    contracts: dict[str, Contract]
    broken: list[Problem]


class BrokenDictionary(Exception):
    """``fields.yaml`` itself is broken; nothing can be read without it. Carries all :class:`Problem`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(str(problem) for problem in problems))
        self.problems = problems


def load_dictionary(path: Path | None = None) -> Dictionary:
    """Read ``fields.yaml`` (the product's own once a process). Raises :class:`BrokenDictionary`."""
    return _own_dictionary() if path is None else _read_dictionary(path)


@cache
def _own_dictionary() -> Dictionary:
    return _read_dictionary(DICTIONARY)


def _read_dictionary(path: Path) -> Dictionary:
    try:
        source = read(path.read_bytes(), path.name, number=_number)
    except YamlRefused as error:
        raise BrokenDictionary([error.problem(path.name)]) from error
    problems: list[Problem] = []
    value = source.value
    sections = ("fields", "facts", "events")
    for name in value:
        if name not in sections:
            problems.append(
                Problem(source.file, source.line((name,)), f"不认识的键「{name}」", nearest(name, sections))
            )
    fields, facts = (_meanings(source, (name,), value.get(name), problems) for name in sections[:2])
    tables = value.get("events") or {}
    if not isinstance(tables, dict):
        problems.append(_problem(source, ("events",), "应为键值对"))
        tables = {}
    events = {
        str(table): _meanings(source, ("events", table), columns, problems)
        for table, columns in tables.items()
    }
    if problems:
        raise BrokenDictionary(problems)
    lines = {name: source.line(("facts", name)) for name in facts}
    return Dictionary(fields=fields, facts=facts, events=events, lines=lines)


def _number(text: str) -> int | float:
    """Bounds and sizes of a contract are plain numbers; amounts to compute with stand in the policy packs."""
    return float(text) if "." in text else int(text)


def _meanings(
    source: Tree, path: tuple[Any, ...], entries: Any, problems: list[Problem]
) -> dict[str, FieldMeaning]:
    """The entries below ``path``; mistakes are added to ``problems``."""
    known: dict[str, FieldMeaning] = {}
    if not isinstance(entries, dict) or not entries:
        problems.append(Problem(source.file, 1, f"缺少「{path[-1]}」一节"))
        return known
    for name, entry in entries.items():
        place = (*path, name)
        meaning, found = _validated(FieldMeaning, entry, source, place)
        problems += found
        if meaning is None:
            continue
        if not _FIELD_NAME.match(str(name)):
            problems.append(_problem(source, place, f"字段名「{name}」只能用小写字母、数字和下划线"))
        if meaning.lookup and not (LOOKUPS / meaning.lookup).is_file():
            problems.append(_problem(source, (*place, "lookup"), f"没有对照表 {meaning.lookup}"))
        if meaning.known_by is not None and meaning.known_by not in entries:
            problems.append(
                _problem(
                    source,
                    (*place, "known_by"),
                    f"没有「{meaning.known_by}」",
                    nearest(meaning.known_by, entries),
                )
            )
        known[name] = meaning
    return known


def load_contracts(folder: Path | None = None, dictionary: Dictionary | None = None) -> ContractSet:
    """Read every ``*.yaml`` of ``folder`` (default: the product's own).

    Raises :class:`BrokenDictionary` only; a contract with mistakes is left out and its problems listed.
    """
    folder = folder or SOURCES
    dictionary = dictionary or load_dictionary()
    contracts: dict[str, Contract] = {}
    broken: list[Problem] = []
    for path in sorted(folder.glob("*.y*ml")):
        if path.name.startswith("."):
            continue
        contract, problems = load_contract(path, dictionary)
        if contract is not None and contract.id in contracts:
            problems = [Problem(path.name, 1, f"数据源 {contract.id} 已由另一个文件声明")]
        broken += problems
        if contract is not None and not problems:
            contracts[contract.id] = contract
    there = {path.stem for where in (folder, SOURCES) for path in where.glob("*.y*ml")}
    return ContractSet(contracts, broken + precedence_problems(dictionary, contracts, there))


def load_contract(path: Path, dictionary: Dictionary) -> tuple[Contract | None, list[Problem]]:
    """Read one contract; the contract is None when it has problems."""
    try:
        source = read(path.read_bytes(), path.name, number=_number)
    except YamlRefused as error:
        return None, [error.problem(path.name)]
    except OSError as error:
        return None, [Problem(path.name, 1, f"文件打不开：{error.strerror}")]
    value = source.value
    if "version" in value:
        return None, [
            _problem(source, ("version",), "version 由系统按文件内容计算，不能手写", "请删去这一行")
        ]
    contract, problems = _validated(Contract, value, source, ())
    if contract is None:
        return None, problems
    problems = _cross_check(contract, dictionary, source, path.stem)
    if problems:
        return None, problems
    version = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    checks = [
        check.model_copy(update={"predicate": compile_predicate(check.predicate, contract.fields)[0]})
        for check in contract.checks
    ]
    return contract.model_copy(update={"version": version, "checks": checks}), []


def _validated(
    model: type[BaseModel], value: Any, source: Tree, place: Place
) -> tuple[Any | None, list[Problem]]:
    """Value → model, or the problems with their lines."""
    if not isinstance(value, dict):
        return None, [_problem(source, place, "这里应是「键: 值」的形式")]
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        problems = []
        for item in error.errors():
            where = _real_place(source, (*place, *item["loc"]))
            word = str(item["loc"][-1]) if item["loc"] else ""
            if item["type"] == "extra_forbidden":
                known = _known_words(model, item["loc"][:-1])
                problems.append(_problem(source, where, f"不认识的键「{word}」", nearest(word, known)))
            elif item["type"] == "missing":
                problems.append(_problem(source, where, f"缺少键「{word}」"))
            else:
                name = ".".join(str(part) for part in where[len(place) :])
                hint = ""
                if item["type"] == "literal_error":
                    words = re.findall(r"'([^']*)'", str(item.get("ctx", {}).get("expected", "")))
                    close = difflib.get_close_matches(str(item["input"]), words, n=1, cutoff=0.5)
                    hint = f"是否想写 {close[0]}？" if close else f"可用：{'、'.join(words)}"
                problems.append(_problem(source, where, f"「{name}」的值不合要求：{item['msg']}", hint))
        return None, _distinct(problems)


def _real_place(source: Tree, place: Place) -> Place:
    """Drop the parts pydantic adds for unions (class names), which are no places of the file."""
    real: tuple[str, ...] = ()
    for part in map(str, place):
        if (*real, part) in source.lines:
            real = (*real, part)
    return real


def _known_words(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Field names of the model that stands at ``loc`` inside ``model``."""
    current: Any = model
    for part in loc:
        if isinstance(current, type) and issubclass(current, BaseModel) and part in current.model_fields:
            current = _model_inside(current.model_fields[part].annotation)
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


def _model_inside(annotation: Any) -> Any:
    if get_origin(annotation) is None:
        return annotation
    for inner in get_args(annotation):
        found = _model_inside(inner)
        if isinstance(found, type) and issubclass(found, BaseModel):
            return found
    return annotation


def _cross_check(contract: Contract, dictionary: Dictionary, source: Tree, stem: str) -> list[Problem]:
    """What no single key can show: names that must exist elsewhere, headers claimed twice, predicates."""
    problems: list[Problem] = []

    def add(place: Place, message: str, hint: str = "") -> None:
        problems.append(_problem(source, place, message, hint))

    if contract.id != stem:
        add(("id",), f"id「{contract.id}」与文件名「{stem}」不一致")
    for i, name in enumerate(contract.key):
        if name not in contract.fields:
            add(("key", i), f"主键字段「{name}」不在 fields 中", nearest(name, contract.fields))
    for name, field in contract.fields.items():
        meaning = dictionary.fields.get(name)
        if meaning is None:
            add(
                ("fields", name),
                f"字段「{name}」不在字段字典 fields.yaml 中",
                nearest(name, dictionary.fields),
            )
            continue
        for message, key in _field_mistakes(field, meaning):
            add(("fields", name, key), f"字段「{name}」：{message}")
    for name, other, header in _header_clashes(contract.fields):
        add(("fields", other, "headers"), f"表头「{header}」同时属于字段「{name}」和「{other}」")
    seen: set[str] = set()
    for i, check in enumerate(contract.checks):
        if check.id in seen:
            add(("checks", i, "id"), f"检查「{check.id}」重复")
        seen.add(check.id)
        for j, name in enumerate(check.fields):
            if name not in contract.fields:
                add(
                    ("checks", i, "fields", j),
                    f"检查「{check.id}」的字段「{name}」不存在",
                    nearest(name, contract.fields),
                )
        try:
            compile_predicate(check.predicate, contract.fields)
        except PredicateError as error:
            add(("checks", i, "predicate"), f"检查「{check.id}」：{error.message_zh}", error.hint)
    try:
        re.compile(contract.as_of.pattern)
    except re.error as error:
        add(("as_of", "pattern"), f"日期规则不是合法的正则表达式：{error}")
    for i, encoding in enumerate(contract.arrival.encodings):
        try:
            "".encode(encoding)
        except LookupError:
            add(("arrival", "encodings", i), f"不认识的编码「{encoding}」", "常用：utf-8-sig、gb18030")
    if contract.arrival.transport == "http" and contract.arrival.http is None:
        add(("arrival", "transport"), "transport 为 http 时必须写 http 一节")
    return problems


def _field_mistakes(field: SourceField, meaning: FieldMeaning) -> list[tuple[str, str]]:
    """(message, key) for one field of a contract against its meaning."""
    found: list[tuple[str, str]] = []
    if field.unit is not None:
        if field.unit not in UNITS:
            found.append((f"不认识的单位「{field.unit}」（可用：{'、'.join(UNITS)}）", "unit"))
        elif not convertible(field.unit, meaning.unit):
            found.append((f"单位「{field.unit}」不能换算成字典中的单位 {meaning.unit}", "unit"))
    elif meaning.type in ("money", "ratio"):
        found.append(("金额和比率必须写明 unit", "headers"))
    if (field.minimum is not None or field.maximum is not None) and meaning.type not in _NUMERIC:
        found.append(
            ("只有数值字段才能写 minimum / maximum", "minimum" if field.minimum is not None else "maximum")
        )
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        found.append(("minimum 大于 maximum", "minimum"))
    if field.lookup and not (LOOKUPS / field.lookup).is_file():
        found.append((f"没有对照表 {field.lookup}", "lookup"))
    for header in field.headers:
        if isinstance(header, Header) and header.since and header.until and header.since >= header.until:
            found.append((f"表头「{header.name}」的 since 不早于 until", "headers"))
    return found


def _header_clashes(fields: Mapping[str, SourceField]) -> list[tuple[str, str, str]]:
    """(field, other field, header) where one spelling is claimed by two fields on a common day."""
    from srdi.conform.text import header_key

    claimed: dict[str, list[tuple[str, Header]]] = {}
    clashes = []
    for name, field in fields.items():
        for raw in field.headers:
            header = raw if isinstance(raw, Header) else Header(name=raw)
            rivals = claimed.setdefault(header_key(header.name), [])
            for other, earlier in rivals:
                apart = (header.until and earlier.since and header.until <= earlier.since) or (
                    earlier.until and header.since and earlier.until <= header.since
                )
                if other != name and not apart:
                    clashes.append((other, name, header.name))
            rivals.append((name, header))
    return clashes


def _problem(source: Tree, place: Place, message: str, hint: str = "") -> Problem:
    return Problem(source.file, source.line(place), message, hint)


def _distinct(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
