"""What is offered can be booked, and what can be booked is offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.availability.busy import BusyByUnit
from booking_core.domain.availability.intervals import Interval
from booking_core.domain.availability.policies import refusals
from booking_core.domain.availability.slots import SLOTS_MOST, free_slots
from booking_core.domain.availability.window import reach
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.resource import Assignment, Resource
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import UnitId
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

MANY = 10_000


def is_free(wish: Wish, by_unit: BusyByUnit) -> bool:
    """Whether enough units are free for it: at each moment if they may be re-arranged, or else
    the same ones throughout."""
    start, end = to_microseconds(wish.claimed.start), to_microseconds(wish.claimed.end)
    hindrances = [
        [
            (since, until)
            for since, until in by_unit.get(unit.id, ())
            if since < end and until > start
        ]
        for unit in wish.resource.units
    ]
    if wish.resource.assignment is Assignment.NAMED:
        return hindrances.count([]) >= wish.quantity
    claims = [claim for unit in hindrances for claim in unit]
    # The fullest moments are those at which something begins.
    moments = [start, *(since for since, _ in claims if since > start)]
    fullest = max(sum(since <= moment < until for since, until in claims) for moment in moments)
    return len(wish.resource.units) - fullest >= wish.quantity


def bookable(
    room: Resource, by_unit: BusyByUnit, window: Span, minutes: int, quantity: int, now: datetime
) -> list[Span]:
    """Every minute of the window at which a booking may start, found by trying each."""
    found = []
    for index in range(window.duration // MINUTE):
        start = window.start + index * MINUTE
        wish = Wish(resource=room, span=Span(start, start + minutes * MINUTE), quantity=quantity)
        if is_free(wish, by_unit) and not refusals(wish, now):
            found.append(wish.span)
    return found


@given(resources(), moments, st.data())
def test_a_slot_is_offered_if_and_only_if_it_can_be_booked(
    room: Resource, start: datetime, data: st.DataObject
) -> None:
    """Of all minutes, those are offered that the policies pass and whose widened span is free."""
    minutes, quantity = data.draw(possible(room))
    by_unit = data.draw(claims_by_unit(room, start))
    now = start + data.draw(st.sampled_from([-600, -200, 0, 100])) * MINUTE
    window = window_from(start, data.draw(st.integers(1, 800)))
    offered = free_slots(room, by_unit, window, minutes * MINUTE, quantity, now, MANY)
    assert list(offered) == bookable(room, by_unit, window, minutes, quantity, now)


@given(resources(Assignment.ANY), moments, st.data())
def test_interchangeable_units_need_not_be_told_apart(
    pool: Resource, start: datetime, data: st.DataObject
) -> None:
    """For a pool the claims of all units together say as much as those of each."""
    minutes, quantity = data.draw(possible(pool))
    by_unit = data.draw(claims_by_unit(pool, start))
    window, now = window_from(start, 1000), start - 300 * MINUTE
    apart = free_slots(pool, by_unit, window, minutes * MINUTE, quantity, now, MANY)
    assert (
        free_slots(pool, together(by_unit), window, minutes * MINUTE, quantity, now, MANY) == apart
    )


@given(resources(Assignment.NAMED), moments, st.data())
def test_named_units_that_are_not_told_apart_are_offered_with_care(
    hall: Resource, start: datetime, data: st.DataObject
) -> None:
    """Who does not know which seat a claim is for is offered only what can be had in any case."""
    minutes, quantity = data.draw(possible(hall))
    by_unit = data.draw(claims_by_unit(hall, start))
    window, now = window_from(start, 1000), start - 300 * MINUTE
    apart = free_slots(hall, by_unit, window, minutes * MINUTE, quantity, now, MANY)
    careful = free_slots(hall, together(by_unit), window, minutes * MINUTE, quantity, now, MANY)
    assert set(careful.starts_us) <= set(apart.starts_us)


@given(resources(), moments, st.integers(1, 999), st.data())
def test_windows_side_by_side_share_no_slot_and_lose_none(
    room: Resource, start: datetime, cut: int, data: st.DataObject
) -> None:
    """Who asks day by day sees the same slots as who asks for the week."""
    minutes, quantity = data.draw(possible(room))
    by_unit = data.draw(claims_by_unit(room, start))
    now, middle = start - 300 * MINUTE, start + cut * MINUTE
    whole, left, right = (
        free_slots(room, by_unit, window, minutes * MINUTE, quantity, now, MANY).starts_us
        for window in (
            window_from(start, 1000),
            Span(start, middle),
            Span(middle, start + 1000 * MINUTE),
        )
    )
    assert left + right == whole


@given(resources(), moments, st.integers(1, 60), st.data())
def test_a_limit_takes_the_first(
    room: Resource, start: datetime, limit: int, data: st.DataObject
) -> None:
    """With a limit come the first slots, and whether there are more."""
    minutes, quantity = data.draw(possible(room))
    window, now = window_from(start, 1000), start - 300 * MINUTE
    everything = free_slots(room, [], window, minutes * MINUTE, quantity, now, MANY)
    some = free_slots(room, [], window, minutes * MINUTE, quantity, now, limit)
    assert some.starts_us == everything.starts_us[:limit]
    assert some.is_complete is (len(everything) <= limit)
    assert everything.is_complete


@given(resources(Assignment.ANY), moments, st.data())
def test_a_pool_can_move_guests_but_not_blocks(
    pool: Resource, start: datetime, data: st.DataObject
) -> None:
    """Where nothing but blocks is in the way, a slot needs units that none of them touches."""
    minutes, quantity = data.draw(possible(pool))
    blocks = data.draw(claims_by_unit(pool, start))
    window, now = window_from(start, 600), start - 300 * MINUTE
    length = minutes * MINUTE
    offered = free_slots(pool, blocks, window, length, quantity, now, MANY, pinned=blocks)
    seats = replace(pool, assignment=Assignment.NAMED)
    assert offered == free_slots(seats, blocks, window, length, quantity, now, MANY)


def test_slots_are_spans_of_the_wanted_length() -> None:
    """They count and iterate as spans, though they are numbers inside."""
    doctor = resource(zone="Europe/Paris", schedule=OFFICE, rules=Rules(step=30 * MINUTE))
    slots = free_slots(doctor, [], span("2026-10-05", "2026-10-06"), HOUR, 1, NOW, MANY)
    assert len(slots) == 5 + 7
    assert list(slots)[:2] == [
        span("2026-10-05T09:00+02:00", "2026-10-05T10:00+02:00"),
        span("2026-10-05T09:30+02:00", "2026-10-05T10:30+02:00"),
    ]


def test_buffers_keep_their_distance_from_both_sides() -> None:
    """Between two claims that are four hours apart, an hour with buffers fits only in between."""
    rules = Rules(step=15 * MINUTE, buffer_before=HOUR, buffer_after=90 * MINUTE)
    taken: list[Interval] = [
        (to_microseconds(utc(start)), to_microseconds(utc(end)))
        for start, end in (
            ("2026-10-05T00:00", "2026-10-05T10:00"),
            ("2026-10-05T14:00", "2026-10-06T00:00"),
        )
    ]
    window = span("2026-10-05", "2026-10-06")
    slots = free_slots(resource(rules=rules), taken, window, HOUR, 1, NOW, MANY)
    assert [f"{slot.start:%H:%M}" for slot in slots] == ["11:00", "11:15", "11:30"]


def test_a_slot_may_end_after_the_window() -> None:
    """The window says when it starts: three nights can be found by asking for one day."""
    nights = free_slots(
        resource(rules=Rules(step=DAY)), [], span("2026-10-05", "2026-10-06"), 3 * DAY, 1, NOW, 9
    )
    assert list(nights) == [span("2026-10-05", "2026-10-08")]


def test_one_named_unit_has_to_be_free_throughout() -> None:
    """Two seats that are free one after the other are no seat for the whole time."""
    claims = {
        UnitId("u0"): [
            (to_microseconds(utc("2026-10-05T00:00")), to_microseconds(utc("2026-10-05T12:00")))
        ],
        UnitId("u1"): [
            (to_microseconds(utc("2026-10-05T12:00")), to_microseconds(utc("2026-10-06T00:00")))
        ],
    }
    window, grid = span("2026-10-05", "2026-10-06"), Rules(step=12 * HOUR)
    for assignment, expected in ((Assignment.ANY, 2), (Assignment.NAMED, 1)):
        room = resource(units=2, rules=grid, assignment=assignment)
        slots = free_slots(room, claims, window, DAY, 1, NOW, MANY)
        assert len(slots) == expected


def test_two_claims_on_one_seat_take_one_seat() -> None:
    """However often one seat is taken during the slot, the other is still free."""
    claims = {
        UnitId("u0"): [
            (to_microseconds(utc(start)), to_microseconds(utc(end)))
            for start, end in (
                ("2026-10-05T01:00", "2026-10-05T02:00"),
                ("2026-10-05T03:00", "2026-10-05T04:00"),
            )
        ]
    }
    hall = resource(units=2, rules=Rules(step=DAY), assignment=Assignment.NAMED)
    window = span("2026-10-05", "2026-10-06")
    assert len(free_slots(hall, claims, window, 12 * HOUR, 1, NOW, MANY)) == 1
    assert not free_slots(hall, claims, window, 12 * HOUR, 2, NOW, MANY)


@pytest.mark.parametrize(("minutes", "count"), [(29, 0), (30, 48), (60, 48), (61, 0)])
def test_no_slot_is_offered_of_a_length_that_nobody_can_have(minutes: int, count: int) -> None:
    """From the shortest to the longest that the rules take, both included."""
    rules = Rules(step=30 * MINUTE, duration_min=30 * MINUTE, duration_max=HOUR)
    window = span("2026-10-05", "2026-10-06")
    slots = free_slots(resource(rules=rules), [], window, minutes * MINUTE, 1, NOW, MANY)
    assert len(slots) == count


@pytest.mark.parametrize("quantity", [0, -1, 4, 100])
def test_no_slot_is_offered_for_a_quantity_that_nobody_can_have(quantity: int) -> None:
    """Neither nothing, nor more units than there are or than one booking may take."""
    pool = resource(units=5, rules=Rules(units_max=3))
    window = span("2026-10-05", "2026-10-06")
    assert not free_slots(pool, [], window, HOUR, quantity, NOW, MANY)


@pytest.mark.parametrize(
    ("field", "days", "duration", "limit"),
    [
        ("to", 93, HOUR, 1),
        ("limit", 1, HOUR, 0),
        ("limit", 1, HOUR, SLOTS_MOST + 1),
        ("duration", 1, 0 * HOUR, 1),
        ("duration", 1, -HOUR, 1),
        ("duration", 1, 99_999 * DAY, 1),
    ],
)
def test_questions_out_of_bounds_are_refused_by_name(
    field: str, days: int, duration: object, limit: int
) -> None:
    """No question can make the engine unroll years, or answer with a million slots."""
    with pytest.raises(InvalidInput) as refusal:
        free_slots(resource(), [], Span(NOW, NOW + days * DAY), duration, 1, NOW, limit)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_the_longest_window_answers_in_full() -> None:
    """Ninety-two days of minutes are within the largest limit."""
    slots = free_slots(resource(), [], Span(NOW, NOW + 92 * DAY), HOUR, 1, NOW, SLOTS_MOST)
    assert len(slots) == 92 * 24 * 60
    assert slots.is_complete


def test_the_claims_to_read_reach_as_far_as_any_slot_does() -> None:
    """From the buffer before the first to the buffer after the last."""
    room = resource(rules=Rules(buffer_before=HOUR, buffer_after=2 * HOUR))
    needed = reach(room, span("2026-10-05T10:00", "2026-10-05T12:00"), 3 * HOUR)
    assert needed == span("2026-10-05T09:00", "2026-10-05T17:00")
