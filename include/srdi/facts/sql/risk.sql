-- Risk listings in force on the day, the latest one per enterprise and kind of list.
WITH newest_row AS (
    SELECT
        MAX(version) AS version
    FROM staged_registry_risk
    GROUP BY
        uscc,
        list_type,
        listed_on
)
SELECT
    s.uscc,
    s.list_type,
    s.listed_on,
    s._batch_id AS batch_id,
    s._row_no AS row_no
FROM newest_row AS n
JOIN staged_registry_risk AS s
    ON s.version = n.version
WHERE s.uscc IS NOT NULL
    AND (s.listed_on IS NULL OR s.listed_on <= $biz_date)
    AND (s.removed_on IS NULL OR s.removed_on > $biz_date)
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY s.uscc, s.list_type
    ORDER BY
        s.listed_on DESC NULLS LAST,
        s.version DESC
) = 1
