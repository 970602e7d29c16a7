"""The text of conditions turned for Spark; whether both engines agree is asked in ``policy/test_spark_parity.py``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from srdi.engine.spark import to_spark


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (Decimal("0.06"), "DECIMAL(12, 6)", "CAST(0.06 AS DECIMAL(12, 6))"),
        (Decimal("-1E-6"), "DECIMAL(12, 6)", "CAST(-0.000001 AS DECIMAL(12, 6))"),
        (Decimal("1E+8"), "DECIMAL(18, 2)", "CAST(100000000 AS DECIMAL(18, 2))"),
        (10**37, "HUGEINT", f"CAST({10**37} AS DECIMAL(38, 0))"),
        (-(10**37) - 1, "HUGEINT", f"CAST(-{10**37 + 1} AS DECIMAL(38, 0))"),
        (True, "BOOLEAN", "CAST(TRUE AS BOOLEAN)"),
        (None, "DATE", "CAST(NULL AS DATE)"),
        (date(2025, 9, 30), "DATE", "CAST('2025-09-30' AS DATE)"),
        ("x'; \\ --", "TEXT", "CAST('x\\'; \\\\ --' AS STRING)"),
    ],
)
def test_bound_values_become_literals_of_their_type(value: object, kind: str, expected: str) -> None:
    assert to_spark(f"CAST($p1 AS {kind})", {"p1": value}) == expected


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ('e."a" // e."b"', "CAST(((e.`a`) - (e.`a`) % (e.`b`)) / (e.`b`) AS DECIMAL(38, 0))"),
        ('CAST(e."a" AS DECIMAL(26, 2)) * 1', "CAST(e.`a` AS DECIMAL(25, 2)) * 1"),
        ('CAST(e."a" AS DECIMAL(32, 0))', "CAST(e.`a` AS DECIMAL(32, 0))"),
        ('TRY_CAST(e."a" AS DECIMAL(18, 6))', "TRY_CAST(e.`a` AS DECIMAL(18, 6))"),
        ('e."a" - CAST($p1 AS DATE)', "DATEDIFF(DAY, CAST('2025-09-30' AS DATE), e.`a`)"),
        ('e."a" - e."b"', "e.`a` - e.`b`"),
        ("list_filter([e.a], lambda x: x IS NOT NULL)", "FILTER(ARRAY(e.a), x -> NOT x IS NULL)"),
    ],
)
def test_what_the_engines_say_differently(duckdb: str, spark: str) -> None:
    assert to_spark(duckdb, {"p1": date(2025, 9, 30)}) == spark


def test_nothing_is_left_unbound() -> None:
    with pytest.raises(KeyError, match="p2"):
        to_spark("CAST($p2 AS DATE)", {"p1": None})
    with pytest.raises(TypeError, match="float"):
        to_spark("CAST($p1 AS DATE)", {"p1": 0.5})
