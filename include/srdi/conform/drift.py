"""Compares a file with its contract and with the last good file of the source.

Each difference is recorded with the contract's action; ``stop`` refuses the batch. A money column whose header
names another unit than last time, or whose median moved by about ten thousand, is a changed unit, not data.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from srdi.conform.header import HeaderMatch
from srdi.conform.report import ColumnProfile, Drift
from srdi.contracts.models import Contract, DriftAction, DriftKind, Header
from srdi.contracts.refusals import Refusal, RefusalCode, refuse

DEFAULT_ACTIONS: dict[DriftKind, DriftAction] = {
    "new": "record",
    "missing": "record",
    "renamed": "record",
    "reordered": "record",
    "retyped": "record",
    "unit": "stop",
    "category": "record",
}
# a change of 万元 against 元 moves the median by 10 000; real medians of a city do not move by 3 000
UNIT_FACTOR_LOW, UNIT_FACTOR_HIGH = Decimal(3000), Decimal(30000)
FEWEST_AMOUNTS = 20
RETYPED_SHARE = 0.5
FEWEST_CELLS = 10


def action_for(contract: Contract, kind: DriftKind) -> DriftAction:
    return contract.drift.get(kind, DEFAULT_ACTIONS[kind])


def column_drift(contract: Contract, match: HeaderMatch, last: ColumnProfile | None) -> list[Drift]:
    """New, missing, renamed and reordered columns."""
    found: list[Drift] = []

    def add(kind: DriftKind, column: str, detail: str) -> None:
        found.append(Drift(kind, column, action_for(contract, kind), detail))

    unused = {column.position: column.field for column in match.unused}
    for column in match.columns:
        if column.position in unused:
            add("new", column.header, f"字段 {unused[column.position]} 已有更标准的一列，此列未采用")
        elif column.header and column.field is None:
            add("new", column.header, "约定中没有这一列，只保留原值")
    for name in match.missing:
        source_field = contract.fields[name]
        if not source_field.required and not source_field.column_optional:
            add("missing", canonical_header(contract, name), "文件没有这一列，该字段按未填报处理")
    for name, column in match.by_field.items():
        before = last.headers.get(name) if last else None
        if before is not None and before != column.header:
            add("renamed", column.header, f"上次的表头是「{before}」")
        elif before is None and column.rank > 0:
            add("renamed", column.header, f"约定的表头是「{canonical_header(contract, name)}」")
    order = list(match.by_field)
    usual = [name for name in (last.headers if last else contract.fields) if name in match.by_field]
    if [name for name in order if name in usual] != usual:
        add("reordered", "", "列的次序与" + ("上次" if last else "约定") + "不同，按表头对应")
    return found


def unit_drift(
    contract: Contract,
    units: Mapping[str, str],
    medians: Mapping[str, Decimal],
    counts: Mapping[str, int],
    last: ColumnProfile | None,
) -> list[Drift]:
    """Money columns whose unit changed, by header or by magnitude."""
    if last is None:
        return []
    found = []
    for name, unit in units.items():
        before = last.units.get(name)
        if before is not None and before != unit:
            detail = f"单位由「{before}」变为「{unit}」"
            found.append(
                Drift("unit", canonical_header(contract, name), action_for(contract, "unit"), detail)
            )
            continue
        now, then = medians.get(name), last.medians.get(name)
        enough = min(counts.get(name, 0), last.counts.get(name, 0)) >= FEWEST_AMOUNTS
        if now and then and enough:
            ratio = max(now, then) / min(now, then)
            if UNIT_FACTOR_LOW <= ratio <= UNIT_FACTOR_HIGH:
                detail = f"中位数由 {then:f} 元变为 {now:f} 元，相差约一万倍"
                found.append(
                    Drift("unit", canonical_header(contract, name), action_for(contract, "unit"), detail)
                )
    return found


def value_drift(
    contract: Contract,
    filled: Mapping[str, int],
    unreadable: Mapping[str, int],
    unknown: Mapping[str, list[str]],
) -> list[Drift]:
    """Columns most of whose cells changed their type, and words a lookup does not know (at most five shown)."""
    found = []
    for name, words in unknown.items():
        if words:
            shown = "、".join(words[:5]) + ("…" if len(words) > 5 else "")
            found.append(
                Drift(
                    "category",
                    canonical_header(contract, name),
                    action_for(contract, "category"),
                    f"未知取值：{shown}",
                )
            )
    for name, count in unreadable.items():
        if filled[name] >= FEWEST_CELLS and count / filled[name] > RETYPED_SHARE:
            detail = f"{filled[name]} 个非空值中有 {count} 个无法识别"
            found.append(
                Drift("retyped", canonical_header(contract, name), action_for(contract, "retyped"), detail)
            )
    return found


def refusal_for(drifts: list[Drift], contract: Contract, file: str) -> Refusal | None:
    """The refusal for the first drift whose action is ``stop``; a changed unit goes first."""
    stops = sorted((d for d in drifts if d.action == "stop"), key=lambda d: d.kind != "unit")
    if not stops:
        return None
    detail = "；".join(f"「{d.column}」{d.detail}" for d in stops)
    if stops[0].kind == "unit":
        return refuse(RefusalCode.UNIT_DRIFT, file=file, detail=detail)
    if stops[0].kind == "missing":
        return refuse(RefusalCode.MISSING_COLUMN, file=file, detail=detail)
    return refuse(RefusalCode.FOREIGN, file=file, source=contract.title.zh, detail=detail)


def canonical_header(contract: Contract, name: str) -> str:
    header = contract.fields[name].headers[0]
    return header.name if isinstance(header, Header) else header
