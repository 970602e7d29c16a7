"""The traceability page: every clause of the papers stands in it, counted and with where its promise went."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from srdi.policy.inventory_file import STATUS_ZH
from srdi.policy.loader import load
from srdi.policy.packset import PackSet
from srdi.problems import PackError, Problem
from srdi.reports.trace import TABLES, counts, trace
from srdi.reports.traceability import page
from srdi.reports.view_columns import table_types, views_and_functions


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load()


@pytest.fixture(scope="module")
def text(packs: PackSet) -> str:
    return page(packs)


def section(text: str, title: str) -> str:
    return re.split(r"^## ", text, flags=re.M)[
        [part.startswith(title) for part in re.split(r"^## ", text, flags=re.M)].index(True)
    ]


def test_every_clause_has_its_row_below_its_paper(packs: PackSet, text: str) -> None:
    for name, inventory in packs.inventory.items():
        part = section(text, inventory.paper.title)
        assert f"`{name}`" in part
        for clause in inventory.clauses:
            status = STATUS_ZH[clause.place]
            assert re.search(rf"^\| {re.escape(clause.id)} \| .+ \| {status}", part, re.M), (
                f"{name} {clause.id}"
            )
            for measure in clause.measures or clause.planned or ():
                assert f"`{measure}`" in part
            assert not clause.because or clause.because in part


def test_the_counts_add_up(packs: PackSet, text: str) -> None:
    part = section(text, "条款清单")
    total = [0, 0, 0]
    for name, inventory in packs.inventory.items():
        found = list(counts(inventory).values())
        assert sum(found) == len(inventory.clauses)
        assert f"`{name}` | {' | '.join(map(str, found))} | {len(inventory.clauses)} |" in part
        total = [one + other for one, other in zip(total, found, strict=True)]
    assert f"| 合计 total | {' | '.join(map(str, total))} | {sum(total)} |" in part


def test_a_paper_without_a_pack_has_its_clauses_all_the_same(packs: PackSet) -> None:
    documents = {name: one for name, one in packs.documents.items() if name != "henan-2022"}
    measures = {name: one for name, one in packs.measures.items() if one.document.id != "henan-2022"}
    text = page(replace(packs, documents=documents, measures=measures))
    part = section(text, packs.inventory["henan-2022"].paper.title)
    assert "尚无政策包" in part and "| 一(一)-a |" in part


def test_packs_without_an_inventory_make_a_page(packs: PackSet) -> None:
    text = page(replace(packs, inventory={}))
    assert "条款清单" not in text and "`luoyang.whitelist`" in text


def test_a_broken_inventory_makes_no_page(packs: PackSet) -> None:
    problem = Problem("clauses/luoyang_2023.yaml", 7, "条款 二 没有去处")
    with pytest.raises(PackError, match=r"clauses/luoyang_2023\.yaml 第 7 行"):
        page(replace(packs, inventory_problems=[problem]))


def test_rows_name_tables_that_exist(packs: PackSet) -> None:
    known = {*table_types(), *views_and_functions()}
    assert {name for names in TABLES.values() for name in names} <= known
    rows = list(trace(packs))
    assert len(rows) > 150
    assert {row.document_id for row in trace(packs, "luoyang-2023")} == {"luoyang-2023"}
    assert list(trace(packs, "nowhere")) == []
    for row in rows:
        assert not row.tables or row.status == "已计算"
        assert row.cases or row.status != "已计算", f"{row.measure} has no case file"
