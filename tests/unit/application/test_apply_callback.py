"""Callbacks come twice, late, in any order, and from several threads: each has its one effect."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.simulated.outages import Call, Outage, OutagesInTurn
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.plan import always
from booking_adapters.simulated.script import DECLINE, PAY, Script, Step, pay
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.payment.note_external_refund import NoteExternalRefund
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.catalogue.tenant import Tenant
from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import DEFAULT_TENANT, CorrelationId, PaymentId, TenantId
from booking_core.domain.payment.ledger import Overdrawn
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.engine import BookingEngine
from booking_core.ports.page import PageRequest
from booking_core.ports.payment_gateway import IntentRequest, PaymentSession
from booking_core.ports.payment_webhook import Callback, Told
from tests.unit.application.house import ANN, NOON, OFFICE, ROOM, House, euros, stay


def begun(house: House) -> tuple[Booking, PaymentId]:
    """A room that is held, and a payment of ten euros for it."""
    booking = house.book(stay(ROOM))
    return booking, house.start(booking)


def told_of(house: House, payment_id: PaymentId, script: Script) -> list[Callback]:
    """What the provider tells of a payment that follows this script; we have not heard it yet."""
    house.gateway.play(DEFAULT_TENANT, payment_id, script)
    callbacks: list[Callback] = []
    house.gateway.deliver_due(callbacks.append)
    return callbacks


def with_provider(house: House, provider: SimulatedGateway) -> None:
    """The same house, with another provider."""
    house.gateway = provider
    house.engine = BookingEngine(replace(house.engine.ports, payments=provider))


def test_processing_keeps_the_hold(house: House) -> None:
    """Who is at the bank's page keeps the room for longer."""
    booking, payment_id = begun(house)
    house.clock.advance(timedelta(minutes=5))
    (callback,) = told_of(house, payment_id, Script(steps=(Step(told=Told.PROCESSING),)))
    dossier = house.engine.apply_callback(callback)
    assert dossier.account.state is PaymentState.PROCESSING
    assert dossier.booking.expires_at is not None
    assert booking.expires_at is not None
    assert dossier.booking.expires_at - booking.expires_at == timedelta(minutes=5)


def test_a_failure_leaves_the_hold_for_another_attempt(house: House) -> None:
    """The attempt has failed, for the reason that the provider gave."""
    _, payment_id = begun(house)
    (callback,) = told_of(house, payment_id, DECLINE)
    dossier = house.engine.apply_callback(callback)
    assert dossier.booking.state is BookingState.PENDING
    assert dossier.account.attempt(payment_id).failure == "declined"


@pytest.mark.parametrize(
    "script",
    [
        Script(steps=(Step(told=Told.PROCESSING),)),
        DECLINE,
        PAY,
        pay(amount=euros(400)),
        Script(steps=(*PAY.steps, Step(told=Told.REFUNDED, amount=euros(300)))),
    ],
    ids=["processing", "failed", "completed", "wrong amount", "refunded"],
)
def test_a_replay_has_no_effect(house: House, script: Script) -> None:
    """Told a hundred times, it stands as it did after the first."""
    _, payment_id = begun(house)
    callbacks = told_of(house, payment_id, script)
    (first, *_) = dossiers = [house.engine.apply_callback(callback) for callback in callbacks]
    assert first.booking.version > 1
    for _ in range(100):
        for callback in callbacks:
            assert house.engine.apply_callback(callback) == dossiers[-1]


def test_a_failure_told_of_after_the_money_changes_nothing(house: House) -> None:
    """The money is real, whatever was said before it came."""
    _, payment_id = begun(house)
    failed, completed = told_of(house, payment_id, Script(steps=(*DECLINE.steps, *PAY.steps)))
    paid = house.engine.apply_callback(completed)
    assert paid.booking.state is BookingState.CONFIRMED
    assert house.engine.apply_callback(failed) == paid


def test_a_refund_at_the_provider_flags_the_booking(house: House) -> None:
    """The booking stays; what was earned is less."""
    _, payment_id = begun(house)
    script = Script(steps=(*PAY.steps, Step(told=Told.REFUNDED, amount=euros(300))))
    for callback in told_of(house, payment_id, script):
        dossier = house.engine.apply_callback(callback)
    assert dossier.booking.state is BookingState.CONFIRMED
    assert dossier.booking.flag == "refunded_at_provider"
    assert dossier.account.earned("EUR") == euros(700)


