-- Per row: points, scenes at each level or above (all, and the starred ones), problems, doubts.
SELECT
    a.row_no,
    SUM(r.points) AS points,
    COUNT(*) FILTER (WHERE r.question) AS questions,
    COUNT(*) FILTER (WHERE NOT r.question) AS scenes,
    [COUNT(*) FILTER (WHERE r.level >= 1), COUNT(*) FILTER (WHERE r.level >= 2),
        COUNT(*) FILTER (WHERE r.level >= 3), COUNT(*) FILTER (WHERE r.level >= 4)] AS reached,
    [COUNT(*) FILTER (WHERE r.level >= 1 AND r.starred), COUNT(*) FILTER (WHERE r.level >= 2 AND r.starred),
        COUNT(*) FILTER (WHERE r.level >= 3 AND r.starred), COUNT(*) FILTER (WHERE r.level >= 4 AND r.starred)] AS starred,
    BIT_OR(r.bit) AS topics,
    BIT_COUNT(BIT_OR(r.bit)) < COUNT(r.bit) AS twice,
    STRING_AGG(r.problem, '；' ORDER BY a.position) FILTER (WHERE r.problem IS NOT NULL) AS problem,
    MAX(r.doubt) AS doubt
FROM answer_part AS a
JOIN part_reading AS r
    ON r.part = a.part
GROUP BY a.row_no
