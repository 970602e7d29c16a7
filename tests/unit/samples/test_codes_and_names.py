"""Invented codes check by GB 32100, names are unique but for the twins the city means to have."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from srdi.samples import codes, truth_of

# publicly documented codes whose check characters are right, and invented ones whose are not
RIGHT = ("914403001922038216", "9144030071526726XG", "91330100799655058B", "91110108551385082Q")
WRONG = ("91110108MA001LXLXJ", "91440300279583285X", "913201001234567893")


@pytest.mark.parametrize("code", RIGHT)
def test_published_codes_are_valid(code: str) -> None:
    assert codes.is_valid(code)


@pytest.mark.parametrize("code", WRONG)
def test_invented_codes_without_checks_are_not(code: str) -> None:
    assert not codes.is_valid(code)


def test_invented_codes_are_distinct_valid_and_recognisable() -> None:
    made = codes.invent(np.arange(5000), np.full(5000, 410381))
    assert len(set(made)) == 5000
    assert all(codes.is_valid(code) and code[8:10] == codes.SERIES and code[2:8] == "410381" for code in made)


def test_a_wrong_check_character_is_wrong() -> None:
    for code in codes.invent(np.arange(50), np.full(50, 410100)):
        broken = codes.wrong_check(code)
        assert broken[:17] == code[:17] and not codes.is_valid(broken)


def test_names_are_unique_except_for_the_twins() -> None:
    population = truth_of(1200, 3).population
    shared = {name: count for name, count in Counter(population.name).items() if count > 1}
    assert set(shared.values()) == {2}
    assert len(shared) == 6  # two pairs in each of three cities
    assert len(set(population.uscc)) == len(population)
