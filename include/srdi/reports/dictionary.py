"""The pages that the code itself writes: ``docs/dictionary.md``, ``docs/sources.md``, ``docs/traceability.md``.

``python -m srdi.reports.dictionary`` writes them; with ``--check`` it writes nothing and exits 1 when a page on
disk says something else than the code. Needs no database: tables come from their declaration, views and
functions from the migrations' SQL, words from ``contracts``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

from srdi.contracts.loader import ContractSet, Dictionary, load_contracts, load_dictionary
from srdi.contracts.models import Contract
from srdi.contracts.refusals import WORDS
from srdi.policy.loader import load
from srdi.policy.packset import PackSet
from srdi.quality.rules import Rule, rules_for
from srdi.reports import source_page, traceability
from srdi.reports.check_words import BATCH_CHECKS, FACT_CHECKS
from srdi.reports.fact_tables import events_section, facts_section, meaning_cells
from srdi.reports.markdown import GENERATED, cell, code, table
from srdi.reports.view_columns import Shape, table_types, views_and_functions
from srdi.settings import REPOSITORY
from srdi.warehouse.tables import metadata
from srdi.warehouse.tables.words import column_comment, relation_words, words

DOCS = REPOSITORY / "docs"
ORDER = ("marts", "core", "quality", "control", "store")
FINDINGS_SQL = Path(__file__).resolve().parents[1] / "facts" / "sql" / "finding.sql"

INTRO = """# 数据字典 · Data dictionary

由代码生成：表的声明、迁移中的视图、`include/srdi/contracts/` 里的中英文说明。改说明请改那里，再运行 `make docs`。
*Generated from the declared tables, the views of the migrations and the words in `include/srdi/contracts/`.*

