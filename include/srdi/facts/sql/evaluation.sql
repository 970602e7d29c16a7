-- The evaluation that counts: the newest up to the day, on one day the higher level.
WITH levelled AS (
    SELECT
        s.uscc,
        s.evaluated_on,
        s.version AS row_version,
        s.edition,
        s.way,
        s.as_of,
        s._batch_id AS batch_id,
        s._row_no AS row_no,
        COALESCE(s.level, b.level) AS level,
        s.level IS NULL AND b.level IS NOT NULL AS derived
    FROM staged_digital_evaluation AS s
    LEFT JOIN (
        SELECT
            CAST(level AS INTEGER) AS level,
            CAST(score_min AS DECIMAL(10, 4)) AS score_min,
            CAST(NULLIF(score_below, '') AS DECIMAL(10, 4)) AS score_below
        FROM lookup_digital_bands_2022
    ) AS b
        ON s.score >= b.score_min
        AND (b.score_below IS NULL OR s.score < b.score_below)
    WHERE s.evaluated_on <= $biz_date
        AND s.uscc IS NOT NULL
        AND (
            CAST($evaluation_max_age_days AS INTEGER) IS NULL
            OR DATE_DIFF('day', s.evaluated_on, $biz_date) <= CAST($evaluation_max_age_days AS INTEGER)
        )
),
corrected AS (
    -- a later export corrects the same evaluation; within one export both stand and the higher one counts
    SELECT
        *
    FROM levelled
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY uscc, evaluated_on, edition, way
        ORDER BY
            as_of DESC,
            level DESC NULLS LAST,
            row_version DESC
    ) = 1
)
SELECT
    uscc,
    evaluated_on,
    CAST(level AS INTEGER) AS level,
    derived,
    edition,
    batch_id,
    row_no
FROM corrected
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY uscc
    ORDER BY
        evaluated_on DESC,
        level DESC NULLS LAST,
        row_version DESC
) = 1
