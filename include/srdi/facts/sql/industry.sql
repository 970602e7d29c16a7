-- Each spelling of code and section in use, read tolerantly: C31, 31, 3110, C3110, lost leading zeros.
WITH spelled AS (
    SELECT DISTINCT
        industry_code AS spelled_code,
        industry_section AS spelled_section
    FROM registry
),
part AS (
    SELECT
        s.spelled_code,
        s.spelled_section,
        NULLIF(REGEXP_EXTRACT(lookup_key(s.spelled_code), '^([A-T])(?:[0-9]|$)', 1), '') AS code_letter,
        NULLIF(REGEXP_EXTRACT(lookup_key(s.spelled_code), '^[A-T]?([0-9]{1,4})(?:\.0*)?$', 1), '') AS digits,
        COALESCE(
            NULLIF(REGEXP_EXTRACT(lookup_key(s.spelled_section), '^([A-T])(?:[^A-Z]|$)', 1), ''),
            n.code
        ) AS section_letter
    FROM spelled AS s
    LEFT JOIN lookup_industry_codes AS n
        ON n.level = '门类'
        AND REPLACE(n.name, '、', '') = REPLACE(lookup_key(s.spelled_section), '、', '')
),
candidate AS (
    SELECT
        *,
        digits AS code,
        FALSE AS padded
    FROM part
    UNION ALL
    SELECT
        *,
        '0' || digits AS code,
        TRUE AS padded
    FROM part
    WHERE LENGTH(digits) IN (1, 3)
),
reading AS (
    SELECT
        c.spelled_code,
        c.spelled_section,
        c.code,
        d.section
    FROM candidate AS c
    JOIN lookup_industry_codes AS d
        ON d.level = '大类'
        AND d.code = SUBSTR(c.code, 1, 2)
    LEFT JOIN lookup_industry_codes AS exact_code
        ON exact_code.code = c.code
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY c.spelled_code, c.spelled_section
        ORDER BY
            COALESCE(d.section = COALESCE(c.code_letter, c.section_letter), FALSE) DESC,
            (exact_code.code IS NOT NULL) DESC,
            c.padded
    ) = 1
),
known AS (
    SELECT
        p.spelled_code,
        p.spelled_section,
        r.code AS industry_code,
        COALESCE(r.section, p.code_letter, p.section_letter) AS industry_section
    FROM part AS p
    LEFT JOIN reading AS r
        ON r.spelled_code IS NOT DISTINCT FROM p.spelled_code
        AND r.spelled_section IS NOT DISTINCT FROM p.spelled_section
),
sized AS (
    SELECT
        k.spelled_code,
        k.spelled_section,
        s.code AS sme_code,
        NULLIF(s.sme_industry, '') AS sme_industry
    FROM known AS k
    JOIN lookup_industry_sme AS s
        ON STARTS_WITH(k.industry_code, s.code)
        OR s.code = k.industry_section
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY k.spelled_code, k.spelled_section
        ORDER BY
            REGEXP_MATCHES(s.code, '^[0-9]') DESC,
            LENGTH(s.code) DESC
    ) = 1
),
producer AS (
    SELECT
        k.spelled_code,
        k.spelled_section,
        BOOL_OR(p.code = k.industry_section OR COALESCE(STARTS_WITH(k.industry_code, p.code), FALSE)) AS inside,
        -- the code is too coarse to tell: a finer one below it would be inside
        BOOL_OR(COALESCE(STARTS_WITH(p.code, k.industry_code), d.section = k.industry_section)) AS possible
    FROM known AS k
    CROSS JOIN lookup_producer_industry AS p
    LEFT JOIN lookup_industry_codes AS d
        ON d.level = '大类'
        AND d.code = SUBSTR(p.code, 1, 2)
    WHERE k.industry_section IS NOT NULL
    GROUP BY
        k.spelled_code,
        k.spelled_section
)
SELECT
    k.spelled_code,
    k.spelled_section,
    k.industry_code,
    k.industry_section,
    -- the lookup's line that answered, also when it says that the standard does not apply
    s.sme_code,
    s.sme_industry,
    CASE
        WHEN p.inside THEN TRUE
        WHEN p.possible THEN NULL
        WHEN p.possible IS NOT NULL THEN FALSE
    END AS producer_industry
FROM known AS k
LEFT JOIN sized AS s
    ON s.spelled_code IS NOT DISTINCT FROM k.spelled_code
    AND s.spelled_section IS NOT DISTINCT FROM k.spelled_section
LEFT JOIN producer AS p
    ON p.spelled_code IS NOT DISTINCT FROM k.spelled_code
    AND p.spelled_section IS NOT DISTINCT FROM k.spelled_section
