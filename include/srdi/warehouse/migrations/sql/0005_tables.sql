-- What is missing for the next title, of titled enterprises and of those who are near; newest day only.
CREATE TABLE store.title_gap (
    uscc TEXT NOT NULL,
    next_title TEXT NOT NULL,
    criterion_id TEXT NOT NULL,
    standard TEXT NOT NULL,
    purpose TEXT NOT NULL,
    position INTEGER NOT NULL,
    criterion_zh TEXT NOT NULL,
    outcome TEXT NOT NULL,
    observed TEXT,
    required TEXT,
    distance NUMERIC(18, 6),
    document_id TEXT,
    clause TEXT,
    batch_id TEXT,
    row_no BIGINT,
    CONSTRAINT title_gap_pkey PRIMARY KEY (uscc, next_title, criterion_id),
    CONSTRAINT title_gap_outcome_check CHECK (outcome IN ('pass', 'fail', 'unknown', 'waived')),
    CONSTRAINT title_gap_purpose_check CHECK (purpose IN ('new', 'renewal'))
);

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
    ROW_NUMBER() OVER (
        PARTITION BY c.next_title, c.purpose, c.city_code
        ORDER BY c.missing + c.unknown, c.missing, c.uscc
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
        CASE
            WHEN COUNT(*) FILTER (WHERE g.outcome = 'fail') > 0 THEN 'fail'
            WHEN COUNT(*) FILTER (WHERE g.outcome = 'unknown') > 0 THEN 'unknown'
            ELSE 'pass'
        END AS outcome,
        COUNT(*) FILTER (WHERE g.outcome = 'fail') AS missing,
        COUNT(*) FILTER (WHERE g.outcome = 'unknown') AS unknown,
        COUNT(*) FILTER (WHERE g.outcome IN ('fail', 'unknown')) = 1 AS one_away,
        ARRAY_AGG(g.criterion_id ORDER BY g.position) FILTER (WHERE g.outcome = 'fail') AS missing_criteria,
        ARRAY_AGG(g.criterion_id ORDER BY g.position) FILTER (WHERE g.outcome = 'unknown') AS unknown_criteria,
        STRING_AGG(
            g.criterion_zh || '（' || COALESCE(g.observed, '不详') || '，要求 ' || COALESCE(g.required, '不详') || '）',
            '；' ORDER BY g.position
        ) FILTER (WHERE g.outcome IN ('fail', 'unknown')) AS missing_zh,
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

GRANT SELECT ON store.title_gap TO srdi_loader, srdi_auditor;
GRANT INSERT, UPDATE, DELETE ON store.title_gap TO srdi_loader;
GRANT SELECT ON marts.title_gap, marts.title_candidate TO srdi_loader, srdi_officer, srdi_bi, srdi_auditor;
