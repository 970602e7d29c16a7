-- Every name (with the code given beside it) that a source matched by name uses, and the city its district
-- points to.
WITH said AS (
    SELECT
        'title_list' AS source,
        COALESCE(name, '') AS raw_name,
        uscc,
        district
    FROM staged_title_list
    UNION ALL
    SELECT
        'financing_guarantee',
        COALESCE(name, ''),
        uscc,
        NULL
    FROM staged_financing_guarantee
)
SELECT
    s.source,
    s.raw_name,
    s.uscc AS given_code,
    normal_name(s.raw_name) AS normal_name,
    loose_name(normal_name(s.raw_name)) AS loose_name,
    CASE WHEN MIN(p.city_code) = MAX(p.city_code) THEN MIN(p.city_code) END AS city_code
FROM said AS s
LEFT JOIN place_sole AS p
    ON p.text = s.district
GROUP BY
    s.source,
    s.raw_name,
    s.uscc
