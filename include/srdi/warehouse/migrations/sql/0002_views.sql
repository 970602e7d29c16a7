-- The new column stands last: a view that is replaced keeps its grants, and its columns their order.
CREATE OR REPLACE VIEW marts.whitelist AS
SELECT
    w.measure_id,
    w.uscc,
    n.biz_date,
    w.area_code,
    w.name,
    w.division_code,
    w.title,
    w.title_valid_to,
    w.verdict,
    w.reason_codes,
    w.warnings,
    CASE WHEN w.verdict = 'listed' THEN s.listed_since END AS listed_since,
    w.lapse_day - n.biz_date AS days_to_lapse,
    n.document_id,
    n.clause,
    n.rule_version,
    n.stage,
    n.term,
    n.freshness,
    n.run_id,
    n.published_at,
    w.left_on
FROM store.whitelist AS w
JOIN store.newest AS n ON n.measure_id = w.measure_id
LEFT JOIN store.listed_since AS s ON s.measure_id = w.measure_id AND s.uscc = w.uscc;
