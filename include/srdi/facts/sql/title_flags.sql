-- Per enterprise with a title: how each kind stands (2 in force, 1 undated, NULL not held), the row behind those
-- beside the ladder (title_held has one row a kind), and the one behind its highest specialised title in the wide
-- sense (municipal, provincial, little giant, champion).
WITH ranked AS (
    SELECT
        h.*,
        CASE h.title WHEN '市级' THEN 5 ELSE CAST(l.rank AS INTEGER) END AS rank
    FROM title_held AS h
    LEFT JOIN title_ladder AS l
        ON l.title = h.title
)
SELECT
    uscc,
    MAX(standing) FILTER (WHERE title = '市级') AS municipal,
    MAX(standing) FILTER (WHERE title = '省级') AS provincial,
    MAX(standing) FILTER (WHERE title = '小巨人') AS little_giant,
    MAX(standing) FILTER (WHERE title IN ('单项冠军企业', '单项冠军产品')) AS champion,
    MAX(standing) FILTER (WHERE rank IS NOT NULL) AS srdi,
    MAX(standing) FILTER (WHERE title = '科技型') AS tech_sme,
    MAX(standing) FILTER (WHERE title = '高企') AS high_tech,
    MAX(standing) FILTER (WHERE title = '质量标杆') AS quality_benchmark,
    MAX(batch_id) FILTER (WHERE title = '创新型') AS innovative_batch_id,
    MAX(row_no) FILTER (WHERE title = '创新型') AS innovative_row_no,
    MAX(batch_id) FILTER (WHERE title = '科技型') AS tech_sme_batch_id,
    MAX(row_no) FILTER (WHERE title = '科技型') AS tech_sme_row_no,
    MAX(batch_id) FILTER (WHERE title = '高企') AS high_tech_batch_id,
    MAX(row_no) FILTER (WHERE title = '高企') AS high_tech_row_no,
    MAX(batch_id) FILTER (WHERE title = '质量标杆') AS quality_benchmark_batch_id,
    MAX(row_no) FILTER (WHERE title = '质量标杆') AS quality_benchmark_row_no,
    ARG_MAX(batch_id, (standing, rank)) FILTER (WHERE rank IS NOT NULL) AS srdi_batch_id,
    ARG_MAX(row_no, (standing, rank)) FILTER (WHERE rank IS NOT NULL) AS srdi_row_no
FROM ranked
GROUP BY
    uscc
