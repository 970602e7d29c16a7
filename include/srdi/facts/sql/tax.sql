-- Figures of the closed year (and of the two before it), and the taxpayer status of the newest year, side by side.
SELECT
    v.uscc,
    n.taxpayer_status,
    CASE
        WHEN n.taxpayer_status IS NULL THEN NULL
        WHEN a.value IS NOT NULL THEN CAST(NULLIF(a.abnormal, '') AS BOOLEAN)
        WHEN EXISTS (SELECT 1 FROM lookup_taxpayer_status AS k WHERE k.value = n.taxpayer_status) THEN FALSE
    END AS tax_abnormal,
    n._batch_id AS status_batch_id,
    n._row_no AS status_row_no,
    c.year,
    c.revenue,
    c.main_revenue,
    c.rd_expense,
    c.net_profit,
    c.assets,
    c.liabilities,
    c.tax_paid,
    c.employees,
    c.rd_staff,
    b.revenue AS revenue_prior,
    b.main_revenue AS main_revenue_prior,
    b.rd_expense AS rd_expense_prior,
    b.net_profit AS net_profit_prior,
    a2.revenue AS revenue_prior2,
    a2.main_revenue AS main_revenue_prior2,
    c._batch_id AS batch_id,
    c._row_no AS row_no
FROM tax_version AS v
JOIN staged_tax_annual AS n
    ON n.version = v.newest_version
LEFT JOIN staged_tax_annual AS c
    ON c.version = v.closed_version
LEFT JOIN staged_tax_annual AS b
    ON b.version = v.prior_version
LEFT JOIN staged_tax_annual AS a2
    ON a2.version = v.prior2_version
LEFT JOIN tax_abnormal AS a
    ON a.value = n.taxpayer_status
