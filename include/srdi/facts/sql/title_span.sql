-- The days on which an enterprise is specialised in the wide sense (srdi), and provincial or above; half-open.
-- Without a first day: recognised, but nobody knows from when; it may be in force on any day before the last.
WITH counted AS (
    SELECT
        '市级' AS title,
        FALSE AS provincial
    UNION ALL
    SELECT
        title,
        provincial_or_above = 'always' OR (provincial_or_above = 'champion' AND CAST($champion_counts AS BOOLEAN))
    FROM title_ladder
)
SELECT
    c.uscc,
    t.provincial,
    c.covers_from,
    c.covers_to
FROM title_coverage AS c
JOIN counted AS t
    ON t.title = c.title
UNION ALL
SELECT
    i.uscc,
    t.provincial,
    NULL,
    COALESCE(i.cancelled_on, DATE '9999-12-31')
FROM title_interval AS i
JOIN counted AS t
    ON t.title = i.title
WHERE i.uscc IS NOT NULL
    AND i.undated