| 章节 section | |
|---|---|
| [marts](#schema-marts) | BI 读的表 / what BI reads |
| [core](#schema-core) | 企业、称号、区划、文件 / enterprises, titles, places, papers |
| [quality](#schema-quality) | 校验、隔离、发现 / checks, quarantine, findings |
| [control](#schema-control) | 批次、运行、发布 / batches, runs, publications |
| [store](#schema-store) | 视图背后的行，不直接使用 / rows behind the views |
| [字段 fields](#fields) · [事实 facts](#facts) · [事件 events](#events) | 数据源交来的字段 · 政策表达式可用的词 · 逐笔发生的事 |
| [检查 checks](#checks) · [退回代码 refusals](#refusals) | 逐行与整批的检查 · 整批退回的原因 |

金额一律为元，`numeric(18, 2)`；比率 `numeric(12, 6)`，0.7 即 70%；日期按北京时间；区间含起不含止；
事实、结论和比率里的空值表示“不知道”，不表示“否”或零。
*Money is yuan; ratios are shares of 1; days are days in Shanghai; intervals are half-open; in facts, outcomes and
rates NULL means unknown, never no or zero.*

`marts.coverage` 与 `marts.requirement` 的合计行：`division_code`、`industry_section` 都是 `ALL`，`area_code`、`tier` 与 `core.measure` 的同名列相同。
其余是同一批企业的分列（县区、行业、全省指标的各市、所持最高称号），彼此交叉，不能与合计相加；`marts.target` 的合计行同样以 `area_code` 认出。
*The row of the whole has `ALL` twice and the area and tier of `core.measure`; the others show the same enterprises by county,
industry, city and highest title, and must not be added to it or across these.*
"""


class Unsound(RuntimeError):
    """Contracts or packs cannot be read, or the words above no longer fit: no page can be true."""


def dictionary_page(contracts: Mapping[str, Contract], dictionary: Dictionary) -> str:
    """``docs/dictionary.md``. Raises KeyError for a relation or column without words, and :class:`Unsound`."""
    shapes = views_and_functions()
    parts = [GENERATED, INTRO, *(_schema(schema, shapes) for schema in ORDER)]
    parts.append(_fields(contracts, dictionary))
    parts.append(facts_section(dictionary.facts))
    parts.append(events_section(dictionary.events))
    parts.append(_checks(contracts, dictionary))
    parts.append(_refusals())
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _schema(schema: str, shapes: Mapping[str, Shape]) -> str:
    tables, said = table_types(), words()[schema]["words"]
    told = [f'## <a id="schema-{schema}"></a>`{schema}` · {cell(said["zh"])} · {cell(said["en"])}']
    names = [name for name in (*shapes, *tables) if name.startswith(f"{schema}.")]
    order = list(words()[schema]["relations"])
    names.sort(key=lambda name: (order.index(_bare(name)) if _bare(name) in order else len(order), name))
    for name in names:
        told.append(
            _function(name, shapes[name]) if _is_function(name, shapes) else _relation(name, shapes, tables)
        )
    return "\n\n".join(told)


def _bare(name: str) -> str:
    return name.split(".", 1)[1]


def _is_function(name: str, shapes: Mapping[str, Shape]) -> bool:
    return name in shapes and shapes[name].arguments is not None


def _relation(name: str, shapes: Mapping[str, Shape], tables: Mapping[str, dict[str, str]]) -> str:
    schema, bare = name.split(".", 1)
    said = relation_words(schema, bare)
    if name in shapes:
        kind, columns, keys, needed = "视图 view", shapes[name].columns, set(), set()
    else:
        declared = metadata.tables[name]
        kind, columns = "表 table", tables[name]
        keys = {column.name for column in declared.primary_key}
        needed = {column.name for column in declared.columns if not column.nullable}
    rows = [
        (
            f"`{column}`",
            kind_,
            "主键 key" if column in keys else "非空" if column in needed else "",
            *_words(name, column),
        )
        for column, kind_ in columns.items()
    ]
    title = f"### `{name}`\n\n{kind} · {cell(said['zh'])} · {cell(said['en'])}"
    return f"{title}\n\n{table(('列 column', '类型 type', '', '说明', 'Meaning'), rows)}"


def _words(name: str, column: str) -> list[str]:
    schema, bare = name.split(".", 1)
    return column_comment(schema, bare, column).split(" | ", 1)


def _function(name: str, shape: Shape) -> str:
    """A function of the whitelist's history: its columns mean what they mean there."""
    rows = [
        (f"`{column}`", kind, *_words("marts.whitelist_history", column))
        for column, kind in shape.columns.items()
    ]
    return (
        f"### `{name}({shape.arguments})`\n\n函数 function · 某日的名单：按现在所知，或按当时所知 · "
        "The list as it stood on a day, as known now or at a moment\n\n"
        + table(("列 column", "类型 type", "说明", "Meaning"), rows)
    )


def _fields(contracts: Mapping[str, Contract], dictionary: Dictionary) -> str:
    rows = []
    for name, meaning in dictionary.fields.items():
        carried = [c.id for c in contracts.values() if name in c.fields]
        lookup = f"`{meaning.lookup}`" + ("（开放）" if meaning.open_list else "") if meaning.lookup else ""
        rows.append((f"`{name}`", *meaning_cells(meaning), lookup, meaning.sensitive, code(*carried)))
    header = (
        "字段 field",
        "类型 type",
        "单位 unit",
        "中文",
        "English",
        "对照表 lookup",
        "敏感 sensitive",
        "数据源 sources",
    )
    return f'## <a id="fields"></a>字段 · What the sources deliver\n\n{table(header, rows)}'


def _checks(contracts: Mapping[str, Contract], dictionary: Dictionary) -> str:
    written = set(re.findall(r"'([a-z]+\.[a-z_]+)'", FINDINGS_SQL.read_text("utf-8")))
    if written != set(FACT_CHECKS):
        raise Unsound(
            f"reports/check_words.py 的 FACT_CHECKS 与 finding.sql 不一致：{sorted(written ^ set(FACT_CHECKS))}"
        )
    told = [
        '## <a id="checks"></a>检查 · Checks\n\n编号写在 `quality.check_result` 与 `quality.finding`。隔离：该行进 `quality.quarantine`；'
        "记录：该行保留，只写发现。严重：有一行不符即整批退回。\n"
        "*Ids as they stand in `quality.check_result` and `quality.finding`; 隔离 moves the row to quarantine, 记录 keeps it.*",
        "### 整批 · The batch as a whole",
        table(("编号 check_id", "中文", "English"), [(f"`{i}`", zh, en) for i, zh, en in BATCH_CHECKS]),
        "### 归并事实时 · While facts are resolved",
        table(("编号 check_id", "中文", "English"), [(f"`{i}`", *FACT_CHECKS[i]) for i in FACT_CHECKS]),
    ]
    for contract in contracts.values():
        told.append(f'### <a id="checks-{contract.id}"></a>{cell(contract.title.zh)} · `{contract.id}`')
        header = ("编号 check_id", "严重程度 severity", "处理 action", "问题", "应为 expected")
        told.append(table(header, [_check(rule) for rule in rules_for(contract, dictionary)]))
    return "\n\n".join(told)


def _check(rule: Rule) -> tuple[str, str, str, str, str]:
    action = {"quarantine": "隔离", "record": "记录"}[rule.action]
    return f"`{rule.check_id}`", rule.severity, action, rule.label_zh + rule.message_zh, rule.expected_zh


def _refusals() -> str:
    rows = [
        (f"[`{one.value}`](runbook.md#{said.anchor})", said.sentence, said.todo)
        for one, said in WORDS.items()
    ]
    return (
        '## <a id="refusals"></a>整批退回 · Refusals\n\n写在 `control.batch.refusal_code`；上一份合格数据继续有效。\n'
        "*The last good batch stays in force.*\n\n" + table(("代码 code", "说明", "做什么"), rows)
    )


def pages(
    contracts: ContractSet | None = None, dictionary: Dictionary | None = None, packs: PackSet | None = None
) -> dict[str, str]:
    """File name below ``docs`` → content, from what is shipped unless given. Raises :class:`Unsound`."""
    dictionary = dictionary or load_dictionary()
    contracts = contracts or load_contracts(dictionary=dictionary)
    packs = packs or load(facts=dictionary.facts)
    problems = [str(problem) for problem in (*contracts.broken, *packs.broken)]
    if problems:
        raise Unsound("合同或政策包有误，文档无法生成：\n" + "\n".join(problems))
    return {
        "dictionary.md": dictionary_page(contracts.contracts, dictionary),
        "sources.md": source_page.page(contracts.contracts, dictionary),
        "traceability.md": traceability.page(packs),
    }


def differences(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """One message per page that is missing or says something else, with the first line that differs."""
    found = []
    for name, content in wanted.items():
        path = folder / name
        if not path.exists():
            found.append(f"docs/{name} 不存在 / is missing")
            continue
        lines = zip_longest(path.read_text("utf-8").split("\n"), content.split("\n"))
        for number, (have, want) in enumerate(lines, start=1):
            if have != want:
                found.append(
                    f"docs/{name}:{number} 与代码不一致 / differs from the code\n  页 page: {have}\n  码 code: {want}"
                )
                break
    return found


def write(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Write the pages that differ; returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, content in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != content:
            path.write_text(content, "utf-8")
            changed.append(name)
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with ``--check`` compare them; returns the exit code (0 or 1)."""
    parser = argparse.ArgumentParser(prog="python -m srdi.reports.dictionary", description=__doc__)
    parser.add_argument("--check", action="store_true", help="只比较，不写 / compare, write nothing")
    parser.add_argument("--docs", type=Path, default=DOCS, help="文档目录 / folder of the pages")
    chosen = parser.parse_args(arguments)
    try:
        wanted = pages()
    except (Unsound, KeyError, ValueError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    if not chosen.check:
        changed = write(chosen.docs, wanted)
        print("已写 / written: " + (", ".join(changed) or "—（没有变化 / nothing changed）"))
        return 0
    found = differences(chosen.docs, wanted)
    for one in found:
        print(f"✗ {one}", file=sys.stderr)
    if found:
        print("请运行 make docs 并提交 / run `make docs` and commit", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
