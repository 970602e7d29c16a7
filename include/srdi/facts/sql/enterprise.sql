-- Output: the enterprise fact row as of the day, one per code.
SELECT
    r.uscc,
    r.name,
    r.former_names,
    CASE WHEN NOT r.vanished THEN r.status END AS status,
    CASE WHEN NOT r.vanished THEN w.operating END AS operating,
    r.vanished,
    p.division_code,
    p.zone_code,
    p.city_code,
    i.industry_code,
    i.industry_section,
    i.sme_industry,
    i.producer_industry,
    r.founded_on,
    CAST(r.registered_capital AS DECIMAL(18, 2)) AS registered_capital,
    r.first_seen,
    r.last_seen,
    r.batch_id AS registry_batch_id,
    CAST(r.row_no AS BIGINT) AS registry_row_no,
    CASE
        WHEN t.uscc IS NOT NULL THEN t.provincial_or_above
        WHEN $received_title_list THEN FALSE
    END AS provincial_or_above,
    t.title,
    t.title_valid_from,
    t.title_valid_to,
    t.title_ended_on,
    t.title_cancelled_on,
    t.title_batch_id,
    CAST(t.title_row_no AS BIGINT) AS title_row_no,
    CASE
        WHEN n.uscc IS NOT NULL THEN n.innovative
        WHEN $received_title_list THEN FALSE
    END AS innovative,
    CASE
        WHEN n.uscc IS NOT NULL THEN n.innovative AND NOT CASE WHEN t.uscc IS NOT NULL THEN t.provincial_or_above ELSE FALSE END
        WHEN $received_title_list THEN FALSE
    END AS innovative_only,
    n.innovative_valid_to,
    CASE
        WHEN f.municipal = 2 THEN TRUE
        WHEN f.municipal IS NULL AND $received_title_list THEN FALSE
    END AS municipal,
    CASE
        WHEN f.provincial = 2 THEN TRUE
        WHEN f.provincial IS NULL AND $received_title_list THEN FALSE
    END AS provincial,
    CASE
        WHEN f.little_giant = 2 THEN TRUE
        WHEN f.little_giant IS NULL AND $received_title_list THEN FALSE
    END AS little_giant,
    CASE
        WHEN f.champion = 2 THEN TRUE
        WHEN f.champion IS NULL AND $received_title_list THEN FALSE
    END AS champion,
    CASE
        WHEN f.srdi = 2 THEN TRUE
        WHEN f.srdi IS NULL AND $received_title_list THEN FALSE
    END AS srdi,
    CASE
        WHEN f.tech_sme = 2 THEN TRUE
        WHEN f.tech_sme IS NULL AND $received_title_list THEN FALSE
    END AS tech_sme,
    CASE
        WHEN f.high_tech = 2 THEN TRUE
        WHEN f.high_tech IS NULL AND $received_title_list THEN FALSE
    END AS high_tech,
    CASE
        WHEN f.quality_benchmark = 2 THEN TRUE
        WHEN f.quality_benchmark IS NULL AND $received_title_list THEN FALSE
    END AS quality_benchmark,
    f.innovative_batch_id,
    CAST(f.innovative_row_no AS BIGINT) AS innovative_row_no,
    f.tech_sme_batch_id,
    CAST(f.tech_sme_row_no AS BIGINT) AS tech_sme_row_no,
    f.high_tech_batch_id,
    CAST(f.high_tech_row_no AS BIGINT) AS high_tech_row_no,
    f.quality_benchmark_batch_id,
    CAST(f.quality_benchmark_row_no AS BIGINT) AS quality_benchmark_row_no,
    f.srdi_batch_id,
    CAST(f.srdi_row_no AS BIGINT) AS srdi_row_no,
    CASE
        WHEN e.uscc IS NOT NULL THEN TRUE
        WHEN $received_digital_evaluation THEN FALSE
    END AS digital_evaluated,
    e.evaluated_on AS digital_evaluated_on,
    CAST(e.level AS INTEGER) AS digital_level,
    e.derived AS digital_level_derived,
    e.edition AS digital_version,
    e.batch_id AS digital_batch_id,
    CAST(e.row_no AS BIGINT) AS digital_row_no,
    CASE
        WHEN s.uscc IS NOT NULL THEN TRUE
        WHEN $clean_registry_risk THEN FALSE
    END AS serious_dishonest,
    s.listed_on AS serious_listed_on,
    s.batch_id AS serious_batch_id,
    CAST(s.row_no AS BIGINT) AS serious_row_no,
    CASE
        WHEN a.uscc IS NOT NULL THEN TRUE
        WHEN $clean_registry_risk THEN FALSE
    END AS abnormal_listed,
    a.listed_on AS abnormal_listed_on,
    a.batch_id AS abnormal_batch_id,
    CAST(a.row_no AS BIGINT) AS abnormal_row_no,
    CASE
        WHEN c.uscc IS NOT NULL THEN TRUE
        WHEN $clean_court_dishonest THEN FALSE
    END AS court_dishonest,
    c.listed_on AS court_listed_on,
    c.batch_id AS court_batch_id,
    CAST(c.row_no AS BIGINT) AS court_row_no,
    x.taxpayer_status,
    x.tax_abnormal,
    x.status_batch_id AS tax_status_batch_id,
    CAST(x.status_row_no AS BIGINT) AS tax_status_row_no,
    CAST(x.year AS INTEGER) AS tax_year,
    CAST(x.revenue AS DECIMAL(18, 2)) AS revenue,
    CAST(x.main_revenue AS DECIMAL(18, 2)) AS main_revenue,
    CAST(x.rd_expense AS DECIMAL(18, 2)) AS rd_expense,
    CAST(x.net_profit AS DECIMAL(18, 2)) AS net_profit,
    CAST(x.assets AS DECIMAL(18, 2)) AS assets,
    CAST(x.liabilities AS DECIMAL(18, 2)) AS liabilities,
    CAST(x.tax_paid AS DECIMAL(18, 2)) AS tax_paid,
    CAST(h.employees AS INTEGER) AS employees,
    h.batch_id AS employees_batch_id,
    CAST(h.row_no AS BIGINT) AS employees_row_no,
    CAST(x.rd_staff AS INTEGER) AS rd_staff,
    CAST(x.revenue_prior AS DECIMAL(18, 2)) AS revenue_prior,
    CAST(x.main_revenue_prior AS DECIMAL(18, 2)) AS main_revenue_prior,
    CAST(x.rd_expense_prior AS DECIMAL(18, 2)) AS rd_expense_prior,
    CAST(x.net_profit_prior AS DECIMAL(18, 2)) AS net_profit_prior,
    CAST(x.revenue_prior2 AS DECIMAL(18, 2)) AS revenue_prior2,
    CAST(x.main_revenue_prior2 AS DECIMAL(18, 2)) AS main_revenue_prior2,
    x.batch_id AS tax_batch_id,
    CAST(x.row_no AS BIGINT) AS tax_row_no,
    g.grade AS tax_credit_grade,
    g.grade = 'D' AS tax_credit_d,
    CAST(g.year AS INTEGER) AS tax_credit_year,
    g.batch_id AS tax_credit_batch_id,
    CAST(g.row_no AS BIGINT) AS tax_credit_row_no,
    z.size_class,
    z.sme
