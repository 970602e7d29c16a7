"""``size``: large, medium, small or micro, by the industry's lower bounds.

Source: 工信部联企业〔2011〕300号, with the same lines as 国统字〔2017〕213号 (bounds read in agreeing copies, T; those
of 物业管理 in part, 租赁和商务服务业 and 其他未列明行业 from memory, M; which codes belong to which industry partly M).
What is not sure is written in the lookups' ``doubt`` and repeated in ``note``. The bounds carry no dates; the
number of the paper tells that there was none before 2011.

Employees in people, revenue and assets in 万元, or in 元 where their headers say so. A figure that is missing or unreadable leaves the size open unless
another one is already micro. Codes and size are read by the night's own models (``facts/sql/industry.sql``, ``size_told.sql``).
"""

from __future__ import annotations

from datetime import date

from srdi.standards.model import YUAN, Column, Model, Standard

FACTS = "srdi.facts"

MACROS = {
    "industry_key(t)": "translate(lookup_key(t), '、*', '')",
    # why a figure is not there (NULL when it is, or when nobody asks for it); used: the industry's rule needs it
    "gap_note(name, cell, known, used, sized)": (
        "CASE WHEN known THEN NULL "
        "WHEN NOT is_blank(cell) THEN name || ' ' || shown(cell) || '无法识别，应为不小于 0 的数' "
        "|| CASE WHEN NOT used THEN '（本行业不看此项）' ELSE '' END "
        "WHEN used THEN '未填 ' || name || CASE WHEN sized THEN '（不影响结果）' ELSE '，无法判定' END END"
    ),
}


STANDARD = Standard(
    name="size",
    zh="中小企业划型",
    en="SME size class",
    basis="工信部联企业〔2011〕300号",
    inputs=(
        Column("industry", "划型行业名称或 GB/T 4754 代码", labels=("行业",)),
        Column("employees", "从业人数", labels=("从业人数", "从业人员"), unit="人"),
        Column("revenue", "营业收入（万元）", labels=("营业收入",), unit=YUAN, in_wan=True),
        Column("assets", "资产总额（万元）", labels=("资产总额",), unit=YUAN, in_wan=True),
    ),
    results=("size", "note"),
    verdict="size",
    since=date(2011, 1, 1),
    day_zh="界线不分时期，2011 年起哪一天结果相同",
    macros=MACROS,
    lookups=("industry_codes", "industry_sme", "producer_industry", "sme_size", "sme_industry_names"),
    fixed=(Model("industry_word", "size_industry_word"),),
    models=(
        Model("figures", "size_figures"),
        # the tables the night's models read, under their names
        Model("registry", "size_registry"),
        Model("tax", "size_tax"),
        Model("head_count", "size_head_count"),
        Model("industry_read", "industry", room=FACTS),
        Model("industry", "size_industry"),
        Model("size_told", room=FACTS),
        Model("size_class", room=FACTS),
        Model("judged", "size_judged"),
    ),
)
