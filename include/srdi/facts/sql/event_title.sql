-- Per enterprise and day of an event of it: which titles were in force on that very day. A title without any
-- day makes the answer unknown, until it is cancelled.
WITH event AS (
    SELECT
        uscc,
        approved_on AS day
    FROM application_row
    UNION
    SELECT
        uscc,
        lent_on
    FROM loan_row
    UNION
    SELECT
        uscc,
        started_on
    FROM guarantee_row
),
kind AS (
    SELECT
        title,
        provincial_or_above = 'always'
        OR (provincial_or_above = 'champion' AND CAST($champion_counts AS BOOLEAN)) AS tier
    FROM title_ladder
    UNION ALL
    SELECT
        '市级',
        FALSE
),
standing AS (
    SELECT
        e.uscc,
        e.day,
        c.title,
        2 AS standing
    FROM event AS e
    JOIN title_coverage AS c
        ON c.uscc = e.uscc
        AND c.covers_from <= e.day
        AND c.covers_to > e.day
    UNION ALL
    SELECT
        e.uscc,
        e.day,
        i.title,
        1
    FROM event AS e
    JOIN title_interval AS i
        ON i.uscc = e.uscc
        AND i.undated
        AND (i.cancelled_on IS NULL OR i.cancelled_on > e.day)
),
held AS (
    SELECT
        s.uscc,
        s.day,
        MAX(s.standing) AS srdi,
        MAX(s.standing) FILTER (WHERE k.tier) AS tier
    FROM standing AS s
    JOIN kind AS k
        ON k.title = s.title
    GROUP BY
        s.uscc,
        s.day
)
SELECT
    e.uscc,
    e.day,
    CASE
        WHEN h.srdi = 2 THEN TRUE
        WHEN h.srdi IS NULL AND $received_title_list THEN FALSE
    END AS srdi,
    CASE
        WHEN h.tier = 2 THEN TRUE
        WHEN h.tier IS NULL AND $received_title_list THEN FALSE
    END AS provincial_or_above
FROM event AS e
LEFT JOIN held AS h
    ON h.uscc = e.uscc
    AND h.day = e.day
WHERE e.uscc IS NOT NULL
    AND e.day IS NOT NULL
