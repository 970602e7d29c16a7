"""SQL of the lists. Names in braces are columns, compiled conditions and bound placeholders, never values."""

#: One row per enterprise of a list's population. ``standing``: member (title in force), unknown,
#: expired (within the after-expiry window), left (after it), cancelled, outside (only by exception).
#: ``left_on``: the day it left the population, for left and cancelled. Who left otherwise (moved away, lost a
#: match) is in no row: only the published list remembers them, and adds them when the night is published.
STANDING = """
INSERT INTO policy_list_row
SELECT
    s.*,
    CAST(CASE s.standing WHEN 'left' THEN s.title_ended_on + {window} WHEN 'cancelled' THEN s.title_cancelled_on END AS DATE)
FROM (
    SELECT
        {measure} AS measure_id,
        {area} AS area_code,
        e.*,
        CASE
            WHEN e.{belongs} THEN 'member'
            -- unknown only where a title is on record: before any title list arrived nobody is under review
            WHEN e.{belongs} IS NULL THEN
                CASE WHEN e.title IS NOT NULL OR e.title_batch_id IS NOT NULL THEN 'unknown' END
            WHEN e.title_cancelled_on <= {day}
                AND (e.title_ended_on IS NULL OR e.title_cancelled_on >= e.title_ended_on)
                THEN CASE WHEN {day} < e.title_cancelled_on + {leaves} THEN 'cancelled' END
            WHEN e.title_ended_on <= {day} THEN
                CASE
                    WHEN {day} < e.title_ended_on + {window} THEN 'expired'
                    WHEN {day} < e.title_ended_on + {window} + {leaves} THEN 'left'
                END
        END AS standing
    FROM policy_population AS e
    WHERE {here}
) AS s
"""

#: The same for a list that rests on no title: only the condition of the day tells.
STANDING_WITHOUT_TITLE = """
INSERT INTO policy_list_row
SELECT
    {measure} AS measure_id,
    {area} AS area_code,
    e.*,
    CASE WHEN e.{belongs} THEN 'member' ELSE 'unknown' END AS standing,
    CAST(NULL AS DATE) AS left_on
FROM policy_population AS e
WHERE {here} AND e.{belongs} IS NOT FALSE
"""

#: Why somebody is in the population of such a list: the condition itself, with what was seen.
POPULATION_REASONS = """
INSERT INTO policy_list_reason
SELECT
    e.measure_id,
    e.uscc,
    'population' AS rule_id,
    CASE e.standing WHEN 'member' THEN 'pass' WHEN 'unknown' THEN 'unknown' ELSE 'fail' END AS outcome,
    CASE e.standing WHEN 'member' THEN 'none' WHEN 'unknown' THEN {on_unknown} ELSE 'exclude' END AS effect,
    {observed} AS observed,
    {required} AS required,
    CAST(NULL AS DECIMAL(18, 6)) AS distance,
    {batch} AS batch_id,
    {row} AS row_no
FROM policy_list_row AS e
WHERE e.measure_id = {measure}
"""

TITLE_REASONS = """
INSERT INTO policy_list_reason
SELECT
    measure_id,
    uscc,
    CASE standing WHEN 'cancelled' THEN 'title_cancelled' ELSE 'title_in_force' END AS rule_id,
    CASE standing WHEN 'member' THEN 'pass' WHEN 'unknown' THEN 'unknown' ELSE 'fail' END AS outcome,
    CASE standing
        WHEN 'member' THEN 'none'
        WHEN 'unknown' THEN {on_unknown}
        WHEN 'expired' THEN {on_expired}
        ELSE 'exclude'
    END AS effect,
    CASE standing
        WHEN 'member' THEN COALESCE('有效期至 ' || CAST(title_valid_to - 1 AS TEXT), '未写终止日')
        WHEN 'unknown' THEN '有效期不详'
        WHEN 'cancelled' THEN '已于 ' || CAST(title_cancelled_on AS TEXT) || ' 取消'
        WHEN 'outside' THEN '没有在有效期内的称号'
        ELSE '有效期至 ' || CAST(title_ended_on - 1 AS TEXT) || '，未见复核结果'
    END AS observed,
    '在有效期内' AS required,
    CAST(NULL AS DECIMAL(18, 6)) AS distance,
    title_batch_id AS batch_id,
    CAST(title_row_no AS BIGINT) AS row_no
FROM policy_list_row
WHERE measure_id = {measure}
UNION ALL
SELECT
    measure_id,
    uscc,
    'title_lapsing',
    CASE WHEN title_valid_to - 1 <= {day} + {warn_before} THEN 'fail' ELSE 'pass' END,
    CASE WHEN title_valid_to - 1 <= {day} + {warn_before} THEN 'warn' ELSE 'none' END,
    COALESCE('有效期至 ' || CAST(title_valid_to - 1 AS TEXT), '未写终止日'),
    '距到期超过 ' || CAST({warn_before} AS TEXT) || ' 天',
    CAST(NULL AS DECIMAL(18, 6)),
    title_batch_id,
    CAST(title_row_no AS BIGINT)
FROM policy_list_row
WHERE measure_id = {measure} AND standing = 'member'
"""

