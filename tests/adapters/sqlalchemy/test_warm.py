"""The connection that is kept warm belongs to whoever waits for one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from booking_adapters.sqlalchemy.database import Database
from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.storage import SqlStorage
from tests.postgresql import DatabaseFactory
from tests.storages import libpq

LOOKS, THREADS = 300, 8
LINES = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.mark.parametrize("pool_size", [1, 2])
def test_threads_share_a_few_connections(
    postgres_database_factory: DatabaseFactory, pool_size: int
) -> None:
    """Nobody waits in vain for a connection that is kept for nobody, and there are never more than
    allowed."""
    url = postgres_database_factory()
    migrate(url)
    storage = SqlStorage.open(url, pool_size=pool_size)

    def look(_: int) -> int:
        pids = {pid_of(storage._database) for _ in range(LOOKS)}
        return len(pids)

    with ThreadPoolExecutor(THREADS) as threads:
        seen = list(threads.map(look, range(THREADS)))
    with psycopg.connect(libpq(url)) as owner:
        (lines,) = owner.execute(LINES).fetchone() or (0,)
    storage.close()
    assert max(seen) <= pool_size
    assert lines <= pool_size


def test_who_comes_again_gets_the_same(postgres_database_factory: DatabaseFactory) -> None:
    """One caller after another uses one connection, and a closed storage keeps none."""
    url = postgres_database_factory()
    migrate(url)
    storage = SqlStorage.open(url, pool_size=4)
    assert len({pid_of(storage._database) for _ in range(5)}) == 1
    storage.close()
    with psycopg.connect(libpq(url), autocommit=True) as owner:
        for _ in range(100):
            (lines,) = owner.execute(LINES).fetchone() or (0,)
            if not lines:
                break
            owner.execute("SELECT pg_sleep(0.05)")
    assert lines == 0


def pid_of(database: Database) -> int:
    """Which server process answers."""
    with database.connection() as connection:
        return int(connection.execute("SELECT pg_backend_pid()").fetchone()[0])
