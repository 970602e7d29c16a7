"""The generated pages: complete, stable, and a page that says something else than the code is noticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from srdi.contracts.loader import Dictionary, load_contracts, load_dictionary
from srdi.contracts.models import Words
from srdi.contracts.refusals import RefusalCode
from srdi.reports import dictionary, view_columns
from srdi.reports.markdown import cell, table
from srdi.warehouse.tables import metadata

PROMISED_VIEWS = {
    "marts.whitelist": {"measure_id", "uscc", "biz_date", "verdict", "listed_since", "days_to_lapse", "term"},
    "marts.whitelist_reason": {"rule_id", "outcome", "effect", "observed", "required", "distance", "row_no"},
    "marts.measure_member": {"measure_id", "uscc", "outcome", "freshness"},
    "marts.coverage_latest": {"numerator", "denominator", "rate", "target", "shortfall", "met"},
    "core.enterprise": {"uscc", "name", "operating", "division_code", "last_seen"},
}


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    return dictionary.pages()


@pytest.fixture(scope="module")
def sections(wanted: dict[str, str]) -> dict[str, str]:
    """``schema.relation`` → its part of the dictionary page."""
    parts = re.split(r"^### `([a-z_.]+)", wanted["dictionary.md"], flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_table_and_column_appears_with_words_in_both_languages(sections: dict[str, str]) -> None:
    assert len(metadata.tables) > 25
    for name, declared in metadata.tables.items():
        for column in declared.columns:
            row = re.search(rf"^\| `{column.name}` \| (.+) \| .* \| (.+) \| (.+) \|$", sections[name], re.M)
            assert row is not None, f"{name}.{column.name}"
            assert (re.search("[\u4e00-\u9fff]", row[2]) and row[3].isascii()) or "–" in row[3], row[0]


def test_views_appear_with_types_although_nothing_declares_them(sections: dict[str, str]) -> None:
    for name, columns in PROMISED_VIEWS.items():
        shown = set(re.findall(r"^\| `([a-z_]+)` \|", sections[name], re.M))
        assert columns <= shown, name
        assert "视图 view" in sections[name]
    shapes = view_columns.views_and_functions()
    assert shapes["marts.whitelist"].columns["days_to_lapse"] == "integer"
    assert shapes["marts.whitelist"].columns["reason_codes"] == "text[]"
    assert shapes["core.enterprise"].columns["last_seen"] == "date"
    assert shapes["marts.whitelist_on"].arguments == "day date, known_at timestamptz DEFAULT NULL"
    assert list(shapes["marts.coverage_latest"].columns) == list(
        metadata.tables["marts.coverage"].columns.keys()
    )


def test_a_view_whose_type_cannot_be_told_is_refused(tmp_path: Path) -> None:
    sql = "CREATE VIEW marts.odd AS SELECT random() AS luck FROM store.whitelist AS w;"
    (tmp_path / "0002_views.sql").write_text(sql, "utf-8")
    with pytest.raises(view_columns.UnknownColumn, match=r"marts\.odd\.luck"):
        view_columns.views_and_functions(tmp_path)


def test_a_later_migration_wins(tmp_path: Path) -> None:
    for number, column in (("0001", "uscc"), ("0002", "verdict")):
        text = f"CREATE OR REPLACE VIEW marts.one AS SELECT w.{column} FROM store.whitelist AS w;"
        (tmp_path / f"{number}_views.sql").write_text(text, "utf-8")
    assert view_columns.views_and_functions(tmp_path)["marts.one"].columns == {"verdict": "text"}


def test_fields_facts_checks_and_refusals_appear(wanted: dict[str, str]) -> None:
    page = wanted["dictionary.md"]
    known = load_dictionary()
    for name in (*known.fields, *known.facts):
        assert f"| `{name}` |" in page, name
    assert {"application", "loan", "guarantee", "bank_month", "procurement_year"} <= set(known.events)
    for event, columns in known.events.items():
        part = page.split(f'<a id="events-{event}"></a>')[1].split("\n#")[0]
        rows = re.findall(
            r"^\| `([a-z_0-9]+)` \| [a-z0-9()]+ \| [a-z]* \| (.+) \| (.+) \| ✓? ?\|$", part, re.M
        )
        assert [name for name, *_ in rows] == list(columns), event
        assert all(re.search("[\u4e00-\u9fff]", zh) and en.isascii() for _, zh, en in rows), event
    for check in (
        "uscc.code_checksum",
        "key.unique",
        "valid_to_after_from",
        "enterprise.vanished",
        "table.volume",
    ):
        assert f"| `{check}` |" in page, check
    for refusal in RefusalCode:
        assert f"[`{refusal.value}`](runbook.md#refusal-" in page


def test_links_inside_the_pages_lead_somewhere(wanted: dict[str, str]) -> None:
    docs = dictionary.DOCS
    anchors = {name: set(re.findall(r'<a id="([^"]+)">', text)) for name, text in wanted.items()}
    anchors["runbook.md"] = set(re.findall(r'<a id="([^"]+)">', (docs / "runbook.md").read_text("utf-8")))
    seen = 0
    for name, text in wanted.items():
        for file, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", text):
            seen += 1
            assert not anchor or anchor in anchors[file or name], f"{name} → {file}#{anchor}"
            assert not file or file in wanted or (docs / file).exists(), f"{name} → {file}"
    assert seen > 40


def test_sources_name_headers_with_their_units(wanted: dict[str, str]) -> None:
    page = wanted["sources.md"]
    assert (
        "\n申请编号,统一社会信用代码,企业名称,银行名称,产品名称,申请日期,受理日期,批复日期,批复结果," in page
    )
    assert "申请金额(万元),授信金额(万元),单户授信总额(万元),白名单通道\n" in page
    for contract in load_contracts().contracts.values():
        assert f"[`{contract.id}`](#{contract.id})" in page
    assert page.count("✓") == 6, "six closed-world sources"


def test_traceability_names_every_measure_with_its_cases(wanted: dict[str, str]) -> None:
    from srdi.policy.loader import load

    packs = load()
    assert len(packs.measures) >= 9
    for measure in packs.measures.values():
        assert f"../tests/policy/cases/{measure.id}.yaml" in wanted["traceability.md"]
    for rule in packs.exclusions["henan.exclusions"].rules:
        assert f"| `{rule.id}` |" in wanted["traceability.md"]


def test_drift_is_noticed_by_page_and_line(wanted: dict[str, str], tmp_path: Path) -> None:
    assert dictionary.write(tmp_path, wanted) == list(wanted)
    assert dictionary.differences(tmp_path, wanted) == []
    assert dictionary.write(tmp_path, wanted) == [], "nothing to write the second time"
    page = tmp_path / "dictionary.md"
    lines = page.read_text("utf-8").split("\n")
    place = lines.index("### `marts.whitelist`")
    lines[place] = "### `marts.white_list`"
    page.write_text("\n".join(lines), "utf-8")
    (tmp_path / "sources.md").unlink()
    found = dictionary.differences(tmp_path, wanted)
    assert found[0].startswith(f"docs/dictionary.md:{place + 1} ") and "marts.white_list" in found[0]
    assert found[1].startswith("docs/sources.md ") and len(found) == 2


def test_a_page_cut_short_is_noticed(wanted: dict[str, str], tmp_path: Path) -> None:
    dictionary.write(tmp_path, wanted)
    page = tmp_path / "traceability.md"
    page.write_text(page.read_text("utf-8")[:-200], "utf-8")
    assert len(dictionary.differences(tmp_path, wanted)) == 1


def test_the_command_checks_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dictionary.main(["--check", "--docs", str(tmp_path)]) == 1
    assert "make docs" in capsys.readouterr().err
    assert not list(tmp_path.iterdir()), "a check writes nothing"
    assert dictionary.main(["--docs", str(tmp_path)]) == 0
    assert dictionary.main(["--check", "--docs", str(tmp_path)]) == 0


def test_a_changed_contract_changes_the_pages(wanted: dict[str, str]) -> None:
    known = load_dictionary()
    found = load_contracts(dictionary=known)
    tax = found.contracts["tax_annual"]
    found.contracts["tax_annual"] = tax.model_copy(
        update={"title": Words(zh="另一个名称", en="Another title")}
    )
    changed = dictionary.pages(found, known)
    assert (
        changed["sources.md"] != wanted["sources.md"] and changed["dictionary.md"] != wanted["dictionary.md"]
    )


def test_a_broken_contract_makes_no_page(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("id: odd\n", "utf-8")
    with pytest.raises(dictionary.Unsound, match=r"odd\.yaml"):
        dictionary.pages(load_contracts(tmp_path))


def test_a_fact_check_without_words_makes_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = tmp_path / "finding.sql"
    sql.write_text(dictionary.FINDINGS_SQL.read_text("utf-8") + "\n-- 'title.something_new'\n", "utf-8")
    monkeypatch.setattr(dictionary, "FINDINGS_SQL", sql)
    with pytest.raises(dictionary.Unsound, match=r"title\.something_new"):
        dictionary.dictionary_page({}, Dictionary({}, {}))


def test_cells_hold_anything() -> None:
    assert cell("a|b\nc") == "a\\|b c"
    assert (cell(None), cell(False), cell(True)) == ("", "", "✓")
    with pytest.raises(ValueError, match="1 cells under 2"):
        table(("a", "b"), [("x",)])
