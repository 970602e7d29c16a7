"""Alembic's entry: runs on the connection that ``srdi.warehouse.migrate`` hands over."""

from alembic import context

from srdi.warehouse.tables import SCHEMAS, metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("run migrations through srdi.warehouse.migrate")


def ours(name, kind, parents):
    """Only the schemas of the warehouse, without Alembic's own table."""
    if kind == "schema":
        return name in SCHEMAS
    return not (kind == "table" and name == "alembic_version")


context.configure(
    connection=connection,
    target_metadata=metadata,
    include_schemas=True,
    include_name=ours,
    version_table_schema="control",
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
