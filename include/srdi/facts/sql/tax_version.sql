-- Per enterprise: which tax rows speak for the closed year and the two before it, and which one is the newest.
WITH newest_row AS (
    SELECT
        uscc,
        year,
        MAX(version) AS version
    FROM staged_tax_annual
    WHERE uscc IS NOT NULL
        AND year <= CAST(YEAR($biz_date) AS INTEGER)
    GROUP BY
        uscc,
        year
)
SELECT
    uscc,
    MAX(version) FILTER (WHERE year = $closed_year) AS closed_version,
    MAX(version) FILTER (WHERE year = $closed_year - 1) AS prior_version,
    MAX(version) FILTER (WHERE year = $closed_year - 2) AS prior2_version,
    ARG_MAX(version, year) AS newest_version
FROM newest_row
GROUP BY uscc
