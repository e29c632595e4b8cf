"""What is offered can be booked, and what is not offered cannot."""

from datetime import timedelta

from booking_core.application.availability.block_units import BlockUnits
from booking_core.domain.kernel.errors import BookingError
from booking_core.domain.kernel.ids import ResourceId, UnitId
from booking_core.domain.kernel.span import Span
from tests.unit.application.house import (
    ANN,
    BARN,
    CELLAR,
    DAY,
    HOUR,
    NOON,
    OWNER,
    ROOM,
    House,
    stay,
)

WINDOW = Span(NOON + 2 * DAY, NOON + 2 * DAY + 6 * HOUR)


def offered(house: House, resource_id: ResourceId, length: timedelta) -> set[Span]:
    """The slots of that length that begin on the hour."""
    slots = house.engine.find_free.slots([resource_id], WINDOW, length, ANN)[resource_id]
    return {slot for slot in slots if slot.start.minute == 0}


def bookable(house: House, resource_id: ResourceId, hours: int) -> set[Span]:
    """The same, found out by booking each on a house of its own."""
    found = set()
    for hour in range(6):
        twin = furnished()
        try:
            booking = twin.book(stay(resource_id, 2 * DAY + hour * HOUR, hours))
        except BookingError:
            continue
        found.add(booking.items[0].span)
    return found


def furnished() -> House:
    """A house with guests, a hold and a block."""
    house = House()
    house.confirmed(stay(ROOM, 2 * DAY + HOUR))
    house.book(stay(CELLAR, 2 * DAY + 2 * HOUR))
    house.book(stay(BARN, 2 * DAY + HOUR, 2, quantity=2))
    for unit, hour in (("1", 4), ("2", 5), ("3", 4)):
        house.engine.block_units(
            BlockUnits(
                resource_id=BARN,
                unit_ids=(UnitId(unit),),
                start=NOON + 2 * DAY + hour * HOUR,
                end=NOON + 2 * DAY + (hour + 1) * HOUR,
            ),
            OWNER,
        )
    return house


def test_an_exclusive_resource_offers_what_can_be_booked() -> None:
    """Neither more nor less, around a confirmed booking."""
    assert offered(furnished(), ROOM, 2 * HOUR) == bookable(furnished(), ROOM, 2)


def test_buffers_count_on_both_sides() -> None:
    """What is offered leaves room for its own buffers and for others'."""
    assert offered(furnished(), CELLAR, HOUR) == bookable(furnished(), CELLAR, 1)


def test_a_pool_offers_what_no_block_cuts_in_two() -> None:
    """Units blocked in turn leave some free at every moment, but none for the whole time."""
    assert offered(furnished(), BARN, 2 * HOUR) == bookable(furnished(), BARN, 2)
