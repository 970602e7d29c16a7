-- The cells read: what stands for the industry (a name of the rule, or what may be a code), and the figures
-- in the units of facts (people, yuan). A figure that cannot be read is NULL; its text stays in `given`.
WITH spelled AS (
    SELECT
        g.industry,
        COALESCE(w.sme_industry, w.code, g.industry) AS spelled
    FROM (SELECT DISTINCT industry FROM given) AS g
    LEFT JOIN industry_word AS w
        ON w.word = industry_key(g.industry)
)
SELECT
    g.row_no,
    s.spelled,
    people_of(g.employees) AS employees,
    CASE WHEN g.revenue <> '' THEN yuan_told(g.revenue) ELSE yuan_of_wan(g.revenue_wan) END AS revenue,
    CASE WHEN g.assets <> '' THEN yuan_told(g.assets) ELSE yuan_of_wan(g.assets_wan) END AS assets
FROM given AS g
JOIN spelled AS s
    ON s.industry = g.industry
