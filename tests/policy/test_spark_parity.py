"""Every kind of condition gives on Spark what it gives on DuckDB, row for row.

Needs the extra ``spark`` and a Java runtime; skipped where either is missing. One session serves all tests.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policy import crowd
from policy.scene import ARROW, EVENTS, FACTS
from policy.shipped import beside, expressions
from srdi.engine.duck import connect
from srdi.engine.spark import SETTINGS, to_spark
from srdi.policy import models
from srdi.policy.compile import Compiler, near_columns, score_columns
from srdi.policy.explain import distance_sql
from srdi.policy.expression import OPERATORS, Years, atoms, parse
from srdi.policy.packset import PackSet, Parameter

pytestmark = pytest.mark.full

DAY = date(2025, 9, 30)
QUIET = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
#: Wide and short: compiling the plan would take longer than carrying it out.
QUIET |= {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("no Java runtime: Spark cannot start")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install 'srdi[spark]'")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.driver.memory", "1g")
    warehouse = tmp_path_factory.mktemp("spark")
    for name, value in {**SETTINGS, **QUIET, "spark.sql.warehouse.dir": str(warehouse)}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect(threads=1)


def same(
    spark: Any,
    con: duckdb.DuckDBPyConnection,
    rows: pa.Table,
    expressions: Mapping[str, str],
    values: Mapping[str, Any],
    folder: Path,
) -> dict[str, list[Any]]:
    """Expression → its values on DuckDB, after Spark gave the same. ``rows`` have a column ``number``."""
    path = folder / "rows.parquet"
    pq.write_table(rows, path)
    names = list(expressions)
    columns = [f"{sql} AS x{at}" for at, sql in enumerate(expressions.values())]
    sql = f"SELECT {', '.join(columns)} FROM read_parquet('{path}') AS e ORDER BY e.number"
    used = {name: value for name, value in values.items() if f"${name} " in sql}
    here = con.execute(sql, used).fetchall()
    spark.read.parquet(str(path)).createOrReplaceTempView("rows")
    turned = [f"{to_spark(sql, values)} AS x{at}" for at, sql in enumerate(expressions.values())]
    there = spark.sql(f"SELECT {', '.join(turned)} FROM rows AS e ORDER BY e.number").collect()
    assert len(here) == len(there) == len(rows)
    different = [
        f"{name} in row {number}: DuckDB {ours[at]!r}, Spark {theirs[at]!r}: {rows.slice(number, 1).to_pylist()}"
        for number, (ours, theirs) in enumerate(zip(here, there, strict=True))
        for at, name in enumerate(names)
        if ours[at] != theirs[at]
    ]
    assert not different, "\n".join([f"{len(different)} differences", *different[:20]])
    return {name: [row[at] for row in here] for at, name in enumerate(names)}


def table(rows: Sequence[dict[str, Any]], kinds: Mapping[str, Any]) -> pa.Table:
    schema = pa.schema([("number", pa.int64()), *kinds.items()])
    return pa.Table.from_pylist([{"number": at, **row} for at, row in enumerate(rows)], schema)


def arrow(*facts: str) -> dict[str, Any]:
    return {name: ARROW.get(FACTS[name].type, pa.string()) for name in facts}


def parameter(unit: str, value: Any, since: date = date(2020, 1, 1)) -> Parameter:
    return Parameter(
        "p", f"{unit} {value} {since}", unit, "界限", ((since, models.DatedValue(value=value, clause="一")),)
    )


#: Exactly at a bound, one fen beside it, nothing, below nothing, unknown, and as large as the type.
AMOUNTS = ["4096.23", "4096.22", "4096.24", "68270.50", "0", "0.01", "-1.50", None, "9999999999999999.99"]
BOUNDS = ["0.06", "0", "-0.5", "999999.999999", "0.000001"]


def amounts(*names: str) -> list[dict[str, Any]]:
    return [
        {name: one and Decimal(one) for name, one in zip(names, row, strict=True)}
        for row in product(AMOUNTS, repeat=len(names))
    ]


def compiled(compiler: Compiler, cases: Mapping[str, tuple[Any, Parameter]]) -> dict[str, str]:
    """Each condition, its distance, and what the years together observe."""
    found = {}
    for name, (raw, bound) in cases.items():
        tree, parameters = parse(raw), {"bound": bound}
        found[name] = compiler.sql(tree, parameters)
        found[f"{name}: distance"] = distance_sql(tree, compiler, parameters)
        found |= {
            f"{name}: observed": compiler.years_sql(one) for one in atoms(tree) if isinstance(one, Years)
        }
    return found


def outcomes(found: Mapping[str, list[Any]]) -> dict[str, set[Any]]:
    return {name: set(values) for name, values in found.items() if ": " not in name}


def test_ratios_and_amounts_at_their_bounds(spark: Any, con: Any, tmp_path: Path) -> None:
    compiler, cases = Compiler(FACTS, DAY), {}
    for op, bound in product(OPERATORS, BOUNDS):
        cases[f"ratio {op} {bound}"] = (
            f"rd_expense / revenue {op} bound",
            parameter("ratio", Decimal(bound)),
        )
    for op, bound in product(OPERATORS, ["4096.23", "0"]):
        cases[f"yuan {op} {bound}"] = (f"revenue {op} bound", parameter("yuan", Decimal(bound)))
    cases["no value"] = ("revenue >= bound", parameter("yuan", None))
    cases["not yet"] = ("rd_expense / revenue >= bound", parameter("ratio", Decimal(1), date(2026, 1, 1)))
    cases["not"] = ({"not": "rd_expense / revenue >= bound"}, parameter("ratio", Decimal("0.06")))
    rows = table(amounts("rd_expense", "revenue"), arrow("rd_expense", "revenue"))
    wanted = compiled(compiler, cases) | {"share": compiler.share("rd_expense", "revenue")}
    found = same(spark, con, rows, wanted, compiler.binds.values, tmp_path)
    told = outcomes(found)
    assert told["ratio >= 0.06"] == {True, False, None} and told["not yet"] == told["no value"] == {None}
    # 4096.23 / 68270.50 is six per cent to the digit, on both
    exact = rows.to_pylist().index(
        {"number": 3, "rd_expense": Decimal("4096.23"), "revenue": Decimal("68270.50")}
    )
    assert found["ratio == 0.06"][exact] is True and found["share"][exact] == Decimal("0.06")


def test_two_years_and_growth(spark: Any, con: Any, tmp_path: Path) -> None:
    compiler, cases = Compiler(FACTS, DAY), {}
    for op in OPERATORS:
        cases[f"sum {op}"] = (
            {"sum_of_two_years": "rd_expense", "keeps": f"{op} bound"},
            parameter("yuan", Decimal("8192.46")),
        )
        cases[f"mean {op}"] = (
            {"mean_of_two_years": "rd_expense", "keeps": f"{op} bound"},
            parameter("yuan", Decimal("4096.23")),
        )
        bounds = ("0.05", "-0.5", "0", "0.1") if op in (">=", "==") else ("0.05",)
        for way, bound in product(("yearly_mean", "compound"), bounds):
            growth = {"growth": "main_revenue", "way": way, "keeps": f"{op} bound"}
            cases[f"{way} {op} {bound}"] = (growth, parameter("ratio", Decimal(bound)))
    each = {"each_of_two_years": "rd_expense / revenue >= bound"}
    cases["each"] = (each, parameter("ratio", Decimal("0.06")))
    names = [f"main_revenue{year}" for year in ("", "_prior", "_prior2")]
    others = ["rd_expense", "rd_expense_prior", "revenue", "revenue_prior"]
    random = Random(7)
    # 5 % and 10 % a year to the fen, one fen beside it, an amount too large for a product
    own = ["100", "105", "110.25", "110.24", "110.26", "121", "0", "-3", None, "9999999999999.99"]
    own.append("10000000000000")
    rows = [
        dict(zip(names, values, strict=True)) | {name: random.choice(AMOUNTS) for name in others}
        for values in product(own, repeat=3)
    ]
    typed = [{name: value and Decimal(value) for name, value in row.items()} for row in rows]
    found = same(
        spark,
        con,
        table(typed, arrow(*names, *others)),
        compiled(compiler, cases),
        compiler.binds.values,
        tmp_path,
    )
    mixed = {name for name, values in outcomes(found).items() if values == {True, False, None}}
    assert mixed >= {"compound >= 0.05", "yearly_mean >= 0.05", "compound == 0.1", "each", "sum ==", "mean <"}


def test_flags_days_words_and_what_other_measures_say(spark: Any, con: Any, tmp_path: Path) -> None:
    compiler = Compiler(FACTS, DAY)
    score, near = score_columns("total"), near_columns("省级")
    word = 'x\'; \\ DROP\n "中"'
    cases = {
        "holds": ("sme", parameter("flag", True)),
        "known": ({"known": "visited_on"}, parameter("flag", True)),
        "known number": ({"known": "revenue"}, parameter("flag", True)),
        "all": ({"all": ["sme", "operating"]}, parameter("flag", True)),
        "any": ({"any": ["sme", {"not": "operating"}]}, parameter("flag", True)),
        "word": ("status == bound", parameter("text", word)),
        "other word": ("status != bound", parameter("text", "存续")),
        "year": ({"happened": "visited_on", "during": "year"}, parameter("flag", True)),
        "own word": ({"happened": "cloud_from", "during": "year"}, parameter("flag", True)),
        "days": ({"happened": "visited_on", "within": "bound"}, parameter("day", Decimal(30))),
        "no days": ({"happened": "visited_on", "within": "bound"}, parameter("day", None)),
        "score": ({"score": "total", "keeps": ">= bound"}, parameter("score", Decimal("60.5"))),
        "score beyond": ({"score": "total", "keeps": "> bound"}, parameter("score", Decimal("60.5"))),
        "near": ({"near_title": "省级", "within": "bound"}, parameter("count", Decimal(2))),
        "level": ("digital_level >= bound", parameter("level", Decimal(3))),
        **{f"date {op}": (f"founded_on {op} bound", parameter("date", DAY)) for op in OPERATORS},
        "flag": ("sme == bound", parameter("flag", True)),
    }
    days = [
        None,
        DAY,
        date(2025, 1, 1),
        date(2024, 12, 31),
        date(2025, 10, 1),
        date(2025, 8, 31),
        date(2025, 8, 30),
    ]
    choices: dict[str, list[Any]] = {
        **{name: [True, False, None] for name in ("sme", "operating", "service_known", "on:x")},
        **dict.fromkeys(("visited_on", "cloud_from", "founded_on"), days),
        "status": [word, "存续", "", None],
        "revenue": [None, Decimal("0.00")],
        "digital_level": [None, 0, 2, 3, 4],
        **{
            name: [None, *(Decimal(one) for one in ("60.5", "60.499999", "60.500001", "0"))] for name in score
        },
        **{name: [None, 0, 1, 2, 3] for name in near},
    }
    random = Random(11)
    rows = [{name: random.choice(values) for name, values in choices.items()} for _ in range(800)]
    kinds = arrow(*[name for name in choices if name in FACTS]) | {"on:x": pa.bool_()}
    kinds |= dict.fromkeys(score, pa.decimal128(18, 6)) | dict.fromkeys(near, pa.int32())
    wanted = compiled(compiler, cases) | {"on": compiler.sql(parse({"on_list": "x"}), {})}
    found = same(spark, con, table(rows, kinds), wanted, compiler.binds.values, tmp_path)
    told = outcomes(found)
    whole = {"known", "known number", "no days", "own word"}
    assert {name for name, values in told.items() if values != {True, False, None}} <= whole
    assert told["known"] == {True, False} and told["no days"] == {None}
    assert {None, Decimal(0), Decimal(30), Decimal(-1)} <= set(found["date <=: distance"])


def test_every_expression_of_the_shipped_packs(spark: Any, con: Any, tmp_path: Path, packs: PackSet) -> None:
    """Conditions of all measures, score lines of the standards with their bands, columns of figures, distances."""
    compiler = Compiler(packs.facts, DAY)
    by_table: dict[str, dict[str, str]] = {}
    for one in expressions(packs, compiler):
        by_table.setdefault(one.table, {}).setdefault(one.sql, one.label)
    random, more = (
        Random(5),
        {"BOOLEAN": pa.bool_(), "INTEGER": pa.int32(), "DECIMAL(18, 6)": pa.decimal128(18, 6)},
    )
    extra = {name: more[kind] for name, kind in beside(packs).items()}
    people = [
        row | {name: _beside(random, kind) for name, kind in extra.items()}
        for row in crowd.people(packs, 20250930, 150)
    ]
    typed = crowd.events(packs, 20250930, 60) | {"enterprise": people}
    moved = set()
    for name, by_sql in by_table.items():
        dictionary = FACTS if name == "enterprise" else EVENTS[name]
        kinds = {column: ARROW.get(one.type, pa.string()) for column, one in dictionary.items()}
        kinds |= extra if name == "enterprise" else {}
        rows = [{key: _exact(kinds[key], value) for key, value in row.items()} for row in typed[name]]
        labelled = {label: sql for sql, label in by_sql.items()}
        found = same(spark, con, table(rows, kinds), labelled, compiler.binds.values, tmp_path)
        moved |= {label for label, values in found.items() if len(set(values)) > 1}
    # an expression that is the same for everybody proves little
    assert len(moved) > 0.7 * sum(map(len, by_table.values()))


def _beside(random: Random, kind: Any) -> Any:
    if pa.types.is_boolean(kind):
        return random.choice([True, False, None])
    if pa.types.is_decimal(kind):
        return Decimal(random.choice(["0", "59.5", "60", "60.5", "75", "100"]))
    return random.choice([None, 0, 1, 2, 3])


def _exact(kind: Any, value: Any) -> Any:
    return value if value is None or not pa.types.is_decimal(kind) else Decimal(str(value))
