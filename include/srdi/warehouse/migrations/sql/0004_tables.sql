-- Figures of financing, per bank and for all: every published day stays.
CREATE TABLE marts.financing (
    biz_date DATE NOT NULL,
    measure_id TEXT NOT NULL,
    area_code TEXT NOT NULL,
    bank TEXT NOT NULL,
    numerator NUMERIC(24, 6),
    denominator NUMERIC(24, 6),
    value NUMERIC(24, 6),
    unit TEXT NOT NULL,
    target NUMERIC(24, 6),
    keeps TEXT,
    met BOOLEAN,
    unknown BIGINT NOT NULL,
    unmatched BIGINT NOT NULL,
    document_id TEXT,
    clause TEXT,
    stage TEXT,
    term TEXT,
    freshness TEXT,
    rule_version TEXT,
    run_id TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT financing_pkey PRIMARY KEY (biz_date, measure_id, area_code, bank),
    CONSTRAINT financing_unit_check CHECK (unit IN ('ratio', 'yuan', 'count', 'day')),
    CONSTRAINT financing_keeps_check CHECK (keeps IN ('>=', '<=', '<', '>'))
);

GRANT SELECT ON marts.financing TO srdi_loader, srdi_officer, srdi_bi, srdi_auditor;
GRANT INSERT, UPDATE, DELETE ON marts.financing TO srdi_loader;
