"""Nobody pays for what is over: the provider closes it, or the money goes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from booking_adapters.simulated.outages import Call, Outage, OutagesInTurn
from booking_adapters.simulated.script import DECLINE, PAY, Script
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.booking.line import Line
from booking_core.application.booking.reject_booking import RejectBooking
from booking_core.application.booking.reschedule_booking import RescheduleBooking
from booking_core.application.booking.swap_bookings import SwapBookings
from booking_core.application.payment.complete_payment import CompletePayment
from booking_core.application.payment.fail_payment import FailPayment
from booking_core.application.payment.hear_payment import HearPayment
from booking_core.application.payment.start_payment import NothingDue
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import DEFAULT_TENANT, PaymentId, UnitId
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.payment_gateway import GatewayUnavailable, ProviderRecord
from booking_core.ports.payment_webhook import Callback, Told
from tests.unit.application.house import (
    ANN,
    BARN,
    CONCERT,
    DAY,
    HOUR,
    NOON,
    ON_REQUEST,
    OWNER,
    ROOM,
    SYSTEM,
    House,
    euros,
    stay,
)

BACK_SEAT = Line(performance_id=CONCERT, unit_ids=(UnitId("B1"),))
FRONT_SEAT = Line(performance_id=CONCERT, unit_ids=(UnitId("A1"),))


def at_provider(house: House, payment_id: PaymentId) -> ProviderRecord:
    """What the provider knows of it."""
    record = house.gateway.find(DEFAULT_TENANT, payment_id)
    assert record is not None
    return record


def close(house: House, booking: Booking) -> bool:
    """Close what the booking has given up."""
    return house.engine.close_attempts.of(house.see(booking.id))


def unheard(house: House, payment_id: PaymentId, script: Script) -> list[Callback]:
    """Let it happen at the provider; what it tells is kept for later."""
    house.gateway.play(DEFAULT_TENANT, payment_id, script)
    kept: list[Callback] = []
    house.gateway.deliver_due(kept.append)
    return kept


def cancel(house: House, booking: Booking) -> None:
    """By its customer."""
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)


def reject(house: House, booking: Booking) -> None:
    """By its provider."""
    house.engine.reject_booking(RejectBooking(booking_id=booking.id), OWNER)


def upgrade(house: House, booking: Booking) -> None:
    """To a place at another price."""
    command = RescheduleBooking(booking_id=booking.id, items=(FRONT_SEAT,))
    house.engine.reschedule_booking(command, ANN)


def swap(house: House, booking: Booking) -> None:
    """With somebody whose place is dearer."""
    other = house.book(FRONT_SEAT)
    command = SwapBookings(booking_id=other.id, with_id=booking.id)
    house.engine.swap_bookings(command, OWNER)


def lapse(house: House, booking: Booking) -> None:
    """By time; whoever expires it closes nothing by that alone."""
    house.clock.advance(HOUR)
    house.engine.lapse_holds()
    close(house, booking)


REQUEST = Line(service_id=ON_REQUEST, start=NOON + 2 * DAY)
ENDINGS = [
    pytest.param(stay(ROOM), cancel, id="cancelled"),
    pytest.param(REQUEST, reject, id="rejected"),
    pytest.param(BACK_SEAT, upgrade, id="rescheduled"),
    pytest.param(BACK_SEAT, swap, id="swapped"),
    pytest.param(stay(ROOM), lapse, id="expired"),
]


@pytest.mark.parametrize(("line", "end"), ENDINGS)
def test_what_is_over_cannot_be_paid_at_the_provider(
    house: House, line: Line, end: Callable[[House, Booking], None]
) -> None:
    """It is closed there, in our books too, and told of once however often it is closed."""
    booking = house.book(line)
    payment_id = house.start(booking)
    end(house, booking)
    assert at_provider(house, payment_id).state is PaymentState.CANCELLED
    for _ in range(2):
        assert close(house, booking)
    attempt = house.see(booking.id).account.attempt(payment_id)
    assert attempt.state is PaymentState.CANCELLED
    assert house.told(booking.id).count("payment.cancelled") == 1
    assert unheard(house, payment_id, PAY) == []


@pytest.mark.parametrize("outage", Outage)
@pytest.mark.parametrize(("line", "end"), ENDINGS)
def test_a_provider_that_does_not_answer_keeps_nobody_from_ending_it(
    house: House, line: Line, end: Callable[[House, Booking], None], outage: Outage
) -> None:
    """The act succeeds; closing says that it did not, and the next time it does."""
    outages = OutagesInTurn()
    house.with_outages(outages)
    booking = house.book(line)
    payment_id = house.start(booking)
    outages.expect(Call.CANCEL, outage, times=2)
    end(house, booking)
    assert not close(house, booking)
    assert close(house, booking)
    assert at_provider(house, payment_id).state is PaymentState.CANCELLED
    assert house.told(booking.id).count("payment.cancelled") == 1


@pytest.mark.parametrize("outage", Outage)
def test_what_lapsed_is_closed_batch_by_batch(house: House, outage: Outage) -> None:
    """Until the provider does not answer; what is on its way keeps nothing else waiting."""
    outages = OutagesInTurn()
    house.with_outages(outages)
    bookings = [house.book(stay(BARN, day * DAY)) for day in range(2, 7)]
    payments = [house.start(booking) for booking in bookings]
    house.send(payments[0])
    house.clock.advance(HOUR)
    house.engine.lapse_holds()
    outages.expect(Call.CANCEL, outage)
    assert house.engine.close_attempts.outlived(2) is None
    after, batches = house.engine.close_attempts.outlived(2), 1
    while after is not None:
        after, batches = house.engine.close_attempts.outlived(2, after), batches + 1
    assert batches == 3
    states = [at_provider(house, payment_id).state for payment_id in payments]
    assert states == [PaymentState.PROCESSING, *[PaymentState.CANCELLED] * 4]
    left = house.storage.bookings.outlived(10)
    assert [dossier.booking.id for dossier in left] == [bookings[0].id]


def test_what_is_held_and_due_is_left_open(house: House) -> None:
    """Nobody closes what the customer may pay, an overdue hold that stands included."""
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    house.clock.advance(HOUR)
    assert close(house, booking)
    assert at_provider(house, payment_id).state is PaymentState.CREATED
    assert house.pay(payment_id, euros(1000)).booking.state is BookingState.CONFIRMED


@pytest.mark.parametrize(
    ("end", "state", "kept"),
    [(cancel, BookingState.CANCELLED, 0), (lapse, BookingState.CONFIRMED, 1000)],
)
def test_who_paid_before_it_was_closed_is_found_out_by_closing(
    house: House, end: Callable[[House, Booking], None], state: BookingState, kept: int
) -> None:
    """The answer names the money, which goes by the late-payment table, once."""
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    late = unheard(house, payment_id, PAY)
    end(house, booking)
    for _ in range(2):
        dossier = house.see(booking.id)
        balance = dossier.account.balance("EUR")
        assert (dossier.booking.state, balance.kept) == (state, kept)
        assert (balance.captured, balance.refunded) == (1000, 1000 - kept)
        assert len(at_provider(house, payment_id).refunds) == (kept == 0)
        close(house, booking)
        for callback in late * 2:
            house.engine.apply_callback(callback)


@pytest.mark.parametrize(("end", "taken"), [(cancel, False), (lapse, True)])
def test_money_that_is_on_its_way_comes_and_goes_back_once(
    house: House, end: Callable[[House, Booking], None], taken: bool
) -> None:
    """Closing cannot stop it; each callback comes twice, and closing is tried in between."""
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    house.send(payment_id)
    end(house, booking)
    assert at_provider(house, payment_id).state is PaymentState.PROCESSING
    if taken:
        house.book(stay(ROOM))
    for callback in unheard(house, payment_id, PAY) * 2:
        house.engine.apply_callback(callback)
        assert close(house, booking)
    dossier = house.see(booking.id)
    assert not dossier.booking.is_live
    assert dossier.account.balance("EUR").refunded == 1000
    assert [given.amount for given in at_provider(house, payment_id).refunds] == [euros(1000)]


def test_who_cancels_while_the_payment_is_processing_is_not_charged(house: House) -> None:
    """We know that it is on its way: the attempt is given up, and the money goes back."""
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    house.send(payment_id)
    by_itself = Callback(
        event_id="processing",
        told=Told.PROCESSING,
        tenant_id=DEFAULT_TENANT,
        payment_id=payment_id,
        ref="sim",
    )
    house.engine.apply_callback(by_itself)
    assert house.see(booking.id).account.state is PaymentState.PROCESSING
    cancel(house, booking)
    assert house.see(booking.id).account.state is PaymentState.CANCELLED
    house.pay(payment_id, euros(1000))
    dossier = house.see(booking.id)
    assert dossier.booking.state is BookingState.CANCELLED
    assert dossier.account.state is PaymentState.REFUNDED
    assert dossier.account.balance("EUR").refunded == 1000


def test_an_expired_attempt_that_failed_is_noted_as_failed(house: House) -> None:
    """The news of it was lost: closing brings it."""
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    unheard(house, payment_id, DECLINE)
    lapse(house, booking)
    attempt = house.see(booking.id).account.attempt(payment_id)
    assert (attempt.state, attempt.failure) == (PaymentState.FAILED, "declined")
    assert house.told(booking.id).count("payment.cancelled") == 0


def test_what_the_provider_never_heard_of_is_closed_by_us(house: House) -> None:
    """The intent was never opened: there is nothing there that could be paid."""
    outages = OutagesInTurn()
    house.with_outages(outages)
    booking = house.book(stay(ROOM))
    outages.expect(Call.CREATE_INTENT, Outage.BEFORE_EFFECT)
    with pytest.raises(GatewayUnavailable):
        house.start(booking)
    lapse(house, booking)
    (attempt,) = house.see(booking.id).account.attempts
    assert attempt.state is PaymentState.CANCELLED
    with pytest.raises(NothingDue):
        house.start(booking)


def test_an_intent_that_was_opened_too_late_is_closed_at_once(house: House) -> None:
    """The booking was cancelled while the provider was being asked to open it."""
    booking = house.book(stay(ROOM))

    def meanwhile(call: Call, id: str) -> None:
        if call is Call.CREATE_INTENT:
            cancel(house, booking)

    house.with_outages(meanwhile)
    payment_id = house.start(booking)
    assert at_provider(house, payment_id).state is PaymentState.CANCELLED


def test_a_payment_taken_elsewhere_closes_ours(house: House) -> None:
    """It superseded our attempt, by which the customer would pay a second time."""
    booking = house.book(stay(ROOM))
    payment_id = house.start(booking)
    heard = HearPayment(
        service="elsewhere", told=Told.COMPLETED, booking_id=booking.id, ref="theirs-1"
    )
    assert house.engine.hear_payment(heard, SYSTEM).booking.state is BookingState.CONFIRMED
    assert at_provider(house, payment_id).state is PaymentState.CANCELLED
    assert house.see(booking.id).account.balance("EUR").kept == 1000


def test_what_was_paid_after_all_closes_the_attempt_after_it(house: House) -> None:
    """The first failed, a second was begun, and the first brought the money."""
    booking = house.book(stay(ROOM))
    first = house.start(booking)
    house.gateway.play(DEFAULT_TENANT, first, DECLINE)
    house.gateway.deliver_due(house.engine.apply_callback)
    second = house.start(booking)
    assert house.pay(first, euros(1000)).booking.state is BookingState.CONFIRMED
    assert at_provider(house, second).state is PaymentState.CANCELLED


def test_what_a_payment_superseded_is_given_up_with_it(house: House) -> None:
    """In one commit: whoever is cut off before the provider was asked is told of it again."""
    booking = house.book(stay(ROOM))
    first = house.start(booking)
    house.engine.fail_payment(FailPayment(payment_id=first, reason="declined"), SYSTEM)
    second = house.start(booking)
    paid = CompletePayment(payment_id=first, amount=euros(1000), provider_ref="sim")
    dossier = house.engine.complete_payment(paid, SYSTEM)
    assert dossier.account.attempt(second).state is PaymentState.CANCELLED
    assert house.told(booking.id)[-1] == "payment.cancelled"


def test_the_attempt_of_another_service_is_not_ours_to_close(house: House) -> None:
    """It is told that it is cancelled; our provider is not asked for it."""
    asked: list[Call] = []
    house.with_outages(lambda call, id: asked.append(call))
    booking = house.book(stay(ROOM))
    begun = HearPayment(
        service="elsewhere", told=Told.PROCESSING, booking_id=booking.id, ref="theirs-1"
    )
    house.engine.hear_payment(begun, SYSTEM)
    cancel(house, booking)
    assert house.see(booking.id).account.state is PaymentState.CANCELLED
    assert "payment.cancelled" in house.told(booking.id)
    assert asked == []


@pytest.mark.parametrize("times", [1, 3])
def test_who_moves_to_a_dearer_place_pays_the_difference_once(house: House, times: int) -> None:
    """Whether or not the move is asked for again, and the news of the money comes again."""
    booking = house.confirmed(BACK_SEAT)
    command = RescheduleBooking(booking_id=booking.id, items=(FRONT_SEAT,))
    for _ in range(times):
        house.engine.reschedule_booking(command, ANN, "move")
    due = house.see(booking.id).due
    assert due == euros(1000)
    payment_id = house.start(booking)
    for callback in unheard(house, payment_id, PAY) * times:
        house.engine.apply_callback(callback)
    dossier = house.see(booking.id)
    assert dossier.due is None
    assert dossier.account.earned("EUR") == dossier.booking.price == euros(3000)
    assert dossier.account.balance("EUR").refunded == 0


@pytest.mark.parametrize("times", [1, 3])
def test_who_moves_to_a_cheaper_place_gets_the_difference_back_once(
    house: House, times: int
) -> None:
    """Whether or not the move is asked for again; what stays is what the new place costs."""
    booking = house.confirmed(FRONT_SEAT)
    command = RescheduleBooking(booking_id=booking.id, items=(BACK_SEAT,))
    for _ in range(times):
        house.engine.reschedule_booking(command, ANN, "move")
    dossier = house.see(booking.id)
    assert dossier.account.earned("EUR") == dossier.booking.price == euros(2000)
    (attempt,) = dossier.account.attempts
    assert [given.amount for given in at_provider(house, attempt.id).refunds] == [euros(1000)]


def test_who_pays_for_the_old_price_while_moving_gets_it_back(house: House) -> None:
    """The money was on its way when the price changed: what is asked for now is the new price."""
    booking = house.book(BACK_SEAT)
    old = house.start(booking)
    house.send(old)
    upgrade(house, booking)
    new = house.start(booking)
    house.pay(old, euros(2000))
    house.pay(new, euros(3000))
    dossier = house.see(booking.id)
    balance = dossier.account.balance("EUR")
    assert dossier.booking.state is BookingState.CONFIRMED
    assert (balance.captured, balance.kept, balance.refunded) == (5000, 3000, 2000)
