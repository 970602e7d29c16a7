-- Nothing is granted by default; each role gets what its work needs.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TYPES FROM PUBLIC;
REVOKE ALL ON FUNCTION marts.whitelist_on(date, timestamptz) FROM PUBLIC;

-- srdi_loader writes what the night computes. It never deletes what happened, and never rewrites history.
GRANT USAGE ON SCHEMA control, quality, core, marts, store TO srdi_loader;
GRANT USAGE, CREATE ON SCHEMA staging TO srdi_loader;
GRANT SELECT ON ALL TABLES IN SCHEMA control, quality, core, marts, store TO srdi_loader;
GRANT EXECUTE ON FUNCTION marts.whitelist_on(date, timestamptz) TO srdi_loader;
GRANT INSERT, UPDATE ON control.batch, control.run, control.step, control.freshness, control.measure_day
    TO srdi_loader;
GRANT INSERT, DELETE ON control.run_batch TO srdi_loader;
GRANT INSERT ON control.publication, control.approval, control.audit TO srdi_loader;
GRANT INSERT, UPDATE, DELETE ON quality.check_result, quality.quarantine, quality.finding, quality.drift,
    quality.name_match TO srdi_loader;
GRANT INSERT, UPDATE, DELETE ON core.title, core.division, core.division_past, core.industry, core.calendar,
    core.document, core.clause, core.measure TO srdi_loader;
GRANT INSERT ON core.enterprise_history, marts.whitelist_history TO srdi_loader;
GRANT UPDATE (known_to) ON core.enterprise_history, marts.whitelist_history TO srdi_loader;
GRANT INSERT, UPDATE, DELETE ON marts.whitelist_change, marts.coverage TO srdi_loader;
GRANT INSERT, UPDATE, DELETE ON store.whitelist, store.whitelist_reason, store.measure_member TO srdi_loader;

-- srdi_officer decides.
GRANT USAGE ON SCHEMA control, quality, core, marts TO srdi_officer;
GRANT SELECT ON ALL TABLES IN SCHEMA control, quality, core, marts TO srdi_officer;
GRANT EXECUTE ON FUNCTION marts.whitelist_on(date, timestamptz) TO srdi_officer;
GRANT INSERT, UPDATE ON control.exception, control.fiscal_split TO srdi_officer;
GRANT UPDATE (decision, decided_by, decided_at, reason) ON control.approval TO srdi_officer;
GRANT UPDATE (state, decided_by, decided_at, reason) ON quality.quarantine TO srdi_officer;
GRANT UPDATE (uscc, state, decided_by, decided_at) ON quality.name_match TO srdi_officer;
GRANT INSERT ON control.audit TO srdi_officer;

-- srdi_bi reads what is published.
GRANT USAGE ON SCHEMA core, marts TO srdi_bi;
GRANT SELECT ON ALL TABLES IN SCHEMA core, marts TO srdi_bi;
GRANT EXECUTE ON FUNCTION marts.whitelist_on(date, timestamptz) TO srdi_bi;

-- srdi_auditor reads everything and writes nothing.
GRANT USAGE ON SCHEMA control, quality, core, marts, store TO srdi_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA control, quality, core, marts, store TO srdi_auditor;
GRANT EXECUTE ON FUNCTION marts.whitelist_on(date, timestamptz) TO srdi_auditor;
