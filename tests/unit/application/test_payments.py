"""Money that comes late, twice or wrong ends as a booking or as a refund, never as both."""

from datetime import timedelta

import pytest

from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.booking.line import Line
from booking_core.application.booking.open_booking import HoldLapsed
from booking_core.application.booking.reject_booking import RejectBooking
from booking_core.application.payment.complete_payment import CompletePayment
from booking_core.application.payment.fail_payment import FailPayment
from booking_core.application.payment.progress_payment import ProgressPayment
from booking_core.application.payment.refund_payment import RefundPayment
from booking_core.application.payment.start_payment import NothingDue, StartPayment
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import Forbidden, NotFound
from booking_core.domain.payment.account import TooManyAttempts
from booking_core.domain.payment.ledger import Overdrawn
from booking_core.domain.payment.lifecycle import PaymentState
from tests.unit.application.house import (
    ANN,
    BARN,
    BOB,
    DAY,
    NOON,
    ON_REQUEST,
    OWNER,
    ROOM,
    SYSTEM,
    House,
    euros,
    stay,
)

LAPSE = timedelta(minutes=11)


def test_the_full_amount_confirms(house: House) -> None:
    """The booking is confirmed and the money earned."""
    booking = house.book(stay(ROOM))
    paid = house.pay(house.start(booking), euros(1000))
    assert paid.booking.state is BookingState.CONFIRMED
    assert paid.booking.expires_at is None
    assert paid.account.balance("EUR").kept == 1000
    assert house.told(booking.id) == [
        "booking.created",
        "payment.created",
        "payment.completed",
        "booking.confirmed",
    ]


def test_told_twice_it_has_one_effect(house: House) -> None:
    """A repeated callback changes nothing."""
    payment = house.start(house.book(stay(ROOM)))
    again = CompletePayment(payment_id=payment, amount=euros(1000), provider_ref="ref")
    assert house.pay(payment, euros(1000)) == house.engine.complete_payment(again, SYSTEM)


def test_an_overdue_hold_that_nobody_expired_is_confirmed(house: House) -> None:
    """Its claims are live still, so nobody else can have been given them."""
    payment = house.start(house.book(stay(ROOM)))
    house.clock.advance(LAPSE)
    assert house.pay(payment, euros(1000)).booking.state is BookingState.CONFIRMED


def test_a_late_payment_brings_the_booking_back_if_its_period_is_free(house: House) -> None:
    """Expired, but nobody wanted it: it is claimed again and confirmed."""
    booking = house.book(stay(ROOM))
    payment = house.start(booking)
    house.clock.advance(LAPSE)
    assert house.engine.lapse_holds() == 1
    paid = house.pay(payment, euros(1000))
    assert paid.booking.state is BookingState.CONFIRMED
    assert [claim.unit_id for claim in paid.booking.claims()] == ["1"]


def test_a_late_payment_finds_an_equivalent_unit(house: House) -> None:
    """In a pool another unit is as good."""
    booking = house.book(stay(BARN))
    payment = house.start(booking)
    house.clock.advance(LAPSE)
    house.engine.lapse_holds()
    house.book(stay(BARN, quantity=2), by=BOB)
    assert house.pay(payment, euros(1000)).booking.state is BookingState.CONFIRMED


def test_a_late_payment_is_refunded_if_its_period_is_taken(house: House) -> None:
    """All of it, and the customer is told."""
    booking = house.book(stay(ROOM))
    payment = house.start(booking)
    house.clock.advance(LAPSE)
    house.book(stay(ROOM), by=BOB)
    house.pay(payment, euros(1000))
    dossier = house.see(booking.id)
    assert dossier.booking.state is BookingState.EXPIRED
    assert dossier.account.state is PaymentState.REFUNDED
    assert "booking.late_payment" in house.told(booking.id)


def test_a_payment_for_a_cancelled_booking_goes_back(house: House) -> None:
    """Who cancels while paying gets the money back."""
    booking = house.book(stay(ROOM))
    payment = house.start(booking)
    house.send(payment)
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    house.pay(payment, euros(1000))
    dossier = house.see(booking.id)
    assert dossier.booking.state is BookingState.CANCELLED
    assert dossier.account.balance("EUR").refunded == 1000


def test_a_payment_for_a_rejected_booking_goes_back(house: House) -> None:
    """The provider declined, so nothing is owed to it."""
    booking = house.book(Line(service_id=ON_REQUEST, start=NOON + 2 * DAY))
    payment = house.start(booking)
    house.send(payment)
    house.engine.reject_booking(RejectBooking(booking_id=booking.id), OWNER)
    house.pay(payment, euros(1000))
    assert house.see(booking.id).account.balance("EUR").refunded == 1000


