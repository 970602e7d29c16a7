-- Tables of the first version. Frozen: later changes are migrations of their own.

CREATE TABLE control.audit (
    audit_id BIGINT GENERATED ALWAYS AS IDENTITY,
    happened_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT,
    detail JSONB,
    CONSTRAINT audit_pkey PRIMARY KEY (audit_id)
);

CREATE TABLE control.batch (
    batch_id TEXT NOT NULL,
    source TEXT NOT NULL,
    as_of DATE,
    landed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    origin TEXT NOT NULL,
    lake_path TEXT NOT NULL,
    staged_path TEXT,
    rows_landed BIGINT DEFAULT 0 NOT NULL,
    rows_staged BIGINT DEFAULT 0 NOT NULL,
    rows_quarantined BIGINT DEFAULT 0 NOT NULL,
    rows_duplicate BIGINT DEFAULT 0 NOT NULL,
    rows_ignored BIGINT DEFAULT 0 NOT NULL,
    contract_version TEXT,
    state TEXT NOT NULL,
    refusal_code TEXT,
    refusal_message TEXT,
    reading JSONB,
    profile JSONB,
    data_docs TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT batch_pkey PRIMARY KEY (batch_id),
    CONSTRAINT batch_state_check CHECK (state IN ('landed', 'staged', 'accepted', 'refused', 'superseded')),
    CONSTRAINT batch_refusal_check CHECK ((state = 'refused') = (refusal_code IS NOT NULL)),
    CONSTRAINT batch_accounting_check CHECK (state = 'refused' OR rows_landed = rows_staged + rows_quarantined + rows_duplicate + rows_ignored),
    CONSTRAINT batch_counters_check CHECK (rows_landed >= 0 AND rows_staged >= 0 AND rows_quarantined >= 0 AND rows_duplicate >= 0 AND rows_ignored >= 0),
    CONSTRAINT batch_staged_path_check CHECK (state NOT IN ('accepted', 'superseded') OR staged_path IS NOT NULL)
);

CREATE INDEX batch_source_as_of_idx ON control.batch (source, as_of);

CREATE TABLE control.exception (
    exception_id BIGINT GENERATED ALWAYS AS IDENTITY,
    measure_id TEXT NOT NULL,
    uscc TEXT NOT NULL,
    effect TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT exception_pkey PRIMARY KEY (exception_id),
    CONSTRAINT exception_effect_check CHECK (effect IN ('include', 'exclude')),
    CONSTRAINT exception_interval_check CHECK (valid_to IS NULL OR valid_to > valid_from)
);

CREATE TABLE control.fiscal_split (
    division_code TEXT NOT NULL,
    valid_from DATE NOT NULL,
    city_share NUMERIC(12, 6) NOT NULL,
    county_share NUMERIC(12, 6) NOT NULL,
    basis TEXT,
    CONSTRAINT fiscal_split_pkey PRIMARY KEY (division_code, valid_from),
    CONSTRAINT fiscal_split_shares_check CHECK (city_share >= 0 AND county_share >= 0 AND city_share + county_share <= 1)
);

CREATE TABLE control.freshness (
    source TEXT NOT NULL,
    biz_date DATE NOT NULL,
    last_as_of DATE,
    last_landed_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    state TEXT NOT NULL,
    CONSTRAINT freshness_pkey PRIMARY KEY (source, biz_date),
    CONSTRAINT freshness_state_check CHECK (state IN ('fresh', 'late', 'stale', 'never'))
);

CREATE TABLE control.run (
    run_id TEXT NOT NULL,
    biz_date DATE NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT,
    requested_by TEXT,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    state TEXT NOT NULL,
    code_version TEXT,
    rule_version TEXT,
    areas TEXT[],
    dry_run BOOLEAN DEFAULT false NOT NULL,
    detail JSONB,
    CONSTRAINT run_pkey PRIMARY KEY (run_id),
    CONSTRAINT run_kind_check CHECK (kind IN ('scheduled', 'manual', 'backfill', 'replay', 'whatif')),
    CONSTRAINT run_state_check CHECK (state IN ('running', 'published', 'unchanged', 'held', 'dry_run', 'failed'))
);

CREATE TABLE control.step (
    run_id TEXT NOT NULL,
    verb TEXT NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    rows BIGINT,
    detail JSONB,
    CONSTRAINT step_pkey PRIMARY KEY (run_id, verb, source)
);

