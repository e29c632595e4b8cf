"""Cancelling, rescheduling and swapping: what was had goes only if what is wanted is got."""

from datetime import timedelta

import pytest

from booking_core.application.booking.cancel_booking import CancelBooking, QuoteCancellation
from booking_core.application.booking.check_in_booking import CheckInBooking
from booking_core.application.booking.complete_booking import CompleteBooking
from booking_core.application.booking.line import Line
from booking_core.application.booking.open_booking import VersionMismatch
from booking_core.application.booking.reschedule_booking import RescheduleBooking
from booking_core.application.booking.swap_bookings import SwapBookings
from booking_core.application.booking.timing import HasBegun, IsOver, NotBegun
from booking_core.domain.availability.refusals import InThePast
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import Forbidden, NotFound
from booking_core.domain.kernel.ids import UnitId
from booking_core.ports.unit_of_work import Taken
from tests.unit.application.house import (
    ANN,
    BARN,
    BOB,
    CONCERT,
    DAY,
    HOUR,
    NOON,
    OWNER,
    ROOM,
    House,
    euros,
    stay,
)


@pytest.mark.parametrize(
    ("notice", "refund"),
    [(2 * DAY, 1000), (DAY, 1000), (DAY - HOUR, 400), (HOUR, 0)],
    ids=["long before", "on the line", "half, less a fee", "too late"],
)
def test_a_cancellation_gives_back_what_its_quote_said(
    house: House, notice: timedelta, refund: int
) -> None:
    """Quote and cancellation are one function of the terms and the notice."""
    booking = house.confirmed(stay(ROOM, 2 * DAY))
    house.clock.set(booking.start - notice)
    quote = house.engine.quote_cancellation(QuoteCancellation(booking_id=booking.id), ANN)
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    assert quote.refund == euros(refund)
    assert house.see(booking.id).account.balance("EUR").refunded == refund


def test_the_provider_s_own_cancellation_refunds_all(house: House) -> None:
    """However late it is."""
    booking = house.confirmed(stay(ROOM))
    house.clock.set(booking.start - HOUR)
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), OWNER)
    assert house.see(booking.id).account.balance("EUR").refunded == 1000


def test_what_is_cancelled_can_be_booked_again(house: House) -> None:
    """At once."""
    booking = house.book(stay(ROOM))
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    assert house.book(stay(ROOM), by=BOB).is_held


def test_what_is_over_cannot_be_cancelled_by_its_customer(house: House) -> None:
    """Nobody gets money back for what they had."""
    booking = house.confirmed(stay(ROOM))
    house.clock.set(booking.end)
    with pytest.raises(IsOver):
        house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)


def test_a_booking_can_move_onto_itself(house: House) -> None:
    """Half an hour later overlaps the old time, which is its own."""
    booking = house.confirmed(stay(ROOM))
    moved = move(house, booking.id, booking.start + HOUR / 2)
    assert moved.start == booking.start + HOUR / 2
    assert moved.state is BookingState.CONFIRMED


def test_a_booking_that_cannot_move_stays(house: House) -> None:
    """If the new time is taken the old one is kept."""
    booking = house.confirmed(stay(ROOM))
    house.book(stay(ROOM, 3 * DAY), by=BOB)
    with pytest.raises(Taken):
        move(house, booking.id, NOON + 3 * DAY)
    assert house.see(booking.id).booking.start == booking.start
    with pytest.raises(Taken):
        house.book(stay(ROOM), by=BOB)


def test_a_booking_moves_by_the_rules(house: House) -> None:
    """No more than a new one may it begin in the past."""
    booking = house.confirmed(stay(ROOM))
    with pytest.raises(InThePast):
        move(house, booking.id, NOON - HOUR)


def test_a_customer_cannot_move_what_has_begun(house: House) -> None:
    """What is used stays used."""
    booking = house.confirmed(stay(ROOM))
    house.clock.set(booking.start)
    with pytest.raises(HasBegun):
        move(house, booking.id, booking.start + DAY)


def test_who_read_an_older_version_is_refused(house: House) -> None:
    """And told which version stands."""
    booking = house.confirmed(stay(ROOM))
    with pytest.raises(VersionMismatch) as refused:
        house.engine.cancel_booking(CancelBooking(booking_id=booking.id, expected_version=1), ANN)
    assert refused.value.actual == booking.version


def test_two_bookings_change_places(house: House) -> None:
    """Neither is ever without a place, and nobody can slip in between."""
    ann, bob = house.confirmed(stay(ROOM)), house.confirmed(stay(ROOM, 3 * DAY), by=BOB)
    house.engine.swap_bookings(SwapBookings(booking_id=ann.id, with_id=bob.id), OWNER)
    assert house.see(ann.id).booking.start == bob.start
    assert house.see(bob.id).booking.start == ann.start


def test_who_swaps_for_something_cheaper_gets_the_difference_back(house: House) -> None:
    """Whichever of the two it is."""
    seat = house.confirmed(Line(performance_id=CONCERT, unit_ids=(UnitId("A1"),)))
    room = house.confirmed(stay(ROOM, 3 * DAY), by=BOB)
    house.engine.swap_bookings(SwapBookings(booking_id=room.id, with_id=seat.id), OWNER)
    assert house.see(seat.id).account.balance("EUR").refunded == 2000


def test_nobody_swaps_with_a_stranger(house: House) -> None:
    """Another's booking does not exist for a customer."""
    ann, bob = house.confirmed(stay(ROOM)), house.confirmed(stay(ROOM, 3 * DAY), by=BOB)
    with pytest.raises(NotFound):
        house.engine.swap_bookings(SwapBookings(booking_id=ann.id, with_id=bob.id), ANN)


def test_completing_early_frees_the_rest(house: House) -> None:
    """The claim ends at that moment, and not before the booking begins."""
    booking = house.confirmed(stay(ROOM, hours=4))
    complete = CompleteBooking(booking_id=booking.id)
    with pytest.raises(NotBegun):
        house.engine.complete_booking(complete, OWNER)
    house.clock.set(booking.start + HOUR)
    house.engine.complete_booking(complete, OWNER)
    assert house.book(stay(ROOM, 2 * DAY + 2 * HOUR), by=BOB).is_held


def test_who_has_moved_in_is_not_moved(house: House) -> None:
    """A pool is re-arranged around those who have checked in."""
    guest = house.confirmed(stay(BARN, HOUR, hours=8))
    house.clock.set(guest.start)
    house.engine.check_in_booking(CheckInBooking(booking_id=guest.id), OWNER)
    unit = house.see(guest.id).booking.items[0].unit_ids
    for after in (2, 4, 6):
        house.book(stay(BARN, after * HOUR, hours=2))
        house.book(stay(BARN, after * HOUR, hours=2), by=BOB)
    assert house.see(guest.id).booking.items[0].unit_ids == unit


def test_a_customer_does_not_check_in_by_themselves(house: House) -> None:
    """That is for who sold it."""
    booking = house.confirmed(stay(ROOM))
    with pytest.raises(Forbidden):
        house.engine.check_in_booking(CheckInBooking(booking_id=booking.id), ANN)


def move(house: House, booking_id: object, start: object) -> object:
    """The booking after Ann moved it."""
    command = RescheduleBooking(booking_id=booking_id, start=start)  # type: ignore[arg-type]
    return house.engine.reschedule_booking(command, ANN).dossier.booking
