-- Output: the books of each bank at the end of each month up to the day, and at the end of December before.
WITH newest AS (
    SELECT
        *,
        normal_name(bank) AS bank_key,
        CAST(DATE_TRUNC('month', month) AS DATE) AS first_day
    FROM staged_bank_totals
    WHERE bank IS NOT NULL
        AND month IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY bank_key, first_day
        ORDER BY version DESC
    ) = 1
)
SELECT
    LAST_DAY(n.first_day) AS day,
    CAST(NULL AS VARCHAR) AS uscc,
    CAST(NULL AS VARCHAR) AS city_code,
    CAST(NULL AS VARCHAR) AS division_code,
    n.bank,
    CAST(n.all_loans AS DECIMAL(18, 2)) AS all_loans,
    CAST(n.inclusive_loans AS DECIMAL(18, 2)) AS inclusive_loans,
    CAST(n.inclusive_borrowers AS INTEGER) AS inclusive_borrowers,
    CAST(d.all_loans AS DECIMAL(18, 2)) AS all_loans_start,
    CAST(d.inclusive_loans AS DECIMAL(18, 2)) AS inclusive_loans_start,
    CAST(d.inclusive_borrowers AS INTEGER) AS inclusive_borrowers_start,
    n._batch_id AS batch_id,
    CAST(n._row_no AS BIGINT) AS row_no
FROM newest AS n
LEFT JOIN newest AS d
    ON d.bank_key = n.bank_key
    AND d.first_day = MAKE_DATE(YEAR(n.first_day) - 1, 12, 1)
WHERE LAST_DAY(n.first_day) <= $biz_date
ORDER BY
    n.bank_key,
    n.first_day
