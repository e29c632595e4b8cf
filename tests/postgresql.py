"""PostgreSQL for tests: the server that is there, and databases of one's own on it."""

import os
from collections.abc import Iterator
from typing import Protocol
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.ci import cannot_run

SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
CONNECT_TIMEOUT_SECONDS = 2


class DatabaseFactory(Protocol):
    """Makes databases that live until the end of the session."""

    def __call__(self, *, template: str = "template0") -> str:
        """Answer the URL of a new database, a copy of `template`, which nobody may be using."""
        ...


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Answer the URL of a reachable server, for a role that may create databases.

    It is BOOKING_TEST_DATABASE_URL, or else a local server that trusts the role postgres.
    """
    url = os.environ.get("BOOKING_TEST_DATABASE_URL", SERVER)
    if failure := _failure(url):
        shown = sa.make_url(url).render_as_string()  # Hides the password.
        cannot_run(f"PostgreSQL is not reachable at {shown}: {failure}")
    return url


@pytest.fixture(scope="session")
def postgres_database_factory(postgres_url: str) -> Iterator[DatabaseFactory]:
    """Hand out uniquely named databases, and drop them when the session ends."""
    server = _server(postgres_url)
    made: list[str] = []

    def create(*, template: str = "template0") -> str:
        name = f"booking_test_{uuid4().hex}"
        with server.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        made.append(name)
        return sa.make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    yield create
    with server.connect() as connection:
        for name in made:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _failure(url: str) -> BaseException | None:
    """Answer why nobody can connect there, or None."""
    try:
        with _server(url).connect():
            return None
    except sa.exc.OperationalError as error:
        return error.orig


def _server(url: str) -> sa.Engine:
    return sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",  # CREATE DATABASE refuses to run in a transaction.
        poolclass=sa.NullPool,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS},
    )
