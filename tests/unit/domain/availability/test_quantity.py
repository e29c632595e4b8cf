"""Free quantity over time, against counting at single moments."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.availability.opening import is_open
from booking_core.domain.availability.quantity import free_quantity
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import (
    MICROSECOND,
    Span,
    from_microseconds,
    to_microseconds,
)
from tests.unit.domain.availability.given import DAY, NOW, OFFICE, resource, span, utc
from tests.unit.domain.availability.strategies import (
    claims_by_unit,
    moments,
    resources,
    together,
    window_from,
)


@given(resources(), moments, st.integers(1, 3000), st.data())
def test_each_step_says_how_many_units_are_free(
    pool: Resource, start: datetime, minutes: int, data: st.DataObject
) -> None:
    """At its first and its last moment: all units less those taken, and none while it is closed."""
    taken = together(data.draw(claims_by_unit(pool, start)))
    steps = free_quantity(pool, taken, window_from(start, minutes))
    for begin, end, free in steps:
        for moment in (begin, end - 1):
            used = sum(since <= moment < until for since, until in taken)
            at = from_microseconds(moment)
            opened = is_open(pool.schedule, pool.zone, Span(at, at + MICROSECOND))
            assert free == (len(pool.units) - used if opened else 0)


@given(resources(), moments, st.integers(1, 3000), st.data())
def test_steps_cover_the_window(
    pool: Resource, start: datetime, minutes: int, data: st.DataObject
) -> None:
    """One begins where the other ends, with another quantity; together they are the window."""
    taken = together(data.draw(claims_by_unit(pool, start)))
    window = window_from(start, minutes)
    steps = free_quantity(pool, taken, window)
    assert steps[0][0] == to_microseconds(window.start)
    assert steps[-1][1] == to_microseconds(window.end)
    assert all(begin < end for begin, end, _ in steps)
    for one, other in pairwise(steps):
        assert one[1] == other[0]
        assert one[2] != other[2]


def test_the_day_of_a_car_park() -> None:
    """Cars come and go; whoever stays past the window is counted to its end."""
    taken = [
        (to_microseconds(utc("2026-10-04T12:00")), to_microseconds(utc("2026-10-05T08:00"))),
        (to_microseconds(utc("2026-10-05T06:00")), to_microseconds(utc("2026-10-05T18:00"))),
        (to_microseconds(utc("2026-10-05T18:00")), to_microseconds(utc("2026-10-07T00:00"))),
    ]
    steps = free_quantity(resource(units=3), taken, span("2026-10-05", "2026-10-06"))
    assert [(f"{from_microseconds(begin):%H:%M}", free) for begin, _, free in steps] == [
        ("00:00", 2),
        ("06:00", 1),
        ("08:00", 2),
    ]


def test_nothing_is_free_while_closed() -> None:
    """On a Sunday an office has no desk, although none is taken."""
    steps = free_quantity(resource(units=5, schedule=OFFICE), [], span("2026-10-04", "2026-10-05"))
    assert [free for _, _, free in steps] == [0]


def test_a_window_that_is_too_long_is_refused() -> None:
    """Ninety-two days are enough for one question."""
    with pytest.raises(InvalidInput, match="to: at most 92 days"):
        free_quantity(resource(), [], Span(NOW, NOW + 93 * DAY))
