-- What an enterprise declared of itself: figures as declared, and a flag per kind of word.
-- A declaration without the word says no; a column that was withheld says nothing.
WITH meant AS (
    SELECT
        c.version,
        LIST(w.value) FILTER (WHERE c.field = 'product_fields') AS products,
        LIST(w.value) FILTER (WHERE c.field = 'certifications') AS certificates,
        LIST(w.value) FILTER (WHERE c.field = 'direct_conditions') AS conditions
    FROM declaration_cell AS c
    JOIN declaration_word AS w
        ON w.field = c.field
        AND w.word = c.word
    WHERE w.value IS NOT NULL
    GROUP BY
        c.version
),
worded AS (
    SELECT
        d.*,
        CASE
            WHEN REGEXP_MATCHES(d._missing, '"product_fields"\s*:\s*"(withheld|unreadable)"') THEN NULL
            ELSE COALESCE(m.products, CAST([] AS VARCHAR[]))
        END AS products,
        CASE
            WHEN REGEXP_MATCHES(d._missing, '"certifications"\s*:\s*"(withheld|unreadable)"') THEN NULL
            ELSE COALESCE(m.certificates, CAST([] AS VARCHAR[]))
        END AS certificates,
        CASE
            WHEN REGEXP_MATCHES(d._missing, '"direct_conditions"\s*:\s*"(withheld|unreadable)"') THEN NULL
            ELSE COALESCE(m.conditions, CAST([] AS VARCHAR[]))
        END AS conditions
    FROM declaration_row AS d
    LEFT JOIN meant AS m
        ON m.version = d.version
)
SELECT
    uscc,
    year AS declared_year,
    segment_years,
    main_product,
    ip_class1,
    ip_class2,
    rd_body_level AS rd_body_rank,
    market_share,
    national_rank,
    it_core_businesses,
    equity_two_years,
    development_score,
    LIST_HAS_ANY(products, ['补短板', '锻长板', '填空白']) AS product_key_link,
    LIST_HAS_ANY(products, ['工业六基']) AS product_six_bases,
    LIST_HAS_ANY(products, ['中华老字号', '关键产业链重点龙头配套']) AS product_supporting,
    LIST_HAS_ANY(products, ['工业六基', '制造强国重点领域', '网络强国']) AS product_power_field,
    LIST_HAS_ANY(products, ['战略性新兴产业']) AS product_emerging,
    LIST_HAS_ANY(certificates, ['质量管理体系', '环境管理体系', '其他管理体系', '境外产品认证']) AS certified_system,
    LIST_HAS_ANY(certificates, ['质量管理体系']) AS certified_quality,
    LIST_HAS_ANY(certificates, ['环境管理体系']) AS certified_environment,
    LIST_HAS_ANY(conditions, ['国家级科技奖励']) AS award_national,
    LIST_HAS_ANY(conditions, ['省级科技奖励']) AS award_provincial,
    -- the best 50 are among the best 500
    LIST_HAS_ANY(conditions, ['创客中国全国500强', '创客中国全国50强']) AS maker_top500,
    LIST_HAS_ANY(conditions, ['创客中国全国50强']) AS maker_top50,
    LIST_HAS_ANY(conditions, ['知识产权优势企业', '知识产权示范企业', '国家级技术创新示范企业']) AS ip_model,
    _batch_id AS batch_id,
    _row_no AS row_no
FROM worded
