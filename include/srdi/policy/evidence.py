"""Which row of which source proves a fact, and what makes an observed flag understandable."""

from __future__ import annotations

from srdi.policy.expression import Condition, facts_of

#: Facts by the source row that proves them: prefix of the columns ``<prefix>_batch_id``, ``<prefix>_row_no``.
EVIDENCE: dict[str, tuple[str, ...]] = {
    "registry": (
        "uscc",
        "name",
        "former_names",
        "status",
        "operating",
        "vanished",
        "division_code",
        "zone_code",
        "city_code",
        "industry_code",
        "industry_section",
        "sme_industry",
        "producer_industry",
        "founded_on",
        "registered_capital",
        "first_seen",
        "last_seen",
    ),
    "title": (
        "provincial_or_above",
        "provincial",
        "little_giant",
        "title",
        "title_valid_from",
        "title_valid_to",
        "title_ended_on",
        "title_cancelled_on",
    ),
    "innovative": ("innovative", "innovative_only", "innovative_valid_to"),
    "tech_sme": ("tech_sme",),
    "high_tech": ("high_tech",),
    "quality_benchmark": ("quality_benchmark",),
    "srdi": ("srdi", "municipal", "champion"),
    "digital": (
        "digital_evaluated",
        "digital_evaluated_on",
        "digital_level",
        "digital_level_derived",
        "digital_version",
    ),
    "serious": ("serious_dishonest", "serious_listed_on"),
    "abnormal": ("abnormal_listed", "abnormal_listed_on"),
    "court": ("court_dishonest", "court_listed_on"),
    "tax_status": ("taxpayer_status", "tax_abnormal"),
    "credit": (
        "credit_applied_on",
        "credit_granted_on",
        "credit_line",
        "credit_applied_year",
        "credit_known",
    ),
    "employees": ("employees",),
    "tax_credit": ("tax_credit_grade", "tax_credit_d", "tax_credit_year"),
    "tax": (
        "tax_year",
        "revenue",
        "main_revenue",
        "rd_expense",
        "net_profit",
        "assets",
        "liabilities",
        "tax_paid",
        "rd_staff",
        "revenue_prior",
        "main_revenue_prior",
        "rd_expense_prior",
        "net_profit_prior",
        "revenue_prior2",
        "main_revenue_prior2",
        "size_class",
        "sme",
        "small_micro",
    ),
    "declaration": (
        "declared_year",
        "segment_years",
        "main_product",
        "ip_class1",
        "ip_class2",
        "rd_body_rank",
        "market_share",
        "national_rank",
        "it_core_businesses",
        "equity_two_years",
        "development_score",
        "product_key_link",
        "product_six_bases",
        "product_supporting",
        "product_power_field",
        "product_emerging",
        "certified_system",
        "certified_quality",
        "certified_environment",
        "award_national",
        "award_provincial",
        "maker_top500",
        "maker_top50",
        "ip_model",
    ),
    "cloud": ("cloud_active", "cloud_from"),
    "service": (
        "service_known",
        "officer_on",
        "visited_on",
        "diagnosed_on",
        "energy_diagnosed_on",
        "trained_on",
        "served_on",
    ),
    "tax_benefit": (
        "rd_deduction_entitled",
        "rd_deduction_enjoyed",
        "vat_refund_entitled",
        "vat_refund_enjoyed",
        "benefit_entitled",
        "benefits_all_enjoyed",
        "benefit_billed",
        "benefits_amount",
    ),
    "platform": (
        "platform_index",
        "platform_city_finance",
        "platform_shared",
        "platform_credit_station",
        "platform_cloud",
        "platform_smart",
    ),
    "capital": ("listing_reserve", "listing_reserve_on"),
}
#: Further facts that make an observed flag understandable: shown behind 是 or 否.
DETAIL = {
    "operating": "status",
    "serious_dishonest": "serious_listed_on",
    "abnormal_listed": "abnormal_listed_on",
    "court_dishonest": "court_listed_on",
    "digital_evaluated": "digital_evaluated_on",
    "tax_abnormal": "taxpayer_status",
    "tax_credit_d": "tax_credit_grade",
    "sme": "size_class",
    "small_micro": "size_class",
    "cloud_active": "cloud_from",
    "listing_reserve": "listing_reserve_on",
}


def evidence_prefix(fact: str) -> str:
    """Prefix of the evidence columns of a fact (of such a column: its own). Raises LookupError for others."""
    own = fact.removesuffix("_batch_id").removesuffix("_row_no")
    for prefix, names in EVIDENCE.items():
        if fact in names or (own == prefix and own != fact):
            return prefix
    raise LookupError(f"evidence.EVIDENCE 没有写明事实 {fact} 由哪一行数据证明")


def explaining_facts(condition: Condition) -> set[str]:
    """Columns of the fact row that explanations of a condition read, beyond the facts it uses."""
    names = set()
    for fact in facts_of(condition):
        prefix = evidence_prefix(fact)
        names |= {f"{prefix}_batch_id", f"{prefix}_row_no"}
        if fact in DETAIL:
            names.add(DETAIL[fact])
    return names


def evidence_sql(condition: Condition) -> tuple[str, str]:
    """SQL of (batch_id, row_no): the row behind the first fact of the condition that has one."""
    prefixes = list(dict.fromkeys(evidence_prefix(fact) for fact in facts_of(condition)))
    rows = " ".join(f"WHEN e.{p}_batch_id IS NOT NULL THEN CAST(e.{p}_row_no AS BIGINT)" for p in prefixes)
    batches = ", ".join(f"e.{prefix}_batch_id" for prefix in prefixes)
    return f"COALESCE({batches}, NULL)", f"CASE {rows} END"
