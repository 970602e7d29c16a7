-- The newest word on each guarantee begun up to the day, and for whom it stands; what is not paid out yet is
-- not guaranteed either.
WITH newest AS (
    SELECT
        *
    FROM staged_financing_guarantee
    WHERE contract_no IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY contract_no
        ORDER BY version DESC
    ) = 1
)
SELECT
    n.* REPLACE (m.uscc AS uscc),
    m.raw_name,
    m.given_code,
    m.verdict,
    m.bearers,
    m.state AS match_state
FROM newest AS n
JOIN name_owner AS m
    ON m.source = 'financing_guarantee'
    AND m.raw_name = COALESCE(n.name, '')
    AND m.given_code IS NOT DISTINCT FROM n.uscc
WHERE (n.started_on IS NULL OR n.started_on <= $biz_date)
    AND n.loan_state IS DISTINCT FROM '未放款'
    AND NOT COALESCE(REGEXP_MATCHES(n._missing, '"started_on"\s*:\s*"not_applicable"'), FALSE)
