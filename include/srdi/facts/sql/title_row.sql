-- The newest word of the lists on each title: one row per holder, title and batch, cancellations apart.
WITH said AS (
    SELECT
        t.*,
        -- who is spoken of, in the list's own words: a later export may correct the code beside a name
        COALESCE(NULLIF(normal_name(COALESCE(t.name, '')), ''), t.uscc) AS subject,
        -- where a list names no batch, its state and the day of recognition tell two recognitions apart
        COALESCE(t.batch, CONCAT_WS('|', t.state, CAST(t.recognised_on AS VARCHAR))) AS label
    FROM staged_title_list AS t
),
newest_export AS (
    -- within one export the rows stand side by side: they may be namesakes with different codes
    SELECT
        s.*
    FROM said AS s
    JOIN batch AS b
        ON b.batch_id = s._batch_id
    QUALIFY RANK() OVER (
        PARTITION BY s.subject, s.title, s.label, s.state = '取消'
        ORDER BY b.position DESC
    ) = 1
),
matched AS (
    SELECT
        t.version,
        t.as_of,
        t._batch_id AS source_batch,
        t._row_no AS row_no,
        m.uscc,
        COALESCE(m.uscc, m.normal_name) AS holder,
        m.raw_name,
        m.verdict,
        m.state AS match_state,
        m.bearers,
        m.given_code,
        m.proposed_uscc,
        t.title,
        t.batch,
        t.label,
        t.state,
        t.recognised_on,
        t.valid_from,
        t.valid_to,
        -- 长期 and the like: an end that is said not to exist
        COALESCE(REGEXP_MATCHES(t._missing, '"valid_to"\s*:\s*"not_applicable"'), FALSE) AS endless,
        t.district
    FROM newest_export AS t
    JOIN name_owner AS m
        ON m.source = 'title_list'
        AND m.raw_name = COALESCE(t.name, '')
        AND m.given_code IS NOT DISTINCT FROM t.uscc
)
SELECT
    * EXCLUDE (label),
    MD5(CONCAT_WS('|', holder, title, state, COALESCE(batch, CAST(recognised_on AS VARCHAR), ''))) AS title_id
FROM matched
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY holder, title, label, state = '取消'
    ORDER BY version DESC
) = 1
