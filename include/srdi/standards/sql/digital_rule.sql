-- All lines apply on any day (a result may be recomputed later); `early` is told, not enforced.
SELECT
    CAST(level AS INTEGER) AS level,
    CAST(score_min AS DECIMAL(28, 8)) AS score_min,
    CAST(scenes_min AS INTEGER) AS scenes_min,
    CAST(starred_min AS INTEGER) AS starred_min,
    since,
    CAST(since AS DATE) > CAST($day AS DATE) AS early,
    doubt
FROM lookup_digital_levels_2024
