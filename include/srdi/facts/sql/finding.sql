-- Output: what the facts room noticed, each with its row, what was expected and what to do.
WITH noticed AS (
    SELECT
        r.batch_id,
        r.row_no,
        'uscc' AS field,
        'enterprise.vanished' AS check_id,
        'warning' AS severity,
        r.status AS raw_value,
        CONCAT('应出现在 ', CAST($snapshot_day AS DATE), ' 的登记快照中') AS expected,
        CONCAT('企业「', COALESCE(r.name, r.uscc), '」最后见于 ', r.last_seen, ' 的登记快照，最新快照中已没有') AS what,
        '保留最后一行并按状态不明复核；请登记机关确认是注销、迁出还是漏报' AS todo
    FROM registry AS r
    WHERE r.vanished
    UNION ALL
    SELECT
        r.batch_id,
        r.row_no,
        'status',
        'status.unknown_word',
        'warning',
        r.status,
        '登记状态对照表中的词',
        CONCAT('登记状态「', r.status, '」不在对照表中，无法判断是否在营'),
        '请核对登记状态；若是新写法，请补入登记状态对照表'
    FROM registry AS r
    JOIN enterprise_status AS w
        ON w.status = r.status
    WHERE NOT w.known_word
    UNION ALL
    SELECT
        r.batch_id,
        r.row_no,
        'district',
        'place.disagreement',
        'info',
        CONCAT_WS(' / ', p.district, p.address, p.registrar),
        '所属区县、住所、登记机关指向同一地',
        CONCAT('企业「', COALESCE(r.name, r.uscc), '」的所属区县、住所、登记机关不一致，现按 ', p.division_code, ' 计'),
        '请核对现住所所在区县'
    FROM enterprise_place AS p
    JOIN registry AS r
        ON r.uscc = p.uscc
    WHERE p.disagreement
    UNION ALL
    SELECT
        r.batch_id,
        r.row_no,
        'district',
        'place.unknown',
        'warning',
        CONCAT_WS(' / ', p.district, p.address, p.registrar),
        '能认出区县的所属区县、住所或登记机关',
        CONCAT('企业「', COALESCE(r.name, r.uscc), '」的所在区县认不出，任何地区的名单都不会包含它'),
        '请补报所属区县；若是新地名，请补入区划名称对照表'
    FROM enterprise_place AS p
    JOIN registry AS r
        ON r.uscc = p.uscc
    WHERE p.city_code IS NULL
    UNION ALL
    SELECT
        t.source_batch,
        t.row_no,
        'name',
        CASE t.verdict
            WHEN 'code_decides' THEN 'title.name_unknown'
            WHEN 'conflict' THEN 'title.name_of_another'
            WHEN 'code_unknown' THEN 'title.code_unknown'
            WHEN 'many' THEN 'title.name_borne_by_many'
            ELSE 'title.unmatched'
        END,
        CASE t.verdict WHEN 'code_decides' THEN 'info' ELSE 'warning' END,
        CONCAT_WS(' ', t.raw_name, t.given_code),
        CASE t.verdict
            WHEN 'many' THEN '只有一家企业使用的名称，或附统一社会信用代码'
            ELSE '登记信息中同一家企业的名称和统一社会信用代码'
        END,
        CASE t.verdict
            WHEN 'code_decides' THEN CONCAT('代码 ', t.given_code, ' 有效，但名称「', t.raw_name, '」不属于任何企业，按代码认定')
            WHEN 'conflict' THEN CONCAT('代码 ', t.given_code, ' 与名称「', t.raw_name, '」属于不同企业，称号暂不归任何企业')
            WHEN 'code_unknown' THEN CONCAT('代码 ', t.given_code, '（名称「', t.raw_name, '」）不在登记信息中，称号暂不归任何企业')
            WHEN 'many' THEN CONCAT('名称「', t.raw_name, '」有 ', t.bearers, ' 家企业使用，称号暂不归任何企业')
            ELSE CONCAT('名称「', t.raw_name, '」没有对应的企业，称号暂不归任何企业')
        END,
        CASE t.verdict
            WHEN 'code_decides' THEN '请核对企业名称是否已变更'
            ELSE '请在名称匹配表中决定归属，或在名单中补报统一社会信用代码'
        END
    FROM title_row AS t
    WHERE t.verdict = 'code_decides'
        OR (t.verdict IN ('conflict', 'code_unknown', 'many', 'none') AND t.match_state = 'open')
    UNION ALL
    SELECT
        i.source_batch,
        i.row_no,
        'valid_to',
        CASE WHEN i.undated THEN 'title.dates_missing' ELSE 'title.end_derived' END,
        'warning',
        NULL,
        '有效期止（或至少认定日期）',
        CASE
            WHEN i.undated THEN CONCAT('称号「', i.title, '」既无认定日期也无有效期，是否有效不明，转复核')
            ELSE CONCAT('称号「', i.title, '」未写有效期止，按认定日期推定到 ', CAST(i.ends_on - INTERVAL 1 DAY AS DATE))
        END,
        '请补报有效期止'
    FROM title_interval AS i
    WHERE i.undated
        OR i.derived_end
    UNION ALL
    SELECT
        i.source_batch,
        i.row_no,
        'valid_from',
        'title.start_missing',
        'warning',
        NULL,
        '有效期起或认定日期',
        CONCAT('称号「', i.title, '」只有有效期止，按名单日期 ', i.starts_on, ' 起算'),
        '请补报认定日期'
    FROM title_interval AS i
    WHERE i.start_missing
    UNION ALL
    SELECT
        t.source_batch,
        t.row_no,
        'recognised_on',
        'title.cancel_day_missing',
        'warning',
        NULL,
        '取消的日期（认定日期栏）',
        CONCAT('「', t.raw_name, '」的称号「', t.title, '」被取消但没有日期，按名单日期 ', t.as_of, ' 起取消'),
        '请补报取消日期'
    FROM title_row AS t
    WHERE t.state = '取消'
        AND t.recognised_on IS NULL
    UNION ALL
    SELECT
        t.source_batch,
        t.row_no,
        'title',
        'title.cancel_without_title',
        'warning',
        t.title,
        '先有认定或复核，才有取消',
        CONCAT('「', t.raw_name, '」的称号「', t.title, '」被取消，但名单中没有此前的认定'),
        '请核对企业名称、称号与取消日期'
    FROM title_row AS t
    WHERE t.state = '取消'
        AND COALESCE(t.recognised_on, t.as_of) <= $biz_date
        AND NOT EXISTS (
            SELECT
                1
            FROM title_interval AS i
            WHERE i.holder = t.holder
                AND i.title = t.title
                AND i.cancelled_on IS NOT NULL
        )
    UNION ALL
    SELECT
        g._batch_id,
        g._row_no,
        'name',
        CASE g.verdict
            WHEN 'code_decides' THEN 'guarantee.name_unknown'
            WHEN 'conflict' THEN 'guarantee.name_of_another'
            WHEN 'code_unknown' THEN 'guarantee.code_unknown'
            WHEN 'many' THEN 'guarantee.name_borne_by_many'
            ELSE 'guarantee.unmatched'
        END,
        -- guarantors serve other cities too
        CASE WHEN g.verdict IN ('code_decides', 'code_unknown') THEN 'info' ELSE 'warning' END,
        CONCAT_WS(' ', g.raw_name, g.given_code),
        CASE g.verdict
            WHEN 'many' THEN '只有一家企业使用的名称，或附统一社会信用代码'
            ELSE '登记信息中同一家企业的名称和统一社会信用代码'
        END,
        CASE g.verdict
            WHEN 'code_decides' THEN CONCAT('代码 ', g.given_code, ' 有效，但名称「', g.raw_name, '」不属于任何企业，按代码计')
            WHEN 'conflict' THEN CONCAT('代码 ', g.given_code, ' 与名称「', g.raw_name, '」属于不同企业，担保暂不归任何企业')
            WHEN 'code_unknown' THEN CONCAT('代码 ', g.given_code, '（名称「', g.raw_name, '」）不在登记信息中，担保暂不归任何企业')
            WHEN 'many' THEN CONCAT('名称「', g.raw_name, '」有 ', g.bearers, ' 家企业使用，担保暂不归任何企业')
            ELSE CONCAT('名称「', g.raw_name, '」没有对应的企业，担保暂不归任何企业')
        END,
        CASE g.verdict
            WHEN 'code_decides' THEN '请核对企业名称是否已变更'
            ELSE '请在名称匹配表中决定归属，或补报统一社会信用代码'
        END
    FROM guarantee_row AS g
    WHERE g.verdict = 'code_decides'
        OR (g.verdict IN ('conflict', 'code_unknown', 'many', 'none') AND g.match_state = 'open' AND g.raw_name <> '')
    UNION ALL
    SELECT
        s.batch_id,
        s.row_no,
        'district',
        'procurement.place_unknown',
        'warning',
        s.district,
        '能认出城市的区划',
        CONCAT('区划「', s.district, '」认不出是哪个城市，此行不计入任何地区'),
        '请写明城市和区县；若是新地名，请补入区划名称对照表'
    FROM procurement_row AS s
    WHERE s.city_code IS NULL
    UNION ALL
    SELECT
        e.batch_id,
        e.row_no,
        'level',
        'evaluation.level_derived',
        'info',
        NULL,
        '数字化水平等级',
        CONCAT('评测等级缺失，按得分推定为', CASE WHEN e.level = 0 THEN '无等级' ELSE CONCAT(' ', e.level, ' 级') END),
        '请补报评测等级'
    FROM evaluation AS e
    WHERE e.derived
    UNION ALL
    SELECT
        c.batch_id,
        c.row_no,
        'name',
        CASE WHEN MIN(other.uscc) IS NULL THEN 'code.name_unknown' ELSE 'code.name_of_another' END,
        CASE WHEN MIN(other.uscc) IS NULL THEN 'info' ELSE 'warning' END,
        c.name,
        CONCAT('代码 ', c.uscc, ' 的登记名称「', c.registry_name, '」'),
        CASE
            WHEN MIN(other.uscc) IS NULL THEN CONCAT('名称「', c.name, '」不是代码 ', c.uscc, ' 的现名或曾用名，按代码计')
            ELSE CONCAT('名称「', c.name, '」属于另一家企业 ', MIN(other.uscc), '，代码却是 ', c.uscc, '，按代码计')
        END,
        '请核对代码与名称是否同一家企业'
    FROM coded_row AS c
    LEFT JOIN registry_name AS other
        ON other.normal_name = c.normal_name
    WHERE c.code_known
        AND c.normal_name <> ''
        AND NOT EXISTS (
            SELECT
                1
            FROM registry_name AS own
            WHERE own.uscc = c.uscc
                AND loose_name(own.normal_name) = loose_name(c.normal_name)
        )
    GROUP BY
        c.batch_id,
        c.row_no,
        c.name,
        c.uscc,
        c.registry_name
    UNION ALL
    SELECT
        c.batch_id,
        c.row_no,
        'uscc',
        'code.not_registered',
        'info',
        c.uscc,
        '登记信息中的统一社会信用代码',
        CONCAT('代码 ', c.uscc, '（', COALESCE(c.name, '无名称'), '）不在登记信息中，此行不影响任何名单'),
        '请核对代码；若企业确在本地，请登记机关补报'
    FROM coded_row AS c
    WHERE NOT c.code_known
        AND $received_registry
    UNION ALL
    SELECT
        u.batch_id,
        u.row_no,
        u.field,
        'word.unknown',
        'warning',
        u.words,
        '对照表中的词',
        CONCAT('对照表中没有 ', u.words_and_rows, '，照原文保留，不计入任何一类'),
        '请更正为约定取值；确属新增写法的，补入对照表'
    FROM unknown_word AS u
    UNION ALL
    SELECT
        c.told_batch_id,
        c.told_row_no,
        CASE c.fact WHEN 'employees' THEN 'employees' ELSE 'district' END,
        CASE
            WHEN c.fact = 'division_code' THEN 'contradiction.division'
            WHEN c.grave THEN 'contradiction.size_class'
            ELSE 'contradiction.employees'
        END,
        CASE WHEN c.grave THEN 'warning' ELSE 'info' END,
        c.told_value,
        CONCAT('与「', used.zh, '」一致（', c.used_value, '）'),
        CONCAT(
            '企业 ', c.uscc, ' 在「', told.zh, '」本行为 ', c.told_value, '，在「', used.zh, '」批次 ', c.used_batch_id, ' 第 ', c.used_row_no,
            ' 行为 ', c.used_value, '，两者不一致',
            CASE
                WHEN c.fact = 'employees' AND c.grave
                    THEN CONCAT('，企业划型因此不同（本行：', COALESCE(c.told_size, '不详'), '，另一行：', COALESCE(c.used_size, '不详'), '）')
                ELSE ''
            END,
            '；按数据源的先后，采用「', used.zh, '」的 ', c.used_value
        ),
        '请与另一报送单位核对，由有误的一方更正后重新报送；口径或时点不同的请说明'
    FROM contradiction AS c
    JOIN source_word AS used
        ON used.source = c.used_source
    JOIN source_word AS told
        ON told.source = c.told_source
)
SELECT
    batch_id,
    CAST(row_no AS BIGINT) AS row_no,
    field,
    check_id,
    severity,
    CAST(raw_value AS VARCHAR) AS raw_value,
    expected,
    CONCAT('批次 ', batch_id, ' 第 ', row_no, ' 行「', COALESCE(w.zh, field), '」：', what, '。应为：', expected, '。处理：', todo, '。') AS message_zh
FROM noticed
LEFT JOIN field_word AS w
    USING (field)
ORDER BY
    batch_id,
    row_no,
    field,
    check_id
