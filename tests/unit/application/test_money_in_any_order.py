"""However callbacks travel, reconciliation leads to the same money: what the provider knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import TypeAlias

from hypothesis import event, given
from hypothesis import strategies as st

from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.simulated.outages import SeededOutages
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.script import DECLINE, Script, Step
from booking_core.application.availability.block_units import BlockUnits
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import DEFAULT_TENANT, PaymentId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.attempt import Refund
from booking_core.domain.payment.lifecycle import RefundState
from booking_core.engine import BookingEngine
from booking_core.ports.page import PageRequest
from booking_core.ports.payment_gateway import GatewayUnavailable, ProviderRecord
from booking_core.ports.payment_webhook import Callback, Told
from tests.unit.application.house import ANN, OWNER, ROOM, House, euros, stay

PRICE = euros(1000)
ATTEMPTS_MOST = 3  # As many as the terms of the house allow.
ROUNDS_MOST = 20  # Each outage is over after two.
Move: TypeAlias = "Callback | str"

wrong_amounts = st.sampled_from([euros(999), euros(1), euros(2000), Money(1000, "USD")])
captures = st.none() | st.just(PRICE) | wrong_amounts


@dataclass(frozen=True)
class Story:
    """What really happens at the provider: to each attempt in turn, and to the last one.

    All attempts but the last have failed before the customer began the next; `captured` is what
    comes by each of them after all. `given_back` is what the provider refunds of its own accord.
    """

    captured: Sequence[Money | None]
    last_fails: bool
    given_back: Money | None
    outages: int

    @property
    def right(self) -> int:
        """How many payments brought the price."""
        return list(self.captured).count(PRICE)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw what happens at the provider."""
    captured = draw(st.lists(captures, min_size=1, max_size=ATTEMPTS_MOST))
    # Two payments, or a cancellation, would be refunded by us as well: then the provider refuses
    # one of the two refunds, and a person has to look.
    may_give_back = captured.count(PRICE) == 1
    return Story(
        captured=tuple(captured),
        last_fails=draw(st.booleans()),
        given_back=draw(st.none() | st.just(euros(300))) if may_give_back else None,
        outages=draw(st.integers(0, 2**16)),
    )


