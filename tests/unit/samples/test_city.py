"""The written city: same seed same bytes, files and answers account for each other, quirks are present."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import srdi.samples
from srdi.samples import SOURCES, generate
from srdi.samples.headers import HEADERS
from srdi.samples.places import CITIES

from .conftest import SEED, SIZE, City

COUNTS = ("rows_staged", "rows_quarantined", "rows_duplicate", "rows_ignored")


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@cache
def lines_of(path: Path) -> list[list[str]]:
    """Physical lines of an export as cells, read without any code of the product."""
    if path.suffix == ".xlsx":
        import openpyxl

        sheet = openpyxl.load_workbook(path).worksheets[0]
        return [
            ["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("quirks", ["none", "all"])
def test_same_arguments_same_bytes(cities: dict[str, City], tmp_path: Path, quirks: str) -> None:
    generate(tmp_path, SIZE, SEED, quirks=quirks)
    assert digest(tmp_path) == digest(cities[quirks].out)


def test_another_seed_is_another_city(cities: dict[str, City], tmp_path: Path) -> None:
    generate(tmp_path, SIZE, SEED + 1)
    ours, theirs = digest(tmp_path), digest(cities["none"].out)
    assert ours.keys() == theirs.keys()
    assert not any(ours[name] == theirs[name] for name in ours if not name.startswith("answers/"))


def test_clean_exports_carry_the_canonical_headers(cities: dict[str, City]) -> None:
    for source in SOURCES:
        (path,) = (cities["none"].out / source).iterdir()
        assert path.name.endswith("_20250930.csv")
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = lines_of(path)
        assert rows[0] == list(HEADERS[source].values())
        assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("quirks", ["none", "some", "all"])
def test_batches_account_for_every_line(cities: dict[str, City], quirks: str) -> None:
    city = cities[quirks]
    batches = city.answers("batches")
    written = {(path.parent.name, path.name) for s in SOURCES for path in (city.out / s).iterdir()}
    assert {(b["source"], b["file_name"]) for b in batches} == written
    for batch in batches:
        if batch["outcome"] != "accepted":
            assert batch["outcome"] == "known" or batch["refusal"]
            continue
        assert int(batch["rows_landed"]) == sum(int(batch[name]) for name in COUNTS)
        rows = lines_of(city.out / batch["source"] / batch["file_name"])
        header = next(i for i, row in enumerate(rows) if sum(bool(cell) for cell in row) >= 4)
        assert sum(any(row) for row in rows[header + 1 :]) == int(batch["rows_landed"])


@pytest.mark.parametrize("quirks", ["some", "all"])
def test_quarantined_rows_stand_where_the_answers_say(cities: dict[str, City], quirks: str) -> None:
    city = cities[quirks]
    noted = city.answers("quarantine")
    per_file = Counter((q["source"], q["file_name"]) for q in noted)
    for batch in city.answers("batches"):
        if batch["outcome"] == "accepted":
            assert int(batch["rows_quarantined"] or 0) == per_file[batch["source"], batch["file_name"]]
            assert int(batch["rows_quarantined"]) <= 0.3 * int(batch["rows_landed"])
    column = {source: list(headers) for source, headers in HEADERS.items()}
    checked = 0
    for note in noted:
        field, _, kind = note["check_id"].partition(".")
        if note["source"] == "financing_credit" or not kind:  # its columns are reordered; cross-field checks
            continue
        row = lines_of(city.out / note["source"] / note["file_name"])[int(note["row_no"]) - 1]
        cell = row[column[note["source"]].index(field)]
        assert (cell == "") == (kind == "required"), note
        if kind == "code_length":
            assert len(cell) == 17
        if kind == "code_scientific":
            assert "E+17" in cell
        checked += 1
    assert checked > 20


def test_every_quirk_is_present(cities: dict[str, City]) -> None:
    present = {quirk for quirks in cities["all"].report.quirks.values() for quirk in quirks}
    assert present >= {
        *("code_scientific", "code_length", "code_checksum", "code_alphabet", "missing_code", "missing_key"),
        *(
            "unknown_category",
            "unreadable_date",
            "unreadable_amount",
            "unknown_grade",
            "unknown_status",
            "month_only",
        ),
        *(
            "title_line",
            "footer",
            "repeated_header",
            "duplicate_row",
            "differing_rows_of_one_key",
            "new_column",
        ),
        *("unit_wan", "unit_in_title_line", "thousands_separator", "mixed_dates", "excel_serial", "epoch"),
        *("full_width_and_blanks", "other_words", "header_alias", "reordered_columns", "xlsx"),
        *(
            "old_division_name",
            "division_from_address",
            "division_from_registrar",
            "parts_of_one_day",
            "older_day",
        ),
        *("unit_yuan", "unreadable_number", "unreadable_rate", "unreadable_share", "unknown_flag"),
        *("same_file_twice", "foreign", "empty", "no_as_of", "truncated", "ends_before_it_begins"),
    }
    assert not any(cities["none"].report.quirks.values())
    refusals = {b["refusal"] for b in cities["all"].answers("batches")}
    assert refusals == {"", "foreign", "empty", "no_as_of", "truncated"}


def test_encodings_and_old_names(cities: dict[str, City]) -> None:
    risk = next((cities["some"].out / "registry_risk").iterdir()).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        risk.decode("utf-8")
    assert "列入日期" in risk.decode("gb18030")
    text = "".join(
        p.read_bytes().decode("gb18030", "ignore")
        for p in (cities["all"].out / "enterprise_registry").iterdir()
    )
    assert all(name in text for name in ("偃师市", "孟津县", "吉利区", "陕县", "洛阳高新区"))


def test_published_head_counts_where_the_size_allows() -> None:
    from srdi.samples import truth_of
    from srdi.samples.knowledge import gather

    truth = truth_of(6000, 5)
    firms = [firm for firm in gather(truth, truth.as_of) if firm.city == "410300"]
    on = truth.as_of
    giants = sum(firm.in_force("小巨人", on) is not None for firm in firms)
    upper = sum(any(firm.in_force(t, on) for t in ("省级", "小巨人")) for firm in firms)
    innovative = sum(firm.in_force("创新型", on) is not None for firm in firms)
    luoyang = next(city for city in CITIES if city.code == "410300")
    assert luoyang.little_giant * 0.85 <= giants <= luoyang.little_giant
    assert abs(upper - luoyang.provincial_up) <= 0.06 * luoyang.provincial_up
    assert abs(innovative - luoyang.innovative) <= 0.06 * luoyang.innovative


@pytest.mark.parametrize(("enterprises", "quirks"), [(799, "none"), (1000, "many")])
def test_impossible_cities_are_refused(tmp_path: Path, enterprises: int, quirks: str) -> None:
    with pytest.raises(ValueError, match=r"799|many"):
        generate(tmp_path, enterprises, 1, quirks=quirks)  # type: ignore[arg-type]


def test_smallest_city_and_another_day_work(tmp_path: Path) -> None:
    report = generate(tmp_path, 800, 2, as_of=date(2024, 3, 1), quirks="all")
    assert set(report.verdicts) == {"zhengzhou.whitelist", "luoyang.whitelist"}
    assert all(
        path.name.count("20240301") or "最新" in path.name or "20240131" in path.name
        for s in SOURCES
        for path in (tmp_path / s).iterdir()
    )


def test_the_sample_city_uses_no_room_of_the_product() -> None:
    folder = Path(srdi.samples.__file__).parent
    imported = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add((node.module or "") if node.level == 0 else "relative")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    ours = {name for name in imported if name.split(".")[0] in ("srdi", "relative")}
    assert ours and all(name == "srdi.samples" or name.startswith("srdi.samples.") for name in ours)
    assert not imported & {"pandas", "great_expectations", "duckdb", "airflow"}
