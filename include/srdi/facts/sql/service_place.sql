-- Where the ledger's rows come from: the place of each row's enterprise, and the place that its unit's name tells.
SELECT
    s.version,
    s.service_type,
    s.service_on,
    s.service_unit,
    s._batch_id AS batch_id,
    s._row_no AS row_no,
    p.city_code,
    p.division_code,
    p.zone_code,
    u.city_code AS unit_city,
    COALESCE(h.county_code, u.city_code) AS unit_division,
    h.zone_code AS unit_zone
FROM staged_service_ledger AS s
LEFT JOIN enterprise_place AS p
    ON p.uscc = s.uscc
LEFT JOIN place_sole AS u
    ON u.text = s.service_unit
LEFT JOIN place_hit AS h
    ON h.first_spelling = u.first_spelling
    AND h.second_spelling = u.second_spelling
    AND h.city_code = u.city_code
WHERE s.service_on <= $biz_date
