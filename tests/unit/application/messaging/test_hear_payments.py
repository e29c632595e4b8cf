"""What another payment service tells confirms, fails and refunds, once, in whatever order."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.messaging.hear_payments import HearPayments
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.events import Json
from booking_core.domain.kernel.ids import DEFAULT_TENANT, BookingId, EventId
from booking_core.domain.kernel.incoming import Incoming, WrongMessage
from booking_core.domain.payment.ledger import Overdrawn
from booking_core.domain.payment.lifecycle import PaymentState, RefundState
from tests.unit.application.house import ANN, DAY, HOUR, NOON, ROOM, House, euros, stay

SERVICE = "elsewhere"
TEN: Json = {"amountMinor": 1000, "currency": "EUR"}


def hearing(house: House) -> HearPayments:
    """The consumer of the messages of a service elsewhere."""
    return HearPayments(
        service=SERVICE, hear_payment=house.engine.hear_payment, bookings=house.storage.bookings
    )


def told(booking_id: str, type: str, **data: Json) -> Incoming:
    """One of its messages."""
    return Incoming(
        event_id=EventId(f"{type} {data}"),
        type=type,
        tenant_id=DEFAULT_TENANT,
        booking_id=BookingId(booking_id),
        data=data,
    )


def completed(booking: Booking, ref: str = "theirs-1") -> Incoming:
    """Ten euros came by the payment of that name."""
    return told(booking.id, "payment.completed", paymentId=ref, amount=TEN)


def refunded(booking: Booking, refund: str = "back-1", ref: str = "theirs-1") -> Incoming:
    """Ten euros of it went back."""
    return told(booking.id, "payment.refunded", paymentId=ref, refundId=refund, amount=TEN)


def test_a_payment_taken_elsewhere_confirms_its_booking(house: House) -> None:
    """Its attempt is kept under the service's name, with the service's name for the payment."""
    booking = house.book(stay(ROOM))
    hearing(house)(completed(booking))
    now = house.see(booking.id)
    (attempt,) = now.account.attempts
    assert now.booking.state is BookingState.CONFIRMED
    assert (attempt.provider, attempt.provider_ref) == (SERVICE, "theirs-1")
    assert attempt.captured == euros(1000)


@pytest.mark.parametrize("ref", [{"paymentId": "theirs-1"}, {"providerRef": "txn"}, {}])
def test_told_again_it_has_one_effect(house: House, ref: dict[str, Json]) -> None:
    """However the service names its payments, and even if it names none."""
    booking = house.book(stay(ROOM))
    message = told(booking.id, "payment.completed", **ref)
    for _ in range(3):
        hearing(house)(message)
    now = house.see(booking.id)
    assert len(now.account.attempts) == 1
    assert now.account.balance("EUR").kept == 1000
    assert house.told(booking.id).count("payment.completed") == 1


def test_a_failure_leaves_the_hold_for_another_attempt(house: House) -> None:
    """And the success that follows under another name is another attempt."""
    booking = house.book(stay(ROOM))
    hear = hearing(house)
    hear(told(booking.id, "payment.failed", paymentId="theirs-1", reason="card_declined"))
    assert house.see(booking.id).booking.state is BookingState.PENDING
    hear(completed(booking, "theirs-2"))
    now = house.see(booking.id)
    assert [a.state for a in now.account.attempts] == [PaymentState.FAILED, PaymentState.PAID]
    assert now.booking.state is BookingState.CONFIRMED


def test_failures_of_a_service_without_names_are_not_the_success_after_them(house: House) -> None:
    """Ticketing tells failures by the booking alone, and successes by a transaction."""
    booking = house.book(stay(ROOM))
    hear = hearing(house)
    hear(told(booking.id, "payment.failed"))
    hear(told(booking.id, "payment.completed", providerRef="txn"))
    now = house.see(booking.id)
    assert now.booking.state is BookingState.CONFIRMED
    assert [a.provider_ref for a in now.account.attempts] == [None, "txn"]


def test_money_that_comes_late_is_owed_back_to_the_service_that_took_it(house: House) -> None:
    """Our own provider is not asked for what it never had; the service's answer settles it."""
    booking = house.book(stay(ROOM))
    house.clock.advance(HOUR)
    other = house.book(stay(ROOM), by=ANN)
    hear = hearing(house)
    hear(completed(booking))
    (refund,) = house.see(booking.id).account.refunds
    assert refund.state is RefundState.REQUESTED
    assert house.engine.settle_refunds.of(house.see(booking.id)) == 0
    hear(refunded(booking))
    hear(refunded(booking))
    now = house.see(booking.id)
    assert [r.state for r in now.account.refunds] == [RefundState.SUCCEEDED]
    assert now.account.balance("EUR").due_back == 0
    assert house.see(other.id).booking.state is BookingState.PENDING


