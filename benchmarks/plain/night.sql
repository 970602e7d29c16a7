-- A night in plain SQL, over raw_<source> (text) and word tables. $day is the business day.
-- Results: plain_whitelist(measure_id, uscc, verdict, warnings) and plain_coverage(measure_id, division_code,
-- industry_section, numerator, denominator, unknown). Statements end with a semicolon at a line's end.

-- ── cleaning ─────────────────────────────────────────────────────────────────────────────────────────────────
CREATE OR REPLACE MACRO narrow(s) AS
    trim(CASE WHEN regexp_matches(s, '[　 ​﻿！-～]') THEN
        translate(regexp_replace(s, '[​﻿]', '', 'g'),
            '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ（）－．／，：；＋％＆＊　 ',
            '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz()-./,:;+%&*  ')
    ELSE s END);

CREATE OR REPLACE MACRO word(s) AS
    upper(translate(regexp_replace(narrow(s), '[\s"''“”‘’`]', '', 'g'), '[]【】〔〕〖〗{}「」『』〈〉《》<>', '()()()()()()()()()()()'));

CREATE OR REPLACE MACRO loose(name) AS replace(name, '有限责任公司', '有限公司');

CREATE OR REPLACE MACRO a_day(s) AS coalesce(
    TRY_CAST(s AS DATE),
    TRY_CAST(try_strptime(narrow(s), ['%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%Y%m%d', '%Y年%m月%d日', '%Y-%m-%d %H:%M:%S']) AS DATE));

CREATE OR REPLACE MACRO a_number(s) AS TRY_CAST(replace(narrow(s), ',', '') AS DECIMAL(18, 6));

-- without separators and the copy number of a certificate behind it
CREATE OR REPLACE MACRO a_code(s) AS CASE WHEN regexp_matches(s, '^[0-9A-Z]+$') THEN s ELSE upper(regexp_replace(
    regexp_replace(narrow(s), '\(([0-9]+[-/][0-9]+|副本|正本)\)$', ''), '[\s._·:/"''`*-]', '', 'g')) END;

