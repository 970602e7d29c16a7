-- The newest year with a row; if its grade is missing the grade is unknown, an older one does not stand in.
WITH newest_row AS (
    SELECT
        MAX(version) AS version
    FROM staged_tax_credit
    WHERE uscc IS NOT NULL
        AND year <= CAST(YEAR($biz_date) AS INTEGER)
    GROUP BY
        uscc,
        year
)
SELECT
    s.uscc,
    s.grade,
    s.year,
    s._batch_id AS batch_id,
    s._row_no AS row_no
FROM newest_row AS n
JOIN staged_tax_credit AS s
    ON s.version = n.version
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY s.uscc
    ORDER BY s.year DESC
) = 1
