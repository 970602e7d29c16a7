-- Output: every title row of the lists with its interval and its enterprise, if one is known.
SELECT
    t.title_id,
    t.uscc,
    t.raw_name,
    t.title,
    t.batch,
    CASE t.state
        WHEN '认定' THEN 'recognised'
        WHEN '复核' THEN 'renewed'
        WHEN '取消' THEN 'cancelled'
        WHEN '公示' THEN 'proposed'
    END AS state,
    t.recognised_on,
    COALESCE(i.starts_on, t.valid_from) AS valid_from,
    i.ends_on AS valid_to,
    COALESCE(i.derived_end, FALSE) AS derived_end,
    CASE
        WHEN i.title_id IS NULL THEN FALSE
        WHEN i.undated AND i.cancelled_on IS NULL THEN NULL
        ELSE COALESCE(i.starts_on <= $biz_date AND $biz_date < i.ends_on, FALSE)
    END AS in_force,
    COALESCE(p.division_code, h.county_code, s.city_code) AS division_code,
    COALESCE(p.city_code, s.city_code) AS city_code,
    t.source_batch,
    CAST(t.row_no AS BIGINT) AS row_no
FROM title_row AS t
LEFT JOIN title_interval AS i
    ON i.title_id = t.title_id
LEFT JOIN enterprise_place AS p
    ON p.uscc = t.uscc
LEFT JOIN place_sole AS s
    ON s.text = t.district
LEFT JOIN place_hit AS h
    ON h.first_spelling = s.first_spelling
    AND h.second_spelling = s.second_spelling
    AND h.city_code = s.city_code
ORDER BY
    t.title_id
