"""Words for the checks that stand in no contract: those of facts, of a batch as a whole and of the gate itself."""

from __future__ import annotations

#: What the facts room notices, by check id. Compared with its SQL whenever the page is made.
FACT_CHECKS: dict[str, tuple[str, str]] = {
    "enterprise.vanished": ("最新登记快照中没有的企业", "Missing in the newest registry snapshot"),
    "status.unknown_word": ("对照表中没有的登记状态", "Registration status that the lookup does not know"),
    "place.disagreement": ("所属区县、住所、登记机关不一致", "District, address and registrar disagree"),
    "place.unknown": ("认不出所在区县，不进任何名单", "Place unknown: on no list"),
    "title.name_unknown": (
        "代码有效而名称不属于任何企业，按代码认定",
        "Valid code, unknown name: the code decides",
    ),
    "title.name_of_another": (
        "代码与名称属于不同企业，暂不归任何企业",
        "Code and name of two enterprises: nobody's yet",
    ),
    "title.code_unknown": ("代码不在登记信息中", "Code not in the registry"),
    "title.name_borne_by_many": ("名称有多家企业使用", "Name borne by several enterprises"),
    "title.unmatched": ("名称没有对应的企业", "Name without an enterprise"),
    "title.dates_missing": ("既无认定日期也无有效期", "Neither recognition day nor validity"),
    "title.end_derived": ("有效期止由认定日期推定", "End derived from the recognition day"),
    "title.start_missing": ("没有起始日，按名单日期起算", "No start: counted from the list's day"),
    "title.cancel_day_missing": (
        "取消没有日期，按名单日期起",
        "Cancelled without a day: from the list's day",
    ),
    "title.cancel_without_title": ("取消了并不存在的称号", "Cancels a title that is not there"),
    "guarantee.name_unknown": (
        "代码有效而名称不属于任何企业，按代码计",
        "Valid code, unknown name: the code decides",
    ),
    "guarantee.name_of_another": (
        "代码与名称属于不同企业，担保暂不归任何企业",
        "Code and name of two enterprises: nobody's guarantee yet",
    ),
    "guarantee.code_unknown": ("被担保企业的代码不在登记信息中", "Code not in the registry"),
    "guarantee.name_borne_by_many": ("被担保企业的名称有多家企业使用", "Name borne by several enterprises"),
    "guarantee.unmatched": ("被担保企业的名称没有对应的企业", "Name without an enterprise"),
    "procurement.place_unknown": (
        "认不出区划在哪个城市，不计入任何地区",
        "Place unknown: counted in no area",
    ),
    "evaluation.level_derived": ("测评等级由得分推算", "Level derived from the score"),
    "code.name_unknown": ("代码对应的名称无人使用", "Name at a code that nobody bears"),
    "code.name_of_another": ("代码对应的名称属于别的企业", "Name at a code belongs to another enterprise"),
    "code.not_registered": ("代码不在登记信息中", "Code not in the registry"),
    "word.unknown": (
        "对照表中没有的领域、认证、条件、平台或优惠事项",
        "Field, certificate, condition, platform or benefit that no lookup knows",
    ),
    "contradiction.size_class": (
        "两个数据源的从业人数不一致，企业划型因此不同",
        "Head-counts of two sources disagree and give two size classes",
    ),
    "contradiction.employees": (
        "两个数据源的从业人数相差悬殊（不影响划型）",
        "Head-counts of two sources are far apart, the size class being the same",
    ),
    "contradiction.division": (
        "名单所写区县与登记地不一致，按登记地计",
        "Place on the title list is not the registered one: the registry decides",
    ),
}

#: Checks of a batch as a whole and of the gate itself.
BATCH_CHECKS: tuple[tuple[str, str, str], ...] = (
    ("table.columns", "约定的列齐全", "Every column of the contract is there"),
    ("table.not_empty", "有数据行", "There are data rows"),
    ("table.volume", "行数与上一个合格日相当", "As many rows as the last good day"),
    ("table.quarantine_share", "隔离的行不超过上限", "Not too many rows in quarantine"),
    ("table.accounting", "行数守恒（只在出错时写）", "Rows add up (written on failure only)"),
    ("gate.run", "检查程序本身（只在出错时写）", "The checks themselves (written on failure only)"),
    ("docs.page", "校验报告页面（只在出错时写）", "The report page (written on failure only)"),
)
