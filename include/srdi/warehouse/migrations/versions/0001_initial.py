"""The warehouse as first promised: control, quality, core, and of marts the lists and the coverage.

The statements are frozen in ``sql/0001_*.sql``; comments come from ``contracts/tables`` afterwards.
"""

from pathlib import Path

from alembic import op

from srdi.warehouse.migrations.statements import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"
SCHEMAS = ("control", "quality", "core", "marts", "store", "staging")
ROLES = (
    "srdi_loader",
    "srdi_officer",
    "srdi_supplier",
    "srdi_bi",
    "srdi_bank",
    "srdi_city",
    "srdi_auditor",
)


def upgrade() -> None:
    for role in ROLES:
        op.execute(
            f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN;
                END IF;
            END $$
            """
        )
    for schema in SCHEMAS:
        op.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for part in ("tables", "views", "grants"):
        for statement in statements((SQL / f"0001_{part}.sql").read_text("utf-8")):
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the first version is not undone: drop the database instead")