RULE_REASON = """
SELECT
    e.measure_id,
    e.uscc,
    {rule} AS rule_id,
    {keep} AS kept,
    {observed} AS observed,
    {distance} AS distance,
    {batch} AS batch_id,
    {row} AS row_no
FROM policy_list_row AS e
WHERE e.measure_id = {measure}
"""

RULE_REASONS = """
INSERT INTO policy_list_reason
SELECT
    j.measure_id,
    j.uscc,
    j.rule_id,
    CASE WHEN r.off THEN 'waived' WHEN j.kept THEN 'pass' WHEN j.kept IS NULL THEN 'unknown' ELSE 'fail' END,
    CASE WHEN r.off OR j.kept THEN 'none' WHEN j.kept IS NULL THEN r.on_unknown ELSE r.on_fail END,
    j.observed,
    r.required,
    j.distance,
    j.batch_id,
    j.row_no
FROM ({judged}) AS j
JOIN policy_rule AS r ON r.measure_id = j.measure_id AND r.rule_id = j.rule_id
"""

EXCEPTION_REASONS = """
INSERT INTO policy_list_reason
SELECT
    x.measure_id,
    x.uscc,
    'exception',
    'waived',
    CASE x.effect WHEN 'exclude' THEN 'exclude' ELSE 'none' END,
    CASE x.effect WHEN 'exclude' THEN '人工决定不列入' ELSE '人工决定列入' END
        || '：' || x.reason || '（' || x.decided_by || '，自 ' || CAST(x.valid_from AS TEXT)
        || COALESCE(' 至 ' || CAST(x.valid_to - 1 AS TEXT), ' 起') || '）',
    '按人工决定',
    CAST(NULL AS DECIMAL(18, 6)),
    NULL,
    NULL
FROM policy_exception AS x
JOIN policy_list_row AS e ON e.measure_id = x.measure_id AND e.uscc = x.uscc
"""

WHITELIST = """
CREATE OR REPLACE TEMP TABLE policy_whitelist AS
WITH judged AS (
    SELECT
        measure_id,
        uscc,
        CASE
            WHEN bool_or(rule_id = 'exception' AND effect = 'exclude') THEN 'excluded'
            WHEN bool_or(rule_id = 'exception') THEN 'listed'
            WHEN bool_or(effect = 'exclude') THEN 'excluded'
            WHEN bool_or(effect = 'review') THEN 'review'
            ELSE 'listed'
        END AS verdict,
        bool_or(rule_id = 'exception') AS by_hand,
        list(rule_id ORDER BY rule_id) FILTER (effect IN ('exclude', 'review')) AS reasons,
        list(rule_id || CASE outcome WHEN 'unknown' THEN '_unknown' ELSE '' END ORDER BY rule_id)
            FILTER (effect = 'warn') AS warnings
    FROM policy_list_reason
    GROUP BY measure_id, uscc
)
SELECT
    e.measure_id,
    e.uscc,
    e.area_code,
    e.name,
    e.division_code,
    e.title,
    CAST(COALESCE(e.title_valid_to, e.title_ended_on) - 1 AS DATE) AS title_valid_to,
    j.verdict,
    CAST(
        CASE
            WHEN j.by_hand THEN ['exception']
            WHEN j.verdict = 'listed' THEN []
            ELSE j.reasons
        END AS VARCHAR[]
    ) AS reason_codes,
    CAST(COALESCE(j.warnings, []) AS VARCHAR[]) AS warnings,
    CAST(COALESCE(e.title_valid_to, e.title_ended_on) - 1 - {day} AS INTEGER) AS days_to_lapse,
    -- a person who keeps it on the list keeps it in the population too
    CASE WHEN j.verdict = 'excluded' THEN e.left_on END AS left_on
FROM policy_list_row AS e
JOIN judged AS j ON j.measure_id = e.measure_id AND j.uscc = e.uscc
"""

REASON = """
SELECT
    r.measure_id,
    r.uscc,
    r.rule_id,
    r.outcome,
    r.effect,
    r.observed,
    r.required,
    r.distance,
    i.title_zh
        || CASE r.outcome
            WHEN 'pass' THEN '：符合，' || COALESCE(r.observed, '不详')
            WHEN 'unknown' THEN '：不详，没有“' || i.facts_zh || '”的可用数据'
            WHEN 'waived' THEN '：' || CASE r.rule_id WHEN 'exception' THEN r.observed ELSE '本市停用此规则' END
            ELSE '：要求' || r.required || '，实际' || COALESCE(r.observed, '不详')
        END
        || CASE r.effect
            WHEN 'exclude' THEN '；不列入'
            WHEN 'review' THEN '；待人工核实'
            WHEN 'warn' THEN '；仅提示'
            ELSE ''
        END
        || '。依据：' || i.source_zh AS message_zh,
    i.clause,
    i.document_id,
    r.batch_id,
    r.row_no
FROM policy_list_reason AS r
JOIN policy_rule AS i ON i.measure_id = r.measure_id AND i.rule_id = r.rule_id
ORDER BY r.measure_id, r.uscc, r.rule_id
"""
