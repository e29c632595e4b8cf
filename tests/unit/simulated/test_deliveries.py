"""Callbacks fall due with time: late, doubled, lost, out of order, and again until taken in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking_adapters.simulated.script import DECLINE, LOST, PAY, Script, Step, Travel, pay
from booking_core.domain.kernel.errors import Busy, InvalidInput, NotFound
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.payment_gateway import ProviderRecord
from booking_core.ports.payment_webhook import Callback, Told
from tests.unit.simulated.provider import ACME, FORTY, HOUR, MINUTE, P1, SECOND, Provider

AN_HOUR_LATER = Travel(delay=HOUR)


def known(provider: Provider) -> ProviderRecord:
    """What the provider knows of the payment."""
    found = provider.find(ACME, P1)
    assert found is not None
    return found


def test_nothing_happens_before_its_time() -> None:
    """The customer pays after a minute: not a microsecond earlier, whoever looks or listens."""
    provider = Provider()
    provider.opened(script=pay(after=MINUTE))
    assert provider.at(MINUTE - timedelta.resolution) == []
    assert known(provider).state is PaymentState.CREATED
    (callback,) = provider.at(MINUTE)
    assert (callback.told, callback.amount) == (Told.COMPLETED, FORTY)
    assert known(provider).state is PaymentState.PAID


def test_a_payment_changed_when_it_happened_not_when_somebody_looked() -> None:
    """Else whoever looks seldom would see other times than whoever looks often."""
    provider = Provider()
    provider.opened(script=pay(after=MINUTE))
    provider.manual.advance(HOUR)
    assert known(provider).changed_at == provider.manual.now() - HOUR + MINUTE


def test_a_callback_may_come_long_after_what_it_tells_of() -> None:
    """The money is there at once, the news an hour later."""
    provider = Provider()
    provider.opened(script=pay(travel=AN_HOUR_LATER))
    assert provider.at(MINUTE) == []
    assert known(provider).captured == FORTY
    assert [callback.told for callback in provider.at(HOUR)] == [Told.COMPLETED]


def test_delays_put_callbacks_out_of_order() -> None:
    """What happened first may be told of last."""
    provider = Provider()
    begun = Step(told=Told.PROCESSING, travel=AN_HOUR_LATER)
    provider.opened(script=Script(steps=(begun, *pay(after=MINUTE).steps)))
    assert [callback.told for callback in provider.at(HOUR)] == [Told.COMPLETED, Told.PROCESSING]


def test_steps_happen_by_their_time_not_by_their_place_in_the_script() -> None:
    """Also when nobody looked in between."""
    provider = Provider()
    decline = Step(told=Told.FAILED, after=MINUTE)
    provider.opened(script=Script(steps=(*pay(after=HOUR).steps, decline)))
    assert [callback.told for callback in provider.at(HOUR)] == [Told.FAILED, Told.COMPLETED]


@pytest.mark.parametrize("copies", [0, 1, 2, 20])
def test_a_callback_travels_in_so_many_copies(copies: int) -> None:
    """None: it is lost; several: the same event, so many times."""
    provider = Provider()
    provider.opened(script=pay(travel=Travel(copies=copies)))
    callbacks = provider.heard()
    assert len(callbacks) == copies
    assert len(set(callbacks)) <= 1
    assert known(provider).captured == FORTY


def test_every_event_has_its_own_id() -> None:
    """Of one payment and of all."""
    provider = Provider()
    steps = (Step(told=Told.PROCESSING), *DECLINE.steps, *PAY.steps, Step(told=Told.REFUNDED))
    for id in ("p-1", "p-2"):
        provider.opened(id, Script(steps=steps))
    assert len({callback.event_id for callback in provider.heard()}) == 8


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ((*PAY.steps, *PAY.steps), [Told.COMPLETED]),
        ((*PAY.steps, *DECLINE.steps), [Told.COMPLETED]),
        ((*DECLINE.steps, *PAY.steps), [Told.FAILED, Told.COMPLETED]),
        ((*DECLINE.steps, *DECLINE.steps), [Told.FAILED]),
        ((*PAY.steps, Step(told=Told.PROCESSING)), [Told.COMPLETED]),
        ((Step(told=Told.REFUNDED), *PAY.steps), [Told.COMPLETED]),
        ((*PAY.steps, *2 * [Step(told=Told.REFUNDED)]), [Told.COMPLETED, Told.REFUNDED]),
        ((*PAY.steps, Step(told=Told.REFUNDED, amount=Money(4001, "EUR"))), [Told.COMPLETED]),
        ((*PAY.steps, Step(told=Told.REFUNDED, amount=Money(1, "USD"))), [Told.COMPLETED]),
    ],
)
def test_what_cannot_happen_does_not(steps: tuple[Step, ...], told: list[Told]) -> None:
    """No script makes the provider capture twice, or give back what it has not."""
    provider = Provider()
    provider.opened(script=Script(steps=steps))
    assert [callback.told for callback in provider.heard()] == told


def test_our_refunds_are_told_of_as_the_script_says() -> None:
    """Once, with our id; or not at all."""
    provider = Provider()
    for id, travel in [("p-1", Travel()), ("p-2", LOST)]:
        provider.opened(id, Script(steps=PAY.steps, refund_travel=travel))
        provider.refund(ACME, PaymentId(id), RefundId(f"refund-of-{id}"), FORTY)
    assert [c.refund_id for c in provider.heard() if c.told is Told.REFUNDED] == ["refund-of-p-1"]


def test_a_refused_callback_comes_again_eight_times_in_all() -> None:
    """Ten seconds later, then twice as long each time; then it is given up."""
    provider = Provider()
    provider.opened(script=PAY)
    tries: list[timedelta] = []
    begun = provider.manual.now()

    def refuse(callback: Callback) -> None:
        tries.append(provider.manual.now() - begun)
        raise Busy("the database is down")

    while (due := provider.next_due()) is not None:
        provider.manual.set(max(due, begun))
        assert provider.deliver_due(refuse) == 0
    assert [wait / SECOND for wait in tries] == [0, 10, 30, 70, 150, 310, 630, 1270]


def test_a_refused_callback_does_not_keep_back_the_others() -> None:
    """What one payment's news meets is not another's business."""
    provider = Provider()
    provider.opened("p-1", PAY)
    provider.opened("p-2", PAY)
    heard: list[str] = []

    def hear(callback: Callback) -> None:
        if callback.payment_id == "p-1" and not heard:
            raise Busy("not now")
        heard.append(callback.payment_id)

    assert provider.deliver_due(hear) == 0 + len(heard) == 1
    provider.manual.advance(MINUTE)
    assert provider.deliver_due(hear) == 1
    assert heard == ["p-2", "p-1"]


def test_a_crash_on_delivery_loses_nothing() -> None:
    """Whoever dies with the callback in hand leaves it for another try."""
    provider = Provider()
    provider.opened(script=PAY)

    def die(callback: Callback) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        provider.deliver_due(die)
    assert provider.heard() == []
    assert len(provider.at(10 * SECOND)) == 1
    assert provider.next_due() is None


def test_so_many_are_delivered_at_a_time() -> None:
    """The rest follows with the next call."""
    provider = Provider()
    provider.opened(script=pay(travel=Travel(copies=5)))
    assert [provider.deliver_due(lambda callback: None, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_whoever_hears_may_ask_for_a_refund_at_once() -> None:
    """A delivery holds nothing that the engine could need."""
    provider = Provider()
    provider.opened(script=PAY)

    def refund(callback: Callback) -> None:
        if callback.told is Told.COMPLETED:
            provider.refund(ACME, P1, RefundId("r-1"), FORTY)

    assert provider.deliver_due(refund) == 2
    assert known(provider).state is PaymentState.REFUNDED


def test_the_next_due_time_is_known() -> None:
    """So a simulation can jump from one thing that happens to the next."""
    provider = Provider()
    assert provider.next_due() is None
    provider.opened(script=pay(after=MINUTE, travel=AN_HOUR_LATER))
    assert provider.next_due() == provider.manual.now() + MINUTE
    provider.at(MINUTE)
    assert provider.next_due() == provider.manual.now() + HOUR
    provider.at(HOUR + MINUTE)
    assert provider.next_due() is None


def test_nothing_is_played_to_a_payment_that_is_not() -> None:
    """A script for an unknown payment is a mistake of whoever wrote it."""
    with pytest.raises(NotFound):
        Provider().play(ACME, P1, PAY)


@pytest.mark.parametrize("copies", [-1, 21])
def test_copies_have_a_bound(copies: int) -> None:
    """Nothing arrives less than never, or for ever."""
    with pytest.raises(InvalidInput, match="copies"):
        Travel(copies=copies)


@pytest.mark.parametrize("duration", [-SECOND, timedelta(days=366)], ids=str)
def test_durations_have_bounds(duration: timedelta) -> None:
    """No journey begins before its time, and none is endless."""
    with pytest.raises(InvalidInput, match="delay"):
        Travel(delay=duration)
    with pytest.raises(InvalidInput, match="after"):
        Step(told=Told.COMPLETED, after=duration)