def test_a_full_refund_at_the_provider_cancels_where_the_tenant_wants_it(house: House) -> None:
    """By opting in, the tenant makes the provider's page another way to cancel."""
    house.engine.keep_catalogue.tenant(
        Tenant(id=DEFAULT_TENANT, name="House", cancels_on_external_refund=True), OFFICE
    )
    _, payment_id = begun(house)
    for callback in told_of(
        house, payment_id, Script(steps=(*PAY.steps, Step(told=Told.REFUNDED)))
    ):
        dossier = house.engine.apply_callback(callback)
    assert dossier.booking.state is BookingState.CANCELLED


def test_a_refund_told_of_before_its_payment_is_right_when_told_again(house: House) -> None:
    """It is refused, the provider tells it again, and meanwhile the payment was heard of."""
    _, payment_id = begun(house)
    script = Script(steps=(*PAY.steps, Step(told=Told.REFUNDED, amount=euros(300))))
    completed, refunded = told_of(house, payment_id, script)
    with pytest.raises(Overdrawn):
        house.engine.apply_callback(refunded)
    house.engine.apply_callback(completed)
    assert house.engine.apply_callback(refunded).account.earned("EUR") == euros(700)


def test_our_own_refund_is_noted_when_its_answer_was_lost(house: House) -> None:
    """The provider's callback brings the news that the answer did not."""
    outages = OutagesInTurn()
    outages.expect(Call.REFUND, Outage.AFTER_EFFECT)
    with_provider(house, SimulatedGateway(house.clock, SeededRandomness(2), outages=outages))
    booking, payment_id = begun(house)
    house.pay(payment_id, euros(1000))
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    assert house.see(booking.id).account.balance("EUR").due_back == 1000
    (callback,) = told_of(house, payment_id, Script())
    for _ in range(3):
        balance = house.engine.apply_callback(callback).account.balance("EUR")
        assert (balance.refunded, balance.due_back) == (1000, 0)


@pytest.mark.parametrize("outage", Outage)
def test_what_goes_back_is_asked_for_again_when_its_payment_is_told_of_again(
    house: House, outage: Outage
) -> None:
    """The provider repeats what it tells until it is acknowledged: then nothing is owed."""
    outages = OutagesInTurn()
    outages.expect(Call.REFUND, outage)
    with_provider(house, SimulatedGateway(house.clock, SeededRandomness(2), outages=outages))
    booking, payment_id = begun(house)
    house.send(payment_id)
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    (completed,) = told_of(house, payment_id, PAY)
    assert house.engine.apply_callback(completed).account.balance("EUR").due_back == 1000
    house.engine.apply_callback(completed)
    balance = house.see(booking.id).account.balance("EUR")
    assert (balance.refunded, balance.due_back) == (1000, 0)
    record = house.gateway.find(DEFAULT_TENANT, payment_id)
    assert record is not None
    assert [refund.amount for refund in record.refunds] == [euros(1000)]


def test_nobody_is_told_of_a_payment_that_is_not_theirs(house: House) -> None:
    """A payment that we never began, or began for another tenant, does not exist."""
    _, payment_id = begun(house)
    (callback,) = told_of(house, payment_id, PAY)
    for foreign in (
        replace(callback, payment_id=PaymentId("nobodys")),
        replace(callback, tenant_id=TenantId("globex")),
    ):
        with pytest.raises(NotFound):
            house.engine.apply_callback(foreign)
    assert house.see(house.book(stay(ROOM, timedelta(days=3))).id).account.transfers == ()


def test_the_correlation_of_a_request_runs_into_its_events(house: House) -> None:
    """So that a webhook's request can be found by what it caused."""
    booking, payment_id = begun(house)
    (callback,) = told_of(house, payment_id, PAY)
    house.engine.apply_callback(callback, CorrelationId("c-1"))
    page = house.engine.read_bookings.history(booking.id, PageRequest(), OFFICE)
    assert [event.type for event in page.entries if event.correlation_id == "c-1"] == [
        "payment.completed",
        "booking.confirmed",
    ]


def test_a_callback_may_come_before_the_call_that_caused_it_returns(house: House) -> None:
    """The provider is quicker than its own answer; the session is noted after all."""

    class Hasty(SimulatedGateway):
        """Tells before it answers."""

        def create_intent(self, request: IntentRequest) -> PaymentSession:
            session = super().create_intent(request)
            assert self.deliver_due(house.engine.apply_callback) == 1
            return session

    with_provider(house, Hasty(house.clock, SeededRandomness(2), plan=always(PAY)))
    booking, payment_id = begun(house)
    dossier = house.see(booking.id)
    assert dossier.booking.state is BookingState.CONFIRMED
    found = house.gateway.find(DEFAULT_TENANT, payment_id)
    assert found is not None
    assert dossier.account.attempt(payment_id).provider_ref == found.provider_ref


class Interrupting(ManualClock):
    """Lets something happen in between: when it is next asked for the time."""

    meanwhile: Callable[[], object] | None = None

    def now(self) -> datetime:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        return super().now()


