"""The messages in other systems' own documents pay, fail and refund bookings of ours.

As they stand there, but for the ids of the booking and its tenant, which are ours.
"""

from __future__ import annotations

import json

import pytest

from booking_adapters.messages.codec import Codec
from booking_adapters.messages.dialects.appointments import AppointmentsCodec
from booking_adapters.messages.dialects.masstransit import MassTransitCodec
from booking_adapters.messages.dialects.parking import ParkingCodec
from booking_adapters.messages.dialects.ticketing import TicketingCodec
from booking_core.application.messaging.hear_payments import HearPayments
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.kernel.ids import DEFAULT_TENANT, ProviderId, ResourceId, UnitId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.publisher import Message
from tests.unit.application.house import OWNER, House, stay
from tests.unit.messages.samples import masstransit, message, texts

PLACE = ResourceId("place")


def held(house: House, price: Money) -> Booking:
    """A booking at that price, which awaits its payment."""
    house.engine.keep_catalogue.resource(
        Resource(
            tenant_id=DEFAULT_TENANT,
            id=PLACE,
            provider_id=ProviderId("owner"),
            name="Place",
            zone="UTC",
            units=(Unit(UnitId("1")),),
            offer=Offer(price=price),
        ),
        OWNER,
    )
    return house.book(stay(PLACE))


def hear(house: House, codec: Codec, *messages: Message) -> None:
    """Tell the engine these, each twice."""
    hearing = HearPayments(
        service="theirs", hear_payment=house.engine.hear_payment, bookings=house.storage.bookings
    )
    for each in messages:
        for _ in range(2):
            hearing(codec.decode(each))


def state(house: House, booking: Booking) -> tuple[BookingState, PaymentState]:
    """Of the booking, and of its payment."""
    now = house.see(booking.id)
    return now.booking.state, now.account.state


def parking(booking: Booking, *types: str) -> list[Message]:
    """Those of the samples, about this booking."""
    samples = [text.replace("BKG-001", booking.id) for text in texts("002.json")]
    samples = [text.replace("BKG-002", booking.id) for text in samples]
    return [
        message(text.encode())
        for type in types
        for text in samples
        if json.loads(text)["eventType"] == type
    ]


def ticketing(booking: Booking, type: str) -> Message:
    """That of the samples, about this booking."""
    (text,) = (text for text in texts("004.json") if json.loads(text)["eventType"] == type)
    theirs = json.loads(text)["payload"]["bookingId"]
    return message(text.replace(theirs, booking.id).encode(), topic=type)


def csharp(name: str, booking: Booking, **changes: str) -> Message:
    """An event of that class, about this booking."""
    ours = {"bookingId": booking.id, "tenantId": DEFAULT_TENANT}
    return message(masstransit(name, **ours, **changes))


def test_the_appointments_payment_confirms(house: House) -> None:
    """003: PAYMENT_COMPLETED of 75.00 USD."""
    booking = held(house, Money(7500, "USD"))
    (text,) = texts("003.json")
    text = text.replace("appt_789", booking.id).replace("tenant123", DEFAULT_TENANT)
    hear(house, AppointmentsCodec(), message(text.encode()))
    assert state(house, booking) == (BookingState.CONFIRMED, PaymentState.PAID)


def test_the_parkings_payment_confirms_and_goes_back(house: House) -> None:
    """002: payment.received of 45.50 EUR, then payment.refunded, which names no currency."""
    booking = held(house, Money(4550, "EUR"))
    codec = ParkingCodec(DEFAULT_TENANT)
    hear(house, codec, *parking(booking, "payment.received"))
    assert state(house, booking) == (BookingState.CONFIRMED, PaymentState.PAID)
    hear(house, codec, *parking(booking, "payment.refunded"))
    assert state(house, booking) == (BookingState.CONFIRMED, PaymentState.REFUNDED)


def test_the_parkings_failure_keeps_the_hold(house: House) -> None:
    """002: payment.failed, and then the money all the same."""
    booking = held(house, Money(4550, "EUR"))
    codec = ParkingCodec(DEFAULT_TENANT)
    hear(house, codec, *parking(booking, "payment.failed"))
    assert state(house, booking) == (BookingState.PENDING, PaymentState.FAILED)
    hear(house, codec, *parking(booking, "payment.received"))
    assert state(house, booking) == (BookingState.CONFIRMED, PaymentState.PAID)


def test_the_ticketings_success_and_failure(house: House) -> None:
    """004: neither names an amount, and the failure not even a payment."""
    booking = held(house, Money(15_000, "USD"))
    codec = TicketingCodec(DEFAULT_TENANT)
    hear(house, codec, ticketing(booking, "payment.failed"))
    assert state(house, booking) == (BookingState.PENDING, PaymentState.FAILED)
    hear(house, codec, ticketing(booking, "payment.success"))
    assert state(house, booking) == (BookingState.CONFIRMED, PaymentState.PAID)


@pytest.mark.parametrize(
    ("told", "comes_to"),
    [
        (["PaymentProcessedEvent"], (BookingState.CONFIRMED, PaymentState.PAID)),
        (["PaymentFailedEvent"], (BookingState.PENDING, PaymentState.FAILED)),
        (
            ["PaymentProcessedEvent", "PaymentRefundedEvent"],
            (BookingState.CONFIRMED, PaymentState.REFUNDED),
        ),
    ],
)
def test_the_csharp_events(
    house: House, told: list[str], comes_to: tuple[BookingState, PaymentState]
) -> None:
    """000: by MassTransit's envelope."""
    booking = held(house, Money(4550, "USD"))
    messages = [csharp(name, booking) for name in told]
    hear(house, MassTransitCodec("Booking.Events"), *messages)
    assert state(house, booking) == comes_to
