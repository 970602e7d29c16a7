"""Why an enterprise left a list: the first cause that the day's facts show, in Chinese words."""

#: Source whose news lets an enterprise leave, by code; the other codes are nobody's news.
SOURCES = {
    "left_unregistered": "enterprise_registry",
    "left_moved": "enterprise_registry",
    "left_not_operating": "enterprise_registry",
    "left_title_gone": "title_list",
    "left_title_cancelled": "title_list",
    "left_title_corrected": "title_list",
}

#: ``explained``: each row of ``leaver`` with ``code``, ``said``, and the title row that shows it, if one does.
#: Only the day's own facts and decisions of persons are asked, so that the same night gives the same words.
WHY = """
CREATE TEMP TABLE explained ON COMMIT DROP AS
WITH exempt AS (
    SELECT l.measure_id, l.uscc, MAX(x.valid_to) AS until
    FROM leaver AS l
    JOIN control.exception AS x ON x.measure_id = l.measure_id AND x.uscc = l.uscc
    WHERE x.effect = 'include' AND x.valid_to > l.day_before AND x.valid_to <= :day
    GROUP BY l.measure_id, l.uscc
),
match AS (
    SELECT n.uscc, MIN(n.raw_name) AS raw_name
    FROM quality.name_match AS n
    WHERE n.source = 'title_list' AND n.uscc IS NOT NULL AND n.state = 'rejected' AND n.decided_by IS NOT NULL
    GROUP BY n.uscc
),
titles AS (
    SELECT
        l.measure_id,
        l.uscc,
        BOOL_OR(
            t.state IS DISTINCT FROM 'cancelled'
            AND t.state IS DISTINCT FROM 'proposed'
            AND (t.valid_from IS NULL OR t.valid_from <= :day)
            AND (t.valid_to IS NULL OR t.valid_to > :day)
        ) AS standing,
        BOOL_OR(t.state = 'cancelled') AS cancelled,
        MAX(t.recognised_on) FILTER (WHERE t.state = 'cancelled' AND t.recognised_on <= :day) AS cancelled_on,
        -- stored ends are the day after
        MAX(t.valid_to) FILTER (WHERE t.state IS DISTINCT FROM 'cancelled') - 1 AS last_day,
        (ARRAY_AGG(t.source_batch ORDER BY (t.state IS NOT DISTINCT FROM 'cancelled') DESC, t.valid_to DESC NULLS LAST, t.title_id))[1] AS batch_id,
        (ARRAY_AGG(t.row_no ORDER BY (t.state IS NOT DISTINCT FROM 'cancelled') DESC, t.valid_to DESC NULLS LAST, t.title_id))[1] AS row_no
    FROM leaver AS l
    JOIN {title_row} AS t ON t.uscc = l.uscc AND t.title = COALESCE(l.title, t.title)
    GROUP BY l.measure_id, l.uscc
)
SELECT
    l.*,
    e.name AS name_now,
    found.code,
    COALESCE(
        CASE found.code
            WHEN 'left_exception' THEN '人工列入已于 ' || CAST(exempt.until AS text) || ' 到期'
            WHEN 'left_unregistered' THEN '企业登记中已无此企业'
            WHEN 'left_moved' THEN '登记地已变更为' || COALESCE(place.name, place.code)
            WHEN 'left_match' THEN '经人工核定，称号名单上的“' || match.raw_name || '”不是该企业'
            WHEN 'left_title_gone' THEN '称号名单中已无对应到该企业的' || COALESCE('“' || l.title || '”', '') || '称号'
            WHEN 'left_title_cancelled' THEN '称号已于 ' || CAST(titles.cancelled_on AS text) || ' 取消'
            WHEN 'left_title_corrected' THEN '称号有效期更正为至 ' || CAST(titles.last_day AS text)
            WHEN 'left_title_ended' THEN '称号有效期至 ' || CAST(titles.last_day AS text)
            WHEN 'left_not_operating' THEN '登记状态为“' || e.status || '”'
            WHEN 'left_rule' THEN '名单范围的规则已修改'
        END,
        CASE found.code WHEN 'left_title_cancelled' THEN '称号已取消' WHEN 'left_not_operating' THEN '已不在营' END,
        '已不在名单总体'
    ) AS said,
    CASE WHEN found.code LIKE 'left\\_title%' THEN titles.batch_id END AS batch_id,
    CASE WHEN found.code LIKE 'left\\_title%' THEN titles.row_no END AS row_no
FROM leaver AS l
LEFT JOIN {enterprise} AS e ON e.uscc = l.uscc
LEFT JOIN exempt ON exempt.measure_id = l.measure_id AND exempt.uscc = l.uscc
LEFT JOIN match ON match.uscc = l.uscc
LEFT JOIN titles ON titles.measure_id = l.measure_id AND titles.uscc = l.uscc
LEFT JOIN LATERAL (
    SELECT
        CASE WHEN l.area_code LIKE '%00' THEN e.city_code ELSE e.division_code END AS code,
        (
            SELECT d.name FROM core.division AS d
            WHERE d.code = CASE WHEN l.area_code LIKE '%00' THEN e.city_code ELSE e.division_code END
        ) AS name,
        CASE
            WHEN l.area_code LIKE '%0000' THEN LEFT(e.city_code, 2) = LEFT(l.area_code, 2)
            WHEN l.area_code LIKE '%00' THEN e.city_code = l.area_code
            ELSE e.division_code = l.area_code
        END AS inside
) AS place ON TRUE
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN exempt.until IS NOT NULL THEN 'left_exception'
        WHEN e.uscc IS NULL THEN 'left_unregistered'
        WHEN NOT place.inside THEN 'left_moved'
        WHEN NOT COALESCE(titles.standing, FALSE) AND match.raw_name IS NOT NULL THEN 'left_match'
        WHEN titles.uscc IS NULL THEN 'left_title_gone'
        WHEN NOT titles.standing AND titles.cancelled THEN 'left_title_cancelled'
        WHEN NOT titles.standing AND titles.last_day <> l.title_valid_to THEN 'left_title_corrected'
        WHEN NOT titles.standing AND titles.last_day IS NOT NULL THEN 'left_title_ended'
        WHEN e.operating IS FALSE THEN 'left_not_operating'
        WHEN l.rule_changed THEN 'left_rule'
        ELSE 'left_population'
    END AS code
) AS found
"""

#: One reason for each leaver that has none yet.
REASON = """
INSERT INTO {reason} ({columns})
SELECT
    l.measure_id,
    l.uscc,
    chosen.code,
    'fail',
    'exclude',
    chosen.said,
    '属于名单总体',
    NULL,
    '自 ' || CAST(l.left_on AS text) || ' 起不在名单总体：' || chosen.said || '；不列入',
    l.document_id,
    l.clause,
    CASE WHEN chosen.code = l.code THEN l.batch_id END,
    CASE WHEN chosen.code = l.code THEN l.row_no END
FROM explained AS l
CROSS JOIN LATERAL (
    -- what was said on the day it left stands; today's words fit only the same cause
    SELECT
        COALESCE(l.codes_before[1], l.code) AS code,
        CASE WHEN COALESCE(l.codes_before[1], l.code) = l.code THEN l.said ELSE '已不在名单总体' END AS said
) AS chosen
WHERE NOT l.told
"""