-- 18 characters of the right alphabet with the right check character
CREATE OR REPLACE MACRO is_code(c) AS
    regexp_matches(c, '^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$')
    AND substr('0YXWUTRQPNMLKJHGFEDCBA987654321', 1 + CAST(list_sum(list_transform(
            [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28],
            lambda weight, i: weight * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', c[i]) - 1))) AS INTEGER) % 31, 1) = c[18];

-- ── words ────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE OR REPLACE TABLE words AS
    SELECT 'title' AS kind, word(spelling) AS word, value FROM lookup_title
    UNION SELECT 'state', word(spelling), value FROM lookup_title_state
    UNION SELECT 'list', word(spelling), value FROM lookup_list_type
    UNION SELECT 'grade', word(spelling), value FROM lookup_tax_credit_grade
    UNION SELECT 'taxpayer', word(spelling), value FROM lookup_taxpayer_status
    UNION SELECT 'level', word(spelling), value FROM lookup_digital_level
    UNION SELECT 'edition', word(spelling), value FROM lookup_digital_version
    UNION SELECT 'operating', word(spelling), operating FROM lookup_registration_status
    UNION SELECT 'operating', word(value), operating FROM lookup_registration_status;

-- ── the registry: newest row per code ────────────────────────────────────────────────────────────────────────
CREATE OR REPLACE TABLE registry_row AS
    SELECT a_code(uscc) AS code, word(name) AS name, former_names, status, industry_section, industry_code,
           registrar, district, address, employees, as_of, line
    FROM raw_enterprise_registry
    WHERE as_of <= $day AND word(name) <> '';

CREATE OR REPLACE TABLE registry AS
    SELECT * FROM registry_row WHERE is_code(code)
    QUALIFY row_number() OVER (PARTITION BY code ORDER BY line DESC) = 1;

-- ── titles: who holds what, by code or by name ───────────────────────────────────────────────────────────────
CREATE OR REPLACE TABLE title_said AS
    SELECT word(t.name) AS name, CASE WHEN is_code(a_code(t.uscc)) THEN a_code(t.uscc) END AS code,
           k.value AS title, nullif(word(t.batch), '') AS batch, s.value AS state,
           a_day(recognised_on) AS recognised_on, a_day(valid_from) AS valid_from, a_day(valid_to) AS valid_to,
           coalesce(word(valid_to) IN ('长期', '无固定期限'), false) AS endless, as_of, line
    FROM raw_title_list AS t
    JOIN words AS k ON k.kind = 'title' AND k.word = word(t.title)
    JOIN words AS s ON s.kind = 'state' AND s.word = word(t.state)
    WHERE as_of <= $day AND word(t.name) <> ''
        AND (a_day(valid_to) >= a_day(valid_from)) IS NOT FALSE;

CREATE OR REPLACE TABLE said_name AS
    SELECT DISTINCT name, loose(name) AS loose_name FROM title_said;

CREATE OR REPLACE TABLE borne AS
    SELECT code, name, false AS former FROM registry
    UNION ALL
    SELECT code, word(unnest(regexp_split_to_array(former_names, '[;；、,，|/]'))), true
    FROM registry WHERE former_names <> '';

CREATE OR REPLACE TABLE bearer AS
    WITH met AS (
        SELECT s.name, b.code, b.former, b.name = s.name AS exact
        FROM borne AS b JOIN said_name AS s ON s.loose_name = loose(b.name)
        WHERE b.name <> ''
    )
    SELECT name,
           list(DISTINCT code) FILTER (exact AND NOT former) AS now,
           list(DISTINCT code) FILTER (exact AND former) AS before,
           list(DISTINCT code) AS loosely
    FROM met GROUP BY name;

CREATE OR REPLACE TABLE title_row AS
    WITH matched AS (
        SELECT t.*, CASE
            WHEN t.code IS NULL THEN CASE WHEN len(coalesce(b.now, b.before, b.loosely)) = 1
                                     THEN coalesce(b.now, b.before, b.loosely)[1] END
            WHEN r.code IS NOT NULL AND (b.name IS NULL OR list_contains(b.loosely, t.code)) THEN t.code
        END AS holder
        FROM title_said AS t
        LEFT JOIN registry AS r ON r.code = t.code
        LEFT JOIN bearer AS b ON b.name = t.name
    )
    SELECT * FROM matched WHERE holder IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY holder, title, coalesce(batch, state || '|' || recognised_on), state = '取消' ORDER BY line DESC) = 1;

CREATE OR REPLACE TABLE title_span AS
    WITH span AS (
        SELECT *, coalesce(valid_from, recognised_on, CASE WHEN valid_to IS NOT NULL THEN as_of END) AS starts_on,
               CASE WHEN endless OR valid_to >= DATE '9999-01-01' THEN DATE '9999-12-31'
                    WHEN valid_to IS NOT NULL THEN valid_to + 1
                    ELSE CAST(coalesce(recognised_on, valid_from) + INTERVAL 3 YEAR AS DATE) END AS ends_on
        FROM title_row WHERE state IN ('认定', '复核')
    ), cut AS (
        SELECT s.line, min(coalesce(c.recognised_on, c.as_of)) AS cut_on
        FROM span AS s JOIN title_row AS c
            ON c.state = '取消' AND c.holder = s.holder AND c.title = s.title
            AND coalesce(c.recognised_on, c.as_of) BETWEEN coalesce(s.recognised_on, s.starts_on) AND $day
        GROUP BY s.line
    )
    SELECT s.holder, s.title, s.line, s.starts_on,
           CASE WHEN c.cut_on < s.ends_on THEN greatest(c.cut_on, s.starts_on) ELSE s.ends_on END AS ends_on, c.cut_on
    FROM span AS s LEFT JOIN cut AS c USING (line);

-- renewals that overlap or touch are one stretch; its end and how it ended
CREATE OR REPLACE TABLE title_stretch AS
    WITH numbered AS (
        SELECT *, sum(CASE WHEN covered >= starts_on THEN 0 ELSE 1 END)
                  OVER (PARTITION BY holder, title ORDER BY starts_on, ends_on, line) AS stretch
        FROM (SELECT *, max(ends_on) OVER (PARTITION BY holder, title ORDER BY starts_on, ends_on, line
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
              FROM title_span WHERE starts_on < ends_on)
    )
    SELECT holder, title, min(starts_on) AS starts_on, max(ends_on) AS ends_on,
           arg_max(cut_on, (ends_on, line)) AS cut_on
    FROM numbered GROUP BY holder, title, stretch;

-- standing: 1 in force, 2 nobody knows when, 3 over
CREATE OR REPLACE TABLE tier AS
    WITH standing AS (
        SELECT holder, title, CASE WHEN ends_on > $day THEN 1 ELSE 3 END AS standing, ends_on, cut_on
        FROM title_stretch WHERE title IN ('省级', '小巨人') AND starts_on <= $day
        UNION ALL
        SELECT holder, title, CASE WHEN cut_on IS NULL THEN 2 ELSE 3 END, cut_on, cut_on
        FROM title_span WHERE title IN ('省级', '小巨人') AND starts_on IS NULL
    )
    SELECT holder, ends_on, CASE standing WHEN 1 THEN true WHEN 3 THEN false END AS provincial_up,
           CASE WHEN standing = 3 AND cut_on IS NULL THEN ends_on END AS ended_on,
           CASE WHEN standing = 3 THEN cut_on END AS cancelled_on
    FROM standing
    QUALIFY row_number() OVER (
        PARTITION BY holder ORDER BY standing, CASE WHEN standing = 3 THEN ends_on END DESC NULLS LAST, title = '小巨人' DESC) = 1;

CREATE OR REPLACE TABLE innovative AS
    SELECT holder, CASE WHEN count(ends_on) > 0 THEN true END AS innovative
    FROM (SELECT holder, ends_on FROM title_stretch WHERE title = '创新型' AND starts_on <= $day AND ends_on > $day
          UNION ALL
          SELECT holder, NULL FROM title_span WHERE title = '创新型' AND starts_on IS NULL AND cut_on IS NULL)
    GROUP BY holder;

-- ── what is known of the holders, and of nobody else ─────────────────────────────────────────────────────────
CREATE OR REPLACE TABLE holder AS
    SELECT r.*, t.provincial_up, t.ended_on, t.cancelled_on, t.holder IS NOT NULL AS in_tier, i.innovative,
           i.holder IS NOT NULL AS in_innovative, r.as_of < (SELECT max(as_of) FROM registry_row) AS vanished
    FROM registry AS r
    LEFT JOIN tier AS t ON t.holder = r.code
    LEFT JOIN innovative AS i ON i.holder = r.code
    WHERE t.holder IS NOT NULL OR i.holder IS NOT NULL;

-- the place a text begins with, by the longest spelling; the district's county goes before the others'
CREATE OR REPLACE TABLE place AS
    WITH spelling AS (
        SELECT word(spelling) AS spelling, city_code, division_code FROM lookup_division_names
        UNION SELECT code, CASE WHEN code LIKE '41__00' THEN code ELSE parent END, code
        FROM lookup_divisions WHERE code LIKE '41____' AND kind <> '省' AND coalesce(successor, '') = ''
    ), text AS MATERIALIZED (
        SELECT text, word(text) AS place FROM (SELECT DISTINCT unnest([district, address, registrar]) AS text FROM holder)
    ), hit AS (
        SELECT t.text, s.city_code, s.division_code
        FROM text AS t JOIN spelling AS s ON s.spelling = left(t.place, length(s.spelling))
            AND s.spelling[:2] = t.place[:2]
        QUALIFY rank() OVER (PARTITION BY t.text ORDER BY length(s.spelling) DESC) = 1
    )
    SELECT text, min(city_code) AS city_code,
           min(CASE WHEN division_code NOT LIKE '%00' THEN division_code END) AS county
    FROM hit GROUP BY text HAVING count(DISTINCT city_code) = 1;

-- industry: letter of the section (from code, else as written), and the first digits that the tables know
CREATE OR REPLACE TABLE trade AS
    WITH spelled AS (
        SELECT DISTINCT industry_code, industry_section, word(industry_section) AS section,
               regexp_replace(word(industry_code), '^[A-T]|\.0*$', '', 'g') AS digits
        FROM holder
    ), padded AS (
        SELECT *, CASE WHEN length(digits) IN (1, 3) THEN '0' || digits ELSE digits END AS code FROM spelled
    ), known AS (
        SELECT p.industry_code, p.industry_section, p.code,
               coalesce(c.section, nullif(regexp_extract(p.section, '^([A-T])(?:[^A-Z]|$)', 1), ''), n.code) AS section
        FROM padded AS p
        LEFT JOIN lookup_industry_codes AS c ON c.level = '大类' AND c.code = substr(p.code, 1, 2)
        LEFT JOIN lookup_industry_codes AS n ON n.level = '门类' AND replace(n.name, '、', '') = replace(p.section, '、', '')
    )
    SELECT k.industry_code, k.industry_section, k.section,
           (SELECT arg_max(s.sme_industry, CASE WHEN s.code ~ '^[0-9]' THEN 10 ELSE 0 END + length(s.code))
            FROM lookup_industry_sme AS s WHERE s.code = k.section OR starts_with(k.code, s.code)) AS sme_industry,
           CASE WHEN k.section IS NULL THEN NULL
                WHEN EXISTS (SELECT 1 FROM lookup_producer_industry AS p
                             WHERE p.code = k.section OR starts_with(k.code, p.code)) THEN true
                WHEN k.code = '' AND EXISTS (SELECT 1 FROM lookup_producer_industry AS p JOIN lookup_industry_codes AS d
                             ON d.level = '大类' AND d.code = substr(p.code, 1, 2) WHERE d.section = k.section) THEN NULL
                ELSE false END AS producer
    FROM known AS k;

CREATE OR REPLACE TABLE listed AS
    SELECT code, list FROM (
        SELECT a_code(r.uscc) AS code, w.value AS list, a_day(listed_on) AS listed_on, a_day(removed_on) AS removed_on
        FROM raw_registry_risk AS r JOIN words AS w ON w.kind = 'list' AND w.word = word(r.list_type)
        WHERE as_of <= $day AND a_day(listed_on) IS NOT NULL AND (a_day(removed_on) >= a_day(listed_on)) IS NOT FALSE
        QUALIFY row_number() OVER (PARTITION BY a_code(r.uscc), w.value, a_day(listed_on) ORDER BY line DESC) = 1
        UNION ALL
        SELECT a_code(uscc), '失信被执行人', a_day(listed_on), a_day(removed_on)
        FROM raw_court_dishonest
        WHERE as_of <= $day AND a_day(listed_on) IS NOT NULL AND (a_day(removed_on) >= a_day(listed_on)) IS NOT FALSE
            AND word(case_no) <> ''
        QUALIFY row_number() OVER (PARTITION BY a_code(uscc), word(case_no) ORDER BY line DESC) = 1
    )
    WHERE listed_on <= $day AND (removed_on IS NULL OR removed_on > $day)
    GROUP BY code, list;

CREATE OR REPLACE TABLE evaluation AS
    WITH said AS (
        SELECT a_code(e.uscc) AS code, a_day(evaluated_on) AS evaluated_on,
               coalesce(TRY_CAST(l.value AS INTEGER), CAST(b.level AS INTEGER)) AS level,
               coalesce(v.value, word(e.version)) AS edition, word(way) AS way, as_of, line
        FROM raw_digital_evaluation AS e
        LEFT JOIN words AS l ON l.kind = 'level' AND l.word = word(e.level)
        LEFT JOIN words AS v ON v.kind = 'edition' AND v.word = word(e.version)
        LEFT JOIN lookup_digital_bands_2022 AS b
            ON a_number(e.score) >= CAST(b.score_min AS DECIMAL(18, 6))
            AND (b.score_below IS NULL OR a_number(e.score) < CAST(b.score_below AS DECIMAL(18, 6)))
        WHERE a_day(evaluated_on) <= $day AND as_of <= $day
    ), corrected AS (
        SELECT * FROM said QUALIFY row_number() OVER (
            PARTITION BY code, evaluated_on, edition, way ORDER BY as_of DESC, level DESC NULLS LAST, line DESC) = 1
    )
    SELECT code, level FROM corrected
    QUALIFY row_number() OVER (PARTITION BY code ORDER BY evaluated_on DESC, level DESC NULLS LAST, line DESC) = 1;

-- last year's accounts and the newest taxpayer status
CREATE OR REPLACE TABLE tax AS
    WITH said AS (
        SELECT a_code(uscc) AS code, TRY_CAST(regexp_extract(narrow(year), '^(20[0-9]{2})', 1) AS INTEGER) AS year,
               taxpayer_status, revenue, assets, employees, revenue_factor, assets_factor, line
        FROM raw_tax_annual WHERE as_of <= $day AND a_code(uscc) IN (SELECT code FROM holder)
    ), newest AS (
        SELECT *, year = max(year) OVER (PARTITION BY code) AS newest_year FROM said WHERE year <= year($day)
        QUALIFY row_number() OVER (PARTITION BY code, year ORDER BY line DESC) = 1
    )
    SELECT code,
           -- the newest row's word decides, also when it says nothing
           arg_max(CASE WHEN w.word IS NULL THEN NULL WHEN t.value IS NULL THEN false
                        ELSE CAST(nullif(t.abnormal, '') AS BOOLEAN) END, year) FILTER (newest_year) AS tax_abnormal,
           bool_or(year = $closed_year) AS filed,
           any_value(a_number(employees)) FILTER (year = $closed_year) AS employees,
           any_value(a_number(revenue) * revenue_factor) FILTER (year = $closed_year) AS revenue,
           any_value(a_number(assets) * assets_factor) FILTER (year = $closed_year) AS assets
    FROM newest
    LEFT JOIN words AS w ON w.kind = 'taxpayer' AND w.word = word(taxpayer_status)
    LEFT JOIN lookup_tax_abnormal AS t ON t.value = w.value
    GROUP BY code;

CREATE OR REPLACE TABLE credit AS
    SELECT a_code(uscc) AS code, w.value AS grade
    FROM raw_tax_credit AS c
    LEFT JOIN words AS w ON w.kind = 'grade' AND w.word = word(c.grade)
    WHERE as_of <= $day AND a_code(uscc) IN (SELECT code FROM holder)
        AND TRY_CAST(regexp_extract(narrow(year), '^(20[0-9]{2})', 1) AS INTEGER) <= year($day)
    QUALIFY row_number() OVER (PARTITION BY a_code(uscc)
        ORDER BY TRY_CAST(regexp_extract(narrow(year), '^(20[0-9]{2})', 1) AS INTEGER) DESC, line DESC) = 1;

-- below the upper bound of one indicator is enough to be small or medium; all must be known to be large
CREATE OR REPLACE TABLE size AS
    WITH measured AS (
        SELECT h.code, CAST(z.large_min AS DECIMAL(18, 2)) * CASE z.unit WHEN '万元' THEN 10000 ELSE 1 END AS large_min,
               CAST(z.small_min AS DECIMAL(18, 2)) * CASE z.unit WHEN '万元' THEN 10000 ELSE 1 END AS small_min,
               CASE z.indicator WHEN 'employees' THEN coalesce(t.employees, a_number(h.employees))
                                WHEN 'revenue' THEN t.revenue WHEN 'assets' THEN t.assets END AS value
        FROM holder AS h
        JOIN trade AS k ON k.industry_code IS NOT DISTINCT FROM h.industry_code
            AND k.industry_section IS NOT DISTINCT FROM h.industry_section
        JOIN lookup_sme_size AS z ON z.industry = k.sme_industry
        JOIN tax AS t ON t.code = h.code AND t.filed
    )
    SELECT code, CASE WHEN bool_or(value < small_min) THEN true
                      WHEN count(value) < count(*) AND NOT coalesce(bool_or(value < large_min), false) THEN NULL
                      ELSE coalesce(bool_or(value < large_min), false) END AS sme
    FROM measured GROUP BY code;

CREATE OR REPLACE TABLE fact AS
    SELECT h.code, h.provincial_up, h.in_tier, h.ended_on, h.cancelled_on, h.innovative, h.in_innovative,
           CASE WHEN NOT h.vanished THEN TRY_CAST(coalesce(w.value, w2.value) AS BOOLEAN) END AS operating,
           coalesce(d.city_code, a.city_code, g.city_code) AS city_code,
           coalesce(d.county, a.county, g.county, d.city_code, a.city_code, g.city_code, 'unknown') AS division_code,
           coalesce(k.section, 'unknown') AS industry_section, k.producer,
           e.code IS NOT NULL AS evaluated, e.level,
           s.code IS NOT NULL AS serious, b.code IS NOT NULL AS abnormal, c.code IS NOT NULL AS court,
           x.tax_abnormal, y.grade = 'D' AS grade_d, z.sme, t.ends_on AS valid_to
    FROM holder AS h
    LEFT JOIN words AS w ON w.kind = 'operating' AND w.word = word(h.status)
    LEFT JOIN words AS w2 ON w2.kind = 'operating' AND w2.word = regexp_replace(word(h.status), '\(.*\)', '')
    LEFT JOIN place AS d ON d.text = h.district
    LEFT JOIN place AS a ON a.text = h.address
    LEFT JOIN place AS g ON g.text = h.registrar
    LEFT JOIN trade AS k ON k.industry_code IS NOT DISTINCT FROM h.industry_code
        AND k.industry_section IS NOT DISTINCT FROM h.industry_section
    LEFT JOIN evaluation AS e ON e.code = h.code
    LEFT JOIN listed AS s ON s.code = h.code AND s.list = '严重违法失信'
    LEFT JOIN listed AS b ON b.code = h.code AND b.list = '经营异常'
    LEFT JOIN listed AS c ON c.code = h.code AND c.list = '失信被执行人'
    LEFT JOIN tax AS x ON x.code = h.code
    LEFT JOIN credit AS y ON y.code = h.code
    LEFT JOIN size AS z ON z.code = h.code
    LEFT JOIN tier AS t ON t.holder = h.code;

-- ── results ──────────────────────────────────────────────────────────────────────────────────────────────────
CREATE OR REPLACE TABLE plain_whitelist AS
    WITH member AS (
        SELECT m.measure_id, f.*, CASE
            WHEN provincial_up THEN 'listed'
            WHEN in_tier AND provincial_up IS NULL THEN 'review'
            WHEN cancelled_on <= $day AND (ended_on IS NULL OR cancelled_on >= ended_on)
                THEN CASE WHEN $day < cancelled_on + 30 THEN 'excluded' END
            WHEN ended_on <= $day THEN CASE WHEN $day < ended_on + 180 THEN 'review'
                                            WHEN $day < ended_on + 210 THEN 'excluded' END
        END AS standing
        FROM fact AS f
        JOIN (VALUES ('zhengzhou.whitelist', '410100'), ('luoyang.whitelist', '410300')) AS m(measure_id, city)
            ON m.city = f.city_code
        WHERE in_tier
    )
    SELECT measure_id, code AS uscc, CASE
        WHEN standing = 'excluded' OR operating = false OR serious THEN 'excluded'
        WHEN standing = 'review' OR operating IS NULL THEN 'review'
        ELSE 'listed' END AS verdict,
        array_to_string(list_filter([
            CASE WHEN abnormal THEN 'abnormal_operation' END,
            CASE WHEN court THEN 'court_dishonest' END,
            CASE WHEN measure_id = 'zhengzhou.whitelist' AND sme = false THEN 'sme' END,
            CASE WHEN measure_id = 'zhengzhou.whitelist' AND sme IS NULL THEN 'sme_unknown' END,
            CASE WHEN tax_abnormal THEN 'tax_abnormal' WHEN tax_abnormal IS NULL THEN 'tax_abnormal_unknown' END,
            CASE WHEN grade_d THEN 'tax_credit_d' WHEN grade_d IS NULL THEN 'tax_credit_d_unknown' END,
            CASE WHEN provincial_up AND valid_to - 1 <= $day + 180 THEN 'title_lapsing' END
        ], lambda w: w IS NOT NULL), ' ') AS warnings
    FROM member WHERE standing IS NOT NULL;

CREATE OR REPLACE TABLE plain_coverage AS
    WITH population AS (
        -- the two tiers with three values: in force, not, nobody knows
        SELECT *, CASE WHEN in_tier THEN provincial_up ELSE false END AS tier_up,
               CASE WHEN in_innovative THEN innovative AND NOT CASE WHEN in_tier THEN provincial_up ELSE false END
                    ELSE false END AS tier_only,
               CASE WHEN in_innovative THEN innovative ELSE false END AS tier_all
        FROM fact WHERE city_code = '410300'
    ), member AS (
        SELECT 'luoyang.evaluated_provincial_up' AS measure_id, tier_up AND operating AS belongs, evaluated AS counts, * FROM population
        UNION ALL SELECT 'luoyang.evaluated_provincial_up.producer', tier_up AND operating AND producer, evaluated, * FROM population
        UNION ALL SELECT 'luoyang.evaluated_innovative', tier_only AND operating, evaluated, * FROM population
        UNION ALL SELECT 'luoyang.evaluated_innovative.producer', tier_only AND operating AND producer, evaluated, * FROM population
        UNION ALL SELECT 'luoyang.evaluated_innovative.with_higher', tier_all AND operating, evaluated, * FROM population
        UNION ALL SELECT 'luoyang.level3_provincial_up', tier_up AND operating AND evaluated, level >= 3, * FROM population
        UNION ALL SELECT 'luoyang.level3_innovative', tier_only AND operating AND evaluated, level >= 3, * FROM population
    )
    SELECT measure_id,
           CASE WHEN grouping(division_code) = 1 THEN 'ALL' ELSE division_code END AS division_code,
           CASE WHEN grouping(industry_section) = 1 THEN 'ALL' ELSE industry_section END AS industry_section,
           count(*) FILTER (belongs AND counts) AS numerator,
           count(*) FILTER (belongs AND counts IS NOT NULL) AS denominator,
           count(*) FILTER (belongs IS NULL OR counts IS NULL) AS unknown
    FROM member WHERE belongs IS NOT FALSE
    GROUP BY GROUPING SETS ((measure_id), (measure_id, division_code), (measure_id, industry_section),
                            (measure_id, division_code, industry_section));
