-- Where each enterprise is: 所属区县, else 住所, else 登记机关; never the digits of its code.
WITH named_city AS (
    SELECT
        r.uscc,
        r.district,
        r.address,
        r.registrar,
        d.city_code AS district_city,
        a.city_code AS address_city,
        g.city_code AS registrar_city,
        COALESCE(d.city_code, a.city_code, g.city_code) AS city_code,
        d.first_spelling AS district_first,
        d.second_spelling AS district_second,
        a.first_spelling AS address_first,
        a.second_spelling AS address_second,
        g.first_spelling AS registrar_first,
        g.second_spelling AS registrar_second
    FROM registry AS r
    LEFT JOIN place_sole AS d
        ON d.text = r.district
    LEFT JOIN place_sole AS a
        ON a.text = r.address
    LEFT JOIN place_sole AS g
        ON g.text = r.registrar
)
SELECT
    n.uscc,
    n.city_code,
    COALESCE(d.county_code, a.county_code, g.county_code, n.city_code) AS division_code,
    COALESCE(d.zone_code, a.zone_code, g.zone_code) AS zone_code,
    COALESCE(
        n.district_city <> n.address_city
        OR n.district_city <> n.registrar_city
        OR n.address_city <> n.registrar_city
        OR d.county_code <> a.county_code
        OR d.county_code <> g.county_code
        OR a.county_code <> g.county_code
        OR d.zone_code <> a.zone_code,
        FALSE
    ) AS disagreement,
    n.district,
    n.address,
    n.registrar
FROM named_city AS n
LEFT JOIN place_hit AS d
    ON d.first_spelling = n.district_first
    AND d.second_spelling = n.district_second
    AND d.city_code = n.city_code
LEFT JOIN place_hit AS a
    ON a.first_spelling = n.address_first
    AND a.second_spelling = n.address_second
    AND a.city_code = n.city_code
LEFT JOIN place_hit AS g
    ON g.first_spelling = n.registrar_first
    AND g.second_spelling = n.registrar_second
    AND g.city_code = n.city_code
