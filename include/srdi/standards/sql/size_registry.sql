-- What the night's models read of the registry, under its name: the row's number stands for the enterprise.
SELECT
    row_no AS uscc,
    spelled AS industry_code,
    CAST(NULL AS VARCHAR) AS industry_section
FROM figures
