"""Who keeps a promise (requirements), and counts and means against their goals (targets).

The statements are frozen in ``sql/0003_*.sql``; comments come from ``contracts/tables`` afterwards.
"""

from pathlib import Path

from alembic import op

from srdi.warehouse.migrations.statements import statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    for statement in statements((SQL / "0003_tables.sql").read_text("utf-8")):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("tables with published content are not dropped: restore a backup instead")
