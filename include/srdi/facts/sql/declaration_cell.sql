-- One row per word that a counting declaration says in one of its three columns of words.
SELECT
    version,
    'product_fields' AS field,
    UNNEST(product_fields) AS word
FROM declaration_row
UNION ALL
SELECT
    version,
    'certifications',
    UNNEST(certifications)
FROM declaration_row
UNION ALL
SELECT
    version,
    'direct_conditions',
    UNNEST(direct_conditions)
FROM declaration_row
