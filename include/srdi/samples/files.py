"""Writes settled sheets as files: CSV in the sheet's encoding, or a small xlsx; the same sheet, the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.csv

from srdi.samples.sheets import BLANK, Sheet

_CHUNK = 100_000
_EPOCH = (2025, 1, 1, 0, 0, 0)


def write(sheet: Sheet, folder: Path) -> Path:
    """Write one settled sheet below ``folder``; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / sheet.file_name
    path.write_bytes(_xlsx(sheet)) if sheet.excel else _csv(sheet, path)
    return path


def _line(cells: list[str]) -> str:
    quoted = ['"' + c.replace('"', '""') + '"' if any(x in c for x in ',"\r\n') else c for c in cells]
    return ",".join(quoted)


def _csv(sheet: Sheet, path: Path) -> None:
    """CSV by chunks, so that a million rows never stand in memory a second time.

    A line of empty cells is written as an empty line.
    """
    encoding = "utf-8" if sheet.encoding == "utf-8-sig" else sheet.encoding
    blank = "," * (len(sheet.headers) - 1)
    with path.open("wb") as file:
        if sheet.encoding == "utf-8-sig":
            file.write(b"\xef\xbb\xbf")
        for cells in [*sheet.lead, sheet.headers]:
            file.write((_line(cells) + sheet.newline).encode(encoding))
        for start in range(0, sheet.table.num_rows, _CHUNK):
            data = _body(sheet.table.slice(start, _CHUNK))
            if encoding == "utf-8" and sheet.newline == "\n" and BLANK not in sheet.fate:
                file.write(data)
                continue
            text = data.decode("utf-8")
            lines = ["" if line.replace('"', "") == blank else line for line in text.split("\n")[:-1]]
            file.write("".join(line + sheet.newline for line in lines).encode(encoding))


def _body(table: pa.Table) -> bytes:
    """Lines of a table; quotes only where a cell of the chunk needs them."""
    for style in ("none", "needed"):
        buffer = io.BytesIO()
        try:
            pa.csv.write_csv(table, buffer, pa.csv.WriteOptions(include_header=False, quoting_style=style))
        except pa.ArrowInvalid:
            continue
        return buffer.getvalue()
    raise AssertionError("a quoted table can always be written")


def _xlsx(sheet: Sheet) -> bytes:
    """A workbook with inline texts; a library would stamp it with the present moment."""
    sheets = [("数据", [*sheet.lead, sheet.headers, *_rows(sheet.table)])]
    if sheet.extra_sheet:
        sheets.append(("填表说明", [["本表由各单位按月填报"], ["金额单位见表头"]]))
    names = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, (name, _) in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_MIME}.worksheet+xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{_MIME}.sheet.main+xml"/>{kinds}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/officeDocument/2006/relationships">'
        f"<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
    }
    for i, (_, rows) in enumerate(sheets, 1):
        body = "".join(_xml_row(number, cells) for number, cells in enumerate(rows, 1))
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode("utf-8"))
    return buffer.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NUMBER = re.compile(r"[0-9]{1,5}(\.[0-9])?")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _xml_row(number: int, cells: list[str]) -> str:
    body = "".join(_xml_cell(f"{_LETTERS[i]}{number}", cell) for i, cell in enumerate(cells) if cell)
    return f'<row r="{number}">{body}</row>'


def _xml_cell(place: str, cell: str) -> str:
    """A small number is stored as a number, as spreadsheets do; everything else as text."""
    if _NUMBER.fullmatch(cell):
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'


def _rows(table: pa.Table) -> list[list[str]]:
    columns = [column.to_pylist() for column in table.columns]
    return [list(cells) for cells in zip(*columns, strict=True)]
