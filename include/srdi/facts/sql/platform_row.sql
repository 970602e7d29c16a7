-- Members of the financing platforms as the newest export tells them; a namesake with another code is another member.
WITH newest_row AS (
    SELECT
        MAX(version) AS version
    FROM staged_platform_membership
    WHERE joined_on IS NULL
        OR joined_on <= $biz_date
    GROUP BY
        platform,
        name,
        uscc
)
SELECT
    s.version,
    s.platform,
    s.uscc,
    s.name,
    s.member_kind,
    s.joined_on,
    s.member_state = '在册' AS active,
    s._batch_id AS batch_id,
    s._row_no AS row_no
FROM newest_row AS n
JOIN staged_platform_membership AS s
    ON s.version = n.version
