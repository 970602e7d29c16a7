"""Schema ``quality``: what the checks found, the rows set aside, and the names waiting for a person."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric
from sqlalchemy.dialects.postgresql import JSONB

from srdi.warehouse.tables.words import key, may, moment, need, ratio, table

check_result = table(
    "quality.check_result",
    key("batch_id"),
    key("check_id"),
    need("severity"),
    need("outcome"),
    may("rows_checked", BigInteger),
    may("rows_failed", BigInteger),
    may("share_failed", ratio()),
    may("tolerance", ratio()),
    may("sample", JSONB),
    may("message_zh"),
    CheckConstraint("outcome IN ('pass', 'fail', 'error')", name="outcome"),
    CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity"),
)

quarantine = table(
    "quality.quarantine",
    key("batch_id"),
    key("row_no", BigInteger),
    need("source"),
    need("file_name"),
    need("raw_row", JSONB),
    may("business_key"),
    need("state", server_default="open"),
    may("decided_by"),
    may("decided_at", moment()),
    may("reason"),
    CheckConstraint("state IN ('open', 'returned', 'fixed', 'accepted')", name="state"),
    CheckConstraint("state = 'open' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)", name="decided"),
)
Index(None, quarantine.c.source, quarantine.c.state)

finding = table(
    "quality.finding",
    key("batch_id"),
    key("row_no", BigInteger),
    key("field"),
    key("check_id"),
    need("severity"),
    may("raw_value"),
    may("expected"),
    may("message_zh"),
    CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity"),
)

drift = table(
    "quality.drift",
    key("batch_id"),
    key("kind"),
    key("column_name"),
    need("action"),
    may("detail"),
    CheckConstraint(
        "kind IN ('new', 'missing', 'renamed', 'reordered', 'retyped', 'unit', 'category')", name="kind"
    ),
    CheckConstraint("action IN ('stop', 'quarantine', 'record')", name="action"),
)

name_match = table(
    "quality.name_match",
    key("source"),
    key("raw_name"),
    may("normal_name"),
    may("uscc"),
    need("method"),
    may("score", Numeric(6, 4)),
    need("state"),
    may("decided_by"),
    may("decided_at", moment()),
    CheckConstraint("method IN ('code', 'regno', 'orgcode', 'exact', 'former', 'proposed')", name="method"),
    CheckConstraint("state IN ('accepted', 'open', 'rejected')", name="state"),
)
