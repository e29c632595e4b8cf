"""Whoever watches is no part of what is watched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from booking_adapters.memory.telemetry import FAULT, MemoryTelemetry
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId, CorrelationId, EventId, TenantId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.ports.publisher import NotPublished
from booking_core.ports.telemetry import Fate, Telemetry, Watched

TENANT, CORRELATION = TenantId("acme"), CorrelationId("order-4711")
NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)


def event(number: int = 1, type: str = "booking.created") -> DomainEvent:
    """What happened to a booking."""
    return DomainEvent(
        event_id=EventId(f"{number:032x}"),
        type=type,
        tenant_id=TENANT,
        booking_id=BookingId(f"{number:032x}"),
        sequence=1,
        at=NOON,
        correlation_id=CORRELATION,
        actor="customer:ann",
        data={},
    )


def incoming(number: int = 1, type: str = "booking.created") -> Incoming:
    """What came of it to a consumer: of another system as little as can be."""
    return Incoming(
        event_id=EventId(f"{number}"), type=type, tenant_id=TENANT, booking_id=None, data={}
    )


def contexts(telemetry: Telemetry) -> list[Watched]:
    """One of each that it gives."""
    return [
        telemetry.acting("CreateBooking", CORRELATION),
        telemetry.acting("CreateBooking", None),
        telemetry.committing([event()]),
        telemetry.publishing([event(1), event(2)]),
        telemetry.handling("payments", [incoming(1), incoming(2)]),
    ]


@pytest.mark.parametrize(
    "error",
    [Busy("storage is away"), NotPublished("no confirm", frozenset({1})), KeyError("fault")],
    ids=lambda error: type(error).__name__,
)
def test_an_error_goes_on_as_it_is(telemetry: Telemetry, error: Exception) -> None:
    """Whatever leaves a context is what was raised within."""
    for context in contexts(telemetry):
        with pytest.raises(type(error)) as raised, context:
            raise error
        assert raised.value is error


def test_contexts_stand_within_each_other(telemetry: Telemetry) -> None:
    """A use case commits, and a consumer's handler is a use case too."""
    with (
        telemetry.handling("payments", [incoming()]),
        telemetry.acting("CompletePayment", CORRELATION),
        telemetry.acting("SettleRefunds", None),
        telemetry.committing([event()]),
    ):
        pass


def test_nothing_odd_is_refused(telemetry: Telemetry) -> None:
    """What came from outside may be anything; nothing at all may be told of, too."""
    odd = "\0 \n\"'{}\\" + "x" * 10_000 + "\ud800"
    for fate in Fate:
        telemetry.fared(odd, odd, fate, 3)
    for events in ([], [event(type=odd)]):
        with telemetry.committing(events), telemetry.publishing(events):
            pass
    with telemetry.handling(odd, []), telemetry.acting(odd, CorrelationId(odd)):
        pass


def test_many_threads_tell_at_once(telemetry: Telemetry) -> None:
    """None of them is refused."""

    def tell(number: int) -> None:
        for context in contexts(telemetry):
            with context:
                telemetry.fared("payments", "booking.created", Fate.RECEIVED)

    with ThreadPoolExecutor(8) as threads:
        assert len(list(threads.map(tell, range(80)))) == 80


def test_memory_counts_what_it_was_told() -> None:
    """By how it ended."""
    told = MemoryTelemetry()
    for error in (Busy("away"), NotPublished("no confirm", frozenset({1})), KeyError("fault")):
        for context in contexts(told):
            with pytest.raises(type(error)), context:
                raise error
    for context in contexts(told):
        with context:
            told.fared("payments", "booking.created", Fate.RETRY, 2)
    assert told.acts == {
        ("CreateBooking", "busy"): 2,
        ("CreateBooking", "not-published"): 2,
        ("CreateBooking", FAULT): 2,
        ("CreateBooking", None): 2,
    }
    assert told.written == {"booking.created": 1}
    assert (told.published, told.unpublished) == ({"booking.created": 3}, {"booking.created": 5})
    assert told.handled == {
        ("payments", "booking.created", False): 6,
        ("payments", "booking.created", True): 2,
    }
    assert told.fates == {("payments", "booking.created", Fate.RETRY): 10}
