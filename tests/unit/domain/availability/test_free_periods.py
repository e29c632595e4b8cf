"""Free periods: each can be booked from end to end, and none could be longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.availability.free_periods import free_periods
from booking_core.domain.availability.policies import refusals
from booking_core.domain.availability.slots import free_slots
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.resource import Assignment, Resource
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import Span, to_microseconds
from tests.unit.domain.availability.given import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OFFICE,
    resource,
    span,
    utc,
)
from tests.unit.domain.availability.strategies import (
    claims_by_unit,
    moments,
    possible,
    resources,
    together,
    window_from,
)
from tests.unit.domain.availability.test_slots import is_free

MANY = 10_000


def ungridded(pool: Resource) -> Resource:
    """The same, but bookings may begin at any minute and last as long as they like."""
    rules = replace(pool.rules, step=MINUTE, offset=0 * MINUTE, duration_max=92 * DAY)
    return replace(pool, rules=rules)


@given(resources(Assignment.ANY), moments, st.data())
def test_a_free_period_can_be_booked_whole_and_could_not_be_longer(
    any_pool: Resource, start: datetime, data: st.DataObject
) -> None:
    """It passes every rule and is free; a minute more at either end is not, or not asked for."""
    pool = ungridded(any_pool)
    quantity = data.draw(possible(pool))[1]
    by_unit = data.draw(claims_by_unit(pool, start))
    now, window = start - 200 * MINUTE, window_from(start, 800)

    def can_be_booked(period: Span) -> bool:
        wish = Wish(resource=pool, span=period, quantity=quantity)
        return window.covers(period) and is_free(wish, by_unit) and not refusals(wish, now)

    for period in free_periods(pool, together(by_unit), window, quantity, now):
        assert can_be_booked(period)
        assert not can_be_booked(Span(period.start - MINUTE, period.end))
        assert not can_be_booked(Span(period.start, period.end + MINUTE))


@given(resources(Assignment.ANY), moments, st.data())
def test_every_slot_lies_in_a_free_period(
    any_pool: Resource, start: datetime, data: st.DataObject
) -> None:
    """Both answers come from the same sweep: what is offered as a slot is free as a period."""
    pool = ungridded(any_pool)
    minutes, quantity = data.draw(possible(pool))
    taken = together(data.draw(claims_by_unit(pool, start)))
    now, window = start - 200 * MINUTE, window_from(start, 800)
    periods = list(free_periods(pool, taken, window, quantity, now))
    for slot in free_slots(pool, taken, window, minutes * MINUTE, quantity, now, MANY):
        if window.covers(slot):
            assert any(period.covers(slot) for period in periods)


def test_the_day_of_a_doctor() -> None:
    """Open hours less what is taken, with the buffer after each appointment."""
    doctor = resource(schedule=OFFICE, rules=Rules(buffer_after=10 * MINUTE))
    taken = [
        (to_microseconds(utc("2026-10-05T10:00")), to_microseconds(utc("2026-10-05T10:40"))),
        (to_microseconds(utc("2026-10-05T16:30")), to_microseconds(utc("2026-10-05T17:10"))),
    ]
    periods = free_periods(doctor, taken, span("2026-10-05", "2026-10-06"), 1, NOW)
    assert len(periods) == 3
    assert [f"{period.start:%H:%M}-{period.end:%H:%M}" for period in periods] == [
        "09:00-09:50",
        "10:40-12:00",
        "13:00-16:20",
    ]


@pytest.mark.parametrize(("minutes", "count"), [(29, 0), (30, 1)])
def test_a_period_too_short_for_any_booking_is_not_free(minutes: int, count: int) -> None:
    """Between two appointments half an hour can be sold, a minute less cannot."""
    room = resource(rules=Rules(duration_min=30 * MINUTE))
    window = Span(NOW, NOW + minutes * MINUTE)
    assert len(free_periods(room, [], window, 1, NOW)) == count


@pytest.mark.parametrize("quantity", [0, 3])
def test_nothing_is_free_for_a_quantity_that_nobody_can_have(quantity: int) -> None:
    """Neither nothing nor more than there is."""
    window = span("2026-10-05", "2026-10-06")
    assert not free_periods(resource(units=2), [], window, quantity, NOW)


def test_a_window_before_the_notice_is_not_free() -> None:
    """What is past, or too soon to book, is nobody's free time."""
    window = Span(NOW - DAY, NOW - HOUR)
    assert not free_periods(resource(), [], window, 1, NOW)


def test_a_window_that_is_too_long_is_refused() -> None:
    """Ninety-two days are enough for one question."""
    with pytest.raises(InvalidInput, match="to: at most 92 days"):
        free_periods(resource(), [], Span(NOW, NOW + 93 * DAY), 1, NOW)
