"""The doorbell on a database that breaks, and in processes that fork."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from booking_adapters.sqlalchemy.migrate import migrate
from booking_adapters.sqlalchemy.postgresql.doorbell import RINGS_APART_SECONDS
from booking_adapters.sqlalchemy.storage import SqlStorage
from booking_core.ports.doorbell import Listener
from tests.contract.builders import a_hold, furnish, make, span
from tests.storages import PostgresStorages, libpq

PATIENCE_SECONDS = 20.0
TRIES = 40

# In a process of its own, as a fork of this one would take all its threads' locks along.
FORKING = """
import os, sys
from booking_adapters.sqlalchemy.storage import SqlStorage
storage = SqlStorage.open(sys.argv[1], rings=True)
storage.doorbell.ring()
storage.doorbell._ringer._thread.join(0.5)
print("parent", flush=True)
sys.stdin.readline()
child = os.fork()
if child == 0:
    storage.doorbell.ring()
    storage.doorbell.close()
    os._exit(0)
os.waitpid(child, 0)
"""


@dataclass
class House:
    """A listener, and somebody who rings, whose connections can be ended."""

    url: str
    listener: Listener
    ringing: SqlStorage

    def ring(self, number: int) -> None:
        """Commit something."""
        make(self.ringing, a_hold(f"b{number}", span(number, number + 1)))

    def end(self, query: str) -> int:
        """End the connections whose last statement it was; how many there were."""
        with psycopg.connect(libpq(self.url)) as owner:
            found = owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query = %s",
                [query],
            ).fetchall()
        return len(found)


@pytest.fixture
def house(postgresql_storages: PostgresStorages) -> Iterator[House]:
    """All is quiet."""
    with ExitStack() as stack:
        url = stack.enter_context(postgresql_storages.url())
        ringing = stack.enter_context(closing(SqlStorage.open(url, rings=True)))
        furnish(ringing)
        listener = stack.enter_context(closing(ringing.doorbell.listen()))
        yield House(url, listener, ringing)


def test_a_listener_mends_its_connection(house: House) -> None:
    """It says that it rang, as it may have; then it hears again."""
    assert house.end("LISTEN booking_events") == 1
    assert any(house.listener.wait(0.1) for _ in range(TRIES))
    while house.listener.wait(0.1):
        pass
    house.ring(1)
    assert house.listener.wait(PATIENCE_SECONDS)


def test_a_ringer_mends_its_connection(house: House) -> None:
    """At the very next ring."""
    house.ring(1)
    assert house.listener.wait(PATIENCE_SECONDS)
    assert house.end("NOTIFY booking_events") == 1
    house.ring(2)
    assert house.listener.wait(PATIENCE_SECONDS)


def test_who_cannot_listen_waits_all_the_same() -> None:
    """And whoever cannot ring commits all the same, says so, and can be closed."""
    url = "postgresql://nobody@127.0.0.1:1/nowhere"
    with closing(SqlStorage.open(url, rings=True)) as storage:
        storage.doorbell.ring()
        with closing(storage.doorbell.listen()) as listener:
            assert not listener.wait(0.1)
            assert not listener.wait(0.1)


def test_rings_are_few_however_many_commit(house: House) -> None:
    """At most one in ten milliseconds: each notification takes a lock of the whole database."""
    with psycopg.connect(libpq(house.url), autocommit=True) as listener:
        listener.execute("LISTEN booking_events")
        begun = time.monotonic()
        for _ in range(300):
            house.ringing.doorbell.ring()
            time.sleep(0.001)
        house.ringing.doorbell.close()
        seconds = time.monotonic() - begun
        heard = len(list(listener.notifies(timeout=0.2)))
    assert 1 <= heard <= seconds / RINGS_APART_SECONDS + 2


def test_a_process_that_forks_rings_by_a_thread_of_its_own(
    postgresql_storages: PostgresStorages,
) -> None:
    """The parent's thread and connection are none of its child's."""
    with ExitStack() as stack:
        url = stack.enter_context(postgresql_storages.url())
        storage = stack.enter_context(closing(SqlStorage.open(url)))
        listener = stack.enter_context(closing(storage.doorbell.listen()))
        process = subprocess.Popen(
            [sys.executable, "-c", FORKING, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "parent\n"
        assert listener.wait(PATIENCE_SECONDS)
        while listener.wait(0.2):
            pass
        process.communicate("go\n")
        assert process.returncode == 0
        assert listener.wait(PATIENCE_SECONDS)


def test_a_file_that_cannot_be_opened_is_silent(tmp_path: Path) -> None:
    """Until it can: then it may have rung."""
    folder = tmp_path / "later"
    url = f"sqlite:///{folder / 'booking.db'}"
    with closing(SqlStorage.open(url)) as storage, closing(storage.doorbell.listen()) as listener:
        assert not listener.wait(0.1)
        folder.mkdir()
        migrate(url)
        assert listener.wait(PATIENCE_SECONDS)
