"""Bring a database to the schema of this version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from booking_adapters.sqlalchemy.driver import Driver
from booking_adapters.sqlalchemy.guards import postgresql, sqlite
from booking_adapters.sqlalchemy.url import parsed
from booking_core.domain.kernel.errors import BookingError, Busy, Kind

SCRIPTS = "booking_adapters.sqlalchemy:migrations"
MIGRATION = 0x626F6F6B  # Whoever migrates holds this advisory lock: "book".


class BtreeGistMissing(BookingError):
    """PostgreSQL needs the extension btree_gist: let an administrator run CREATE EXTENSION"""

    code = "btree-gist-missing"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class CannotMigrate(BookingError):
    """The database refuses: {why}"""

    code: ClassVar[str] = "cannot-migrate"
    kind: ClassVar[Kind] = Kind.CONFLICT
    why: str


def migrate(url: str, app_role: str | None = None) -> None:
    """Run every step that is missing, make the guards anew, and say what `app_role` may do.

    All of it is one transaction. `url` is for a role that may create tables, and owns them.
    Raises InvalidInput for a URL that is none, Busy where nobody answers there, CannotMigrate.
    """
    engine = sa.create_engine(parsed(url), poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        _batchable(engine)
    try:
        with engine.begin() as connection:
            _bring_up_to_date(connection, app_role)
    except sa.exc.DBAPIError as error:
        raise _refused(engine.url, error) from error
    finally:
        engine.dispose()


def head() -> str:
    """The revision that this version wants."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def _bring_up_to_date(connection: sa.Connection, app_role: str | None) -> None:
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION})")
        _require_btree_gist(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if not on_postgresql:
        sqlite.install(connection)
        return
    postgresql.install(connection)
    if app_role is not None:
        postgresql.grant(connection, app_role)


def _refused(url: sa.URL, error: sa.exc.DBAPIError) -> BookingError:
    """What the database said; drivers name hosts and roles there, but no passwords."""
    assert isinstance(error.orig, Exception)
    said = str(error.orig).strip().partition("\n")[0]
    return CannotMigrate(said) if _driver(url).why_busy(error.orig) is None else Busy(said)


def _driver(url: sa.URL) -> Driver:
    if url.get_backend_name() == "postgresql":
        from booking_adapters.sqlalchemy.postgresql.driver import PostgresDriver

        return PostgresDriver(url)
    from booking_adapters.sqlalchemy.sqlite.driver import SqliteDriver

    return SqliteDriver(url)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config


def _require_btree_gist(connection: sa.Connection) -> None:
    has_it = sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")
    if connection.scalar(has_it):
        return
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION btree_gist")
    except sa.exc.DBAPIError as error:
        raise BtreeGistMissing from error


def _batchable(engine: sa.Engine) -> None:
    """DDL is part of the transaction only if the driver leaves the BEGIN to us."""

    def leave_it_to_us(connection: object, record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    sa.event.listen(engine, "connect", leave_it_to_us)
    sa.event.listen(engine, "begin", begin)
