-- The newest row per enterprise of each source that names enterprises by code, where its name is not the
-- registry's own, letter by letter.
WITH newest_row AS (
    SELECT
        'registry_risk' AS source,
        uscc,
        ARG_MAX(name, version) AS name,
        ARG_MAX(_batch_id, version) AS batch_id,
        ARG_MAX(_row_no, version) AS row_no
    FROM staged_registry_risk
    WHERE uscc IS NOT NULL
    GROUP BY uscc
    UNION ALL
    SELECT
        'court_dishonest',
        uscc,
        ARG_MAX(name, version),
        ARG_MAX(_batch_id, version),
        ARG_MAX(_row_no, version)
    FROM staged_court_dishonest
    WHERE uscc IS NOT NULL
    GROUP BY uscc
    UNION ALL
    SELECT
        'tax_credit',
        uscc,
        ARG_MAX(name, version),
        ARG_MAX(_batch_id, version),
        ARG_MAX(_row_no, version)
    FROM staged_tax_credit
    WHERE uscc IS NOT NULL
    GROUP BY uscc
    UNION ALL
    SELECT
        'digital_evaluation',
        uscc,
        ARG_MAX(name, version),
        ARG_MAX(_batch_id, version),
        ARG_MAX(_row_no, version)
    FROM staged_digital_evaluation
    WHERE uscc IS NOT NULL
    GROUP BY uscc
    UNION ALL
    SELECT
        'cloud_adoption',
        uscc,
        ARG_MAX(name, version),
        ARG_MAX(_batch_id, version),
        ARG_MAX(_row_no, version)
    FROM staged_cloud_adoption
    WHERE uscc IS NOT NULL
    GROUP BY uscc
    UNION ALL
    SELECT
        'platform_membership',
        uscc,
        ARG_MAX(name, version),
        ARG_MAX(_batch_id, version),
        ARG_MAX(_row_no, version)
    FROM staged_platform_membership
    WHERE uscc IS NOT NULL
        AND member_kind = '企业'
    GROUP BY uscc
    UNION ALL
    SELECT
        'capital_market',
        uscc,
        ARG_MAX(name, version),
        ARG_MAX(_batch_id, version),
        ARG_MAX(_row_no, version)
    FROM staged_capital_market
    WHERE uscc IS NOT NULL
    GROUP BY uscc
    UNION ALL
    SELECT
        'financing_credit',
        uscc,
        ARG_MAX(name, version),
        ARG_MAX(_batch_id, version),
        ARG_MAX(_row_no, version)
    FROM staged_financing_credit
    WHERE uscc IS NOT NULL
    GROUP BY uscc
    UNION ALL
    -- loans name nobody but by code
    SELECT
        'financing_loan',
        uscc,
        NULL,
        ARG_MAX(_batch_id, version),
        ARG_MAX(_row_no, version)
    FROM staged_financing_loan
    WHERE uscc IS NOT NULL
    GROUP BY uscc
    UNION ALL
    SELECT
        'tax_annual',
        s.uscc,
        s.name,
        s._batch_id,
        s._row_no
    FROM tax_version AS v
    JOIN staged_tax_annual AS s
        ON s.version = v.newest_version
)
SELECT
    n.source,
    n.uscc,
    n.name,
    normal_name(n.name) AS normal_name,
    r.uscc IS NOT NULL AS code_known,
    r.name AS registry_name,
    n.batch_id,
    n.row_no
FROM newest_row AS n
LEFT JOIN registry AS r
    ON r.uscc = n.uscc
WHERE r.uscc IS NULL
    OR n.name <> r.name
