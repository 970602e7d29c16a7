"""Loans and guarantees: the titles in force on their own day, who is meant, and which rows are none."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import BIZ_DATE, A, B, C, Facts, Inbox

from srdi.facts.manifest import NameDecision

pytestmark = pytest.mark.full

ONE_DAY = timedelta(1)
FIRST, LAST = date(2024, 3, 1), date(2025, 2, 28)


def loan(number: str, day: date | None, uscc: str | None = A, **row: Any) -> dict[str, Any]:
    return {"loan_no": number, "uscc": uscc, "bank": "洛水样例农商行", "lent_on": day} | row


def guarantee(number: str, name: str | None, uscc: str | None = None, **row: Any) -> dict[str, Any]:
    return {"contract_no": number, "name": name, "uscc": uscc, "started_on": FIRST} | row


def titled(inbox: Inbox, *rows: dict[str, Any]) -> None:
    inbox.registry({"uscc": A}, {"uscc": B})
    usual = {"name": f"洛阳{A[-2:]}有限公司", "uscc": A, "title": "省级", "batch": "一", "state": "认定"}
    inbox.stage("title_list", [usual | row for row in rows])


def of(facts: Facts, table: str = "loan") -> dict[str, dict[str, Any]]:
    key = {"loan": "loan_no", "guarantee": "contract_no"}[table]
    return {row[key]: row for row in facts.events[table]}


def flags(facts: Facts) -> dict[str, tuple[bool | None, bool | None]]:
    return {number: (row["srdi"], row["provincial_or_above"]) for number, row in of(facts).items()}


def around(*days: date) -> list[dict[str, Any]]:
    """Loans of the day before, and on, each day."""
    return [loan(day.isoformat(), day) for each in days for day in (each - ONE_DAY, each)]


def test_a_loan_row_in_full(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    batch = inbox.stage(
        "financing_loan",
        [
            loan(
                "J1",
                FIRST,
                application_no="S1",
                product="科技贷",
                lent_until=date(2026, 3, 1),
                loan_amount=Decimal("3000000"),
                loan_balance=Decimal("2999999.99"),
                rate=Decimal("0.034500"),
                guarantee_way="信用",
                finance_type="风险补偿",
                first_loan=True,
                credit_loan=True,
                renewal_loan=False,
                risk_class="正常",
                loan_state="正常",
            )
        ],
    )
    assert inbox.resolve().events["loan"] == [
        {
            "day": FIRST,
            "uscc": A,
            "city_code": "410300",
            "division_code": "410305",
            "srdi": None,
            "provincial_or_above": None,
            "sme": None,
            "small_micro": None,
            "loan_no": "J1",
            "application_no": "S1",
            "bank": "洛水样例农商行",
            "product": "科技贷",
            "lent_on": FIRST,
            "due_on": date(2026, 3, 1),
            "amount": Decimal("3000000.00"),
            "balance": Decimal("2999999.99"),
            "rate": Decimal("0.034500"),
            "guarantee_way": "信用",
            "finance_type": "风险补偿",
            "first_loan": True,
            "credit_loan": True,
            "renewal_loan": False,
            "risk_class": "正常",
            "medium_long": True,
            "batch_id": batch,
            "row_no": 2,
        }
    ]


def test_titles_count_from_their_first_to_their_last_day(inbox: Inbox) -> None:
    titled(inbox, {"valid_from": FIRST, "valid_to": LAST})
    inbox.stage("financing_loan", [*around(FIRST, LAST + ONE_DAY), loan("B", FIRST, B)])
    facts = inbox.resolve()
    assert facts.enterprises[A]["srdi"] is False, "on the business day it is over"
    assert flags(facts) == {
        "2024-02-29": (False, False),
        "2024-03-01": (True, True),
        "2025-02-28": (True, True),
        "2025-03-01": (False, False),
        "B": (False, False),
    }


def test_a_cancelled_title_stands_until_the_day_it_was_cancelled(inbox: Inbox) -> None:
    cancelled = date(2024, 6, 15)
    titled(
        inbox,
        {"recognised_on": FIRST, "valid_from": FIRST, "valid_to": LAST},
        {"state": "取消", "recognised_on": cancelled},
    )
    inbox.stage("financing_loan", around(FIRST, cancelled))
    assert flags(inbox.resolve()) == {
        "2024-02-29": (False, False),
        "2024-03-01": (True, True),
        "2024-06-14": (True, True),
        "2024-06-15": (False, False),
    }


def test_a_renewal_extends_without_a_gap(inbox: Inbox) -> None:
    titled(
        inbox,
        {"valid_from": FIRST, "valid_to": date(2024, 5, 31)},
        {"state": "复核", "batch": "二", "valid_from": date(2024, 6, 1), "valid_to": LAST},
        {"batch": "三", "state": "公示", "valid_from": date(2025, 3, 1), "valid_to": date(2028, 1, 1)},
    )
    inbox.stage("financing_loan", around(date(2024, 6, 1), LAST + ONE_DAY))
    found = flags(inbox.resolve())
    assert [found[day] for day in ("2024-05-31", "2024-06-01", "2025-02-28", "2025-03-01")] == [
        (True, True),
        (True, True),
        (True, True),
        (False, False),
    ]


def test_which_titles_count(inbox: Inbox) -> None:
    # in the wide sense; provincial or above; the same where champions count among them
    kinds = {
        "创新型": (False, False, False),
        "市级": (True, False, False),
        "省级": (True, True, True),
        "小巨人": (True, True, True),
        "单项冠军企业": (True, False, True),
        "单项冠军产品": (True, False, True),
        "高企": (False, False, False),
    }
    codes = {kind: f"91410300MA000001{n}X" for n, kind in enumerate(kinds)}
    inbox.registry(*({"uscc": code, "name": f"洛阳{code[-3:]}厂"} for code in codes.values()))
    usual = {"batch": "一", "state": "认定", "valid_from": FIRST, "valid_to": LAST}
    titles = [
        usual | {"name": f"洛阳{code[-3:]}厂", "uscc": code, "title": kind} for kind, code in codes.items()
    ]
    inbox.stage("title_list", titles)
    inbox.stage("financing_loan", [loan(kind, FIRST, code) for kind, code in codes.items()])
    assert flags(inbox.resolve()) == {kind: (wide, tier) for kind, (wide, tier, _) in kinds.items()}
    champions = {kind: (wide, tier) for kind, (wide, _, tier) in kinds.items()}
    assert flags(inbox.resolve(champion_counts=True)) == champions


def test_a_title_without_any_day_is_unknown_until_cancelled(inbox: Inbox) -> None:
    titled(inbox, {})
    inbox.stage("financing_loan", around(FIRST))
    assert set(flags(inbox.resolve()).values()) == {(None, None)}
    inbox.stage(
        "title_list",
        [
            {
                "name": f"洛阳{A[-2:]}有限公司",
                "uscc": A,
                "title": "省级",
                "state": "取消",
                "recognised_on": FIRST,
            }
        ],
    )
    assert flags(inbox.resolve()) == {"2024-02-29": (None, None), "2024-03-01": (False, False)}


def test_a_dated_title_goes_before_an_undated_one(inbox: Inbox) -> None:
    titled(inbox, {"title": "小巨人", "batch": "无日期"}, {"valid_from": FIRST, "valid_to": LAST})
    inbox.stage("financing_loan", around(FIRST))
    assert flags(inbox.resolve()) == {"2024-02-29": (None, None), "2024-03-01": (True, True)}


def test_without_title_lists_nobody_knows(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    inbox.stage("financing_loan", [loan("1", FIRST), loan("undated", None)])
    assert flags(inbox.resolve()) == {"1": (None, None), "undated": (None, None)}
    inbox.stage("title_list", [])
    assert flags(inbox.resolve()) == {"1": (False, False), "undated": (None, None)}


def test_medium_and_long_is_more_than_one_calendar_year(inbox: Inbox) -> None:
    expected = {
        (date(2024, 3, 1), date(2025, 2, 28)): False,
        (date(2024, 3, 1), date(2025, 3, 1)): False,
        (date(2024, 3, 1), date(2025, 3, 2)): True,
        # a year of 366 days is one year all the same
        (date(2023, 3, 1), date(2024, 3, 1)): False,
        (date(2023, 3, 1), date(2024, 3, 2)): True,
        (date(2024, 2, 29), date(2025, 2, 28)): False,
        (date(2024, 2, 29), date(2025, 3, 1)): True,
        (date(2024, 3, 1), None): None,
    }
    rows = [loan(f"{n}", lent, lent_until=due) for n, (lent, due) in enumerate(expected)]
    inbox.stage("financing_loan", rows)
    found = of(inbox.resolve())
    assert {(row["lent_on"], row["due_on"]): row["medium_long"] for row in found.values()} == expected


def test_loans_of_nobody_of_later_and_never_paid_out(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    inbox.stage(
        "financing_loan",
        [
            loan("no code", FIRST, None),
            loan("stranger", FIRST, "91410300MA0000009X"),
            loan("today", BIZ_DATE),
            loan("tomorrow", BIZ_DATE + ONE_DAY),
            loan("waiting", FIRST, loan_state="未放款"),
            loan("waiting too", None, _missing='{"uscc":"withheld","lent_on":"not_applicable"}'),
            loan("undated", None, _missing='{"lent_until":"not_applicable"}'),
            loan("done", FIRST, loan_state="结清"),
        ],
    )
    found = of(inbox.resolve())
    assert {number: row["uscc"] for number, row in found.items()} == {
        "no code": None,
        "stranger": None,
        "today": A,
        "undated": A,
        "done": A,
    }
    assert found["no code"]["city_code"] is None and found["done"]["city_code"] == "410300"


def test_a_later_word_on_a_loan_replaces_the_whole_row(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, as_of=date(2024, 5, 1))
    inbox.stage("financing_loan", [loan("1", FIRST, loan_balance=Decimal(9))], date(2024, 5, 1))
    inbox.stage("financing_loan", [loan("1", FIRST, loan_state="未放款")], date(2024, 6, 1))
    assert of(inbox.resolve(date(2024, 5, 31)))["1"]["balance"] == Decimal("9.00")
    assert of(inbox.resolve(date(2024, 6, 1))) == {}


def companies(inbox: Inbox) -> None:
    inbox.registry(
        {"uscc": A, "name": "洛阳恒远轴承有限公司", "former_names": ["洛阳恒远机械厂"]},
        {"uscc": B, "name": "洛阳同名有限公司"},
        {"uscc": C, "name": "洛阳同名有限公司"},
    )


@pytest.mark.parametrize(
    ("name", "code", "owner", "method", "state", "check"),
    [
        ("洛阳恒远轴承有限公司", None, A, "exact", "accepted", None),
        ("洛阳 恒远轴承有限公司　", None, A, "exact", "accepted", None),
        ("洛阳恒远机械厂", None, A, "former", "accepted", None),
        ("洛阳恒远轴承有限公司", A, A, "code", "accepted", None),
        ("从未有过的名称", A, A, "code", "accepted", "guarantee.name_unknown"),
        ("洛阳同名有限公司", A, None, "code", "open", "guarantee.name_of_another"),
        ("洛阳同名有限公司", None, None, "exact", "open", "guarantee.name_borne_by_many"),
        ("洛阳同名有限公司", B, B, "code", "accepted", None),
        ("从未有过的名称", "91410300MA0000009X", None, "proposed", "open", "guarantee.code_unknown"),
        ("从未有过的名称", None, None, "proposed", "open", "guarantee.unmatched"),
    ],
)
def test_whose_guarantee_it_is(
    inbox: Inbox, name: str, code: str | None, owner: str | None, method: str, state: str, check: str | None
) -> None:
    companies(inbox)
    inbox.stage("financing_guarantee", [guarantee("1", name, code)])
    facts = inbox.resolve()
    (row,) = facts.names
    assert of(facts, "guarantee")["1"]["uscc"] == owner
    assert (row["source"], row["raw_name"]) == ("financing_guarantee", name)
    assert (row["method"], row["state"], row["uscc"]) == (method, state, owner)
    assert facts.checks() == ([check] if check else [])


def test_a_likely_name_is_proposed_never_matched(inbox: Inbox) -> None:
    companies(inbox)
    inbox.stage("financing_guarantee", [guarantee("1", "洛阳恒远轴呈有限公司")])
    facts = inbox.resolve()
    assert of(facts, "guarantee")["1"]["uscc"] is None
    assert (facts.names[0]["uscc"], facts.names[0]["state"]) == (A, "open")


def test_decisions_hold_for_the_source_they_were_made_in(inbox: Inbox) -> None:
    companies(inbox)
    name = "洛阳同名有限公司"
    inbox.stage("financing_guarantee", [guarantee("1", name)])
    title = {"name": name, "title": "省级", "state": "认定", "valid_from": FIRST, "valid_to": LAST}
    inbox.stage("title_list", [title])
    facts = inbox.resolve(decisions=[NameDecision("financing_guarantee", name, C, "accepted")])
    assert of(facts, "guarantee")["1"]["uscc"] == C
    assert facts.titles[0]["uscc"] is None and facts.checks() == ["title.name_borne_by_many"]
    assert [(row["source"], row["state"]) for row in facts.names] == [
        ("financing_guarantee", "accepted"),
        ("title_list", "open"),
    ]
    facts = inbox.resolve(decisions=[NameDecision("title_list", name, C, "accepted")])
    assert of(facts, "guarantee")["1"]["uscc"] is None and facts.titles[0]["uscc"] == C


def test_a_rejected_name_is_nobodys(inbox: Inbox) -> None:
    companies(inbox)
    name = "洛阳恒远机械厂"
    inbox.stage("financing_guarantee", [guarantee("1", name)])
    facts = inbox.resolve(decisions=[NameDecision("financing_guarantee", name, A, "rejected")])
    assert of(facts, "guarantee")["1"]["uscc"] is None
    assert (facts.names[0]["state"], facts.checks()) == ("rejected", [])


def test_a_guarantee_row_in_full(inbox: Inbox) -> None:
    titled(inbox, {"valid_from": FIRST, "valid_to": LAST})
    batch = inbox.stage(
        "financing_guarantee",
        [
            guarantee(
                "W1",
                f"洛阳{A[-2:]}有限公司",
                loan_no="J1",
                guarantor="样例融资担保有限公司",
                guarantee_amount=Decimal("5000000"),
                fee_rate=Decimal("0.008500"),
                guaranteed_until=date(2025, 3, 1),
                release_type="正常解保",
            )
        ],
    )
    assert inbox.resolve().events["guarantee"] == [
        {
            "day": FIRST,
            "uscc": A,
            "city_code": "410300",
            "division_code": "410305",
            "srdi": True,
            "provincial_or_above": True,
            "sme": None,
            "small_micro": None,
            "contract_no": "W1",
            "loan_no": "J1",
            "bank": "样例融资担保有限公司",
            "amount": Decimal("5000000.00"),
            "fee_rate": Decimal("0.008500"),
            "started_on": FIRST,
            "ends_on": date(2025, 3, 1),
            "release_type": "正常解保",
            "batch_id": batch,
            "row_no": 2,
        }
    ]


def test_guarantees_of_nobody_of_later_and_never_paid_out(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    own = f"洛阳{A[-2:]}有限公司"
    inbox.stage(
        "financing_guarantee",
        [
            guarantee("nobody", None),
            guarantee("today", own, started_on=BIZ_DATE),
            guarantee("tomorrow", own, started_on=BIZ_DATE + ONE_DAY),
            guarantee("waiting", own, loan_state="未放款"),
            guarantee("waiting too", own, started_on=None, _missing='{"started_on":"not_applicable"}'),
            guarantee("by code", None, A),
        ],
    )
    facts = inbox.resolve()
    assert {number: row["uscc"] for number, row in of(facts, "guarantee").items()} == {
        "nobody": None,
        "today": A,
        "by code": A,
    }
    assert [row["raw_name"] for row in facts.names] == [own], "nobody waits for a name that is not there"
    assert facts.checks() == []
