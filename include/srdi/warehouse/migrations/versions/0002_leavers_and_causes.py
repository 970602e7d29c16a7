"""The day an enterprise left its list, and what its measure's rules were on each published day.

The statements are frozen in ``sql/0002_*.sql``; comments come from ``contracts/tables`` afterwards.
"""

from pathlib import Path

from alembic import op

from srdi.warehouse.migrations.statements import statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    for part in ("tables", "views"):
        for statement in statements((SQL / f"0002_{part}.sql").read_text("utf-8")):
            op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("columns with published content are not dropped: restore a backup instead")
