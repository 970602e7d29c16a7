"""Databases and logins of the embedded server, with the least each of them needs."""

from __future__ import annotations

from srdi.warehouse.roles import GROUPS

SUPERUSER = "postgres"
ADMIN = "srdi_admin"  # owns the warehouse, runs migrations
APP = "srdi_app"  # the nightly run: member of srdi_loader
READER = "srdi_reader"  # `srdi sql`: member of the reading roles
AIRFLOW = "airflow"
LOGINS = (ADMIN, APP, READER, AIRFLOW)
WAREHOUSE = "warehouse"


def prepare_databases(host: str, port: int, passwords: dict[str, str]) -> None:
    """Create what is missing: group roles, logins with ``passwords``, databases ``airflow``, ``warehouse``.

    Running it again repairs memberships and passwords and leaves data alone.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(
        host=host,
        port=port,
        user=SUPERUSER,
        password=passwords[SUPERUSER],
        dbname="postgres",
        autocommit=True,
    ) as connection:

        def run(text: str, **names: str) -> None:
            parts = {k: sql.Literal(v) if k == "password" else sql.Identifier(v) for k, v in names.items()}
            connection.execute(sql.SQL(text).format(**parts))

        def known(query: str) -> set[str]:
            return {row[0] for row in connection.execute(query)}

        roles = known("SELECT rolname FROM pg_roles")
        for group in GROUPS:
            if group not in roles:
                run("CREATE ROLE {role} NOLOGIN", role=group)
        for login in LOGINS:
            if login not in roles:
                run("CREATE ROLE {role} LOGIN", role=login)
            run("ALTER ROLE {role} PASSWORD {password}", role=login, password=passwords[login])
        run("ALTER ROLE {role} CREATEROLE", role=ADMIN)
        for group in GROUPS:
            run("GRANT {group} TO {role} WITH ADMIN OPTION", group=group, role=ADMIN)
        run("GRANT {group} TO {role}", group="srdi_loader", role=APP)
        for group in ("srdi_bi", "srdi_auditor"):
            run("GRANT {group} TO {role}", group=group, role=READER)
        run("ALTER ROLE {role} SET default_transaction_read_only = on", role=READER)

        databases = known("SELECT datname FROM pg_database")
        for database, owner in ((AIRFLOW, AIRFLOW), (WAREHOUSE, ADMIN)):
            if database not in databases:
                run("CREATE DATABASE {database} OWNER {owner}", database=database, owner=owner)
            run("REVOKE ALL ON DATABASE {database} FROM PUBLIC", database=database)
        run("REVOKE ALL ON DATABASE postgres FROM PUBLIC")
        for login in (APP, READER):
            run("GRANT CONNECT ON DATABASE {database} TO {role}", database=WAREHOUSE, role=login)
        # Publication and quarantine load through temporary tables.
        run("GRANT TEMPORARY ON DATABASE {database} TO {role}", database=WAREHOUSE, role="srdi_loader")
        run("ALTER DATABASE {database} SET timezone = 'Asia/Shanghai'", database=WAREHOUSE)
