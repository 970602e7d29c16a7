"""The clause inventory: what each paper promises, clause by clause, and where every promise went.

One file a paper under ``policy/clauses``; here they are held against the packs, so that no promise is
forgotten and no measure stands without a clause. It decides nothing: a broken inventory fails the lint
and leaves the night as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from srdi.policy.inventory_file import CITED, InventoryFile, Paper, open_inventory
from srdi.problems import Problem, nearest

if TYPE_CHECKING:
    from srdi.policy.packset import PackSet

CLAUSES = Path(__file__).resolve().parent / "clauses"


def attach(packs: PackSet, folder: Path | None = None) -> PackSet:
    """``packs`` with the inventory of ``folder`` (default: the shipped one) and what is wrong with it.

    A file whose own text is wrong is out. What only disagrees with the packs is reported and stays in; it
    is not asked while a pack is broken, because then nobody knows which measures there should be.
    """
    folder = folder or CLAUSES
    paths = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    files = [open_inventory(path) for path in paths if path.suffix == ".yaml"]
    owner: dict[str, str] = {}
    for opened in files:
        if opened.inventory is not None:
            document = opened.inventory.document
            if document in owner:
                opened.report(("document",), f"文件编号 {document} 已在 {owner[document]} 中使用")
            owner.setdefault(document, opened.tree.file)
    good = {opened.inventory.document: opened for opened in files if opened.inventory and not opened.problems}
    if not packs.broken:
        for opened in good.values():
            _check_paper(opened, packs)
            _check_measures(opened, packs, set(owner))
    problems = [problem for opened in files for problem in opened.problems]
    if not files:
        problems.append(Problem(f"{folder.name}/", 1, "没有条款清单：每份政策文件应有一个 .yaml 文件"))
    for path in paths:
        if path.suffix != ".yaml":
            label = f"{folder.name}/{path.name}"
            problems.append(Problem(label, 1, "不是 .yaml 文件，不会被读取", severity="warning"))
    return replace(
        packs,
        inventory={name: opened.inventory for name, opened in good.items() if opened.inventory},
        inventory_problems=problems,
    )


def _check_paper(opened: InventoryFile, packs: PackSet) -> None:
    """The head agrees with the pack of the same paper; another id must be another paper."""
    assert opened.inventory is not None
    head, name = opened.inventory.paper, opened.inventory.document
    document = packs.documents.get(name)
    if document is None:
        for other in packs.documents.values():
            same_number = head.number is not None and head.number == other.number
            if other.title == head.title or same_number:
                opened.report(("document",), f"《{head.title}》在政策包里的编号是 {other.id}，不是 {name}")
        return
    if document.kind != "paper":
        opened.report(("document",), f"{name} 是口径约定，不是政策文件")
        return
    for key in Paper.model_fields:
        here, there = getattr(head, key), getattr(document, key)
        if here != there:
            opened.report(("paper", key), f"{key} 与政策包不同：这里是 {here}，政策包是 {there}")


def _check_measures(opened: InventoryFile, packs: PackSet, documents: set[str]) -> None:
    """Named measures exist and belong to the clause, planned ones do not exist, and none is forgotten."""
    assert opened.inventory is not None
    known = {*packs.measures, *packs.out}
    named: dict[str, list[tuple[tuple, str]]] = {}
    for path, clause in opened.lines():
        for at, name in enumerate(clause.planned or ()):
            if name in known:
                opened.report((*path, "planned", at), f"指标 {name} 已经建成，请移到 measures")
        for at, name in enumerate(clause.measures or ()):
            place = (*path, "measures", at)
            measure = packs.measures.get(name)
            if name not in known:
                hint = nearest(name, packs.measures)
                opened.report(place, f"指标 {name} 不在政策包里；尚未建的写在 planned", hint)
            elif measure is not None and measure.document.id == opened.inventory.document:
                named.setdefault(name, []).append((place, clause.base))
                if clause.base not in _cited(packs, name):
                    opened.report(
                        place,
                        f"指标 {name} 的条款是 {measure.clause}，与本条 {clause.base} 不符",
                        f"确实也计算本条的，在政策包该指标的 note 里写明 {clause.base}",
                    )
            elif measure is not None and measure.document.id in documents:
                opened.report(place, f"指标 {name} 属于 {measure.document.id}，应写在那份文件的清单里")
    bases = {clause.base: path for path, clause in reversed(list(opened.lines()))}
    for measure in packs.measures.values():
        if measure.document.id != opened.inventory.document:
            continue
        if measure.id in named:
            if not {base for _, base in named[measure.id]} & _own(measure.clause):
                place = named[measure.id][0][0]
                opened.report(place, f"指标 {measure.id} 的条款 {measure.clause} 没有一行提到它")
        elif not any(name in named for name in _promises(packs, measure.id)):
            opened.report(
                bases.get(measure.clause, ("clauses",)),
                f"政策包里的指标 {measure.id}（{measure.clause}）没有一条提到",
            )


def _promises(packs: PackSet, name: str) -> Iterator[str]:
    """The measures that ``name`` is another reading of."""
    found = getattr(packs.measures.get(name), "reading_of", None)
    while found:
        yield found
        found = getattr(packs.measures.get(found), "reading_of", None)


def _own(clause: str) -> set[str]:
    """The clauses that a measure's reference names; one reference may name several."""
    return {clause, *CITED.findall(clause)}


def _cited(packs: PackSet, name: str) -> set[str]:
    """Clauses of its own paper that a measure stands on: its reference, rules, dated values and note."""
    measure = packs.measures[name]
    rules = [rule for rule in getattr(measure, "rules", ()) if rule.document_id == measure.document.id]
    parameters = [*measure.parameters.values(), *(p for rule in rules for p in rule.parameters.values())]
    texts = [measure.clause, *(rule.clause for rule in rules), *CITED.findall(measure.note or "")]
    for parameter in parameters:
        if parameter.document_id == measure.document.id:
            texts += [entry.clause for _, entry in parameter.values]
    return {clause for text in texts for clause in _own(text)}
