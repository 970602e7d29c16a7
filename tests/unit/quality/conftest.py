"""Fixtures of the quality room's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from quality_bench import Bench, Meanings, contract_with

from srdi.contracts.models import FieldMeaning
from srdi.engine.duck import connect
from srdi.engine.lake import Lake


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    kinds = {"uscc": "code", "kind": "category", "listed_on": "date", "amount": "money", "person": "text"}
    words = {"uscc": "代码", "kind": "类型", "listed_on": "列入日期", "amount": "金额", "person": "联系人"}
    meanings = {
        name: FieldMeaning(type=kinds[name], zh=words[name], en=name, sensitive=name == "person")  # type: ignore[arg-type]
        for name in kinds
    }
    lake = Lake(str(tmp_path / "lake"))
    con = connect(lake, scratch=tmp_path / "scratch")
    return Bench(lake, con, contract_with(), Meanings(meanings), lake.uri("c.parquet"))
