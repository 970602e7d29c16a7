-- Whether an enterprise operates; words in brackets explain and do not change the word before them.
WITH word_in_use AS (
    SELECT DISTINCT
        status
    FROM registry
    WHERE status IS NOT NULL
)
SELECT
    u.status,
    COALESCE(whole.word, outside.word) IS NOT NULL AS known_word,
    CASE WHEN whole.word IS NOT NULL THEN whole.operating ELSE outside.operating END AS operating
FROM word_in_use AS u
LEFT JOIN status_word AS whole
    ON whole.word = lookup_key(u.status)
LEFT JOIN status_word AS outside
    ON outside.word = REGEXP_REPLACE(lookup_key(u.status), '\(.*\)', '', 'g')
