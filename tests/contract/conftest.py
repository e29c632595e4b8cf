"""The one list of adapters: every contract suite runs over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_core.ports.clock import Clock
from booking_core.ports.randomness import Randomness
from booking_core.ports.storage import Storage
from tests.contract.builders import furnish
from tests.contract.vandals import MemoryVandal, Vandal

OpenStorage = Callable[[], AbstractContextManager[Storage]]


@contextmanager
def open_memory() -> Iterator[Storage]:
    """Open a storage in memory."""
    yield MemoryStorage()


@pytest.fixture(params=["memory"])
def storage(request: pytest.FixtureRequest) -> OpenStorage:
    """A factory of empty storages that share nothing; whoever opens one closes it."""
    return open_memory


@pytest.fixture
def store(storage: OpenStorage) -> Iterator[Storage]:
    """One storage with a furnished catalogue and no bookings."""
    with storage() as store:
        furnish(store)
        yield store


@pytest.fixture
def vandal(store: Storage) -> Vandal:
    """Somebody who breaks what the store keeps, around its ports."""
    return MemoryVandal(store.audit.state)


@pytest.fixture(params=["manual", "system"])
def clock(request: pytest.FixtureRequest) -> Clock:
    """A clock."""
    clocks: dict[str, Callable[[], Clock]] = {
        "manual": lambda: ManualClock(datetime(2030, 1, 7, tzinfo=UTC)),
        "system": SystemClock,
    }
    return clocks[request.param]()


@pytest.fixture(params=["seeded", "system"])
def randomness(request: pytest.FixtureRequest) -> Randomness:
    """A source of randomness."""
    sources: dict[str, Callable[[], Randomness]] = {
        "seeded": lambda: SeededRandomness(7),
        "system": SystemRandomness,
    }
    return sources[request.param]()
