"""Names of enterprises that do not exist: place + three-syllable brand + trade + legal form.

The brand takes rare characters in an order no founder would choose; within a city and trade no brand is
used twice, so two enterprises share a name only where the sample city says so.
"""

from __future__ import annotations

import numpy as np

_SYLLABLES = (
    "曜岚澍珩翊砺骞昀峤洵铄珞霁泓垚旻沅祎璟澜朔梓瀚熠瑀珺琮琰璨钊"
    "镕铖锴鋆鑫晟昱晔曦煜炜烁炫淼溱滢潇濠灏岱峥嵘嵩崧巍翀翰翎翮骁骅"
)[:60]
_BRANDS = len(_SYLLABLES) ** 3
_STEP = 93_001  # prime to the number of brands
_RARE = "䶮㛃"  # in GB18030 but not in GBK: a file said to be GBK must not lose them
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "建国志强晓明海涛文静俊杰红梅永刚丽娟伟东慧敏"

FORMS = ("有限公司", "有限责任公司", "股份有限公司", "（集团）有限公司")
_FORM_SHARES = (0.90, 0.05, 0.04, 0.01)


def _brand(number: int) -> str:
    size = len(_SYLLABLES)
    a, rest = divmod(number % _BRANDS, size * size)
    b, c = divmod(rest, size)
    return _SYLLABLES[a] + _SYLLABLES[b] + _SYLLABLES[c]


def within_group(groups: np.ndarray) -> np.ndarray:
    """Running number of every element among those of the same group, in order of appearance."""
    order = np.argsort(groups, kind="stable")
    ranked = groups[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if len(ranked) else np.array([], int)
    running = np.arange(len(ranked)) - np.repeat(starts, np.diff(np.r_[starts, len(ranked)]))
    result = np.empty(len(ranked), np.int64)
    result[order] = running
    return result


def company_names(
    places: list[str], words: list[str], groups: np.ndarray, rng: np.random.Generator
) -> list[str]:
    """One unique name per enterprise; ``groups`` identifies (city, trade) and bounds where brands may repeat."""
    numbers = (within_group(groups) * _STEP + groups * 6_151).tolist()
    forms = rng.choice(len(FORMS), len(numbers), p=_FORM_SHARES).tolist()
    rare = (rng.random(len(numbers)) < 0.002).tolist()
    return [
        f"{place}{_brand(number)}{_RARE[number % 2] if odd else ''}{word}{FORMS[form]}"
        for place, number, odd, word, form in zip(places, numbers, rare, words, forms, strict=True)
    ]


def former_names(short: str, serial: int, how_many: int) -> list[str]:
    """Earlier names of one enterprise: no registered name ends in these words, so they meet nobody else's."""
    words = ("实业发展", "科工贸")
    return [
        f"{short}{_brand(serial * _STEP + 17)}{_brand(serial)[0]}{words[i]}有限公司" for i in range(how_many)
    ]


def strangers(short: str, how_many: int) -> list[str]:
    """Names that stand in no registry of the sample city."""
    return [f"{short}{_brand(i * _STEP + 5)}外埠装备有限公司" for i in range(how_many)]


def persons(rng: np.random.Generator, how_many: int) -> list[str]:
    """Invented names of legal representatives."""
    first = rng.integers(0, len(_SURNAMES), how_many)
    second = rng.integers(0, len(_GIVEN) // 2, how_many)
    return [
        _SURNAMES[i] + _GIVEN[2 * j : 2 * j + 2] for i, j in zip(first.tolist(), second.tolist(), strict=True)
    ]
