-- Benefits of the closed year per enterprise; where a cell does not tell, neither does the flag.
SELECT
    uscc,
    BOOL_OR(benefit_item = '研发费用加计扣除') AS rd_deduction_told,
    BOOL_OR(entitled) FILTER (WHERE benefit_item = '研发费用加计扣除') AS rd_deduction_entitled,
    BOOL_OR(enjoyed) FILTER (WHERE benefit_item = '研发费用加计扣除') AS rd_deduction_enjoyed,
    BOOL_OR(benefit_item = '增值税留抵退税') AS vat_refund_told,
    BOOL_OR(entitled) FILTER (WHERE benefit_item = '增值税留抵退税') AS vat_refund_entitled,
    BOOL_OR(enjoyed) FILTER (WHERE benefit_item = '增值税留抵退税') AS vat_refund_enjoyed,
    CASE
        WHEN BOOL_OR(entitled) THEN TRUE
        WHEN COUNT(*) = COUNT(entitled) THEN FALSE
    END AS benefit_entitled,
    CASE
        WHEN BOOL_OR(entitled AND NOT enjoyed) THEN FALSE
        -- an item that might be one more they are entitled to and do not enjoy
        WHEN COUNT(*) FILTER (WHERE (entitled AND NOT enjoyed) IS NULL) > 0 THEN NULL
        ELSE BOOL_OR(entitled)
    END AS benefits_all_enjoyed,
    COALESCE(BOOL_OR(benefit_amount > 0), FALSE) AS benefit_billed,
    SUM(benefit_amount) AS benefits_amount,
    ARG_MAX(_batch_id, version) AS batch_id,
    ARG_MAX(_row_no, version) AS row_no
FROM benefit_row
GROUP BY
    uscc
