-- The newest word on each closed year and place. Places merged since then, and a place by its old and its new
-- name, fall together: of them the newest export counts, in which several may stand side by side.
WITH placed AS (
    SELECT
        MAKE_DATE(s.year, 12, 31) AS day,
        p.city_code,
        COALESCE(h.county_code, p.city_code) AS division_code,
        COALESCE(h.zone_code, h.county_code, lookup_key(s.district)) AS place,
        s.district,
        s.works_total,
        s.reserved_sme,
        s.as_of,
        s.version,
        s._batch_id AS batch_id,
        s._row_no AS row_no
    FROM staged_procurement AS s
    LEFT JOIN place_sole AS p
        ON p.text = s.district
    LEFT JOIN place_hit AS h
        ON h.first_spelling = p.first_spelling
        AND h.second_spelling = p.second_spelling
        AND h.city_code = p.city_code
    WHERE MAKE_DATE(s.year, 12, 31) <= $biz_date
),
newest_export AS (
    SELECT
        *
    FROM placed
    QUALIFY RANK() OVER (
        PARTITION BY day, place
        ORDER BY as_of DESC
    ) = 1
)
SELECT
    *
FROM newest_export
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY day, lookup_key(district)
    ORDER BY version DESC
) = 1
