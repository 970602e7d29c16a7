"""Whole files as they arrive: encodings, shapes, damage. Each line of the quirk list has its test."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

pytestmark = pytest.mark.full

HEADER = "统一社会信用代码,企业名称,名单类型,列入日期,列入原因,移出日期,移出原因"
A = "91110000600037341L"
B = "914403001922038216"
ROW_A = f"{A},甲公司,经营异常,2024-07-01,未报年报,,"
ROW_B = f"{B},乙公司,严重违法失信,2024/7/2,,2025-01-01,已移出"
TAX = "纳税人识别号,纳税人名称,所属年度,纳税人状态,营业收入(元),主营业务收入(元),研发费用(元),净利润(元),资产总额(元),负债总额(元),实缴税额(元),从业人数,研发人员数"


def lines(*rows, end="\n"):
    return end.join(rows) + end


def code_of(report):
    return report.refusal.code if report.refusal else None


def kinds(rows):
    return [(row["_row_no"], row["_kind"]) for row in rows]


def test_plain_file(conform_bytes):
    report, rows = conform_bytes("registry_risk", lines(HEADER, ROW_A, ROW_B))
    assert report.refusal is None and report.drift == []
    assert (report.encoding, report.header_row, report.rows_landed, report.rows_data) == (
        "utf-8-sig",
        1,
        2,
        2,
    )
    assert kinds(rows) == [(2, "data"), (3, "data")]
    assert (
        rows[0]["uscc"] == A
        and rows[0]["list_type"] == "经营异常"
        and rows[0]["listed_on"] == date(2024, 7, 1)
    )
    assert rows[0]["removed_on"] is None and rows[0]["removed_on__missing"] == "not_reported"
    assert rows[1]["removed_on"] == date(2025, 1, 1) and rows[1]["removed_on__missing"] is None
    assert json.loads(rows[1]["_raw_row"])["列入日期"] == "2024/7/2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding, end, conform_bytes):
    report, rows = conform_bytes("registry_risk", lines(HEADER, ROW_A, ROW_B, end=end).encode(encoding))
    assert report.refusal is None
    assert [row["name"] for row in rows] == ["甲公司", "乙公司"]
    assert rows[1]["removed_reason"] == "已移出"


def test_characters_that_only_gb18030_has(conform_bytes):
    name = "㛃䶮𬭎公司"
    report, rows = conform_bytes(
        "registry_risk", lines(HEADER, ROW_A.replace("甲公司", name)).encode("gb18030")
    )
    assert report.encoding == "gb18030" and rows[0]["name"] == name


def test_no_encoding_fits(conform_bytes):
    report, _ = conform_bytes(
        "registry_risk", lines(HEADER, ROW_A).encode() + b"\xff\xff\n" + lines(ROW_B).encode()
    )
    assert code_of(report) == "encoding" and "utf-8-sig" in report.refusal.message


def test_utf16_is_refused_not_guessed(conform_bytes):
    report, _ = conform_bytes("registry_risk", lines(HEADER, ROW_A).encode("utf-16"))
    assert code_of(report) in ("encoding", "unreadable")


def test_title_lines_units_repeated_headers_and_footers(conform_bytes):
    tax = TAX.replace("(元)", "")
    row = f"{A},甲公司,2024,正常,100,90,8.5,7,200,100,5,30,4"
    data = lines("某市纳税人信息", "单位：万元,,,", "", tax, row, tax, "", row.replace(A, B),
                 "合计,2,,,200,180,17,14,400,200,10,60,8", "制表人：张三,,填报日期：2025-09-30", "注：金额为万元")  # fmt: skip
    report, rows = conform_bytes("tax_annual", data)
    assert report.refusal is None and report.header_row == 4
    assert report.units["revenue"] == "万元"
    assert kinds(rows) == [
        (5, "data"),
        (6, "ignored"),
        (8, "data"),
        (9, "ignored"),
        (10, "ignored"),
        (11, "ignored"),
    ]
    assert [row["_ignored_reason"] for row in rows] == [
        None,
        "repeated_header",
        None,
        "footer",
        "footer",
        "note",
    ]
    assert rows[0]["revenue"] == Decimal("1000000.00") and rows[0]["rd_expense"] == Decimal("85000.00")
    assert report.rows_landed == 6, "blank lines are no rows"


@pytest.mark.parametrize(
    "name",
    ["注塑机械有限公司", "说明科技有限公司", "备注（河南）有限公司", "小计量器具厂", "合计商贸有限公司"],
)
def test_an_enterprise_named_like_a_footer_stays(name, conform_bytes):
    report, rows = conform_bytes(
        "registry_risk", lines(HEADER, ROW_A, f",{name},经营异常,2024-07-01,,,", f",{name},,,,,")
    )
    assert report.refusal is None
    assert [row["_kind"] for row in rows] == ["data", "data", "data"]


def test_a_filled_row_is_no_footer_whatever_its_name(conform_bytes):
    header = "统一社会信用代码,注册号,企业名称,企业类型,登记状态,成立日期"
    rows_in = [
        ",,备注个体经营户,个体,存续,2001-01-01",
        f"{A},,注一商行,个体,存续,2001-01-01",
        ",,注：来自登记系统,,,",
    ]
    _, rows = conform_bytes("enterprise_registry", lines(header, *rows_in))
    assert [row["_kind"] for row in rows] == ["data", "data", "ignored"]


def test_footer_in_a_list_of_names(conform_bytes):
    header = "企业名称,统一社会信用代码,称号,批次,名单状态,认定日期"
    _, rows = conform_bytes(
        "title_list",
        lines(header, "注塑王公司,,小巨人,第一批,认定,2023-01-01", "合计,1,,,,", "说明：名单以公告为准"),
    )
    assert [row["_kind"] for row in rows] == ["data", "ignored", "ignored"]


def test_two_row_header(conform_bytes):
    upper = "纳税人识别号,纳税人名称,所属年度,经营情况(万元),,,人员,"
    lower = ",,,营业收入,研发费用,净利润,从业人数,研发人员数"
    report, rows = conform_bytes("tax_annual", lines(upper, lower, f"{A},甲公司,2024,1,2,3,4,5"))
    assert report.refusal is None and report.header_row == 2
    assert rows[0]["revenue"] == Decimal("10000.00") and rows[0]["net_profit"] == Decimal("30000.00")
    assert rows[0]["employees"] == 4


def test_codes_get_their_own_reason(conform_bytes):
    codes = ["9.14103E+17", "12345", "9111000060003IOZSV", "91110000600037341N", "410100100012345", "-", ""]
    data = lines(HEADER, *(f"{code},甲公司,经营异常,2024-07-01,,," for code in codes))
    _, rows = conform_bytes("registry_risk", data)
    assert [row["uscc__missing"] for row in rows[:5]] == [
        "code_scientific",
        "code_length",
        "code_alphabet",
        "code_checksum",
        "code_15",
    ]
    assert [row["uscc"] for row in rows] == [None] * 7
    assert [row["uscc__raw"] for row in rows] == codes
    assert {row["uscc__missing"] for row in rows[5:]} == {"not_reported"}


def test_missing_kinds(conform_bytes):
    rows_in = [f"{A},甲公司,2024,05,约三千万,无,未公布,-,/,,abc,12.5,3"]
    _, rows = conform_bytes("tax_annual", lines(TAX, *rows_in))
    row = rows[0]
    assert row["taxpayer_status"] == "非正常"
    assert (
        row["revenue"] is None
        and row["revenue__missing"] == "unreadable"
        and row["revenue__raw"] == "约三千万"
    )
    assert row["main_revenue__missing"] == "not_applicable" and row["rd_expense__missing"] == "withheld"
    assert (
        row["net_profit__missing"] == row["assets__missing"] == row["liabilities__missing"] == "not_reported"
    )
    assert row["employees__missing"] == "unreadable" and row["rd_staff"] == 3


def test_unknown_word_and_open_end(conform_bytes):
    header = "企业名称,称号,批次,名单状态,认定日期,有效期起,有效期止"
    report, rows = conform_bytes(
        "title_list",
        lines(
            header,
            "甲公司,专精特新“小巨人”企业,一,认定,2023-01-01,2023-01-01,9999-12-31",
            "乙公司,魔术师,一,认定,,,长期",
        ),
    )
    assert (
        rows[0]["title"] == "小巨人"
        and rows[0]["valid_to"] is None
        and rows[0]["valid_to__missing"] == "not_applicable"
    )
    assert (
        rows[1]["title__missing"] == "unknown_category" and rows[1]["valid_to__missing"] == "not_applicable"
    )
    assert [(d.kind, d.column) for d in report.drift if d.kind == "category"] == [("category", "称号")]
    assert "魔术师" in next(d.detail for d in report.drift if d.kind == "category")


def test_duplicates_are_equal_after_conforming(conform_bytes):
    dressed = f"'{A},甲公司,经营异常名录,2024年7月1日,未报年报,-,"
    differing = ROW_A.replace("未报年报", "地址失联")
    report, rows = conform_bytes("registry_risk", lines(HEADER, ROW_A, ROW_B, dressed, differing, ROW_A))
    assert kinds(rows) == [(2, "data"), (3, "data"), (4, "duplicate"), (5, "data"), (6, "duplicate")]
    assert [row["_duplicate_of"] for row in rows] == [None, None, 2, None, 2]
    assert (report.rows_data, report.rows_duplicate) == (3, 2)


def test_unreadable_cells_are_equal_only_by_their_text(conform_bytes):
    first, second = (f"{A},甲公司,经营异常,{day},,," for day in ("某日", "另一日"))
    _, rows = conform_bytes("registry_risk", lines(HEADER, first, second, first))
    assert [row["_kind"] for row in rows] == ["data", "data", "duplicate"]


def test_ragged_rows_are_kept_and_shifted_ones_visible(conform_bytes):
    short, long = f"{A},甲公司,经营异常,2024-07-01", f"{B},乙公司,地址一,地址二,经营异常,2024-07-01,,,多出,"
    padded = ROW_A + ",,"
    report, rows = conform_bytes("registry_risk", lines(HEADER, ROW_B, short, long, padded))
    assert [row["_kind"] for row in rows] == ["data"] * 4
    assert (report.rows_short, report.rows_long) == (1, 1)
    assert rows[1]["listed_on"] == date(2024, 7, 1) and rows[1]["removed_on__missing"] == "not_reported"
    assert rows[2]["uscc"] is None and rows[2]["uscc__missing"] == "unreadable" and rows[2]["uscc__raw"] == B
    assert json.loads(rows[2]["_raw_row"])["列9"] == "多出"
    assert rows[3]["uscc"] == A


def test_quotes_line_breaks_and_row_numbers(conform_bytes):
    quoted = f'{A},"甲,""某""公司",经营异常,2024-07-01,"第一行\n第二行\n第三行",,'
    _, rows = conform_bytes("registry_risk", lines(HEADER, quoted, "", '91,5" 管厂,,,,,', ROW_B))
    assert kinds(rows) == [(2, "data"), (4, "data"), (5, "data")]
    assert rows[0]["name"] == '甲,"某"公司' and rows[0]["listed_reason"] == "第一行\n第二行\n第三行"
    assert rows[1]["name"] == '5" 管厂' and rows[2]["uscc"] == B


def test_a_quoted_last_cell_is_kept(conform_bytes):
    _, rows = conform_bytes(
        "registry_risk", lines(HEADER, f'{A},甲公司,经营异常,2024-07-01,,2025-01-01,"补报,已审"')
    )
    assert rows[0]["removed_reason"] == "补报,已审"


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_other_delimiters(delimiter, conform_bytes):
    report, rows = conform_bytes("registry_risk", lines(HEADER, ROW_A, ROW_B).replace(",", delimiter))
    assert report.refusal is None and [row["uscc"] for row in rows] == [A, B]


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (lines(HEADER, ROW_A, ROW_B) + f"{A},丙公", 4),
        (lines(HEADER, ROW_A) + f'{B},"乙公司,经营异常,2024-07-01', 3),
        ((lines(HEADER, ROW_A) + f"{B},乙公司,经营").encode()[:-1], 3),
        ((lines(HEADER, ROW_A) + f"{B},乙公司,经营").encode("gb18030")[:-1], 3),
    ],
)
def test_truncated(data, row, conform_bytes):
    report, rows = conform_bytes("registry_risk", data)
    assert code_of(report) == "truncated" and f"第 {row} 行" in report.refusal.message and rows == []


def test_a_last_line_without_line_end_is_fine(conform_bytes):
    report, rows = conform_bytes("registry_risk", lines(HEADER, ROW_A) + ROW_B)
    assert report.refusal is None and len(rows) == 2
    report, rows = conform_bytes("registry_risk", lines(HEADER, ROW_A, ROW_B) + "合计,2")
    assert report.refusal is None and [row["_kind"] for row in rows] == ["data", "data", "ignored"]


def test_empty_files(conform_bytes, contracts):
    for data in (b"", b"\xef\xbb\xbf", b"\n\n \n,,,\n", "　\n".encode()):
        assert code_of(conform_bytes("registry_risk", data)[0]) == "empty", data
    only_header = lines(HEADER)
    report, rows = conform_bytes("registry_risk", only_header)
    assert report.refusal is None and report.rows_landed == 0 and rows == []
    strict = contracts["registry_risk"].model_copy(update={"allow_empty": False})
    assert code_of(conform_bytes("registry_risk", only_header, contract=strict)[0]) == "empty"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, ".xls"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"abc\x00\x01\x02def", "不是文字"),
    ],
)
def test_formats_are_known_by_content(data, word, conform_bytes):
    report, _ = conform_bytes("registry_risk", data)
    assert code_of(report) == "unreadable" and word in report.refusal.message


def test_foreign_file_is_named(conform_bytes):
    court = "统一社会信用代码,被执行人名称,案号,发布日期,撤销日期"
    report, _ = conform_bytes("registry_risk", lines(court, f"{A},甲公司,（2024）豫01执1号,2024-01-01,"))
    assert code_of(report) == "foreign" and "court_dishonest" in report.refusal.message
    report, _ = conform_bytes("tax_credit", lines(TAX, f"{A},甲,2024,正常" + ",1" * 9))
    assert code_of(report) == "foreign" and "tax_annual" in report.refusal.message
    report, _ = conform_bytes("registry_risk", lines("姓名,电话,备注", "张三,1,2"))
    assert code_of(report) == "foreign"


def test_missing_column(conform_bytes):
    data = lines(HEADER.replace("名单类型,", ""), f"{A},甲公司,2024-07-01,,,")
    report, _ = conform_bytes("registry_risk", data)
    assert code_of(report) == "missing_column" and "名单类型" in report.refusal.message


def test_ambiguous_header(conform_bytes):
    data = lines(TAX.replace("研发费用(元)", "营业收入(万元)"), f"{A},甲,2024,正常" + ",1" * 9)
    report, _ = conform_bytes("tax_annual", data)
    assert code_of(report) == "ambiguous_header" and "营业收入" in report.refusal.message


def test_changed_bytes_and_known_problem(conform_bytes):
    report, _ = conform_bytes("registry_risk", lines(HEADER, ROW_A), sha256="0" * 64)
    assert code_of(report) == "checksum"
    report, _ = conform_bytes("registry_risk", lines(HEADER, ROW_A), problem=("no_as_of", "文件名没有日期"))
    assert code_of(report) == "no_as_of" and report.refusal.message == "文件名没有日期"


def test_hostile_line(conform_bytes):
    report, _ = conform_bytes("registry_risk", HEADER + "\n" + "x" * (9 * 1024 * 1024))
    assert code_of(report) == "hostile"


def test_drift_is_recorded(conform_bytes):
    header = "企业名称,UNISCID,名单类型,列入日期,神秘列,移出日期"
    report, rows = conform_bytes("registry_risk", lines(header, f"甲公司,{A},经营异常,2024-07-01,x,"))
    assert report.refusal is None and rows[0]["uscc"] == A
    found = {(d.kind, d.column, d.action) for d in report.drift}
    assert ("new", "神秘列", "record") in found
    assert ("renamed", "UNISCID", "record") in found
    assert {c for k, c, _ in found if k == "missing"} == {"列入原因", "移出原因"}
    assert any(k == "reordered" for k, _, _ in found)
    again, _ = conform_bytes(
        "registry_risk", lines(header, f"甲公司,{A},经营异常,2024-07-01,x,"), last_good=report.profile
    )
    assert {d.kind for d in again.drift} == {"new", "missing"}, "nothing moved since last time"


def tax_rows(factor, count=30):
    return [f"{A},甲公司,{1990 + i},正常,{(i + 1) * factor},1,1,1,1,1,1,1,1" for i in range(count)]


def test_unit_drift_by_magnitude_and_by_header(conform_bytes, contracts):
    good, _ = conform_bytes("tax_annual", lines(TAX, *tax_rows(1_000_000)))
    assert good.refusal is None and good.profile.medians["revenue"] == Decimal("15000000.00")
    from srdi.conform.report import ColumnProfile

    last = ColumnProfile.from_dict(json.loads(json.dumps(good.profile.to_dict())))
    assert last == good.profile
    same, _ = conform_bytes("tax_annual", lines(TAX, *tax_rows(2_000_000)), last_good=last)
    assert same.refusal is None
    off, rows = conform_bytes("tax_annual", lines(TAX, *tax_rows(100)), last_good=last)
    assert code_of(off) == "unit_drift" and "营业收入" in off.refusal.message and rows == []
    renamed = TAX.replace("营业收入(元),主营", "营业收入(万元),主营")
    other, _ = conform_bytes("tax_annual", lines(renamed, *tax_rows(100)), last_good=last)
    assert code_of(other) == "unit_drift" and "「元」变为「万元」" in other.refusal.message
    lenient = contracts["tax_annual"].model_copy(update={"drift": {"unit": "record"}})
    kept, rows = conform_bytes("tax_annual", lines(renamed, *tax_rows(100)), last_good=last, contract=lenient)
    assert kept.refusal is None and rows[0]["revenue"] == Decimal("1000000.00")


def test_header_dates(conform_bytes, contracts):
    from srdi.contracts.models import Header

    contract = contracts["registry_risk"]
    fields = dict(contract.fields)
    old, new = Header(name="旧表头", until=date(2025, 1, 1)), Header(name="新表头", since=date(2025, 1, 1))
    fields["list_type"] = fields["list_type"].model_copy(update={"headers": ["名单类型", old, new]})
    dated = contract.model_copy(update={"fields": fields})
    for header, expected in (("新表头", None), ("旧表头", "missing_column")):
        report, _ = conform_bytes(
            "registry_risk", lines(HEADER.replace("名单类型", header), ROW_A), contract=dated
        )
        assert code_of(report) == expected


def workbook(*sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows, *hidden in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_workbook_cells_come_as_exact_text(conform_bytes):
    rows_in = [
        ["某市名单"],
        TAX.split(","),
        [A, "甲公司", 2024, "正常", 1234567.89, 0.1 + 0.2, 100, -5, 1e12, None, "1,000", 30, 4.0],
        [914103001922038216, "乙公司", "2024年", 3, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        [],
        ["合计", 2],
    ]
    report, rows = conform_bytes(
        "tax_annual", workbook(("说明页", [["请看下一页"]]), ("数据", rows_in), ("隐藏", rows_in, True))
    )
    assert report.refusal is None and (report.sheet, report.header_row) == ("数据", 2)
    assert kinds(rows) == [(3, "data"), (4, "data"), (6, "ignored")]
    first = rows[0]
    assert first["revenue"] == Decimal("1234567.89") and first["main_revenue"] == Decimal("0.30")
    assert first["assets"] == Decimal("1000000000000.00") and first["tax_paid"] == Decimal("1000.00")
    assert (
        first["year__raw"] == "2024"
        and first["employees"] == 30
        and first["liabilities__missing"] == "not_reported"
    )
    assert rows[1]["uscc__missing"] == "code_scientific" and rows[1]["taxpayer_status"] == "正常"


def test_workbook_dates(conform_bytes):
    rows_in = [
        HEADER.split(","),
        [A, "甲", "经营异常", date(2024, 7, 1), None, datetime(2025, 1, 1, 8, 30), None],
        [B, "乙", "经营异常", 45474, None, None, None],
    ]
    _, rows = conform_bytes("registry_risk", workbook(("s", rows_in)))
    assert [row["listed_on"] for row in rows] == [date(2024, 7, 1), date(2024, 7, 1)]
    assert rows[0]["removed_on"] == date(2025, 1, 1)


def test_damaged_and_doubtful_workbooks(conform_bytes):
    good = workbook(("一", [HEADER.split(","), ROW_A.split(",")]))
    assert code_of(conform_bytes("registry_risk", good[: len(good) // 2])[0]) == "truncated"
    both = workbook(*((name, [HEADER.split(","), ROW_A.split(",")]) for name in ("一", "二")))
    report, _ = conform_bytes("registry_risk", both)
    assert code_of(report) == "ambiguous_header" and "一" in report.refusal.message
    assert code_of(conform_bytes("registry_risk", workbook(("空", [])))[0]) == "empty"


def test_a_file_broken_inside_is_refused_and_crashes_nothing(conform_bytes):
    """The zip is whole but the sheet within is cut; JSON in another encoding; JSON nested without end."""
    import zipfile

    good = io.BytesIO(workbook(("一", [HEADER.split(","), ROW_A.split(",")])))
    cut = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(cut, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[: len(data) // 2] if name.endswith("sheet1.xml") else data)
    for data in (cut.getvalue(), '[{"企业名称": "某企业"}]'.encode("gb18030"), b"[{" + b'"a":[' * 200_000):
        assert code_of(conform_bytes("registry_risk", data)[0]) == "unreadable"


def test_archives(conform_bytes):
    import zipfile

    plain, bomb = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("数据.csv", HEADER)
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"0" * 60_000_000)
    assert code_of(conform_bytes("registry_risk", plain.getvalue())[0]) == "unreadable"
    assert code_of(conform_bytes("registry_risk", bomb.getvalue())[0]) == "hostile"


def test_json_answers(conform_bytes):
    rows_in = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in (ROW_A, ROW_B)]
    for data in (json.dumps({"rows": rows_in}), json.dumps(rows_in), "\n".join(map(json.dumps, rows_in))):
        report, rows = conform_bytes("registry_risk", data)
        assert report.refusal is None and kinds(rows) == [(1, "data"), (2, "data")]
        assert rows[1]["removed_on"] == date(2025, 1, 1)
    assert code_of(conform_bytes("registry_risk", json.dumps(rows_in)[:-20])[0]) in (
        "truncated",
        "unreadable",
    )


def test_every_landed_row_is_accounted_for(conform_bytes, con):
    body = []
    for i in range(300):
        body.append(ROW_A.replace("未报年报", f"原因{i % 250}"))
        if i % 50 == 0:
            body += [HEADER, "", "小计,1", f"{B},乙", f'{B},"丙\n公司",经营异常,2024-07-01,,,,,x']
    report, rows = conform_bytes("registry_risk", lines(HEADER, *body))
    assert report.refusal is None
    count = {kind: sum(row["_kind"] == kind for row in rows) for kind in ("data", "duplicate", "ignored")}
    assert min(count.values()) > 5
    assert report.rows_landed == len(rows) == sum(count.values()) == sum(1 for line in body if line)
    assert (report.rows_data, report.rows_duplicate, report.rows_ignored) == tuple(count.values())
    numbers = [row["_row_no"] for row in rows]
    assert numbers == sorted(set(numbers)), "unique and in order"


def test_same_bytes_same_result(conform_bytes):
    data = lines(HEADER, ROW_A, ROW_B, ROW_A)
    first, rows = conform_bytes("registry_risk", data)
    second, again = conform_bytes("registry_risk", data)
    assert replace(first) == second and rows == again
