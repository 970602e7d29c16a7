-- Continuous coverage per enterprise and title: intervals that overlap or touch are one (renewals extend).
WITH ordered AS (
    SELECT
        *,
        MAX(ends_on) OVER (
            PARTITION BY uscc, title
            ORDER BY
                starts_on,
                ends_on,
                version
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS covered_until
    FROM title_interval
    WHERE uscc IS NOT NULL
        AND NOT undated
        AND starts_on < ends_on
),
numbered AS (
    SELECT
        *,
        SUM(CASE WHEN covered_until >= starts_on THEN 0 ELSE 1 END) OVER (
            PARTITION BY uscc, title
            ORDER BY
                starts_on,
                ends_on,
                version
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch
    FROM ordered
),
closing AS (
    SELECT
        *,
        MIN(starts_on) OVER (PARTITION BY uscc, title, stretch) AS covers_from,
        ROW_NUMBER() OVER (
            PARTITION BY uscc, title, stretch
            ORDER BY
                ends_on DESC,
                version DESC
        ) AS from_the_end
    FROM numbered
)
SELECT
    uscc,
    title,
    covers_from,
    ends_on AS covers_to,
    cancelled_on,
    source_batch,
    row_no,
    cancel_batch,
    cancel_row_no
FROM closing
WHERE from_the_end = 1
