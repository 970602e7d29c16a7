-- Who bears the names that sources use: in the strict spelling now, formerly, and in the loose spelling.
WITH listed_name AS (
    SELECT DISTINCT
        normal_name,
        loose_name
    FROM name_pair
    WHERE normal_name <> ''
),
strict AS (
    SELECT
        l.normal_name,
        COUNT(DISTINCT n.uscc) FILTER (WHERE n.kind = 'current') AS current_bearers,
        MIN(n.uscc) FILTER (WHERE n.kind = 'current') AS current_uscc,
        COUNT(DISTINCT n.uscc) FILTER (WHERE n.kind = 'former') AS former_bearers,
        MIN(n.uscc) FILTER (WHERE n.kind = 'former') AS former_uscc
    FROM listed_name AS l
    JOIN registry_name AS n
        ON n.normal_name = l.normal_name
    GROUP BY l.normal_name
),
loose AS (
    SELECT
        l.normal_name,
        COUNT(DISTINCT n.uscc) AS loose_bearers,
        MIN(n.uscc) AS loose_uscc,
        BOOL_OR(n.kind = 'current') AS loose_current
    FROM listed_name AS l
    JOIN registry_name AS n
        ON loose_name(n.normal_name) = l.loose_name
    GROUP BY l.normal_name
)
SELECT
    o.normal_name,
    COALESCE(s.current_bearers, 0) AS current_bearers,
    s.current_uscc,
    COALESCE(s.former_bearers, 0) AS former_bearers,
    s.former_uscc,
    o.loose_bearers,
    o.loose_uscc,
    o.loose_current
FROM loose AS o
LEFT JOIN strict AS s
    ON s.normal_name = o.normal_name
