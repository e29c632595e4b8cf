"""What is interrupted: how each act begins, and what is asked for again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from booking_adapters.memory.clock import ManualClock
from booking_adapters.simulated.outages import Call, Outage, OutagesInTurn
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.script import PAY
from booking_core.application.booking.cancel_booking import CancelBooking
from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.caller import Caller, customer
from booking_core.application.payment.start_payment import StartPayment
from booking_core.domain.kernel.ids import DEFAULT_TENANT, BookingId, CustomerId, PaymentId
from booking_core.engine import BookingEngine
from booking_core.ports.payment_webhook import Callback, Told
from campaign.kill_server import Request, Server, keyed, told
from campaign.world import DOCTOR, HOUR, ROOMS, hour_of

HOURS_APART = 3
AFTER_EVERY_HOLD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Round:
    """One interruption, with a customer and hours of its own, so that nothing else is there."""

    server: Server
    number: int

    @property
    def by(self) -> Caller:
        return customer(f"customer-{self.number}")

    def lines(self) -> tuple[Line, ...]:
        """A doctor's hour, and two of the four rooms meanwhile."""
        hour = self.number * HOURS_APART
        return hour_of(DOCTOR, hour), hour_of(ROOMS, hour, quantity=2)

    def keyed(self, path: str, body: object) -> Request:
        return keyed(path, body, self.by, f"round-{self.number}")


@dataclass(frozen=True, slots=True)
class Act:
    """An act to be interrupted: `begin` does all that comes before, and says what is asked."""

    name: str
    begin: Callable[[Round], Request]


def create(round: Round) -> Request:
    """Book it."""
    items = []
    for line in round.lines():
        assert line.start is not None
        assert line.end is not None
        items.append(
            {
                "resourceId": line.resource_id,
                "start": line.start.isoformat(),
                "end": line.end.isoformat(),
                "quantity": line.quantity,
            }
        )
    return round.keyed("/bookings", {"items": items})


def pay(round: Round) -> Request:
    """Begin to pay: an attempt of ours, then an intent at the provider."""
    with round.server.engine() as (engine, _):
        return round.keyed(f"/bookings/{_held(engine, round)}/payments", None)


def complete(round: Round) -> Request:
    """The provider tells that the money came."""
    with round.server.engine() as (engine, gateway):
        return told(_news_of_money(engine, gateway, round, _held(engine, round)))


def complete_late(round: Round) -> Request:
    """The provider tells of it when the hold has lapsed: the booking is brought back."""
    with round.server.engine() as (engine, gateway):
        booking_id = _held(engine, round)
        news = _news_of_money(engine, gateway, round, booking_id)
        _lapse(engine, booking_id)
    return told(news)


def complete_in_vain(round: Round) -> Request:
    """The provider tells of it when somebody else has the doctor: the money goes back."""
    with round.server.engine() as (engine, gateway):
        booking_id = _held(engine, round)
        news = _news_of_money(engine, gateway, round, booking_id)
        _lapse(engine, booking_id)
        _book(engine, customer("quicker"), round.lines()[:1])
    return told(news)


def cancel(round: Round) -> Request:
    """Cancel it; the refund is asked for in the same breath."""
    with round.server.engine() as (engine, gateway):
        return round.keyed(f"/bookings/{_paid(engine, gateway, round)}/cancel", {})


def refunded(round: Round) -> Request:
    """The provider tells of a refund whose first answer was lost."""
    outages = OutagesInTurn()
    with round.server.engine(outages) as (engine, gateway):
        booking_id = _paid(engine, gateway, round)
        outages.expect(Call.REFUND, Outage.AFTER_EFFECT)
        engine.cancel_booking(CancelBooking(booking_id=booking_id), round.by)
        return told(_news(engine, gateway, round, booking_id, Told.REFUNDED))


def reschedule(round: Round) -> Request:
    """Move it by half an hour, into its own place."""
    with round.server.engine() as (engine, gateway):
        booking_id = _paid(engine, gateway, round)
    start = round.lines()[0].start
    assert start is not None
    later = {"start": (start + HOUR / 2).isoformat()}
    return round.keyed(f"/bookings/{booking_id}/reschedule", later)


ACTS = tuple(
    Act(begin.__name__.replace("_", "-"), begin)
    for begin in (
        create,
        pay,
        complete,
        complete_late,
        complete_in_vain,
        cancel,
        refunded,
        reschedule,
    )
)


def _held(engine: BookingEngine, round: Round) -> BookingId:
    return _book(engine, round.by, round.lines())


def _book(engine: BookingEngine, by: Caller, lines: tuple[Line, ...]) -> BookingId:
    command = CreateBooking(customer_id=CustomerId(by.id), items=lines)
    return engine.create_booking(command, by).dossier.booking.id


def _paid(engine: BookingEngine, gateway: SimulatedGateway, round: Round) -> BookingId:
    booking_id = _held(engine, round)
    engine.apply_callback(_news_of_money(engine, gateway, round, booking_id))
    return booking_id


def _news_of_money(
    engine: BookingEngine, gateway: SimulatedGateway, round: Round, booking_id: BookingId
) -> Callback:
    started = engine.start_payment(StartPayment(booking_id=booking_id), round.by)
    gateway.play(DEFAULT_TENANT, started.attempt.id, PAY)
    return _news(engine, gateway, round, booking_id, Told.COMPLETED)


def _news(
    engine: BookingEngine,
    gateway: SimulatedGateway,
    round: Round,
    booking_id: BookingId,
    about: Told,
) -> Callback:
    """What the provider has to tell of this booking's payment; other news is of no interest."""
    letters: list[Callback] = []
    while gateway.deliver_due(letters.append):
        pass
    payment_ids: set[PaymentId] = {
        attempt.id for attempt in engine.read_bookings.one(booking_id, round.by).account.attempts
    }
    (news,) = (
        letter for letter in letters if letter.payment_id in payment_ids and letter.told is about
    )
    return news


def _lapse(engine: BookingEngine, booking_id: BookingId) -> None:
    """Time flies, but only for this hold."""
    later = ManualClock(engine.ports.clock.now() + AFTER_EVERY_HOLD)
    assert replace(engine.lapse_holds, clock=later).these(DEFAULT_TENANT, [booking_id]) == 1
