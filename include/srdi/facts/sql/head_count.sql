-- Head-counts of each enterprise by the source that told them; position 1 counts by the declared precedence.
WITH told AS (
    SELECT
        uscc,
        'tax_annual' AS source,
        employees,
        batch_id,
        row_no
    FROM tax
    UNION ALL
    SELECT
        uscc,
        'enterprise_registry',
        employees,
        batch_id,
        row_no
    FROM registry
)
SELECT
    *,
    ROW_NUMBER() OVER (
        PARTITION BY uscc
        ORDER BY LIST_POSITION(CAST($employees_sources AS VARCHAR[]), source)
    ) AS position
FROM told
WHERE employees IS NOT NULL
    AND LIST_CONTAINS(CAST($employees_sources AS VARCHAR[]), source)