@pytest.mark.parametrize("amount", [euros(999), euros(1001)])
def test_a_wrong_amount_confirms_nothing_and_is_flagged(house: House, amount: object) -> None:
    """It is kept, apart from what was earned, until a person decides."""
    booking = house.book(stay(ROOM))
    paid = house.pay(house.start(booking), amount)  # type: ignore[arg-type]
    assert paid.booking.state is BookingState.PENDING
    assert paid.booking.flag == "wrong_payment_amount"
    assert paid.account.earned("EUR") == euros(0)
    assert paid.account.balance("EUR").captured == amount.amount_minor  # type: ignore[attr-defined]


def test_the_second_of_two_payments_goes_back(house: House) -> None:
    """The first failed and came through after all: then one of the two is refunded."""
    booking = house.book(stay(ROOM))
    first = house.start(booking)
    house.engine.fail_payment(FailPayment(payment_id=first, reason="declined"), SYSTEM)
    second = house.start(booking)
    assert second != first
    house.pay(second, euros(1000))
    house.pay(first, euros(1000))
    balance = house.see(booking.id).account.balance("EUR")
    assert (balance.captured, balance.kept, balance.refunded) == (2000, 1000, 1000)


def test_a_failed_payment_keeps_the_hold_for_another_try(house: House) -> None:
    """Until the terms' number of attempts is used up: then the hold has nothing to wait for."""
    booking = house.book(stay(ROOM))
    for left in (2, 1, 0):
        payment = house.start(booking)
        house.engine.fail_payment(FailPayment(payment_id=payment, reason="declined"), SYSTEM)
        expected = BookingState.PENDING if left else BookingState.FAILED
        assert house.see(booking.id).booking.state is expected
    assert house.book(stay(ROOM), by=BOB).is_held


def test_attempts_are_as_many_as_the_terms_allow(house: House) -> None:
    """A booking that failed takes no further attempt."""
    booking = house.book(stay(ROOM))
    for _ in range(3):
        payment = house.start(booking)
        house.engine.fail_payment(FailPayment(payment_id=payment, reason="declined"), SYSTEM)
    with pytest.raises((TooManyAttempts, NothingDue)):
        house.start(booking)


def test_paying_extends_the_hold_within_bounds(house: House) -> None:
    """Who is at the bank's page does not lose the hold, for an hour at most."""
    booking = house.book(stay(ROOM))
    payment = house.start(booking)
    house.clock.advance(timedelta(minutes=9))
    house.engine.progress_payment(ProgressPayment(payment_id=payment), SYSTEM)
    assert house.see(booking.id).booking.expires_at == NOON + timedelta(minutes=19)


def test_an_open_attempt_is_continued(house: House) -> None:
    """Asking twice to pay makes one payment."""
    booking = house.book(stay(ROOM))
    assert house.start(booking) == house.start(booking)


def test_a_lapsed_hold_cannot_be_paid_for_any_more(house: House) -> None:
    """No new payment begins after the end; one that has begun may still come through."""
    booking = house.book(stay(ROOM))
    house.clock.advance(LAPSE)
    with pytest.raises(HoldLapsed):
        house.start(booking)


def test_nothing_is_due_twice(house: House) -> None:
    """A confirmed booking takes no payment."""
    with pytest.raises(NothingDue):
        house.start(house.confirmed(stay(ROOM)))


def test_a_customer_pays_only_for_their_own(house: House) -> None:
    """Another's booking does not exist for them."""
    booking = house.book(stay(ROOM))
    with pytest.raises(NotFound):
        house.engine.start_payment(StartPayment(booking_id=booking.id), BOB)


def test_refunds_never_exceed_what_came(house: House) -> None:
    """The provider may give back all of it, once."""
    booking = house.confirmed(stay(ROOM))
    payment = house.see(booking.id).account.attempts[0].id
    half = RefundPayment(payment_id=payment, amount=euros(600))
    house.engine.refund_payment(half, OWNER)
    with pytest.raises(Overdrawn):
        house.engine.refund_payment(half, OWNER)
    house.engine.refund_payment(RefundPayment(payment_id=payment), OWNER)
    balance = house.see(booking.id).account.balance("EUR")
    assert (balance.kept, balance.refunded, balance.due_back) == (0, 1000, 0)


def test_a_customer_refunds_nothing(house: House) -> None:
    """Only who sold it may give money back."""
    booking = house.confirmed(stay(ROOM))
    payment = house.see(booking.id).account.attempts[0].id
    with pytest.raises(Forbidden):
        house.engine.refund_payment(RefundPayment(payment_id=payment), ANN)
