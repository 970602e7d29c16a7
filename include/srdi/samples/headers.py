"""What the exports of the sample city are called and what stands above their columns, per source.

The canonical headers of the sources; ``sheets`` writes them, quirks replace some by other spellings.
"""

from __future__ import annotations

HEADERS: dict[str, dict[str, str]] = {
    "enterprise_registry": dict(
        uscc="统一社会信用代码", registration_no="注册号", name="企业名称", former_names="曾用名",
        enterprise_type="企业类型", status="登记状态", founded_on="成立日期", approved_on="核准日期",
        registered_capital="注册资本(万元)", industry_section="行业门类", industry_code="行业代码",
        registrar="登记机关", district="所属区县", address="住所", legal_person="法定代表人", employees="从业人数",
    ),
    "registry_risk": dict(
        uscc="统一社会信用代码", name="企业名称", list_type="名单类型", listed_on="列入日期",
        listed_reason="列入原因", removed_on="移出日期", removed_reason="移出原因",
    ),
    "court_dishonest": dict(
        uscc="统一社会信用代码", name="被执行人名称", case_no="案号", listed_on="发布日期", removed_on="撤销日期"
    ),
    "tax_annual": dict(
        uscc="纳税人识别号", name="纳税人名称", year="所属年度", taxpayer_status="纳税人状态",
        revenue="营业收入(元)", main_revenue="主营业务收入(元)", rd_expense="研发费用(元)", net_profit="净利润(元)",
        assets="资产总额(元)", liabilities="负债总额(元)", tax_paid="实缴税额(元)", employees="从业人数", rd_staff="研发人员数",
    ),
    "tax_credit": dict(
        uscc="纳税人识别号", name="纳税人名称", year="评价年度", grade="纳税信用等级", score="评价得分",
        direct_reason="直接判级原因",
    ),
    "title_list": dict(
        name="企业名称", uscc="统一社会信用代码", title="称号", batch="批次", state="名单状态", recognised_on="认定日期",
        valid_from="有效期起", valid_to="有效期止", district="所属区县", relocated="是否整体迁入", relocated_on="迁入日期",
    ),
    "digital_evaluation": dict(
        uscc="统一社会信用代码", name="企业名称", version="评测版本", way="评测方式", evaluated_on="评测日期",
        score="评测得分", level="数字化水平等级", answers="问卷答案",
    ),
    "financing_credit": dict(
        application_no="申请编号", uscc="统一社会信用代码", name="企业名称", bank="银行名称", product="产品名称",
        applied_on="申请日期", accepted_on="受理日期", approved_on="批复日期", result="批复结果",
        amount_applied="申请金额(万元)", amount_granted="授信金额(万元)", amount_total_granted="单户授信总额(万元)",
        whitelist_channel="白名单通道",
    ),
    "annual_declaration": dict(
        uscc="统一社会信用代码", year="年度", segment_years="细分市场年限", main_product="主导产品",
        product_fields="主导产品领域", ip_class1="Ⅰ类知识产权数", ip_class2="Ⅱ类知识产权数", rd_body_level="研发机构级别",
        market_share="市场占有率(%)", national_rank="全国排名", certifications="管理体系认证",
        it_core_businesses="信息系统核心业务数", equity_two_years="近两年股权融资(万元)",
        development_score="发展评价得分", direct_conditions="直接认定条件",
    ),
    "cloud_adoption": dict(
        uscc="统一社会信用代码", name="企业名称", adopted_on="上云日期", cloud_business="上云业务", provider="服务商",
        cloud_until="终止日期",
    ),
    "service_ledger": dict(
        uscc="统一社会信用代码", service_type="服务类型", service_on="日期", service_unit="经办单位", participants="人数",
        certificate_level="证书等级",
    ),
    "financing_loan": dict(
        loan_no="借据号", application_no="申请编号", uscc="统一社会信用代码", bank="银行名称", product="贷款产品",
        lent_on="放款日期", lent_until="到期日期", loan_amount="贷款金额(万元)", loan_balance="贷款余额(万元)", rate="年利率(%)",
        guarantee_way="担保方式", finance_type="融资类型", first_loan="是否首贷", credit_loan="是否信用贷",
        renewal_loan="是否无还本续贷", risk_class="五级分类",
    ),
    "financing_guarantee": dict(
        contract_no="委保合同号", loan_no="借据号", name="企业名称", uscc="统一社会信用代码", guarantor="担保机构",
        guarantee_amount="担保金额(元)", fee_rate="担保费率(年)(%)", started_on="担保起始日", guaranteed_until="担保到期日",
        release_type="解保类型",
    ),
    "platform_membership": dict(
        platform="平台名称", uscc="统一社会信用代码", name="企业名称", member_kind="主体类型", joined_on="入驻日期",
        member_state="状态",
    ),
    "capital_market": dict(
        event_no="事项编号", uscc="统一社会信用代码", name="企业名称", capital_event="事项", event_on="日期",
        event_amount="金额(万元)", investor="投资方",
    ),
    "bank_totals": dict(
        bank="银行名称", month="月份", all_loans="各项贷款余额(万元)", inclusive_loans="普惠小微贷款余额(万元)",
        inclusive_borrowers="普惠小微户数",
    ),
    "tax_benefit": dict(
        uscc="纳税人识别号", year="年度", benefit_item="优惠事项", entitled="是否符合条件", enjoyed="是否享受",
        benefit_amount="享受金额(元)",
    ),
    "procurement": dict(
        year="年度", district="区划", works_total="政府采购工程总额(万元)", reserved_sme="预留中小企业金额(万元)"
    ),
}  # fmt: skip
TITLES = {
    "enterprise_registry": "企业登记", "registry_risk": "经营异常与严重违法名单", "court_dishonest": "失信被执行人",
    "tax_annual": "年度纳税", "tax_credit": "纳税信用", "title_list": "优质中小企业名单",
    "digital_evaluation": "数字化水平评测", "financing_credit": "融资授信", "annual_declaration": "培育平台年度填报",
    "cloud_adoption": "企业上云", "service_ledger": "服务台账", "financing_loan": "融资放款",
    "financing_guarantee": "融资担保", "platform_membership": "平台入驻", "capital_market": "资本市场事项",
    "bank_totals": "银行贷款总量", "tax_benefit": "税费优惠享受", "procurement": "政府采购工程预留",
}  # fmt: skip