CREATE TABLE core.calendar (
    day DATE NOT NULL,
    weekday SMALLINT NOT NULL,
    working BOOLEAN NOT NULL,
    holiday TEXT,
    CONSTRAINT calendar_pkey PRIMARY KEY (day)
);

CREATE TABLE core.clause (
    document_id TEXT NOT NULL,
    clause TEXT NOT NULL,
    text_zh TEXT,
    note TEXT,
    CONSTRAINT clause_pkey PRIMARY KEY (document_id, clause)
);

CREATE TABLE core.division (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent TEXT,
    family TEXT,
    valid_from DATE,
    valid_to DATE,
    successor TEXT,
    CONSTRAINT division_pkey PRIMARY KEY (code)
);

CREATE TABLE core.division_past (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent TEXT,
    family TEXT,
    valid_from DATE,
    valid_to DATE,
    successor TEXT,
    CONSTRAINT division_past_pkey PRIMARY KEY (code, name)
);

CREATE TABLE core.document (
    document_id TEXT NOT NULL,
    title_zh TEXT,
    number TEXT,
    kind TEXT,
    issuer TEXT,
    stage TEXT,
    in_force_from DATE,
    in_force_to DATE,
    area_code TEXT,
    verified_on DATE,
    verified_against TEXT,
    verify_by DATE,
    CONSTRAINT document_pkey PRIMARY KEY (document_id)
);

CREATE TABLE core.enterprise_history (
    uscc TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE NOT NULL,
    known_to TIMESTAMP WITH TIME ZONE,
    name TEXT,
    former_names TEXT[],
    status TEXT,
    operating BOOLEAN,
    division_code TEXT,
    zone_code TEXT,
    city_code TEXT,
    industry_code TEXT,
    industry_section TEXT,
    founded_on DATE,
    registered_capital NUMERIC(18, 2),
    size_class TEXT,
    first_seen DATE,
    last_seen DATE,
    run_id TEXT NOT NULL,
    CONSTRAINT enterprise_history_pkey PRIMARY KEY (uscc, valid_from, known_from),
    CONSTRAINT enterprise_history_valid_check CHECK (valid_to IS NULL OR valid_to > valid_from),
    CONSTRAINT enterprise_history_known_check CHECK (known_to IS NULL OR known_to > known_from)
);

CREATE UNIQUE INDEX enterprise_history_now_idx ON core.enterprise_history (uscc) WHERE valid_to IS NULL AND known_to IS NULL;

CREATE TABLE core.industry (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    parent TEXT,
    section TEXT,
    CONSTRAINT industry_pkey PRIMARY KEY (code)
);

CREATE TABLE core.measure (
    measure_id TEXT NOT NULL,
    document_id TEXT,
    clause TEXT,
    kind TEXT,
    title_zh TEXT,
    title_en TEXT,
    definition_zh TEXT,
    area_code TEXT,
    stage TEXT,
    term TEXT,
    rule_version TEXT,
    reading_of TEXT,
    tier TEXT,
    target NUMERIC(12, 6),
    CONSTRAINT measure_pkey PRIMARY KEY (measure_id)
);

CREATE TABLE core.title (
    title_id TEXT NOT NULL,
    uscc TEXT,
    raw_name TEXT NOT NULL,
    title TEXT NOT NULL,
    batch TEXT,
    state TEXT,
    recognised_on DATE,
    valid_from DATE,
    valid_to DATE,
    derived_end BOOLEAN,
    division_code TEXT,
    city_code TEXT,
    source_batch TEXT,
    row_no BIGINT,
    CONSTRAINT title_pkey PRIMARY KEY (title_id)
);

CREATE INDEX title_uscc_idx ON core.title (uscc);

CREATE TABLE marts.coverage (
    biz_date DATE NOT NULL,
    measure_id TEXT NOT NULL,
    area_code TEXT NOT NULL,
    division_code TEXT NOT NULL,
    tier TEXT NOT NULL,
    industry_section TEXT NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    unmatched BIGINT,
    rate NUMERIC(12, 6),
    target NUMERIC(12, 6),
    shortfall BIGINT,
    met BOOLEAN,
    document_id TEXT,
    clause TEXT,
    stage TEXT,
    term TEXT,
    freshness TEXT,
    rule_version TEXT,
    run_id TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT coverage_pkey PRIMARY KEY (biz_date, measure_id, area_code, division_code, tier, industry_section),
    CONSTRAINT coverage_rate_check CHECK (denominator > 0 OR rate IS NULL)
);

