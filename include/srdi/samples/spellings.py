"""What suppliers write instead of the canonical words, and cells that make a row unusable, per source.

``quirks`` draws from these tables. Other words for a value must lose nothing; an unusable cell costs the row.
"""

from __future__ import annotations

# the other spellings suppliers use for one and the same value
SPELLINGS: dict[str, dict[str, dict[str, str]]] = {
    "enterprise_registry": {
        "status": {"存续": "存续（在营、开业、在册）", "吊销": "吊销，未注销", "注销": "已注销"}
    },
    "registry_risk": {"list_type": {"经营异常": "经营异常名录", "严重违法失信": "严重违法失信企业名单"}},
    "tax_annual": {"taxpayer_status": {"正常": "03", "非正常": "05", "停业": "04"}},
    "tax_credit": {"grade": {"A": "A级", "M": "Ｍ", "D": "D级"}},
    "title_list": {
        "title": {
            "省级": "省级专精特新中小企业",
            "小巨人": "专精特新“小巨人”企业",
            "创新型": "创新型中小企业",
        },
        "state": {"认定": "认定通过", "公示": "拟认定", "取消": "撤销"},
        "relocated": {"否": "N", "是": "Y"},
    },
    "digital_evaluation": {
        "version": {"2022": "2022年版", "2024": "2024版"},
        "level": {"三级": "3级", "一级": "1级"},
    },
    "financing_credit": {
        "result": {"通过": "审批通过", "拒绝": "否决"},
        "whitelist_channel": {"是": "1", "否": "0"},
    },
    "cloud_adoption": {"cloud_business": {"经营管理": "企业经营管理"}},
    "service_ledger": {
        "service_type": {"走访": "走访企业", "数字化诊断": "数字化转型诊断", "产销对接": "产销对接活动"}
    },
    "financing_loan": {
        "first_loan": {"是": "Y", "否": "N"},
        "guarantee_way": {"抵押": "001", "信用": "004"},
        "finance_type": {"应收账款": "应收账款质押", "仓单": "仓单质押"},
        "risk_class": {"关注": "关注类"},
    },
    "financing_guarantee": {"release_type": {"代偿解保": "代偿", "": "在保"}},
    "platform_membership": {
        "platform": {"省金融服务共享平台": "河南省金融服务共享平台"},
        "member_kind": {"企业": "企业用户", "银行": "银行机构"},
        "member_state": {"在册": "正常", "退出": "已退出"},
    },
    "capital_market": {"capital_event": {"后备入库": "上市后备入库", "受理": "申报受理"}},
    "tax_benefit": {
        "benefit_item": {"研发费用加计扣除": "研发费加计扣除", "增值税留抵退税": "增值税期末留抵退税"},
        "entitled": {"是": "1"},
        "enjoyed": {"否": "0"},
    },
}
DATES = {
    "enterprise_registry": ("founded_on", "approved_on"),
    "registry_risk": ("listed_on", "removed_on"),
    "court_dishonest": ("listed_on", "removed_on"),
    "title_list": ("recognised_on", "valid_from", "valid_to"),
    "digital_evaluation": ("evaluated_on",),
    "financing_credit": ("applied_on", "accepted_on", "approved_on"),
    "cloud_adoption": ("adopted_on", "cloud_until"),
    "service_ledger": ("service_on",),
    "financing_loan": ("lent_on", "lent_until"),
    "financing_guarantee": ("started_on", "guaranteed_until"),
    "platform_membership": ("joined_on",),
    "capital_market": ("event_on",),
}
# field → (cell, check that must catch it, quirk, only with all quirks); "" means the cell is emptied
UNUSABLE: dict[str, list[tuple[str, str, str, bool]]] = {
    "registry_risk": [
        ("list_type", "重点关注", "unknown_category", False),
        ("listed_on", "", "missing_key", False),
        ("listed_on", "去年底", "unreadable_date", True),
    ],
    "court_dishonest": [("case_no", "", "missing_key", False), ("listed_on", "", "missing_date", False)],
    "tax_annual": [("year", "", "missing_key", False), ("year", "上年", "unreadable_year", True)],
    "tax_credit": [("year", "", "missing_key", False)],
    "title_list": [
        ("state", "待定", "unknown_category", False),
        ("title", "明星企业", "unknown_category", False),
        ("name", "", "missing_key", True),
    ],
    "digital_evaluation": [
        ("evaluated_on", "", "missing_key", False),
        ("evaluated_on", "去年底", "unreadable_date", True),
    ],
    "financing_credit": [("application_no", "", "missing_key", False)],
    "annual_declaration": [("year", "", "missing_key", False), ("year", "本年", "unreadable_year", True)],
    "cloud_adoption": [("adopted_on", "", "missing_key", False)],
    "service_ledger": [
        ("service_on", "", "missing_key", False),
        ("service_type", "慰问", "unknown_category", True),
    ],
    "financing_loan": [("loan_no", "", "missing_key", False)],
    "financing_guarantee": [("contract_no", "", "missing_key", False)],
    "platform_membership": [
        ("platform", "", "missing_key", False),
        ("member_state", "不详", "unknown_category", True),
    ],
    "capital_market": [("event_no", "", "missing_key", False)],
    "bank_totals": [("month", "", "missing_key", False)],
    "tax_benefit": [("year", "", "missing_key", False)],
    "procurement": [],
}
