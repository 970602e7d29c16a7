"""Figures that press and papers published, told anew by a population built to their words.

The population is invented, its sizes and days are those reported: every figure goes the whole way from title
lists through the facts to the measures of the packs. Where a report names a year and no day, the day is ours.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from facts_inbox import Inbox

from policy.scene import FACTS
from srdi.engine.duck import connect
from srdi.engine.lake import Lake
from srdi.policy.decide import decide
from srdi.policy.loader import PACKS, load
from srdi.policy.packset import PackSet, conventions

pytestmark = pytest.mark.full

START = date(2018, 1, 1)
ONE_DAY = timedelta(1)
LUOYANG, ZHENGZHOU, ELSEWHERE = "涧西区", "金水区", "魏都区"

#: What the reports count beside what the papers ask: the province as a stock, and the champions of Luoyang.
REPORTS = """
document:
  id: reports
  title: 公开报道的口径
  issuer: 试验
  stage: issued
  in_force: [2018-01-01, null]
  area: "{area}"
  verified: {{on: 2025-01-01, against: 公开报道, verify_by: 2027-05-31}}
measures:
"""
STOCK = """
  - {{id: {name}_stock, kind: target, clause: 报道, title: {{zh: 存量, en: Stock}}, counting: stock,
     of: {{all: [{flag}, operating]}}, titles: [{title}]}}
"""
RECOGNISED = """
  - {{id: {name}_{counting}, kind: target, clause: 报道, title: {{zh: 认定, en: Recognised}}, counting: {counting},
     titles: [{title}]}}
