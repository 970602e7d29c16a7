-- The first line of the decision table whose condition and band fit; a row with a cell that cannot be read gets none.
WITH flag AS (
    -- each spelling read once; a flag that is not known has no value
    SELECT
        c.cell,
        w.value
    FROM (
        SELECT new_enterprise AS cell FROM given
        UNION
        SELECT no_revenue_year FROM given
        UNION
        SELECT direct_d FROM given
    ) AS c
    LEFT JOIN flag_word AS w
        ON w.word = lookup_key(c.cell)
),
cell AS (
    SELECT
        g.*,
        score_of(g.score) AS points,
        n.value AS is_new,
        r.value AS is_idle,
        d.value AS is_direct
    FROM given AS g
    JOIN flag AS n
        ON n.cell = g.new_enterprise
    JOIN flag AS r
        ON r.cell = g.no_revenue_year
    JOIN flag AS d
        ON d.cell = g.direct_d
),
reading AS (
    SELECT
        row_no,
        points AS score,
        is_new AS new_enterprise,
        is_idle AS no_revenue_year,
        is_direct AS direct_d,
        CONCAT_WS(
            '；',
            CASE
                WHEN points IS NOT NULL OR is_blank(score) THEN NULL
                ELSE 'score ' || shown(score) || '无法识别，应为 0 至 100 的数'
            END,
            CASE WHEN is_new IS NULL THEN 'new_enterprise ' || shown(new_enterprise) || '无法识别，应为 是/否' END,
            CASE WHEN is_idle IS NULL THEN 'no_revenue_year ' || shown(no_revenue_year) || '无法识别，应为 是/否' END,
            CASE WHEN is_direct IS NULL THEN 'direct_D ' || shown(direct_d) || '无法识别，应为 是/否' END
        ) AS problem
    FROM cell
),
graded AS (
    SELECT
        r.row_no,
        ARG_MIN(b.grade, b.priority) AS grade,
        -- a NULL doubt of the first line must not give way to the next line's
        ARG_MIN(COALESCE(b.doubt, ''), b.priority) AS doubt,
        ARG_MIN(COALESCE(b.early, ''), b.priority) AS early
    FROM reading AS r
    JOIN band AS b
        ON CASE b.condition
            WHEN 'any' THEN TRUE
            WHEN 'direct_D' THEN r.direct_d
            WHEN 'new_enterprise' THEN r.new_enterprise
            WHEN 'no_revenue_year' THEN r.no_revenue_year
        END
        AND (b.score_min IS NULL OR r.score >= b.score_min)
        AND (b.score_below IS NULL OR r.score < b.score_below)
    WHERE r.problem = ''
    GROUP BY r.row_no
)
SELECT
    r.row_no,
    COALESCE(g.grade, '') AS grade,
    CASE
        WHEN r.problem <> '' THEN r.problem
        WHEN g.grade IS NOT NULL THEN CONCAT_WS(
            '；',
            NULLIF(g.doubt, ''),
            g.grade || '级据记忆自 ' || NULLIF(g.early, '') || ' 才有（未核），晚于所给日期'
        )
        WHEN r.score IS NULL THEN '未填得分 score'
        ELSE '所给日期没有适用的等级标准'
    END AS note
FROM reading AS r
LEFT JOIN graded AS g
    ON g.row_no = r.row_no
