-- The lists and rates of the night in plain DuckDB SQL: no contracts, no quarantine, no evidence, no reasons.
-- A person in a hurry would write this; it is the floor that the product's times are compared with.
CREATE MACRO source(name) AS TABLE
    SELECT * FROM read_csv('{folder}/' || name || '.*.csv', all_varchar = true, header = true, ignore_errors = true,
                           null_padding = true, strict_mode = false, union_by_name = true);
CREATE MACRO code(raw) AS upper(regexp_replace(translate(raw, '０１２３４５６７８９', '0123456789'), '[^0-9A-Za-z]', '', 'g'));
CREATE MACRO day(raw) AS coalesce(
    try_strptime(raw, '%Y-%m-%d'), try_strptime(raw, '%Y/%m/%d'), try_strptime(raw, '%Y.%m.%d'),
    try_strptime(raw, '%Y%m%d'), try_strptime(raw, '%Y年%m月%d日'))::DATE;
CREATE MACRO plain_name(raw) AS regexp_replace(translate(raw, '（）　', '()'), '\s', '', 'g');
CREATE TABLE registry AS
SELECT
    code("统一社会信用代码") AS uscc,
    plain_name("企业名称") AS name,
    string_split(plain_name("曾用名"), '；') AS former,
    "登记状态" AS status,
    coalesce("所属区县", "住所", "登记机关") AS place,
    "住所" || "登记机关" AS address,
    "行业代码" AS industry
FROM source('enterprise_registry')
WHERE length(code("统一社会信用代码")) = 18
QUALIFY row_number() OVER (PARTITION BY code("统一社会信用代码")) = 1;
CREATE TABLE names AS
SELECT name, min(uscc) AS uscc FROM (
    SELECT name, uscc FROM registry
    UNION
    SELECT unnest(former), uscc FROM registry
)
WHERE name <> '' GROUP BY name HAVING count(DISTINCT uscc) = 1;
CREATE TABLE title AS
SELECT
    coalesce(r.uscc, n.uscc) AS uscc,
    t."称号" AS title,
    t."名单状态" AS state,
    coalesce(day(t."有效期起"), day(t."认定日期")) AS since,
    coalesce(day(t."有效期止"), day(t."认定日期") + INTERVAL 3 YEAR) AS until,
    day(t."认定日期") AS recognised
FROM source('title_list') AS t
LEFT JOIN registry AS r ON r.uscc = code(t."统一社会信用代码")
LEFT JOIN names AS n ON n.name = plain_name(t."企业名称");
CREATE TABLE tier AS
SELECT
    t.uscc,
    bool_or(t.title IN ('省级', '小巨人')) AS provincial_up,
    bool_or(t.title = '创新型') AS innovative
FROM title AS t
WHERE t.uscc IS NOT NULL
    AND t.state IN ('认定', '复核')
    AND t.since <= DATE '2025-09-30'
    AND t.until >= DATE '2025-09-30'
    AND NOT EXISTS (
        FROM title AS c
        WHERE c.uscc = t.uscc AND c.title = t.title AND c.state = '取消' AND c.recognised <= DATE '2025-09-30')
GROUP BY t.uscc;
CREATE TABLE risk AS
SELECT DISTINCT code("统一社会信用代码") AS uscc, "名单类型" AS list
FROM source('registry_risk')
WHERE day("列入日期") <= DATE '2025-09-30' AND coalesce(day("移出日期") > DATE '2025-09-30', true);
CREATE TABLE court AS
SELECT DISTINCT code("统一社会信用代码") AS uscc
FROM source('court_dishonest')
WHERE day("发布日期") <= DATE '2025-09-30' AND coalesce(day("撤销日期") > DATE '2025-09-30', true);
CREATE TABLE tax AS
SELECT code("纳税人识别号") AS uscc, last("纳税人状态" ORDER BY "所属年度") AS status
FROM source('tax_annual') GROUP BY 1;
CREATE TABLE credit AS
SELECT code(columns('纳税人识别号|统一社会信用代码')) AS uscc, last("纳税信用等级" ORDER BY "评价年度") AS grade
FROM source('tax_credit') GROUP BY 1;
CREATE TABLE evaluation AS
SELECT
    code("统一社会信用代码") AS uscc,
    last(coalesce(
        list_position(['一级', '二级', '三级', '四级'], "数字化水平等级"),
        CASE WHEN TRY_CAST("评测得分" AS DECIMAL(10, 2)) >= 60 THEN 3 ELSE 1 END) ORDER BY day("评测日期")) AS level
FROM source('digital_evaluation')
WHERE day("评测日期") <= DATE '2025-09-30' GROUP BY 1;
CREATE TABLE verdict AS
SELECT
    CASE WHEN contains(coalesce(r.place, '') || coalesce(r.address, ''), '洛阳') THEN '410300'
         WHEN contains(coalesce(r.place, '') || coalesce(r.address, ''), '郑州') THEN '410100' END AS area,
    r.uscc,
    r.status SIMILAR TO '.*(存续|在业|开业|在营|正常|仍注册).*' AS operating,
    t.provincial_up,
    t.innovative,
    s.uscc IS NOT NULL AS serious,
    a.uscc IS NOT NULL OR c.uscc IS NOT NULL OR x.status = '非正常' OR g.grade = 'D' AS warned,
    e.uscc IS NOT NULL AS evaluated,
    e.level >= 3 AS level3
FROM registry AS r
JOIN tier AS t USING (uscc)
LEFT JOIN risk AS s ON s.uscc = r.uscc AND s.list LIKE '%严重违法%'
LEFT JOIN risk AS a ON a.uscc = r.uscc AND a.list LIKE '%经营异常%'
LEFT JOIN court AS c ON c.uscc = r.uscc
LEFT JOIN tax AS x ON x.uscc = r.uscc
LEFT JOIN credit AS g ON g.uscc = r.uscc
LEFT JOIN evaluation AS e ON e.uscc = r.uscc;
CREATE TABLE result AS
SELECT
    area,
    count(*) FILTER (provincial_up AND operating AND NOT serious) AS listed,
    count(*) FILTER (provincial_up AND operating AND evaluated) AS evaluated_provincial_up,
    count(*) FILTER (provincial_up AND operating) AS of_provincial_up,
    count(*) FILTER (innovative AND NOT provincial_up AND operating AND evaluated) AS evaluated_innovative,
    count(*) FILTER (innovative AND NOT provincial_up AND operating) AS of_innovative,
    count(*) FILTER (provincial_up AND operating AND level3) AS level3_provincial_up
FROM verdict
GROUP BY area;
