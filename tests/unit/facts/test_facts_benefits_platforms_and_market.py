"""Tax benefits of the closed year, members of the financing platforms, the listing reserve; small and micro."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import BIZ_DATE, A, B, C, Inbox

pytestmark = pytest.mark.full

ONE_DAY = timedelta(1)
RESEARCH, REFUND = "研发费用加计扣除", "增值税留抵退税"
BENEFITS = (
    "rd_deduction_entitled",
    "rd_deduction_enjoyed",
    "vat_refund_entitled",
    "vat_refund_enjoyed",
    "benefit_entitled",
    "benefits_all_enjoyed",
    "benefit_billed",
)
PLATFORMS = {
    "中原中小企业指数服务平台": "platform_index",
    "郑州中小微企业金融综合服务平台": "platform_city_finance",
    "省金融服务共享平台": "platform_shared",
    "全国中小企业融资综合信用服务平台（河南站）": "platform_credit_station",
    "省中小企业融资云平台": "platform_cloud",
    "洛阳市智慧金融服务平台": "platform_smart",
}
CLOUD = "省中小企业融资云平台"
Y, N, U = True, False, None


def benefit(
    uscc: str, item: str, entitled: bool | None, enjoyed: bool | None, amount: str | None = None
) -> dict[str, Any]:
    return {
        "uscc": uscc,
        "year": 2024,
        "benefit_item": item,
        "entitled": entitled,
        "enjoyed": enjoyed,
        "benefit_amount": amount and Decimal(amount),
    }


def member(name: str, uscc: str | None = None, platform: str = CLOUD, **row: Any) -> dict[str, Any]:
    usual = {"member_kind": "企业", "joined_on": date(2025, 3, 1), "member_state": "在册"}
    return {"platform": platform, "name": name, "uscc": uscc} | usual | row


# rows (item, entitled, enjoyed) → benefit_entitled, benefits_all_enjoyed
CASES = [
    ([(RESEARCH, Y, Y), (REFUND, Y, Y)], (Y, Y)),
    ([(RESEARCH, Y, Y), (REFUND, Y, N)], (Y, N)),
    ([(RESEARCH, Y, Y), (REFUND, N, N)], (Y, Y)),
    ([("某项", Y, Y)], (Y, Y)),
    ([(RESEARCH, N, N)], (N, N)),
    ([(RESEARCH, N, Y)], (N, N)),
    ([(RESEARCH, Y, U)], (Y, U)),
    ([(RESEARCH, U, N)], (U, U)),
    ([(RESEARCH, U, Y)], (U, U)),
    ([(RESEARCH, Y, Y), (REFUND, U, Y)], (Y, Y)),
    ([(RESEARCH, Y, Y), (REFUND, U, N)], (Y, U)),
    ([(RESEARCH, Y, N), (REFUND, U, U)], (Y, N)),
]


def test_entitled_to_any_and_enjoying_all(inbox: Inbox) -> None:
    codes = [f"X{number:017d}" for number in range(len(CASES))]
    inbox.registry(*({"uscc": code} for code in codes))
    rows = [benefit(code, *row) for code, (own, _) in zip(codes, CASES, strict=True) for row in own]
    inbox.stage("tax_benefit", rows)
    facts = inbox.resolve().enterprises
    for code, (own, expected) in zip(codes, CASES, strict=True):
        assert (facts[code]["benefit_entitled"], facts[code]["benefits_all_enjoyed"]) == expected, own


def test_items_amounts_and_the_row_behind_them(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B})
    batch = inbox.stage(
        "tax_benefit",
        [
            benefit(A, RESEARCH, Y, N, "0"),
            benefit(A, RESEARCH, Y, Y, "100.10"),
            benefit(A, "某项", Y, Y, "0.05"),
            benefit(B, REFUND, Y, U),
            benefit(B, RESEARCH, U, N, "0") | {"year": 2023},
            benefit(B, RESEARCH, Y, Y, "5") | {"year": 2025},
        ],
    )
    facts = inbox.resolve()
    one, other = facts.enterprises[A], facts.enterprises[B]
    assert [one[fact] for fact in BENEFITS] == [Y, Y, N, N, Y, Y, Y]
    assert one["benefits_amount"] == Decimal("100.15")
    assert (one["tax_benefit_batch_id"], one["tax_benefit_row_no"]) == (batch, 4)
    assert [other[fact] for fact in BENEFITS] == [N, N, Y, U, Y, U, N], "only the closed year counts"
    assert other["benefits_amount"] is None
    assert facts.finding("word.unknown")["raw_value"] == "某项"


@pytest.mark.parametrize(("freshness", "silent"), [("fresh", False), ("late", False), ("stale", None)])
def test_silence_about_benefits(inbox: Inbox, freshness: str, silent: bool | None) -> None:
    inbox.registry({"uscc": A}, {"uscc": B})
    inbox.stage("tax_benefit", [benefit(A, RESEARCH, Y, Y, "1")])
    inbox.freshness["tax_benefit"] = freshness
    facts = inbox.resolve().enterprises
    assert {facts[B][fact] for fact in BENEFITS} == {silent}
    assert facts[A]["rd_deduction_enjoyed"] is True and facts[A]["vat_refund_entitled"] is silent


def test_a_closed_year_without_any_row_tells_nothing(inbox: Inbox) -> None:
    """The day the year closes, last quarter's file keeps the source fresh and says nothing of the new year yet."""
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=date(2025, 1, 1))
    inbox.stage("tax_benefit", [benefit(A, RESEARCH, Y, Y, "1")], as_of=date(2025, 4, 30))
    told = inbox.resolve(date(2025, 6, 1)).enterprises
    assert {told[B][fact] for fact in BENEFITS} == {False}
    silent = inbox.resolve(date(2026, 6, 1)).enterprises
    assert {silent[code][fact] for code in (A, B) for fact in BENEFITS} == {None}


