-- The newest word of the lists on each title: one row per holder, title, batch and state.
WITH matched AS (
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
        t.state,
        t.recognised_on,
        t.valid_from,
        t.valid_to,
        -- 长期 and the like: an end that is said not to exist
        COALESCE(REGEXP_MATCHES(t._missing, '"valid_to"\s*:\s*"not_applicable"'), FALSE) AS endless,
        t.district
    FROM staged_title_list AS t
    JOIN title_match AS m
        ON m.raw_name = COALESCE(t.name, '')
        AND m.given_code IS NOT DISTINCT FROM t.uscc
)
SELECT
    *,
    -- where a list names no batch, the day of recognition tells two recognitions apart
    MD5(CONCAT_WS('|', holder, title, state, COALESCE(batch, CAST(recognised_on AS VARCHAR), ''))) AS title_id
FROM matched
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY holder, title, state, COALESCE(batch, CAST(recognised_on AS VARCHAR), '')
    ORDER BY version DESC
) = 1