CREATE TABLE marts.whitelist_change (
    biz_date DATE NOT NULL,
    measure_id TEXT NOT NULL,
    uscc TEXT NOT NULL,
    change TEXT NOT NULL,
    cause TEXT NOT NULL,
    verdict_before TEXT,
    verdict_after TEXT,
    detail TEXT,
    batch_id TEXT,
    run_id TEXT NOT NULL,
    CONSTRAINT whitelist_change_pkey PRIMARY KEY (biz_date, measure_id, uscc),
    CONSTRAINT whitelist_change_change_check CHECK (change IN ('entered', 'left', 'verdict')),
    CONSTRAINT whitelist_change_cause_check CHECK (cause IN ('data', 'rule', 'calendar', 'exception', 'correction', 'staleness'))
);

CREATE TABLE marts.whitelist_history (
    measure_id TEXT NOT NULL,
    uscc TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE NOT NULL,
    known_to TIMESTAMP WITH TIME ZONE,
    verdict TEXT NOT NULL,
    reason_codes TEXT[],
    run_id TEXT NOT NULL,
    CONSTRAINT whitelist_history_pkey PRIMARY KEY (measure_id, uscc, valid_from, known_from),
    CONSTRAINT whitelist_history_verdict_check CHECK (verdict IN ('listed', 'excluded', 'review')),
    CONSTRAINT whitelist_history_valid_check CHECK (valid_to IS NULL OR valid_to > valid_from),
    CONSTRAINT whitelist_history_known_check CHECK (known_to IS NULL OR known_to > known_from)
);

CREATE UNIQUE INDEX whitelist_history_now_idx ON marts.whitelist_history (measure_id, uscc, valid_from) WHERE known_to IS NULL;

CREATE TABLE quality.check_result (
    batch_id TEXT NOT NULL,
    check_id TEXT NOT NULL,
    severity TEXT NOT NULL,
    outcome TEXT NOT NULL,
    rows_checked BIGINT,
    rows_failed BIGINT,
    share_failed NUMERIC(12, 6),
    tolerance NUMERIC(12, 6),
    sample JSONB,
    message_zh TEXT,
    CONSTRAINT check_result_pkey PRIMARY KEY (batch_id, check_id),
    CONSTRAINT check_result_outcome_check CHECK (outcome IN ('pass', 'fail', 'error')),
    CONSTRAINT check_result_severity_check CHECK (severity IN ('info', 'warning', 'critical'))
);

CREATE TABLE quality.drift (
    batch_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    column_name TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT,
    CONSTRAINT drift_pkey PRIMARY KEY (batch_id, kind, column_name),
    CONSTRAINT drift_kind_check CHECK (kind IN ('new', 'missing', 'renamed', 'reordered', 'retyped', 'unit', 'category')),
    CONSTRAINT drift_action_check CHECK (action IN ('stop', 'quarantine', 'record'))
);

CREATE TABLE quality.finding (
    batch_id TEXT NOT NULL,
    row_no BIGINT NOT NULL,
    field TEXT NOT NULL,
    check_id TEXT NOT NULL,
    severity TEXT NOT NULL,
    raw_value TEXT,
    expected TEXT,
    message_zh TEXT,
    CONSTRAINT finding_pkey PRIMARY KEY (batch_id, row_no, field, check_id),
    CONSTRAINT finding_severity_check CHECK (severity IN ('info', 'warning', 'critical'))
);

CREATE TABLE quality.name_match (
    source TEXT NOT NULL,
    raw_name TEXT NOT NULL,
    normal_name TEXT,
    uscc TEXT,
    method TEXT NOT NULL,
    score NUMERIC(6, 4),
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT name_match_pkey PRIMARY KEY (source, raw_name),
    CONSTRAINT name_match_method_check CHECK (method IN ('code', 'regno', 'orgcode', 'exact', 'former', 'proposed')),
    CONSTRAINT name_match_state_check CHECK (state IN ('accepted', 'open', 'rejected'))
);

CREATE TABLE quality.quarantine (
    batch_id TEXT NOT NULL,
    row_no BIGINT NOT NULL,
    source TEXT NOT NULL,
    file_name TEXT NOT NULL,
    raw_row JSONB NOT NULL,
    business_key TEXT,
    state TEXT DEFAULT 'open' NOT NULL,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    CONSTRAINT quarantine_pkey PRIMARY KEY (batch_id, row_no),
    CONSTRAINT quarantine_state_check CHECK (state IN ('open', 'returned', 'fixed', 'accepted')),
    CONSTRAINT quarantine_decided_check CHECK (state = 'open' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL))
);

