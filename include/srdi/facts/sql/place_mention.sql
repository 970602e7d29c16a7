-- The one or two places that a text (district, address, registrar, unit) names, in the order it names them.
WITH place_text AS (
    SELECT
        district AS text
    FROM registry
    UNION
    SELECT
        address
    FROM registry
    UNION
    SELECT
        registrar
    FROM registry
    UNION
    SELECT
        district
    FROM staged_title_list
    UNION
    SELECT
        service_unit
    FROM staged_service_ledger
    UNION
    SELECT
        district
    FROM staged_procurement
),
folded_text AS (
    SELECT
        text,
        REGEXP_REPLACE(lookup_key(text), '^(中国)?河南省', '') AS place
    FROM place_text
    WHERE text IS NOT NULL
),
first_mention AS (
    SELECT
        text,
        place,
        CASE
            WHEN REGEXP_MATCHES(place, '^[0-9]{4}([0-9]{2}|Z[0-9])$') THEN place
            ELSE NULLIF(REGEXP_EXTRACT(place, $spellings), '')
        END AS first_spelling
    FROM folded_text
),
located AS (
    SELECT
        text,
        place,
        first_spelling,
        STRPOS(place, first_spelling) AS position
    FROM first_mention
    WHERE first_spelling IS NOT NULL
)
SELECT
    text,
    first_spelling,
    COALESCE(
        NULLIF(REGEXP_EXTRACT(SUBSTR(place, position + LENGTH(first_spelling)), $spellings), ''),
        NULLIF(REGEXP_EXTRACT(place, '局(.{2,8})分局$', 1), ''),
        ''
    ) AS second_spelling
FROM located
-- a text that starts with a province or city unknown here speaks of another province, whatever follows
WHERE position = 1
    OR NOT REGEXP_MATCHES(place, '^[^省市区县]{1,6}[省市]')
