-- Per enterprise: on which platform it is a member, and its newest row on any of them.
SELECT
    uscc,
    BOOL_OR(active AND platform = '中原中小企业指数服务平台') AS platform_index,
    BOOL_OR(active AND platform = '郑州中小微企业金融综合服务平台') AS platform_city_finance,
    BOOL_OR(active AND platform = '省金融服务共享平台') AS platform_shared,
    BOOL_OR(active AND platform = '全国中小企业融资综合信用服务平台（河南站）') AS platform_credit_station,
    BOOL_OR(active AND platform = '省中小企业融资云平台') AS platform_cloud,
    BOOL_OR(active AND platform = '洛阳市智慧金融服务平台') AS platform_smart,
    ARG_MAX(batch_id, version) AS batch_id,
    ARG_MAX(row_no, version) AS row_no
FROM platform_row
WHERE uscc IS NOT NULL
    AND member_kind = '企业'
GROUP BY
    uscc
