"""Why an enterprise is not even considered for a list: where it is registered, and what its titles are worth."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from srdi.reports.enterprise import Account, Row


@cache
def places() -> dict[str, str]:
    """Division code → name."""
    from srdi.contracts.loader import LOOKUPS

    with (LOOKUPS / "divisions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


@cache
def counting_titles() -> tuple[str, ...]:
    """Titles that always make an enterprise one of provincial level and above."""
    import srdi.facts

    (folder,) = srdi.facts.__path__
    with open(f"{folder}/lookups/title_ladder.csv", encoding="utf-8", newline="") as file:
        return tuple(row["title"] for row in csv.DictReader(file) if row["provincial_or_above"] == "always")


def place_words(code: str | None, names: Mapping[str, str]) -> str:
    """A division by name and code."""
    return "不详" if not code else f"{names.get(code, '')}（{code}）"


def in_area(area: str | None, enterprise: Row) -> bool:
    """Whether an enterprise is registered in a province, a city or a county."""
    if not area:
        return True
    if area.endswith("0000"):
        return (enterprise["city_code"] or "").startswith(area[:2])
    return enterprise["city_code" if area.endswith("00") else "division_code"] == area


def title_standing(row: Row, titles: list[Row], day: date) -> str:
    """What a row of a title list is worth on ``day``, in Chinese; ``titles`` are its holder's other rows."""
    if row["state"] == "proposed":
        return "尚未认定，不算"
    if row["state"] == "cancelled":
        later = row["recognised_on"] is not None and row["recognised_on"] > day
        return "尚未生效" if later else "已取消"
    if row["in_force"]:
        return "有效"
    if row["in_force"] is None:
        return "起止不详"
    struck = {
        one["recognised_on"] for one in titles if one["state"] == "cancelled" and one["title"] == row["title"]
    }
    if row["valid_to"] in struck and row["valid_to"] <= day:
        return f"{row['valid_to']} 起取消"
    if row["valid_from"] and row["valid_from"] > day:
        return "尚未生效"
    if row["valid_to"] and row["valid_to"] <= day:
        return f"已到期 {(day - row['valid_to']).days + 1} 天"
    return "不算"


def absence(measure: Row, account: Account, names: Mapping[str, str]) -> list[str]:
    """Why an enterprise is not even considered for a list, in Chinese; never empty."""
    one = account.enterprise
    assert one is not None
    area, day = measure["area_code"], account.run.biz_date
    why = []
    if not in_area(area, one):
        if not one["city_code"]:
            why.append(f"登记地不详，无法归入{place_words(area, names)}")
        else:
            where = one["city_code"] if area.endswith("00") else one["division_code"]
            why.append(f"登记在{place_words(where, names)}，本名单只看登记在{place_words(area, names)}的企业")
    elif not one["provincial_or_above"]:
        why += _no_title(account, day)
    else:
        why.append(f"不符合名单范围。{measure['definition_zh'] or ''}")
    return why


def _no_title(account: Account, day: date) -> list[str]:
    """Why no title of provincial level and above counts on ``day``."""
    wanted = counting_titles()
    label = "、".join(wanted)
    held = [row for row in account.titles if row["title"] in wanted and row["state"] != "cancelled"]
    last = max((row["valid_to"] for row in held if row["valid_to"]), default=None)
    found = []
    for row in held:
        if last and row["valid_to"] and row["valid_to"] < last:
            continue  # renewed since
        standing = title_standing(row, account.titles, day)
        batch = f"（{row['batch']}）" if row["batch"] else ""
        words = {
            "尚未认定，不算": "还在公示，没有认定结果，不算持有称号",
            "尚未生效": f"自 {row['valid_from']} 起才有效",
            "起止不详": "没有起止日期，是否有效不详",
        }.get(standing)
        if standing.startswith("已到期"):
            words = f"有效期至 {row['valid_to'] - timedelta(days=1)}，{standing}，未见复核结果，已过继续列示的期限"
        elif standing.endswith("起取消"):
            words = f"自 {row['valid_to']} 起被取消，已过继续列示的期限"
        if words:
            found.append(f"{row['title']}{batch}：{words}")
    found += [
        f"有一条{row['title']}称号可能是它的，但没有归到任何企业（见上），归属确定前不算"
        for row in account.unmatched
        if row["title"] in wanted and row["state"] != "proposed"
    ]
    if found:
        return found
    assert account.enterprise is not None
    if account.enterprise["provincial_or_above"] is None:
        return ["没有收到过可用的称号名单，是否持有称号不详"]
    others = list(dict.fromkeys(row["title"] for row in account.titles if row["in_force"] and row["title"]))
    if others:
        return [f"有效的称号只有 {'、'.join(others)}，不是省级以上专精特新（{label}）"]
    what = "没有有效的称号" if account.titles else "没有任何称号记录"
    return [f"{what}，不是省级以上专精特新（{label}）"]
