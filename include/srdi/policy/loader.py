"""Reads the folder of packs. A broken pack is out and named with file and line; the others run.

What depends on a broken pack (a list on its exclusions, a reading on its promise) is out too, with the
reason. Nothing here needs a date: what applies on a day is asked of the loaded :class:`PackSet`.
"""

from __future__ import annotations

import graphlib
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from srdi.contracts.models import FieldMeaning
from srdi.policy import event_measure, models
from srdi.policy.expression import All, NearTitle, atoms, parameters_of
from srdi.policy.inventory import CLAUSES, attach
from srdi.policy.pack_check import check_pack, parameter_places
from srdi.policy.pack_file import PackFile, open_pack
from srdi.policy.packset import (
    CONVENTIONS,
    CoverageMeasure,
    Exclusions,
    ListMeasure,
    Measure,
    PackSet,
    Parameter,
    Rule,
    TargetMeasure,
    conventions,
    switched,
)
from srdi.policy.references import check_references, check_unique, references
from srdi.policy.standard_link import link_standard
from srdi.problems import PackError, Problem

PACKS = Path(__file__).resolve().parent / "packs"

__all__ = ["PACKS", "PackError", "conventions", "lint", "load"]


Events = Mapping[str, Mapping[str, FieldMeaning]]


@cache
def _shipped_events() -> Events:
    from srdi.contracts.loader import load_dictionary

    return load_dictionary().events


