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

GRANT SELECT ON store.title_gap TO srdi_loader, srdi_auditor;
GRANT INSERT, UPDATE, DELETE ON store.title_gap TO srdi_loader;
