-- Two sources tell one fact differently, so much that it matters: one row per enterprise and fact. `used` counts by
-- the declared precedence; `told` is the word of the row that is put aside.
WITH head_counts AS (
    SELECT
        used.uscc,
        used.source AS used_source,
        used.batch_id AS used_batch_id,
        used.row_no AS used_row_no,
        used.employees AS used_count,
        used_size.size_class AS used_size,
        told.source AS told_source,
        told.batch_id AS told_batch_id,
        told.row_no AS told_row_no,
        told.employees AS told_count,
        told_size.size_class AS told_size,
        used_size.size_class IS DISTINCT FROM told_size.size_class AS other_size
    FROM head_count AS used
    JOIN head_count AS told
        ON told.uscc = used.uscc
        AND told.position > 1
    LEFT JOIN size_told AS used_size
        ON used_size.uscc = used.uscc
        AND used_size.position = 1
    LEFT JOIN size_told AS told_size
        ON told_size.uscc = told.uscc
        AND told_size.position = told.position
    WHERE used.position = 1
        AND (
            used_size.size_class IS DISTINCT FROM told_size.size_class
            OR CAST(ABS(used.employees - told.employees) AS DECIMAL(20, 0))
                > CAST($employees_tolerance AS DECIMAL(12, 6)) * CAST(GREATEST(used.employees, told.employees) AS DECIMAL(20, 0))
        )
    -- one that changes the size weighs more than one that only differs
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY used.uscc
        ORDER BY
            used_size.size_class IS DISTINCT FROM told_size.size_class DESC,
            told.position
    ) = 1
),
title_place AS (
    SELECT
        t.uscc,
        t.version,
        t.title,
        t.district,
        t.source_batch,
        t.row_no,
        s.city_code,
        h.county_code
    FROM title_row AS t
    JOIN title_interval AS i
        ON i.title_id = t.title_id
        AND i.starts_on <= $biz_date
        AND i.ends_on > $biz_date
    JOIN place_sole AS s
        ON s.text = t.district
        AND s.city_code IS NOT NULL
    LEFT JOIN place_hit AS h
        ON h.first_spelling = s.first_spelling
        AND h.second_spelling = s.second_spelling
        AND h.city_code = s.city_code
    WHERE t.uscc IS NOT NULL
    -- the newest word of the lists about where the enterprise is
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY t.uscc
        ORDER BY t.version DESC
    ) = 1
)
SELECT
    'employees' AS fact,
    other_size AS grave,
    uscc,
    used_source,
    used_batch_id,
    used_row_no,
    CAST(used_count AS VARCHAR) AS used_value,
    told_source,
    told_batch_id,
    told_row_no,
    CAST(told_count AS VARCHAR) AS told_value,
    used_size,
    told_size
FROM head_counts
UNION ALL
SELECT
    'division_code',
    t.city_code <> p.city_code,
    t.uscc,
    'enterprise_registry',
    r.batch_id,
    r.row_no,
    CONCAT(d.name, '（', p.division_code, '）'),
    'title_list',
    t.source_batch,
    t.row_no,
    t.district,
    NULL,
    NULL
FROM title_place AS t
JOIN enterprise_place AS p
    ON p.uscc = t.uscc
    AND p.city_code IS NOT NULL
JOIN registry AS r
    ON r.uscc = t.uscc
LEFT JOIN lookup_divisions AS d
    ON d.code = p.division_code
WHERE t.city_code <> p.city_code
    OR (p.division_code NOT LIKE '%00' AND t.county_code <> p.division_code)
