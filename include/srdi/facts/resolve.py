"""The verb *resolve*: from staged rows to one fact row per enterprise, and one per event, as of a day.

Runs the SQL models below in order, each over the tables before it, and writes ``facts/<run_id>/*.parquet``.
The result depends on the manifest, the day, the conventions and the decisions only; not on the order of
rows in a file, the number of threads, or the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srdi import contracts
from srdi.contracts.loader import SOURCES, Dictionary, load_contract, load_dictionary
from srdi.engine.duck import literal
from srdi.facts import flags, names
from srdi.facts.manifest import Manifest, NameDecision
from srdi.facts.parameters import Conventions
from srdi.facts.staged import open_sources

if TYPE_CHECKING:
    import duckdb

    from srdi.engine.lake import Lake

REGISTRY = "enterprise_registry"

# contracts' lookups → tables lookup_<name>; facts' own small tables keep their name
LOOKUPS = (
    "divisions",
    "division_names",
    "registration_status",
    "industry_codes",
    "industry_sme",
    "producer_industry",
    "sme_size",
    "digital_bands_2022",
    "taxpayer_status",
    "product_field",
    "certification",
    "direct_condition",
    "platform",
    "benefit_item",
)
OWN_LOOKUPS = ("title_ladder", "tax_abnormal")

# in the order they build on each other
MODELS = (
    "registry",
    "status_word",
    "enterprise_status",
    "place_spelling",
    "place_mention",
    "place_hit",
    "place_sole",
    "enterprise_place",
    "industry",
    "registry_name",
    "name_pair",
    "name_bearer",
    "name_natural",
    "name_proposal",
    "name_owner",
    "title_row",
    "title_interval",
    "title_coverage",
    "title_tier",
    "title_innovative",
    "title_held",
    "title_flags",
    "evaluation",
    "risk",
    "court",
    "tax_version",
    "tax",
    "tax_credit",
    "head_count",
    "size_told",
    "size_class",
    "declaration_row",
    "declaration_cell",
    "declaration_word",
    "declaration",
    "cloud",
    "service_place",
    "service_known",
    "service",
    "benefit_row",
    "tax_benefit",
    "platform_row",
    "platform",
    "capital",
    "unknown_word",
    "title_span",
    "contradiction",
    "coded_row",
    "application_row",
    "loan_row",
    "guarantee_row",
    "procurement_row",
    "event_title",
    "credit",
)
# what happened, one row an event, after the enterprise row that they read; the dictionary's section ``events``
# describes them
EVENTS = (
    "application",
    "loan",
    "guarantee",
    "bank_month",
    "procurement_year",
    "service_event",
    "platform_member",
)
OUTPUTS = ("enterprise", "title", "name_match", "finding", *EVENTS)


@dataclass(frozen=True)
class FactsReport:
    """What a run of resolve wrote. ``rows``: output → rows; ``findings``: check → findings;
    ``paths``: output → path inside the lake; ``closed_year``: year of the accounts that count as last year's.
    """

    run_id: str
    biz_date: date
    closed_year: int
    folder: str
    rows: Mapping[str, int]
    findings: Mapping[str, int]
    paths: Mapping[str, str]


def resolve(
    manifest: Manifest,
    biz_date: date,
    parameters: Mapping[str, Any],
    decisions: Iterable[NameDecision | Mapping[str, Any]],
    lake: Lake,
    con: duckdb.DuckDBPyConnection,
    run_id: str,
) -> FactsReport:
    """Write the facts of ``biz_date`` to ``facts/<run_id>`` and report what was written.

    ``con``: a DuckDB connection that reads and writes the lake; only temporary tables are made on it.
    Raises ValueError on unusable parameters or contradicting decisions, duckdb.Error on missing files.
    """
    conventions = Conventions.from_parameters(parameters)
    known = manifest.until(biz_date)
    names.register(con)
    flags.register(con)
    _load_lookups(con)
    _load_words(con)
    _load_decisions(con, NameDecision.from_rows(decisions))
    open_sources(con, lake, known)
    values = _values(known, biz_date, conventions)
    for model in MODELS:
        values |= _patterns(con, model)
        _build(con, model, values)
    rows, paths = {}, {}
    for output in OUTPUTS:
        _build(con, output, values)
        paths[output] = f"facts/{run_id}/{output}.parquet"
        uri = lake.make_room(paths[output])
        con.execute(f"COPY {output} TO {literal(uri)} (FORMAT parquet, COMPRESSION zstd)")
        rows[output] = _count(con, output)
    by_check = con.execute(
        "SELECT check_id, COUNT(*) FROM finding GROUP BY check_id ORDER BY check_id"
    ).fetchall()
    for model in (*MODELS, *OUTPUTS):
        con.execute(f"DROP TABLE {model}")
    return FactsReport(
        run_id=run_id,
        biz_date=biz_date,
        closed_year=values["closed_year"],
        folder=f"facts/{run_id}",
        rows=rows,
        findings=dict(by_check),
        paths=paths,
    )


def _values(manifest: Manifest, biz_date: date, conventions: Conventions) -> dict[str, Any]:
    """The bound parameters of the models."""
    registry = manifest.of(REGISTRY)
    snapshot = registry and manifest.modes.get(REGISTRY, "snapshot") == "snapshot"
    return {
        "biz_date": biz_date,
        "closed_year": conventions.closed_year(biz_date),
        "title_years": conventions.title_years,
        "evaluation_max_age_days": conventions.evaluation_max_age_days,
        "champion_counts": conventions.champion_counts,
        "service_report_days": conventions.service_report_days,
        "employees_tolerance": conventions.employees_tolerance,
        "snapshot_day": registry[-1].as_of if snapshot else None,
        "received_registry": bool(registry),
        "received_title_list": bool(manifest.of("title_list")),
        "received_digital_evaluation": bool(manifest.of("digital_evaluation")),
        "clean_registry_risk": manifest.says_clean("registry_risk"),
        "clean_court_dishonest": manifest.says_clean("court_dishonest"),
        "clean_cloud_adoption": manifest.says_clean("cloud_adoption"),
        "clean_tax_benefit": manifest.says_clean("tax_benefit"),
        "clean_platform_membership": manifest.says_clean("platform_membership"),
        "clean_capital_market": manifest.says_clean("capital_market"),
        "current_service_ledger": manifest.is_current("service_ledger"),
        "current_financing_credit": manifest.is_current("financing_credit"),
        **{f"{fact}_sources": list(sources) for fact, sources in precedence().items()},
    }


def _patterns(con: duckdb.DuckDBPyConnection, model: str) -> dict[str, str]:
    """Search patterns made of the place names, once those are known."""
    if model == "place_mention":
        spellings = con.execute("SELECT spelling FROM place_spelling WHERE NOT short ORDER BY 1").fetchall()
        # codes are compared as a whole; inside a text six digits may be anything
        return {"spellings": names.alternation(word for (word,) in spellings if not word[0].isdigit())}
    if model == "name_proposal":
        places = con.execute(
            "SELECT DISTINCT REGEXP_REPLACE(name, '[省市区县]$', '') FROM lookup_divisions WHERE kind IN ('省', '地级市')"
        ).fetchall()
        return {"place_prefix": f"^(?:{names.alternation(word for (word,) in places)}[省市]?)+"}
    return {}


def _build(con: duckdb.DuckDBPyConnection, model: str, values: Mapping[str, Any]) -> None:
    sql = _model(model)
    bound = {name: value for name, value in values.items() if f"${name}" in sql}
    con.execute(f"CREATE OR REPLACE TEMP TABLE {model} AS {sql}", bound)


@cache
def _model(name: str) -> str:
    return files("srdi.facts").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def _load_lookups(con: duckdb.DuckDBPyConnection) -> None:
    shared = Path(contracts.__file__).parent / "lookups"
    own = Path(__file__).parent / "lookups"
    tables = {f"lookup_{name}": shared / f"{name}.csv" for name in LOOKUPS}
    tables |= {name: own / f"{name}.csv" for name in OWN_LOOKUPS}
    for table, path in tables.items():
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS "
            f"SELECT * FROM READ_CSV({literal(str(path))}, header = TRUE, all_varchar = TRUE, delim = ',', quote = '\"')"
        )


def precedence() -> dict[str, tuple[str, ...]]:
    """Fact that several sources tell → those sources, the one that counts first."""
    return {name: tuple(fact.sources) for name, fact in _dictionary().facts.items() if fact.sources}


def _load_words(con: duckdb.DuckDBPyConnection) -> None:
    """What fields and sources are called in findings."""
    fields = {name: meaning.zh for name, meaning in _dictionary().fields.items()}
    for table, key, words in (("field_word", "field", fields), ("source_word", "source", _source_words())):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT UNNEST($names) AS {key}, UNNEST($words) AS zh",
            {"names": list(words), "words": list(words.values())},
        )


@cache
def _dictionary() -> Dictionary:
    return load_dictionary()


@cache
def _source_words() -> dict[str, str]:
    """Titles of the sources that can contradict each other; only their contracts are read."""
    facts = _dictionary().facts.values()
    told = sorted({source for fact in facts for source in (*fact.sources, *fact.compared)})
    read = {source: load_contract(SOURCES / f"{source}.yaml", _dictionary())[0] for source in told}
    return {source: contract.title.zh if contract else source for source, contract in read.items()}


def _load_decisions(con: duckdb.DuckDBPyConnection, decisions: list[NameDecision]) -> None:
    made: dict[tuple[str, str], NameDecision] = {}
    for decision in decisions:
        if decision.state not in ("accepted", "rejected"):
            continue
        earlier = made.setdefault((decision.source, decision.raw_name), decision)
        if earlier != decision:
            raise ValueError(
                f"两个互相矛盾的名称决定：{decision.source}「{decision.raw_name}」，请只保留一个"
            )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE name_decision (source VARCHAR, raw_name VARCHAR, uscc VARCHAR, state VARCHAR)"
    )
    rows = [[made[key].source, made[key].raw_name, made[key].uscc, made[key].state] for key in sorted(made)]
    if rows:
        con.executemany("INSERT INTO name_decision VALUES (?, ?, ?, ?)", rows)


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
