"""A booking gets all that it asks for, or nothing."""

from datetime import timedelta

import pytest

from booking_core.application.booking.create_booking import CreateBooking
from booking_core.application.booking.line import Line
from booking_core.application.once import KeyReused
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.errors import Forbidden, InvalidInput, NotFound
from booking_core.domain.kernel.ids import CustomerId, ResourceId, UnitId
from booking_core.ports.unit_of_work import Taken
from tests.unit.application.house import (
    ANN,
    ANY_ROOM,
    BARN,
    BOB,
    CELLAR,
    CONCERT,
    DAY,
    HALL,
    HOUR,
    NOON,
    ON_REQUEST,
    OWNER,
    ROOM,
    House,
    euros,
    stay,
)


def test_what_costs_money_is_held(house: House) -> None:
    """A priced booking waits for its payment, ten minutes unless the offer says otherwise."""
    booking = house.book(stay(ROOM))
    assert booking.state is BookingState.PENDING
    assert booking.expires_at == NOON + timedelta(minutes=10)
    assert booking.price == euros(1000)


def test_what_is_held_is_nobody_else_s(house: House) -> None:
    """A hold keeps others out as a confirmed booking does."""
    house.book(stay(ROOM))
    with pytest.raises(Taken):
        house.book(stay(ROOM, 2 * DAY + HOUR / 2), by=BOB)


def test_an_overdue_hold_blocks_nobody(house: House) -> None:
    """The next customer succeeds at the first try, although no sweeper has run."""
    lapsed = house.book(stay(ROOM))
    house.clock.advance(timedelta(minutes=10))
    assert house.book(stay(ROOM), by=BOB).is_held
    assert house.see(lapsed.id).booking.state is BookingState.EXPIRED
    assert house.told(lapsed.id)[-1] == "booking.expired"


def test_buffers_are_claimed_and_not_sold(house: House) -> None:
    """The half hour after a stay in the cellar cannot be had, nor is it paid for."""
    booking = house.book(stay(CELLAR))
    assert booking.end - booking.start == HOUR
    with pytest.raises(Taken):
        house.book(stay(CELLAR, 2 * DAY + HOUR + HOUR / 2), by=BOB)
    assert house.book(stay(CELLAR, 2 * DAY + 2 * HOUR), by=BOB).is_held


def test_several_lines_are_had_together_or_not_at_all(house: House) -> None:
    """If the cellar is taken, the room that was asked for with it stays free."""
    house.book(stay(CELLAR), by=BOB)
    with pytest.raises(Taken):
        house.book(stay(ROOM), stay(CELLAR))
    assert house.book(stay(ROOM), by=BOB).is_held


def test_one_booking_does_not_take_a_unit_twice(house: House) -> None:
    """Two lines on one pool get different units."""
    booking = house.book(stay(BARN, quantity=2), stay(BARN))
    assert sorted(unit for item in booking.items for unit in item.unit_ids) == ["1", "2", "3"]


def test_a_pool_is_refused_only_when_it_is_full(house: House) -> None:
    """Stays are moved to other units until everyone fits."""
    for units in ((0, 2), (1, 2), (3, 2), (4, 2), (1, 4)):
        house.book(stay(BARN, 2 * DAY + units[0] * HOUR, units[1]))
    assert house.book(stay(BARN, 2 * DAY, 1)).is_held
    with pytest.raises(Taken):
        house.book(stay(BARN, 2 * DAY + HOUR, 1))


def test_any_of_a_service_s_resources_will_do(house: House) -> None:
    """Who wants any room gets the second when the first is taken, and is refused after that."""
    wish = Line(service_id=ANY_ROOM, start=NOON + 2 * DAY)
    got = [house.book(wish).items[0].resource_id for _ in range(2)]
    assert got == [ROOM, CELLAR]
    with pytest.raises(Taken):
        house.book(wish)


def test_seats_are_those_that_were_named(house: House) -> None:
    """And cost what their category costs."""
    seats = (UnitId("A1"), UnitId("B3"))
    booking = house.book(Line(performance_id=CONCERT, unit_ids=seats))
    assert booking.items[0].unit_ids == seats
    assert booking.price == euros(5000)
    with pytest.raises(Taken):
        house.book(Line(performance_id=CONCERT, unit_ids=seats[1:]), by=BOB)


