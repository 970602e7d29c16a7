-- Every spelling of a registration status, each with what it says about operating (NULL: it does not say).
WITH spelled AS (
    SELECT
        lookup_key(spelling) AS word,
        TRY_CAST(operating AS BOOLEAN) AS operating
    FROM lookup_registration_status
    UNION
    SELECT
        lookup_key(value),
        TRY_CAST(operating AS BOOLEAN)
    FROM lookup_registration_status
)
SELECT
    word,
    -- two meanings of one word would be none
    CASE WHEN COUNT(DISTINCT operating) = 1 AND COUNT(*) = COUNT(operating) THEN BOOL_AND(operating) END AS operating
FROM spelled
GROUP BY word
