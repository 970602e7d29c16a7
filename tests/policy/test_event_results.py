"""The results of measures on tables of events: files, order, bytes, and what makes the facts unfit."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policy.case_suite import Suite
from policy.event_packs import DAY, HEAD, at_home, sound, word
from policy.scene import FACTS, Scene
from srdi.policy.event_measure import EventMeasure
from srdi.policy.loader import PACKS, load
from srdi.policy.packset import TargetMeasure
from srdi.problems import PackError

FEE = 'events: guarantee\nof: srdi\nduring: year\nfigure: {mean: fee_rate, weight: amount}\ntarget: ceiling\nkeeps: "<="'
MIDDLE = "events: application\nduring: year\nfigure: {quantile: middle, of: days}"
BANKS = "events: application\nduring: year\nfigure: {count: banks}"
HELD = "events: service_event\nduring: paper\nfigure: {count: rows}\ntarget: few"
ALL_KINDS = (FEE, MIDDLE, BANKS, HELD, FEE.replace("srdi", "sme") + "\ngrowth: true")


def written(scene: Scene) -> None:
    scene.events(
        "guarantee",
        [
            at_home(n, bank="丙乙甲"[n % 3], amount=f"{n}00000.01", fee_rate=f"0.0{n:02d}", srdi=n % 4 != 0)
            for n in range(1, 25)
        ],
    )
    scene.events("application", [at_home(n, bank="甲乙"[n % 2], days=n * 7 % 11) for n in range(20)])
    scene.events("service_event", [{"day": DAY, "city_code": "410100"}])


def test_the_columns_are_those_promised(scene: Scene) -> None:
    written(scene)
    report = scene.decide(sound(scene, *ALL_KINDS), DAY)
    table = pq.read_table(scene.lake.uri(report.files["financing"]))
    assert table.column_names == [
        "measure_id", "area_code", "bank", "numerator", "denominator", "value", "unit", "target", "keeps", "met",
        "unknown", "unmatched", "document_id", "clause", "stage", "term",
    ]  # fmt: skip
    for name in ("numerator", "denominator", "value", "target"):
        assert table.schema.field(name).type == pa.decimal128(24, 6), name
    for name in ("unknown", "unmatched"):
        assert table.schema.field(name).type == pa.int64(), name
    keys = [(row["measure_id"], row["bank"]) for row in table.to_pylist()]
    assert keys == sorted(keys) and len(keys) == len(set(keys)) == report.rows["financing"] == 12


def test_the_order_of_rows_changes_no_byte(scene: Scene) -> None:
    written(scene)
    packs = sound(scene, *ALL_KINDS)
    first = scene.decide(packs, DAY)
    for name in ("guarantee", "application"):
        path = scene.folder / "facts" / f"{name}.parquet"
        table = pq.read_table(path)
        pq.write_table(table.take(list(range(len(table)))[::-1]), path, row_group_size=5)
    second = scene.decide(packs, DAY)
    for name in ("financing", "target"):
        files = [Path(scene.lake.uri(report.files[name])).read_bytes() for report in (first, second)]
        assert files[0] == files[1], name


def test_event_measures_stand_beside_the_shipped_ones(scene: Scene) -> None:
    written(scene)
    folder = scene.folder / "all"
    folder.mkdir()
    for path in PACKS.glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    sound(scene, *ALL_KINDS)
    (folder / "events.yaml").write_bytes((scene.folder / "packs" / "events.yaml").read_bytes())
    packs = load(folder, FACTS)
    assert not packs.broken and not packs.out
    report = scene.decide(packs, DAY)
    rows = {row["measure_id"]: row for row in scene.rows(report, "target")}
    assert (rows["zhengzhou.figure3"]["actual"], rows["zhengzhou.figure3"]["met"]) == (1, False)
    shipped = load(facts=FACTS).measures.values()
    counted = [one for one in shipped if isinstance(one, TargetMeasure)]
    counted += [one for one in shipped if isinstance(one, EventMeasure) and not one.by_bank]
    assert set(rows) == {"zhengzhou.figure3", *(one.id for one in counted)}
    measures = {row["measure_id"]: row for row in scene.rows(report, "measure")}
    fee = measures["zhengzhou.figure"]
    assert (fee["kind"], fee["area_code"], fee["reading_of"]) == ("target", "410100", None)
    assert json.loads(fee["rule_sources"]) == {
        "guarantee": ["enterprise_registry", "financing_guarantee", "title_list"]
    }
    assert word("guarantee", "fee_rate") in fee["definition_zh"]
    elsewhere = scene.decide(packs, DAY, ["410300"])
    assert {row["area_code"] for row in scene.rows(elsewhere, "financing")} == {"410300"}
    assert {row["area_code"] for row in scene.rows(elsewhere, "target")} <= {"410300"}


def test_packs_without_event_measures_write_an_empty_file(scene: Scene) -> None:
    scene.facts([])
    packs = load(facts=FACTS)
    without = {name: one for name, one in packs.measures.items() if not isinstance(one, EventMeasure)}
    report = scene.decide(replace(packs, measures=without), DAY)
    assert report.rows["financing"] == 0
    assert "bank" in pq.read_schema(scene.lake.uri(report.files["financing"])).names


@pytest.mark.parametrize("column", ["amount", "fee_rate"])
def test_floats_are_refused(scene: Scene, column: str) -> None:
    written(scene)
    path = scene.folder / "facts" / "guarantee.parquet"
    table = pq.read_table(path)
    at = table.column_names.index(column)
    pq.write_table(table.set_column(at, column, table[column].cast(pa.float64())), path)
    with pytest.raises(PackError, match="浮点数"):
        scene.decide(sound(scene, FEE), DAY)
    assert scene.decide(
        sound(
            scene,
            FEE.replace("mean: fee_rate, weight: amount", "count: rows")
            .replace("target: ceiling\n", "")
            .replace('keeps: "<="', ""),
        ),
        DAY,
    ).rows["financing"]


def test_a_file_without_a_column_is_refused_by_name(scene: Scene) -> None:
    written(scene)
    path = scene.folder / "facts" / "guarantee.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["fee_rate", "sme"]), path)
    with pytest.raises(PackError, match=r"guarantee\.parquet 缺少列：fee_rate$"):
        scene.decide(sound(scene, FEE), DAY)


def test_banks_of_a_table_without_places_count_for_every_city(scene: Scene) -> None:
    scene.events("bank_month", [{"day": DAY, "bank": "甲银行", "all_loans": "5.00"}])
    path = scene.folder / "facts" / "bank_month.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["uscc", "city_code", "division_code"]), path)
    packs = sound(scene, "events: bank_month\nduring: newest\nfigure: {sum: all_loans}")
    rows = scene.rows(scene.decide(packs, DAY), "financing")
    assert [(row["bank"], row["value"], row["unmatched"]) for row in rows] == [
        ("ALL", Decimal(5), 0),
        ("甲银行", Decimal(5), 0),
    ]


def test_values_are_bound(scene: Scene) -> None:
    """A word of the paper is never part of a statement."""
    scene.events("loan", [at_home(finance_type="'; DROP TABLE policy_event; --")])
    head = HEAD.replace("value: 应收账款", 'value: "\'; DROP TABLE policy_event; --"')
    packs = sound(
        scene, "events: loan\nof: finance_type == receivables\nduring: year\nfigure: {count: rows}", head=head
    )
    assert scene.rows(scene.decide(packs, DAY), "financing")[0]["value"] == 1


CASES = """\
measure: zhengzhou.figure
alone: true
terms: []
date: 2025-09-30
base: {city_code: "410100"}
base_event: {day: 2025-05-05, uscc: A, city_code: "410100", bank: 甲, srdi: true, amount: "100.00"}
cases:
  - name: all of them
    origin: by hand
    events: {guarantee: [{fee_rate: "0.01"}, {fee_rate: "0.02", bank: 乙}]}
    expect: {value: "0.015000", met: false, unknown: 0}
  - name: one guarantor
    origin: by hand
    bank: 甲
    events: {guarantee: [{fee_rate: "0.01"}, {fee_rate: "0.02", bank: 乙}]}
    expect: {value: "0.010000", met: true}
"""


def test_case_files_may_give_events(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "zhengzhou.figure.yaml").write_text(CASES, encoding="utf-8")
    packs = sound(scene, FEE)
    assert list(Suite(Scene(tmp_path / "one"), folder).failures(packs)) == []
    other = sound(scene, FEE.replace('"<="', '"<"'))
    assert list(Suite(Scene(tmp_path / "two"), folder).failures(other)) == [
        ("zhengzhou.figure: one guarantor", "met: expected True, found False")
    ]