def test_the_best_seats_are_together(house: House) -> None:
    """Two in the front row, side by side, then none there that are."""
    wish = Line(performance_id=CONCERT, quantity=2, category="front")
    units = house.book(wish).items[0].unit_ids
    assert {unit[0] for unit in units} == {"A"}
    assert abs(int(units[0][1]) - int(units[1][1])) == 1
    with pytest.raises(Taken):
        house.book(wish, by=BOB)


def test_what_needs_approval_awaits_it(house: House) -> None:
    """It is held meanwhile, for as long as the offer gives the provider."""
    booking = house.book(Line(service_id=ON_REQUEST, start=NOON + 2 * DAY))
    assert booking.state is BookingState.PENDING_CONFIRMATION
    assert booking.expires_at == NOON + DAY
    assert house.told(booking.id) == ["booking.created", "booking.approval_requested"]


def test_the_same_key_gets_the_same_answer_and_one_effect(house: House) -> None:
    """Also when the booking has changed since, and although its period is taken: by itself."""
    first = house.book(stay(ROOM), key="k")
    house.pay(house.start(first), euros(1000))
    assert house.book(stay(ROOM), key="k") == first
    assert house.told(first.id).count("booking.created") == 1


def test_the_same_key_for_another_request_is_refused(house: House) -> None:
    """A key is for one request."""
    house.book(stay(ROOM), key="k")
    with pytest.raises(KeyReused):
        house.book(stay(ROOM, 3 * DAY), key="k")


def test_a_key_is_its_owner_s(house: House) -> None:
    """Bob's key tells nothing of Ann's request."""
    ann = house.book(stay(BARN), key="k")
    bob = house.book(stay(BARN), key="k", by=BOB)
    assert ann.id != bob.id


def test_nobody_books_for_another_customer(house: House) -> None:
    """Only a provider or the office may."""
    with pytest.raises(Forbidden):
        house.book(stay(ROOM), by=ANN, of="bob")
    assert house.book(stay(ROOM), by=OWNER, of="bob").customer_id == "bob"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (lambda: Line(resource_id=ROOM, start=NOON + DAY, end=NOON + DAY), "end"),
        (lambda: Line(resource_id=ROOM, start=NOON + DAY), "end"),
        (lambda: Line(resource_id=ROOM), "start"),
        (lambda: Line(), "items"),
        (lambda: stay(ROOM, quantity=0), "quantity"),
        (lambda: Line(service_id=ANY_ROOM, start=NOON + DAY, end=NOON + 2 * DAY), "end"),
        (lambda: Line(performance_id=CONCERT, resource_id=HALL), "performanceId"),
    ],
    ids=[
        "of no length",
        "without an end",
        "without a start",
        "of nothing",
        "no units",
        "longer than the service",
        "a performance elsewhere",
    ],
)
def test_bad_input_is_refused_by_name(house: House, line: object, field: str) -> None:
    """The refusal says which field, and nothing is left behind."""
    with pytest.raises(InvalidInput) as refused:
        house.book(line())  # type: ignore[operator]
    assert refused.value.field == field


def test_nothing_is_booked_without_items(house: House) -> None:
    """An empty booking is refused by name."""
    command = CreateBooking(customer_id=CustomerId("ann"), items=())
    with pytest.raises(InvalidInput, match="items"):
        house.engine.create_booking(command, ANN)


def test_an_unknown_resource_is_not_found(house: House) -> None:
    """By its name."""
    with pytest.raises(NotFound, match="nowhere"):
        house.book(stay(ResourceId("nowhere")))


def test_a_line_that_cannot_be_had_is_refused_as_taken(house: House) -> None:
    """Beside a line with a choice of units too: trying again would not help."""
    house.book(stay(ROOM), by=BOB)
    with pytest.raises(Taken) as refused:
        house.book(stay(BARN), stay(ROOM))
    assert refused.value.resource_id == ROOM


def test_two_times_in_one_room_are_had_where_an_overdue_hold_is_in_the_way(house: House) -> None:
    """The second try looks at what is taken: the booking's own earlier line is no rival of it."""
    house.book(stay(ROOM), by=BOB)
    house.clock.advance(timedelta(minutes=10))
    booking = house.book(stay(ROOM), stay(ROOM, timedelta(days=3)))
    assert len(booking.items) == 2
