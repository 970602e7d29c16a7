"""``size``: large, medium, small or micro, by the industry's lower bounds.

Source: 工信部联企业〔2011〕300号, with the same lines as 国统字〔2017〕213号 (bounds read in agreeing copies, T; those
of 物业管理 in part, 租赁和商务服务业 and 其他未列明行业 from memory, M; which codes belong to which industry partly M).
What is not sure is written in the lookups' ``doubt`` and repeated in ``note``. The bounds carry no dates, so the
day changes nothing.

Codes and size are read by the night's own models (``facts/sql/industry.sql``, ``size_told.sql``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srdi.standards.figures import register
from srdi.standards.model import Column, Standard, build, load_lookups

if TYPE_CHECKING:
    from datetime import date

    import duckdb

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


def prepare(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """Load bounds, codes and the words that name an industry."""
    register(con)
    for signature, body in MACROS.items():
        con.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS {body}")
    load_lookups(con, "industry_codes", "industry_sme", "producer_industry", "sme_size", "sme_industry_names")
    build(con, "industry_word", "size_industry_word")


def judge(con: duckdb.DuckDBPyConnection) -> None:
    """``size`` 大型, 中型, 小型, 微型 or empty. Employees in people, revenue and assets in 万元.

    A figure that is missing or unreadable leaves the size open unless another one is already micro.
    """
    build(con, "figures", "size_figures")
    # the tables the night's models read, under their names
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE registry AS
        SELECT row_no AS uscc, spelled AS industry_code, CAST(NULL AS VARCHAR) AS industry_section
        FROM figures
        """
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE tax AS SELECT row_no AS uscc, 0 AS year, revenue, assets FROM figures"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE head_count AS SELECT row_no AS uscc, employees, 1 AS position FROM figures"
    )
    build(con, "industry_read", "industry", room=FACTS)
    build(con, "industry", "size_industry")
    build(con, "size_told", "size_told", room=FACTS)
    build(con, "size_class", "size_class", room=FACTS)
    build(con, "judged", "size_judged")


STANDARD = Standard(
    name="size",
    zh="中小企业划型",
    en="SME size class",
    basis="工信部联企业〔2011〕300号",
    inputs=(
        Column("industry", "划型行业名称或 GB/T 4754 代码"),
        Column("employees", "从业人员（人）"),
        Column("revenue_wan", "营业收入（万元）"),
        Column("assets_wan", "资产总额（万元）"),
    ),
    results=("size", "note"),
    verdict="size",
    prepare=prepare,
    judge=judge,
)
