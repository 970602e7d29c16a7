"""Chinese words for the closed sets that reports and the command line show."""

TERMS = {"open": "长期", "in_force": "有效", "lapsed": "已过期", "not_yet": "未生效"}
STAGES = {"draft": "征求意见稿", "issued": "已印发"}
VERDICTS = {"listed": "在册", "excluded": "排除", "review": "待核"}
OUTCOMES = {"pass": "符合", "fail": "不符合", "unknown": "不详", "waived": "例外"}
EFFECTS = {"none": "—", "warn": "提示", "review": "待核", "exclude": "排除"}
