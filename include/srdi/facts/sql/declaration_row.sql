-- The declaration that counts per enterprise: the newest declared year up to the year of the day, in its newest version.
WITH newest_row AS (
    SELECT
        MAX(version) AS version
    FROM staged_annual_declaration
    WHERE uscc IS NOT NULL
        AND year <= CAST(YEAR($biz_date) AS INTEGER)
    GROUP BY
        uscc,
        year
)
SELECT
    s.*
FROM newest_row AS n
JOIN staged_annual_declaration AS s
    ON s.version = n.version
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY s.uscc
    ORDER BY s.year DESC
) = 1
