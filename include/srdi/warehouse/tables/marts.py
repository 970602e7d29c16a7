"""Schema ``marts`` (what BI reads) and ``store`` (the rows behind its newest-day views).

A night in which nothing changed must not rewrite rows, yet every row shows the day it speaks about.
So what moves with the calendar (``biz_date``, ``run_id``, ``days_to_lapse``, ``listed_since``) is added
by the views ``marts.whitelist``, ``marts.whitelist_reason`` and ``marts.measure_member``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Index, Integer, Numeric, text

from srdi.warehouse.tables.words import codes, key, may, moment, need, ratio, table


def split() -> tuple[Column, ...]:
    """Key of the aggregates that are split: day, measure, place, population, industry."""
    names = ("measure_id", "area_code", "division_code", "tier", "industry_section")
    return (key("biz_date", Date), *map(key, names))


def said() -> tuple[Column, ...]:
    """What every aggregate says of itself: the paper it speaks from, the data and rules, the run."""
    names = ("document_id", "clause", "stage", "term", "freshness", "rule_version")
    return (*map(may, names), need("run_id"), need("published_at", moment()))


VERDICTS = "('listed', 'excluded', 'review')"

whitelist = table(
    "store.whitelist",
    key("measure_id"),
    key("uscc"),
    may("area_code"),
    may("name"),
    may("division_code"),
    may("title"),
    may("title_valid_to", Date),
    need("verdict"),
    may("reason_codes", codes()),
    may("warnings", codes()),
    may("lapse_day", Date),
    may("left_on", Date),
    CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
)

whitelist_reason = table(
    "store.whitelist_reason",
    key("measure_id"),
    key("uscc"),
    key("rule_id"),
    need("outcome"),
    may("effect"),
    may("observed"),
    may("required"),
    may("distance", Numeric(18, 6)),
    may("message_zh"),
    may("document_id"),
    may("clause"),
    may("batch_id"),
    may("row_no", BigInteger),
    CheckConstraint("outcome IN ('pass', 'fail', 'unknown', 'waived')", name="outcome"),
    CheckConstraint("effect IN ('none', 'warn', 'review', 'exclude')", name="effect"),
)
Index(None, whitelist_reason.c.uscc)

measure_member = table(
    "store.measure_member",
    key("measure_id"),
    key("uscc"),
    need("outcome"),
    may("observed"),
    may("required"),
    may("distance", Numeric(18, 6)),
    may("division_code"),
    CheckConstraint("outcome IN ('counted', 'missing', 'unknown')", name="outcome"),
)
Index(None, measure_member.c.uscc)

title_gap = table(
    "store.title_gap",
    key("uscc"),
    key("next_title"),
    key("criterion_id"),
    need("standard"),
    need("purpose"),
    need("position", Integer),
    need("criterion_zh"),
    need("outcome"),
    may("observed"),
    may("required"),
    may("distance", Numeric(18, 6)),
    may("document_id"),
    may("clause"),
    may("batch_id"),
    may("row_no", BigInteger),
    CheckConstraint("outcome IN ('pass', 'fail', 'unknown', 'waived')", name="outcome"),
    CheckConstraint("purpose IN ('new', 'renewal')", name="purpose"),
)

whitelist_history = table(
    "marts.whitelist_history",
    key("measure_id"),
    key("uscc"),
    key("valid_from", Date),
    may("valid_to", Date),
    key("known_from", moment()),
    may("known_to", moment()),
    need("verdict"),
    may("reason_codes", codes()),
    need("run_id"),
    may("left_on", Date),
    CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="valid"),
    CheckConstraint("known_to IS NULL OR known_to > known_from", name="known"),
)
Index(
    "whitelist_history_now_idx",
    whitelist_history.c.measure_id,
    whitelist_history.c.uscc,
    whitelist_history.c.valid_from,
    unique=True,
    postgresql_where=text("known_to IS NULL"),
)

whitelist_change = table(
    "marts.whitelist_change",
    key("biz_date", Date),
    key("measure_id"),
    key("uscc"),
    need("change"),
    need("cause"),
    may("verdict_before"),
    may("verdict_after"),
    may("detail"),
    may("batch_id"),
    need("run_id"),
    CheckConstraint("change IN ('entered', 'left', 'verdict')", name="change"),
    CheckConstraint(
        "cause IN ('data', 'rule', 'calendar', 'exception', 'correction', 'staleness')", name="cause"
    ),
)

requirement = table(
    "marts.requirement",
    *split(),
    need("keeping", BigInteger),
    need("failing", BigInteger),
    need("unknown", BigInteger),
    may("unmatched", BigInteger),
    may("share", ratio()),
    *said(),
    CheckConstraint("keeping + failing > 0 OR share IS NULL", name="share"),
)

target = table(
    "marts.target",
    key("biz_date", Date),
    key("measure_id"),
    key("area_code"),
    may("horizon", Date),
    need("counting"),
    may("target", Numeric(18, 6)),
    may("actual", Numeric(18, 6)),
    may("gap", Numeric(18, 6)),
    may("met", Boolean),
    need("unknown", BigInteger),
    may("unmatched", BigInteger),
    *said(),
    CheckConstraint("counting IN ('stock', 'flow', 'cumulative', 'mean')", name="counting"),
)

financing = table(
    "marts.financing",
    key("biz_date", Date),
    key("measure_id"),
    key("area_code"),
    key("bank"),
    may("numerator", Numeric(24, 6)),
    may("denominator", Numeric(24, 6)),
    may("value", Numeric(24, 6)),
    need("unit"),
    may("target", Numeric(24, 6)),
    may("keeps"),
    may("met", Boolean),
    need("unknown", BigInteger),
    need("unmatched", BigInteger),
    may("document_id"),
    may("clause"),
    may("stage"),
    may("term"),
    may("freshness"),
    may("rule_version"),
    need("run_id"),
    need("published_at", moment()),
    CheckConstraint("unit IN ('ratio', 'yuan', 'count', 'day')", name="unit"),
    CheckConstraint("keeps IN ('>=', '<=', '<', '>')", name="keeps"),
)

coverage = table(
    "marts.coverage",
    *split(),
    need("numerator", BigInteger),
    need("denominator", BigInteger),
    need("unknown", BigInteger),
    may("unmatched", BigInteger),
    may("rate", ratio()),
    may("target", ratio()),
    may("shortfall", BigInteger),
    may("met", Boolean),
    *said(),
    CheckConstraint("denominator > 0 OR rate IS NULL", name="rate"),
)
