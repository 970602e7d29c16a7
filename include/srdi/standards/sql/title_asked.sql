-- Which standard every row asks for: the title by any of its spellings, the standard by its number.
SELECT
    g.row_no,
    t.title,
    regexp_extract(fold(g.standard), '(63|2)号?$', 1) AS number,
    s.found,
    CASE WHEN s.renews OR NOT COALESCE(flag_of(g.renewal), FALSE) THEN s.found END AS measure_id,
    CASE WHEN COALESCE(flag_of(g.renewal), FALSE) THEN 'renewal' ELSE 'new' END AS purpose
FROM given AS g
LEFT JOIN (SELECT DISTINCT lookup_key(spelling) AS word, value AS title FROM lookup_title) AS t
    ON t.word = lookup_key(g.title)
LEFT JOIN title_standard AS s
    ON s.title = t.title
    AND s.number = regexp_extract(fold(g.standard), '(63|2)号?$', 1)
