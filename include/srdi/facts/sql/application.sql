-- Output: one row per credit application, as of the day.
SELECT
    a.approved_on AS day,
    a.uscc,
    p.city_code,
    p.division_code,
    t.srdi,
    t.provincial_or_above,
    z.sme,
    z.small_micro,
    a.application_no,
    a.bank,
    a.product,
    a.applied_on,
    a.approved_on,
    a.decided,
    a.granted,
    -- a decision before its application says nothing about how long it took
    CAST(CASE WHEN a.approved_on >= a.applied_on THEN a.approved_on - a.applied_on END AS INTEGER) AS days,
    CAST(a.amount_applied AS DECIMAL(18, 2)) AS amount_applied,
    CAST(a.amount_granted AS DECIMAL(18, 2)) AS amount_granted,
    a.whitelist_channel,
    a.batch_id,
    CAST(a.row_no AS BIGINT) AS row_no
FROM application_row AS a
LEFT JOIN enterprise_place AS p
    ON p.uscc = a.uscc
LEFT JOIN size_class AS z
    ON z.uscc = a.uscc
LEFT JOIN event_title AS t
    ON t.uscc = a.uscc
    AND t.day = a.approved_on
ORDER BY
    a.application_no
