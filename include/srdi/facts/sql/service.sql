-- The newest day of each service per enterprise, up to the day, and the row of the newest one of all.
SELECT
    uscc,
    MAX(service_on) FILTER (WHERE service_type = '服务专员') AS officer_on,
    MAX(service_on) FILTER (WHERE service_type = '走访') AS visited_on,
    MAX(service_on) FILTER (WHERE service_type = '数字化诊断') AS diagnosed_on,
    MAX(service_on) FILTER (WHERE service_type = '节能诊断') AS energy_diagnosed_on,
    MAX(service_on) FILTER (WHERE service_type = '培训') AS trained_on,
    MAX(service_on) AS served_on,
    ARG_MAX(_batch_id, (service_on, version)) AS batch_id,
    ARG_MAX(_row_no, (service_on, version)) AS row_no
FROM staged_service_ledger
WHERE uscc IS NOT NULL
    AND service_on <= $biz_date
    -- an event of many is no service to the one
    AND service_type IN ('服务专员', '走访', '数字化诊断', '节能诊断', '培训')
GROUP BY
    uscc
