"""``docs/traceability.md``: from each paper and clause to the measures, the tables and the case files.

Words that depend on a day are told for one fixed day, so that the page changes only when a pack does.
"""

from __future__ import annotations

from datetime import date

from srdi.policy.explain import EFFECTS_ZH, in_words
from srdi.policy.expression import facts_of
from srdi.policy.packset import ListMeasure, Measure, PackSet
from srdi.reports.markdown import GENERATED, code, table
from srdi.reports.words import STAGES
from srdi.settings import REPOSITORY

DAY = date(2025, 9, 30)
CASES = "tests/policy/cases"
TABLES = {
    "list": (
        "marts.whitelist",
        "marts.whitelist_reason",
        "marts.whitelist_history",
        "marts.whitelist_change",
    ),
    "coverage": ("marts.coverage", "marts.measure_member"),
}
ENGINE_RULES = (
    ("title_in_force", "称号在有效期内", "The title is in force"),
    ("title_cancelled", "称号未被取消", "The title is not cancelled"),
    ("title_lapsing", "称号尚未临近到期（只提示）", "The title does not end soon (warns only)"),
    ("exception", "人工例外", "A person's decision"),
)


def page(packs: PackSet) -> str:
    """The whole page."""
    parts = [
        GENERATED,
        "# 条款追溯 · Traceability\n\n"
        "文件 → 条款 → 指标 → 表 → 案例，由 `include/srdi/policy/packs/*.yaml` 生成。口径中的参数取 "
        f"{DAY} 的值；某天的口径见 `srdi policy list --date 那天`。\n\n"
        "*From paper and clause to measure, tables and case file. Parameters are told as of "
        f"{DAY}; for another day see `srdi policy list --date`.*",
    ]
    for document_id, document in sorted(
        packs.documents.items(), key=lambda one: (one[1].kind != "paper", one[0])
    ):
        measures = sorted(
            (m for m in packs.measures.values() if m.document.id == document_id), key=lambda m: m.id
        )
        first, last = document.in_force
        number = f"，{document.number}" if document.number else ""
        told = [
            f"## {document.title}",
            f"`{document_id}`{number}；{document.issuer}；{STAGES[document.stage]} / {document.stage}；"
            f"{first} 起{f'，至 {last}' if last else '，未写终止日'}；"
            f"核对于 {document.verified.on}（{document.verified.against}），应于 {document.verified.verify_by} 前再核对。",
        ]
        if measures:
            told.append(_measures(measures))
            told += [f"**`{m.id}`** {in_words(m, packs.facts, DAY)}" + _note(m) for m in measures]
        rules = [
            rule
            for group in packs.exclusions.values()
            for rule in group.rules
            if rule.document_id == document_id
        ]
        own = [
            rule
            for measure in measures
            if isinstance(measure, ListMeasure)
            for rule in measure.rules
            if rule.document_id == document_id
        ]
        if rules or own:
            told.append(_rules([*rules, *own]))
        if packs.parameters.get(document_id):
            told.append(_parameters(packs, document_id))
        parts.append("\n\n".join(told))
    parts.append(
        "## 理由代码 · Rule ids of the lists themselves\n\n"
        "名单自身写入的规则编号。提示（`warnings`）里的编号以 `_unknown` 结尾时，不是不符合，而是没有可用的数据。\n"
        "*Written by the list engine. In `warnings` the suffix `_unknown` means that nothing is known, not that the rule failed.*\n\n"
        + table(("编号 rule_id", "中文", "English"), [(f"`{i}`", zh, en) for i, zh, en in ENGINE_RULES])
    )
    return "\n\n".join(part.strip() for part in parts) + "\n"


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
                code(*TABLES[m.kind]),
                f"[{m.id}.yaml](../{CASES}/{m.id}.yaml)"
                if (REPOSITORY / CASES / f"{m.id}.yaml").exists()
                else "—",
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
