-- The size that counts: by the head-count of the source that comes first.
SELECT
    uscc,
    size_class,
    sme,
    small_micro
FROM size_told
WHERE position = 1
