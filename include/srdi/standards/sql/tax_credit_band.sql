SELECT
    CAST(priority AS INTEGER) AS priority,
    condition,
    grade,
    CAST(score_min AS DECIMAL(28, 8)) AS score_min,
    CAST(score_below AS DECIMAL(28, 8)) AS score_below,
    doubt,
    CASE WHEN CAST(began AS DATE) > CAST($day AS DATE) THEN began END AS early
FROM lookup_tax_credit_bands
WHERE COALESCE(CAST(since AS DATE) <= CAST($day AS DATE), TRUE)
    AND COALESCE(CAST(until AS DATE) > CAST($day AS DATE), TRUE)