def load(
    folder: Path | None = None,
    facts: Mapping[str, FieldMeaning] | None = None,
    clauses: Path | None = None,
    events: Events | None = None,
) -> PackSet:
    """All packs of ``folder`` (default: the shipped ones), checked against the dictionary of facts and ``events``.

    ``clauses``: folder of the clause inventory that belongs to them; the shipped packs bring theirs along.
    """
    events = _shipped_events() if events is None else events
    if folder is None:
        folder, clauses = PACKS, clauses or CLAUSES
    if facts is None:
        from srdi.contracts.loader import load_dictionary

        facts = load_dictionary().facts
    sources = {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml")) if path.is_file()}
    files = [open_pack(data, name) for name, data in sources.items()]
    check_unique(files)
    common = _conventions_file(files)
    common_parameters: dict[str, Parameter] = {}
    if common is not None:
        check_pack(common, facts, {}, True, events)
        common_parameters = {} if common.broken else common.parameters()
    for opened in files:
        if opened is not common and not opened.broken:
            check_pack(opened, facts, common_parameters, bool(common_parameters), events)
    if common is None:
        where = Problem(CONVENTIONS + ".yaml", 1, "缺少口径约定文件：用到约定参数的指标都无法计算")
        extra = [] if any(not opened.readable for opened in files) else [where]
    else:
        extra = []
    check_references(files)
    linker = _Linker(files, common_parameters, events)
    packs = PackSet(
        documents={opened.pack.document.id: opened.pack.document for opened in linker.good if opened.pack},
        parameters={opened.pack.document.id: opened.parameters() for opened in linker.good if opened.pack},
        exclusions=linker.exclusions,
        measures=linker.measures,
        facts=facts,
        broken=extra
        + [problem for opened in files for problem in opened.problems if problem.severity == "error"],
        out=dict(sorted(linker.out.items())),
        rule_version=_version(sources),
        warnings=[
            problem for opened in files for problem in opened.problems if problem.severity == "warning"
        ],
        events=events,
    )
    return packs if clauses is None else attach(packs, clauses)


def lint(
    folder: Path | None = None,
    facts: Mapping[str, FieldMeaning] | None = None,
    clauses: Path | None = None,
) -> list[Problem]:
    """Everything wrong with the packs of a folder: errors, then warnings (parameters nobody uses …).

    What is wrong with the clause inventory (``clauses`` as in :func:`load`) comes with it.
    """
    packs = load(folder, facts, clauses)
    folder = folder or PACKS
    found = packs.broken + packs.inventory_problems + packs.warnings
    stray = sorted(path.name for path in folder.iterdir() if path.is_file() and path.suffix != ".yaml")
    found += [Problem(name, 1, "不是 .yaml 文件，不会被读取", severity="warning") for name in stray]
    if not packs.broken:
        used = {
            (parameter.document_id, parameter.name)
            for measure in packs.measures.values()
            for parameter in measure.parameters.values()
        }
        used |= {
            (parameter.document_id, parameter.name)
            for group in packs.exclusions.values()
            for rule in group.rules
            for parameter in rule.parameters.values()
        }
        for document_id, parameters in packs.parameters.items():
            for name in parameters if document_id != CONVENTIONS else ():
                if (document_id, name) not in used:
                    found.append(Problem(document_id, 1, f"参数 {name} 没有指标使用", severity="warning"))
    return found


def _version(sources: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, data in sources.items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()[:12]


def _conventions_file(files: Iterable[PackFile]) -> PackFile | None:
    for opened in files:
        if opened.pack is not None and opened.pack.document.id == CONVENTIONS:
            return opened
    return None


class _Linker:
    """Builds linked sets and measures from the files without defects, in graph order."""

    def __init__(self, files: list[PackFile], common: Mapping[str, Parameter], events: Events) -> None:
        self.good = [opened for opened in files if not opened.broken]
        self.common, self.events = common, events
        self.exclusions: dict[str, Exclusions] = {}
        self.measures: dict[str, Measure] = {}
        self.out: dict[str, str] = {}
        for opened in files:
            if opened.broken:
                for name in opened.ids:
                    self.out.setdefault(name, f"所在文件 {opened.file} 有误")
        self.lost_standards = sorted(name for opened in files if opened.broken for name in opened.standards)
        where = {name: opened for opened in self.good for name in opened.ids}
        graph: dict[str, set[str]] = {name: set() for name in sorted(where)}
        for opened in self.good:
            for name, target, _ in references(opened):
                graph[name].add(target)
        for name in graphlib.TopologicalSorter(graph).static_order():
            if name in where:
                missing = sorted(
                    t for t in graph[name] if t not in self.exclusions and t not in self.measures
                )
                if missing:
                    self.out[name] = "依赖的 " + "、".join(missing) + " 未能载入"
                else:
                    self._link(name, where[name])

    def _link(self, name: str, opened: PackFile) -> None:
        pack = opened.pack
        assert pack is not None
        section, index, _ = opened.ids[name]
        scope = {**self.common, **opened.parameters()}
        try:
            if section == "exclusions":
                self.exclusions[name] = self._group(opened, pack.exclusions[index], index, scope)
            else:
                measure = self._measure(opened, pack.measures[index], index, scope)
                near = any(isinstance(atom, NearTitle) for atom in atoms(measure.of))
                if near and self.lost_standards:
                    # judged by what is left, its members would come and go with a typing mistake
                    self.out[name] = "依赖的称号标准 " + "、".join(self.lost_standards) + " 未能载入"
                else:
                    self.measures[name] = measure
        except KeyError as missing:
            self.out[name] = f"口径约定未载入，缺少参数 {missing.args[0]}"

    def _rules(
        self, opened: PackFile, rules: list[models.Rule], place: tuple, scope: Mapping[str, Parameter]
    ) -> list[Rule]:
        assert opened.pack is not None
        linked = []
        for number, rule in enumerate(rules):
            keep = opened.condition(*place, "rules", number, "keep")
            linked.append(
                Rule(
                    id=rule.id,
                    title=rule.title,
                    keep=keep,
                    on_fail=rule.on_fail,
                    on_unknown=rule.on_unknown,
                    clause=rule.clause,
                    document_id=opened.pack.document.id,
                    basis=rule.basis,
                    doubt=rule.doubt,
                    parameters={name: scope[name] for name in parameters_of(keep)},
                )
            )
        return linked

    def _group(
        self, opened: PackFile, group: models.Exclusions, index: int, scope: Mapping[str, Parameter]
    ) -> Exclusions:
        assert opened.pack is not None
        inherited = [rule for name in group.includes for rule in self.exclusions[name].rules]
        rules = inherited + self._rules(opened, group.rules, ("exclusions", index), scope)
        return Exclusions(group.id, group.title, opened.pack.document.id, tuple(rules))

    def _measure(
        self,
        opened: PackFile,
        measure: models.AnyMeasure,
        index: int,
        scope: Mapping[str, Parameter],
    ) -> Measure:
        assert opened.pack is not None
        place = ("measures", index)
        document = opened.pack.document
        first, last = measure.in_force or document.in_force
        assert first is not None
        horizon = getattr(measure, "horizon", None)
        if horizon is not None and (last is None or horizon < last):
            last = horizon  # the goal lapses although the paper names no end
        # a flow counts recognitions, whoever the enterprise is
        of = opened.condition(*place, "of") if (*place, "of") in opened.conditions else All(())
        names = list(parameters_of(of)) + [name for _, name, _ in parameter_places(measure)]
        shared: dict[str, Any] = {
            "id": measure.id,
            "kind": measure.kind,
            "document": document,
            "clause": measure.clause,
            "title": measure.title,
            "in_force": (first, last),
            "of": of,
            "note": measure.note,
        }
        if isinstance(measure, models.StandardMeasure):
            return link_standard(opened, measure, place, scope, {**shared, "parameter_names": names})
        if isinstance(measure, models.EventMeasure):
            where = opened.conditions.get((*place, "figure", "where"))
            return event_measure.link(measure, shared, where, scope, self.events)
        if isinstance(measure, models.TargetMeasure):
            return TargetMeasure(
                **shared,
                parameters={name: scope[name] for name in names},
                counting=measure.counting,
                titles=tuple(measure.titles),
                period=(measure.period[0], measure.period[1]) if measure.period else None,
                mean=measure.mean,
                target=scope[measure.target] if measure.target else None,
                horizon=measure.horizon,
                reading_of=measure.reading_of,
            )
        if isinstance(measure, models.RequirementMeasure):
            require = opened.condition(*place, "require")
            return CoverageMeasure(
                **shared,
                parameters={name: scope[name] for name in [*names, *parameters_of(require)]},
                counts=require,
                tier=measure.tier,
                titles=tuple(measure.titles),
                target=None,
                by=tuple(measure.by),
                reading_of=measure.reading_of,
            )
        if isinstance(measure, models.CoverageMeasure):
            counts = opened.condition(*place, "counts")
            return CoverageMeasure(
                **shared,
                parameters={name: scope[name] for name in [*names, *parameters_of(counts)]},
                counts=counts,
                tier=measure.tier,
                titles=tuple(measure.titles),
                target=scope[measure.target] if measure.target else None,
                by=tuple(measure.by),
                reading_of=measure.reading_of,
            )
        group = self.exclusions[measure.unless] if measure.unless else None
        rules = [*(group.rules if group else ()), *self._rules(opened, measure.rules, place, scope)]
        return ListMeasure(
            **shared,
            parameters={name: scope[name] for name in names},
            population_unknown=measure.population_unknown,
            by_title=measure.by_title,
            action=scope[measure.after_expiry.action],
            window=scope[measure.after_expiry.window],
            leaves=scope[measure.after_expiry.leaves],
            warn_before=scope[measure.warn_before],
            exclusions=group,
            rules=tuple(switched(rule, measure.switches.get(rule.id)) for rule in rules),
        )
