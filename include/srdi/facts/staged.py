"""Opens the staged Parquet files of a manifest as one view per source, with the columns that facts read.

Only files named in the manifest are opened, by name, never by pattern.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srdi.engine.duck import literal

if TYPE_CHECKING:
    import duckdb

    from srdi.engine.lake import Lake
    from srdi.facts.manifest import Manifest

MONEY = "DECIMAL(18, 2)"
RATIO = "DECIMAL(12, 6)"

# what facts read of each source: column of the staged file → DuckDB type
READS: dict[str, dict[str, str]] = {
    "enterprise_registry": {
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "former_names": "VARCHAR[]",
        "status": "VARCHAR",
        "founded_on": "DATE",
        "registered_capital": MONEY,
        "industry_section": "VARCHAR",
        "industry_code": "VARCHAR",
        "registrar": "VARCHAR",
        "district": "VARCHAR",
        "address": "VARCHAR",
        "employees": "BIGINT",
    },
    "registry_risk": {
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "list_type": "VARCHAR",
        "listed_on": "DATE",
        "removed_on": "DATE",
    },
    "court_dishonest": {
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "case_no": "VARCHAR",
        "listed_on": "DATE",
        "removed_on": "DATE",
    },
    "tax_annual": {
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "year": "INTEGER",
        "taxpayer_status": "VARCHAR",
        "revenue": MONEY,
        "main_revenue": MONEY,
        "rd_expense": MONEY,
        "net_profit": MONEY,
        "assets": MONEY,
        "liabilities": MONEY,
        "tax_paid": MONEY,
        "employees": "BIGINT",
        "rd_staff": "BIGINT",
    },
    "tax_credit": {
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "year": "INTEGER",
        "grade": "VARCHAR",
    },
    "title_list": {
        "name": "VARCHAR",
        "uscc": "VARCHAR",
        "title": "VARCHAR",
        "batch": "VARCHAR",
        "state": "VARCHAR",
        "recognised_on": "DATE",
        "valid_from": "DATE",
        "valid_to": "DATE",
        "district": "VARCHAR",
        "_missing": "VARCHAR",
    },
    "digital_evaluation": {
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "version": "VARCHAR",
        "way": "VARCHAR",
        "evaluated_on": "DATE",
        "score": "DECIMAL(10, 4)",
        "level": "INTEGER",
    },
    "annual_declaration": {
        "uscc": "VARCHAR",
        "year": "INTEGER",
        "segment_years": "INTEGER",
        "main_product": "VARCHAR",
        "product_fields": "VARCHAR[]",
        "ip_class1": "INTEGER",
        "ip_class2": "INTEGER",
        "rd_body_level": "INTEGER",
        "market_share": RATIO,
        "national_rank": "INTEGER",
        "certifications": "VARCHAR[]",
        "it_core_businesses": "INTEGER",
        "equity_two_years": MONEY,
        "development_score": "DECIMAL(10, 4)",
        "direct_conditions": "VARCHAR[]",
        "_missing": "VARCHAR",
    },
    "cloud_adoption": {
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "adopted_on": "DATE",
        "cloud_until": "DATE",
    },
    "service_ledger": {
        "uscc": "VARCHAR",
        "service_type": "VARCHAR",
        "service_on": "DATE",
        "service_unit": "VARCHAR",
    },
    "tax_benefit": {
        "uscc": "VARCHAR",
        "year": "INTEGER",
        "benefit_item": "VARCHAR",
        "entitled": "BOOLEAN",
        "enjoyed": "BOOLEAN",
        "benefit_amount": MONEY,
    },
    "platform_membership": {
        "platform": "VARCHAR",
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "member_kind": "VARCHAR",
        "joined_on": "DATE",
        "member_state": "VARCHAR",
    },
    "capital_market": {
        "event_no": "VARCHAR",
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "capital_event": "VARCHAR",
        "event_on": "DATE",
    },
    "financing_credit": {
        "application_no": "VARCHAR",
        "uscc": "VARCHAR",
        "name": "VARCHAR",
        "bank": "VARCHAR",
        "product": "VARCHAR",
        "applied_on": "DATE",
        "approved_on": "DATE",
        "result": "VARCHAR",
        "amount_applied": MONEY,
        "amount_granted": MONEY,
        "amount_total_granted": MONEY,
        "whitelist_channel": "BOOLEAN",
    },
    "financing_loan": {
        "loan_no": "VARCHAR",
        "application_no": "VARCHAR",
        "uscc": "VARCHAR",
        "bank": "VARCHAR",
        "product": "VARCHAR",
        "lent_on": "DATE",
        "lent_until": "DATE",
        "loan_amount": MONEY,
        "loan_balance": MONEY,
        "rate": RATIO,
        "guarantee_way": "VARCHAR",
        "finance_type": "VARCHAR",
        "first_loan": "BOOLEAN",
        "credit_loan": "BOOLEAN",
        "renewal_loan": "BOOLEAN",
        "risk_class": "VARCHAR",
        "loan_state": "VARCHAR",
        "_missing": "VARCHAR",
    },
    "financing_guarantee": {
        "contract_no": "VARCHAR",
        "loan_no": "VARCHAR",
        "name": "VARCHAR",
        "uscc": "VARCHAR",
        "guarantor": "VARCHAR",
        "guarantee_amount": MONEY,
        "fee_rate": RATIO,
        "started_on": "DATE",
        "guaranteed_until": "DATE",
        "release_type": "VARCHAR",
        "loan_state": "VARCHAR",
        "_missing": "VARCHAR",
    },
    "bank_totals": {
        "bank": "VARCHAR",
        "month": "DATE",
        "all_loans": MONEY,
        "inclusive_loans": MONEY,
        "inclusive_borrowers": "BIGINT",
    },
    "procurement": {
        "year": "INTEGER",
        "district": "VARCHAR",
        "works_total": MONEY,
        "reserved_sme": MONEY,
    },
}

# a field whose own name would hide the order of row versions
RENAMED = {("digital_evaluation", "version"): "edition"}

# room for row numbers below the batch number: a file has fewer lines than this
ROWS_PER_BATCH = 1_000_000_000_000


def open_sources(con: duckdb.DuckDBPyConnection, lake: Lake, manifest: Manifest) -> None:
    """Create a view ``staged_<source>`` for every source that facts read, empty where nothing arrived.

    Besides the source's columns a view has ``_batch_id``, ``_row_no``, ``as_of`` and ``version``: a number
    unique within the source that grows with day, arrival and line, so the larger one is the newer word.
    Raises duckdb.Error when a named file is missing or a column has an impossible type.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE batch (batch_id VARCHAR, as_of DATE, position BIGINT)")
    for source, columns in READS.items():
        batches = manifest.of(source)
        if manifest.modes.get(source) == "snapshot" and source != "enterprise_registry" and batches:
            # each export is the whole truth; only the registry needs its past, to see who vanished
            batches = tuple(batch for batch in batches if batch.as_of == batches[-1].as_of)
        if batches:
            con.executemany(
                "INSERT INTO batch VALUES (?, ?, ?)",
                [[batch.batch_id, batch.as_of, position] for position, batch in enumerate(batches, start=1)],
            )
        uris = [lake.uri(batch.staged_path) for batch in batches]
        con.execute(f"CREATE OR REPLACE TEMP VIEW staged_{source} AS {_select(con, source, columns, uris)}")


def _select(con: duckdb.DuckDBPyConnection, source: str, columns: dict[str, str], uris: list[str]) -> str:
    names = {column: RENAMED.get((source, column), column) for column in columns}
    if not uris:
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {names[column]}" for column, kind in columns.items())
        return (
            f"SELECT {empty}, CAST(NULL AS VARCHAR) AS _batch_id, CAST(NULL AS BIGINT) AS _row_no, "
            "CAST(NULL AS DATE) AS as_of, CAST(NULL AS BIGINT) AS version WHERE FALSE"
        )
    files = f"READ_PARQUET([{', '.join(map(literal, uris))}], union_by_name = TRUE)"
    present = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {files}").fetchall()}
    read = ", ".join(
        f"CAST({f's.{column}' if column in present else 'NULL'} AS {kind}) AS {names[column]}"
        for column, kind in columns.items()
    )
    return (
        f"SELECT {read}, s._batch_id, s._row_no, b.as_of, b.position * {ROWS_PER_BATCH} + s._row_no AS version "
        f"FROM {files} AS s JOIN batch AS b ON b.batch_id = s._batch_id"
    )
