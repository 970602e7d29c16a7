-- Output: one row per loan paid out, as of the day.
SELECT
    l.lent_on AS day,
    l.uscc,
    p.city_code,
    p.division_code,
    t.srdi,
    t.provincial_or_above,
    z.sme,
    z.small_micro,
    l.loan_no,
    l.application_no,
    l.bank,
    l.product,
    l.lent_on,
    l.lent_until AS due_on,
    CAST(l.loan_amount AS DECIMAL(18, 2)) AS amount,
    CAST(l.loan_balance AS DECIMAL(18, 2)) AS balance,
    CAST(l.rate AS DECIMAL(12, 6)) AS rate,
    l.guarantee_way,
    l.finance_type,
    l.first_loan,
    l.credit_loan,
    l.renewal_loan,
    l.risk_class,
    l.lent_until > CAST(l.lent_on + TO_YEARS(1) AS DATE) AS medium_long,
    l._batch_id AS batch_id,
    CAST(l._row_no AS BIGINT) AS row_no
FROM loan_row AS l
LEFT JOIN enterprise_place AS p
    ON p.uscc = l.uscc
LEFT JOIN size_class AS z
    ON z.uscc = l.uscc
LEFT JOIN event_title AS t
    ON t.uscc = l.uscc
    AND t.day = l.lent_on
ORDER BY
    l.loan_no
