SELECT
    item AS topic,
    option,
    CAST(points AS DECIMAL(10, 4)) AS points,
    exclusive = 'true' AS exclusive,
    doubt
FROM lookup_digital_questionnaire_2024
