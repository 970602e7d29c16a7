-- Per enterprise: whether the innovative title is in force (NULL: recognised, but no day is known), until when.
WITH standing AS (
    SELECT
        uscc,
        covers_to
    FROM title_coverage
    WHERE title = '创新型'
        AND covers_from <= $biz_date
        AND covers_to > $biz_date
    UNION ALL
    SELECT
        uscc,
        NULL
    FROM title_interval
    WHERE title = '创新型'
        AND uscc IS NOT NULL
        AND undated
        AND cancelled_on IS NULL
)
SELECT
    uscc,
    CASE WHEN COUNT(covers_to) > 0 THEN TRUE END AS innovative,
    MAX(covers_to) AS innovative_valid_to
FROM standing
GROUP BY uscc
