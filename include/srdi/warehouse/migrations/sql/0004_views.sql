CREATE VIEW marts.financing_latest AS
SELECT f.*
FROM marts.financing AS f
JOIN store.newest AS n ON n.measure_id = f.measure_id AND n.biz_date = f.biz_date;

GRANT SELECT ON marts.financing_latest TO srdi_loader, srdi_officer, srdi_bi, srdi_auditor;
