"""The payments consumer starts payments and gives money back, however often it is told to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from booking_adapters.simulated.outages import Call, Outage, OutagesInTurn
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.messaging.pay_for_bookings import TOPICS, PayForBookings
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.kernel.incoming import Incoming
from booking_core.domain.payment.lifecycle import PaymentState, RefundState
from booking_core.ports.outbox import SHARDS
from booking_core.ports.payment_gateway import GatewayUnavailable
from tests.unit.application.house import ANN, DAY, HOUR, ON_REQUEST, ROOM, House, euros, stay


def paying(house: House) -> PayForBookings:
    """The consumer."""
    return PayForBookings(
        start_payment=house.engine.start_payment,
        settle_refunds=house.engine.settle_refunds,
        close_attempts=house.engine.close_attempts,
        bookings=house.storage.bookings,
        gateway=house.gateway,
    )


def events(house: House, booking_id: BookingId) -> list[Incoming]:
    """What a worker would be told of the booking."""
    return [
        Incoming(
            event_id=each.event.event_id,
            type=each.event.type,
            tenant_id=each.event.tenant_id,
            booking_id=each.event.booking_id,
            data=each.event.data,
            sequence=each.event.sequence,
            correlation_id=each.event.correlation_id,
        )
        for each in house.storage.outbox.unsent(range(SHARDS), 1000)
        if each.event.booking_id == booking_id and each.event.type in TOPICS
    ]


def test_a_new_booking_is_asked_to_pay_once(house: House) -> None:
    """However often it is told, there is one attempt, with its session at the provider."""
    booking = house.book(stay(ROOM))
    for _ in range(3):
        for event in events(house, booking.id):
            paying(house)(event)
    (attempt,) = house.see(booking.id).account.attempts
    assert attempt.provider_ref is not None
    assert house.told(booking.id).count("payment.created") == 1


def test_who_pays_by_themselves_is_not_asked_again(house: House) -> None:
    """The customer's own request and the consumer's mean the same attempt."""
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    for event in events(house, booking.id):
        paying(house)(event)
    assert [a.id for a in house.see(booking.id).account.attempts] == [payment_id]


def test_what_awaits_approval_is_not_asked_to_pay(house: House) -> None:
    """Only once its provider has agreed."""
    line = replace(stay(ROOM), service_id=ON_REQUEST, end=None)
    booking = house.book(line)
    assert booking.state is BookingState.PENDING_CONFIRMATION
    for event in events(house, booking.id):
        paying(house)(event)
    assert house.see(booking.id).account.attempts == ()


def test_told_late_it_starts_nothing(house: House) -> None:
    """A hold that lapsed meanwhile is not paid for."""
    booking = house.book(stay(ROOM))
    told = events(house, booking.id)
    house.clock.advance(HOUR)
    for event in told:
        paying(house)(event)
    assert house.see(booking.id).account.attempts == ()


@pytest.mark.parametrize("outage", Outage)
@pytest.mark.parametrize("ends", ["booking.expired", "payment.cancelled"])
def test_what_is_over_is_closed_when_the_provider_answers(
    house: House, ends: str, outage: Outage
) -> None:
    """While it does not, the event has to come again; it is told of once."""
    outages = OutagesInTurn()
    house.with_outages(outages)
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    outages.expect(Call.CANCEL, outage)
    if ends == "booking.expired":
        house.clock.advance(HOUR)
        house.engine.lapse_holds()
    else:
        house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
        outages.expect(Call.CANCEL, outage)  # It was asked right after the commit.
    (event,) = (e for e in events(house, booking.id) if e.type == ends)
    with pytest.raises(GatewayUnavailable):
        paying(house)(event)
    for _ in range(2):
        paying(house)(event)
    record = house.gateway.find(booking.tenant_id, payment_id)
    assert record is not None
    assert record.state is PaymentState.CANCELLED
    assert house.see(booking.id).account.state is PaymentState.CANCELLED
    assert house.told(booking.id).count("payment.cancelled") == 1


def test_money_owed_goes_back_when_the_provider_answers(house: House) -> None:
    """While it does not, the event has to come again; nothing is paid twice."""
    outages = OutagesInTurn()
    house.with_outages(outages)
    booking = house.confirmed(stay(ROOM, 30 * DAY))
    outages.expect(Call.REFUND, Outage.BEFORE_EFFECT)  # Asked right after the commit.
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    told = [e for e in events(house, booking.id) if e.type == "payment.refund_requested"]
    outages.expect(Call.REFUND, Outage.AFTER_EFFECT)
    with pytest.raises(GatewayUnavailable):
        paying(house)(told[0])
    for _ in range(2):
        paying(house)(told[0])
    account = house.see(booking.id).account
    assert [r.state for r in account.refunds] == [RefundState.SUCCEEDED]
    assert account.state is PaymentState.REFUNDED
    record = house.gateway.find(booking.tenant_id, account.attempts[0].id)
    assert record is not None
    assert [given.amount for given in record.refunds] == [euros(1000)]
