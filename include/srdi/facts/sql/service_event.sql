-- Output: matchmaking events, one per day and unit. Where they were: with the enterprises that took part when those
-- are of one place, else with the unit.
WITH held AS (
    SELECT
        service_on AS day,
        MIN(service_unit) AS unit,
        CASE WHEN MIN(city_code) = MAX(city_code) THEN MIN(city_code) END AS guest_city,
        CASE WHEN MIN(division_code) = MAX(division_code) THEN MIN(division_code) END AS guest_division,
        MIN(unit_city) AS unit_city,
        MIN(unit_division) AS unit_division,
        ARG_MAX(batch_id, version) AS batch_id,
        ARG_MAX(row_no, version) AS row_no
    FROM service_place
    WHERE service_type = '产销对接'
    GROUP BY
        service_on,
        lookup_key(service_unit)
)
SELECT
    day,
    CAST(NULL AS VARCHAR) AS uscc,
    COALESCE(guest_city, unit_city) AS city_code,
    CASE
        WHEN guest_division IS NOT NULL THEN guest_division
        WHEN guest_city IS NULL OR guest_city = unit_city THEN unit_division
    END AS division_code,
    batch_id,
    CAST(row_no AS BIGINT) AS row_no,
    unit
FROM held
ORDER BY
    day,
    unit,
    batch_id,
    row_no
