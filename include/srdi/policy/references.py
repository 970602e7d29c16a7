"""What holds between pack files: ids once, references that lead somewhere, no circles, rules named once."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable

from srdi.policy import models
from srdi.policy.expression import OnList, atoms
from srdi.policy.pack_file import PackFile
from srdi.problems import nearest


def check_unique(files: list[PackFile]) -> None:
    """Ids are unique over all files; the later file (by name) is the one at fault."""
    owner: dict[str, str] = {}
    for opened in files:
        named = dict(opened.ids)
        if opened.pack is not None:
            named[f"document {opened.pack.document.id}"] = ("document", "id")
        for name, path in named.items():
            if name in owner:
                opened.report(path, f"编号 {name.removeprefix('document ')} 已在 {owner[name]} 中使用")
            owner.setdefault(name, opened.file)


def references(opened: PackFile) -> list[tuple[str, str, tuple]]:
    """(id, id it builds on, place of the reference) for every reference of a file."""
    if opened.pack is None:
        return []
    found: list[tuple[str, str, tuple]] = []
    for index, group in enumerate(opened.pack.exclusions):
        found += [
            (group.id, name, ("exclusions", index, "includes", at)) for at, name in enumerate(group.includes)
        ]
    for index, measure in enumerate(opened.pack.measures):
        if isinstance(measure, models.ListMeasure) and measure.unless:
            found.append((measure.id, measure.unless, ("measures", index, "unless")))
        elif (
            isinstance(
                measure,
                models.CoverageMeasure
                | models.RequirementMeasure
                | models.TargetMeasure
                | models.EventMeasure,
            )
            and measure.reading_of
        ):
            found.append((measure.id, measure.reading_of, ("measures", index, "reading_of")))
    for path, condition in opened.conditions.items():
        if path[0] == "measures":
            found += [
                (opened.pack.measures[path[1]].id, atom.measure, (*path, "on_list"))
                for atom in atoms(condition)
                if isinstance(atom, OnList)
            ]
    return found


def check_references(files: list[PackFile]) -> None:
    """Every reference names something of the right kind, and no chain of references bites its tail."""
    groups = {n for opened in files for n, path in opened.ids.items() if path[0] == "exclusions"}
    measures = {n for opened in files for n, path in opened.ids.items() if path[0] == "measures"}
    lists = {
        measure.id
        for opened in files
        for measure in (opened.pack.measures if opened.pack else ())
        if isinstance(measure, models.ListMeasure)
    }
    unreadable = any(not opened.readable for opened in files)
    graph: dict[str, set[str]] = {}
    places: dict[str, tuple[PackFile, tuple]] = {}
    for opened in files:
        for name, target, path in references(opened):
            known = {"reading_of": measures, "on_list": lists}.get(path[-1], groups)
            if target not in known and not unreadable:
                opened.report(path, f"引用的 {target} 不存在", nearest(target, known))
            graph.setdefault(name, set()).add(target)
            places[name] = (opened, path)
    check_rule_ids(files)
    try:
        list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        chain = list(reversed(error.args[1]))
        for name in dict.fromkeys(chain):
            opened, path = places[name]
            opened.report(path, "引用成环：" + " → ".join(chain))


def check_rule_ids(files: list[PackFile]) -> None:
    """A rule id stands once in a list together with what it takes over, and a switch names such a rule."""
    groups = {group.id: group for opened in files if opened.pack for group in opened.pack.exclusions}

    def taken_over(names: Iterable[str], seen: frozenset[str] = frozenset()) -> tuple[list[str], bool]:
        """Rule ids of sets and whether all of them could be read."""
        ids: list[str] = []
        whole = True
        for name in names:
            if name in seen or name not in groups:
                whole = False
                continue
            inner, inner_whole = taken_over(groups[name].includes, seen | {name})
            ids += inner + [rule.id for rule in groups[name].rules]
            whole = whole and inner_whole
        return ids, whole

    for opened in files:
        if opened.pack is None:
            continue
        for index, group in enumerate(opened.pack.exclusions):
            ids, _ = taken_over(group.includes)
            for number, rule in enumerate(group.rules):
                if rule.id in ids:
                    opened.report(
                        ("exclusions", index, "rules", number, "id"), f"规则编号 {rule.id} 与所含规则集重复"
                    )
        for index, measure in enumerate(opened.pack.measures):
            if not isinstance(measure, models.ListMeasure):
                continue
            ids, whole = taken_over([measure.unless] if measure.unless else [])
            for number, rule in enumerate(measure.rules):
                if rule.id in ids:
                    opened.report(
                        ("measures", index, "rules", number, "id"), f"规则编号 {rule.id} 与排除规则重复"
                    )
            ids += [rule.id for rule in measure.rules]
            for name in measure.switches:
                if whole and name not in ids:
                    opened.report(
                        ("measures", index, "switches", name),
                        f"开关指向不存在的规则 {name}",
                        nearest(name, ids),
                    )
