-- The class with what a reader should know about it: why there is none, and what it rests on.
WITH bound AS (
    SELECT
        industry,
        BOOL_OR(indicator = 'employees') AS employees,
        BOOL_OR(indicator = 'revenue') AS revenue,
        BOOL_OR(indicator = 'assets') AS assets,
        STRING_AGG(DISTINCT doubt, '、' ORDER BY doubt) AS doubt
    FROM lookup_sme_size
    GROUP BY industry
),
finer AS (
    -- a code above a finer line of the lookup may hide the finer industry
    SELECT
        i.spelled_code,
        STRING_AGG(f.code, '、' ORDER BY f.code) AS codes
    FROM industry AS i
    JOIN lookup_industry_sme AS f
        ON STARTS_WITH(f.code, i.industry_code)
        AND f.code <> i.industry_code
        AND f.sme_industry IS DISTINCT FROM i.sme_industry
    GROUP BY i.spelled_code
),
reading AS (
    SELECT
        i.spelled_code,
        i.sme_industry,
        l.doubt AS code_doubt,
        '代码 ' || i.industry_code || ' 较粗，其下 ' || f.codes || ' 另有归类' AS coarse,
        CASE
            WHEN i.sme_industry IS NOT NULL THEN NULL
            WHEN l.code IS NOT NULL THEN '不适用划型标准：' || l.doubt
            WHEN i.industry_section IS NOT NULL THEN '过粗，跨多个划型行业，请给到大类或中类代码'
            ELSE '无法识别，应为划型行业名称或 GB/T 4754 代码'
        END AS problem,
        CASE
            WHEN i.industry_code IS NULL AND REGEXP_MATCHES(lookup_key(i.spelled_code), '[0-9]')
                THEN '其中的代码无法识别，按门类 ' || i.industry_section || ' 判定'
            WHEN REGEXP_EXTRACT(lookup_key(i.spelled_code), '^([A-T])[0-9]', 1) NOT IN ('', i.industry_section)
                THEN '门类字母与代码 ' || i.industry_code || ' 不符，按代码判定'
        END AS contradiction
    FROM industry AS i
    LEFT JOIN lookup_industry_sme AS l
        ON l.code = i.sme_code
    LEFT JOIN finer AS f
        ON f.spelled_code = i.spelled_code
),
stated AS (
    SELECT
        g.*,
        r.* EXCLUDE (spelled_code),
        s.size_class,
        s.size_class IS NOT NULL AS sized,
        b.doubt AS bound_doubt,
        c.employees IS NOT NULL AS employees_known,
        c.revenue IS NOT NULL AS revenue_known,
        c.assets IS NOT NULL AS assets_known,
        b.employees AS employees_used,
        b.revenue AS revenue_used,
        b.assets AS assets_used
    FROM given AS g
    JOIN figures AS c
        ON c.row_no = g.row_no
    JOIN reading AS r
        ON r.spelled_code = c.spelled
    LEFT JOIN bound AS b
        ON b.industry = r.sme_industry
    LEFT JOIN size_class AS s
        ON s.uscc = g.row_no
)
SELECT
    row_no,
    COALESCE(size_class, '') AS size,
    CONCAT_WS(
        '；',
        CASE
            WHEN problem IS NULL THEN NULL
            WHEN is_blank(industry) THEN '未填行业 industry'
            ELSE '行业' || shown(industry) || problem
        END,
        contradiction,
        gap_note('employees', employees, employees_known, employees_used, sized),
        gap_note('revenue', revenue, revenue_known OR revenue = '', revenue_used, sized),
        gap_note('revenue_wan', revenue_wan, revenue_known OR revenue <> '', revenue_used, sized),
        gap_note('assets', assets, assets_known OR assets = '', assets_used, sized),
        gap_note('assets_wan', assets_wan, assets_known OR assets <> '', assets_used, sized),
        CASE WHEN sized THEN coarse END,
        CASE WHEN sized THEN '行业归类存疑：' || code_doubt END,
        CASE WHEN sized THEN '界线存疑：' || bound_doubt END
    ) AS note
FROM stated
