"""What callbacks failed to tell, reconciliation finds out, and mends with the ordinary acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from booking_adapters.simulated.outages import Call, Outage, OutagesInTurn
from booking_adapters.simulated.script import DECLINE, PAY, WAIT, Script, Step
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.operations import reconcile
from booking_core.application.operations.reconcile import Repair
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import DEFAULT_TENANT, BookingId, PaymentId
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.payment_gateway import GatewayUnavailable, IntentRequest
from booking_core.ports.payment_webhook import Callback, Told
from tests.unit.application.house import ANN, BARN, NOON, ROOM, House, euros, stay

PROCESSING = Script(steps=(Step(told=Told.PROCESSING),))
GIVEN_BACK = Script(steps=(Step(told=Told.REFUNDED, amount=euros(300)),))


def begun(house: House) -> tuple[Booking, PaymentId]:
    """A room that is held, and a payment of ten euros for it."""
    booking = house.book(stay(ROOM))
    return booking, house.start(booking)


def unheard(house: House, payment_id: PaymentId, script: Script) -> list[Callback]:
    """Let it happen at the provider, and every callback of it get lost; they are handed back."""
    house.gateway.play(DEFAULT_TENANT, payment_id, script)
    lost: list[Callback] = []
    house.gateway.deliver_due(lost.append)
    return lost


def mended(house: House) -> list[Repair]:
    """Mend all that is found; what it was."""
    repairs = []
    for difference in house.engine.reconcile.differences():
        difference.mend()
        repairs.append(difference.repair)
    return repairs


@pytest.mark.parametrize(
    ("script", "repair", "state"),
    [
        (PROCESSING, Repair.NOTE_PROGRESS, PaymentState.PROCESSING),
        (DECLINE, Repair.FAIL_PAYMENT, PaymentState.FAILED),
        (PAY, Repair.COMPLETE_PAYMENT, PaymentState.PAID),
    ],
)
def test_what_was_not_heard_is_found(
    house: House, script: Script, repair: Repair, state: PaymentState
) -> None:
    """One difference, one repair, and then no difference."""
    booking, payment_id = begun(house)
    assert mended(house) == []
    unheard(house, payment_id, script)
    assert mended(house) == [repair]
    assert house.see(booking.id).account.state is state
    assert mended(house) == []


def test_looking_changes_nothing(house: House) -> None:
    """A plan is only a plan: each difference once, however often it is asked for."""
    booking, payment_id = begun(house)
    unheard(house, payment_id, PAY)
    before = house.see(booking.id)
    for _ in range(2):
        (difference,) = house.engine.reconcile.differences()
        assert (difference.booking_id, difference.subject) == (booking.id, f"payment {payment_id}")
    assert house.see(booking.id) == before


def fail_first(house: House, booking: Booking, payment_id: PaymentId) -> None:
    """The attempt fails, and the customer begins another."""
    house.gateway.play(DEFAULT_TENANT, payment_id, DECLINE)
    house.gateway.deliver_due(house.engine.apply_callback)
    house.start(booking)


def cancel_first(house: House, booking: Booking, payment_id: PaymentId) -> None:
    """The customer cancels, having sent the money."""
    house.send(payment_id)
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)


@pytest.mark.parametrize(
    ("give_up", "repairs", "state", "kept"),
    [
        # The attempt that was begun meanwhile is not needed any more.
        (
            fail_first,
            [Repair.COMPLETE_PAYMENT, Repair.CLOSE_PAYMENT],
            BookingState.CONFIRMED,
            1000,
        ),
        (cancel_first, [Repair.COMPLETE_PAYMENT], BookingState.CANCELLED, 0),
    ],
)
def test_money_that_came_by_an_attempt_given_up_is_found(
    house: House,
    give_up: Callable[[House, Booking, PaymentId], None],
    repairs: list[Repair],
    state: BookingState,
    kept: int,
) -> None:
    """We expect nothing of it any more, yet the provider has the money: it is kept or goes back."""
    booking, payment_id = begun(house)
    give_up(house, booking, payment_id)
    unheard(house, payment_id, PAY)
    assert mended(house) == repairs
    dossier = house.see(booking.id)
    balance = dossier.account.balance("EUR")
    assert (dossier.booking.state, balance.kept) == (state, kept)
    assert balance.captured == balance.kept + balance.refunded == 1000


def cancel(house: House, booking: Booking) -> None:
    """The customer cancels, and the provider is asked to close the payment."""
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)


def lapse(house: House, booking: Booking) -> None:
    """The hold lapses, and closing its payment is tried."""
    house.clock.advance(timedelta(hours=1))
    house.engine.lapse_holds()
    house.engine.close_attempts.of(house.see(booking.id))


@pytest.mark.parametrize("end", [cancel, lapse])
@pytest.mark.parametrize("outage", Outage)
def test_an_attempt_that_outlived_its_booking_is_closed(
    house: House, end: Callable[[House, Booking], None], outage: Outage
) -> None:
    """On whichever side it is still open; planning it changes nothing."""
    outages = OutagesInTurn()
    house.with_outages(outages)
    booking, payment_id = begun(house)
    outages.expect(Call.CANCEL, outage)
    end(house, booking)
    in_order = end is cancel and outage is Outage.AFTER_EFFECT
    for _ in range(2):
        planned = [difference.repair for difference in house.engine.reconcile.differences()]
        assert planned == ([] if in_order else [Repair.CLOSE_PAYMENT])
    mended(house)
    assert house.see(booking.id).account.state is PaymentState.CANCELLED
    record = house.gateway.find(DEFAULT_TENANT, payment_id)
    assert record is not None
    assert record.state is PaymentState.CANCELLED
    assert house.told(booking.id).count("payment.cancelled") == 1
    assert mended(house) == []


def test_an_attempt_that_the_provider_never_heard_of_is_closed_with_its_booking(
    house: House,
) -> None:
    """Else it would be looked at for ever; while its booking is held it may still be opened."""
    outages = OutagesInTurn()
    outages.expect(Call.CREATE_INTENT, Outage.BEFORE_EFFECT)
    house.with_outages(outages)
    booking = house.book(stay(ROOM))
    with pytest.raises(GatewayUnavailable):
        house.start(booking)
    assert mended(house) == []
    house.clock.advance(timedelta(hours=1))
    house.engine.lapse_holds()
    assert mended(house) == [Repair.CLOSE_PAYMENT]
    assert house.storage.bookings.unsettled(10) == ()


def test_an_attempt_that_was_cancelled_at_the_provider_is_given_up(house: House) -> None:
    """By somebody there: the customer cannot pay by it, and begins another."""
    booking, payment_id = begun(house)
    house.gateway.cancel(DEFAULT_TENANT, payment_id)
    assert mended(house) == [Repair.CLOSE_PAYMENT]
    assert house.pay(house.start(booking), euros(1000)).booking.state is BookingState.CONFIRMED


def test_money_that_is_on_its_way_is_waited_for(house: House) -> None:
    """It cannot be stopped, so there is nothing to mend until it has come."""
    booking, payment_id = begun(house)
    cancel_first(house, booking, payment_id)
    assert mended(house) == []
    unheard(house, payment_id, PAY)
    assert mended(house) == [Repair.COMPLETE_PAYMENT]


def test_a_refund_that_nobody_told_of_is_noted_once(house: House) -> None:
    """Also when its callback comes after all, and when reconciliation looks again."""
    booking, payment_id = begun(house)
    house.pay(payment_id, euros(1000))
    (late,) = unheard(house, payment_id, GIVEN_BACK)
    assert mended(house) == [Repair.NOTE_REFUND]
    assert mended(house) == []
    dossier = house.engine.apply_callback(late)
    assert dossier.account.earned("EUR") == euros(700)
    assert house.see(booking.id) == dossier


def test_a_payment_and_its_refund_are_found_together(house: House) -> None:
    """In the order in which they happened."""
    booking, payment_id = begun(house)
    unheard(house, payment_id, Script(steps=(*PAY.steps, *GIVEN_BACK.steps)))
    assert mended(house) == [Repair.COMPLETE_PAYMENT, Repair.NOTE_REFUND]
    assert house.see(booking.id).account.earned("EUR") == euros(700)


def test_a_refund_that_was_refused_is_asked_for_again(house: House) -> None:
    """It stays owed, and flagged, until the provider takes it."""
    booking, payment_id = begun(house)
    house.pay(payment_id, euros(1000))
    house.gateway.play(DEFAULT_TENANT, payment_id, Script(refund_refusal="account_closed"))
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    for _ in range(2):
        assert house.see(booking.id).account.balance("EUR").due_back == 1000
        assert house.see(booking.id).booking.flag == "refund_failed"
        assert mended(house) == [Repair.RETRY_REFUND]
    house.gateway.play(DEFAULT_TENANT, payment_id, WAIT)
    assert mended(house) == [Repair.RETRY_REFUND]
    assert house.see(booking.id).account.balance("EUR").refunded == 1000
    assert mended(house) == []


def test_a_payment_of_somebody_elses_is_passed_over(house: House) -> None:
    """One account at the provider may serve several engines."""
    foreign = IntentRequest(
        tenant_id=DEFAULT_TENANT,
        booking_id=BookingId("theirs"),
        payment_id=PaymentId("theirs"),
        attempt=1,
        amount=euros(1000),
        expires_at=None,
    )
    house.gateway.create_intent(foreign)
    unheard(house, foreign.payment_id, PAY)
    assert mended(house) == []


def test_how_far_back_the_provider_is_asked_can_be_bounded(house: House) -> None:
    """What changed before is left alone, unless we know it to be unsettled."""
    booking, payment_id = begun(house)
    cancel_first(house, booking, payment_id)
    unheard(house, payment_id, PAY)
    later = NOON + timedelta(hours=1)
    assert list(house.engine.reconcile.differences(since=later)) == []
    assert len(list(house.engine.reconcile.differences(since=NOON))) == 1


def test_many_differences_are_found_page_by_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, though one page holds two, though all changed at once, and while they change."""
    monkeypatch.setattr(reconcile, "BATCH", 2)
    bookings = [house.book(stay(BARN, timedelta(days=day))) for day in range(2, 9)]
    for booking in bookings:
        payment_id = house.start(booking)
        cancel_first(house, booking, payment_id)
        unheard(house, payment_id, PAY)
    planned = [difference.booking_id for difference in house.engine.reconcile.differences()]
    assert sorted(planned) == sorted(booking.id for booking in bookings)
    assert mended(house) == [Repair.COMPLETE_PAYMENT] * 7
    assert mended(house) == []
