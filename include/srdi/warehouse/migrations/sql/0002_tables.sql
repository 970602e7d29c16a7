-- Rows written before have no such day; that reads as "belongs to the population".
ALTER TABLE store.whitelist ADD COLUMN left_on DATE;
ALTER TABLE marts.whitelist_history ADD COLUMN left_on DATE;

-- Days published before have no hash; they are compared by the version of all packs, as they were then.
ALTER TABLE control.measure_day ADD COLUMN rule_hash TEXT;
ALTER TABLE control.measure_day ADD COLUMN rule_text_hash TEXT;
ALTER TABLE core.measure ADD COLUMN exit_days INTEGER;
ALTER TABLE core.measure ADD COLUMN rule_hash TEXT;
ALTER TABLE core.measure ADD COLUMN rule_text_hash TEXT;
ALTER TABLE core.measure ADD COLUMN rule_sources JSONB;
