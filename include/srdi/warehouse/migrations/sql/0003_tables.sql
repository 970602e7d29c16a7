-- Small aggregates like coverage: every published day stays.
CREATE TABLE marts.requirement (
    biz_date DATE NOT NULL,
    measure_id TEXT NOT NULL,
    area_code TEXT NOT NULL,
    division_code TEXT NOT NULL,
    tier TEXT NOT NULL,
    industry_section TEXT NOT NULL,
    keeping BIGINT NOT NULL,
    failing BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    unmatched BIGINT,
    share NUMERIC(12, 6),
    document_id TEXT,
    clause TEXT,
    stage TEXT,
    term TEXT,
    freshness TEXT,
    rule_version TEXT,
    run_id TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT requirement_pkey PRIMARY KEY (biz_date, measure_id, area_code, division_code, tier, industry_section),
    CONSTRAINT requirement_share_check CHECK (keeping + failing > 0 OR share IS NULL)
);

CREATE TABLE marts.target (
    biz_date DATE NOT NULL,
    measure_id TEXT NOT NULL,
    area_code TEXT NOT NULL,
    horizon DATE,
    counting TEXT NOT NULL,
    target NUMERIC(18, 6),
    actual NUMERIC(18, 6),
    gap NUMERIC(18, 6),
    met BOOLEAN,
    unknown BIGINT NOT NULL,
    unmatched BIGINT,
    document_id TEXT,
    clause TEXT,
    stage TEXT,
    term TEXT,
    freshness TEXT,
    rule_version TEXT,
    run_id TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT target_pkey PRIMARY KEY (biz_date, measure_id, area_code),
    CONSTRAINT target_counting_check CHECK (counting IN ('stock', 'flow', 'cumulative', 'mean'))
);

CREATE VIEW marts.requirement_latest AS
SELECT r.*
FROM marts.requirement AS r
JOIN store.newest AS n ON n.measure_id = r.measure_id AND n.biz_date = r.biz_date;

CREATE VIEW marts.target_latest AS
SELECT t.*
FROM marts.target AS t
JOIN store.newest AS n ON n.measure_id = t.measure_id AND n.biz_date = t.biz_date;

GRANT SELECT ON marts.requirement, marts.target, marts.requirement_latest, marts.target_latest
    TO srdi_loader, srdi_officer, srdi_bi, srdi_auditor;
GRANT INSERT, UPDATE, DELETE ON marts.requirement, marts.target TO srdi_loader;
