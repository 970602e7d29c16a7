-- Words that no lookup knows, in rows that count: each named once, at the first row that uses it.
WITH unknown AS (
    SELECT
        d._batch_id AS batch_id,
        d._row_no AS row_no,
        c.version,
        c.field,
        c.word
    FROM declaration_cell AS c
    JOIN declaration_word AS w
        ON w.field = c.field
        AND w.word = c.word
    JOIN declaration_row AS d
        ON d.version = c.version
    WHERE w.value IS NULL
    UNION ALL
    SELECT
        batch_id,
        row_no,
        version,
        'platform',
        platform
    FROM platform_row
    WHERE platform NOT IN (SELECT value FROM lookup_platform)
    UNION ALL
    SELECT
        _batch_id,
        _row_no,
        version,
        'benefit_item',
        benefit_item
    FROM benefit_row
    WHERE benefit_item NOT IN (SELECT value FROM lookup_benefit_item)
),
first_use AS (
    SELECT
        field,
        word,
        COUNT(DISTINCT version) AS rows_using,
        ARG_MIN(batch_id, version) AS batch_id,
        ARG_MIN(row_no, version) AS row_no
    FROM unknown
    GROUP BY
        field,
        word
)
SELECT
    batch_id,
    row_no,
    field,
    STRING_AGG(word, '、' ORDER BY word) AS words,
    STRING_AGG(CONCAT('「', word, '」（', rows_using, ' 行）'), '、' ORDER BY word) AS words_and_rows
FROM first_use
GROUP BY
    batch_id,
    row_no,
    field
