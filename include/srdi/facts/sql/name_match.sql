-- Output: one row per source and name that it uses; what still waits for a person goes before what is settled.
SELECT
    source,
    raw_name,
    normal_name,
    COALESCE(uscc, proposed_uscc) AS uscc,
    method,
    score,
    state
FROM name_owner
WHERE raw_name <> ''
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY source, raw_name
    ORDER BY
        CASE state WHEN 'open' THEN 1 WHEN 'rejected' THEN 2 ELSE 3 END,
        given_code NULLS FIRST
) = 1
ORDER BY
    source,
    raw_name
