"""Customers of the demo's town, for tests."""

from datetime import timedelta

from booking_adapters.memory.clock import ManualClock
from booking_cli.demo.car_park import CAR_PARK
from booking_cli.demo.town import CUSTOMER
from booking_core import BookingEngine, CreateBooking, Line, StartPayment, customer
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.ids import CustomerId, PaymentId

ADA = customer(CUSTOMER)


def park(engine: BookingEngine, customer_id: str = CUSTOMER) -> Booking:
    """Hold a place in the car park for tomorrow."""
    hour = engine.ports.clock.now().replace(minute=0, second=0, microsecond=0)
    start = hour + timedelta(days=2)
    line = Line(resource_id=CAR_PARK.id, start=start, end=start + timedelta(hours=1))
    wanted = CreateBooking(customer_id=CustomerId(customer_id), items=(line,))
    return engine.create_booking(wanted, customer(customer_id)).dossier.booking


def pay(engine: BookingEngine, booking: Booking) -> PaymentId:
    """Begin to pay, and hear nothing more of it: the provider's callback is not delivered."""
    by = customer(booking.customer_id)
    return engine.start_payment(StartPayment(booking_id=booking.id), by).attempt.id


def pass_time(engine: BookingEngine, by: timedelta) -> None:
    """Let the engine's clock go on."""
    clock = engine.ports.clock
    assert isinstance(clock, ManualClock)
    clock.advance(by)
