-- Spellings of yes and no; an empty cell is no, and 1.0 and 0.0 are what a spreadsheet makes of a flag column with gaps.
SELECT DISTINCT
    lookup_key(spelling) AS word,
    value = 'true' AS value
FROM lookup_flag
UNION
SELECT '', FALSE
UNION
SELECT '1.0', TRUE
UNION
SELECT '0.0', FALSE
