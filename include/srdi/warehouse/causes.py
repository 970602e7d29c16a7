"""Why verdicts turned: the reason that decided, before and after, and what its difference goes back to.

An enterprise's verdict turns because some reason gained or lost the weight that decides it (exclude, or
review where nothing excludes). Per such reason, the first that applies: its title ran out by itself
(calendar); it turned unknown, or back, with a source it reads that fell out or came back (staleness);
what was observed stayed, so the rule was changed (rule) or its day had come (calendar); nothing new had
arrived from its sources, or only its own day came for a row read before (calendar, or rule); else its facts
changed (data), told late when the batch speaks about a day published before (correction).
Of several reasons facts come first, then staleness, rule and calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import text

from srdi.warehouse.leaving import SOURCES

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Batches this run reads and the run of the day before did not; one without id for a source that lost some.
ARRIVED = """
CREATE TEMP TABLE arrived ON COMMIT DROP AS
WITH manifest AS (
    SELECT s.measure_id, r.batch_id, r.run_id = :run_id AS now
    FROM span AS s
    JOIN control.run_batch AS r ON r.run_id IN (:run_id, s.run_before)
    WHERE s.run_before <> :run_id
)
SELECT
    m.measure_id,
    b.source,
    CASE WHEN BOOL_OR(m.now) THEN b.batch_id END AS batch_id,
    CASE WHEN BOOL_OR(m.now) THEN b.as_of END AS as_of
FROM manifest AS m
JOIN control.batch AS b ON b.batch_id = m.batch_id
GROUP BY m.measure_id, b.source, b.batch_id
HAVING NOT (BOOL_OR(m.now) AND BOOL_OR(NOT m.now))
"""

#: Which sources a rule reads, and which of them fell out or came back; late is still in use.
READER = """
CREATE TEMP TABLE reader ON COMMIT DROP AS
SELECT r.measure_id, r.rule_id, r.source, COALESCE(was.usable <> is_now.usable, FALSE) AS turned
FROM (
    SELECT m.measure_id, rule.key AS rule_id, source.value AS source
    FROM {measure} AS m
    CROSS JOIN LATERAL JSONB_EACH(m.rule_sources) AS rule
    CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS_TEXT(rule.value) AS source
    UNION ALL
    SELECT s.measure_id, l.rule_id, l.source
    FROM span AS s
    CROSS JOIN UNNEST(CAST(:left_rules AS text[]), CAST(:left_sources AS text[])) AS l (rule_id, source)
) AS r
JOIN span AS s ON s.measure_id = r.measure_id
LEFT JOIN LATERAL (
    SELECT f.state IN ('fresh', 'late') AS usable FROM control.freshness AS f
    WHERE f.source = r.source AND f.biz_date = s.day_before
) AS was ON TRUE
LEFT JOIN LATERAL (
    SELECT f.state IN ('fresh', 'late') AS usable FROM control.freshness AS f
    WHERE f.source = r.source AND f.biz_date = :day
) AS is_now ON TRUE
"""

#: Reasons before and after of every enterprise that turned, those that decided only.
PAIR = """
CREATE TEMP TABLE pair ON COMMIT DROP AS
WITH asked AS (
    SELECT
        t.measure_id,
        t.uscc,
        s.live,
        s.day_before,
        s.rule_changed,
        s.value_began,
        CASE
            WHEN 'excluded' IN (t.verdict_before, t.verdict_after) THEN 'exclude'
            WHEN 'review' IN (t.verdict_before, t.verdict_after) THEN 'review'
        END AS weight,
        t.verdict_before IS NULL OR (t.left_before IS NOT NULL AND t.left_after IS NULL) AS entering,
        EXISTS (SELECT FROM control.run_batch AS r WHERE r.run_id = :run_id)
            AND EXISTS (SELECT FROM control.run_batch AS r WHERE r.run_id = s.run_before) AS manifests_known
    FROM turned AS t
    JOIN span AS s ON s.measure_id = t.measure_id
    WHERE NOT t.later AND t.verdict_after IS NOT NULL
),
-- a cancelled title is judged under another id in place of the title in force
old AS (
    SELECT r.*, CASE r.rule_id WHEN 'title_cancelled' THEN 'title_in_force' ELSE r.rule_id END AS slot
    FROM asked AS a
    JOIN store.whitelist_reason AS r ON r.measure_id = a.measure_id AND r.uscc = a.uscc
    WHERE a.live
),
new AS (
    SELECT r.*, CASE r.rule_id WHEN 'title_cancelled' THEN 'title_in_force' ELSE r.rule_id END AS slot
    FROM asked AS a
    JOIN {whitelist_reason} AS r ON r.measure_id = a.measure_id AND r.uscc = a.uscc
),
both_sides AS (
    SELECT
        measure_id,
        uscc,
        slot,
        COALESCE(n.rule_id, o.rule_id) AS rule_id,
        o.rule_id AS rule_before,
        n.rule_id AS rule_after,
        o.outcome AS outcome_before,
        n.outcome AS outcome_after,
        o.effect AS effect_before,
        n.effect AS effect_after,
        o.observed AS observed_before,
        n.observed AS observed_after,
        o.required AS required_before,
        n.required AS required_after,
        o.batch_id AS batch_before,
        n.batch_id AS batch_after
    FROM old AS o
    FULL JOIN new AS n USING (measure_id, uscc, slot)
)
SELECT b.*, a.day_before, a.rule_changed, a.value_began, a.entering, a.manifests_known
FROM both_sides AS b
JOIN asked AS a ON a.measure_id = b.measure_id AND a.uscc = b.uscc
WHERE CASE
    WHEN b.slot = 'exception' THEN a.live AND (b.rule_before IS NULL) <> (b.rule_after IS NULL)
    WHEN a.entering THEN b.slot IN ('title_in_force', 'population') AND b.rule_after IS NOT NULL
    ELSE COALESCE(b.effect_before = a.weight, FALSE) <> COALESCE(b.effect_after = a.weight, FALSE)
