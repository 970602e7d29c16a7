"""Migrations, comments, roles: from empty, again, and equal to what the code declares."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from srdi.warehouse import migrate, tables
from srdi.warehouse.migrations.statements import statements

pytestmark = pytest.mark.full
SCHEMAS = list(tables.SCHEMAS)


def test_from_empty_and_again_and_by_two_at_once(make_database):
    db = make_database(empty=True)
    url = db.url("srdi_admin")
    errors = []

    def go():
        try:
            migrate.upgrade(url)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    count = "SELECT COUNT(*) FROM core.division"
    seeded = db.one(count)
    assert migrate.upgrade(url) == "0005"
    assert seeded == db.one(count) > 100
    assert db.rows("SELECT name FROM core.division WHERE code = '410307'") == [("偃师区",)]
    assert db.rows("SELECT name FROM core.division_past WHERE code = '410307'") == [("洛龙区",)]
    assert db.one("SELECT weekday FROM core.calendar WHERE day = '2025-09-30'") == 2


def test_the_database_equals_the_declared_tables(db):
    with db.engine("srdi_admin").connect() as connection:
        assert migrate.differences(connection) == []


def test_a_warehouse_of_the_first_version_keeps_its_rows(make_database):
    """An upgrade finds lists published before: they stand, and the new columns say nothing about them."""
    from alembic import command
    from sqlalchemy import create_engine

    db = make_database(empty=True)
    with create_engine(db.url("srdi_admin")).begin() as connection:
        connection.execute(text("CREATE SCHEMA control"))
        command.upgrade(migrate._configuration(connection), "0001")
        connection.execute(
            text("INSERT INTO store.whitelist (measure_id, uscc, verdict) VALUES ('m', 'A', 'listed')")
        )
        connection.execute(
            text(
                "INSERT INTO control.run (run_id, biz_date, kind, started_at, state)"
                " VALUES ('r', '2025-09-30', 'manual', now(), 'published')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO control.measure_day (run_id, measure_id, kind, biz_date, published_at)"
                " VALUES ('r', 'm', 'list', '2025-09-30', now())"
            )
        )
    assert migrate.upgrade(db.url("srdi_admin")) == "0005"
    assert db.rows("SELECT uscc, verdict, left_on FROM marts.whitelist") == [("A", "listed", None)]
    with db.engine("srdi_admin").connect() as connection:
        assert migrate.differences(connection) == []
        connection.execute(text("SET ROLE srdi_bi"))
        assert connection.execute(text("SELECT left_on FROM marts.whitelist")).scalar() is None


def test_a_declared_change_would_be_seen(make_database):
    db = make_database()
    db.run("ALTER TABLE store.whitelist_reason ADD COLUMN extra text")
    with db.engine("srdi_admin").connect() as connection:
        assert [change[0] for change in migrate.differences(connection)] == ["remove_column"]


def test_every_aggregate_says_the_same_of_itself():
    from srdi.warehouse.staging import AGGREGATES
    from srdi.warehouse.tables import marts

    for name in AGGREGATES:
        columns = [(one.name, one.nullable) for one in getattr(marts, name).columns]
        said = [(one.name, one.nullable) for one in marts.said()]
        assert columns[-len(said) :] == said, name
    for name in ("coverage", "requirement"):
        assert [one.name for one in getattr(marts, name).primary_key] == [one.name for one in marts.split()]


def test_every_relation_and_column_has_chinese_and_english_words(db):
    rows = db.rows(
        "SELECT n.nspname || '.' || c.relname, obj_description(c.oid, 'pg_class') FROM pg_class AS c"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = ANY(:s) AND c.relkind IN ('r', 'v') AND c.relname <> 'alembic_version'"
        " UNION ALL SELECT n.nspname || '.' || c.relname || '.' || a.attname, col_description(c.oid, a.attnum)"
        " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE n.nspname = ANY(:s) AND c.relkind IN ('r', 'v') AND c.relname <> 'alembic_version'",
        s=SCHEMAS,
    )
    assert len(rows) > 250
    bare = [name for name, words in rows if not words or len(words.split(" | ")) != 2]
    assert bare == []


def test_a_comment_that_was_changed_by_hand_is_mended(db):
    db.run("COMMENT ON COLUMN marts.whitelist.verdict IS 'x'")
    with db.engine("srdi_admin").begin() as connection:
        assert migrate.comment_everything(connection) == 1
        assert migrate.comment_everything(connection) == 0


def test_promised_columns_are_there(db):
    promised = {
        "control.batch": "batch_id source as_of landed_at file_name sha256 bytes rows_landed rows_staged"
        " rows_quarantined rows_duplicate rows_ignored contract_version state refusal_code refusal_message",
        "control.run": "run_id biz_date kind reason requested_by started_at finished_at state code_version rule_version",
        "control.run_batch": "run_id batch_id",
        "control.publication": "publication_id run_id table_name rows rows_entered rows_left rows_changed"
        " content_sha256 previous_sha256 published_at",
        "control.freshness": "source biz_date last_as_of last_landed_at due_at state",
        "control.exception": "exception_id measure_id uscc effect valid_from valid_to reason decided_by decided_at",
        "control.approval": "approval_id run_id subject diff decision decided_by decided_at reason",
        "control.fiscal_split": "division_code valid_from city_share county_share basis",
        "control.audit": "audit_id",
        "quality.check_result": "batch_id check_id severity outcome rows_checked rows_failed share_failed"
        " tolerance sample message_zh",
        "quality.quarantine": "batch_id row_no source file_name raw_row business_key state decided_by decided_at reason",
        "quality.finding": "batch_id row_no field check_id severity raw_value expected message_zh",
        "quality.drift": "batch_id kind column_name action detail",
        "quality.name_match": "source raw_name normal_name uscc method score state decided_by",
        "core.enterprise": "uscc name former_names status operating division_code city_code industry_code"
        " industry_section founded_on registered_capital size_class first_seen last_seen",
        "core.enterprise_history": "uscc valid_from valid_to known_from known_to",
        "core.title": "title_id uscc raw_name title batch state recognised_on valid_from valid_to source_batch",
        "core.division": "code",
        "core.industry": "code",
        "core.calendar": "day",
        "core.document": "document_id",
        "core.clause": "clause",
        "core.measure": "measure_id",
        "marts.whitelist": "measure_id uscc biz_date area_code name division_code title title_valid_to verdict"
        " reason_codes warnings listed_since days_to_lapse run_id document_id clause rule_version stage term left_on",
        "marts.whitelist_reason": "measure_id uscc rule_id biz_date outcome effect observed required distance"
        " message_zh batch_id row_no",
        "marts.whitelist_history": "measure_id uscc valid_from known_from verdict reason_codes valid_to known_to",
        "marts.whitelist_change": "biz_date measure_id uscc change cause detail batch_id",
        "marts.coverage": "biz_date measure_id area_code division_code tier industry_section numerator"
        " denominator unknown rate target shortfall met",
        "marts.coverage_latest": "biz_date measure_id rate",
        "marts.financing": "biz_date measure_id area_code bank numerator denominator value unit target met"
        " unknown unmatched document_id clause stage term freshness rule_version run_id published_at",
        "marts.financing_latest": "biz_date measure_id area_code bank value",
        "marts.measure_member": "measure_id uscc outcome observed required distance",
    }
    rows = db.rows(
        "SELECT table_schema || '.' || table_name, array_agg(column_name::text)"
        " FROM information_schema.columns WHERE table_schema = ANY(:s) GROUP BY 1",
        s=SCHEMAS,
    )
    stands = dict(rows)
    missing = {name: set(columns.split()) - set(stands.get(name, [])) for name, columns in promised.items()}
    assert {name: columns for name, columns in missing.items() if columns} == {}


MAY = [
    ("srdi_bi", "SELECT * FROM marts.whitelist"),
    ("srdi_bi", "SELECT * FROM core.enterprise"),
    ("srdi_bi", "SELECT * FROM marts.financing_latest"),
    ("srdi_bi", "SELECT uscc, criterion_id, outcome, required FROM marts.title_gap"),
    ("srdi_bi", "SELECT uscc, missing, one_away, city_rank FROM marts.title_candidate"),
    ("srdi_officer", "SELECT * FROM marts.title_gap"),
    ("srdi_officer", "SELECT * FROM marts.financing"),
    ("srdi_loader", "UPDATE marts.financing SET met = NULL WHERE FALSE"),
    ("srdi_bi", "SELECT * FROM marts.whitelist_on('2025-09-30')"),
    ("srdi_auditor", "SELECT * FROM control.run"),
    ("srdi_auditor", "SELECT * FROM quality.quarantine"),
    ("srdi_auditor", "SELECT * FROM store.whitelist"),
    (
        "srdi_officer",
        "UPDATE quality.quarantine SET state = 'returned', decided_by = 'x', decided_at = now()",
    ),
    (
        "srdi_officer",
        "INSERT INTO control.exception (measure_id, uscc, effect, valid_from, reason, decided_by, decided_at)"
        " VALUES ('m', 'A', 'include', '2025-01-01', 'r', 'x', now())",
    ),
    ("srdi_officer", "UPDATE quality.name_match SET state = 'rejected', decided_by = 'x'"),
    (
        "srdi_officer",
        "UPDATE control.approval SET decision = 'approved', decided_by = 'x', decided_at = now()",
    ),
    ("srdi_loader", "UPDATE marts.whitelist_history SET known_to = now() WHERE FALSE"),
]
MAY_NOT = [
    ("srdi_bi", "SELECT * FROM quality.quarantine"),
    ("srdi_bi", "SELECT * FROM control.batch"),
    ("srdi_bi", "SELECT * FROM store.whitelist"),
    ("srdi_bi", "SELECT observed FROM marts.title_gap"),
    ("srdi_bi", "SELECT distance FROM marts.title_gap"),
    ("srdi_bi", "SELECT missing_zh FROM marts.title_candidate"),
    ("srdi_bank", "SELECT uscc FROM marts.title_gap"),
    ("srdi_bi", "DELETE FROM marts.coverage"),
    ("srdi_bi", "DELETE FROM marts.financing"),
    ("srdi_bank", "SELECT * FROM marts.financing_latest"),
    ("srdi_auditor", "UPDATE control.run SET reason = 'x'"),
    ("srdi_auditor", "CREATE TABLE staging.x (i int)"),
    ("srdi_officer", "UPDATE quality.quarantine SET raw_row = '{}'"),
    ("srdi_officer", "UPDATE store.whitelist SET verdict = 'listed'"),
    ("srdi_officer", "UPDATE control.approval SET diff = '{}'"),
    ("srdi_loader", "DELETE FROM marts.whitelist_history"),
    ("srdi_loader", "UPDATE marts.whitelist_history SET verdict = 'listed'"),
    ("srdi_loader", "DELETE FROM control.publication"),
    ("srdi_loader", "INSERT INTO control.exception (measure_id) VALUES ('m')"),
    ("srdi_loader", "CREATE TABLE marts.x (i int)"),
    ("srdi_loader", "CREATE TABLE public.x (i int)"),
    ("srdi_bank", "SELECT * FROM marts.whitelist"),
    ("srdi_city", "SELECT * FROM marts.whitelist"),
    ("srdi_supplier", "SELECT * FROM quality.finding"),
]


def attempt(db, role: str, statement: str) -> None:
    with db.engine("srdi_admin").connect() as connection:
        connection.execute(text(f"SET ROLE {role}"))
        connection.execute(text(statement))
        connection.rollback()


@pytest.mark.parametrize(("role", "statement"), MAY)
def test_roles_may_do_their_work(db, role, statement):
    attempt(db, role, statement)


@pytest.mark.parametrize(("role", "statement"), MAY_NOT)
def test_roles_may_do_nothing_else(db, role, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt(db, role, statement)


def test_logins_reach_only_their_own_database(server):
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    for database, user in (("airflow", "srdi_app"), ("warehouse", "airflow"), ("postgres", "srdi_admin")):
        with pytest.raises(OperationalError, match="permission denied"):
            create_engine(server.url(database, user)).connect()


def test_the_reading_login_cannot_write_even_by_accident(db):
    with pytest.raises(Exception, match=r"read-only transaction|permission denied"):
        db.run("DELETE FROM marts.coverage", user="srdi_reader")


def test_the_accounting_identity_is_enforced(db):
    put = (
        "INSERT INTO control.batch (batch_id, source, landed_at, file_name, sha256, bytes, origin, lake_path,"
        " staged_path, state, refusal_code, rows_landed, rows_staged, rows_quarantined, rows_duplicate,"
        " rows_ignored) VALUES (:id, 's', now(), 'f', 'x', 1, 'inbox', 'p', 'q', :state, :code, 10, :staged, 1, 1, 1)"
    )
    db.run(put, id="good", state="accepted", code=None, staged=7)
    db.run(put, id="refused", state="refused", code="shrunk", staged=0)
    with pytest.raises(IntegrityError, match="batch_accounting_check"):
        db.run(put, id="bad", state="accepted", code=None, staged=6)
    with pytest.raises(IntegrityError, match="batch_accounting_check"):
        db.run("UPDATE control.batch SET rows_staged = rows_staged - 1 WHERE batch_id = 'good'")


def test_statements_are_cut_at_semicolons_outside_texts():
    text_ = "SELECT ';';\n-- a; b\nCREATE FUNCTION f() AS $$ SELECT 1; $$;\n-- end\n"
    assert statements(text_) == ["SELECT ';'", "-- a; b\nCREATE FUNCTION f() AS $$ SELECT 1; $$"]
