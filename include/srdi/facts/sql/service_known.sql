-- Enterprises whose county reports: it has a row in the ledger of late. A function zone without a county reports
-- for itself; where not even that is known nobody can tell.
WITH recent AS (
    SELECT
        *
    FROM service_place
    WHERE DATE_DIFF('day', service_on, $biz_date) < CAST($service_report_days AS INTEGER)
),
reporting AS (
    SELECT
        reporting_area(division_code, zone_code) AS area
    FROM recent
    UNION
    SELECT
        reporting_area(unit_division, unit_zone)
    FROM recent
)
SELECT
    p.uscc
FROM enterprise_place AS p
JOIN reporting AS r
    ON r.area = reporting_area(p.division_code, p.zone_code)
