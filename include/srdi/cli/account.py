"""Prints the account of one enterprise: titles, lists with every rule, rates, and where each row came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from srdi.reports.absence import absence, in_area, place_words, title_standing
from srdi.reports.words import EFFECTS, OUTCOMES, STAGES, TERMS, VERDICTS

if TYPE_CHECKING:
    from srdi.reports.enterprise import Account, Evidence, Row

ENDLESS = date(9999, 12, 31)
STATES = {"proposed": "公示", "recognised": "认定", "renewed": "复核", "cancelled": "取消"}
MEMBERS = {
    "counted": "[green]计入[/green]",
    "missing": "[red]未达到[/red]",
    "unknown": "[yellow]不详[/yellow]",
}
COLOURS = {"listed": "green", "review": "yellow", "excluded": "red"}
WEIGHT = {"exclude": 0, "review": 1, "warn": 2, "none": 3}


class Sources:
    """Numbers the batches that are cited, in the order of first mention."""

    def __init__(self, batches: Mapping[str, Evidence]) -> None:
        self._batches = batches
        self._numbers: dict[str, int] = {}

    def cite(self, batch_id: str | None, row_no: int | None) -> str:
        """``[1] 文件 第 3 行``; a dash where no row proves it."""
        if batch_id is None:
            return "—"
        number = self._numbers.setdefault(batch_id, len(self._numbers) + 1)
        found = self._batches.get(batch_id)
        row = "" if row_no is None else f" 第 {row_no} 行"
        return f"\\[{number}]{escape(found.file_name if found else batch_id)}{row}"

    def legend(self) -> list[str]:
        """One line per batch that was cited."""
        lines = []
        for batch_id, number in self._numbers.items():
            found = self._batches.get(batch_id)
            file = f" · {escape(found.file_name)} · 数据截止 {found.as_of or '不详'}" if found else ""
            lines.append(f"  \\[{number}]批次 {escape(batch_id)}{file}")
        return lines


def render(account: Account, place_names: Mapping[str, str]) -> Group:
    """The whole account as one printable thing."""
    sources = Sources(account.batches)
    run = account.run
    head = f"[dim]业务日期 {run.biz_date} · 运行 {run.run_id} · 规则 {run.rule_version or '—'}[/dim]"
    if account.enterprise is None:
        return Group(*_stranger(account), *_unmatched(account, sources), *_legend(sources), head)
    parts: list[Any] = [*_identity(account, place_names, sources), head]
    parts += _titles(account, sources)
    parts += _unmatched(account, sources)
    lists = [row for row in account.measures.values() if row["kind"] == "list"]
    near = account.enterprise

    def nearest_first(row: Row) -> tuple[bool, bool, str]:
        return row["measure_id"] not in account.rows, not in_area(row["area_code"], near), row["measure_id"]

    for measure in sorted(lists, key=nearest_first):
        parts += ["", *_list(account, measure, place_names, sources)]
    parts += _coverage(account, sources)
    parts += _set_aside(account)
    parts += _legend(sources)
    return Group(*parts)


def _stranger(account: Account) -> list[str]:
    """A code that checks but that the registry of the day does not know."""
    told = {row["why"] for row in account.unmatched}
    lines = [
        f"[red]✗[/red] [bold]{account.uscc}[/bold] 代码有效，但 {account.run.biz_date} 的登记信息中没有这家企业，"
        "因此不在任何名单和统计范围内"
    ]
    lines += [f"  · {escape(line)}" for line in account.mentions if line not in told]
    lines += _set_aside(account)
    return lines


def _set_aside(account: Account) -> list[str]:
    return [
        f"[yellow]![/yellow] 该代码有一行在隔离区，未参与计算：{escape(row['file_name'])} 第 {row['row_no']} 行"
        f"（{row['source']}）"
        for row in account.quarantined
    ]


def _identity(account: Account, names: Mapping[str, str], sources: Sources) -> list[str]:
    one = account.enterprise
    assert one is not None
    city, division = one["city_code"], one["division_code"]
    where = place_words(city, names) + (
        f" {place_words(division, names)}" if division and division != city else ""
    )
    lines = [
        f"[bold]{escape(one['name'] or '（无名称）')}[/bold]  {account.uscc}",
        f"登记状态 {escape(one['status'] or '不详')} · 登记地 {where} · "
        f"{sources.cite(one['registry_batch_id'], one['registry_row_no'])}",
    ]
    if one["former_names"]:
        lines.append(f"曾用名 {escape('、'.join(one['former_names']))}")
    if one["vanished"]:
        lines.append(f"[yellow]![/yellow] 最新的登记数据中已没有这家企业，最后一次出现在 {one['last_seen']}")
    return lines


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _stretch(table: Table, ratios: dict[int, int]) -> None:
    """Let these columns share the width that the others leave."""
    for index, ratio in ratios.items():
        table.columns[index].ratio = ratio
    table.expand = True


def _points(lines: list[str]) -> Table:
    """Bulleted sentences with a hanging indent."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=3, justify="right")
    grid.add_column(overflow="fold")
    for line in lines:
        grid.add_row("·", line)
    return grid


