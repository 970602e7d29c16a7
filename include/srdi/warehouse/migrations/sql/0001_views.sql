-- What moves with the calendar stands in views, so that a night without changes rewrites no row.

CREATE VIEW store.newest AS
SELECT DISTINCT ON (d.measure_id)
    d.measure_id,
    d.kind,
    d.biz_date,
    d.run_id,
    d.published_at,
    d.area_code,
    d.document_id,
    d.clause,
    d.rule_version,
    d.stage,
    d.term,
    d.freshness
FROM control.measure_day AS d
ORDER BY d.measure_id, d.biz_date DESC, d.published_at DESC;

-- An island of listed intervals begins where the listed interval before it does not touch; the last one counts.
CREATE VIEW store.listed_since AS
SELECT
    island.measure_id,
    island.uscc,
    MAX(island.valid_from) AS listed_since
FROM (
    SELECT
        h.measure_id,
        h.uscc,
        h.valid_from,
        LAG(h.valid_to) OVER (PARTITION BY h.measure_id, h.uscc ORDER BY h.valid_from) AS valid_to_before
    FROM marts.whitelist_history AS h
    WHERE h.known_to IS NULL AND h.verdict = 'listed'
) AS island
WHERE island.valid_to_before IS DISTINCT FROM island.valid_from
GROUP BY island.measure_id, island.uscc;

CREATE VIEW marts.whitelist AS
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
    n.published_at
FROM store.whitelist AS w
JOIN store.newest AS n ON n.measure_id = w.measure_id
LEFT JOIN store.listed_since AS s ON s.measure_id = w.measure_id AND s.uscc = w.uscc;

CREATE VIEW marts.whitelist_reason AS
SELECT
    r.measure_id,
    r.uscc,
    r.rule_id,
    n.biz_date,
    r.outcome,
    r.effect,
    r.observed,
    r.required,
    r.distance,
    r.message_zh,
    r.document_id,
    r.clause,
    n.rule_version,
    r.batch_id,
    r.row_no,
    n.run_id
FROM store.whitelist_reason AS r
JOIN store.newest AS n ON n.measure_id = r.measure_id;

CREATE VIEW marts.measure_member AS
SELECT
    m.measure_id,
    m.uscc,
    n.biz_date,
    m.outcome,
    m.observed,
    m.required,
    m.distance,
    m.division_code,
    n.document_id,
    n.clause,
    n.rule_version,
    n.stage,
    n.term,
    n.freshness,
    n.run_id
FROM store.measure_member AS m
JOIN store.newest AS n ON n.measure_id = m.measure_id;

CREATE VIEW marts.coverage_latest AS
SELECT c.*
FROM marts.coverage AS c
JOIN store.newest AS n ON n.measure_id = c.measure_id AND n.biz_date = c.biz_date;

CREATE VIEW core.enterprise AS
SELECT
    e.uscc,
    e.name,
    e.former_names,
    e.status,
    e.operating,
    e.division_code,
    e.zone_code,
    e.city_code,
    e.industry_code,
    e.industry_section,
    e.founded_on,
    e.registered_capital,
    e.size_class,
    e.first_seen,
    COALESCE(
        e.last_seen,
        (
            SELECT CAST(p.detail ->> 'newest_seen' AS date)
            FROM control.publication AS p
            WHERE p.table_name = 'core.enterprise' AND p.live
            ORDER BY p.publication_id DESC
            LIMIT 1
        )
    ) AS last_seen
FROM core.enterprise_history AS e
WHERE e.valid_to IS NULL AND e.known_to IS NULL;

-- The list as it stood on a day: as known now, or as known at a moment.
CREATE FUNCTION marts.whitelist_on(day date, known_at timestamptz DEFAULT NULL)
RETURNS TABLE (
    measure_id text,
    uscc text,
    verdict text,
    reason_codes text[],
    valid_from date,
    valid_to date,
    known_from timestamptz,
    known_to timestamptz,
    run_id text
)
LANGUAGE sql
STABLE
AS $$
    SELECT
        h.measure_id,
        h.uscc,
        h.verdict,
        h.reason_codes,
        h.valid_from,
        h.valid_to,
        h.known_from,
        h.known_to,
        h.run_id
    FROM marts.whitelist_history AS h
    WHERE h.valid_from <= whitelist_on.day
        AND (h.valid_to IS NULL OR whitelist_on.day < h.valid_to)
        AND CASE
            WHEN whitelist_on.known_at IS NULL THEN h.known_to IS NULL
            ELSE h.known_from <= whitelist_on.known_at
                AND (h.known_to IS NULL OR whitelist_on.known_at < h.known_to)
        END
$$;
