-- Words that name an industry, as compared: the rule's own names, further spellings of them, names of
-- GB/T 4754; each also without a closing 业. sme_industry: an industry of the rule; code: a code to be read.
WITH named AS (
    SELECT
        1 AS rank,
        industry_key(industry) AS word,
        industry AS sme_industry,
        NULL AS code
    FROM (SELECT DISTINCT industry FROM lookup_sme_size)
    UNION ALL
    SELECT
        2 AS rank,
        industry_key(spelling),
        value,
        NULL
    FROM lookup_sme_industry_names
    UNION ALL
    -- the coarsest level that knows the name; a name it gives to several codes names none of them
    SELECT
        3 AS rank,
        word,
        NULL,
        MIN(code)
    FROM (
        SELECT
            industry_key(name) AS word,
            code,
            CASE level WHEN '门类' THEN 1 WHEN '大类' THEN 2 WHEN '中类' THEN 3 ELSE 4 END AS depth
        FROM lookup_industry_codes
        QUALIFY depth = MIN(depth) OVER (PARTITION BY word)
    ) AS known
    GROUP BY word
    HAVING COUNT(*) = 1
),
spelled AS (
    SELECT
        word,
        FALSE AS shortened,
        rank,
        sme_industry,
        code
    FROM named
    UNION ALL
    SELECT
        REGEXP_REPLACE(word, '业$', ''),
        TRUE,
        rank,
        sme_industry,
        code
    FROM named
    WHERE word LIKE '__%业'
)
SELECT
    word,
    sme_industry,
    code
FROM spelled
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY word
    ORDER BY
        shortened,
        rank,
        sme_industry,
        code
) = 1
