"""Unified social credit codes of enterprises that do not exist, with valid check characters.

First step of the sample city. The organisation part always begins with ``XN``, a series no registry has
issued, so that an invented code can be told from a real one at a glance.
"""

from __future__ import annotations

import numpy as np

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015: no I, O, S, V, Z."""

SERIES = "XN"
_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])

# ASCII → value in either alphabet, 0 where the character is not of it
_VALUE = np.zeros(128, np.int64)
_ORG_VALUE = np.zeros(128, np.int64)
for _i, _char in enumerate(ALPHABET):
    _VALUE[ord(_char)] = _i
for _i, _char in enumerate(_ORG_ALPHABET):
    _ORG_VALUE[ord(_char)] = _i
_LETTERS = np.frombuffer(ALPHABET.encode(), np.uint8)

_SPACE = 31**6
_STEP = 387420489  # 3^18: prime to 31, so that consecutive enterprises get scattered, distinct numbers


def invent(serials: np.ndarray, divisions: np.ndarray) -> np.ndarray:
    """Codes of enterprises number ``serials`` (ints, distinct) issued in ``divisions`` (six digits each).

    Returns an object array of 18-character texts; distinct serials give distinct codes.
    """
    n = len(serials)
    code = np.zeros((n, 18), np.uint8)
    code[:, 0:2] = (ord("9"), ord("1"))
    place = np.asarray(divisions).astype(np.int64)
    for i in range(6):
        code[:, 2 + i] = ord("0") + (place // 10 ** (5 - i)) % 10
    code[:, 8:10] = np.frombuffer(SERIES.encode(), np.uint8)
    number = (np.asarray(serials, np.int64) * _STEP + 123_456_789) % _SPACE
    for i in range(6):
        code[:, 15 - i] = _LETTERS[number % 31]
        number //= 31
    code[:, 16] = _org_check(code)
    code[:, 17] = _check(code)
    return np.array(code.tobytes().decode("ascii"), dtype=object) if n == 0 else _texts(code)


def is_valid(code: str) -> bool:
    """Whether ``code`` has 18 characters of the alphabet and both check characters are right."""
    if len(code) != 18 or any(char not in ALPHABET for char in code):
        return False
    row = np.frombuffer(code.encode(), np.uint8)[None, :]
    return bool(_org_check(row)[0] == row[0, 16] and _check(row)[0] == row[0, 17])


def wrong_check(code: str) -> str:
    """The same code with a last character that cannot be right."""
    return code[:17] + ALPHABET[(ALPHABET.index(code[17]) + 7) % 31]


def registration_numbers(serials: np.ndarray, divisions: np.ndarray) -> list[str]:
    """Old 15-digit registration numbers: division, eight digits, check digit (ISO 7064 MOD 11,10)."""
    number = (np.asarray(serials, np.int64) * 7_368_787 + 20_000_003) % 10**8
    first = np.asarray(divisions).astype(np.int64) * 10**8 + number
    remainder = np.full(len(first), 10)
    for i in range(14):
        total = (remainder + (first // 10 ** (13 - i)) % 10) % 10
        remainder = np.where(total == 0, 10, total) * 2 % 11
    return (first * 10 + (11 - remainder) % 10).astype(str).tolist()


def _texts(code: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(code).view("S18").ravel().astype("U18").astype(object)


def _org_check(code: np.ndarray) -> np.ndarray:
    total = (_ORG_VALUE[code[:, 8:16]] * _ORG_WEIGHTS).sum(axis=1)
    return np.frombuffer(b"0X987654321", np.uint8)[total % 11]


def _check(code: np.ndarray) -> np.ndarray:
    total = (_VALUE[code[:, :17]] * _WEIGHTS).sum(axis=1)
    return _LETTERS[(31 - total % 31) % 31]
