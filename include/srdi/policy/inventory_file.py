"""One file of the clause inventory: its shape, and what can be asked of it without looking at the packs.

A paper's promises, one a line, written by hand beside the paper. Each line has one place: computed
(``measures``), still to be built (``planned``) or left alone for a reason from a closed list
(``not_computed``). :mod:`srdi.policy.inventory` holds the files against the packs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationError

from srdi.policy.models import DottedId, Stage, Strict
from srdi.policy.pack_file import shape_problem
from srdi.problems import Problem
from srdi.yaml_text import MAX_BYTES, Tree, YamlRefused, read

#: A line is a reminder of what the paper says, not a copy of it; these keep it one table cell.
MAX_SAYS, MAX_BECAUSE = 60, 120

Place = Literal["measures", "planned", "not_computed"]
Reason = Literal[
    "amount_in_other_paper", "no_such_data_anywhere", "event_without_subject", "political_statement"
]
PLACES: tuple[Place, ...] = get_args(Place)
STATUS_ZH: dict[Place, str] = {"measures": "已计算", "planned": "待建", "not_computed": "不计算"}
REASONS_ZH: dict[Reason, str] = {
    "amount_in_other_paper": "金额或标准在别的文件里",
    "no_such_data_anywhere": "任何来源都没有这种数据",
    "event_without_subject": "没有可对应的企业",
    "political_statement": "方针表述",
}

_NUMERAL = "[一二三四五六七八九十]+"
CLAUSE_ID = re.compile(rf"(标题|序|文末|附件\d*|{_NUMERAL}(?:\({_NUMERAL}\))?\d*)(?:-([a-z]))?")
#: Clauses named in running text; a numeral alone is too common a word to count as one.
CITED = re.compile(rf"{_NUMERAL}\({_NUMERAL}\)\d*|{_NUMERAL}\d+")


class Paper(Strict):
    """The head of a file: which paper it reads. Stands here too because a paper may have no pack yet."""

    title: str = Field(min_length=1)
    issuer: str = Field(min_length=1)
    number: str | None = None
    stage: Stage


class Clause(Strict):
    """One promise. ``id``: the clause as packs cite it, with ``-a``, ``-b`` … where it makes several."""

    id: str = Field(min_length=1)
    says: str = Field(min_length=1, max_length=MAX_SAYS)
    measures: Annotated[list[DottedId], Field(min_length=1)] | None = None
    planned: Annotated[list[DottedId], Field(min_length=1)] | None = None
    not_computed: Reason | None = None
    because: Annotated[str, Field(min_length=1, max_length=MAX_BECAUSE)] | None = None

    @property
    def base(self) -> str:
        """The clause of the paper: 二(三)10 for 二(三)10-a."""
        match = CLAUSE_ID.fullmatch(self.id)
        return match[1] if match else self.id

    @property
    def places(self) -> list[Place]:
        """The places it was given; exactly one once the file is checked."""
        return [place for place in PLACES if getattr(self, place) is not None]

    @property
    def place(self) -> Place:
        return self.places[0]

    @property
    def place_zh(self) -> str:
        """Where the promise went, in one Chinese sentence."""
        if self.not_computed is not None:
            return f"不计算（{REASONS_ZH[self.not_computed]}）：{self.because}"
        return f"{STATUS_ZH[self.place]}：" + "、".join(self.measures or self.planned or ())


class Inventory(Strict):
    """One file: the clauses of one paper."""

    document: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    paper: Paper
    clauses: Annotated[list[Clause], Field(min_length=1)]


KEYS = {name for shape in (Inventory, Paper, Clause) for name in shape.model_fields}


@dataclass
class InventoryFile:
    """A file on its way in; ``inventory`` is None when its shape is wrong, ``problems`` then says why."""

    tree: Tree
    inventory: Inventory | None = None
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: tuple, message_zh: str, hint: str = "") -> None:
        self.problems.append(self.tree.problem(path, message_zh, hint))

    def lines(self) -> Iterator[tuple[tuple, Clause]]:
        """(place in the file, clause) for every line."""
        for index, clause in enumerate(self.inventory.clauses if self.inventory else ()):
            yield ("clauses", index), clause


def open_inventory(path: Path) -> InventoryFile:
    """Read one file and check it by itself; what is wrong goes into ``problems``, nothing is raised."""
    # Packs have files of the same names: the folder tells which one is meant.
    label = f"{path.parent.name}/{path.name}"
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        opened = InventoryFile(read(data, label))
    except YamlRefused as error:
        return InventoryFile(Tree(label), problems=[Problem(label, error.line, error.message_zh, error.hint)])
    try:
        opened.inventory = Inventory.model_validate(opened.tree.value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        opened.problems += [shape_problem(opened.tree, detail, KEYS) for detail in details]
    _check_lines(opened)
    return opened


def _check_lines(opened: InventoryFile) -> None:
    """Ids once and well formed, their letters without a gap, one place a line."""
    first: dict[str, tuple] = {}
    bases: dict[str, tuple] = {}
    letters: dict[str, list[str]] = {}
    for path, clause in opened.lines():
        match = CLAUSE_ID.fullmatch(clause.id)
        if match is None:
            hint = "括号用半角" if re.search("[（）]", clause.id) else "应如 二(三)10、二(三)10-a、标题"
            opened.report((*path, "id"), f"{clause.id} 不是条款编号", hint)
        elif clause.id in first:
            line = opened.tree.line((*first[clause.id], "id"))
            opened.report((*path, "id"), f"条款 {clause.id} 重复，第 {line} 行已有")
        else:
            letters.setdefault(clause.base, []).append(match[2] or "")
            bases.setdefault(clause.base, path)
        first.setdefault(clause.id, path)
        _check_place(opened, path, clause)
    for base, given in letters.items():
        if sorted(given) not in ([""], [chr(ord("a") + at) for at in range(len(given))]) or given == ["a"]:
            shown = "、".join(f"-{letter}" if letter else "无后缀" for letter in sorted(given))
            opened.report(
                (*bases[base], "id"),
                f"条款 {base} 的分行不连贯：{shown}",
                "只有一行时不带后缀，有几行时依次为 -a、-b …",
            )


def _check_place(opened: InventoryFile, path: tuple, clause: Clause) -> None:
    places = clause.places
    if not places:
        opened.report(path, f"条款 {clause.id} 没有去处：measures、planned、not_computed 须写一个")
    elif len(places) > 1:
        opened.report(
            (*path, places[1]),
            f"条款 {clause.id} 同时写了 {' 和 '.join(places)}，只能写一个",
            "一条里既有已建的又有待建的，拆成 -a、-b 两行",
        )
    if clause.not_computed is not None and clause.because is None:
        opened.report((*path, "not_computed"), f"条款 {clause.id} 不计算，缺少 because（理由）")
    if clause.not_computed is None and clause.because is not None:
        opened.report((*path, "because"), f"条款 {clause.id} 的 because 只能与 not_computed 同写")
    for place in ("measures", "planned"):
        names: list[str] = getattr(clause, place) or []
        for at, name in enumerate(names):
            if name in names[:at]:
                opened.report((*path, place, at), f"指标 {name} 在本条里重复")
