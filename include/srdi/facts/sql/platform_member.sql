-- Output: active members of the financing platforms, enterprises with their titles on the day of joining, and banks.
WITH member AS (
    SELECT
        m.*,
        e.uscc AS matched,
        e.city_code AS enterprise_city,
        e.division_code,
        e.sme,
        e.small_micro
    FROM platform_row AS m
    LEFT JOIN enterprise AS e
        ON e.uscc = m.uscc
        AND m.member_kind = '企业'
    WHERE m.active
),
titled AS (
    SELECT
        m.version,
        BOOL_OR(t.covers_from <= m.joined_on) AS srdi,
        BOOL_OR(t.covers_from <= m.joined_on) FILTER (WHERE t.provincial) AS provincial,
        BOOL_OR(t.covers_from IS NULL) AS undated,
        BOOL_OR(t.covers_from IS NULL) FILTER (WHERE t.provincial) AS undated_provincial
    FROM member AS m
    JOIN title_span AS t
        ON t.uscc = m.matched
        AND t.covers_to > m.joined_on
        AND COALESCE(t.covers_from <= m.joined_on, TRUE)
    GROUP BY
        m.version
),
platform_city AS (
    SELECT DISTINCT
        value AS platform,
        NULLIF(city_code, '') AS city_code
    FROM lookup_platform
)
SELECT
    m.joined_on AS day,
    m.matched AS uscc,
    CASE WHEN m.member_kind = '银行' THEN c.city_code ELSE m.enterprise_city END AS city_code,
    m.division_code,
    m.batch_id,
    CAST(m.row_no AS BIGINT) AS row_no,
    CASE
        WHEN t.srdi THEN TRUE
        WHEN m.matched IS NULL OR m.joined_on IS NULL OR t.undated THEN NULL
        WHEN $received_title_list THEN FALSE
    END AS srdi,
    CASE
        WHEN t.provincial THEN TRUE
        WHEN m.matched IS NULL OR m.joined_on IS NULL OR t.undated_provincial THEN NULL
        WHEN $received_title_list THEN FALSE
    END AS provincial_or_above,
    m.sme,
    m.small_micro,
    m.platform,
    m.member_kind AS kind,
    CASE WHEN m.member_kind = '银行' THEN m.name END AS bank,
    m.joined_on
FROM member AS m
LEFT JOIN titled AS t
    ON t.version = m.version
LEFT JOIN platform_city AS c
    ON c.platform = m.platform
ORDER BY
    m.joined_on,
    m.platform,
    m.name,
    m.batch_id,
    m.row_no
