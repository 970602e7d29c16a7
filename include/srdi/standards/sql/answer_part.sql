-- One line per part of the answers of a 2024 row.
WITH split AS (
    SELECT
        g.row_no,
        STRING_SPLIT_REGEX(g.answers, '[;；\r\n]+') AS parts
    FROM given AS g
    JOIN digital_given AS d
        ON d.row_no = g.row_no
    WHERE d.edition = '2024'
        AND d.answered
)
SELECT
    row_no,
    UNNEST(parts) AS part,
    GENERATE_SUBSCRIPTS(parts, 1) AS position
FROM split
