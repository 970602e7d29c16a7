"""``tax-credit``: the grade of tax credit from the year's score and three circumstances.

Source: bands and the meaning of M as four agreeing secondary texts give them (T2); 国家税务总局公告2025年第12号, in force
since 2025-07-01 (T), was not read for its own bands. Decision table: ``tax_credit_bands.csv``, the first line that
fits counts. Conventions where the text is open, each also in ``note``: newly set up with a score below 40 is D (the
text's D knows no exception, its M forbids none; the stricter reading); newly set up without a score is M.
A score that cannot be read gives no grade, whatever the flags say; a missing one leaves direct D and new M. Score in
points 0 to 100, lower bounds inclusive; an empty flag is no.

Days: the lines carry none. That nothing was graded before 2014 is also the bound of the contract; that M exists since
2018-04-01 is from memory (M), so it is told (``began``) and changes no grade.
"""

from __future__ import annotations

from datetime import date

from srdi.standards.model import Column, Model, Standard

STANDARD = Standard(
    name="tax-credit",
    zh="纳税信用等级",
    en="tax credit grade",
    basis="纳税信用管理办法；纳税缴费信用管理办法（国家税务总局公告2025年第12号）",
    inputs=(
        Column("score", "年度评价得分", labels=("得分", "年度评价得分"), unit="分"),
        Column("new_enterprise", "新设立企业", labels=("新设立企业",)),
        Column("no_revenue_year", "评价年度无经营收入", labels=("评价年度无经营收入",)),
        Column("direct_D", "直接判D", labels=("直接判D", "直接判D级")),
    ),
    results=("grade", "note"),
    verdict="grade",
    examples=(
        "score=95、new_enterprise=是 → M；三个标志 new_enterprise、no_revenue_year、direct_D 写 是/否 或 1/0，空为否",
    ),
    since=date(2014, 1, 1),
    day_zh="等级界线不分时期，2014 年起哪一天结果相同，更早的 M 级只作提示",
    lookups=("tax_credit_bands", "flag"),
    fixed=(Model("band", "tax_credit_band"), Model("flag_word")),
    models=(Model("judged", "tax_credit"),),
)
