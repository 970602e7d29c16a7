-- The level: by the band of the score (2022), or the highest whose score and scenes are all reached (2024).
WITH by_band AS (
    SELECT
        s.row_no,
        b.level,
        -- the reading of the edge matters on the edge only
        CASE WHEN s.score = b.score_min THEN b.doubt END AS doubt
    FROM digital_score AS s
    JOIN digital_band AS b
        ON s.score >= b.score_min
        AND (b.score_below IS NULL OR s.score < b.score_below)
    WHERE s.edition = '2022'
),
by_rule AS (
    SELECT
        s.row_no,
        MAX(r.level) FILTER (WHERE s.score >= r.score_min) AS score_level,
        MAX(r.level) FILTER (
            WHERE s.score >= r.score_min
            AND s.reached[r.level] >= r.scenes_min
            AND s.starred[r.level] >= r.starred_min
        ) AS level,
        MAX(r.doubt) AS doubt,
        MAX(r.since) FILTER (WHERE r.early) AS early
    FROM digital_score AS s
    CROSS JOIN digital_rule AS r
    WHERE s.edition = '2024'
        AND s.score IS NOT NULL
        AND s.problem IS NULL
    GROUP BY s.row_no
),
levelled AS (
    SELECT
        s.*,
        g.version AS version_cell,
        g.score AS score_cell,
        b.doubt AS band_doubt,
        r.score_level,
        r.doubt AS rule_doubt,
        r.early,
        CASE
            WHEN s.edition = '2022' THEN b.level
            WHEN r.row_no IS NULL THEN NULL
            WHEN s.answered THEN COALESCE(r.level, 0)
            ELSE COALESCE(r.score_level, 0)
        END AS level
    FROM digital_score AS s
    JOIN given AS g
        ON g.row_no = s.row_no
    LEFT JOIN by_band AS b
        ON b.row_no = s.row_no
    LEFT JOIN by_rule AS r
        ON r.row_no = s.row_no
),
question AS (
    SELECT
        LIST({'topic': topic, 'bit': bit} ORDER BY bit) AS all_questions
    FROM (SELECT DISTINCT topic, bit FROM digital_topic WHERE question)
)
SELECT
    l.row_no,
    CASE WHEN l.level IS NULL THEN '' ELSE decimal_text(l.score) END AS score,
    COALESCE(level_zh(l.level), '') AS level,
    CONCAT_WS(
        '；',
        CASE
            WHEN is_blank(l.version_cell) THEN '未填版本 version，应为 2022 或 2024'
            WHEN l.edition IS NULL THEN '无法识别版本' || shown(l.version_cell) || '，应为 2022 或 2024'
        END,
        CASE
            WHEN l.scored AND l.given_score IS NULL THEN 'score ' || shown(l.score_cell) || '无法识别，应为 0 至 100 的数'
            WHEN l.edition IS NULL OR l.scored OR l.computed OR l.problem IS NOT NULL THEN NULL
            WHEN l.answered THEN '只有场景，没有题目，也没有得分 score'
            WHEN l.edition = '2022' THEN '未填得分 score'
            ELSE '未填得分 score，也没有答案 answers'
        END,
        CASE WHEN l.edition = '2022' AND l.has_answers THEN '2022年版各题分值未查到，未用 answers' END,
        l.problem,
        CASE
            WHEN l.level IS NOT NULL AND l.computed AND l.given_score <> l.score
                THEN '所给得分 ' || decimal_text(l.given_score) || ' 与按答案计算的 ' || decimal_text(l.score) || ' 不同，以计算为准'
        END,
        CASE
            WHEN l.level IS NOT NULL AND l.computed AND BIT_COUNT(l.topics & q.all_bits) < LEN(q.all_questions)
                THEN '未作答按 0 分计：' || ARRAY_TO_STRING(
                    LIST_TRANSFORM(
                        LIST_FILTER(q.all_questions, LAMBDA t: (l.topics & t.bit) = 0),
                        LAMBDA t: t.topic
                    ),
                    '、'
                )
        END,
        CASE WHEN l.level IS NOT NULL AND l.answered AND NOT l.computed THEN '只有场景，得分取所给 score' END,
        CASE
            WHEN l.level IS NULL OR l.edition <> '2024' THEN NULL
            WHEN NOT l.answered THEN '仅按得分推定，未核经营场景'
            WHEN l.scenes = 0 THEN '未给经营场景，不能定级'
            WHEN l.score_level > l.level
                THEN '得分够' || level_zh(l.score_level) || '，差在场景：' || level_zh(l.level + 1) || '及以上 '
                    || l.reached[l.level + 1] || ' 个（★' || l.starred[l.level + 1] || ' 个），需 '
                    || n.scenes_min || ' 个（★' || n.starred_min || ' 个）'
        END,
        CASE WHEN l.level IS NOT NULL THEN '2024年版 ' || l.early || ' 才发布，晚于所给日期' END,
        CASE WHEN l.level IS NOT NULL THEN l.band_doubt END,
        CASE WHEN l.level IS NOT NULL AND l.computed THEN l.doubt END,
        CASE WHEN l.level IS NOT NULL AND l.answered THEN l.rule_doubt END
    ) AS note
FROM levelled AS l
CROSS JOIN (SELECT all_questions, LIST_SUM(LIST_TRANSFORM(all_questions, LAMBDA t: t.bit))::BIGINT AS all_bits FROM question) AS q
LEFT JOIN digital_rule AS n
    ON n.level = l.level + 1
