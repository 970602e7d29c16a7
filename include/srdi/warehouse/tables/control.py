"""Schema ``control``: batches, runs, publications, freshness, and what people decided."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from srdi.warehouse.tables.words import codes, key, may, moment, need, number, ratio, table

batch = table(
    "control.batch",
    key("batch_id"),
    need("source"),
    may("as_of", Date),
    need("landed_at", moment()),
    need("file_name"),
    need("sha256"),
    need("bytes", BigInteger),
    need("origin"),
    need("lake_path"),
    may("staged_path"),
    need("rows_landed", BigInteger, server_default=text("0")),
    need("rows_staged", BigInteger, server_default=text("0")),
    need("rows_quarantined", BigInteger, server_default=text("0")),
    need("rows_duplicate", BigInteger, server_default=text("0")),
    need("rows_ignored", BigInteger, server_default=text("0")),
    may("contract_version"),
    need("state"),
    may("refusal_code"),
    may("refusal_message"),
    may("reading", JSONB),
    may("profile", JSONB),
    may("data_docs"),
    may("decided_at", moment()),
    CheckConstraint("state IN ('landed', 'staged', 'accepted', 'refused', 'superseded')", name="state"),
    CheckConstraint("(state = 'refused') = (refusal_code IS NOT NULL)", name="refusal"),
    CheckConstraint(
        "state = 'refused' OR rows_landed = rows_staged + rows_quarantined + rows_duplicate + rows_ignored",
        name="accounting",
    ),
    CheckConstraint(
        "rows_landed >= 0 AND rows_staged >= 0 AND rows_quarantined >= 0"
        " AND rows_duplicate >= 0 AND rows_ignored >= 0",
        name="counters",
    ),
    CheckConstraint("state NOT IN ('accepted', 'superseded') OR staged_path IS NOT NULL", name="staged_path"),
)
Index(None, batch.c.source, batch.c.as_of)

run = table(
    "control.run",
    key("run_id"),
    need("biz_date", Date),
    need("kind"),
    may("reason"),
    may("requested_by"),
    need("started_at", moment()),
    may("finished_at", moment()),
    need("state"),
    may("code_version"),
    may("rule_version"),
    may("areas", codes()),
    need("dry_run", Boolean, server_default=text("false")),
    may("detail", JSONB),
    CheckConstraint("kind IN ('scheduled', 'manual', 'backfill', 'replay', 'whatif')", name="kind"),
    CheckConstraint(
        "state IN ('running', 'published', 'unchanged', 'held', 'dry_run', 'failed')", name="state"
    ),
)

run_batch = table(
    "control.run_batch",
    key("run_id", Text, ForeignKey("control.run.run_id")),
    key("batch_id", Text, ForeignKey("control.batch.batch_id")),
)

# The verbs of one source have run ids of their own, so there is no reference to control.run.
step = table(
    "control.step",
    key("run_id"),
    key("verb"),
    key("source", server_default=""),
    need("started_at", moment()),
    may("finished_at", moment()),
    may("rows", BigInteger),
    may("detail", JSONB),
)

publication = table(
    "control.publication",
    number(),
    need("run_id", Text, ForeignKey("control.run.run_id")),
    need("biz_date", Date),
    need("table_name"),
    need("live", Boolean),
    need("rows", BigInteger),
    need("rows_entered", BigInteger),
    need("rows_left", BigInteger),
    need("rows_changed", BigInteger),
    need("content_sha256"),
    may("previous_sha256"),
    need("published_at", moment()),
    may("detail", JSONB),
)
Index(None, publication.c.table_name, publication.c.publication_id)

measure_day = table(
    "control.measure_day",
    key("run_id", Text, ForeignKey("control.run.run_id")),
    key("measure_id"),
    need("kind"),
    need("biz_date", Date),
    need("published_at", moment()),
    may("area_code"),
    may("document_id"),
    may("clause"),
    may("rule_version"),
    may("stage"),
    may("term"),
    may("freshness"),
    may("rule_hash"),
    may("rule_text_hash"),
)
Index(None, measure_day.c.measure_id, measure_day.c.biz_date, measure_day.c.published_at)

freshness = table(
    "control.freshness",
    key("source"),
    key("biz_date", Date),
    may("last_as_of", Date),
    may("last_landed_at", moment()),
    may("due_at", moment()),
    need("state"),
    CheckConstraint("state IN ('fresh', 'late', 'stale', 'never')", name="state"),
)

exception = table(
    "control.exception",
    number("exception_id"),
    need("measure_id"),
    need("uscc"),
    need("effect"),
    need("valid_from", Date),
    may("valid_to", Date),
    need("reason"),
    need("decided_by"),
    need("decided_at", moment()),
    CheckConstraint("effect IN ('include', 'exclude')", name="effect"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="interval"),
)

approval = table(
    "control.approval",
    number("approval_id"),
    need("run_id", Text, ForeignKey("control.run.run_id")),
    need("subject"),
    may("diff", JSONB),
    need("decision", server_default="held"),
    may("decided_by"),
    may("decided_at", moment()),
    may("reason"),
    need("asked_at", moment()),
    CheckConstraint("decision IN ('held', 'approved', 'rejected')", name="decision"),
    CheckConstraint(
        "decision = 'held' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)", name="decided"
    ),
)

fiscal_split = table(
    "control.fiscal_split",
    key("division_code"),
    key("valid_from", Date),
    need("city_share", ratio()),
    need("county_share", ratio()),
    may("basis"),
    CheckConstraint(
        "city_share >= 0 AND county_share >= 0 AND city_share + county_share <= 1", name="shares"
    ),
)

audit = table(
    "control.audit",
    number("audit_id"),
    need("happened_at", moment(), server_default=text("now()")),
    need("actor"),
    need("action"),
    need("subject"),
    may("reason"),
    may("detail", JSONB),
)
