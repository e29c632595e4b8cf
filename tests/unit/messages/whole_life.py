"""All that can happen in the house, so that the engine tells each of its events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache

from booking_adapters.simulated.script import DECLINE, PAY, Script, Step
from booking_core.application.booking.approve_booking import ApproveBooking
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.booking.check_in_booking import CheckInBooking
from booking_core.application.booking.complete_booking import CompleteBooking
from booking_core.application.booking.extend_hold import ExtendHold
from booking_core.application.booking.line import Line
from booking_core.application.booking.mark_no_show import MarkNoShow
from booking_core.application.booking.reject_booking import RejectBooking
from booking_core.application.booking.reschedule_booking import RescheduleBooking
from booking_core.application.booking.swap_bookings import SwapBookings
from booking_core.application.payment.progress_payment import ProgressPayment
from booking_core.application.payment.refund_payment import RefundPayment
from booking_core.domain.booking.booking import Booking
from booking_core.domain.catalogue.offer import Offer
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import DEFAULT_TENANT, ResourceId
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.booking_repository import BookingFilter
from booking_core.ports.page import PageRequest
from booking_core.ports.payment_webhook import Told
from tests.unit.application.house import (
    ANN,
    BARN,
    BOB,
    CELLAR,
    CONCERT,
    DAY,
    HOUR,
    NOON,
    OFFICE,
    ON_REQUEST,
    OWNER,
    ROOM,
    House,
    euros,
    place,
    stay,
)

ALL = PageRequest(limit=100)


@cache
def every_event() -> tuple[DomainEvent, ...]:
    """What a house in memory has told after all of it, booking by booking."""
    house = House()
    for happens in (stays, asks, changes, money, late, given_back_outside, free):
        happens(house)
    return tuple(event for booking in bookings(house) for event in history(house, booking))


def bookings(house: House) -> Iterator[Booking]:
    """All of the house's."""
    page = house.engine.read_bookings.page(BookingFilter(), ALL, OFFICE)
    assert page.next is None
    for dossier in page.entries:
        yield dossier.booking


def history(house: House, booking: Booking) -> tuple[DomainEvent, ...]:
    """All that was told of one."""
    return tuple(house.engine.read_bookings.history(booking.id, ALL, OFFICE).entries)


def stays(house: House) -> None:
    """One comes and goes, one does not come, one has seats, and one does not want them."""
    house.confirmed(Line(performance_id=CONCERT, quantity=2))
    unwanted = house.book(Line(performance_id=CONCERT, quantity=1))
    house.engine.cancel_booking(CancelBooking(booking_id=unwanted.id), ANN)
    came = house.confirmed(stay(ROOM, 3 * HOUR))
    stayed_away = house.confirmed(stay(CELLAR, 3 * HOUR), by=BOB)
    house.clock.advance(3 * HOUR)
    house.engine.check_in_booking(CheckInBooking(booking_id=came.id), OWNER)
    house.clock.advance(2 * HOUR)
    house.engine.complete_booking(CompleteBooking(booking_id=came.id), OWNER)
    house.engine.mark_no_show(MarkNoShow(booking_id=stayed_away.id), OWNER)


def asks(house: House) -> None:
    """The owner is asked, and says yes to one and no to another."""
    agreed = house.book(Line(service_id=ON_REQUEST, start=NOON + 3 * DAY))
    house.engine.approve_booking(ApproveBooking(booking_id=agreed.id), OWNER)
    declined = house.book(Line(service_id=ON_REQUEST, start=NOON + 4 * DAY))
    house.engine.reject_booking(RejectBooking(booking_id=declined.id), OWNER)


def changes(house: House) -> None:
    """Bookings move, change places, make way and are given up."""
    first, second = (house.confirmed(stay(ROOM, days * DAY)) for days in (5, 6))
    house.engine.swap_bookings(SwapBookings(booking_id=first.id, with_id=second.id), OFFICE)
    move = RescheduleBooking(booking_id=first.id, start=NOON + 8 * DAY, end=NOON + 8 * DAY + HOUR)
    house.engine.reschedule_booking(move, ANN)
    house.engine.cancel_booking(CancelBooking(booking_id=second.id, reason="plans_changed"), ANN)
    paying = house.book(stay(ROOM, 9 * DAY))
    house.start(paying)
    house.engine.cancel_booking(CancelBooking(booking_id=paying.id), OWNER)
    # At the last one's time a unit is free, but no unit all the time, until somebody makes way.
    for start, hours in ((3, 2), (4, 4), (7, 2), (3, 4), (6, 3)):
        house.book(stay(BARN, 10 * DAY + start * HOUR, hours))


def money(house: House) -> None:
    """Payments go on, fail and go back; once the provider does not give it back."""
    slow = house.book(stay(ROOM, 11 * DAY))
    payment = house.start(slow)
    house.clock.advance(timedelta(minutes=5))
    house.engine.progress_payment(ProgressPayment(payment_id=payment), OFFICE)
    house.clock.advance(timedelta(minutes=1))
    house.engine.extend_hold(ExtendHold(booking_id=slow.id), ANN)
    hopeless = house.book(stay(ROOM, 12 * DAY))
    while house.see(hopeless.id).booking.is_live:
        payment = house.start(hopeless)
        house.gateway.play(DEFAULT_TENANT, payment, DECLINE)
        house.gateway.deliver_due(house.engine.apply_callback)
    given = house.confirmed(stay(ROOM, 13 * DAY))
    (attempt,) = house.see(given.id).account.attempts
    house.engine.refund_payment(RefundPayment(payment_id=attempt.id, amount=euros(250)), OFFICE)
    refused = Script(refund_refusal="account_closed")
    house.gateway.play(DEFAULT_TENANT, attempt.id, refused)
    house.engine.cancel_booking(CancelBooking(booking_id=given.id), OWNER)


def late(house: House) -> None:
    """Holds lapse; one is paid for all the same, one when its room is somebody else's."""
    back, gone = house.book(stay(ROOM, 14 * DAY)), house.book(stay(ROOM, 15 * DAY))
    payments = [house.start(booking) for booking in (back, gone)]
    house.clock.advance(timedelta(minutes=11))
    house.engine.lapse_holds()
    house.book(stay(ROOM, 15 * DAY), by=BOB)
    for payment in payments:
        house.pay(payment, euros(1000))


def given_back_outside(house: House) -> None:
    """The provider gives the money back of its own accord, and the tenant takes that as an end."""
    tenant = Tenant(id=DEFAULT_TENANT, name="House", cancels_on_external_refund=True)
    house.engine.keep_catalogue.tenant(tenant, OFFICE)
    payment = house.start(house.book(stay(ROOM, 16 * DAY)))
    script = Script(steps=(*PAY.steps, Step(told=Told.REFUNDED)))
    house.gateway.play(DEFAULT_TENANT, payment, script)
    house.gateway.deliver_due(house.engine.apply_callback)
    dossier = house.storage.bookings.of_payment(DEFAULT_TENANT, payment)
    assert dossier.account.state is PaymentState.REFUNDED


def free(house: House) -> None:
    """Where nothing is due, a booking stands at once."""
    garden = replace(place(ResourceId("garden"), "1"), offer=Offer())
    house.engine.keep_catalogue.resource(garden, OWNER)
    booking = house.book(stay(garden.id))
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
