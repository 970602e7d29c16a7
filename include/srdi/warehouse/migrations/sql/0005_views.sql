CREATE VIEW marts.title_gap AS
SELECT
    g.uscc,
    g.next_title,
    g.criterion_id,
    n.biz_date,
    g.standard,
    g.purpose,
    g.position,
    g.criterion_zh,
    g.outcome,
    g.observed,
    g.required,
    g.distance,
    g.document_id,
    g.clause,
    n.rule_version,
    n.stage,
    n.term,
    n.freshness,
    g.batch_id,
    g.row_no,
    n.run_id
FROM store.title_gap AS g
JOIN store.newest AS n ON n.measure_id = g.standard;

-- One row per enterprise and title, the nearest first; a criterion nobody could judge is not yet met either.
CREATE VIEW marts.title_candidate AS
SELECT
    c.*,
    CAST(
        ROW_NUMBER() OVER (
            PARTITION BY c.next_title, c.purpose, c.city_code
            ORDER BY c.missing + c.unknown, c.missing, c.uscc
        ) AS bigint
    ) AS city_rank
FROM (
    SELECT
        g.uscc,
        g.next_title,
        g.purpose,
        n.biz_date,
        g.standard,
        e.name,
        e.city_code,
        e.division_code,
        e.industry_section,
        CAST(
            CASE
                WHEN COUNT(*) FILTER (WHERE g.outcome = 'fail') > 0 THEN 'fail'
                WHEN COUNT(*) FILTER (WHERE g.outcome = 'unknown') > 0 THEN 'unknown'
                ELSE 'pass'
            END AS text
        ) AS outcome,
        CAST(COUNT(*) FILTER (WHERE g.outcome = 'fail') AS bigint) AS missing,
        CAST(COUNT(*) FILTER (WHERE g.outcome = 'unknown') AS bigint) AS unknown,
        CAST(COUNT(*) FILTER (WHERE g.outcome IN ('fail', 'unknown')) = 1 AS boolean) AS one_away,
        CAST(
            ARRAY_AGG(g.criterion_id ORDER BY g.position) FILTER (WHERE g.outcome = 'fail') AS text[]
        ) AS missing_criteria,
        CAST(
            ARRAY_AGG(g.criterion_id ORDER BY g.position) FILTER (WHERE g.outcome = 'unknown') AS text[]
        ) AS unknown_criteria,
        CAST(
            STRING_AGG(
                g.criterion_zh || '（' || COALESCE(g.observed, '不详') || '，要求 ' || COALESCE(g.required, '不详') || '）',
                '；' ORDER BY g.position
            ) FILTER (WHERE g.outcome IN ('fail', 'unknown')) AS text
        ) AS missing_zh,
        n.rule_version,
        n.run_id
    FROM store.title_gap AS g
    JOIN store.newest AS n ON n.measure_id = g.standard
    LEFT JOIN core.enterprise AS e ON e.uscc = g.uscc
    GROUP BY
        g.uscc,
        g.next_title,
        g.purpose,
        n.biz_date,
        g.standard,
        e.name,
        e.city_code,
        e.division_code,
        e.industry_section,
        n.rule_version,
        n.run_id
) AS c;

GRANT SELECT ON marts.title_gap, marts.title_candidate TO srdi_loader, srdi_officer, srdi_auditor;
-- What was observed may be an amount of a tax return: BI reads everything but that.
GRANT SELECT (
    uscc, next_title, criterion_id, biz_date, standard, purpose, position, criterion_zh, outcome, required,
    document_id, clause, rule_version, stage, term, freshness, batch_id, row_no, run_id
) ON marts.title_gap TO srdi_bi;
GRANT SELECT (
    uscc, next_title, purpose, biz_date, standard, name, city_code, division_code, industry_section, outcome, missing,
    unknown, one_away, missing_criteria, unknown_criteria, rule_version, run_id, city_rank
) ON marts.title_candidate TO srdi_bi;
