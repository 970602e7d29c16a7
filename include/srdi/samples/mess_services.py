"""How the exports of services and money look at their worst: declarations, ledgers, loans, guarantees, totals.

The second half of ``mess``; every loss is told to the truth by ``Dirt``.
"""

from __future__ import annotations

from collections.abc import Callable

from srdi.samples.quirks import Dirt
from srdi.samples.truth import MISSING


def _forget(d: Dirt, name: str, text: str, quirk: str, check: str = "readable", how_many: int = 2) -> None:
    """A number nobody can read: the row stays, its fact is unknown."""
    lines = d.pick(how_many, d.text(name) != "")
    d.unread(lines, name, text, check, quirk)
    column = d.records.columns[name]
    column[d.sheet.rows[lines]] = MISSING if column.dtype.kind == "i" else ""


def _declarations(d: Dirt, everything: bool, number: int) -> None:
    d.loosen()
    d.rename(year="填报年度", development_score="评价得分")
    if everything:
        d.sheet.encoding, d.sheet.newline = "gb18030", "\r\n"
        d.sheet.lead = [["优质中小企业梯度培育平台年度填报表"]]
        d.sheet.quirks.add("title_line")
        d.in_yuan()
        d.repeat_header()
    d.spoil_codes(everything)
    d.spoil_rows(everything)
    _forget(d, "it_core_businesses", "若干", "unreadable_number")
    _forget(d, "market_share", "领先", "unreadable_share")
    d.repeat()
    d.foot()


def _clouds(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    d.loosen()
    d.sheet.encoding = "gb18030"
    d.spoil_codes(everything)
    d.spoil_rows(everything)
    if everything:
        d.rename(name="单位名称", cloud_until="到期日期")
        ended = d.text("cloud_until") != ""
        d.lose(d.pick(1, ended), "cloud_until", "2015-01-01", "until_after_adopted", "ends_before_it_begins")
    d.repeat()
    d.foot(("合计",))


def _services(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    d.loosen()
    d.spoil_rows(everything, d.text("uscc") != "")
    coded = d.text("uscc") != ""
    d.lose(d.pick(d.few, coded), "uscc", "", "code_unless_event", "missing_code")
    _forget(d, "participants", "十余人", "unreadable_number", how_many=1)
    if everything:
        d.rename(service_type="服务事项", service_unit="填报单位")
        d.sheet.lead = [["惠企服务台账（汇总）"]]
        d.sheet.quirks.add("title_line")
        d.repeat_header()
    d.repeat()
    d.foot()


def _loans(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    d.loosen()
    d.spoil_rows(everything)
    _forget(d, "loan_balance", "约三百万", "unreadable_amount")
    if everything:
        for line in d.pick(2):  # whose loan it is nobody can tell any more
            d.unread([line], "uscc", "9.14103E+17", "code_scientific", "code_scientific")
            d.records.owner[d.sheet.rows[line]] = -1
        d.in_yuan()
        d.thousands("loan_amount")
        d.rename(bank="放款银行", product="产品名称")
    d.repeat()
    d.foot(("合计", "审核人：样例"))


def _guarantees(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    d.loosen()
    d.spoil_rows(everything)
    _forget(d, "fee_rate", "优惠", "unreadable_rate")
    if everything:
        d.in_wan()
        d.rename(name="被担保人", guarantor="担保公司")
        d.sheet.lead = [["融资担保业务明细"]]
        d.sheet.quirks.add("title_line")
        coded = d.text("uscc") != ""
        for line in d.pick(
            1, coded
        ):  # the code is optional here: the name finds the enterprise, or nobody does
            d.unread([line], "uscc", "9.14103E+17", "code_scientific", "code_scientific")
            d.records.columns["uscc"][d.sheet.rows[line]] = ""
    d.repeat()
    d.foot()


def _members(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    coded = d.text("uscc") != ""
    d.loosen(coded)
    d.sheet.encoding = "utf-8-sig"
    d.spoil_rows(everything, coded)
    d.lose(d.pick(1, coded), "uscc", "", "code_unless_bank", "missing_code")
    if everything:
        d.rename(name="单位名称", joined_on="入驻时间")
        d.sheet.encoding = "gb18030"
    d.repeat()
    d.foot(("合计",))


def _listing_steps(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    d.loosen()
    d.spoil_rows(everything)
    if everything:
        d.in_yuan()
        d.spoil_codes(False)
        d.rename(name="单位名称")
    d.repeat(1)
    d.foot(("合计",))


def _bank_months(d: Dirt, everything: bool, number: int) -> None:
    d.spoil_rows(everything)
    if everything:
        d.in_yuan()
        d.rename(bank="金融机构")
    d.thousands("all_loans")
    d.repeat(1)
    d.foot(("合计",))


def _benefits(d: Dirt, everything: bool, number: int) -> None:
    d.rename(uscc="统一社会信用代码", year="所属年度")
    d.respell()
    d.loosen()
    if everything:
        d.in_wan()
        d.sheet.encoding = "gb18030"
    d.spoil_codes(everything)
    d.spoil_rows(everything)
    _forget(d, "enjoyed", "待核", "unknown_flag", "category")
    d.repeat()
    d.foot(("制表人：样例",))


def _works(d: Dirt, everything: bool, number: int) -> None:
    d.sheet.lead = [["政府采购工程预留份额统计"], ["单位：万元"]]
    d.sheet.headers = [h.replace("(万元)", "") for h in d.sheet.headers]
    d.sheet.quirks.add("unit_in_title_line")
    # a row of the first city: what the others promised stays measurable
    d.lose(d.pick(1, d.text("district") == "郑州市"), "year", "", "year.required", "missing_key")
    d.foot(("合计",))


SERVICES: dict[str, Callable[[Dirt, bool, int], None]] = {
    "annual_declaration": _declarations,
    "cloud_adoption": _clouds,
    "service_ledger": _services,
    "financing_loan": _loans,
    "financing_guarantee": _guarantees,
    "platform_membership": _members,
    "capital_market": _listing_steps,
    "bank_totals": _bank_months,
    "tax_benefit": _benefits,
    "procurement": _works,
}
