"""Every case file, each case a test, driven through the real compiler."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from policy.case_suite import CASES, Suite
from policy.scene import Scene
from srdi.policy.packset import PackSet

NAMES = [case.id for case in Suite(Scene(Path("unused"))).cases]


@pytest.fixture(scope="module")
def differences(suite: Suite, packs: PackSet) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for case, difference in suite.failures(packs):
        found[case].append(difference)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, differences: dict[str, list[str]]) -> None:
    assert differences.get(name, []) == []


def test_terms_and_conventions(differences: dict[str, list[str]]) -> None:
    assert {name: found for name, found in differences.items() if name not in NAMES} == {}


def test_case_names_are_unique_and_every_measure_has_a_file(packs: PackSet) -> None:
    assert len(NAMES) == len(set(NAMES)) > 300
    files = {path.stem for path in CASES.glob("*.yaml")} - {"conventions"}
    assert files == set(packs.measures)
