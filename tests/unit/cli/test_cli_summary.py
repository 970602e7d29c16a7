"""What the summary of a night says in words, beyond its tables."""

from __future__ import annotations

from srdi.cli.summary import NAMED, _many


def test_many_measures_of_an_area_are_counted_and_few_are_named() -> None:
    few = [f"zhengzhou.m{n}" for n in range(NAMED)]
    many = [f"luoyang.m{n}" for n in range(NAMED + 1)]
    assert _many(few) == "、".join(few)
    assert _many(
        [many[0], *few, *many[1:]]
    ) == f"luoyang.* {NAMED + 1} 项（srdi policy list luoyang）、" + "、".join(few)
