"""Exports to DuckDB tables of text: decode, find the header, name the columns. Bad rows are simply dropped."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import yaml

CHUNK = 4 * 1024 * 1024
SEARCHED = 20
UNIT = re.compile(r"^(.*?)[(（]([^()（）]+)[)）]$")

# source → columns that the results depend on
NEEDED = {
    "enterprise_registry": (
        "uscc name former_names status industry_section industry_code registrar district address employees"
    ),
    "registry_risk": "uscc list_type listed_on removed_on",
    "court_dishonest": "uscc case_no listed_on removed_on",
    "tax_annual": "uscc year taxpayer_status revenue assets employees",
    "tax_credit": "uscc year grade",
    "title_list": "name uscc title batch state recognised_on valid_from valid_to district",
    "digital_evaluation": "uscc version way evaluated_on score level",
}


def load(con: duckdb.DuckDBPyConnection, inbox: Path, scratch: Path, contracts: Path) -> None:
    """Fill ``raw_<source>``: the needed columns as text, ``as_of``, and ``line`` which grows with day and row."""
    for source, names in NEEDED.items():
        contract = yaml.safe_load((contracts / f"{source}.yaml").read_text(encoding="utf-8"))
        headers = {h: f for f, given in contract["fields"].items() for h in _spellings(given["headers"])}
        parts = []
        files = sorted((inbox / source).iterdir(), key=lambda file: (_day(file), file.name))
        for number, file in enumerate(files, start=1):
            text = _as_utf8(file, scratch / f"{source}.{number}.csv")
            skip, header = _header(text, headers)
            parts.append(_reading(text, skip, header, names.split(), headers, _day(file), number, contract))
        con.execute(f"CREATE OR REPLACE TABLE raw_{source} AS {' UNION ALL '.join(parts)}")


def _spellings(given: list) -> list[str]:
    return [one if isinstance(one, str) else one["name"] for one in given]


def _day(file: Path) -> str:
    digits = re.findall(r"\d{8}", file.name)
    return digits[-1] if digits else "00000000"


def _as_utf8(file: Path, copy: Path) -> Path:
    with file.open("rb") as head:
        if head.read(2) == b"PK":
            return _from_workbook(file, copy)
    if _fits(file, "utf-8"):
        return file
    with file.open("rb") as source, copy.open("w", encoding="utf-8", newline="") as target:
        decoder = codecs.getincrementaldecoder("gb18030")()
        while chunk := source.read(CHUNK):
            target.write(decoder.decode(chunk))
        target.write(decoder.decode(b"", final=True))
    return copy


def _fits(file: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with file.open("rb") as source:
            while chunk := source.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _from_workbook(file: Path, copy: Path) -> Path:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(file))
    with copy.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows(_texts(book.get_sheet_by_name(book.sheet_names[0]).iter_rows()))
    return copy


def _texts(rows: Iterator[list]) -> Iterator[list[str]]:
    for row in rows:
        yield [str(int(c)) if isinstance(c, float) and c.is_integer() else str(c) for c in row]


def _header(text: Path, headers: dict[str, str]) -> tuple[int, list[str]]:
    """Number of lines up to and with the header, and its cells: the line that names most fields."""
    with text.open(encoding="utf-8-sig", newline="") as lines:
        first = [row for _, row in zip(range(SEARCHED), csv.reader(lines), strict=False)]
    best = max(range(len(first)), key=lambda i: sum(_bare(cell) in headers for cell in first[i]))
    return best + 1, first[best]


def _bare(header: str) -> str:
    """A header without blanks and, unless it is known with them, without its unit in brackets."""
    header = header.replace(" ", "").replace("　", "")
    found = UNIT.match(header)
    return found.group(1) if found and found.group(2) in ("元", "万元", "%") else header


def _reading(
    text: Path,
    skip: int,
    header: list[str],
    names: list[str],
    headers: dict[str, str],
    day: str,
    number: int,
    contract: dict,
) -> str:
    fields = [headers.get(_bare(cell)) for cell in header]
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    picked = []
    for name in names:
        if name not in fields:
            picked.append(f"NULL::VARCHAR AS {name}")
            continue
        at = fields.index(name)
        unit = UNIT.match(header[at].replace(" ", ""))
        declared = contract["fields"][name].get("unit", "")
        wan = (unit.group(2) if unit else declared) == "万元"
        picked.append(f"c{at} AS {name}")
        if name in ("revenue", "assets"):
            picked.append(f"{10000 if wan else 1} AS {name}_factor")
    path = str(text).replace("'", "''")
    return (
        f"SELECT {', '.join(picked)}, strptime('{day}', '%Y%m%d')::DATE AS as_of, "
        f"{number} * 1000000000 + row_number() OVER () AS line "
        f"FROM read_csv('{path}', auto_detect = false, header = false, skip = {skip}, delim = ',', quote = '\"', "
        f"escape = '\"', columns = {{{columns}}}, null_padding = true, ignore_errors = true, strict_mode = false)"
    )
