"""What each source's export usually looks like, and how it looks at its worst: one function a source.

Called by ``deliveries`` with the sheet still in record order; every loss is told to the truth by ``Dirt``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from srdi.samples.mess_services import SERVICES
from srdi.samples.places import PLACES
from srdi.samples.quirks import Dirt
from srdi.samples.sheets import BLANK, STAGED, Sheet
from srdi.samples.truth import MISSING, day

EXCEL_ROWS = 20_000


def _registry(d: Dirt, everything: bool, number: int) -> None:
    p, sheet = d.truth.population, d.sheet
    d.respell()
    _old_names(d)
    sheet.encoding, sheet.newline = ("utf-8-sig", "\r\n") if number == 0 else ("gb18030", "\n")
    sheet.lead = [[f"河南省经营主体登记信息（截至{sheet.day.year}年{sheet.day.month}月{sheet.day.day}日）"]]
    sheet.quirks.add("title_line")
    if everything:
        sheet.quirks.add("parts_of_one_day")
    d.loosen()
    d.thousands("registered_capital")
    titled = (p.tier[d.owner] == 2) & (p.status[d.owner] == "存续")
    for line in d.pick(2, titled):  # a word no list of states knows
        sheet.edit("status", line, "歇业待查")
        p.status[d.owner[line]] = "歇业待查"
        sheet.quirks.add("unknown_status")
    d.spoil_codes(everything, d.plain)
    if everything:
        d.lose(d.pick(1, d.plain), "name", "", "name.required", "missing_name")
        d.lose(d.pick(1, titled), "uscc", "9.14103E+17", "uscc.code_scientific", "code_scientific")
        d.unread(d.pick(2, d.plain), "registered_capital", "约三千万", "readable", "unreadable_amount")
        d.unread(d.pick(1, d.plain), "approved_on", "2019年3月", "readable", "month_only")
        _unplaced(d)
        for line in d.pick(1, titled):  # two rows of one key that differ: the later one holds
            cells = {name: sheet.cell(name, line) for name in sheet.table.column_names}
            sheet.inserts.append((line - 1, {**cells, "status": "注销"}, STAGED))
            sheet.quirks.add("differing_rows_of_one_key")
        sheet.headers = [_ALIASES.get(h, h) for h in sheet.headers]
        sheet.quirks.add("header_alias")
        sheet.inserts.append((len(sheet) // 3, {}, BLANK))
        d.repeat_header()
    d.repeat()
    d.foot()


_ALIASES = {"企业名称": "企业(机构)名称", "企业类型": "市场主体类型", "法定代表人": "法人代表"}


def _old_names(d: Dirt) -> None:
    """Half of the enterprises of a renamed county still stand under its old name."""
    district = d.sheet.table["district"].combine_chunks()
    chance = d.rng.integers(0, 2, len(d.sheet))
    turn = d.rng.integers(0, 2, len(d.sheet))
    for place in PLACES:
        for k, old in enumerate(place.old):
            mask = (chance == 1) & (turn % len(place.old) == k)
            district = pc.if_else(pc.and_(pa.array(mask), pc.equal(district, place.label)), old, district)
    table = d.sheet.table
    d.sheet.table = table.set_column(table.column_names.index("district"), "district", district)
    d.sheet.quirks.add("old_division_name")


def _unplaced(d: Dirt) -> None:
    """No 所属区县: the address says where; no county there either: the registrar does."""
    county = np.array([not p.zone for p in PLACES])[d.truth.population.place[d.owner]]
    for line in d.pick(6, county):
        d.sheet.edit("district", line, "")
        d.sheet.quirks.add("division_from_address")
    for line in d.pick(3, county):
        d.sheet.edit("district", line, "")
        d.sheet.edit("address", line, "")
        d.sheet.quirks.add("division_from_registrar")


def _risk(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    d.sheet.encoding = "gb18030"
    d.loosen()
    d.spoil_codes(everything)
    d.spoil_rows(everything)
    if everything:
        removed = d.text("removed_on") != ""
        d.lose(
            d.pick(1, removed), "removed_on", "1999-01-01", "removed_after_listed", "ends_before_it_begins"
        )
        d.repeat_header()
    d.repeat()
    d.foot()


def _court(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    d.sheet.encoding = "gb18030"
    d.spoil_codes(everything)
    d.spoil_rows(everything)
    d.repeat(1)
    d.foot(("合计",))


def _tax(d: Dirt, everything: bool, number: int) -> None:
    sheet = d.sheet
    d.respell()
    d.in_wan()
    if number == 1:  # the unit stands in a line above a header without one
        sheet.headers = [h.replace("(万元)", "") for h in sheet.headers]
        sheet.lead = [["年度纳税情况表"], ["单位：万元"]]
        sheet.quirks.add("unit_in_title_line")
    sheet.encoding = "gb18030" if number == 0 else "utf-8"
    if everything:
        sheet.quirks.add("parts_of_one_day")
    d.loosen()
    years = d.records.columns["year"][sheet.rows]
    harmless = d.plain | (years == years.min())  # no verdict rests on these rows alone
    d.spoil_codes(everything, harmless)
    d.spoil_rows(everything, harmless)
    vague = d.pick(d.few, d.plain)
    d.unread(vague, "revenue", "约三千万", "readable", "unreadable_amount")
    d.records.columns["revenue"][sheet.rows[vague]] = MISSING
    d.thousands("assets")
    d.repeat()
    d.foot()


def _credit(d: Dirt, everything: bool, number: int) -> None:
    sheet = d.sheet
    d.respell()
    sheet.headers = ["统一社会信用代码" if h == "纳税人识别号" else h for h in sheet.headers]
    sheet.quirks.add("header_alias")
    d.loosen()
    d.spoil_codes(everything)
    d.spoil_rows(everything)
    d.unread(d.pick(d.few, d.plain), "grade", "Q", "category", "unknown_grade")
    if everything:
        d.repeat_header()
        sheet.quirks.add("new_column")
        sheet.table = sheet.table.append_column("origin", pa.array(["系统导出"] * len(sheet)))
        sheet.headers.append("数据来源系统")
    d.repeat()
    d.foot(("制表人：样例",))


def _titles(d: Dirt, everything: bool, number: int) -> None:
    sheet = d.sheet
    d.respell()
    _as_workbook(sheet)
    sheet.lead = (
        [["优质中小企业称号名单"], ["填报单位：各县区工信局"]] if everything else [["优质中小企业称号名单"]]
    )
    sheet.quirks.add("title_line")
    sheet.extra_sheet = everything and sheet.excel
    d.loosen()
    d.spoil_rows(everything)
    if everything:
        both = (d.text("valid_to") != "") & (d.text("valid_from") != "")
        d.lose(d.pick(1, both), "valid_to", "1999-12-31", "valid_to_after_from", "ends_before_it_begins")
        coded = (d.text("uscc") != "") & (d.owner >= 0)
        for line in d.pick(
            2, coded
        ):  # the code is optional here: the name finds the enterprise, or nobody does
            d.unread([line], "uscc", "9.14103E+17", "code_scientific", "code_scientific")
            d.records.columns["uscc"][sheet.rows[line]] = ""
        d.repeat_header()
        sheet.inserts.append((len(sheet) // 4, {}, BLANK))
    d.repeat()
    d.foot()


def _evaluations(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    _as_workbook(d.sheet)
    d.loosen()
    d.spoil_codes(everything)
    d.spoil_rows(everything)
    if everything:
        levelled = d.text("level") != ""
        d.unread(d.pick(2, levelled), "score", "优秀", "readable", "unreadable_score")
        for line in d.pick(3):  # a day as a spreadsheet counts them
            value = d.records.columns["evaluated_on"][d.sheet.rows[line]] - day("1899-12-30")
            d.sheet.edit("evaluated_on", line, str(value.astype(int)))
            d.sheet.quirks.add("excel_serial")
    d.repeat(2)
    d.foot(("填报日期：见文件名",))


def _financing(d: Dirt, everything: bool, number: int) -> None:
    d.respell()
    d.loosen()
    d.thousands("amount_applied")
    d.spoil_rows(everything)
    if everything:
        for line in d.pick(3):  # a moment as a database counts it: noon in Shanghai, in seconds
            value = d.records.columns["applied_on"][d.sheet.rows[line]].astype("datetime64[s]").astype(int)
            d.sheet.edit("applied_on", line, str(value + 4 * 3600))
            d.sheet.quirks.add("epoch")
        order = d.rng.permutation(len(d.sheet.headers)).tolist()
        d.sheet.table = d.sheet.table.select(order)
        d.sheet.headers = [d.sheet.headers[i] for i in order]
        d.sheet.quirks.add("reordered_columns")
    d.repeat()
    d.foot(("合计", "审核人：样例"))


def _as_workbook(sheet: Sheet) -> None:
    """A workbook while it is small; a spreadsheet program would not open more anyway."""
    if len(sheet) <= EXCEL_ROWS:
        sheet.excel = True
        sheet.file_name = sheet.file_name.removesuffix(".csv") + ".xlsx"
        sheet.quirks.add("xlsx")


MESS: dict[str, Callable[[Dirt, bool, int], None]] = {
    "enterprise_registry": _registry,
    "registry_risk": _risk,
    "court_dishonest": _court,
    "tax_annual": _tax,
    "tax_credit": _credit,
    "title_list": _titles,
    "digital_evaluation": _evaluations,
    "financing_credit": _financing,
    **SERVICES,
}
