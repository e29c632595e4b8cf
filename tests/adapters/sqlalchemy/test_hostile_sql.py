"""SQL written with ill will, by the application's own role: none of it may have an effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.sqlalchemy.tables import metadata
from tests.adapters.sqlalchemy.attacks import ATTACKS, OVERLAPS, Aim, Attack
from tests.adapters.sqlalchemy.world import World, furnish
from tests.postgresql import DatabaseFactory
from tests.storages import libpq

Refuses = Callable[[Attack], Exception | None]

ON_POSTGRESQL = ATTACKS
ON_SQLITE = [attack for attack in ATTACKS if attack.only is None]
NAIVE = "naive"


def _named(attack: Attack) -> str:
    return f"{attack.aim}: {attack.name}"


@pytest.fixture(scope="module")
def database(mallory: tuple[str, str], postgres_database_factory: DatabaseFactory) -> Iterator[str]:
    """The world on PostgreSQL, and beside it the same in tables as they are usually made."""
    url = postgres_database_factory()
    name, _ = mallory
    migrate(url, app_role=name)
    storage = SqlStorage.open(url)
    furnish(storage)
    storage.close()
    with psycopg.connect(libpq(url), autocommit=True) as owner:
        owner.execute(f"CREATE SCHEMA {NAIVE} AUTHORIZATION {name}")
        for table in metadata.tables:
            owner.execute(f"CREATE TABLE {NAIVE}.{table} (LIKE public.{table})")
            owner.execute(f"INSERT INTO {NAIVE}.{table} SELECT * FROM public.{table}")
            owner.execute(f"ALTER TABLE {NAIVE}.{table} OWNER TO {name}")
        yield url
        owner.execute(f"DROP OWNED BY {name} CASCADE")


@pytest.fixture(scope="module")
def session(database: str, mallory: tuple[str, str]) -> Iterator[psycopg.Connection]:
    """Who has the application's password, and nothing else."""
    name, password = mallory
    url = sa.make_url(libpq(database)).set(username=name, password=password)
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        yield connection


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The world on SQLite, on a connection like the application's own."""
    path: Path = tmp_path_factory.mktemp("hostile") / "world.db"
    migrate(f"sqlite:///{path}")
    storage = SqlStorage.open(f"sqlite:///{path}")
    furnish(storage)
    storage.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


def refusal_of_postgresql(
    session: psycopg.Connection, statements: Sequence[str], schema: str = "public"
) -> psycopg.Error | None:
    """What stops the statements; None if nothing does."""
    try:
        session.execute(f"SET LOCAL search_path = {schema}")
        for statement in statements:
            session.execute(statement.encode())
        session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        return error
    finally:
        session.rollback()
    return None


def refusal_of_sqlite(file: sqlite3.Connection, statements: Sequence[str]) -> sqlite3.Error | None:
    """What stops the statements; None if nothing does."""
    file.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            file.execute(statement)
    except sqlite3.Error as error:
        return error
    finally:
        file.execute("ROLLBACK")
    return None


@pytest.mark.parametrize("attack", ON_POSTGRESQL, ids=_named)
def test_postgresql_refuses(session: psycopg.Connection, attack: Attack) -> None:
    """Whatever is tried with that password stops at a constraint or at a missing right."""
    world = World("postgresql")
    refusal = refusal_of_postgresql(session, attack.sql(world))
    assert refusal is not None
    refused_for = (psycopg.IntegrityError, psycopg.errors.InsufficientPrivilege)
    trigger = refusal.sqlstate or ""
    assert isinstance(refusal, refused_for) or trigger.startswith("BK"), refusal


@pytest.mark.parametrize("attack", ON_SQLITE, ids=_named)
def test_sqlite_refuses(file: sqlite3.Connection, attack: Attack) -> None:
    """Without roles, what a table says of itself still holds."""
    refusal = refusal_of_sqlite(file, attack.sql(World("sqlite")))
    assert isinstance(refusal, sqlite3.IntegrityError), refusal


@pytest.mark.parametrize("attack", OVERLAPS[:7], ids=_named)
def test_it_is_the_overlap_that_is_refused(
    session: psycopg.Connection, file: sqlite3.Connection, attack: Attack
) -> None:
    """A rival that is right in everything else is refused for just that."""
    on_postgresql = refusal_of_postgresql(session, attack.sql(World("postgresql")))
    assert isinstance(on_postgresql, psycopg.errors.ExclusionViolation)
    on_sqlite = refusal_of_sqlite(file, attack.sql(World("sqlite")))
    assert str(on_sqlite) == "booking_claim_no_overlap"


def test_there_are_enough_attacks() -> None:
    """At least forty, and some for every aim."""
    assert len(ON_POSTGRESQL) >= 40
    assert len(ON_SQLITE) >= 40
    assert {attack.aim for attack in ON_POSTGRESQL} == set(Aim)


def test_a_naive_schema_lets_them_through(session: psycopg.Connection) -> None:
    """The same attacks bite where an application checks, then inserts, in tables that it owns."""
    world = World("postgresql", schema=NAIVE)
    through = [
        attack
        for attack in ON_POSTGRESQL
        if refusal_of_postgresql(session, attack.sql(world), NAIVE) is None
    ]
    assert len(through) >= 10
    assert {attack.aim for attack in through} == set(Aim)


def test_what_was_attacked_keeps_its_promises(database: str, file: sqlite3.Connection) -> None:
    """After all of it the audit finds nothing, on either database."""
    path = file.execute("PRAGMA database_list").fetchone()[2]
    for url in (database, f"sqlite:///{path}"):
        storage = SqlStorage.open(url)
        audit = storage.audit
        assert [found for name in audit.promises() for found in audit.violations(name)] == []
        storage.close()
