"""Every case of the title standards, each a test."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from policy.scene import Scene
from policy.standard_cases import StandardSuite
from srdi.policy.packset import PackSet, StandardMeasure

NAMES = [case.id for case in StandardSuite(Scene(Path("unused"))).cases]


@pytest.fixture(scope="module")
def differences(standard_suite: StandardSuite, packs: PackSet) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for case, difference in standard_suite.failures(packs):
        found[case].append(difference)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, differences: dict[str, list[str]]) -> None:
    assert differences.get(name, []) == []


def test_terms_and_values(differences: dict[str, list[str]]) -> None:
    assert {name: found for name, found in differences.items() if name not in NAMES} == {}


def test_every_standard_has_cases_of_every_outcome(packs: PackSet, standard_suite: StandardSuite) -> None:
    assert len(NAMES) == len(set(NAMES)) > 150
    assert set(standard_suite.files) == {one.id for one in packs.of_kind(StandardMeasure)}
    for name, content in standard_suite.files.items():
        outcomes = {case["outcome"] for case in content["cases"]}
        assert outcomes == {"pass", "fail", "unknown", None}, name