def test_a_cancelled_booking_is_refunded_by_the_service(house: House) -> None:
    """The refund that we asked for and the one that it tells of are the same."""
    booking = house.book(stay(ROOM, 30 * DAY))
    hear = hearing(house)
    hear(completed(booking))
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    hear(refunded(booking))
    now = house.see(booking.id)
    assert len(now.account.refunds) == 1
    assert now.account.state is PaymentState.REFUNDED


def test_a_refund_that_nobody_asked_for_flags_the_booking(house: House) -> None:
    """The money went back elsewhere; the booking is for a person to look at."""
    booking = house.book(stay(ROOM))
    hear = hearing(house)
    hear(completed(booking))
    hear(refunded(booking))
    now = house.see(booking.id)
    assert now.booking.flag == "refunded_at_provider"
    assert now.account.state is PaymentState.REFUNDED


def test_a_second_payment_goes_back(house: House) -> None:
    """Paid here and elsewhere, the later money is not due."""
    booking = house.confirmed(stay(ROOM))
    hearing(house)(completed(booking))
    now = house.see(booking.id)
    assert now.booking.state is BookingState.CONFIRMED
    assert now.account.earned("EUR") == euros(1000)
    assert [r.amount for r in now.account.outstanding_refunds(SERVICE)] == [euros(1000)]


def test_our_own_name_for_a_payment_is_understood(house: House) -> None:
    """A service that works on our attempt tells of that very one."""
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    hearing(house)(completed(booking, payment_id))
    now = house.see(booking.id)
    assert [a.id for a in now.account.attempts] == [payment_id]
    assert now.booking.state is BookingState.CONFIRMED


def test_an_amount_without_a_currency_is_in_the_bookings(house: House) -> None:
    """45.50 of a booking in euros is 4550 cents."""
    booking = house.book(stay(ROOM))
    hearing(house)(told(booking.id, "payment.completed", paymentId="p", amountDecimal="10.00"))
    assert house.see(booking.id).booking.state is BookingState.CONFIRMED


def test_an_amount_finer_than_the_currency_is_refused(house: House) -> None:
    """Nobody pays a tenth of a cent: the message is wrong, and nothing is noted."""
    booking = house.book(stay(ROOM))
    with pytest.raises(WrongMessage, match="amount"):
        hearing(house)(told(booking.id, "payment.completed", paymentId="p", amountDecimal="10.001"))
    assert house.see(booking.id).account.attempts == ()


def test_a_wrong_amount_waits_for_a_person(house: House) -> None:
    """It is in suspense, and the booking is flagged, not confirmed."""
    booking = house.book(stay(ROOM))
    wrong: Json = {"amountMinor": 999, "currency": "EUR"}
    hearing(house)(told(booking.id, "payment.completed", paymentId="p", amount=wrong))
    now = house.see(booking.id).booking
    assert (now.state, now.flag) == (BookingState.PENDING, "wrong_payment_amount")


def test_a_booking_that_is_not_ours_is_told_so(house: House) -> None:
    """The message can be set aside, with its cause."""
    with pytest.raises(NotFound):
        hearing(house)(told("BKG-001", "payment.completed", paymentId="p", amount=TEN))


def test_a_refund_before_its_payment_is_refused_and_later_right(house: House) -> None:
    """Told again after the payment, it is the refund of that payment."""
    booking = house.book(stay(ROOM))
    hear = hearing(house)
    with pytest.raises(Overdrawn):
        hear(refunded(booking))
    hear(completed(booking))
    hear(refunded(booking))
    assert house.see(booking.id).account.state is PaymentState.REFUNDED


def test_other_messages_are_passed_over(house: House) -> None:
    """What another system tells of its bookings is no business of payments."""
    booking = house.book(stay(ROOM))
    hearing(house)(told(booking.id, "booking.cancelled", reason="plans"))
    assert house.see(booking.id).booking == booking


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_and_repeated_they_come_to_the_same_end(house: House, seed: int) -> None:
    """Each told one to five times, in any order, again after what was too early: one effect."""
    booking = house.book(stay(ROOM))
    failed = told(booking.id, "payment.failed", paymentId="theirs-0", reason="card_declined")
    chance = random.Random(seed)
    messages = [failed, completed(booking), refunded(booking)]
    heard = [each for each in messages for _ in range(chance.randint(1, 5))]
    chance.shuffle(heard)
    tell_all(hearing(house), heard)
    now = house.see(booking.id)
    assert {a.provider_ref: a.state for a in now.account.attempts} == {
        "theirs-0": PaymentState.FAILED,
        "theirs-1": PaymentState.REFUNDED,
    }
    assert now.account.balance("EUR").captured == now.account.balance("EUR").refunded
    assert now.booking.expires_at is None or now.booking.expires_at > NOON


def tell_all(hear: HearPayments, messages: Sequence[Incoming]) -> None:
    """Until each has been heard: what is refused now comes again after the others."""
    left = list(messages)
    for _ in range(len(messages)):
        again = []
        for message in left:
            try:
                hear(message)
            except Overdrawn:
                again.append(message)
        left = again
    assert not left
