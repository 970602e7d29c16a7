"""Targets measured on tables of events that tell banks apart: applications, loans, guarantees, totals of banks.

The statements are frozen in ``sql/0004_*.sql``; comments come from ``contracts/tables`` afterwards.
"""

from pathlib import Path

from alembic import op

from srdi.warehouse.migrations.statements import statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    for name in ("0004_tables.sql", "0004_views.sql"):
        for statement in statements((SQL / name).read_text("utf-8")):
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("tables with published content are not dropped: restore a backup instead")
