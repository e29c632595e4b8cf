"""The one list of adapters: every contract suite runs over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.memory.telemetry import MemoryTelemetry
from booking_adapters.system.clock import SystemClock
from booking_adapters.system.randomness import SystemRandomness
from booking_adapters.telemetry.correlation import CorrelatingTelemetry
from booking_adapters.telemetry.opentelemetry.telemetry import OtelTelemetry
from booking_adapters.telemetry.opentelemetry.tracing import tracer_provider
from booking_adapters.telemetry.prometheus.telemetry import PrometheusTelemetry
from booking_adapters.telemetry.several import together
from booking_core.ports.clock import Clock
from booking_core.ports.randomness import Randomness
from booking_core.ports.storage import Storage
from booking_core.ports.telemetry import NO_TELEMETRY, Telemetry
from tests.brokers import Broker, CutBroker
from tests.contract.builders import furnish
from tests.contract.vandals import MemoryVandal, SqlVandal, Vandal
from tests.storages import Storages


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest) -> Storages:
    """A factory of empty storages that share nothing; whoever opens one closes it."""
    storages: Storages = request.getfixturevalue(f"{request.param}_storages")
    return storages


@pytest.fixture
def store(storage: Storages) -> Iterator[Storage]:
    """One storage with a furnished catalogue and no bookings."""
    with storage() as store:
        furnish(store)
        yield store


@pytest.fixture
def vandal(storage: Storages, store: Storage) -> Iterator[Vandal]:
    """Somebody who breaks what the store keeps, around its ports."""
    if isinstance(store, MemoryStorage):
        yield MemoryVandal(store.audit.state)
    else:
        with closing(SqlVandal(storage.url_of(store))) as vandal:
            yield vandal


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


@pytest.fixture(params=["memory", "rabbitmq", "redis", "kafka"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """A broker, with an exchange that nobody else uses."""
    broker: Broker = request.getfixturevalue(f"{request.param}_broker")
    return broker


@pytest.fixture(params=["rabbitmq", "redis"])
def cut_broker(request: pytest.FixtureRequest) -> CutBroker:
    """A broker whose connections a test can cut; Kafka's mock is in the process itself."""
    broker: CutBroker = request.getfixturevalue(f"{request.param}_broker")
    return broker


@pytest.fixture(params=["none", "memory", "prometheus", "opentelemetry", "correlating", "several"])
def telemetry(request: pytest.FixtureRequest) -> Telemetry:
    """Whoever watches."""
    watchers: dict[str, Callable[[], Telemetry]] = {
        "none": lambda: NO_TELEMETRY,
        "memory": MemoryTelemetry,
        "prometheus": lambda: PrometheusTelemetry(CollectorRegistry()),
        "opentelemetry": lambda: OtelTelemetry(tracer_provider().get_tracer("test")),
        "correlating": CorrelatingTelemetry,
        "several": lambda: together([MemoryTelemetry(), NO_TELEMETRY]),
    }
    return watchers[request.param]()
