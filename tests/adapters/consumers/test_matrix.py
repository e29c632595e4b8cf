"""Consumers on real brokers over real storages: one effect per event, in order."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_core.application.messaging.consume_events import ConsumeEvents
from booking_core.application.messaging.consumer import Consumer, Writes
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.inbox import LetterState, Reception
from booking_core.ports.storage import Storage
from tests.adapters.consumers.effects import Effects, effects_on
from tests.brokers import Broker, CutBroker
from tests.contract import builders as b
from tests.storages import Databases
from tests.unit.application.messaging.desk import CONSUMER, an_event, decode

PAIRS = [
    ("memory", "memory"),
    ("rabbitmq", "postgresql"),
    ("redis", "sqlite"),
    ("kafka", "memory"),
    ("kafka", "postgresql"),
]
BOOKINGS, EVENTS, COPIES = 8, 5, 6


@dataclass
class Bench:
    """A broker, a storage, and workers over them."""

    broker: Broker
    storage: Storage
    effects: Effects
    clock: ManualClock = field(default_factory=lambda: ManualClock(b.NOW))
    failures: int = 0

    def worker(self, *, joined: bool = True) -> ConsumeEvents:
        """One more, subscribed, unless it joins when others have been there."""
        return ConsumeEvents(
            consumer=Consumer(
                name=CONSUMER,
                topics=("#",),
                decode=decode,
                handler=Writes(self.handle),
                in_order=True,
            ),
            inbox=self.storage.inbox,
            receiver=self.broker.receiver(consumer=CONSUMER, joined=joined),
            clock=self.clock,
            randomness=SeededRandomness(1),
            wait_seconds=0.3,
            batch=20,
        )

    def handle(self, incoming: Incoming, reception: Reception) -> None:
        """Write, then fail perhaps."""
        self.effects.handle(incoming, reception)
        if self.failures:
            self.failures -= 1
            raise ValueError("not this time")

    def work(self, worker: ConsumeEvents, events: int) -> None:
        """Until so many effects are there, or for too long."""
        until = time.monotonic() + 6 * self.broker.patience
        while time.monotonic() < until:
            with suppress(Busy):
                worker.turn()
            self.clock.advance(timedelta(seconds=2))
            if len(self.effects.all()) >= events and not self.letters():
                return

    def letters(self) -> int:
        """How many wait."""
        return len(self.storage.inbox.letters(CONSUMER, LetterState.WAITING))

    def in_order(self) -> dict[str, list[int | None]]:
        """The numbers that each booking had, as they came."""
        found: dict[str, list[int | None]] = {}
        for booking, number in self.effects.all():
            found.setdefault(booking, []).append(number)
        return found


@pytest.fixture(params=PAIRS, ids="-".join)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Of the most used pairs."""
    yield from opened(request)


@pytest.fixture(params=[("rabbitmq", "postgresql"), ("redis", "sqlite")], ids="-".join)
def cut_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Of brokers with a cable between."""
    yield from opened(request)


def opened(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A bench of that pair."""
    broker, storage = request.param
    storages: Databases = request.getfixturevalue(f"{storage}_storages")
    role = request.getfixturevalue("app_role") if storage == "postgresql" else None
    with storages() as store, effects_on(storages, store, role) as effects:
        b.furnish(store)
        yield Bench(request.getfixturevalue(f"{broker}_broker"), store, effects)


ALL = {str(name): list(range(1, EVENTS + 1)) for name in range(BOOKINGS)}


@pytest.mark.timeout(300)
def test_copies_in_any_order_have_one_effect_in_order(bench: Bench) -> None:
    """Though the handler fails at times, and a worker dies with its hands full."""
    chance = random.Random(7)
    told = [an_event(name, number) for name, numbers in ALL.items() for number in numbers]
    copies = [message for message in told for _ in range(chance.randint(1, COPIES))]
    chance.shuffle(copies)
    first = bench.worker()
    bench.failures = 3
    bench.broker.publisher().publish(copies)
    for _ in range(3):
        with suppress(Busy):
            first.turn()
    first.receiver.receive(10, 1.0)
    first.close()
    second = bench.worker(joined=False)
    bench.work(second, BOOKINGS * EVENTS)
    assert bench.in_order() == ALL
    while second.turn():  # Copies that are left.
        bench.clock.advance(timedelta(seconds=2))
    second.close()
    assert bench.in_order() == ALL
    assert not bench.letters()
    assert not bench.storage.inbox.letters(CONSUMER, LetterState.DEAD)


@pytest.mark.timeout(300)
def test_cut_off_before_it_could_accept_it_has_one_effect(cut_bench: Bench) -> None:
    """What was committed comes again, and is nothing new."""
    bench, broker = cut_bench, cut_bench.broker
    assert isinstance(broker, CutBroker)
    worker = bench.worker()
    accept, cable = worker.receiver.accept, broker.cable

    def cut_first(deliveries: object) -> None:
        cable.cut()
        accept(deliveries)  # type: ignore[arg-type]

    worker.receiver.accept = cut_first  # type: ignore[method-assign]
    broker.publisher().publish([an_event("a", number) for number in range(1, 8)])
    bench.work(worker, 7)
    worker.receiver.accept = accept  # type: ignore[method-assign]
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with suppress(Busy):
            worker.turn()
        bench.clock.advance(timedelta(seconds=2))
    assert bench.in_order() == {"a": list(range(1, 8))}
    assert not bench.letters()
