-- Which standard every row asks for: the title by any of its spellings, the paper by its number (or its year).
WITH spelled AS (
    SELECT DISTINCT
        lookup_key(spelling) AS word,
        value AS title
    FROM lookup_title
),
keyed AS (
    SELECT
        row_no,
        lookup_key(title) AS title,
        lookup_key(standard) AS standard,
        lookup_key(renewal) AS renewal
    FROM given
),
asked AS (
    SELECT
        k.row_no,
        t.title,
        CASE
            WHEN REGEXP_MATCHES(k.standard, '^(?:(?:工信部企业)?\(2022\))?63(?:\.0|号|号文)?$|^2022年?$') THEN '63'
            WHEN REGEXP_MATCHES(k.standard, '^(?:(?:工信部企业)?\(2026\))?2(?:\.0|号|号文)?$|^2026年?$') THEN '2'
        END AS number,
        CASE
            WHEN k.renewal IN ('', '新申报', '申报', '认定', 'NEW') THEN 'new'
            WHEN k.renewal IN ('复核', 'RENEWAL') OR flag_told(k.renewal) THEN 'renewal'
            WHEN NOT flag_told(k.renewal) THEN 'new'
        END AS purpose
    FROM keyed AS k
    LEFT JOIN spelled AS t
        ON t.word = k.title
)
SELECT
    a.row_no,
    a.title,
    a.number,
    a.purpose,
    s.measure_id AS found,
    CASE WHEN s.renews OR a.purpose = 'new' THEN s.measure_id END AS measure_id,
    CASE
        WHEN NOT STARTS_WITH(s.basis, a.number || '号') THEN a.number || '号没有新的' || a.title || '标准，按' || s.basis || '判定'
    END AS carried
FROM asked AS a
LEFT JOIN title_standard AS s
    ON s.title = a.title
    AND s.number = a.number
    AND a.purpose IS NOT NULL
