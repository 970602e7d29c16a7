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
        results = STANDARDS[name].results
        # a result stands in the place of a column of its name, in its own spelling
        columns = [column.lower() if column.lower() in results else column for column in columns]
        assert back[0] == [*columns, *(result for result in results if result not in columns)]
        own = [place for place, column in enumerate(columns) if column not in results]
        assert [[row[at] for at in own] for row in back[1:]] == [[row[at] for at in own] for row in given]
        return [[row[back[0].index(result)] for result in results] for row in back[1:]]

    return run
