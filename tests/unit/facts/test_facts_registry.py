"""Which row of which snapshot speaks for an enterprise, and whether it operates."""

from __future__ import annotations

from datetime import date

import pytest
from facts_inbox import A, B, C, Inbox

pytestmark = pytest.mark.full

AUGUST, SEPTEMBER, OCTOBER = date(2025, 8, 31), date(2025, 9, 30), date(2025, 10, 31)


def test_newest_snapshot_speaks_and_days_seen_are_kept(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": "洛阳旧名有限公司"}, as_of=AUGUST)
    newest = inbox.registry({"uscc": A, "name": "洛阳新名有限公司"}, {"uscc": B}, as_of=SEPTEMBER)
    facts = inbox.resolve(SEPTEMBER)
    row = facts.enterprises[A]
    assert (row["name"], row["first_seen"], row["last_seen"]) == ("洛阳新名有限公司", AUGUST, SEPTEMBER)
    assert (row["registry_batch_id"], row["registry_row_no"]) == (newest, 2)
    assert facts.enterprises[B]["first_seen"] == SEPTEMBER
    assert not row["vanished"]


def test_a_snapshot_of_a_later_day_is_not_known_yet(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "status": "存续"}, as_of=SEPTEMBER)
    inbox.registry({"uscc": A, "status": "注销"}, as_of=OCTOBER)
    assert inbox.resolve(date(2025, 10, 30)).enterprises[A]["operating"] is True
    assert inbox.resolve(OCTOBER).enterprises[A]["operating"] is False


def test_vanished_keeps_last_row_with_status_unknown(inbox: Inbox) -> None:
    old = inbox.registry({"uscc": A}, {"uscc": B, "status": "存续"}, as_of=AUGUST)
    inbox.registry({"uscc": A}, as_of=SEPTEMBER)
    facts = inbox.resolve(SEPTEMBER)
    row = facts.enterprises[B]
    assert row["vanished"] is True
    assert row["status"] is None and row["operating"] is None
    assert (row["last_seen"], row["registry_batch_id"], row["registry_row_no"]) == (AUGUST, old, 3)
    assert row["division_code"] == "410305"
    finding = facts.finding("enterprise.vanished")
    assert (finding["batch_id"], finding["row_no"], finding["severity"]) == (old, 3, "warning")
    assert "2025-08-31" in finding["message_zh"] and "第 3 行" in finding["message_zh"]
    # the day before the new snapshot nobody had vanished
    assert inbox.resolve(date(2025, 9, 29)).enterprises[B]["vanished"] is False


def test_come_back_is_not_vanished(inbox: Inbox) -> None:
    july = date(2025, 7, 31)
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=july)
    inbox.registry({"uscc": A}, as_of=AUGUST)
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=SEPTEMBER)
    row = inbox.resolve(SEPTEMBER).enterprises[B]
    assert (row["vanished"], row["first_seen"], row["last_seen"]) == (False, july, SEPTEMBER)


def test_parts_of_one_day_are_one_snapshot(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, as_of=SEPTEMBER, landed=1)
    inbox.registry({"uscc": B}, as_of=SEPTEMBER, landed=2)
    facts = inbox.resolve(SEPTEMBER)
    assert set(facts.enterprises) == {A, B}
    assert not any(row["vanished"] for row in facts.enterprises.values())


def test_in_one_day_the_later_arrival_wins_then_the_later_row(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "name": "乙"}, {"uscc": B, "name": "丙"}, {"uscc": B, "name": "丁"}, landed=9)
    inbox.registry({"uscc": A, "name": "甲"}, landed=1)
    facts = inbox.resolve()
    assert facts.enterprises[A]["name"] == "乙"
    assert facts.enterprises[B]["name"] == "丁"


def test_registry_as_increment_lets_nobody_vanish(inbox: Inbox) -> None:
    inbox.modes["enterprise_registry"] = "increment"
    inbox.registry({"uscc": A}, {"uscc": B}, as_of=AUGUST)
    inbox.registry({"uscc": A}, as_of=SEPTEMBER)
    row = inbox.resolve().enterprises[B]
    assert (row["vanished"], row["operating"]) == (False, True)


STATUS_WORDS = [
    ("存续（在营、开业、在册）", True),
    ("存续", True),
    ("在业", True),
    ("开业", True),
    ("在营", True),
    ("正常", True),
    ("仍注册", True),
    ("1", True),
    ("注销", False),
    ("吊销", False),
    ("吊销，未注销", False),
    ("吊销,已注销", False),
    ("撤销", False),
    ("迁出", False),
    ("迁出（外省）", False),
    ("2", False),
    ("6", False),
    ("停业", None),
    ("清算", None),
    ("责令关闭", None),
    ("其他", None),
    ("9", None),
    (None, None),
]


def test_status_words(inbox: Inbox) -> None:
    rows = {f"X{number:017d}": case for number, case in enumerate(STATUS_WORDS)}
    inbox.registry(*({"uscc": uscc, "status": word} for uscc, (word, _) in rows.items()))
    facts = inbox.resolve()
    found = [(word, facts.enterprises[uscc]["operating"]) for uscc, (word, _) in rows.items()]
    assert found == STATUS_WORDS
    assert facts.checks() == []


def test_unknown_status_word_is_unknown_and_reported(inbox: Inbox) -> None:
    inbox.registry({"uscc": A, "status": "休眠"}, {"uscc": C})
    facts = inbox.resolve()
    assert facts.enterprises[A]["operating"] is None
    assert facts.finding("status.unknown_word")["raw_value"] == "休眠"
