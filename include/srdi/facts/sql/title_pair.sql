-- Every name (with the code given beside it) that a title list uses, and the city its district points to.
SELECT
    COALESCE(t.name, '') AS raw_name,
    t.uscc AS given_code,
    normal_name(COALESCE(t.name, '')) AS normal_name,
    loose_name(normal_name(COALESCE(t.name, ''))) AS loose_name,
    CASE WHEN MIN(p.city_code) = MAX(p.city_code) THEN MIN(p.city_code) END AS city_code
FROM staged_title_list AS t
LEFT JOIN place_sole AS p
    ON p.text = t.district
GROUP BY
    COALESCE(t.name, ''),
    t.uscc