CREATE INDEX quarantine_source_state_idx ON quality.quarantine (source, state);

CREATE TABLE store.measure_member (
    measure_id TEXT NOT NULL,
    uscc TEXT NOT NULL,
    outcome TEXT NOT NULL,
    observed TEXT,
    required TEXT,
    distance NUMERIC(18, 6),
    division_code TEXT,
    CONSTRAINT measure_member_pkey PRIMARY KEY (measure_id, uscc),
    CONSTRAINT measure_member_outcome_check CHECK (outcome IN ('counted', 'missing', 'unknown'))
);

CREATE INDEX measure_member_uscc_idx ON store.measure_member (uscc);

CREATE TABLE store.whitelist (
    measure_id TEXT NOT NULL,
    uscc TEXT NOT NULL,
    area_code TEXT,
    name TEXT,
    division_code TEXT,
    title TEXT,
    title_valid_to DATE,
    verdict TEXT NOT NULL,
    reason_codes TEXT[],
    warnings TEXT[],
    lapse_day DATE,
    CONSTRAINT whitelist_pkey PRIMARY KEY (measure_id, uscc),
    CONSTRAINT whitelist_verdict_check CHECK (verdict IN ('listed', 'excluded', 'review'))
);

CREATE TABLE store.whitelist_reason (
    measure_id TEXT NOT NULL,
    uscc TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    effect TEXT,
    observed TEXT,
    required TEXT,
    distance NUMERIC(18, 6),
    message_zh TEXT,
    document_id TEXT,
    clause TEXT,
    batch_id TEXT,
    row_no BIGINT,
    CONSTRAINT whitelist_reason_pkey PRIMARY KEY (measure_id, uscc, rule_id),
    CONSTRAINT whitelist_reason_outcome_check CHECK (outcome IN ('pass', 'fail', 'unknown', 'waived')),
    CONSTRAINT whitelist_reason_effect_check CHECK (effect IN ('none', 'warn', 'review', 'exclude'))
);

CREATE INDEX whitelist_reason_uscc_idx ON store.whitelist_reason (uscc);

CREATE TABLE control.approval (
    approval_id BIGINT GENERATED ALWAYS AS IDENTITY,
    run_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    diff JSONB,
    decision TEXT DEFAULT 'held' NOT NULL,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT approval_pkey PRIMARY KEY (approval_id),
    CONSTRAINT approval_decision_check CHECK (decision IN ('held', 'approved', 'rejected')),
    CONSTRAINT approval_decided_check CHECK (decision = 'held' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)),
    CONSTRAINT approval_run_id_fkey FOREIGN KEY(run_id) REFERENCES control.run (run_id)
);

CREATE TABLE control.measure_day (
    run_id TEXT NOT NULL,
    measure_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    biz_date DATE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    area_code TEXT,
    document_id TEXT,
    clause TEXT,
    rule_version TEXT,
    stage TEXT,
    term TEXT,
    freshness TEXT,
    CONSTRAINT measure_day_pkey PRIMARY KEY (run_id, measure_id),
    CONSTRAINT measure_day_run_id_fkey FOREIGN KEY(run_id) REFERENCES control.run (run_id)
);

CREATE INDEX measure_day_measure_id_biz_date_published_at_idx ON control.measure_day (measure_id, biz_date, published_at);

CREATE TABLE control.publication (
    publication_id BIGINT GENERATED ALWAYS AS IDENTITY,
    run_id TEXT NOT NULL,
    biz_date DATE NOT NULL,
    table_name TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    rows BIGINT NOT NULL,
    rows_entered BIGINT NOT NULL,
    rows_left BIGINT NOT NULL,
    rows_changed BIGINT NOT NULL,
    content_sha256 TEXT NOT NULL,
    previous_sha256 TEXT,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    detail JSONB,
    CONSTRAINT publication_pkey PRIMARY KEY (publication_id),
    CONSTRAINT publication_run_id_fkey FOREIGN KEY(run_id) REFERENCES control.run (run_id)
);

CREATE INDEX publication_table_name_publication_id_idx ON control.publication (table_name, publication_id);

CREATE TABLE control.run_batch (
    run_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    CONSTRAINT run_batch_pkey PRIMARY KEY (run_id, batch_id),
    CONSTRAINT run_batch_run_id_fkey FOREIGN KEY(run_id) REFERENCES control.run (run_id),
    CONSTRAINT run_batch_batch_id_fkey FOREIGN KEY(batch_id) REFERENCES control.batch (batch_id)
);
