-- One line per row: the outcome, what fails, what nobody can say, and the failing and open criteria in words.
WITH told AS (
    SELECT
        g.uscc,
        STRING_AGG(
            c.criterion_zh || '（' || COALESCE(g.observed, '不详') || '，要求 ' || COALESCE(c.required, '不详') || '，' || c.clause || '）',
            '；' ORDER BY c.position
        ) FILTER (g.outcome = 'fail') AS missed,
        STRING_AGG(c.criterion_zh, '、' ORDER BY c.position) FILTER (g.outcome = 'unknown') AS open
    FROM title_gap AS g
    JOIN title_criterion AS c
        ON c.standard = g.standard
        AND c.purpose = g.purpose
        AND c.criterion_id = g.criterion_id
    WHERE g.outcome IN ('fail', 'unknown')
    GROUP BY
        g.uscc
)
SELECT
    a.row_no,
    COALESCE(s.outcome, '') AS outcome,
    COALESCE(ARRAY_TO_STRING(s.failing, ' '), '') AS failing,
    COALESCE(ARRAY_TO_STRING(s.unclear, ' '), '') AS unknown,
    COALESCE(
        CASE
            WHEN s.score_low = s.score_high THEN decimal_text(s.score_low)
            ELSE decimal_text(s.score_low) || '~' || decimal_text(s.score_high)
        END,
        ''
    ) AS score,
    CASE
        WHEN a.title IS NULL THEN '称号 title 无法识别，应为 创新型、省级、小巨人'
        WHEN a.number IS NULL THEN '标准 standard 无法识别，应为 63 或 2'
        WHEN a.purpose IS NULL THEN '是否复核 renewal 无法识别，应为 是、否 或空'
        WHEN a.found IS NULL THEN a.number || '号没有' || a.title || '的标准'
        WHEN a.measure_id IS NULL THEN '这个标准没有复核条件'
        ELSE CONCAT_WS(
            '；',
            a.carried,
            NULLIF(p.unread, ''),
            '不符合：' || t.missed,
            '不详：' || t.open
        )
    END AS note
FROM title_asked AS a
JOIN title_problem AS p
    ON p.row_no = a.row_no
LEFT JOIN title_standing AS s
    ON s.uscc = CAST(a.row_no AS VARCHAR)
LEFT JOIN told AS t
    ON t.uscc = CAST(a.row_no AS VARCHAR)
