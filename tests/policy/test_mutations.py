"""Change any operator, parameter value, effect, polarity or population of a shipped pack: a case turns red.

Every mutant is a copy of the packs with one change. It is killed when it no longer loads whole, or when a
case file differs. A mutant that survives means that a rule can be changed without anybody noticing.

There are thousands: `make test` tries one in twelve, spread over all files by their names; `make mutants` all.
"""

from __future__ import annotations

import copy
import os
import shutil
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from policy.case_suite import CASES, Suite
from policy.scene import FACTS
from policy.standard_cases import StandardSuite
from srdi.policy.expression import OPERATORS
from srdi.policy.loader import PACKS, load
from srdi.policy.rule_hash import as_written
from srdi.problems import PackError
from srdi.yaml_text import read

Path_ = tuple[Any, ...]


class _Dumper(yaml.SafeDumper):
    """Never writes anchors, which the loader refuses."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in str(value) else 'int'}", str(value))


_Dumper.add_representer(Decimal, _number)


def _tree(path: Path) -> dict[str, Any]:
    """A pack as the product reads it (``on`` is a word, not a flag)."""
    return read(path.read_bytes(), path.name).value


def _text(tree: dict[str, Any]) -> str:
    return yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False)


def _walk(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _walk(item, (*path, key))


def _changes(pack: dict[str, Any]) -> Iterator[tuple[Path_, Any]]:
    """(place, new value) of every single change worth noticing."""
    for path, value in _walk(pack):
        key = path[-1] if path else None
        if key == "value":
            yield from ((path, other) for other in _other_values(value))
        elif key == "until" or (len(path) == 3 and path[1] == "in_force"):
            yield path, value + timedelta(days=1) if isinstance(value, date) else date(2025, 6, 30)
        elif key == "values" and isinstance(value, dict):
            for day in list(value)[1:]:
                for step in (-1, 1):
                    yield path, {d + timedelta(days=step) if d == day else d: v for d, v in value.items()}
        elif key == "in_force":
            for at in (0, 1):
                if isinstance(value[at], date):
                    for step in (-1, 1):
                        yield (*path, at), value[at] + timedelta(days=step)
                else:
                    yield (*path, at), date(2024, 12, 31)
        elif key in ("on_fail", "on_unknown"):
            yield from ((path, other) for other in ("exclude", "review", "warn") if other != value)
        elif key == "stage":
            yield path, "issued" if value == "draft" else "draft"
        elif key == "keep":
            yield path, value["not"] if isinstance(value, dict) and "not" in value else {"not": value}
        elif key in ("all", "any", "titles", "by", "rules") and isinstance(value, list) and len(value) > 1:
            for at in range(len(value)):
                yield path, value[:at] + value[at + 1 :]
        elif key in ("unless", "target"):
            yield path, None
        elif key in OTHER_WORDS:
            yield from ((path, other) for other in OTHER_WORDS[key] if other != value)
        elif key == "counting" and value in SWAPPED:  # the others need other parts and would not load
            yield path, SWAPPED[value]
        elif key == "horizon":
            yield from ((path, value + timedelta(days=step)) for step in (-1, 1))
        elif key == "period":
            yield from (
                ((*path, at), day + timedelta(days=step)) for at, day in enumerate(value) for step in (-1, 1)
            )
        if key in ("all", "any"):
            yield path[:-1], {"any" if key == "all" else "all": value}
        if isinstance(value, str) and any(f" {op} " in value for op in OPERATORS) and "clause" not in path:
            op = next(op for op in OPERATORS if f" {op} " in value)
            yield from ((path, value.replace(f" {op} ", f" {other} ")) for other in OPERATORS if other != op)


SWAPPED = {"flow": "cumulative", "cumulative": "flow"}
OTHER_WORDS: dict[Any, tuple[Any, ...]] = {
    "weighting": ("total", "each"),
    "growth": (True, False),
    "keeps": (">=", "<=", "<", ">"),
    "during": ("year", "quarter", "paper", "newest", "ever"),
    "count": ("rows", "enterprises", "banks"),
}


def _other_values(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, Decimal):
        step = Decimal("0.01") if "." in str(value) else Decimal(1)
        return [other for other in (value - step, value + step, Decimal(0), None) if other != value]
    if isinstance(value, list):
        return list(_other_bands(value))
    if value is None:
        return [365]
    words = {"review": ["keep", "drop"], "05-31": ["05-30", "06-01"]}
    return words.get(value, [value + "等"])


def _other_bands(bands: list[list[Decimal]]) -> Iterator[list[list[Decimal]]]:
    """Each bound and each number of points a step up and down, and each band left out."""
    for at, pair in enumerate(bands):
        yield bands[:at] + bands[at + 1 :]
        for side, number in enumerate(pair):
            step = Decimal("0.01") if "." in str(number) else Decimal(1)
            for other in (number - step, number + step):
                changed = [other if place == side else one for place, one in enumerate(pair)]
                yield [*bands[:at], changed, *bands[at + 1 :]]


def _mutants() -> list[tuple[str, Path_, Any]]:
    found = []
    for path in sorted(PACKS.glob("*.yaml")):
        pack = _tree(path)
        if path.stem != "conventions" and path.stem != "henan_exclusions":
            found += [(path.name, place, value) for place, value in _changes(pack)]
        else:
            # conventions have no end of their own to lapse: their validity and stage decide nothing
            pack.pop("document")
            found += [(path.name, place, value) for place, value in _changes(pack)]
    return found


def _set(tree: Any, path: Path_, value: Any) -> Any:
    tree = copy.deepcopy(tree)
    owner = tree
    for step in path[:-1]:
        owner = owner[step]
    if value is None and path[-1] in ("unless", "target"):
        del owner[path[-1]]
    else:
        owner[path[-1]] = value
    return tree


def _name(file: str, place: Path_, value: Any) -> str:
    return f"{file}:{'/'.join(map(str, place))}={str(value)[:40]}"


EVERY = _mutants()
SLICES = 1 if os.environ.get("SRDI_MUTANTS") == "all" else 12
MUTANTS = [one for one in EVERY if zlib.crc32(_name(*one).encode()) % SLICES == 0]
ORIGINAL = load(PACKS, FACTS)
SHIPPED = {name: as_written(ORIGINAL, one) for name, one in ORIGINAL.measures.items()}
WATCHED = {path.stem for path in CASES.glob("*.yaml")}
REFUSED: list[Path_] = []


@pytest.mark.full
@pytest.mark.parametrize(
    ("file", "place", "value"),
    MUTANTS,
    ids=[_name(*one) for one in MUTANTS],
)
def test_a_changed_pack_is_noticed(
    file: str, place: Path_, value: Any, suite: Suite, standard_suite: StandardSuite, tmp_path: Path
) -> None:
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    tree = _tree(folder / file)
    (folder / file).write_text(_text(_set(tree, place, value)), encoding="utf-8")
    packs = load(folder, FACTS)
    if packs.broken or packs.out:
        REFUSED.append(place)
        return
    # what a mutant left as it was decides as before; the rest is decided anew
    touched = {name for name, one in packs.measures.items() if as_written(packs, one) != SHIPPED.get(name)}
    if touched and not touched & WATCHED:
        pytest.skip("no case file watches what this changes")
    try:
        noticed = chain(standard_suite.failures(packs, touched), suite.failures(packs, touched))
        assert next(noticed, None) is not None, f"{file}: {place} → {value!r} goes unnoticed"
    except PackError:
        return


@pytest.mark.full
def test_the_cases_do_the_work() -> None:
    """Most mutants load well (a word that fits no figure does not): it is the cases that notice."""
    assert len(REFUSED) < len(MUTANTS) / 5


def test_there_are_mutants_of_every_kind_and_the_copy_itself_is_sound(
    suite: Suite, standard_suite: StandardSuite, tmp_path: Path
) -> None:
    kinds = {place[-1] for _, place, _ in EVERY}
    assert {
        "value",
        "on_fail",
        "on_unknown",
        "keep",
        "counts",
        "stage",
        "unless",
        "target",
        "titles",
    } <= kinds
    assert len(EVERY) > 2000
    # the part that runs every time holds some of every file
    assert {file for file, *_ in MUTANTS} == {file for file, *_ in EVERY}
    for path in PACKS.glob("*.yaml"):
        tree = _tree(path)
        (tmp_path / path.name).write_text(_text(tree), encoding="utf-8")
    packs = load(tmp_path, FACTS)
    assert packs.broken == []
    assert list(suite.failures(packs)) == []
    assert list(standard_suite.failures(packs)) == []
