"""What is wrong with a hand-edited file, in words for who wrote it: file, line, what, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One defect of a pack or contract. ``line`` is 1-based; ``severity`` ``warning`` does not put a pack out."""

    file: str
    line: int
    message_zh: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        hint = f"（{self.hint}）" if self.hint else ""
        return f"{self.file} 第 {self.line} 行：{self.message_zh}{hint}"


class PackError(ValueError):
    """A policy question that cannot be answered because a pack is missing or broken."""


def nearest(word: str, known: Iterable[str]) -> str:
    """ "您是否想写 x？" for the known word closest to ``word``; empty when nothing is close."""
    candidates = {name.lower(): name for name in known}
    match = difflib.get_close_matches(str(word).lower(), list(candidates), n=1, cutoff=0.5)
    return f"您是否想写 {candidates[match[0]]}？" if match else ""