class Scene:
    """A house in which a customer pays for a room by one attempt after the other."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.house = House()
        provider = SimulatedGateway(
            self.house.clock, SeededRandomness(2), outages=SeededOutages(story.outages, percent=30)
        )
        self.house.gateway = provider
        self.house.engine = BookingEngine(replace(self.house.engine.ports, payments=provider))
        self.booking: Booking = self.house.book(stay(ROOM))
        self.payments = [self._attempt()]
        for _ in story.captured[1:]:
            self.house.gateway.play(DEFAULT_TENANT, self.payments[-1], DECLINE)
            self.hear()
            self.payments.append(self._attempt())

    def _attempt(self) -> PaymentId:
        while True:
            with suppress(GatewayUnavailable):
                return self.house.start(self.booking)

    def happens(self) -> list[Callback]:
        """Let it happen at the provider; what it would tell."""
        for payment_id, amount in zip(self.payments, self.story.captured, strict=True):
            steps = [Step(told=Told.PROCESSING)]
            if self.story.last_fails and payment_id == self.payments[-1]:
                steps.append(Step(told=Told.FAILED))
            if amount is not None:
                steps.append(Step(told=Told.COMPLETED, amount=amount))
            if self.story.given_back is not None and amount == PRICE:
                steps.append(Step(told=Told.REFUNDED, amount=self.story.given_back))
            self.house.gateway.play(DEFAULT_TENANT, payment_id, Script(steps=tuple(steps)))
        callbacks: list[Callback] = []
        self.house.gateway.deliver_due(callbacks.append)
        return callbacks

    def hear(self) -> None:
        """Everything that the provider has to tell at this moment."""
        self.house.gateway.deliver_due(self.house.engine.apply_callback)

    def move(self, move: Move) -> None:
        """One callback arrives, or somebody does something; what is refused has no effect."""
        (room,) = self.booking.items
        acts: dict[str, Callable[[], object]] = {
            "cancel": lambda: self.house.engine.cancel_booking(
                CancelBooking(booking_id=self.booking.id), ANN
            ),
            "lapse": self._lapse,
            "block": lambda: self.house.engine.block_units(
                BlockUnits(resource_id=ROOM, start=room.span.start, end=room.span.end), OWNER
            ),
            "reconcile": lambda: self.reconcile(rounds=1),
        }
        with suppress(BookingError):
            if isinstance(move, Callback):
                self.house.engine.apply_callback(move)
            else:
                acts[move]()

    def _lapse(self) -> None:
        self.house.clock.advance(timedelta(minutes=70))  # Longer than any hold can be extended.
        self.house.engine.lapse_holds()

    def reconcile(self, rounds: int = ROUNDS_MOST) -> bool:
        """Mend until nothing differs; whether it came to that."""
        for _ in range(rounds):
            with suppress(GatewayUnavailable):
                differences = list(self.house.engine.reconcile.differences())
                if not differences:
                    return True
                for difference in differences:
                    difference.mend()
        return False

    def at_provider(self, payment_id: PaymentId) -> ProviderRecord:
        """What the provider knows; it answers in the end."""
        for _ in count():
            with suppress(GatewayUnavailable):
                found = self.house.gateway.find(DEFAULT_TENANT, payment_id)
                assert found is not None
                return found
        raise AssertionError


@given(st.data(), stories())
def test_any_journey_of_callbacks_ends_with_the_providers_money(
    data: st.DataObject, story: Story
) -> None:
    """Shuffled, repeated or lost, amid cancelling, lapsing and blocking: no cent differs."""
    scene = Scene(story)
    callbacks = scene.happens()
    copies = data.draw(
        st.lists(st.integers(0, 3), min_size=len(callbacks), max_size=len(callbacks)), "copies"
    )
    acts = ["lapse", "reconcile"] if story.given_back else ["cancel", "lapse", "block", "reconcile"]
    moves: list[Move] = [
        callback for callback, n in zip(callbacks, copies, strict=True) for _ in range(n)
    ]
    moves += data.draw(st.lists(st.sampled_from(acts), max_size=4), "acts")
    for move in data.draw(st.permutations(moves), "moves"):
        scene.move(move)
    if data.draw(st.booleans(), "the callbacks of our own refunds arrive"):
        scene.hear()
    assert scene.reconcile()
    judge(scene)


def judge(scene: Scene) -> None:
    """Our money is the provider's, and it was kept for a booking or went back: never both."""
    story, dossier = scene.story, scene.house.see(scene.booking.id)
    account, state = dossier.account, dossier.booking.state
    for attempt in account.attempts:
        record = scene.at_provider(attempt.id)
        assert attempt.captured == record.captured
        gone = [r.amount for r in account.refunds if is_done(r, attempt.id)]
        assert sorted(gone, key=str) == sorted((r.amount for r in record.refunds), key=str)
    euro, dollar = account.balance("EUR"), account.balance("USD")
    assert (euro.due_back, dollar.due_back, dollar.refunded) == (0, 0, 0)
    given_back = story.given_back.amount_minor if story.given_back else 0
    kept = 1000 if state is BookingState.CONFIRMED else 0
    assert account.earned("EUR") == euros(kept - given_back)
    assert euro.refunded == story.right * 1000 - kept + given_back
    came = [money for money in story.captured if money is not None]
    strange = sum(money.amount_minor for money in came if money != PRICE)
    assert euro.kept + dollar.kept == kept - given_back + strange
    blocks = scene.house.engine.read_blocks.of_resource(ROOM, PageRequest(), OWNER).entries
    if story.right and state is not BookingState.CANCELLED:
        assert (state is BookingState.CONFIRMED) is not bool(blocks)
    assert scene.house.engine.verify().violations == ()
    event(f"{state}, {story.right} payments")


def is_done(refund: Refund, payment_id: PaymentId) -> bool:
    """Whether this money of that payment has gone back."""
    return refund.payment_id == payment_id and refund.state is RefundState.SUCCEEDED
