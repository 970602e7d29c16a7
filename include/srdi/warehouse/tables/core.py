"""Schema ``core``: enterprises and titles as known, the places and trades they are in, the papers.

``core.enterprise`` itself is a view: the rows of ``core.enterprise_history`` that hold now.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Index, Integer, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB

from srdi.warehouse.tables.words import codes, key, may, moment, money, need, ratio, table

enterprise_history = table(
    "core.enterprise_history",
    key("uscc"),
    key("valid_from", Date),
    may("valid_to", Date),
    key("known_from", moment()),
    may("known_to", moment()),
    may("name"),
    may("former_names", codes()),
    may("status"),
    may("operating", Boolean),
    may("division_code"),
    may("zone_code"),
    may("city_code"),
    may("industry_code"),
    may("industry_section"),
    may("founded_on", Date),
    may("registered_capital", money()),
    may("size_class"),
    may("first_seen", Date),
    may("last_seen", Date),
    need("run_id"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="valid"),
    CheckConstraint("known_to IS NULL OR known_to > known_from", name="known"),
)
Index(
    "enterprise_history_now_idx",
    enterprise_history.c.uscc,
    unique=True,
    postgresql_where=text("valid_to IS NULL AND known_to IS NULL"),
)

title = table(
    "core.title",
    key("title_id"),
    may("uscc"),
    need("raw_name"),
    need("title"),
    may("batch"),
    may("state"),
    may("recognised_on", Date),
    may("valid_from", Date),
    may("valid_to", Date),
    may("derived_end", Boolean),
    may("division_code"),
    may("city_code"),
    may("source_batch"),
    may("row_no", BigInteger),
)
Index(None, title.c.uscc)

division = table(
    "core.division",
    key("code"),
    need("name"),
    need("kind"),
    may("parent"),
    may("family"),
    may("valid_from", Date),
    may("valid_to", Date),
    may("successor"),
)

division_past = table(
    "core.division_past",
    key("code"),
    key("name"),
    need("kind"),
    may("parent"),
    may("family"),
    may("valid_from", Date),
    may("valid_to", Date),
    may("successor"),
)

industry = table(
    "core.industry",
    key("code"),
    need("name"),
    need("level"),
    may("parent"),
    may("section"),
)

calendar = table(
    "core.calendar",
    key("day", Date),
    need("weekday", SmallInteger),
    need("working", Boolean),
    may("holiday"),
)

document = table(
    "core.document",
    key("document_id"),
    may("title_zh"),
    may("number"),
    may("kind"),
    may("issuer"),
    may("stage"),
    may("in_force_from", Date),
    may("in_force_to", Date),
    may("area_code"),
    may("verified_on", Date),
    may("verified_against"),
    may("verify_by", Date),
)

clause = table(
    "core.clause",
    key("document_id"),
    key("clause"),
    may("text_zh"),
    may("note"),
)

measure = table(
    "core.measure",
    key("measure_id"),
    may("document_id"),
    may("clause"),
    may("kind"),
    may("title_zh"),
    may("title_en"),
    may("definition_zh"),
    may("area_code"),
    may("stage"),
    may("term"),
    may("rule_version"),
    may("reading_of"),
    may("tier"),
    may("target", ratio()),
    may("exit_days", Integer),
    may("rule_hash"),
    may("rule_text_hash"),
    may("rule_sources", JSONB),
)
