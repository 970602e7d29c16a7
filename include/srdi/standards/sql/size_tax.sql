-- What the night's models read of the accounts, under their name.
SELECT
    row_no AS uscc,
    0 AS year,
    revenue,
    assets
FROM figures
