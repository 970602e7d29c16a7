-- Adoptions in force on the day, the earliest one per enterprise: since then it has been in the cloud.
WITH newest_row AS (
    SELECT
        MAX(version) AS version
    FROM staged_cloud_adoption
    GROUP BY
        uscc,
        adopted_on
)
SELECT
    s.uscc,
    s.adopted_on,
    s._batch_id AS batch_id,
    s._row_no AS row_no
FROM newest_row AS n
JOIN staged_cloud_adoption AS s
    ON s.version = n.version
WHERE s.uscc IS NOT NULL
    AND s.adopted_on <= $biz_date
    AND (s.cloud_until IS NULL OR s.cloud_until > $biz_date)
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY s.uscc
    ORDER BY s.adopted_on
) = 1
