-- The night's reading of codes, and beside it the rule's own names, which are no codes.
SELECT
    r.* REPLACE (COALESCE(r.sme_industry, n.industry) AS sme_industry)
FROM industry_read AS r
LEFT JOIN (SELECT DISTINCT industry FROM lookup_sme_size) AS n
    ON n.industry = r.spelled_code
