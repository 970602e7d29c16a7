-- Size by the statistical rule, once with each head-count that a source told: a class needs every lower bound, so
-- the weakest indicator decides; one indicator below the lowest bound makes a micro enterprise whatever the others
-- say. The rule speaks of last year's figures: without the closed year's accounts the size is unknown.
WITH bound AS (
    SELECT
        sme_size.industry,
        sme_size.indicator,
        CAST(large_min AS DECIMAL(18, 2)) * factor AS large_min,
        CAST(medium_min AS DECIMAL(18, 2)) * factor AS medium_min,
        CAST(small_min AS DECIMAL(18, 2)) * factor AS small_min
    FROM (
        SELECT
            *,
            CASE unit WHEN '万元' THEN 10000 WHEN '人' THEN 1 END AS factor
        FROM lookup_sme_size
    ) AS sme_size
),
measured AS (
    SELECT
        r.uscc,
        COALESCE(h.position, 1) AS position,
        b.large_min,
        b.medium_min,
        b.small_min,
        CASE b.indicator
            WHEN 'employees' THEN CAST(h.employees AS DECIMAL(18, 2))
            WHEN 'revenue' THEN t.revenue
            WHEN 'assets' THEN t.assets
        END AS value
    FROM registry AS r
    JOIN industry AS i
        ON i.spelled_code IS NOT DISTINCT FROM r.industry_code
        AND i.spelled_section IS NOT DISTINCT FROM r.industry_section
    JOIN bound AS b
        ON b.industry = i.sme_industry
    JOIN tax AS t
        ON t.uscc = r.uscc
        AND t.year IS NOT NULL
    LEFT JOIN head_count AS h
        ON h.uscc = r.uscc
),
indicator_class AS (
    SELECT
        uscc,
        position,
        CASE
            WHEN value IS NULL THEN NULL
            WHEN value < small_min THEN 1
            WHEN value < medium_min THEN 2
            WHEN value < large_min THEN 3
            ELSE 4
        END AS class
    FROM measured
),
weakest AS (
    SELECT
        uscc,
        position,
        MIN(class) AS class,
        COUNT(*) = COUNT(class) AS complete
    FROM indicator_class
    GROUP BY
        uscc,
        position
)
SELECT
    uscc,
    position,
    CASE
        WHEN class = 1 THEN '微型'
        WHEN NOT complete THEN NULL
        WHEN class = 2 THEN '小型'
        WHEN class = 3 THEN '中型'
        WHEN class = 4 THEN '大型'
    END AS size_class,
    CASE
        WHEN class < 4 THEN TRUE
        WHEN complete THEN FALSE
    END AS sme,
    -- the weakest indicator decides: one that says small leaves nothing above it, whatever is missing
    CASE
        WHEN class <= 2 THEN TRUE
        WHEN complete THEN FALSE
    END AS small_micro
FROM weakest
