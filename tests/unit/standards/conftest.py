"""Runs a standard over rows and reads what comes back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import pytest

from srdi.standards import STANDARDS
from srdi.standards.run import judge_csv

DAY = date(2026, 1, 1)
Judge = Callable[..., list[list[str]]]


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@pytest.fixture(scope="session")
def judge() -> Judge:
    """``judge(name, header, rows, day=…)`` → the result cells of each row, in order."""

    def run(name: str, header: str, rows: Iterable[Sequence[str]], day: date = DAY) -> list[list[str]]:
        given = [list(row) for row in rows]
        columns = header.split(",")
        out = io.BytesIO()
        judge_csv(STANDARDS[name], csv_bytes([columns, *given]), out, day)
        back = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
        assert back[0] == [*columns, *STANDARDS[name].results]
        assert [row[: len(columns)] for row in back[1:]] == given
        return [row[len(columns) :] for row in back[1:]]

    return run
