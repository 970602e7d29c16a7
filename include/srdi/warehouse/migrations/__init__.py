"""Alembic migrations of the warehouse, run by :mod:`srdi.warehouse.migrate`."""
