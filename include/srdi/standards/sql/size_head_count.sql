-- The head-count as the night's models read it: one source, so it counts.
SELECT
    row_no AS uscc,
    employees,
    1 AS position
FROM figures
