"""Fresh storages for tests: as many as wanted, each empty, none shared."""

from __future__ import annotations

import shutil
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4
from weakref import WeakKeyDictionary

import psycopg
import pytest
import sqlalchemy as sa

from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_adapters.sqlalchemy.tables.metadata import metadata
from booking_core.ports.storage import Storage
from tests.postgresql import DatabaseFactory


class Storages(Protocol):
    """A factory of empty storages that share nothing; leaving the context closes one."""

    @abstractmethod
    def __call__(self) -> AbstractContextManager[Storage]:
        """Open one more."""


class Databases(Storages, Protocol):
    """Storages, each in a database of its own."""

    @abstractmethod
    def url_of(self, storage: Storage) -> str:
        """Answer the URL of its database, for its owner."""


class MemoryStorages(Storages):
    """Made of nothing."""

    @contextmanager
    def __call__(self) -> Iterator[Storage]:
        """Open one more."""
        with closing(MemoryStorage()) as storage:
            yield storage


class SqliteStorages(Databases):
    """Files, each a copy of one that is migrated and empty."""

    def __init__(self, folder: Path) -> None:
        """Keep the files in that folder."""
        self._folder = folder
        self._urls: WeakKeyDictionary[Storage, str] = WeakKeyDictionary()
        self._template = folder / "template.db"
        migrate(_file_url(self._template))

    @contextmanager
    def __call__(self) -> Iterator[SqlStorage]:
        """Open one more."""
        with self.url() as url, closing(SqlStorage.open(url, sqlite_synchronous="OFF")) as storage:
            self._urls[storage] = url
            yield storage

    @contextmanager
    def url(self) -> Iterator[str]:
        """Lend the URL of an empty database."""
        file = self._folder / f"{uuid4().hex}.db"
        shutil.copyfile(self._template, file)
        try:
            yield _file_url(file)
        finally:
            for left in self._folder.glob(f"{file.name}*"):
                left.unlink()

    def url_of(self, storage: Storage) -> str:
        """Answer the URL of its database."""
        return self._urls[storage]


class PostgresStorages(Databases):
    """Databases on one server: emptied and used again, which is quicker than making them."""

    def __init__(self, create_database: DatabaseFactory, app_role: str) -> None:
        """Make none yet; the engine will act in each of them as that role."""
        self._create_database = create_database
        self._app_role = app_role
        self._idle: list[str] = []
        self._made: list[str] = []
        self._urls: WeakKeyDictionary[Storage, str] = WeakKeyDictionary()

    @contextmanager
    def __call__(self) -> Iterator[SqlStorage]:
        """Open one more."""
        with self.url() as url, closing(SqlStorage.open(url, role=self._app_role)) as storage:
            self._urls[storage] = url
            yield storage

    @contextmanager
    def url(self) -> Iterator[str]:
        """Lend the URL of an empty database, for its owner."""
        url = self._idle.pop() if self._idle else self._migrated()
        try:
            yield url
        finally:
            with psycopg.connect(libpq(url)) as owner:
                owner.execute(EMPTY)
            self._idle.append(url)

    def url_of(self, storage: Storage) -> str:
        """Answer the URL of its database, for its owner."""
        return self._urls[storage]

    def _migrated(self) -> str:
        url = self._create_database()
        self._made.append(url)
        migrate(url, app_role=self._app_role)
        with psycopg.connect(libpq(url)) as owner:
            owner.execute(NOT_DURABLE)
        return url

    def close(self) -> None:
        """Take back what the role was granted, or nobody could drop it."""
        for url in self._made:
            with psycopg.connect(libpq(url)) as owner:
                owner.execute(f"DROP OWNED BY {self._app_role}")


# As a replica no trigger and no foreign key asks why.
EMPTY = "SET session_replication_role = replica;" + "".join(
    f"DELETE FROM {table.name};" for table in metadata.sorted_tables
)
# Nobody pulls the plug of a test, and waiting for the disk is most of what a commit takes.
NOT_DURABLE = """DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
END $$"""


def _file_url(file: Path) -> str:
    return f"sqlite:///{file}"


def libpq(url: str) -> str:
    """What psycopg itself calls that URL."""
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def memory_storages() -> Storages:
    """Storages in memory."""
    return MemoryStorages()


@pytest.fixture(scope="session")
def sqlite_storages(tmp_path_factory: pytest.TempPathFactory) -> SqliteStorages:
    """Storages on SQLite."""
    return SqliteStorages(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def app_role(postgres_url: str) -> Iterator[str]:
    """A role on the server that may do what the engine does, and no more."""
    name = f"booking_test_{uuid4().hex}"
    with psycopg.connect(libpq(postgres_url), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name}")
        yield name
        connection.execute(f"DROP ROLE {name}")


@pytest.fixture(scope="session")
def postgresql_storages(
    app_role: str, postgres_database_factory: DatabaseFactory
) -> Iterator[PostgresStorages]:
    """Storages on PostgreSQL."""
    with closing(PostgresStorages(postgres_database_factory, app_role)) as storages:
        yield storages
