-- Every way a place is written (full, short, by code, old or present) and the present place it stands for.
WITH division_today AS (
    SELECT
        d.code,
        COALESCE(NULLIF(d.successor, ''), d.code) AS present_code,
        CAST(NULLIF(d.since, '') AS DATE) AS since,
        CAST(NULLIF(d.until, '') AS DATE) AS until
    FROM lookup_divisions AS d
    WHERE d.kind <> '省'
),
by_code AS (
    SELECT
        t.code AS spelling,
        CASE
            WHEN present.kind IN ('功能区', '区', '县', '县级市') AND present.parent LIKE '%00' AND present.parent NOT LIKE '%0000' AND present.parent <> '419000'
                THEN present.parent
            ELSE present.code
        END AS city_code,
        CASE WHEN present.kind = '功能区' THEN present.parent ELSE present.code END AS division_code,
        CASE WHEN present.kind = '功能区' THEN present.code END AS zone_code,
        t.since,
        t.until
    FROM division_today AS t
    JOIN lookup_divisions AS present
        ON present.code = t.present_code
        AND COALESCE(present.successor, '') = ''
),
by_name AS (
    SELECT
        lookup_key(spelling) AS spelling,
        city_code,
        division_code,
        NULLIF(zone_code, '') AS zone_code,
        CAST(NULLIF(since, '') AS DATE) AS since,
        CAST(NULLIF(until, '') AS DATE) AS until
    FROM lookup_division_names
),
written AS (
    SELECT
        *,
        FALSE AS short
    FROM by_code
    UNION ALL
    SELECT
        *,
        FALSE AS short
    FROM by_name
    UNION ALL
    -- branch offices drop the last character: 涧西分局, 高新分局
    SELECT
        REGEXP_REPLACE(spelling, '[区县市]$', '') AS spelling,
        city_code,
        division_code,
        zone_code,
        since,
        until,
        TRUE AS short
    FROM by_name
    WHERE REGEXP_MATCHES(spelling, '^.{2,}[区县市]$')
)
SELECT
    spelling,
    city_code,
    division_code,
    zone_code,
    short
FROM written
-- a code or name used twice means what it means on the day, else what it meant last
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY spelling, city_code
    ORDER BY
        short,
        ((since IS NULL OR since <= $biz_date) AND (until IS NULL OR until > $biz_date)) DESC,
        since DESC NULLS LAST,
        division_code,
        zone_code
) = 1
