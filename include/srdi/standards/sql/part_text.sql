-- A table of its own, or the optimizer asks what is asked of each text of each part of each row.
SELECT DISTINCT
    part
FROM answer_part
