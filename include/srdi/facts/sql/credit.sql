-- Per enterprise: its newest credit application, its newest grant, and the most it asked for this year.
WITH newest AS (
    SELECT
        *
    FROM application_row
    WHERE uscc IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY uscc
        ORDER BY
            applied_on DESC NULLS LAST,
            version DESC
    ) = 1
),
ever AS (
    SELECT
        uscc,
        MAX(approved_on) FILTER (WHERE granted AND amount_granted > 0) AS granted_on,
        MAX(amount_applied) FILTER (WHERE YEAR(applied_on) = YEAR($biz_date)) AS applied_year
    FROM application_row
    WHERE uscc IS NOT NULL
    GROUP BY uscc
)
SELECT
    n.uscc,
    n.applied_on,
    e.granted_on,
    n.amount_total_granted AS line,
    e.applied_year,
    n.batch_id,
    n.row_no
FROM newest AS n
JOIN ever AS e
    ON e.uscc = n.uscc
