-- A likely enterprise for names that fit nobody: proposals for a person, never a match.
-- Only names that share two characters at the head of their trade name, in the same city, are compared.
WITH unmatched AS (
    SELECT
        normal_name,
        city_code,
        name_stem(normal_name, $place_prefix) AS stem
    FROM name_natural
    WHERE bearers = 0
        AND verdict IN ('none', 'code_unknown')
        AND normal_name <> ''
    GROUP BY
        normal_name,
        city_code
),
borne AS (
    SELECT
        n.uscc,
        p.city_code,
        name_stem(n.normal_name, $place_prefix) AS stem
    FROM registry_name AS n
    JOIN enterprise_place AS p
        ON p.uscc = n.uscc
    WHERE EXISTS (SELECT 1 FROM unmatched)
),
unmatched_block AS (
    SELECT
        normal_name,
        city_code,
        stem,
        UNNEST([SUBSTR(stem, 1, 2), SUBSTR(stem, 2, 2)]) AS block
    FROM unmatched
),
borne_block AS (
    SELECT
        uscc,
        city_code,
        stem,
        UNNEST([SUBSTR(stem, 1, 2), SUBSTR(stem, 2, 2)]) AS block
    FROM borne
),
comparison AS (
    SELECT
        u.normal_name,
        u.city_code,
        b.uscc,
        MAX(CAST(JARO_WINKLER_SIMILARITY(u.stem, b.stem) AS DECIMAL(6, 4))) AS score
    FROM unmatched_block AS u
    JOIN borne_block AS b
        ON b.block = u.block
        AND (u.city_code IS NULL OR b.city_code = u.city_code)
    WHERE LENGTH(u.block) = 2
    GROUP BY
        u.normal_name,
        u.city_code,
        b.uscc
)
SELECT
    normal_name,
    city_code,
    uscc,
    score
FROM comparison
WHERE score >= 0.82
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY normal_name, city_code
    ORDER BY
        score DESC,
        uscc
) = 1