FROM registry AS r
LEFT JOIN enterprise_status AS w
    ON w.status = r.status
LEFT JOIN enterprise_place AS p
    ON p.uscc = r.uscc
LEFT JOIN industry AS i
    ON i.spelled_code IS NOT DISTINCT FROM r.industry_code
    AND i.spelled_section IS NOT DISTINCT FROM r.industry_section
LEFT JOIN title_tier AS t
    ON t.uscc = r.uscc
LEFT JOIN title_innovative AS n
    ON n.uscc = r.uscc
LEFT JOIN title_flags AS f
    ON f.uscc = r.uscc
LEFT JOIN evaluation AS e
    ON e.uscc = r.uscc
LEFT JOIN risk AS s
    ON s.uscc = r.uscc
    AND s.list_type = '严重违法失信'
LEFT JOIN risk AS a
    ON a.uscc = r.uscc
    AND a.list_type = '经营异常'
LEFT JOIN court AS c
    ON c.uscc = r.uscc
LEFT JOIN tax AS x
    ON x.uscc = r.uscc
LEFT JOIN head_count AS h
    ON h.uscc = r.uscc
    AND h.position = 1
LEFT JOIN tax_credit AS g
    ON g.uscc = r.uscc
LEFT JOIN size_class AS z
    ON z.uscc = r.uscc
ORDER BY
    r.uscc
