-- Texts and the city they name beyond doubt (NULL when the words fit several cities).
SELECT
    m.text,
    m.first_spelling,
    m.second_spelling,
    CASE WHEN MAX(h.cities) = 1 THEN MIN(h.city_code) END AS city_code
FROM place_mention AS m
JOIN place_hit AS h
    ON h.first_spelling = m.first_spelling
    AND h.second_spelling = m.second_spelling
GROUP BY
    m.text,
    m.first_spelling,
    m.second_spelling
