"""Fixtures of the policy tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.case_suite import Suite
from policy.scene import FACTS, Scene
from policy.standard_cases import StandardSuite
from srdi.policy.loader import load
from srdi.policy.packset import PackSet


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.fixture(scope="session")
def packs() -> PackSet:
    return load(facts=FACTS)


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return Suite(Scene(tmp_path_factory.mktemp("cases")))


@pytest.fixture(scope="session")
def standard_suite(tmp_path_factory: pytest.TempPathFactory) -> StandardSuite:
    return StandardSuite(Scene(tmp_path_factory.mktemp("standards")))