@pytest.fixture
def interrupted() -> House:
    """A house whose clock lets things happen in between; the provider has its own."""
    house = House(clock=Interrupting(NOON))
    with_provider(house, SimulatedGateway(ManualClock(NOON), SeededRandomness(2)))
    return house


@pytest.mark.parametrize(
    "steps", [(Step(told=Told.PROCESSING),), DECLINE.steps], ids=["processing", "failed"]
)
def test_what_is_outdated_on_arrival_changes_nothing(
    interrupted: House, steps: tuple[Step, ...]
) -> None:
    """The money is heard of just after the other callback was found to be news."""
    _, payment_id = begun(interrupted)
    script = Script(steps=(*steps, *PAY.steps))
    outdated, completed = told_of(interrupted, payment_id, script)
    interrupted.clock.meanwhile = partial(interrupted.engine.apply_callback, completed)  # type: ignore[attr-defined]
    dossier = interrupted.engine.apply_callback(outdated)
    assert dossier.booking.state is BookingState.CONFIRMED
    assert dossier.account.attempt(payment_id).failure is None


def test_two_who_settle_one_refund_note_it_once(interrupted: House) -> None:
    """Both asked the provider and were told the same; the second finds it noted."""
    outages = OutagesInTurn()
    outages.expect(Call.REFUND, Outage.AFTER_EFFECT)
    provider = SimulatedGateway(ManualClock(NOON), SeededRandomness(2), outages=outages)
    with_provider(interrupted, provider)
    booking, payment_id = begun(interrupted)
    interrupted.pay(payment_id, euros(1000))
    interrupted.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    owing = interrupted.see(booking.id)
    settle = interrupted.engine.settle_refunds
    interrupted.clock.meanwhile = partial(settle.of, owing)  # type: ignore[attr-defined]
    assert settle.of(owing) == 0
    assert interrupted.see(booking.id).account.balance("EUR").refunded == 1000


def test_a_refund_is_noted_once_whoever_notes_it(house: House) -> None:
    """Told apart by the provider's name for it, and not by who heard of it."""
    booking, payment_id = begun(house)
    house.pay(payment_id, euros(1000))
    back = Script(steps=(Step(told=Told.REFUNDED, amount=euros(300)),))
    (callback,) = told_of(house, payment_id, back)
    note = NoteExternalRefund(payment_id=payment_id, amount=euros(300), provider_ref=callback.ref)
    noted = house.engine.note_external_refund(note, OFFICE)
    assert house.engine.apply_callback(callback) == noted
    assert house.see(booking.id).account.earned("EUR") == euros(700)


def test_money_in_suspense_is_not_given_back_for_what_was_earned(house: House) -> None:
    """A wrong amount waits for a person, though the booking it came for is cancelled."""
    booking, first = begun(house)
    for callback in told_of(house, first, DECLINE):
        house.engine.apply_callback(callback)
    second = house.start(booking)
    house.pay(second, euros(999))
    house.pay(first, euros(1000))
    house.engine.cancel_booking(CancelBooking(booking_id=booking.id), ANN)
    account = house.see(booking.id).account
    assert [(refund.payment_id, refund.amount) for refund in account.refunds] == [
        (first, euros(1000))
    ]
    assert account.balance("EUR").kept == 999


def test_the_payment_that_is_not_due_goes_back_itself(house: House) -> None:
    """Of two payments the one that comes second, though its attempt was the first."""
    booking, first = begun(house)
    for callback in told_of(house, first, DECLINE):
        house.engine.apply_callback(callback)
    second = house.start(booking)
    house.pay(second, euros(1000))
    house.pay(first, euros(1000))
    assert [refund.payment_id for refund in house.see(booking.id).account.refunds] == [first]


@pytest.mark.parametrize("turn", range(10))
def test_callbacks_that_race_are_all_taken(house: House, turn: int) -> None:
    """Whoever wins, nobody is refused, the money counts once and the booking is confirmed."""
    booking, payment_id = begun(house)
    steps = (Step(told=Told.PROCESSING), *DECLINE.steps, *PAY.steps)
    callbacks = told_of(house, payment_id, Script(steps=steps)) * 3
    start = Barrier(len(callbacks))

    def deliver(callback: Callback) -> None:
        start.wait()
        house.engine.apply_callback(callback)

    with ThreadPoolExecutor(len(callbacks)) as threads:
        for done in [threads.submit(deliver, callback) for callback in callbacks]:
            done.result()
    dossier = house.see(booking.id)
    assert dossier.booking.state is BookingState.CONFIRMED
    assert dossier.account.balance("EUR").kept == 1000
    assert len(dossier.account.transfers) == 1