"""
KINDS = {
    "innovative": "创新型",
    "municipal": "市级",
    "provincial": "省级",
    "little_giant": "小巨人",
    "champion": "单项冠军企业",
}


class Figure(NamedTuple):
    """A row of the result *target*: ``gap`` is what is missing, negative when more was reached."""

    actual: int | None
    target: int | None = None
    gap: int | None = None
    met: bool | None = None


@dataclass
class Reported:
    """Enterprises and the lists that name them, and the figures the product makes of them on a day."""

    inbox: Inbox
    packs: PackSet
    con: duckdb.DuckDBPyConnection
    made: int = 0
    people: list[dict[str, Any]] = field(default_factory=list)

    def enterprises(self, number: int, district: str = LUOYANG) -> range:
        """So many new ones, named by their numbers."""
        new = range(self.made, self.made + number)
        self.made += number
        self.people += [{"uscc": code(one), "name": name(one), "district": district} for one in new]
        return new

    def listed(
        self,
        kind: str,
        whom: Sequence[int],
        recognised: date,
        first: date | None = None,
        last: date | None = None,
        state: str = "认定",
        batch: str | None = None,
    ) -> None:
        """One export of the title list, on the day of recognition (or of the public notice)."""
        row = {
            "title": KINDS[kind],
            "batch": batch or f"{KINDS[kind]}{recognised:%Y-%m}",
            "state": state,
            "recognised_on": recognised,
            "valid_from": first,
            "valid_to": last,
        }
        self.inbox.stage(
            "title_list", [row | {"name": name(one), "uscc": code(one)} for one in whom], recognised
        )

    def cohort(self, kind: str, number: int, year: int, month: int, district: str = LUOYANG) -> range:
        """So many new ones, recognised in that month; the title holds for three calendar years."""
        whom = self.enterprises(number, district)
        self.listed(kind, whom, date(year, month, 20), date(year, 1, 1), date(year + 2, 12, 31))
        return whom

    def on(self, day: date, *measures: str) -> dict[str, list[dict[str, Any]]]:
        """The results of these measures on ``day``."""
        if not any(batch.source == "enterprise_registry" for batch in self.inbox.batches):
            self.inbox.registry(*self.people, as_of=START)
        report = self.inbox.write(day, threads=1, **conventions(self.packs, day))
        chosen = replace(self.packs, measures={one: self.packs.measures[one] for one in measures})
        run, lake = f"decided-{self.inbox.runs}", self.inbox.lake
        decided = decide(chosen, lake.uri(report.folder), day, lake, self.con, run)
        return {
            one: self.con.read_parquet(lake.uri(decided.files[one])).to_arrow_table().to_pylist()
            for one in ("target", "whitelist")
        }

    def figures(self, day: date, *measures: str) -> dict[str, Figure]:
        """measure → its figure on ``day``, of the whole area."""
        rows = {
            row["measure_id"]: row
            for row in self.on(day, *measures)["target"]
            if row["area_code"] == self.packs.measures[row["measure_id"]].area
        }
        assert all(row["unknown"] == row["unmatched"] == 0 for row in rows.values())
        return {one: figure(rows[one]) for one in measures}


def figure(row: dict[str, Any]) -> Figure:
    def whole(value: Decimal | None) -> int | None:
        assert value is None or value == int(value)
        return None if value is None else int(value)

    return Figure(whole(row["actual"]), whole(row["target"]), whole(row["gap"]), row["met"])


def code(number: int) -> str:
    return f"91410000MA{number:08d}"


def name(number: int) -> str:
    return f"第{number}号试验有限公司"


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> PackSet:
    """The shipped packs, and beside them the counts of the reports."""
    folder = tmp_path_factory.mktemp("packs")
    for path in PACKS.glob("*.yaml"):
        shutil.copy(path, folder)
    for area, place in (("410000", "province"), ("410300", "city")):
        text = REPORTS.format(area=area).replace("id: reports", f"id: {place}")
        for flag, title in KINDS.items():
            named = {"name": f"{place}.{flag}", "flag": flag, "title": title}
            text += STOCK.format(**named)
            text += "".join(RECOGNISED.format(counting=one, **named) for one in ("flow", "cumulative"))
        (folder / f"{place}.yaml").write_text(text, "utf-8")
    found = load(folder, FACTS)
    assert found.broken == [] and not found.out
    return found


@pytest.fixture
def reported(tmp_path: Path, packs: PackSet) -> Reported:
    return Reported(Inbox(Lake(str(tmp_path))), packs, connect(threads=1))


# ── flow, stock, cumulative ───────────────────────────────────────────────────────────────────────────


def test_the_provinces_provincial_titles_year_by_year(reported: Reported) -> None:
    """Henan Daily as reprinted, 2022-07: 100, 928 and 1183 in three years, 2211 together; 2023-05 (first batch of
    the year): 551 more, 3 of the 100 renewed; 2024: 725 and 571 renewals proposed; 2024-10: 4098 in all."""
    eldest = reported.cohort("provincial", 100, 2020, 11, ELSEWHERE)
    second = reported.cohort("provincial", 928, 2021, 6, ELSEWHERE)
    reported.cohort("provincial", 1183, 2022, 6, ELSEWHERE)
    reported.cohort("provincial", 551, 2023, 5, ELSEWHERE)
    three = {"first": date(2023, 1, 1), "last": date(2025, 12, 31), "state": "复核"}
    reported.listed("provincial", eldest[:3], date(2023, 5, 5), batch="2023复核", **three)
    # what the total of 2024-10 has beyond the batches that were told
    reported.cohort("provincial", 4098 - 2211 - 551 - 725, 2023, 12, ELSEWHERE)
    proposed = reported.enterprises(725, ELSEWHERE)
    span = {"first": date(2024, 1, 1), "last": date(2026, 12, 31)}
    for state, whom in (("公示", proposed), ("公示", second[:571])):
        reported.listed("provincial", whom, date(2024, 5, 10), state=state, batch=f"2024-{len(whom)}", **span)
    for state, whom in (("认定", proposed), ("复核", second[:571])):
        reported.listed("provincial", whom, date(2024, 7, 10), state=state, batch=f"2024-{len(whom)}", **span)
    flow, stock, ever = "henan.provincial_flow", "province.provincial_stock", "province.provincial_cumulative"

    # a thousand a year are asked for; in 2022 all three cohorts are in force, so stock and total agree
    assert reported.figures(date(2022, 7, 7), flow, stock, ever) == {
        flow: Figure(1183, 1000, -183, True),
        stock: Figure(2211),
        ever: Figure(2211),
    }
    # the 2211 still told in March 2023 are the total: the hundred of 2020 ended with 2022, none is new yet
    assert reported.figures(date(2023, 3, 22), flow, stock, ever) == {
        flow: Figure(0, 1000, 1000, False),
        stock: Figure(2211 - 100),
        ever: Figure(2211),
    }
    # a renewal is in force and no new recognition
    assert reported.figures(date(2023, 5, 31), flow, stock, ever) == {
        flow: Figure(551, 1000, 449, False),
        stock: Figure(928 + 1183 + 551 + 3),
        ever: Figure(2211 + 551),
    }
    # proposed ones count nowhere, neither the new nor those that ask for renewal
    assert reported.figures(date(2024, 6, 30), flow, stock, ever) == {
        flow: Figure(0, 1000, 1000, False),
        stock: Figure(1183 + 551 + 3 + 611),
        ever: Figure(2211 + 551 + 611),
    }
    # the same list, recognised
    assert reported.figures(date(2024, 10, 16), flow, stock, ever) == {
        flow: Figure(725, 1000, 275, False),
        stock: Figure(1183 + 551 + 3 + 611 + 725 + 571),
        ever: Figure(4098),
    }


def test_the_little_giants_of_the_province(reported: Reported) -> None:
    """Second batch, government news 2021-02: 86 in Henan, 33 of them in Zhengzhou; Luoyang Daily 2020-11: 9 proposed
    there. Henan Daily 2022-04: 207; trade press 2022-08: 167 proposed in the fourth batch; 2023-03: 370; 2024-10: 414."""
    reported.cohort("little_giant", 33, 2021, 1, ZHENGZHOU)
    reported.cohort("little_giant", 86 - 33, 2021, 1, ELSEWHERE)
    nine = reported.enterprises(9, LUOYANG)
    reported.listed("little_giant", nine, date(2020, 11, 20), state="公示", batch="第二批公示")
    reported.cohort("little_giant", 207 - 86, 2021, 8, ELSEWHERE)
    fourth = reported.enterprises(167, ELSEWHERE)
    reported.listed("little_giant", fourth, date(2022, 8, 8), state="公示", batch="第四批")
    # 370 in March are four fewer than would be, had everybody proposed been recognised
    span = {"first": date(2022, 1, 1), "last": date(2024, 12, 31), "batch": "第四批"}
    reported.listed("little_giant", fourth[: 370 - 207], date(2022, 9, 1), **span)
    reported.cohort("little_giant", 414 - 370, 2024, 9, ELSEWHERE)
    cities = "province.little_giant_flow"
    rows = {row["area_code"]: figure(row) for row in reported.on(date(2021, 2, 28), cities)["target"]}
    assert rows["410000"] == Figure(86) and rows["410100"] == Figure(33) and rows["411000"] == Figure(53)
    assert rows["410300"] == Figure(0)
    flow, ever = "henan.little_giant_flow", "province.little_giant_cumulative"
    assert reported.figures(date(2022, 8, 31), flow, ever) == {
        flow: Figure(0, 100, 100, False),
        ever: Figure(207),
    }
    assert reported.figures(date(2023, 3, 22), ever) == {ever: Figure(370)}
    assert reported.figures(date(2022, 12, 31), flow) == {flow: Figure(163, 100, -63, True)}
    # of the 86 and the 121 of 2021 nobody is left in force; all count as ever recognised
    stock = "province.little_giant_stock"
    assert reported.figures(date(2024, 10, 16), ever, stock) == {ever: Figure(414), stock: Figure(163 + 44)}


def test_who_had_a_title_before_august_2022_stands_on_the_innovative_list_of_that_year(
    reported: Reported,
) -> None:
    """Henan Daily as reprinted, 2023-03: 7826 on the list of 2022, 10040 innovative in all: who had been provincial or
    little giant before was put on it. The city broadcaster tells the same way. Nobody is innovative by a higher title."""
    span = {"first": date(2023, 1, 1), "last": date(2025, 12, 31)}
    provincial = reported.cohort("provincial", 2211, 2022, 6, ELSEWHERE)
    giants = reported.cohort("little_giant", 10040 - 7826 - 2211, 2022, 7, ELSEWHERE)
    reported.listed("innovative", reported.enterprises(7826, ELSEWHERE), date(2023, 2, 1), **span)
    stock, ever = "province.innovative_stock", "province.innovative_cumulative"
    before = {stock: Figure(7826), ever: Figure(7826)}
    assert reported.figures(date(2023, 2, 28), stock, ever) == before
    reported.listed("innovative", [*provincial, *giants], date(2023, 3, 1), **span)
    day, flow = date(2023, 3, 22), "henan.innovative_flow"
    told = {"province.little_giant_stock": Figure(3), "province.provincial_stock": Figure(2211)}
    assert reported.figures(day, stock, ever, flow, *told) == {
        stock: Figure(10040),
        ever: Figure(10040),
        flow: Figure(10040, 10000, -40, True),
        **told,
    }
    # the whole cohort counts on its last day and not on the next
    assert reported.figures(date(2025, 12, 31), stock, ever) == {stock: Figure(10040), ever: Figure(10040)}
    assert reported.figures(date(2026, 1, 1), stock, ever) == {stock: Figure(0), ever: Figure(10040)}


# ── three years, to the day ───────────────────────────────────────────────────────────────────────────


def test_a_cohort_of_2023_counts_on_its_last_day_and_is_under_review_on_the_next(reported: Reported) -> None:
    """Notice of 2023-05: 551 of the first batch, valid from 2023-01-01 to 2025-12-31; the goal of Zhengzhou is 500."""
    span = {"first": date(2023, 1, 1), "last": date(2025, 12, 31)}
    reported.listed("provincial", reported.enterprises(551, ZHENGZHOU), date(2023, 5, 5), **span)
    stock, list_ = "zhengzhou.provincial_stock", "zhengzhou.whitelist"
    last, after = (reported.on(day, stock, list_) for day in (span["last"], span["last"] + ONE_DAY))
    (row,), (later,) = last["target"], after["target"]
    assert (figure(row), figure(later)) == (Figure(551, 500, -51, True), Figure(0, 500, 500, False))
    verdicts = [[row["verdict"] for row in one["whitelist"]] for one in (last, after)]
    assert verdicts == [["listed"] * 551, ["review"] * 551]
    assert {row["days_to_lapse"] for row in last["whitelist"]} == {0}


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2021, 12, 31), None),
        (date(2022, 4, 20), 226),
        (date(2024, 12, 31), 226),
        (date(2025, 1, 1), 0),
    ],
)
def test_luoyangs_first_municipal_titles(reported: Reported, day: date, held: int | None) -> None:
    """Property press 2022-04: the first 226 of the city itself, for 2022 to 2024. They are no provincial titles."""
    span = {"first": date(2022, 1, 1), "last": date(2024, 12, 31)}
    reported.listed("municipal", reported.enterprises(226), date(2022, 4, 19), **span)
    stock, ever, higher = "city.municipal_stock", "city.municipal_cumulative", "luoyang.provincial_cumulative"
    found = reported.on(day, stock, ever, "city.provincial_stock", higher, "luoyang.whitelist")
    rows = {row["measure_id"]: row["actual"] for row in found["target"]}
    # before any list arrived nothing is known, not even nought
    assert rows[stock] == held and rows[ever] == (None if held is None else 226)
    assert rows["city.provincial_stock"] == (None if held is None else 0) and rows[higher] is None
    assert found["whitelist"] == []


# ── Luoyang and Zhengzhou against their goals ─────────────────────────────────────────────────────────


def test_luoyang_against_its_goals_of_2025(reported: Reported) -> None:
    """Luoyang Daily, 2025-09-30, of the five-year plan: 1404 innovative, 482 provincial, 56 little giants, 7 champions;
    city government, 2022-06: 141 provincial ones of the year, 212 together."""
    reported.cohort("provincial", 212 - 141, 2021, 6)
    reported.cohort("provincial", 141, 2022, 6)
    later = reported.cohort("provincial", 482 - 212, 2024, 6)
    reported.cohort("innovative", 904, 2022, 12)
    innovative = reported.cohort("innovative", 500, 2025, 3)
    reported.listed("little_giant", later[:56], date(2024, 9, 2), date(2024, 7, 1), date(2027, 6, 30))
    # a renewal of the same title, and a second title beside it, are no second enterprise
    reported.listed(
        "innovative", innovative[:100], date(2025, 6, 2), date(2025, 1, 1), state="复核", batch="复核"
    )
    reported.listed("champion", later[:7], date(2024, 4, 1))
    reported.listed("little_giant", later[56:65], date(2025, 7, 1), state="公示", batch="第七批")

    flow, ever = "city.provincial_flow", "luoyang.provincial_cumulative"
    then = reported.figures(date(2022, 6, 24), flow, ever)
    assert then[flow] == Figure(141) and then[ever].actual == 212
    names = ("innovative", "provincial", "little_giant")
    goals = [f"luoyang.{one}_cumulative" for one in names]
    found = reported.figures(date(2025, 9, 30), *goals, "city.champion_stock", "city.provincial_stock")
    assert [found[one] for one in goals] == [
        Figure(1404, 1500, 96, False),
        Figure(482, 400, -82, True),
        Figure(56, 80, 24, False),
    ]
    assert found["city.champion_stock"] == Figure(7)
    # whoever reads the same promise as a stock misses it: two cohorts have run out
    assert found["city.provincial_stock"] == Figure(270)


def test_zhengzhous_specialised_enterprises_of_every_tier(reported: Reported) -> None:
    """Deputy mayor, 2024-05: 3554 specialised enterprises, tiers not told; the goal is 2600 of every tier. Whatever
    the mixture, one enterprise counts once, and the goals of single tiers are judged by themselves."""
    provincial = reported.cohort("provincial", 1800, 2022, 6, ZHENGZHOU)
    reported.cohort("municipal", 3554 - 1800 - 4, 2023, 6, ZHENGZHOU)
    reported.cohort("champion", 4, 2023, 6, ZHENGZHOU)
    span = (date(2023, 9, 1), date(2023, 7, 1), date(2026, 6, 30))
    reported.listed("little_giant", provincial[:129], *span)
    reported.listed("champion", provincial[:11], *span)
    reported.cohort("innovative", 7999, 2023, 6, ZHENGZHOU)
    measures = [
        f"zhengzhou.{one}_stock" for one in ("srdi", "provincial", "little_giant", "champion", "innovative")
    ]
    assert list(reported.figures(date(2024, 5, 28), *measures).values()) == [
        Figure(3554, 2600, -954, True),
        Figure(1800, 500, -1300, True),
        Figure(129, 130, 1, False),
        Figure(15, 15, 0, True),
        Figure(7999, 8000, 1, False),
    ]


def test_sanmenxia_reaches_its_goals_exactly_and_misses_them_by_one(reported: Reported) -> None:
    """The paper of 2022: twenty little giants and a hundred provincial ones in force by the end of 2025."""
    reported.cohort("little_giant", 20, 2024, 6, "湖滨区")
    reported.cohort("provincial", 99, 2024, 6, "湖滨区")
    names = ("sanmenxia.little_giant_count", "sanmenxia.provincial_count")
    assert list(reported.figures(date(2025, 12, 31), *names).values()) == [
        Figure(20, 20, 0, True),
        Figure(99, 100, 1, False),
    ]
