-- What can be answered: questions and scenes, by the words that name them. bit: one per topic, so that the
-- answers of a row fit one number (which are there, which twice).
WITH topic AS (
    SELECT DISTINCT
        item AS topic,
        also,
        TRUE AS question,
        choice,
        FALSE AS starred
    FROM lookup_digital_questionnaire_2024
    UNION ALL
    SELECT
        scene,
        NULL,
        FALSE,
        NULL,
        starred = 'true'
    FROM lookup_digital_scenes_2024
),
numbered AS (
    SELECT
        *,
        CAST(1 AS BIGINT) << CAST(ROW_NUMBER() OVER (ORDER BY NOT question, topic) - 1 AS BIGINT) AS bit
    FROM topic
)
SELECT
    lookup_key(topic) AS word,
    topic,
    question,
    choice,
    starred,
    bit
FROM numbered
UNION ALL
SELECT
    lookup_key(also),
    topic,
    question,
    choice,
    starred,
    bit
FROM numbered
WHERE also IS NOT NULL
