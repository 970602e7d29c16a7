"""Database, group roles and logins of a warehouse server, with the least each of them needs."""

from __future__ import annotations

from srdi.local.postgres_setup import ADMIN, APP, READER, WAREHOUSE
from srdi.warehouse.roles import AUDITOR, BI, GROUPS, LOADER

LOGINS = (ADMIN, APP, READER)


def prepare(host: str, port: int, superuser_password: str, passwords: dict[str, str]) -> None:
    """Create what is missing; running it again repairs memberships and sets the passwords given.

    ``passwords``: one per name in :data:`LOGINS`. Data are never touched. Raises psycopg.Error.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(
        host=host,
        port=port,
        user="postgres",
        password=superuser_password,
        dbname="postgres",
        autocommit=True,
        connect_timeout=10,
    ) as connection:

        def run(text: str, secret: str = "", **names: str) -> None:
            parts = {name: sql.Identifier(value) for name, value in names.items()}
            connection.execute(sql.SQL(text).format(secret=sql.Literal(secret), **parts))

        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for group in GROUPS:
            if group not in known:
                run("CREATE ROLE {role} NOLOGIN", role=group)
        for login in LOGINS:
            if login not in known:
                run("CREATE ROLE {role} LOGIN", role=login)
            run("ALTER ROLE {role} PASSWORD {secret}", passwords[login], role=login)
        run("ALTER ROLE {role} CREATEROLE", role=ADMIN)
        for group in GROUPS:
            run("GRANT {member} TO {role} WITH ADMIN OPTION", member=group, role=ADMIN)
        run("GRANT {member} TO {role}", member=LOADER, role=APP)
        for group in (BI, AUDITOR):
            run("GRANT {member} TO {role}", member=group, role=READER)
        run("ALTER ROLE {role} SET default_transaction_read_only = on", role=READER)
        databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if WAREHOUSE not in databases:
            run("CREATE DATABASE {database} OWNER {role}", database=WAREHOUSE, role=ADMIN)
        run("ALTER DATABASE {database} OWNER TO {role}", database=WAREHOUSE, role=ADMIN)
        for database in (WAREHOUSE, "postgres"):
            run("REVOKE ALL ON DATABASE {database} FROM PUBLIC", database=database)
        for login in (APP, READER):
            run("GRANT CONNECT ON DATABASE {database} TO {role}", database=WAREHOUSE, role=login)
        # The night compares new results with the present ones in temporary tables.
        run("GRANT TEMPORARY ON DATABASE {database} TO {role}", database=WAREHOUSE, role=LOADER)
        run("ALTER DATABASE {database} SET timezone = 'Asia/Shanghai'", database=WAREHOUSE)
