"""Why a wish cannot be met: rules, periods, never people; and what could be had instead."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.availability.busy import busy_by_unit
from booking_core.domain.availability.explain import (
    ALTERNATIVES_MOST,
    SEARCHED,
    Explanation,
    claims_needed,
    explain,
)
from booking_core.domain.availability.policies import refusals
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.resource import Assignment, Resource
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import BookingId, ResourceId, UnitId
from booking_core.domain.kernel.span import Span, from_microseconds, to_microseconds
from tests.unit.domain.availability.given import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OFFICE,
    block,
    claim,
    resource,
    span,
    utc,
    wish,
)
from tests.unit.domain.availability.strategies import claims_by_unit, moments, possible, resources
from tests.unit.domain.availability.test_slots import is_free

DOCTOR = resource(schedule=OFFICE, rules=Rules(step=30 * MINUTE, duration_max=2 * HOUR))


def times(spans: tuple[Span, ...]) -> list[str]:
    """The spans as short texts."""
    return [f"{each.start:%d %H:%M}-{each.end:%H:%M}" for each in spans]


def test_a_wish_that_can_be_met_has_nothing_against_it() -> None:
    """No rule, no period, and no need of alternatives."""
    explained = explain(wish(DOCTOR, "2026-10-05T09:00", "2026-10-05T10:00"), NOW, ())
    assert explained == Explanation(refusals=(), blocked=(), free_units=1, alternatives=())
    assert explained.is_possible


def test_a_taken_slot_shows_what_is_taken_and_the_nearest_others() -> None:
    """Earlier and later starts, the nearest first; of what is taken only what is in the way."""
    claims = [
        claim("u0", "2026-10-05T08:00", "2026-10-05T09:30"),
        claim("u0", "2026-10-05T10:00", "2026-10-05T10:30"),
    ]
    explained = explain(wish(DOCTOR, "2026-10-05T10:00", "2026-10-05T11:00"), NOW, claims)
    assert not explained.is_possible
    assert times(explained.blocked) == ["05 10:00-10:30"]
    assert explained.free_units == 0
    assert times(explained.alternatives) == [
        "05 10:30-11:30",
        "05 11:00-12:00",
        "05 13:00-14:00",
        "05 13:30-14:30",
        "05 14:00-15:00",
    ]


def test_an_overdue_hold_and_another_resource_block_nothing() -> None:
    """Only live claims on this very resource count."""
    wanted = wish(DOCTOR, "2026-10-05T09:00", "2026-10-05T10:00")
    overdue = claim("u0", "2026-10-05T09:00", "2026-10-05T10:00", held_until=NOW)
    elsewhere = replace(overdue, held_until=None, resource_id=ResourceId("other"))
    assert explain(wanted, NOW, [overdue, elsewhere]).is_possible


def test_a_wish_against_the_rules_is_shown_what_they_would_take() -> None:
    """Too long and at night: both are said, and the alternatives are as long as is allowed."""
    explained = explain(wish(DOCTOR, "2026-10-05T05:00", "2026-10-05T08:00"), NOW, ())
    assert [refusal.code for refusal in explained.refusals] == ["too-long", "outside-opening-hours"]
    assert explained.blocked == ()
    assert times(explained.alternatives)[:2] == ["05 09:00-11:00", "05 09:30-11:30"]


def test_a_past_wish_is_shown_what_comes_first() -> None:
    """The nearest alternative to yesterday is as soon as possible."""
    explained = explain(wish(DOCTOR, "2020-10-05T09:00", "2020-10-05T10:00"), NOW, ())
    assert times(explained.alternatives)[0] == "01 09:00-10:00"


def test_a_pool_is_blocked_where_too_few_are_free() -> None:
    """Not where somebody is, but where so many are that the wanted quantity is not left."""
    pool = resource(units=3)
    claims = [
        claim("u0", "2026-10-05T08:00", "2026-10-05T12:00"),
        claim("u1", "2026-10-05T09:00", "2026-10-05T11:00"),
        claim("u2", "2026-10-05T10:00", "2026-10-05T10:30"),
    ]
    wanted = wish(pool, "2026-10-05T08:00", "2026-10-05T14:00", quantity=2)
    explained = explain(wanted, NOW, claims)
    assert times(explained.blocked) == ["05 09:00-11:00"]
    assert explained.free_units == 0
    assert explain(wanted, NOW, claims[:1]).free_units == 2


def test_blocks_of_a_pool_are_in_the_way_one_after_the_other() -> None:
    """Guests could be moved from room to room; where rooms are shut in turn, none is free."""
    pool = resource(units=2)
    stays = (
        ("u0", "2026-10-05T10:00", "2026-10-05T11:00"),
        ("u1", "2026-10-05T11:30", "2026-10-05T12:00"),
    )
    wanted = wish(pool, "2026-10-05T10:00", "2026-10-05T12:00")
    assert explain(wanted, NOW, [claim(*stay) for stay in stays]).free_units == 1
    explained = explain(wanted, NOW, [block(*stay) for stay in stays])
    assert times(explained.blocked) == ["05 10:00-11:00", "05 11:30-12:00"]
    assert explained.free_units == 0
    assert times(explained.alternatives)[0] == "05 09:30-11:30"


def test_named_seats_are_blocked_where_one_of_them_is() -> None:
    """Other seats do not matter; the alternatives are times when these very seats are free."""
    hall = resource(units=4, assignment=Assignment.NAMED, rules=Rules(step=HOUR))
    claims = [
        claim("u0", "2026-10-05T10:00", "2026-10-05T11:00"),
        block("u1", "2026-10-05T11:00", "2026-10-05T13:00"),
        claim("u3", "2026-10-05T01:00", "2026-10-05T23:00"),
    ]
    wanted = wish(hall, "2026-10-05T10:00", "2026-10-05T12:00", "u0", "u1", "u2")
    explained = explain(wanted, NOW, claims)
    assert times(explained.blocked) == ["05 10:00-12:00"]
    assert explained.free_units == 1
    assert times(explained.alternatives)[:3] == [
        "05 08:00-10:00",
        "05 07:00-09:00",
        "05 13:00-15:00",
    ]


def test_of_seats_that_nobody_named_enough_have_to_be_free_throughout() -> None:
    """Two seats free one after the other are none for the whole time: both are in the way."""
    hall = resource(units=2, assignment=Assignment.NAMED)
    claims = [
        claim("u0", "2026-10-05T10:00", "2026-10-05T11:00"),
        claim("u1", "2026-10-05T11:30", "2026-10-05T12:00"),
    ]
    wanted = wish(hall, "2026-10-05T10:00", "2026-10-05T12:00")
    assert times(explain(wanted, NOW, claims).blocked) == ["05 10:00-11:00", "05 11:30-12:00"]
    assert explain(wanted, NOW, claims[:1]).is_possible


@pytest.mark.parametrize(
    "wanted",
    [
        wish(resource(units=2), "2026-10-05T10:00", "2026-10-05T12:00", quantity=3),
        wish(resource(assignment=Assignment.NAMED), "2026-10-05T10:00", "2026-10-05T12:00", "u7"),
    ],
)
def test_what_does_not_exist_is_free_at_no_time(wanted: Wish) -> None:
    """For more units than there are, or unknown ones, another time would not help."""
    explained = explain(wanted, NOW, ())
    assert explained.refusals
    assert explained.alternatives == ()


def test_a_performance_has_no_other_time() -> None:
    """Its seats are taken or not; to offer the hall at another hour would be no play."""
    hall = resource(units=2, assignment=Assignment.NAMED)
    wanted = replace(wish(hall, "2026-10-05T20:00", "2026-10-05T22:00", "u0"), on_schedule=False)
    explained = explain(wanted, NOW, [claim("u0", "2026-10-05T20:00", "2026-10-05T22:00")])
    assert times(explained.blocked) == ["05 20:00-22:00"]
    assert explained.alternatives == ()
    assert claims_needed(wanted, NOW) == wanted.claimed


def test_nobody_is_named() -> None:
    """Whatever an explanation holds, it does not hold whose claims are in the way."""
    secret = replace(
        claim("u0", "2026-10-05T10:00", "2026-10-05T11:00"), booking_id=BookingId("secret")
    )
    explained = explain(wish(DOCTOR, "2026-10-05T10:00", "2026-10-05T11:00"), NOW, [secret])
    assert explained.blocked
    assert "secret" not in repr([getattr(explained, field.name) for field in fields(explained)])


def test_the_claims_needed_are_those_around_the_wish() -> None:
    """A week on either side with length and buffers, and all of the wish itself."""
    room = resource(rules=Rules(buffer_before=HOUR, buffer_after=2 * HOUR, duration_max=2 * HOUR))
    wanted = wish(room, "2026-10-15T10:00", "2026-10-15T12:00")
    assert claims_needed(wanted, NOW) == Span(
        wanted.span.start - SEARCHED - HOUR, wanted.span.start + SEARCHED + 4 * HOUR
    )
    long = replace(wanted, span=Span(wanted.span.start, wanted.span.start + 20 * DAY))
    assert claims_needed(long, NOW).covers(long.claimed)
    past = replace(wanted, span=span("2020-01-01", "2020-01-02"))
    assert claims_needed(past, NOW).covers(Span(NOW, NOW + SEARCHED))


def as_claims(by_unit: dict[UnitId, list[tuple[int, int]]]) -> list[Claim]:
    """Claims of bookings for the periods of each unit."""
    return [
        Claim(
            resource_id=ResourceId("r"),
            unit_id=unit_id,
            span=Span(from_microseconds(start), from_microseconds(end)),
            booking_id=BookingId("b"),
        )
        for unit_id, intervals in by_unit.items()
        for start, end in intervals
    ]


@given(resources(), moments, st.data())
def test_explanation_policies_and_offer_agree(
    room: Resource, start: datetime, data: st.DataObject
) -> None:
    """A wish is called possible if and only if it can be booked; so can every alternative."""
    minutes, quantity = data.draw(possible(room))
    claims = as_claims(data.draw(claims_by_unit(room, start)))
    now = start - data.draw(st.integers(-100, 600)) * MINUTE
    wanted = Wish(resource=room, span=Span(start, start + minutes * MINUTE), quantity=quantity)
    explained = explain(wanted, now, claims)
    by_unit = busy_by_unit(claims, now)
    assert explained.refusals == () or not explained.is_possible
    if 1 <= quantity <= len(room.units):
        assert explained.is_possible is (not refusals(wanted, now) and is_free(wanted, by_unit))
        most = [
            n
            for n in range(len(room.units) + 1)
            if n == 0 or is_free(replace(wanted, quantity=n), by_unit)
        ]
        assert explained.free_units == max(most)
    for blocked in explained.blocked:
        assert wanted.claimed.covers(blocked)
    assert len(explained.alternatives) <= ALTERNATIVES_MOST
    distances = [abs(other.start - start) for other in explained.alternatives]
    assert distances == sorted(distances)
    for other in explained.alternatives:
        alternative = replace(wanted, span=other)
        assert is_free(alternative, by_unit)
        assert refusals(alternative, now) == ()


def test_claims_become_numbers_by_unit() -> None:
    """Sorted by start, without overdue holds."""
    claims = [
        claim("u0", "2026-10-05T12:00", "2026-10-05T13:00"),
        claim("u0", "2026-10-05T10:00", "2026-10-05T11:00"),
        claim("u1", "2026-10-05T10:00", "2026-10-05T11:00", held_until=NOW),
    ]
    assert busy_by_unit(claims, NOW) == {
        UnitId("u0"): [
            (to_microseconds(utc("2026-10-05T10:00")), to_microseconds(utc("2026-10-05T11:00"))),
            (to_microseconds(utc("2026-10-05T12:00")), to_microseconds(utc("2026-10-05T13:00"))),
        ]
    }
