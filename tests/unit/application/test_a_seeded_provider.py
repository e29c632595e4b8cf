"""A provider that misbehaves by a seed: the money comes out right, and the story repeats."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.memory.randomness import SeededRandomness
from booking_adapters.simulated.outages import SeededOutages
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.plan import seeded
from booking_core.application.operations.reconcile import Repair
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import DEFAULT_TENANT, PaymentId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import RefundState
from booking_core.engine import BookingEngine
from booking_core.ports.page import PageRequest
from booking_core.ports.payment_gateway import GatewayUnavailable
from tests.unit.application.house import BARN, HOUR, OFFICE, ROOM, House, stay

ROUNDS_MOST = 20


def a_house_with_a_bad_provider(seed: int) -> House:
    """Everything that can go wrong with payments does, as the seed has it."""
    house = House()
    provider = SimulatedGateway(
        house.clock, SeededRandomness(seed), plan=seeded(seed), outages=SeededOutages(seed)
    )
    house.gateway = provider
    house.engine = BookingEngine(replace(house.engine.ports, payments=provider))
    return house


def a_day(house: House) -> list[Booking]:
    """Twelve bookings, each paid by as many attempts as it takes, until nothing more happens."""
    bookings = [
        house.book(stay(place, timedelta(days=day)))
        for day in range(1, 5)
        for place in (ROOM, BARN, BARN)
    ]
    pay_all(house, bookings)
    while (due := house.gateway.next_due()) is not None:
        house.clock.set(max(due, house.clock.now()))
        house.gateway.deliver_due(house.engine.apply_callback)
        house.engine.lapse_holds()
        pay_all(house, bookings)
    house.clock.advance(HOUR)
    house.engine.lapse_holds()
    return bookings


def pay_all(house: House, bookings: list[Booking]) -> None:
    """Every customer who may pay begins to; who is refused does not."""
    for booking in bookings:
        with suppress(BookingError):
            house.start(booking)


def reconcile(house: House) -> None:
    """Mend until nothing differs but what the provider refuses for good."""
    for _ in range(ROUNDS_MOST):
        with suppress(GatewayUnavailable):
            differences = list(house.engine.reconcile.differences())
            for difference in differences:
                difference.mend()
            if all(difference.repair is Repair.RETRY_REFUND for difference in differences):
                return
    raise AssertionError("there is no end to the differences")


def history(house: House, bookings: list[Booking]) -> list[DomainEvent]:
    """All that was told of these bookings."""
    return [
        event
        for booking in bookings
        for event in house.engine.read_bookings.history(
            booking.id, PageRequest(limit=100), OFFICE
        ).entries
    ]


def captured_at_provider(house: House, payment_id: PaymentId) -> Money | None:
    """What the provider has of this payment; it answers the third time at the latest."""
    for _ in range(3):
        with suppress(GatewayUnavailable):
            record = house.gateway.find(DEFAULT_TENANT, payment_id)
            return None if record is None else record.captured
    raise AssertionError("the provider never answers")


@given(st.integers(0, 2**32))
def test_all_the_money_is_where_it_belongs(seed: int) -> None:
    """Ours is the provider's; a price is kept for a confirmed booking, and for no other."""
    house = a_house_with_a_bad_provider(seed)
    bookings = a_day(house)
    reconcile(house)
    for booking in bookings:
        dossier = house.see(booking.id)
        for attempt in dossier.account.attempts:
            assert captured_at_provider(house, attempt.id) == attempt.captured
        refunds = dossier.account.refunds
        owed = sum(r.amount.amount_minor for r in refunds if r.state is not RefundState.SUCCEEDED)
        for currency in ("EUR", "USD"):
            balance = dossier.account.balance(currency)
            assert balance.captured == balance.kept + balance.refunded + balance.due_back
        assert dossier.account.balance("EUR").due_back == owed
        earned = dossier.account.earned("EUR").amount_minor
        assert earned == (1000 if dossier.booking.state is BookingState.CONFIRMED else 0)
    assert house.engine.verify().violations == ()


def test_a_seed_repeats_its_story() -> None:
    """Every event of every booking, with its id, its instant and its data."""

    def story(seed: int) -> list[DomainEvent]:
        house = a_house_with_a_bad_provider(seed)
        bookings = a_day(house)
        reconcile(house)
        return history(house, bookings)

    assert story(1) == story(1)
    assert story(1) != story(2)
