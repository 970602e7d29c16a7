-- Per enterprise: the highest provincial-or-above title in force on the day, else unknown, else last held.
WITH counted AS (
    SELECT
        title,
        CAST(rank AS INTEGER) AS rank
    FROM title_ladder
    WHERE provincial_or_above = 'always'
        OR (provincial_or_above = 'champion' AND CAST($champion_counts AS BOOLEAN))
),
standing AS (
    SELECT
        c.uscc,
        c.title,
        t.rank,
        c.covers_from,
        c.covers_to,
        c.cancelled_on,
        CASE WHEN c.covers_to > $biz_date THEN c.source_batch ELSE COALESCE(c.cancel_batch, c.source_batch) END AS source_batch,
        CASE WHEN c.covers_to > $biz_date THEN c.row_no ELSE COALESCE(c.cancel_row_no, c.row_no) END AS row_no,
        CASE WHEN c.covers_to > $biz_date THEN 1 ELSE 3 END AS standing
    FROM title_coverage AS c
    JOIN counted AS t
        ON t.title = c.title
    WHERE c.covers_from <= $biz_date
    UNION ALL
    -- recognised, but no day is known: nobody can say whether it is in force
    SELECT
        i.uscc,
        i.title,
        t.rank,
        NULL,
        i.cancelled_on,
        i.cancelled_on,
        COALESCE(i.cancel_batch, i.source_batch),
        COALESCE(i.cancel_row_no, i.row_no),
        CASE WHEN i.cancelled_on IS NULL THEN 2 ELSE 3 END
    FROM title_interval AS i
    JOIN counted AS t
        ON t.title = i.title
    WHERE i.uscc IS NOT NULL
        AND i.undated
)
SELECT
    uscc,
    CASE standing WHEN 1 THEN TRUE WHEN 3 THEN FALSE END AS provincial_or_above,
    title,
    covers_from AS title_valid_from,
    covers_to AS title_valid_to,
    CASE WHEN standing = 3 AND cancelled_on IS NULL THEN covers_to END AS title_ended_on,
    CASE WHEN standing = 3 THEN cancelled_on END AS title_cancelled_on,
    source_batch AS title_batch_id,
    row_no AS title_row_no
FROM standing
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY uscc
    ORDER BY
        standing,
        CASE WHEN standing = 3 THEN covers_to END DESC NULLS LAST,
        rank DESC,
        source_batch,
        row_no
) = 1
