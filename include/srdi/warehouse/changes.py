"""Who entered and left the list between two published days, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import text

from srdi.warehouse import causes

if TYPE_CHECKING:
    from sqlalchemy import Connection

WORDS = "CASE {} WHEN 'listed' THEN '在册' WHEN 'excluded' THEN '不予纳入' WHEN 'review' THEN '待核' ELSE '无记录' END"


def recompute(connection: Connection, day: date, run_id: str, address: Mapping[str, str]) -> int:
    """Bring ``marts.whitelist_change`` of ``day``, and of the next published day, to what history says.

    ``address``: staging tables of the run by part. Needs temporary table ``span`` of :mod:`scopes` and
    ``moved`` of the whitelist's history; runs before the live rows are merged, for it compares with them.
    Rows that stand already keep their cause. Returns rows written or removed.

    Causes, the first that applies: exception (one begins or ends between the days, or its reason does),
    correction (the day had been told differently before), calendar (the days a leaver is shown are over), and
    then what :mod:`causes` finds in the reasons.
    """
    named = {"day": day, "run_id": run_id}
    connection.execute(text("DROP TABLE IF EXISTS pg_temp.turned"))
    connection.execute(
        text(
            """
            CREATE TEMP TABLE turned ON COMMIT DROP AS
            WITH pair AS (
                SELECT measure_id, CAST(:day AS date) AS day, day_before, FALSE AS later FROM span
                UNION ALL
                SELECT measure_id, next_day, CAST(:day AS date), TRUE FROM span WHERE next_day IS NOT NULL
            ),
            standing AS (
                SELECT p.measure_id, p.day, p.later, h.uscc, h.verdict, h.reason_codes, h.left_on, x.after
                FROM pair AS p
                CROSS JOIN LATERAL (VALUES (p.day_before, FALSE), (p.day, TRUE)) AS x (at, after)
                JOIN marts.whitelist_history AS h
                    ON h.measure_id = p.measure_id
                    AND h.known_to IS NULL
                    AND h.valid_from <= x.at
                    AND (h.valid_to IS NULL OR h.valid_to > x.at)
            )
            SELECT
                measure_id,
                day,
                later,
                uscc,
                MAX(verdict) FILTER (WHERE NOT after) AS verdict_before,
                MAX(verdict) FILTER (WHERE after) AS verdict_after,
                MAX(ARRAY_TO_STRING(reason_codes, '、')) FILTER (WHERE after) AS codes,
                MAX(left_on) FILTER (WHERE NOT after) AS left_before,
                MAX(left_on) FILTER (WHERE after) AS left_after
            FROM standing
            GROUP BY measure_id, day, later, uscc
            HAVING MAX(verdict) FILTER (WHERE NOT after) IS DISTINCT FROM MAX(verdict) FILTER (WHERE after)
            """
        ),
        named,
    )
    connection.execute(text("ANALYZE turned"))
    causes.decide(connection, day, run_id, address)
    removed = connection.execute(
        text(
            """
            DELETE FROM marts.whitelist_change AS c
            USING span AS s
            WHERE c.measure_id = s.measure_id
                AND c.biz_date IN (:day, s.next_day)
                AND NOT EXISTS (
                    SELECT FROM turned AS t
                    WHERE t.measure_id = c.measure_id
                        AND t.day = c.biz_date
                        AND t.uscc = c.uscc
                        AND t.verdict_before IS NOT DISTINCT FROM c.verdict_before
                        AND t.verdict_after IS NOT DISTINCT FROM c.verdict_after
                )
            """
        ),
        named,
    ).rowcount
    written = connection.execute(
        text(
            f"""
            INSERT INTO marts.whitelist_change (
                biz_date, measure_id, uscc, change, cause, verdict_before, verdict_after, detail, batch_id, run_id
            )
            SELECT
                t.day,
                t.measure_id,
                t.uscc,
                CASE
                    WHEN t.verdict_after = 'listed' THEN 'entered'
                    WHEN t.verdict_before = 'listed' THEN 'left'
                    ELSE 'verdict'
                END,
                CASE
                    WHEN exempt.found OR decided.cause = 'exception' THEN 'exception'
                    WHEN s.known AND (t.later OR (s.mended AND moved.uscc IS NOT NULL)) THEN 'correction'
                    WHEN t.verdict_after IS NULL AND t.left_before IS NOT NULL THEN 'calendar'
                    WHEN decided.cause IS NOT NULL THEN decided.cause
                    WHEN title.last_day >= pair.day_before AND title.last_day < t.day THEN 'calendar'
                    -- no reason differs: the same facts were weighed otherwise
                    WHEN s.rule_changed AND s.live AND s.day_before IS NOT NULL THEN 'rule'
                    ELSE 'data'
                END,
                t.verdict_before,
                t.verdict_after,
                {WORDS.format("t.verdict_before")} || ' → ' || {WORDS.format("t.verdict_after")}
                    || COALESCE('：' || NULLIF(t.codes, ''), '') || COALESCE('；' || decided.said, ''),
                decided.batch_id,
                :run_id
            FROM turned AS t
            JOIN (
                SELECT
                    *,
                    day_before IS NOT NULL OR existed AS known,
                    existed OR NOT live AS mended
                FROM span
            ) AS s ON s.measure_id = t.measure_id
            CROSS JOIN LATERAL (
                SELECT CASE WHEN t.later THEN CAST(:day AS date) ELSE s.day_before END AS day_before
            ) AS pair
            LEFT JOIN moved ON moved.measure_id = t.measure_id AND moved.uscc = t.uscc
            LEFT JOIN {address["whitelist"]} AS fresh ON fresh.measure_id = t.measure_id AND fresh.uscc = t.uscc
            LEFT JOIN store.whitelist AS held ON held.measure_id = t.measure_id AND held.uscc = t.uscc
            CROSS JOIN LATERAL (
                SELECT COALESCE(fresh.title_valid_to, held.title_valid_to) AS last_day
            ) AS title
            CROSS JOIN LATERAL (
                SELECT EXISTS (
                    SELECT FROM control.exception AS e
                    WHERE e.measure_id = t.measure_id
                        AND e.uscc = t.uscc
                        AND (
                            (e.valid_from > COALESCE(pair.day_before, '-infinity') AND e.valid_from <= t.day)
                            OR (e.valid_to > COALESCE(pair.day_before, '-infinity') AND e.valid_to <= t.day)
                        )
                ) AS found
            ) AS exempt
            LEFT JOIN decided ON NOT t.later AND decided.measure_id = t.measure_id AND decided.uscc = t.uscc
            WHERE NOT EXISTS (
                SELECT FROM marts.whitelist_change AS c
                WHERE c.biz_date = t.day AND c.measure_id = t.measure_id AND c.uscc = t.uscc
            )
            """
        ),
        named,
    ).rowcount
    return removed + written
