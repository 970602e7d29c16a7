-- What each text is worth: points of a question, level of a scene, or what is wrong with it.
WITH letter AS (
    SELECT
        part,
        topic,
        UNNEST(options) AS option
    FROM part_option
    WHERE question
        AND told
        AND value <> ''
),
counted AS (
    SELECT
        l.part,
        SUM(o.points) AS points,
        COUNT(*) AS chosen,
        BOOL_OR(o.exclusive) AS exclusive,
        MAX(o.option) FILTER (WHERE o.exclusive) AS exclusive_option,
        STRING_AGG(l.option, '' ORDER BY l.option) FILTER (WHERE o.option IS NULL) AS unknown,
        MAX(o.doubt) AS doubt
    FROM letter AS l
    LEFT JOIN digital_option AS o
        ON o.topic = l.topic
        AND o.option = l.option
    GROUP BY l.part
),
scene_level AS (
    SELECT DISTINCT
        lookup_key(spelling) AS word,
        CAST(value AS INTEGER) AS level
    FROM lookup_digital_level
)
SELECT
    p.part,
    p.topic,
    p.question,
    p.starred,
    p.bit,
    c.points,
    c.doubt,
    CASE WHEN NOT p.question AND l.level BETWEEN 1 AND 4 THEN l.level END AS level,
    CASE
        WHEN NOT p.told THEN shown(p.part) || '不是“题目=选项”'
        WHEN p.topic IS NULL THEN '没有题目或场景' || shown(p.name)
        WHEN NOT p.question AND COALESCE(l.level, 0) NOT BETWEEN 1 AND 4
            THEN '场景“' || p.topic || '”的级别应为 1 至 4，不是' || shown(p.value)
        WHEN NOT p.question THEN NULL
        WHEN c.chosen IS NULL THEN '“' || p.topic || '”没有给出选项'
        WHEN c.unknown IS NOT NULL THEN '“' || p.topic || '”没有选项' || shown(c.unknown)
        WHEN p.choice = 'single' AND c.chosen > 1 THEN '“' || p.topic || '”是单选，给了' || shown(p.value)
        WHEN c.exclusive AND c.chosen > 1
            THEN '“' || p.topic || '”选了' || c.exclusive_option || '（无），不能再选其他'
    END AS problem
FROM part_option AS p
LEFT JOIN counted AS c
    ON c.part = p.part
LEFT JOIN scene_level AS l
    ON l.word = p.value
    AND NOT p.question
