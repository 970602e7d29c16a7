-- One row per enterprise: its newest row in any snapshot, and the snapshots it was seen in.
WITH newest_row AS (
    SELECT
        uscc,
        MAX(version) AS version,
        MIN(as_of) AS first_seen,
        MAX(as_of) AS last_seen
    FROM staged_enterprise_registry
    WHERE uscc IS NOT NULL
    GROUP BY uscc
)
SELECT
    s.uscc,
    s.name,
    s.former_names,
    s.status,
    s.founded_on,
    s.registered_capital,
    s.industry_section,
    s.industry_code,
    s.registrar,
    s.district,
    s.address,
    s.employees,
    n.first_seen,
    n.last_seen,
    -- only a snapshot can show by its silence that an enterprise is gone
    COALESCE(n.last_seen < CAST($snapshot_day AS DATE), FALSE) AS vanished,
    s._batch_id AS batch_id,
    s._row_no AS row_no
FROM newest_row AS n
JOIN staged_enterprise_registry AS s
    ON s.version = n.version