def test_one_flag_a_platform(inbox: Inbox) -> None:
    codes = dict(zip(PLATFORMS, [f"X{number:017d}" for number in range(6)], strict=True))
    inbox.registry(*({"uscc": code} for code in codes.values()), {"uscc": A})
    inbox.stage(
        "platform_membership", [member(f"甲{code}", code, platform) for platform, code in codes.items()]
    )
    facts = inbox.resolve().enterprises
    for platform, code in codes.items():
        held = {fact for fact in PLATFORMS.values() if facts[code][fact]}
        assert held == {PLATFORMS[platform]}
        assert all(facts[code][fact] is not None for fact in PLATFORMS.values())
    assert {facts[A][fact] for fact in PLATFORMS.values()} == {False}
    inbox.freshness["platform_membership"] = "stale"
    facts = inbox.resolve().enterprises
    assert facts[codes[CLOUD]]["platform_cloud"] is True and facts[codes[CLOUD]]["platform_smart"] is None


def test_who_is_a_member_on_the_day(inbox: Inbox) -> None:
    rows = {
        "today": {"joined_on": BIZ_DATE},
        "tomorrow": {"joined_on": BIZ_DATE + ONE_DAY},
        "undated": {"joined_on": None},
        "left": {"member_state": "退出"},
        "asked": {"member_state": "待审"},
        "bank": {"member_kind": "银行"},
    }
    inbox.registry(*({"uscc": code} for code in rows))
    inbox.stage("platform_membership", [member(code, code, **row) for code, row in rows.items()])
    facts = inbox.resolve()
    members = {code for code in rows if facts.enterprises[code]["platform_cloud"]}
    assert members == {"today", "undated"}
    listed = [(e["uscc"], e["bank"], e["day"]) for e in facts.events["platform_member"]]
    assert listed == [
        (None, "bank", date(2025, 3, 1)),
        ("today", None, BIZ_DATE),
        ("undated", None, None),
    ]


def test_only_the_newest_export_of_members_is_true(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=date(2025, 1, 1))
    inbox.stage("platform_membership", [member("甲", A), member("乙", B)], date(2025, 8, 31))
    newest = inbox.stage("platform_membership", [member("甲", A)], date(2025, 9, 30))
    before, now = inbox.resolve(date(2025, 9, 29)), inbox.resolve(date(2025, 9, 30))
    assert [day.enterprises[B]["platform_cloud"] for day in (before, now)] == [True, False]
    assert now.enterprises[A]["platform_batch_id"] == newest
    assert [e["uscc"] for e in now.events["platform_member"]] == [A]


