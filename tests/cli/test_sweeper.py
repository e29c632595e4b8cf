"""The sweeper of a serving process: it expires, delivers, outlives outages, and stops."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from threading import enumerate as enumerate_threads

import pytest
from attrs import evolve

from booking_adapters.composition import Composition, compose
from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.settings import read_settings
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.plan import always
from booking_adapters.simulated.script import pay
from booking_adapters.system.randomness import SystemRandomness
from booking_cli.demo.clinic import CONSULTATION
from booking_cli.demo.fill import fill
from booking_cli.demo.town import CUSTOMER
from booking_cli.sweeper import Sweeper
from booking_core import BookingEngine, CreateBooking, Line, Ports, StartPayment, customer
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import Busy
from booking_core.domain.kernel.ids import DEFAULT_TENANT, CustomerId
from booking_core.domain.payment.lifecycle import PaymentState
from tests.cli.guests import pass_time

ADA = customer(CUSTOMER)
MONDAY = datetime(2030, 5, 20, 7, tzinfo=UTC)
PATIENCE_SECONDS = 30


@pytest.fixture
def composition() -> Iterator[Composition]:
    """The town in memory, a week before that Monday, where payments take a minute."""
    clock, randomness = ManualClock(MONDAY - timedelta(days=7)), SystemRandomness()
    gateway = SimulatedGateway(clock, randomness, plan=always(pay(after=timedelta(minutes=1))))
    storage = MemoryStorage()
    engine = BookingEngine(
        Ports(storage=storage, payments=gateway, clock=clock, randomness=randomness)
    )
    fill(engine)
    settings = read_settings(
        {"BOOKING_DATABASE_URL": "memory://", "BOOKING_SWEEP_EVERY_SECONDS": "0.01"}
    )
    with compose(settings) as composed:
        yield evolve(composed, engine=engine, storage=storage, gateway=gateway)


def hold(composition: Composition, day: int = 0) -> Booking:
    """Hold a consultation on that Monday, or so many days later."""
    line = Line(service_id=CONSULTATION.id, start=MONDAY + timedelta(days=day))
    wanted = CreateBooking(customer_id=CustomerId(CUSTOMER), items=(line,))
    return composition.engine.create_booking(wanted, ADA).dossier.booking


def state(composition: Composition, booking: Booking) -> BookingState:
    """The state of the booking now."""
    return composition.engine.read_bookings.one(booking.id, ADA).booking.state


def test_a_round_expires_all_that_is_overdue_however_small_the_batch(
    composition: Composition,
) -> None:
    """Batches bound a transaction, not a round."""
    bookings = [hold(composition, day) for day in range(3)]
    pass_time(composition.engine, timedelta(minutes=11))
    sweep = evolve(composition.settings.sweep, batch=1)
    Sweeper(evolve(composition, settings=evolve(composition.settings, sweep=sweep))).sweep()
    assert {state(composition, it) for it in bookings} == {BookingState.EXPIRED}


def test_a_round_closes_what_outlived_its_booking(composition: Composition) -> None:
    """Nobody who left the checkout page open can pay there after the hold has lapsed."""
    ports = composition.engine.ports
    gateway = SimulatedGateway(ports.clock, SystemRandomness())  # Everybody takes their time.
    engine = BookingEngine(replace(ports, payments=gateway))
    patient = evolve(composition, engine=engine, gateway=gateway)
    payments = []
    for day in range(3):
        started = StartPayment(booking_id=hold(patient, day).id)
        payments.append(engine.start_payment(started, ADA).attempt.id)
    pass_time(engine, timedelta(minutes=11))
    sweep = evolve(composition.settings.sweep, batch=1)
    Sweeper(evolve(patient, settings=evolve(composition.settings, sweep=sweep))).sweep()
    for payment_id in payments:
        record = gateway.find(DEFAULT_TENANT, payment_id)
        assert record is not None
        assert record.state is PaymentState.CANCELLED
    assert engine.ports.storage.bookings.outlived(10) == ()


def test_a_round_leaves_alone_what_is_not_due(composition: Composition) -> None:
    """A hold that still has time keeps it."""
    booking = hold(composition)
    Sweeper(composition).sweep()
    assert state(composition, booking) is BookingState.PENDING


def test_a_round_delivers_what_the_simulated_provider_tells(composition: Composition) -> None:
    """In development nobody needs a second process to hear of payments."""
    booking = hold(composition)
    composition.engine.start_payment(StartPayment(booking_id=booking.id), ADA)
    Sweeper(composition).sweep()
    assert state(composition, booking) is BookingState.PENDING
    pass_time(composition.engine, timedelta(minutes=1))
    Sweeper(composition).sweep()
    assert state(composition, booking) is BookingState.CONFIRMED


def test_it_goes_on_after_an_outage_of_storage(composition: Composition) -> None:
    """A round that is refused is not the last."""
    swept = Event()

    class Shaky(Sweeper):
        rounds = 0

        def sweep(self) -> None:
            self.rounds += 1
            if self.rounds == 1:
                raise Busy("storage is away")
            swept.set()

    sweeper = Shaky(composition)
    sweeper.start()
    assert swept.wait(PATIENCE_SECONDS)
    sweeper.stop()


def test_it_stops_when_it_is_told_to(composition: Composition) -> None:
    """After stop() nobody sweeps any more, so that storage can be closed."""
    sweeper = Sweeper(composition)
    sweeper.start()
    assert "sweeper" in running()
    sweeper.stop()
    assert "sweeper" not in running()
    sweeper.stop()  # Twice is once.


def test_it_can_be_switched_off(composition: Composition) -> None:
    """Every 0 seconds means never: somebody else sweeps, or nobody."""
    sweep = evolve(composition.settings.sweep, every_seconds=0)
    sweeper = Sweeper(evolve(composition, settings=evolve(composition.settings, sweep=sweep)))
    sweeper.start()
    assert "sweeper" not in running()
    sweeper.stop()


def running() -> set[str]:
    """Name the threads of this process."""
    return {thread.name for thread in enumerate_threads()}
