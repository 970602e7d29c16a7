-- The score that counts and what stands against judging the row. Answers that name questions are scored;
-- answers with scenes only leave the given score in force.
WITH repeated AS (
    SELECT
        row_no,
        STRING_AGG('“' || topic || '”', '' ORDER BY topic) AS topics
    FROM (
        SELECT
            a.row_no,
            r.topic
        FROM answer_part AS a
        JOIN part_reading AS r
            ON r.part = a.part
        WHERE a.row_no IN (SELECT row_no FROM answer WHERE twice)
            AND r.topic IS NOT NULL
        GROUP BY
            a.row_no,
            r.topic
        HAVING COUNT(*) > 1
    ) AS many
    GROUP BY row_no
)
SELECT
    d.row_no,
    d.edition,
    d.scored,
    d.answered AS has_answers,
    d.score AS given_score,
    a.row_no IS NOT NULL AS answered,
    COALESCE(a.questions, 0) > 0 AS computed,
    CASE WHEN a.questions > 0 THEN CAST(a.points AS DECIMAL(28, 8)) ELSE d.score END AS score,
    a.scenes,
    a.reached,
    a.starred,
    a.topics,
    a.doubt,
    NULLIF(
        CONCAT_WS(
            '；',
            a.problem,
            '重复作答：' || p.topics
        ),
        ''
    ) AS problem
FROM digital_given AS d
LEFT JOIN answer AS a
    ON a.row_no = d.row_no
LEFT JOIN repeated AS p
    ON p.row_no = d.row_no
