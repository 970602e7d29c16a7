-- What a pair of mentions means in each city where it means anything; county and zone side by side.
WITH mention AS (
    SELECT DISTINCT
        first_spelling,
        second_spelling
    FROM place_mention
),
reading AS (
    SELECT
        m.first_spelling,
        m.second_spelling,
        f.city_code,
        CASE WHEN f.division_code NOT LIKE '%00' THEN f.division_code END AS first_county,
        f.zone_code AS first_zone,
        s.spelling IS NOT NULL AS second_fits,
        CASE WHEN s.division_code NOT LIKE '%00' THEN s.division_code END AS second_county,
        s.zone_code AS second_zone
    FROM mention AS m
    JOIN place_spelling AS f
        ON f.spelling = m.first_spelling
        AND NOT f.short
    LEFT JOIN place_spelling AS s
        ON s.spelling = m.second_spelling
        AND s.city_code = f.city_code
),
narrowed AS (
    SELECT
        *
    FROM reading
    -- 高新区 exists in many cities; a second mention that fits one of them decides
    QUALIFY second_fits OR NOT BOOL_OR(second_fits) OVER (PARTITION BY first_spelling, second_spelling)
)
SELECT
    first_spelling,
    second_spelling,
    city_code,
    COALESCE(first_county, second_county) AS county_code,
    COALESCE(first_zone, second_zone) AS zone_code,
    COUNT(*) OVER (PARTITION BY first_spelling, second_spelling) AS cities
FROM narrowed
