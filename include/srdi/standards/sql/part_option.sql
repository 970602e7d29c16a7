-- Each text a part can have, taken apart once: topic, and what is said of it.
WITH spelled AS (
    SELECT
        part,
        lookup_key(part) AS key
    FROM part_text
    WHERE NOT is_blank(part)
)
SELECT
    s.part,
    REGEXP_EXTRACT(s.part, '^\s*([^=＝:：]*)', 1) AS name,
    REGEXP_MATCHES(s.key, '[=:]') AS told,
    REGEXP_EXTRACT(s.key, '^[^=:]*[=:](.*)$', 1) AS value,
    t.topic,
    t.question,
    t.choice,
    t.starred,
    t.bit,
    -- letters however they are parted: BCD, B,C,D, B、C
    LIST_DISTINCT(
        STRING_SPLIT(
            REGEXP_REPLACE(REGEXP_EXTRACT(s.key, '^[^=:]*[=:](.*)$', 1), '[,、/|+&.]', '', 'g'),
            ''
        )
    ) AS options
FROM spelled AS s
LEFT JOIN digital_topic AS t
    ON t.word = REGEXP_EXTRACT(s.key, '^([^=:]*)', 1)