def _interval(row: Row) -> str:
    if row["valid_from"] is None and row["valid_to"] is None:
        return "—"
    last = row["valid_to"]
    until = "未写" if last is None else "长期" if last >= ENDLESS else str(last - timedelta(days=1))
    return f"{row['valid_from'] or '未写'} 至 {until}{'（推定）' if row['derived_end'] else ''}"


def _titles(account: Account, sources: Sources) -> list[Any]:
    if not account.titles:
        return ["", "[bold]称号[/bold]：没有任何记录"]
    table = _table("\n称号", "称号", "批次", "状态", "有效期", "当日", "来源")
    for row in account.titles:
        standing = title_standing(row, account.titles, account.run.biz_date)
        colour = "green" if standing == "有效" else "yellow"
        table.add_row(
            escape(row["title"] or "不详"),
            escape(row["batch"] or ""),
            STATES.get(row["state"], row["state"] or ""),
            _interval(row),
            f"[{colour}]{standing}[/{colour}]",
            sources.cite(row["source_batch"], row["row_no"]),
        )
    return [table]


def _unmatched(account: Account, sources: Sources) -> list[str]:
    """Title rows that may be this enterprise's, but belong to nobody yet."""
    lines = []
    for row in account.unmatched:
        lines.append(
            f"[yellow]![/yellow] 有一条可能属于它的称号没有归到任何企业："
            f"{escape(row['title'] or '')}「{escape(row['raw_name'] or '')}」 {sources.cite(row['source_batch'], row['row_no'])}"
        )
        if row["why"]:
            lines.append(f"  [dim]{escape(row['why'].partition('」：')[2] or row['why'])}[/dim]")
    return ["", *lines] if lines else []


def _paper(measure: Row, document_id: str | None, clause: str | None) -> str:
    """Paper and clause, by number where the paper has one."""
    paper = measure["papers"].get(document_id)
    if paper is None:
        return escape(f"{document_id or ''} {clause or ''}".strip())
    return escape(f"{paper['number'] or paper['title_zh']} {clause or ''}".strip())


def _head(measure: Row, verdict: str, colour: str) -> list[str]:
    paper = measure["papers"].get(measure["document_id"])
    title = f"《{paper['title_zh']}》" if paper else measure["document_id"]
    number = f"（{paper['number']}）" if paper and paper["number"] else ""
    stage, term = STAGES.get(measure["stage"], measure["stage"]), TERMS.get(measure["term"], measure["term"])
    return [
        f"[{colour}]●[/{colour}] [bold]{escape(measure['title_zh'])}[/bold]（{measure['measure_id']}）："
        f"[bold {colour}]{verdict}[/bold {colour}]",
        f"  [dim]{escape(title + number)} {escape(measure['clause'] or '')} · {stage} · {term}[/dim]",
    ]


