"""The part of ``docs/dictionary.md`` that tells what facts there are: of each enterprise, and of each event."""

from __future__ import annotations

from collections.abc import Mapping

from srdi.contracts.models import FieldMeaning
from srdi.reports.markdown import code, table


def meaning_cells(meaning: FieldMeaning) -> tuple[str, str, str, str]:
    """Type, unit and words of one entry of the dictionary."""
    kind = meaning.type + (f"({meaning.places})" if meaning.places is not None else "")
    return kind, meaning.unit or "", meaning.zh, meaning.en


def facts_section(facts: Mapping[str, FieldMeaning]) -> str:
    """The columns of ``facts/<run>/enterprise.parquet``."""
    rows = [
        (
            f"`{name}`",
            *meaning_cells(meaning),
            f"`{meaning.known_by}`" if meaning.known_by else "",
            meaning.sensitive,
            precedence(meaning),
        )
        for name, meaning in facts.items()
    ]
    header = (
        "事实 fact",
        "类型 type",
        "单位 unit",
        "中文",
        "English",
        "空为无 known by",
        "敏感 sensitive",
        "几处来源 told by",
    )
    return (
        '## <a id="facts"></a>事实 · The enterprise fact row\n\n政策表达式只能用这些词；`flag` 为是、否、不详三值。\n'
        "*The only words that policy expressions may use; a flag is true, false or unknown.*\n\n"
        "空为无：所列标志为是时，日期为空表示没有发生，否则表示不详。\n"
        "*Known by: while that flag is true an empty day means that it did not happen, else that nobody knows.*\n\n"
        + table(header, rows)
    )


def precedence(meaning: FieldMeaning) -> str:
    """The sources that tell a fact, the one that counts first; those that never count in brackets."""
    counted = " → ".join(code(source) for source in meaning.sources)
    compared = "、".join(code(source) for source in meaning.compared)
    return counted + (f"（只比较 compared: {compared}）" if compared else "")


def events_section(events: Mapping[str, Mapping[str, FieldMeaning]]) -> str:
    """One table of columns per table of events: files ``facts/<run>/<table>.parquet``."""
    told = [
        '## <a id="events"></a>事件 · What happened, one row an event\n\n'
        "每次运行写成 `facts/<run>/<表>.parquet`，只含业务日期及以前的事；称号按事件当日（`day`）的有效情况，规模按业务日期。"
        "对应不到企业的行保留，`uscc` 为空。\n"
        "*Events up to the business day only; titles as of the event's own day, size as of the business day. Rows of "
        "nobody stay, without a code.*"
    ]
    header = ("列 column", "类型 type", "单位 unit", "中文", "English", "敏感 sensitive")
    for name, columns in events.items():
        rows = [
            (f"`{column}`", *meaning_cells(meaning), meaning.sensitive) for column, meaning in columns.items()
        ]
        told.append(f'### <a id="events-{name}"></a>`{name}`\n\n{table(header, rows)}')
    return "\n\n".join(told)
