SELECT
    g.row_no,
    v.value AS edition,
    NOT is_blank(g.score) AS scored,
    score_of(g.score) AS score,
    REGEXP_MATCHES(g.answers, '[^\s;；\x{3000}\x{A0}]') AS answered
FROM given AS g
LEFT JOIN (
    -- each spelling of the edition read once
    SELECT DISTINCT
        c.version,
        l.value
    FROM (SELECT DISTINCT version FROM given) AS c
    JOIN lookup_digital_version AS l
        ON lookup_key(l.spelling) = lookup_key(c.version)
) AS v
    ON v.version = g.version