def test_members_with_place_and_titles_of_the_day_of_joining(inbox: Inbox) -> None:
    title = {
        "title": "省级",
        "state": "认定",
        "recognised_on": date(2025, 3, 1),
        "valid_to": date(2027, 2, 28),
    }
    inbox.registry(*({"uscc": code, "name": f"洛阳{code}有限公司"} for code in (A, B, C)), {"uscc": "none"})
    inbox.stage(
        "title_list",
        [
            title | {"uscc": A, "name": f"洛阳{A}有限公司"},
            title | {"uscc": B, "name": f"洛阳{B}有限公司", "title": "市级"},
            {"uscc": C, "name": f"洛阳{C}有限公司", "title": "小巨人", "state": "认定"},
        ],
    )
    inbox.stage(
        "platform_membership",
        [
            member("甲", A, joined_on=date(2025, 2, 28)),
            member("甲", A, platform="洛阳市智慧金融服务平台", joined_on=date(2025, 3, 1)),
            member("乙", B, joined_on=date(2025, 3, 1)),
            member("丙", C, joined_on=date(2025, 3, 1)),
            member("丁", "none", joined_on=date(2025, 3, 1)),
            member("无人", "91410300MA0000009Z"),
            member("某银行", platform="洛阳市智慧金融服务平台", member_kind="银行"),
            member("某银行", platform=CLOUD, member_kind="银行"),
        ],
    )
    rows = inbox.resolve().events["platform_member"]
    found = {(e["uscc"] or e["bank"], e["platform"], e["day"]): e for e in rows}

    def flags(who: str | None, platform: str = CLOUD, day: date = date(2025, 3, 1)) -> tuple[Any, Any]:
        return found[who, platform, day]["srdi"], found[who, platform, day]["provincial_or_above"]

    assert flags(A, day=date(2025, 2, 28)) == (False, False), "recognised only the day after"
    assert flags(A, "洛阳市智慧金融服务平台") == (True, True)
    assert flags(B) == (True, False)
    assert flags(C) == (None, None), "no day is known of its title"
    assert flags("none") == (False, False)
    assert flags(None) == (None, None), "nobody the registry knows"
    assert found[A, CLOUD, date(2025, 2, 28)]["division_code"] == "410305"
    bank = found["某银行", "洛阳市智慧金融服务平台", date(2025, 3, 1)]
    assert (bank["city_code"], bank["division_code"], bank["srdi"]) == ("410300", None, None)
    assert found["某银行", CLOUD, date(2025, 3, 1)]["city_code"] is None
    assert found[None, CLOUD, date(2025, 3, 1)]["city_code"] is None


def test_names_beside_codes_are_compared(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": "洛阳甲有限公司"}, {"uscc": B, "name": "洛阳乙有限公司"})
    inbox.stage("cloud_adoption", [{"uscc": A, "name": "洛阳乙有限公司", "adopted_on": BIZ_DATE}])
    inbox.stage("capital_market", [{"uscc": "none", "name": "无人", "event_no": "1", "event_on": BIZ_DATE}])
    inbox.stage("platform_membership", [member("洛阳甲有限公司", A), member("银行", C, member_kind="银行")])
    checks = {(f["check_id"], f["batch_id"].split("-")[0]) for f in inbox.resolve().findings}
    assert ("code.name_of_another", "cloud_adoption") in checks
    assert ("code.not_registered", "capital_market") in checks
    assert not any(source == "platform_membership" for _, source in checks)


def test_the_listing_reserve(inbox: Inbox) -> None:
    def matter(number: str, uscc: str, event: str, day: date) -> dict[str, Any]:
        return {"event_no": number, "uscc": uscc, "capital_event": event, "event_on": day}

    inbox.registry({"uscc": A}, {"uscc": B}, {"uscc": C}, as_of=date(2025, 1, 1))
    first = inbox.stage(
        "capital_market",
        [
            matter("1", A, "后备入库", BIZ_DATE),
            matter("2", A, "后备入库", date(2025, 1, 5)),
            matter("3", B, "后备入库", BIZ_DATE + ONE_DAY),
            matter("4", C, "后备入库", date(2025, 1, 5)),
            matter("5", B, "受理", date(2025, 1, 5)),
        ],
        date(2025, 2, 1),
    )
    inbox.stage("capital_market", [matter("4", C, "辅导备案", date(2025, 1, 5))], date(2025, 9, 1))
    facts = inbox.resolve().enterprises
    assert [facts[code]["listing_reserve"] for code in (A, B, C)] == [True, False, False]
    assert facts[A]["listing_reserve_on"] == date(2025, 1, 5)
    assert (facts[A]["capital_batch_id"], facts[A]["capital_row_no"]) == (first, 3)
    assert inbox.resolve(BIZ_DATE + ONE_DAY).enterprises[B]["listing_reserve"] is True
    inbox.freshness["capital_market"] = "stale"
    assert inbox.resolve().enterprises[B]["listing_reserve"] is None


@pytest.mark.parametrize(
    ("employees", "revenue", "small"),
    # industry: medium from 300 persons and 20 million on, large from 1000 and 400 million
    [
        (299, "500000000", True),
        (300, "20000000", False),
        (300, "19999999.99", True),
        (5000, "500000000", False),
        (299, None, True),
        (300, None, None),
        (None, "2999999", True),
    ],
)
def test_small_or_micro(inbox: Inbox, employees: int | None, revenue: str | None, small: bool | None) -> None:
    inbox.registry({"uscc": A})
    inbox.stage(
        "tax_annual",
        [{"uscc": A, "year": 2024, "employees": employees, "revenue": revenue and Decimal(revenue)}],
    )
    assert inbox.resolve().enterprises[A]["small_micro"] is small
