"""What a watcher is told of the use cases, and what it costs where nobody watches."""

from __future__ import annotations

import pytest

from booking_adapters.memory.telemetry import MemoryTelemetry
from booking_core.application.once import Once
from booking_core.ports.unit_of_work import Taken
from tests.unit.application.house import BOB, CELLAR, DAY, ROOM, House, stay


@pytest.fixture
def told() -> MemoryTelemetry:
    """Somebody who watches."""
    return MemoryTelemetry()


@pytest.fixture
def watched(told: MemoryTelemetry) -> House:
    """A house with somebody who watches it."""
    return House(telemetry=told)


def test_every_use_case_is_told_with_its_end(watched: House, told: MemoryTelemetry) -> None:
    """By the name of its command and the code of its refusal, retries and replays included."""
    booking = watched.confirmed(stay(ROOM))
    for _ in range(2):
        watched.book(stay(CELLAR), key="once")
    with pytest.raises(Taken):
        watched.book(stay(ROOM), by=BOB)
    assert told.acts["CreateBooking", None] == 3
    assert told.acts["CreateBooking", "taken"] == 1
    assert told.acts["StartPayment", None] == 1
    assert watched.told(booking.id)


def test_what_is_committed_is_told_once(watched: House, told: MemoryTelemetry) -> None:
    """A request that is repeated with its key writes nothing again; nor does one refused."""
    for _ in range(3):
        watched.book(stay(ROOM), key="once")
    with pytest.raises(Taken):
        watched.book(stay(ROOM), by=BOB)
    assert told.written == {"booking.created": 1}


def test_what_the_sweeper_does_is_told(watched: House, told: MemoryTelemetry) -> None:
    """It is nobody's request."""
    watched.book(stay(ROOM))
    watched.clock.advance(DAY)
    assert watched.engine.lapse_holds() == 1
    assert told.written["booking.expired"] == 1


def test_where_nobody_watches_nothing_stands_in_the_way(house: House) -> None:
    """The use cases are the plain ones, over the storage's own unit of work."""
    once = house.engine.create_booking.once
    assert type(once) is Once
    assert once.unit_of_work is house.storage.unit_of_work
