"""The demo catalogue: every kind of inventory, bookable from the first minute on any day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.system.randomness import SystemRandomness
from booking_cli.demo.car_park import CAR_PARK
from booking_cli.demo.clinic import CONSULTATION, SMALL_SURGERY
from booking_cli.demo.fill import fill
from booking_cli.demo.hall import performances
from booking_cli.demo.hotel import DOUBLE_ROOM
from booking_cli.demo.town import CUSTOMER, ZONE
from booking_core import BookingEngine, CreateBooking, Line, Money, Ports, customer
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.ids import CustomerId
from booking_core.domain.kernel.span import Span
from booking_core.ports.page import PageRequest

ADA = customer(CUSTOMER)
PARIS = ZoneInfo(ZONE)


def town(now: datetime) -> tuple[BookingEngine, ManualClock]:
    """Fill an engine in memory as the demo would at that moment."""
    clock, randomness = ManualClock(now), SystemRandomness()
    engine = BookingEngine(
        Ports(
            storage=MemoryStorage(),
            payments=SimulatedGateway(clock, randomness),
            clock=clock,
            randomness=randomness,
        )
    )
    fill(engine)
    return engine, clock


@pytest.fixture
def engine() -> BookingEngine:
    """The town on an ordinary Tuesday."""
    return town(datetime(2030, 5, 14, 9, 30, tzinfo=UTC))[0]


def book(engine: BookingEngine, *lines: Line) -> BookingState:
    """Book as ada, and answer the state of the booking."""
    wanted = CreateBooking(customer_id=CustomerId(CUSTOMER), items=lines)
    return engine.create_booking(wanted, ADA).dossier.booking.state


def local(day: date, hour: int) -> datetime:
    """That hour of the day in the town, in UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS).astimezone(UTC)


def test_filling_again_changes_nothing(engine: BookingEngine) -> None:
    """The demo can be started any number of times on the same database."""
    before = engine.read_catalogue.resources(PageRequest(), ADA)
    assert fill(engine) == 0
    assert engine.read_catalogue.resources(PageRequest(), ADA) == before


def test_a_later_week_adds_its_own_evenings(engine: BookingEngine) -> None:
    """Whoever comes back after a month finds performances that are still to come."""
    clock = engine.ports.clock
    assert isinstance(clock, ManualClock)
    clock.set(clock.now() + timedelta(days=30))
    assert fill(engine) == 2
    held = engine.read_catalogue.performances(PageRequest(), ADA).entries
    assert len([it for it in held if it.during.start > clock.now()]) == 2


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_there_are_two_evenings_within_ten_days_of_any_day(today: date) -> None:
    """Both begin at eight in the evening by the town's clock, on a Friday and a Saturday."""
    found = [it.during.start.astimezone(PARIS) for it in performances(today)]
    assert [(it.hour, it.minute) for it in found] == [(20, 0), (20, 0)]
    assert [f"{it:%a}" for it in found] == ["Fri", "Sat"]
    assert all(timedelta(days=2) <= it.date() - today <= timedelta(days=9) for it in found)


def test_the_clinic_closes_for_lunch_and_on_sundays(engine: BookingEngine) -> None:
    """Two doctors offer half hours in their opening hours, and nothing outside them."""
    monday = date(2030, 5, 20)
    window = Span(local(monday, 0), local(monday, 0) + timedelta(days=7))
    offered = engine.find_free.service_slots(CONSULTATION.id, window, ADA)
    assert len(offered) == 2
    for slots in offered.values():
        starts = [span.start.astimezone(PARIS) for span in slots]
        by_day = Counter(f"{start:%a}" for start in starts)
        assert by_day == {"Mon": 14, "Tue": 14, "Wed": 14, "Thu": 14, "Fri": 14, "Sat": 6}
        assert not [start for start in starts if (start.hour, start.minute) in {(12, 30), (13, 0)}]


def test_one_service_waits_for_the_provider(engine: BookingEngine) -> None:
    """Small surgery is held until somebody approves of it; a consultation is held for payment."""
    start = local(date(2030, 5, 20), 9)
    held = book(engine, Line(service_id=CONSULTATION.id, start=start))
    asked = book(engine, Line(service_id=SMALL_SURGERY.id, start=start + timedelta(hours=5)))
    assert (held, asked) == (BookingState.PENDING, BookingState.PENDING_CONFIRMATION)


def test_the_car_park_has_forty_places_by_the_hour(engine: BookingEngine) -> None:
    """Begun hours count, and each place is sold once."""
    start = local(date(2030, 5, 20), 9)
    line = Line(resource_id=CAR_PARK.id, start=start, end=start + timedelta(minutes=90), quantity=2)
    wanted = CreateBooking(customer_id=CustomerId(CUSTOMER), items=(line,))
    assert engine.create_booking(wanted, ADA).dossier.booking.price == Money(10_00, "EUR")
    window = Span(start, start + timedelta(hours=1))
    ((_, _, free),) = engine.find_free.quantities(CAR_PARK.id, window, ADA)
    assert free == 38


def test_the_hall_has_two_hundred_seats_in_three_categories(engine: BookingEngine) -> None:
    """Each seat has a price by its category, and one evening's sale leaves the other's alone."""
    first, second = engine.read_catalogue.performances(PageRequest(), ADA).entries
    book(engine, Line(performance_id=first.id, quantity=4, category="gold"))
    seats = engine.find_free.seats(first.id, ADA)
    assert Counter(seat.unit.category for seat in seats) == {
        "gold": 40,
        "silver": 80,
        "bronze": 80,
    }
    assert Counter(seat.state.value for seat in seats)["free"] == 196
    assert {seat.state.value for seat in engine.find_free.seats(second.id, ADA)} == {"free"}


def test_the_hotel_sells_nights_and_keeps_more_the_later_one_cancels(
    engine: BookingEngine,
) -> None:
    """Two nights cost two nights, and the tiers give back all, half, a quarter, then nothing."""
    arrival = local(date(2030, 6, 20), 15)
    stay = Line(resource_id=DOUBLE_ROOM.id, start=arrival, end=local(date(2030, 6, 22), 11))
    wanted = CreateBooking(customer_id=CustomerId(CUSTOMER), items=(stay,))
    booking = engine.create_booking(wanted, ADA).dossier.booking
    assert booking.price == Money(240_00, "EUR")
    policy, paid = booking.terms.cancellation, booking.price
    back = [policy.refund(paid, timedelta(days=days)).amount_minor for days in (14, 3, 1, 0)]
    assert back == [240_00, 105_00, 45_00, 0]
