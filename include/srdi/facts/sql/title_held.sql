-- Per enterprise and kind of title: 2 = in force on the day, 1 = recognised, but no day is known.
SELECT
    uscc,
    title,
    MAX(standing) AS standing,
    ARG_MAX(source_batch, (standing, covers_to, source_batch, row_no)) AS batch_id,
    ARG_MAX(row_no, (standing, covers_to, source_batch, row_no)) AS row_no
FROM (
    SELECT
        uscc,
        title,
        2 AS standing,
        covers_to,
        source_batch,
        row_no
    FROM title_coverage
    WHERE covers_from <= $biz_date
        AND covers_to > $biz_date
    UNION ALL
    SELECT
        uscc,
        title,
        1,
        DATE '0001-01-01',
        source_batch,
        row_no
    FROM title_interval
    WHERE uscc IS NOT NULL
        AND undated
        AND cancelled_on IS NULL
) AS held
GROUP BY
    uscc,
    title