END
"""

DECIDED = """
CREATE TEMP TABLE decided ON COMMIT DROP AS
WITH begun AS (
    SELECT DISTINCT s.measure_id, t.uscc
    FROM span AS s
    JOIN {title} AS t ON t.valid_from > s.day_before AND t.valid_from <= :day
    WHERE t.state IN ('recognised', 'renewed') AND (t.valid_to IS NULL OR t.valid_to > :day)
),
judged AS (
    SELECT
        p.*,
        COALESCE(p.batch_after, news.batch_id) AS batch_id,
        CASE
            WHEN p.slot = 'exception' THEN 'exception'
            WHEN p.day_before IS NULL THEN 'data'
            WHEN p.rule_after = 'left_rule' THEN 'rule'
            WHEN p.rule_after = 'left_title_ended' THEN 'calendar'
            WHEN p.rule_after LIKE 'left\\_%' THEN 'data'
            WHEN p.entering THEN CASE
                WHEN news.batch_id IS NOT NULL THEN 'data'
                WHEN begun.uscc IS NOT NULL THEN 'calendar'
                WHEN p.rule_changed AND NOT own.moved_in THEN 'rule'
                ELSE 'data'
            END
            WHEN own.title AND own.same AND own.last_day >= p.day_before AND own.last_day < :day THEN 'calendar'
            WHEN (p.outcome_before = 'unknown') <> (p.outcome_after = 'unknown') AND read.turned THEN 'staleness'
            WHEN own.same THEN CASE
                WHEN p.rule_changed THEN 'rule'
                WHEN own.title OR p.value_began THEN 'calendar'
                ELSE 'data'
            END
            WHEN own.title THEN 'data'
            WHEN p.manifests_known AND (
                (read.known AND NOT read.touched)
                OR (p.batch_after <> COALESCE(p.batch_before, '') AND news.batch_id IS NULL)
            ) THEN CASE WHEN p.rule_changed THEN 'rule' ELSE 'calendar' END
            WHEN p.rule_changed AND (p.rule_before IS NULL OR p.rule_after IS NULL) THEN 'rule'
            ELSE 'data'
        END AS cause,
        news.as_of AS news_of
    FROM pair AS p
    LEFT JOIN store.whitelist AS held ON held.measure_id = p.measure_id AND held.uscc = p.uscc
    LEFT JOIN {whitelist} AS fresh ON fresh.measure_id = p.measure_id AND fresh.uscc = p.uscc
    LEFT JOIN begun ON begun.measure_id = p.measure_id AND begun.uscc = p.uscc
    CROSS JOIN LATERAL (
        SELECT
            COUNT(*) > 0 AS known,
            COALESCE(BOOL_OR(r.turned), FALSE) AS turned,
            COALESCE(BOOL_OR(
                EXISTS (SELECT FROM arrived AS a WHERE a.measure_id = r.measure_id AND a.source = r.source)
            ), FALSE) AS touched
        FROM reader AS r
        WHERE r.measure_id = p.measure_id AND r.rule_id = p.rule_id
    ) AS read
    -- the batch that brought the news: the one behind the reason, or the newest one where no row is behind it
    LEFT JOIN LATERAL (
        SELECT a.batch_id, a.as_of
        FROM arrived AS a
        WHERE a.measure_id = p.measure_id
            AND CASE
                WHEN p.batch_after IS NOT NULL THEN a.batch_id = p.batch_after
                ELSE a.batch_id IS NOT NULL AND a.source IN (
                    SELECT r.source FROM reader AS r
                    WHERE r.measure_id = p.measure_id AND r.rule_id = p.rule_id
                )
            END
        ORDER BY a.as_of DESC, a.batch_id
        LIMIT 1
    ) AS news ON TRUE
    CROSS JOIN LATERAL (
        SELECT
            p.slot = 'title_in_force' AS title,
            fresh.title_valid_to AS last_day,
            -- a title's words tell its standing too, so its last day is what is compared
            CASE
                WHEN p.slot = 'title_in_force' THEN p.rule_before = p.rule_after
                    AND (p.outcome_before = 'unknown') = (p.outcome_after = 'unknown')
                    AND held.title_valid_to IS NOT DISTINCT FROM fresh.title_valid_to
                ELSE p.rule_before = p.rule_after AND p.observed_before IS NOT DISTINCT FROM p.observed_after
            END AS same,
            NOT EXISTS (
                SELECT
                FROM core.enterprise_history AS h
                JOIN {enterprise} AS e ON e.uscc = h.uscc
                WHERE h.uscc = p.uscc
                    AND h.known_to IS NULL
                    AND h.valid_from <= p.day_before
                    AND (h.valid_to IS NULL OR h.valid_to > p.day_before)
                    AND h.city_code IS NOT DISTINCT FROM e.city_code
                    AND h.division_code IS NOT DISTINCT FROM e.division_code
            ) AS moved_in
    ) AS own
)
SELECT DISTINCT ON (j.measure_id, j.uscc)
    j.measure_id,
    j.uscc,
    CASE WHEN j.cause = 'data' AND j.news_of < j.day_before THEN 'correction' ELSE j.cause END AS cause,
    j.batch_id,
    j.rule_id || CASE
        WHEN j.observed_before <> j.observed_after THEN ' ' || j.observed_before || ' → ' || j.observed_after
        ELSE COALESCE(' ' || COALESCE(j.observed_after, j.observed_before), '')
            || CASE
                WHEN j.required_before <> j.required_after
                    THEN '，要求 ' || j.required_before || ' → ' || j.required_after
                ELSE ''
            END
    END AS said
FROM judged AS j
ORDER BY
    j.measure_id,
    j.uscc,
    ARRAY_POSITION(ARRAY['exception', 'data', 'staleness', 'rule', 'calendar'], j.cause),
    j.rule_id
"""


def decide(connection: Connection, day: date, run_id: str, address: Mapping[str, str]) -> None:
    """Leave temporary table ``decided``: measure_id, uscc → cause, batch_id, said (the reason in short).

    ``address``: staging tables of the run by part. Needs ``span`` and ``turned``, and the live reasons still
    as they were. An enterprise without a deciding reason (it vanished, or an older day is told) has no row.
    """
    named = {
        "day": day,
        "run_id": run_id,
        "left_rules": list(SOURCES),
        "left_sources": list(SOURCES.values()),
    }
    for name, statement in (("arrived", ARRIVED), ("reader", READER), ("pair", PAIR), ("decided", DECIDED)):
        connection.execute(text(statement.format(**address)), named)
        connection.execute(text(f"ANALYZE {name}"))
