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
    told_flag(t.uscc IS NOT NULL, t.provincial_or_above, $received_title_list) AS provincial_or_above,
    t.title,
    t.title_valid_from,
    t.title_valid_to,
    t.title_ended_on,
    t.title_cancelled_on,
    t.title_batch_id,
    CAST(t.title_row_no AS BIGINT) AS title_row_no,
    told_flag(n.uscc IS NOT NULL, n.innovative, $received_title_list) AS innovative,
    CASE
        WHEN n.uscc IS NOT NULL THEN n.innovative AND NOT CASE WHEN t.uscc IS NOT NULL THEN t.provincial_or_above ELSE FALSE END
        WHEN $received_title_list THEN FALSE
    END AS innovative_only,
    n.innovative_valid_to,
    held_flag(f.municipal, $received_title_list) AS municipal,
    held_flag(f.provincial, $received_title_list) AS provincial,
    held_flag(f.little_giant, $received_title_list) AS little_giant,
    held_flag(f.champion, $received_title_list) AS champion,
    held_flag(f.srdi, $received_title_list) AS srdi,
    held_flag(f.tech_sme, $received_title_list) AS tech_sme,
    held_flag(f.high_tech, $received_title_list) AS high_tech,
    held_flag(f.quality_benchmark, $received_title_list) AS quality_benchmark,
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
    told_flag(e.uscc IS NOT NULL, TRUE, $received_digital_evaluation) AS digital_evaluated,
    e.evaluated_on AS digital_evaluated_on,
    CAST(e.level AS INTEGER) AS digital_level,
    e.derived AS digital_level_derived,
    e.edition AS digital_version,
    e.batch_id AS digital_batch_id,
    CAST(e.row_no AS BIGINT) AS digital_row_no,
    told_flag(s.uscc IS NOT NULL, TRUE, $clean_registry_risk) AS serious_dishonest,
    s.listed_on AS serious_listed_on,
    s.batch_id AS serious_batch_id,
    CAST(s.row_no AS BIGINT) AS serious_row_no,
    told_flag(a.uscc IS NOT NULL, TRUE, $clean_registry_risk) AS abnormal_listed,
    a.listed_on AS abnormal_listed_on,
    a.batch_id AS abnormal_batch_id,
    CAST(a.row_no AS BIGINT) AS abnormal_row_no,
    told_flag(c.uscc IS NOT NULL, TRUE, $clean_court_dishonest) AS court_dishonest,
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
    z.sme,
    z.small_micro,
    CAST(d.declared_year AS INTEGER) AS declared_year,
    CAST(d.segment_years AS INTEGER) AS segment_years,
    d.main_product,
    CAST(d.ip_class1 AS INTEGER) AS ip_class1,
    CAST(d.ip_class2 AS INTEGER) AS ip_class2,
    CAST(d.rd_body_rank AS INTEGER) AS rd_body_rank,
    CAST(d.market_share AS DECIMAL(12, 6)) AS market_share,
    CAST(d.national_rank AS INTEGER) AS national_rank,
    CAST(d.it_core_businesses AS INTEGER) AS it_core_businesses,
    CAST(d.equity_two_years AS DECIMAL(18, 2)) AS equity_two_years,
    CAST(d.development_score AS DECIMAL(10, 4)) AS development_score,
    d.product_key_link,
    d.product_six_bases,
    d.product_supporting,
    d.product_power_field,
    d.product_emerging,
    d.certified_system,
    d.certified_quality,
    d.certified_environment,
    d.award_national,
    d.award_provincial,
    d.maker_top500,
    d.maker_top50,
    d.ip_model,
    d.batch_id AS declaration_batch_id,
    CAST(d.row_no AS BIGINT) AS declaration_row_no,
    told_flag(k.uscc IS NOT NULL, TRUE, $clean_cloud_adoption) AS cloud_active,
    k.adopted_on AS cloud_from,
    k.batch_id AS cloud_batch_id,
    CAST(k.row_no AS BIGINT) AS cloud_row_no,
    CASE WHEN $current_service_ledger AND l.uscc IS NOT NULL THEN TRUE END AS service_known,
    v.officer_on,
    v.visited_on,
    v.diagnosed_on,
    v.energy_diagnosed_on,
    v.trained_on,
    v.served_on,
    v.batch_id AS service_batch_id,
    CAST(v.row_no AS BIGINT) AS service_row_no,
    told_flag(b.rd_deduction_told, b.rd_deduction_entitled, $clean_tax_benefit AND (SELECT COUNT(*) > 0 FROM tax_benefit)) AS rd_deduction_entitled,
    told_flag(b.rd_deduction_told, b.rd_deduction_enjoyed, $clean_tax_benefit AND (SELECT COUNT(*) > 0 FROM tax_benefit)) AS rd_deduction_enjoyed,
    told_flag(b.vat_refund_told, b.vat_refund_entitled, $clean_tax_benefit AND (SELECT COUNT(*) > 0 FROM tax_benefit)) AS vat_refund_entitled,
    told_flag(b.vat_refund_told, b.vat_refund_enjoyed, $clean_tax_benefit AND (SELECT COUNT(*) > 0 FROM tax_benefit)) AS vat_refund_enjoyed,
    told_flag(b.uscc IS NOT NULL, b.benefit_entitled, $clean_tax_benefit AND (SELECT COUNT(*) > 0 FROM tax_benefit)) AS benefit_entitled,
    told_flag(b.uscc IS NOT NULL, b.benefits_all_enjoyed, $clean_tax_benefit AND (SELECT COUNT(*) > 0 FROM tax_benefit)) AS benefits_all_enjoyed,
    told_flag(b.uscc IS NOT NULL, b.benefit_billed, $clean_tax_benefit AND (SELECT COUNT(*) > 0 FROM tax_benefit)) AS benefit_billed,
    CAST(b.benefits_amount AS DECIMAL(18, 2)) AS benefits_amount,
    b.batch_id AS tax_benefit_batch_id,
    CAST(b.row_no AS BIGINT) AS tax_benefit_row_no,
    told_flag(m.platform_index, TRUE, $clean_platform_membership) AS platform_index,
    told_flag(m.platform_city_finance, TRUE, $clean_platform_membership) AS platform_city_finance,
    told_flag(m.platform_shared, TRUE, $clean_platform_membership) AS platform_shared,
    told_flag(m.platform_credit_station, TRUE, $clean_platform_membership) AS platform_credit_station,
    told_flag(m.platform_cloud, TRUE, $clean_platform_membership) AS platform_cloud,
    told_flag(m.platform_smart, TRUE, $clean_platform_membership) AS platform_smart,
    m.batch_id AS platform_batch_id,
    CAST(m.row_no AS BIGINT) AS platform_row_no,
    told_flag(q.uscc IS NOT NULL, TRUE, $clean_capital_market) AS listing_reserve,
    q.listing_reserve_on,
    q.batch_id AS capital_batch_id,
    CAST(q.row_no AS BIGINT) AS capital_row_no,
    y.applied_on AS credit_applied_on,
    y.granted_on AS credit_granted_on,
    CAST(y.line AS DECIMAL(18, 2)) AS credit_line,
    CAST(y.applied_year AS DECIMAL(18, 2)) AS credit_applied_year,
    CASE WHEN $current_financing_credit THEN TRUE END AS credit_known,
    y.batch_id AS credit_batch_id,
    CAST(y.row_no AS BIGINT) AS credit_row_no
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
LEFT JOIN declaration AS d
    ON d.uscc = r.uscc
LEFT JOIN cloud AS k
    ON k.uscc = r.uscc
LEFT JOIN service_known AS l
    ON l.uscc = r.uscc
LEFT JOIN service AS v
    ON v.uscc = r.uscc
LEFT JOIN tax_benefit AS b
    ON b.uscc = r.uscc
LEFT JOIN platform AS m
    ON m.uscc = r.uscc
LEFT JOIN capital AS q
    ON q.uscc = r.uscc
LEFT JOIN credit AS y
    ON y.uscc = r.uscc
ORDER BY
    r.uscc
