SELECT
    CAST(level AS INTEGER) AS level,
    CAST(score_min AS DECIMAL(28, 8)) AS score_min,
    CAST(score_below AS DECIMAL(28, 8)) AS score_below,
    doubt
FROM lookup_digital_bands_2022
