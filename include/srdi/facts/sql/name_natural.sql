-- The rules of identity applied to each pair, before any person's decision.
-- verdict: agreed | code_decides | conflict | code_unknown | code_only | one | many | none
WITH seen AS (
    SELECT
        p.source,
        p.raw_name,
        p.given_code,
        p.normal_name,
        p.city_code,
        r.uscc IS NOT NULL AS code_known,
        own.uscc IS NOT NULL AS own_name,
        CASE
            WHEN b.current_bearers > 0 THEN 'exact'
            WHEN b.former_bearers > 0 THEN 'former'
            WHEN b.loose_bearers > 0 AND b.loose_current THEN 'exact'
            WHEN b.loose_bearers > 0 THEN 'former'
        END AS name_method,
        CASE
            WHEN b.current_bearers > 0 THEN b.current_bearers
            WHEN b.former_bearers > 0 THEN b.former_bearers
            ELSE COALESCE(b.loose_bearers, 0)
        END AS bearers,
        CASE
            WHEN b.current_bearers > 0 THEN b.current_uscc
            WHEN b.former_bearers > 0 THEN b.former_uscc
            ELSE b.loose_uscc
        END AS bearer_uscc
    FROM name_pair AS p
    LEFT JOIN registry AS r
        ON r.uscc = p.given_code
    LEFT JOIN name_bearer AS b
        ON b.normal_name = p.normal_name
    LEFT JOIN (
        SELECT DISTINCT
            n.uscc,
            loose_name(n.normal_name) AS loose_name
        FROM registry_name AS n
        SEMI JOIN name_pair AS given
            ON given.given_code = n.uscc
    ) AS own
        ON own.uscc = p.given_code
        AND own.loose_name = p.loose_name
)
SELECT
    source,
    raw_name,
    given_code,
    normal_name,
    city_code,
    name_method,
    bearers,
    bearer_uscc,
    CASE
        WHEN code_known AND own_name THEN 'agreed'
        WHEN code_known AND normal_name = '' THEN 'code_only'
        WHEN code_known AND bearers = 0 THEN 'code_decides'
        WHEN code_known THEN 'conflict'
        WHEN given_code IS NOT NULL THEN 'code_unknown'
        WHEN bearers = 1 THEN 'one'
        WHEN bearers > 1 THEN 'many'
        ELSE 'none'
    END AS verdict
FROM seen
