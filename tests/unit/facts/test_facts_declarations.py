"""What an enterprise declared: which declaration counts, and what its words mean."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from facts_inbox import A, B, C, Inbox

pytestmark = pytest.mark.full

FLAGS = {
    "product_fields": [
        "product_key_link",
        "product_six_bases",
        "product_supporting",
        "product_power_field",
        "product_emerging",
    ],
    "certifications": ["certified_system", "certified_quality", "certified_environment"],
    "direct_conditions": ["award_national", "award_provincial", "maker_top500", "maker_top50", "ip_model"],
}
EVERY = [flag for flags in FLAGS.values() for flag in flags]
# a word as it stands in the cell → the flags it sets
WORDS = [
    ("product_fields", "关键领域补短板", {"product_key_link"}),
    ("product_fields", "锻长板", {"product_key_link"}),
    ("product_fields", "填空白", {"product_key_link"}),
    ("product_fields", "工业“六基”", {"product_six_bases", "product_power_field"}),
    ("product_fields", "中华老字号", {"product_supporting"}),
    ("product_fields", "关键产业链重点龙头配套（某集团）", {"product_supporting"}),
    ("product_fields", "制造强国十大重点产业领域", {"product_power_field"}),
    ("product_fields", "网络强国", {"product_power_field"}),
    ("product_fields", "战略性新兴产业", {"product_emerging"}),
    ("product_fields", "其他领域", set()),
    ("certifications", "ISO 9001:2015", {"certified_system", "certified_quality"}),
    ("certifications", "T 19001-2016", {"certified_system", "certified_quality"}),
    ("certifications", "ISO14001环境管理体系认证证书", {"certified_system", "certified_environment"}),
    ("certifications", "IATF16949", {"certified_system"}),
    ("certifications", "CE认证", {"certified_system"}),
    ("certifications", "CCC", set()),
    ("certifications", "GB", set()),
    ("direct_conditions", "近三年获得国家级科技奖励（前三名）", {"award_national"}),
    ("direct_conditions", "省级科技奖励", {"award_provincial"}),
    ("direct_conditions", "创客中国全国500强", {"maker_top500"}),
    ("direct_conditions", "创客中国全国50强企业组", {"maker_top500", "maker_top50"}),
    ("direct_conditions", "知识产权示范企业", {"ip_model"}),
    ("direct_conditions", "国家级技术创新示范企业", {"ip_model"}),
    ("direct_conditions", "高新技术企业", set()),
]


def declared(uscc: str, year: int = 2025, **row: Any) -> dict[str, Any]:
    return {"uscc": uscc, "year": year} | row


def test_what_each_word_means(inbox: Inbox) -> None:
    codes = [f"X{number:017d}" for number in range(len(WORDS))]
    inbox.registry(*({"uscc": code} for code in codes))
    inbox.stage(
        "annual_declaration",
        [declared(code, **{field: [word]}) for code, (field, word, _) in zip(codes, WORDS, strict=True)],
    )
    facts = inbox.resolve()
    for code, (_, word, flags) in zip(codes, WORDS, strict=True):
        row = facts.enterprises[code]
        assert {flag for flag in EVERY if row[flag]} == flags, word
        assert all(row[flag] is not None for flag in EVERY), word
    assert "word.unknown" not in facts.checks()


def test_several_words_add_up_and_unknown_ones_are_told_once(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B}, {"uscc": C})
    batch = inbox.stage(
        "annual_declaration",
        [
            declared(A, product_fields=["补短板", "元宇宙", "网络强国"], certifications=["怪证"]),
            declared(B, product_fields=["元宇宙", "区块链"]),
        ],
    )
    facts = inbox.resolve()
    row = facts.enterprises[A]
    assert (row["product_key_link"], row["product_power_field"], row["product_six_bases"]) == (
        True,
        True,
        False,
    )
    unknown = [
        (f["batch_id"], f["row_no"], f["field"], f["raw_value"])
        for f in facts.findings
        if f["check_id"] == "word.unknown"
    ]
    assert unknown == [
        (batch, 2, "certifications", "怪证"),
        (batch, 2, "product_fields", "元宇宙"),
        (batch, 3, "product_fields", "区块链"),
    ]
    told = next(f for f in facts.findings if f["raw_value"] == "元宇宙")
    assert "「元宇宙」（2 行）" in told["message_zh"]


def test_without_declaration_nothing_is_known_and_a_bare_one_says_no(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, {"uscc": B}, {"uscc": C})
    hidden = '{"certifications":"withheld"}'
    inbox.stage("annual_declaration", [declared(B), declared(C, _missing=hidden)])
    facts = inbox.resolve()
    assert {facts.enterprises[A][flag] for flag in EVERY} == {None}
    assert facts.enterprises[A]["declaration_batch_id"] is None
    assert {facts.enterprises[B][flag] for flag in EVERY} == {False}
    withheld = {flag for flag in EVERY if facts.enterprises[C][flag] is None}
    assert withheld == set(FLAGS["certifications"]), "what was withheld is no no"


def test_the_newest_year_up_to_the_day_in_its_newest_version(inbox: Inbox) -> None:
    inbox.registry({"uscc": A}, as_of=date(2024, 1, 1))
    inbox.stage(
        "annual_declaration",
        [declared(A, 2024, segment_years=3), declared(A, 2026, segment_years=5)],
        date(2024, 5, 1),
    )
    second = inbox.stage("annual_declaration", [declared(A, 2025, segment_years=4)], date(2025, 5, 1))
    inbox.stage("annual_declaration", [declared(A, 2024, segment_years=9)], date(2025, 6, 1))
    inbox.stage("annual_declaration", [declared(A, 2025, segment_years=7)], date(2025, 10, 1))

    def years(day: date) -> tuple[Any, ...]:
        row = inbox.resolve(day).enterprises[A]
        return row["declared_year"], row["segment_years"], row["declaration_batch_id"]

    assert years(date(2025, 4, 30))[:2] == (2024, 3)
    assert years(date(2025, 9, 30)) == (2025, 4, second)
    assert years(date(2025, 10, 1))[:2] == (2025, 7)
    assert years(date(2026, 1, 1))[:2] == (2026, 5)


def test_figures_are_taken_over_exactly(inbox: Inbox) -> None:
    inbox.registry({"uscc": A})
    figures = {
        "segment_years": 3,
        "main_product": "轴承",
        "ip_class1": 2,
        "ip_class2": 0,
        "market_share": Decimal("0.100000"),
        "national_rank": 3,
        "it_core_businesses": 1,
        "equity_two_years": Decimal("20000000.00"),
        "development_score": Decimal("59.9999"),
    }
    inbox.stage("annual_declaration", [declared(A, rd_body_level=3, **figures)])
    row = inbox.resolve().enterprises[A]
    assert {name: row[name] for name in figures} == figures and row["rd_body_rank"] == 3
    assert (row["declared_year"], row["declaration_row_no"]) == (2025, 2)
