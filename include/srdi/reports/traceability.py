"""``docs/traceability.md``: from each paper and clause to the measures, the tables and the case files.

Words that depend on a day are told for one fixed day, so that the page changes only when a pack does.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby

from srdi.policy.expression import facts_of
from srdi.policy.inventory_file import Inventory
from srdi.policy.measure_words import in_words
from srdi.policy.models import Document
from srdi.policy.packset import ListMeasure, Measure, PackSet
from srdi.policy.words import EFFECTS_ZH
from srdi.problems import PackError
from srdi.reports.markdown import GENERATED, code, table
from srdi.reports.trace import case_files, counts, tables_of, trace
from srdi.reports.words import STAGES

DAY = date(2025, 9, 30)
ENGINE_RULES = (
    ("title_in_force", "称号在有效期内", "The title is in force"),
    ("title_cancelled", "称号未被取消", "The title is not cancelled"),
    ("title_lapsing", "称号尚未临近到期（只提示）", "The title does not end soon (warns only)"),
    ("exception", "人工例外", "A person's decision"),
)


def page(packs: PackSet) -> str:
    """The whole page. Raises :class:`PackError` when the inventory is unsound: the page would be short of clauses."""
    if packs.inventory_problems:
        raise PackError("条款清单有误，文档无法生成：\n" + "\n".join(map(str, packs.inventory_problems)))
    parts = [
        GENERATED,
        "# 条款追溯 · Traceability\n\n"
        "文件 → 条款 → 指标 → 表 → 案例，由 `include/srdi/policy/packs/*.yaml` 和 `clauses/*.yaml` 生成。口径中的参数取 "
        f"{DAY} 的值；某天的口径见 `srdi policy show 指标 --date 那天`。\n\n"
        "*From paper and clause to measure, tables and case file. Parameters are told as of "
        f"{DAY}; for another day see `srdi policy show MEASURE --date`.*",
    ]
    if packs.inventory:
        parts.append(_counts(packs))
    conventions = {name for name, document in packs.documents.items() if document.kind != "paper"}
    for name in sorted({*packs.inventory, *packs.documents}, key=lambda name: (name in conventions, name)):
        inventory = packs.inventory.get(name)
        told = _paper(packs, packs.documents[name]) if name in packs.documents else []
        if inventory is not None:
            told = told or _head_without_pack(inventory)
            told.insert(2, _clauses(packs, name))
        parts.append("\n\n".join(told))
    parts.append(
        "## 理由代码 · Rule ids of the lists themselves\n\n"
        "名单自身写入的规则编号。提示（`warnings`）里的编号以 `_unknown` 结尾时，不是不符合，而是没有可用的数据。\n"
        "*Written by the list engine. In `warnings` the suffix `_unknown` means that nothing is known, not that the rule failed.*\n\n"
        + table(("编号 rule_id", "中文", "English"), [(f"`{i}`", zh, en) for i, zh, en in ENGINE_RULES])
    )
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _paper(packs: PackSet, document: Document) -> list[str]:
    """Title, facts about the paper, then what its pack computes; the clauses go in behind the first two."""
    measures = sorted(
        (m for m in packs.measures.values() if m.document.id == document.id), key=lambda m: m.id
    )
    first, last = document.in_force
    number = f"，{document.number}" if document.number else ""
    told = [
        f"## {document.title}",
        f"`{document.id}`{number}；{document.issuer}；{STAGES[document.stage]} / {document.stage}；"
        f"{first} 起{f'，至 {last}' if last else '，未写终止日'}；"
        f"核对于 {document.verified.on}（{document.verified.against}），应于 {document.verified.verify_by} 前再核对。",
    ]
    if measures:
        told.append(_measures(measures))
        told += [f"**`{m.id}`** {in_words(m, packs.facts, DAY)}" + _note(m) for m in measures]
    rules = [rule for group in packs.exclusions.values() for rule in group.rules]
    rules += [rule for measure in measures if isinstance(measure, ListMeasure) for rule in measure.rules]
    if own := [rule for rule in rules if rule.document_id == document.id]:
        told.append(_rules(own))
    if packs.parameters.get(document.id):
        told.append(_parameters(packs, document.id))
    return told


def _head_without_pack(inventory: Inventory) -> list[str]:
    paper = inventory.paper
    number = f"，{paper.number}" if paper.number else ""
    return [
        f"## {paper.title}",
        f"`{inventory.document}`{number}；{paper.issuer}；{STAGES[paper.stage]} / {paper.stage}；"
        "尚无政策包，只列条款 / no pack yet, clauses only。",
    ]


def _counts(packs: PackSet) -> str:
    tallies = {name: list(counts(inventory).values()) for name, inventory in sorted(packs.inventory.items())}
    rows = [
        (f"《{packs.inventory[name].paper.title}》`{name}`", *tally, sum(tally))
        for name, tally in tallies.items()
    ]
    totals = [sum(column) for column in zip(*tallies.values(), strict=True)]
    header = ("文件 paper", "已计算 computed", "待建 planned", "不计算 not computed", "合计 clauses")
    return (
        "## 条款清单 · The clauses of the papers\n\n"
        "凡写有数字、全覆盖、每年每季、名单、台账、库、奖补或期限的条款，一个承诺一行；不计算的写明理由。\n"
        "*Each promise of the papers has a line: computed, planned, or not computed for a stated reason.*\n\n"
        + table(header, [*rows, ("合计 total", *totals, sum(totals))])
    )


def _clauses(packs: PackSet, document_id: str) -> str:
    """One row a clause: several measures of a clause share it."""
    rows = []
    for _, group in groupby(trace(packs, document_id), key=lambda one: one.clause):
        traced = list(group)
        one = traced[0]
        status = f"{one.status}（{one.reason}）" if one.reason else one.status
        tables = code(*dict.fromkeys(name for each in traced for name in each.tables))
        cases = "<br>".join(_link(path) for each in traced for path in each.cases)
        where = one.because or code(*(each.measure for each in traced))
        rows.append((one.clause, one.says, status, where, tables, cases))
    return table(("条款 clause", "内容 says", "状态 status", "指标或理由", "表 tables", "案例 cases"), rows)


def _link(path: str) -> str:
    return f"[{path.rpartition('/')[2]}](../{path})"


def _note(measure: Measure) -> str:
    return f" 备注：{measure.note}。" if measure.note else ""


def _measures(measures: list[Measure]) -> str:
    return table(
        ("条款 clause", "指标 measure", "类型 kind", "名称 title", "表 tables", "案例 cases"),
        [
            (
                m.clause,
                f"`{m.id}`",
                m.kind,
                f"{m.title.zh}<br>{m.title.en}",
                code(*tables_of(m)),
                "<br>".join(map(_link, case_files(m.id))) or "—",
            )
            for m in measures
        ],
    )


def _rules(rules: list) -> str:
    return table(
        (
            "规则 rule_id",
            "名称 title",
            "事实 facts",
            "不符合 fails",
            "不详 unknown",
            "条款 clause",
            "依据与存疑 basis, doubt",
        ),
        [
            (
                f"`{rule.id}`",
                f"{rule.title.zh}<br>{rule.title.en}",
                code(*facts_of(rule.keep)),
                EFFECTS_ZH[rule.on_fail],
                EFFECTS_ZH[rule.on_unknown],
                rule.clause,
                "；".join(text for text in (rule.basis, rule.doubt and f"存疑：{rule.doubt}") if text),
            )
            for rule in rules
        ],
    )


def _parameters(packs: PackSet, document_id: str) -> str:
    rows = []
    for name, parameter in packs.parameters[document_id].items():
        values = "<br>".join(
            f"{day} 起{f'至 {entry.until}' if entry.until else ''}：{_value(entry.value)}（{entry.clause}）"
            for day, entry in parameter.values
        )
        rows.append((f"`{name}`", parameter.zh, parameter.unit, values, parameter.doubt))
    return table(("参数 parameter", "含义", "单位 unit", "取值与出处 values", "存疑 doubt"), rows)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "不限" if value is None else str(value)
