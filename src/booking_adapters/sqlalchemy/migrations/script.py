"""The SQL of a migration: a script beside it for each database, under its own name."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa


def run_script_beside(migration: str, connection: sa.Connection) -> None:
    """Run the connection's script for the migration whose `__file__` that is."""
    script = Path(migration).with_suffix(f".{connection.dialect.name}.sql")
    for statement in script.read_text("utf-8").split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
