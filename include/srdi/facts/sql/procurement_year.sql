-- Output: procurement of works of each closed year and place.
SELECT
    day,
    CAST(NULL AS VARCHAR) AS uscc,
    city_code,
    division_code,
    CAST(works_total AS DECIMAL(18, 2)) AS works_total,
    CAST(reserved_sme AS DECIMAL(18, 2)) AS reserved_sme,
    batch_id,
    CAST(row_no AS BIGINT) AS row_no
FROM procurement_row
ORDER BY
    day,
    city_code,
    division_code,
    batch_id,
    row_no