def _list(account: Account, measure: Row, names: Mapping[str, str], sources: Sources) -> list[Any]:
    row = account.rows.get(measure["measure_id"])
    if row is None:
        gone = account.left.get(measure["measure_id"])
        lines: list[Any] = _head(measure, "已退出" if gone else "不在名单范围", "cyan")
        points = [escape(why) for why in absence(measure, account, names)]
        if gone:
            words = gone["message_zh"] or "、".join(gone["reason_codes"] or [])
            points.insert(0, escape(f"{gone['left_on']} 起退出名单，仍显示一段时间：{words}"))
        return [*lines, _points(points)]
    lines = list(_head(measure, VERDICTS[row["verdict"]], COLOURS[row["verdict"]]))
    reasons = sorted(account.reasons.get(measure["measure_id"], []), key=_by_weight)
    decisive = [
        one for one in reasons if one["effect"] in ("exclude", "review") or one["rule_id"] == "exception"
    ]
    # the paper stands in the table below
    points = [escape(one["message_zh"].partition("。依据：")[0]) for one in decisive]
    if not decisive:
        points.append("没有任何一条规则要求排除或待核")
    # a rule's title says what ought to be, so how it came out has to stand behind it
    warned = [
        f"{rule_title(one)}（{OUTCOMES_SHORT.get(one['outcome'], one['outcome'])}）"
        for one in reasons
        if one["effect"] == "warn"
    ]
    if warned:
        points.append(f"[yellow]提示 {len(warned)} 条[/yellow]：{escape('；'.join(warned))}")
    if row["title_valid_to"] is not None:
        left = row["days_to_lapse"]
        when = f"还有 {left} 天" if left >= 0 else f"已过 {-left} 天"
        points.append(f"{escape(row['title'] or '')}称号有效期至 {row['title_valid_to']}（{when}）")
    return [*lines, _points(points), _rules(reasons, measure, sources)]


OUTCOMES_SHORT = {"fail": "不符合", "unknown": "不详"}


def _by_weight(reason: Row) -> tuple[int, bool, str]:
    """What decides first, then the title, then the rules by name."""
    return WEIGHT[reason["effect"]], not reason["rule_id"].startswith("title_"), reason["rule_id"]


def rule_title(reason: Row) -> str:
    """The rule's Chinese title as it was on the day: reasons begin with it."""
    return reason["message_zh"].partition("：")[0]


def _rules(reasons: list[Row], measure: Row, sources: Sources) -> Table:
    table = _table("", "规则 / 依据", "结果", "后果", "实际 / 来源", "要求", "差距")
    _stretch(table, {0: 9, 3: 10, 4: 4})
    for one in reasons:
        colour = {"exclude": "red", "review": "yellow", "warn": "yellow"}.get(one["effect"], "green")
        table.add_row(
            f"{escape(rule_title(one))}\n[dim]{_paper(measure, one['document_id'], one['clause'])}[/dim]",
            f"[{colour}]{OUTCOMES[one['outcome']]}[/{colour}]",
            EFFECTS[one["effect"]],
            f"{escape(one['observed'] or '不详')}\n[dim]{sources.cite(one['batch_id'], one['row_no'])}[/dim]",
            escape(one["required"] or "—"),
            distance_text(one["distance"]),
        )
    return table


def distance_text(distance: Decimal | None) -> str:
    """How much room is left, or missing."""
    from srdi.policy.words import value_text

    if distance is None:
        return "—"
    return f"余 {value_text(distance)}" if distance >= 0 else f"差 {value_text(-distance)}"


def _coverage(account: Account, sources: Sources) -> list[Any]:
    """The enterprise in each rate of its area."""
    assert account.enterprise is not None
    measures = [row for row in account.measures.values() if row["kind"] == "coverage"]
    if not measures:
        return []
    inside = [row for row in measures if row["measure_id"] in account.members]
    parts: list[Any] = []
    if inside:
        table = _table("\n覆盖率", "指标", "结果", "实际", "要求", "差距")
        _stretch(table, {0: 5, 2: 4})
        for row in inside:
            member = account.members[row["measure_id"]]
            table.add_row(
                f"{escape(row['title_zh'])}\n[dim]{row['measure_id']}[/dim]",
                MEMBERS[member["outcome"]],
                escape(member["observed"] or "不详"),
                escape(member["required"] or "—"),
                distance_text(member["distance"]),
            )
        parts.append(table)
        based = dict.fromkeys(_paper(row, row["document_id"], row["clause"]) for row in inside)
        parts.append(f"[dim]依据 {'；'.join(based)}[/dim]")
        one = account.enterprise
        if one["digital_batch_id"]:
            parts.append(f"测评来自 {sources.cite(one['digital_batch_id'], one['digital_row_no'])}")
    outside = [row for row in measures if row not in inside]
    near = [row["title_zh"] for row in outside if in_area(row["area_code"], account.enterprise)]
    if near:
        parts.append(f"[dim]不在统计范围：{escape('；'.join(near))}[/dim]")
    elif not inside:
        parts += ["", "[dim]覆盖率：所在地区没有覆盖率指标[/dim]"]
    return parts if inside or not near else ["", *parts]


def _legend(sources: Sources) -> list[str]:
    lines = sources.legend()
    return ["", "[bold]来源[/bold]", *lines] if lines else []
