"""``docs/sources.md``: what suppliers have to deliver, told by the contracts themselves."""

from __future__ import annotations

from collections.abc import Mapping

from srdi.contracts.loader import Dictionary
from srdi.contracts.models import Contract, Header, SourceField
from srdi.reports.markdown import GENERATED, cell, code, table

EVERY = {
    "day": "每日 / daily",
    "week": "每周 / weekly",
    "month": "每月 / monthly",
    "quarter": "每季 / quarterly",
}
EVERY["year"] = "每年 / yearly"
MODES = {"snapshot": "全量 / snapshot", "increment": "增量 / increment"}

INTRO = """# 数据源 · Sources

{count} 个数据源的报送口径，由 `include/srdi/contracts/sources/*.yaml` 生成；改口径请改合同，再运行 `make docs`。

- **放在哪里**：`<收件目录>/<数据源>/<任意文字>_<八位日期>.<{endings}>`。八位日期是数据截止日，由文件名给出，不取收到时间；
  同一天可以分成几个文件，同一目录可以放许多天。快照类数据源同一天重报全量的，后到的替代先到的（主键重合一半以上即视为重报）。
- **怎么写**：{encodings}，或 xlsx。表头可以在前 {header_rows} 行内的任何一行，列的顺序不限，单位可写在表头括号里（没写就按下表的单位）。
  重复表头、合计、制表人、说明等行会被认出、计数并忽略。
- **先试读**：`srdi source check 文件 --source 数据源`，什么也不写。
- **全量**：最新一份就是全部事实，缺了的企业记为“消失”、待核。**增量**：按主键取较晚的一行。
  **封闭**：名单上没有即没有此事，只在数据源没有过期时成立；过期或从未收到时，结论是“不详”。
- 必填的列整列缺失，整批退回；某一行缺必填项，该行隔离，其余照常。

*What the sources have to look like, generated from their contracts. A file carries the day it speaks about as
eight digits in its name. Snapshot: the newest day is the whole truth; increment: the newest row of a key wins; closed
world: no row means clean, while the source is not stale. A row without a required cell goes to quarantine, a file
without a required column is refused as a whole and the last good one stays. Column order is free.*
"""


def canonical(field: SourceField) -> str:
    """The header as suppliers write it, with its unit in brackets."""
    return f"{_name(field.headers[0])}({field.unit})" if field.unit else _name(field.headers[0])


def _name(header: str | Header) -> str:
    return header if isinstance(header, str) else header.name


def _aliases(field: SourceField) -> str:
    told = []
    for header in field.headers[1:]:
        name = _name(header)
        if isinstance(header, Header) and (header.since or header.until):
            name += f"（{header.since or ''}–{header.until or ''}）"
        told.append(name)
    return "、".join(told)


def _range(field: SourceField) -> str:
    low, high = field.minimum, field.maximum
    if low is None and high is None:
        return ""
    return f"{'' if low is None else _plain(low)} … {'' if high is None else _plain(high)}"


def _plain(bound: float) -> str:
    """A bound without exponent or trailing zeros: 100,000 or 0.001."""
    text = f"{bound:,.6f}"
    return text.rstrip("0").rstrip(".")


def page(contracts: Mapping[str, Contract], dictionary: Dictionary) -> str:
    """The whole page. Raises KeyError for a field that the dictionary lacks."""
    encodings = sorted({e for c in contracts.values() for e in c.arrival.encodings})
    readable = {"utf-8-sig": "UTF-8（有无 BOM 均可）", "gb18030": "GB18030（含 GBK）"}
    depths = {c.arrival.header_rows for c in contracts.values()}
    endings = {pattern.rsplit(".", 1)[-1].lower() for c in contracts.values() for pattern in c.arrival.files}
    intro = INTRO.format(
        count=len(contracts),
        endings="|".join(sorted(endings)),
        encodings="、".join(readable.get(e, e) for e in reversed(encodings)),
        header_rows="–".join(map(str, sorted({min(depths), max(depths)}))),
    )
    overview = table(
        ("数据源 source", "名称 title", "供数单位 supplier", "方式 mode", "主键 key", "封闭 closed world"),
        [
            (
                f"[`{c.id}`](#{c.id})",
                f"{c.title.zh}<br>{c.title.en}",
                c.supplier,
                MODES[c.mode],
                code(*c.key),
                c.closed_world,
            )
            for c in contracts.values()
        ],
    )
    rhythm = table(
        (
            "数据源 source",
            "来路 arrival",
            "周期 cadence",
            "应到 due",
            "几天内算新 fresh days",
            "行数变化 rows",
            "隔离上限 quarantine",
        ),
        [
            (
                f"`{c.id}`",
                _arrival(c),
                EVERY[c.cadence.every],
                f"{c.cadence.due:%H:%M}",
                c.cadence.fresh_days,
                _volume(c),
                f"{c.quarantine_share:.0%}",
            )
            for c in contracts.values()
        ],
    )
    parts = [
        GENERATED,
        intro,
        "## 一览 · Overview",
        overview,
        "## 周期与界限 · Rhythm and bounds",
        "应到时间为北京时间，也是接入任务每天的开始时间。行数与上一个合格日相比；“退回”只用于全量数据源，增量数据源只提示。\n"
        "*Due hours are Asia/Shanghai and start the daily ingest. Rows are compared with the last good day's; only a "
        "snapshot is refused for its size, an increment is warned about.*",
        rhythm,
        *(_section(c, dictionary) for c in contracts.values()),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _arrival(contract: Contract) -> str:
    if contract.arrival.transport == "http":
        return f"HTTP（连接 `{contract.arrival.connection}`），无此连接时读目录 / HTTP, else folder"
    return "目录 / folder"


def _volume(contract: Contract) -> str:
    bounds = f"{contract.volume.minimum:.0%}–{contract.volume.maximum:.0%}"
    refused = contract.mode == "snapshot" and contract.volume.action == "stop"
    return f"{bounds} {'退回 / refused' if refused else '提示 / warned'}"


def _section(contract: Contract, dictionary: Dictionary) -> str:
    header = ",".join(canonical(field) for field in contract.fields.values())
    rows = []
    for name, field in contract.fields.items():
        meaning = dictionary.fields[name]
        rows.append(
            (
                canonical(field),
                f"`{name}`",
                meaning.type,
                "必填" if field.required else "可无此列" if field.column_optional else "",
                _aliases(field),
                _range(field),
            )
        )
    told = [
        f'## <a id="{contract.id}"></a>{cell(contract.title.zh)} · `{contract.id}`',
        f"{cell(contract.title.en)}。法律依据 {cell(contract.legal_basis)}；"
        f"认企业的办法 {'、'.join({'code': '代码', 'name': '名称'}[way] for way in contract.matching) or '不涉及企业'}"
        + ("；允许没有数据行" if contract.allow_empty else "")
        + (f"。{cell(contract.note)}" if contract.note else "。"),
        f"```text\n{header}\n```",
        table(
            (
                "表头 header",
                "字段 field",
                "类型 type",
                "必填 required",
                "也认 also read",
                "合理范围（标准单位）range",
            ),
            rows,
        ),
        f"检查项见 [数据字典](dictionary.md#checks-{contract.id})。",
    ]
    return "\n\n".join(told)
