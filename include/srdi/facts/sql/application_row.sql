-- The newest word on each credit application made up to the day; a decision after the day is none yet.
WITH newest AS (
    SELECT
        *
    FROM staged_financing_credit
    WHERE application_no IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY application_no
        ORDER BY version DESC
    ) = 1
),
known AS (
    SELECT
        * REPLACE (
            CASE WHEN approved_on <= $biz_date THEN approved_on END AS approved_on,
            CASE WHEN approved_on > $biz_date THEN NULL ELSE amount_granted END AS amount_granted,
            CASE WHEN approved_on > $biz_date THEN NULL ELSE amount_total_granted END AS amount_total_granted
        )
    FROM newest
    WHERE applied_on IS NULL
        OR applied_on <= $biz_date
)
SELECT
    r.uscc,
    k.application_no,
    k.bank,
    k.product,
    k.applied_on,
    k.approved_on,
    k.result IN ('通过', '部分通过', '拒绝') AND k.approved_on IS NOT NULL AS decided,
    k.result IN ('通过', '部分通过') AND k.approved_on IS NOT NULL AS granted,
    k.amount_applied,
    k.amount_granted,
    k.amount_total_granted,
    k.whitelist_channel,
    k.version,
    k._batch_id AS batch_id,
    k._row_no AS row_no
FROM known AS k
LEFT JOIN registry AS r
    ON r.uscc = k.uscc
