-- Every name an enterprise bears or bore, normalised; the key of all matching by name.
WITH borne AS (
    SELECT
        uscc,
        normal_name(name) AS normal_name,
        'current' AS kind
    FROM registry
    UNION ALL
    SELECT
        uscc,
        normal_name(UNNEST(former_names)),
        'former'
    FROM registry
    WHERE former_names IS NOT NULL
)
SELECT
    uscc,
    normal_name,
    kind
FROM borne
WHERE normal_name <> ''
