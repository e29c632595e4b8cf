"""Bookings of several lines in a pool where somebody has to make way."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from booking_core.application.booking.line import Line
from booking_core.domain.booking.booking import Booking
from booking_core.ports.unit_of_work import Taken
from tests.unit.application.house import BARN, DAY, HOUR, House, stay

UNITS = 3
HOURS = 12

# A line of the barn as (hour of the day after tomorrow, how many hours, how many units).
lines = st.lists(
    st.tuples(st.integers(0, HOURS - 1), st.integers(1, 6), st.sampled_from([1, 1, 1, 2])),
    min_size=1,
    max_size=3,
)


def in_the_barn(start: int, hours: int, quantity: int = 1) -> Line:
    """Some units of the pool of three."""
    return stay(BARN, 2 * DAY + start * HOUR, hours, quantity)


def units(booking: Booking) -> list[tuple[str, ...]]:
    """The units of each line."""
    return [item.unit_ids for item in booking.items]


# What a line got must not be in the way of one that begins before it.
AGAINST_TIME = [[(7, 5, 1)], [(8, 2, 1)], [(9, 3, 1), (3, 3, 1), (5, 4, 1)]]
# The second line must see that somebody has made way for the first.
AFTER_MOVES = [
    *([line] for line in [(6, 1, 1), (6, 3, 1), (3, 4, 1), (1, 2, 1), (1, 4, 1), (7, 3, 1)]),
    [(1, 4, 1), (4, 1, 1)],
]


@example(wishes=AGAINST_TIME)
@example(wishes=AFTER_MOVES)
@given(wishes=st.lists(lines, max_size=8))
@settings(max_examples=60)
def test_a_booking_of_several_lines_is_refused_only_when_the_pool_is_full(
    wishes: list[list[tuple[int, int, int]]],
) -> None:
    """Whatever the order of its lines: they fit if at no time too many units are wanted."""
    house = House()
    taken = [0] * (2 * HOURS)
    for wish in wishes:
        wanted = list(taken)
        for start, hours, quantity in wish:
            for hour in range(start, start + hours):
                wanted[hour] += quantity
        asked = [in_the_barn(*line) for line in wish]
        if max(wanted) > UNITS:
            with pytest.raises(Taken):
                house.book(*asked)
        else:
            booking = house.book(*asked)
            assert [len(set(got)) for got in units(booking)] == [n for _, _, n in wish]
            taken = wanted
    assert house.engine.verify().violations == ()


def test_the_items_keep_the_order_of_the_lines() -> None:
    """However the engine goes through them to find room."""
    house = House()
    booking = house.book(in_the_barn(6, 2), in_the_barn(2, 4))
    assert [item.span.start - booking.start for item in booking.items] == [4 * HOUR, 0 * HOUR]
