-- Output: one row per guarantee, as of the day.
SELECT
    g.started_on AS day,
    g.uscc,
    p.city_code,
    p.division_code,
    t.srdi,
    t.provincial_or_above,
    z.sme,
    z.small_micro,
    g.contract_no,
    g.loan_no,
    g.guarantor AS bank,
    CAST(g.guarantee_amount AS DECIMAL(18, 2)) AS amount,
    CAST(g.fee_rate AS DECIMAL(12, 6)) AS fee_rate,
    g.started_on,
    g.guaranteed_until AS ends_on,
    g.release_type,
    g._batch_id AS batch_id,
    CAST(g._row_no AS BIGINT) AS row_no
FROM guarantee_row AS g
LEFT JOIN enterprise_place AS p
    ON p.uscc = g.uscc
LEFT JOIN size_class AS z
    ON z.uscc = g.uscc
LEFT JOIN event_title AS t
    ON t.uscc = g.uscc
    AND t.day = g.started_on
ORDER BY
    g.contract_no
