-- The days each recognised or renewed title covers (half-open), cancellations up to the day taken off.
WITH dated AS (
    SELECT
        *,
        COALESCE(valid_from, recognised_on, CASE WHEN valid_to IS NOT NULL THEN as_of END) AS starts_on,
        valid_from IS NULL AND recognised_on IS NULL AND valid_to IS NOT NULL AS start_missing,
        valid_to IS NULL AND NOT endless AND COALESCE(recognised_on, valid_from) IS NOT NULL AS derived_end,
        CASE
            WHEN endless OR valid_to >= DATE '9999-01-01' THEN DATE '9999-12-31'
            WHEN valid_to IS NOT NULL THEN CAST(valid_to + INTERVAL 1 DAY AS DATE)
            ELSE CAST(COALESCE(recognised_on, valid_from) + TO_YEARS(CAST($title_years AS INTEGER)) AS DATE)
        END AS ends_on
    FROM title_row
    WHERE state IN ('认定', '复核')
),
cancellation AS (
    SELECT
        holder,
        title,
        COALESCE(recognised_on, as_of) AS cancelled_on,
        source_batch,
        row_no
    FROM title_row
    WHERE state = '取消'
        AND COALESCE(recognised_on, as_of) <= $biz_date
),
struck AS (
    SELECT
        d.title_id,
        c.cancelled_on,
        c.source_batch,
        c.row_no
    FROM dated AS d
    JOIN cancellation AS c
        ON c.holder = d.holder
        AND c.title = d.title
        AND c.cancelled_on >= COALESCE(d.recognised_on, d.starts_on, c.cancelled_on)
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY d.title_id
        ORDER BY
            c.cancelled_on,
            c.source_batch,
            c.row_no
    ) = 1
)
SELECT
    d.title_id,
    d.holder,
    d.uscc,
    d.title,
    d.version,
    d.source_batch,
    d.row_no,
    d.start_missing,
    d.derived_end,
    d.starts_on IS NULL AS undated,
    d.starts_on,
    CASE
        WHEN s.cancelled_on < d.ends_on THEN GREATEST(s.cancelled_on, d.starts_on)
        ELSE d.ends_on
    END AS ends_on,
    s.cancelled_on,
    s.source_batch AS cancel_batch,
    s.row_no AS cancel_row_no
FROM dated AS d
LEFT JOIN struck AS s
    ON s.title_id = d.title_id
