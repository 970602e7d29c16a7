-- Since when an enterprise is in the reserve of enterprises to be listed: no row takes it out again.
WITH newest_row AS (
    SELECT
        MAX(version) AS version
    FROM staged_capital_market
    GROUP BY
        event_no
)
SELECT
    s.uscc,
    s.event_on AS listing_reserve_on,
    s._batch_id AS batch_id,
    s._row_no AS row_no
FROM newest_row AS n
JOIN staged_capital_market AS s
    ON s.version = n.version
WHERE s.uscc IS NOT NULL
    AND s.capital_event = '后备入库'
    AND s.event_on <= $biz_date
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY s.uscc
    ORDER BY
        s.event_on,
        s.version
) = 1
