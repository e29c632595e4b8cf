"""migrate: the schema, made and brought up to date."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from booking_cli.exit_codes import EXIT_CODES
from booking_core.domain.kernel.errors import Kind
from tests.cli.conftest import Run, answer
from tests.postgresql import DatabaseFactory


def test_migrating_makes_a_database_and_again_changes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new file becomes a database of this version, and stays one."""
    file = tmp_path / "new.db"
    monkeypatch.setenv("BOOKING_DATABASE_URL", f"sqlite:///{file}")
    assert run("migrate").exit_code == 0
    made = schema(file)
    assert "booking_claim" in made
    assert answer(run("migrate", "--json")) == {"database": f"sqlite:///{file}", "appRole": None}
    assert schema(file) == made


@pytest.mark.parametrize("command", [["bookings", "list"], ["verify"], ["expire"], ["reconcile"]])
def test_a_database_that_was_not_migrated_is_told_as_such(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """Whatever fails for want of a schema names the command that makes one."""
    monkeypatch.setenv("BOOKING_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    done = run(*command)
    assert done.exit_code == EXIT_CODES[Kind.CONFLICT]
    assert "run booking migrate" in done.stderr


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("memory://", Kind.INVALID),
        ("sqlite://", Kind.INVALID),
        ("postgresql://nobody:hush@127.0.0.1:none/none", Kind.INVALID),
        ("sqlite:////no/such/folder/booking.db", Kind.BUSY),
        ("postgresql://nobody:hush@127.0.0.1:1/none", Kind.BUSY),
    ],
)
def test_what_cannot_be_migrated_is_refused_in_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, kind: Kind
) -> None:
    """No traceback, no password, and the setting that says which database is named."""
    monkeypatch.setenv("BOOKING_DATABASE_URL", url)
    done = run("migrate")
    assert done.exit_code == EXIT_CODES[kind]
    assert "BOOKING_DATABASE_URL: " in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hush" not in done.stderr


def test_the_serving_role_is_given_its_rights(
    run: Run, monkeypatch: pytest.MonkeyPatch, postgres_database_factory: DatabaseFactory
) -> None:
    """On PostgreSQL the engine works as a role that owns nothing; one that is missing is named."""
    url = postgres_database_factory()
    role = f"booking_test_{uuid4().hex}"
    monkeypatch.setenv("BOOKING_DATABASE_URL", url)
    missing = run("migrate", "--app-role", role)
    assert missing.exit_code == EXIT_CODES[Kind.CONFLICT]
    assert role in missing.stderr
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{role}"')
        try:
            assert answer(run("migrate", "--app-role", role, "--json"))["appRole"] == role
            monkeypatch.setenv("BOOKING_DATABASE_ROLE", role)
            assert answer(run("resources", "list", "--json"))["resources"] == []
            assert run("verify").exit_code == 0
        finally:
            connection.exec_driver_sql(f'DROP OWNED BY "{role}"')
            connection.exec_driver_sql(f'DROP ROLE "{role}"')
    server.dispose()


def schema(file: Path) -> dict[str, str | None]:
    """Everything that is defined in a SQLite file, by name."""
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_schema").fetchall())
