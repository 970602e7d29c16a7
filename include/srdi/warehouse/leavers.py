"""Enterprises that left a list's population: still shown for some days, excluded, and with a reason.

Decide has no memory: who moved away, lost a title or a match is simply not in its results. The list's own
history knows who was there on the published day before. So the leavers of a day follow from two things
alone, that history and the day's results, and come out the same however often, and in whatever order, days
are published; they are added to the staged rows, and everything after treats them like any other row.

The day an enterprise left (``left_on``) is the first published day without it; where decide says itself when
it left (a title ran out, a cancellation) and that day lies behind the published day before, it is that day.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from srdi.warehouse.leaving import REASON, WHY
from srdi.warehouse.loading import Loaded

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from srdi.warehouse.runs import RunInfo
    from srdi.warehouse.staging import Staged

#: The lists as they stood on the published day before, as known now.
STOOD = """
CREATE TEMP TABLE stood ON COMMIT DROP AS
SELECT h.measure_id, h.uscc, h.reason_codes, h.left_on
FROM span AS s
JOIN marts.whitelist_history AS h
    ON h.measure_id = s.measure_id
    AND h.known_to IS NULL
    AND h.valid_from <= s.day_before
    AND (h.valid_to IS NULL OR h.valid_to > s.day_before)
WHERE NOT s.new_world
"""

#: Those whom decide shows as left. Late news of an old cancellation counts from the day it was heard.
DATED = """
UPDATE {whitelist} AS w
SET left_on = COALESCE(o.left_on, :day)
FROM span AS s, stood AS o
WHERE s.measure_id = w.measure_id
    AND o.measure_id = w.measure_id
    AND o.uscc = w.uscc
    AND w.left_on <= s.day_before
    AND (o.left_on IS NULL OR o.left_on > w.left_on)
"""

#: ``told``: it had left before, and its live reasons say so; they stay as they are.
LEAVER = """
CREATE TEMP TABLE leaver ON COMMIT DROP AS
SELECT
    o.measure_id,
    o.uscc,
    s.area_code,
    s.document_id,
    s.clause,
    s.day_before,
    s.rule_changed,
    COALESCE(o.left_on, :day) AS left_on,
    CASE WHEN o.left_on IS NOT NULL THEN o.reason_codes END AS codes_before,
    COALESCE(o.left_on = held.left_on, FALSE) AS told,
    held.name,
    held.division_code,
    held.title,
    held.title_valid_to,
    held.lapse_day
FROM stood AS o
JOIN span AS s ON s.measure_id = o.measure_id
-- the live row describes the newest published day, which is of no use to an older one
LEFT JOIN store.whitelist AS held ON s.live AND held.measure_id = o.measure_id AND held.uscc = o.uscc
WHERE NOT EXISTS (
        SELECT FROM {whitelist} AS w WHERE w.measure_id = o.measure_id AND w.uscc = o.uscc
    )
    AND :day < COALESCE(o.left_on, :day) + s.exit_days
"""

ROWS = """
INSERT INTO {whitelist} (
    measure_id, uscc, area_code, name, division_code, title, title_valid_to, verdict, reason_codes, warnings,
    lapse_day, left_on
)
SELECT
    l.measure_id,
    l.uscc,
    l.area_code,
    COALESCE(l.name, l.name_now),
    l.division_code,
    l.title,
    l.title_valid_to,
    'excluded',
    COALESCE(l.codes_before, ARRAY[l.code]),
    ARRAY[]::text[],
    l.lapse_day,
    l.left_on
FROM explained AS l
"""

REASONS_TOLD = """
INSERT INTO {reason} ({columns})
SELECT {columns}
FROM store.whitelist_reason AS r
WHERE EXISTS (
    SELECT FROM leaver AS l WHERE l.told AND l.measure_id = r.measure_id AND l.uscc = r.uscc
)
"""

ADDED = """
SELECT
    COUNT(*),
    ENCODE(SHA256(CONVERT_TO(
        COALESCE(STRING_AGG(CAST(t AS text), E'\n' ORDER BY t.measure_id COLLATE "C", t.uscc COLLATE "C"{more}), ''),
        'UTF8'
    )), 'hex')
FROM {table} AS t
WHERE EXISTS (SELECT FROM leaver AS l WHERE l.measure_id = t.measure_id AND l.uscc = t.uscc){dated}
"""


def keep(connection: Connection, run: RunInfo, staged: Staged) -> Staged:
    """Add to the staged list rows those who left; returns what is staged with its new counts and hashes.

    Needs the tables of :mod:`scopes`. Leaves temporary tables ``stood`` (each list on the published day
    before: codes and day it left) and ``leaver``. Hashes stay those of decide's results while nobody left.
    """
    table = {
        "whitelist": staged.address["whitelist"],
        "reason": staged.address["whitelist_reason"],
        "enterprise": staged.address["enterprise"],
        "title_row": staged.address["title"],
    }
    day = {"day": run.biz_date}
    connection.execute(text(STOOD))
    connection.execute(text("ANALYZE stood"))
    redated = connection.execute(text(DATED.format(**table)), day).rowcount
    connection.execute(text(LEAVER.format(**table)), day)
    connection.execute(text("ANALYZE leaver"))
    connection.execute(text(WHY.format(**table)), day)
    added = connection.execute(text(ROWS.format(**table))).rowcount
    if not added and not redated:
        return staged
    columns = (
        "measure_id, uscc, rule_id, outcome, effect, observed, required, distance, message_zh, document_id,"
        " clause, batch_id, row_no"
    )
    connection.execute(text(REASONS_TOLD.format(columns=columns, **table)))
    connection.execute(text(REASON.format(columns=columns, **table)))
    for name in ("whitelist", "whitelist_reason"):
        connection.execute(text(f"ANALYZE {staged.address[name]}"))
    loaded = dict(staged.loaded)
    loaded["whitelist"] = _with_added(connection, staged, "whitelist", "", " OR t.left_on IS NOT NULL")
    if added:
        more = ', t.rule_id COLLATE "C"'
        loaded["whitelist_reason"] = _with_added(connection, staged, "whitelist_reason", more, "")
    return replace(staged, loaded=loaded)


def _with_added(connection: Connection, staged: Staged, name: str, more: str, dated: str) -> Loaded:
    """Count and hash of a part once leavers are in it: of decide's rows, then of those of who left."""
    query = ADDED.format(table=staged.address[name], more=more, dated=dated)
    _, added = connection.execute(text(query)).one()
    rows = connection.execute(text(f"SELECT COUNT(*) FROM {staged.address[name]}")).scalar_one()
    before = staged.loaded[name]
    return Loaded(rows, hashlib.sha256(f"{before.sha256}\n{added}".encode()).hexdigest())
