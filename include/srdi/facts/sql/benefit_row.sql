-- The newest word on each enterprise's benefits of the closed year.
WITH newest_row AS (
    SELECT
        MAX(version) AS version
    FROM staged_tax_benefit
    WHERE uscc IS NOT NULL
        AND year = $closed_year
    GROUP BY
        uscc,
        benefit_item
)
SELECT
    s.*
FROM newest_row AS n
JOIN staged_tax_benefit AS s
    ON s.version = n.version
