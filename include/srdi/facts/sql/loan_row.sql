-- The newest word on each loan paid out up to the day; a receipt that is not paid out yet is no loan.
WITH newest AS (
    SELECT
        *
    FROM staged_financing_loan
    WHERE loan_no IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY loan_no
        ORDER BY version DESC
    ) = 1
)
SELECT
    n.* REPLACE (r.uscc AS uscc)
FROM newest AS n
LEFT JOIN registry AS r
    ON r.uscc = n.uscc
WHERE (n.lent_on IS NULL OR n.lent_on <= $biz_date)
    AND n.loan_state IS DISTINCT FROM '未放款'
    -- 未放款 may stand where the day of payment should
    AND NOT COALESCE(REGEXP_MATCHES(n._missing, '"lent_on"\s*:\s*"not_applicable"'), FALSE)
