"""Each policy refuses what it should, lets pass what it should, and says what would do."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from booking_core.domain.availability import refusals as all_refusals
from booking_core.domain.availability.policies import POLICIES, judge, refusals
from booking_core.domain.availability.refusals import (
    AgainstTheRules,
    BeyondAdvance,
    InsideNotice,
    InThePast,
    NoUnits,
    OffTheGrid,
    OutsideOpeningHours,
    QuantityDisagrees,
    TooLong,
    TooManyUnits,
    TooShort,
    UnitsNamedTwice,
    UnitsNotForChoosing,
    UnknownUnits,
)
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.resource import Assignment
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import Schedule
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import EARLIEST, LATEST, LONGEST, Span
from tests.unit.domain.availability.given import (
    CLOSED,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    OFFICE,
    resource,
    span,
    utc,
    wish,
)

STRICT = resource(
    units=5,
    zone="Europe/Paris",
    schedule=OFFICE,
    rules=Rules(
        step=30 * MINUTE,
        offset=15 * MINUTE,
        duration_min=30 * MINUTE,
        duration_max=2 * HOUR,
        notice_min=HOUR,
        advance_max=30 * DAY,
        units_max=3,
    ),
)
SEATS = replace(STRICT, assignment=Assignment.NAMED)
# At 9:15 in Paris on a Monday.
FINE = wish(STRICT, "2026-10-05T07:15", "2026-10-05T08:15")
GRID = OffTheGrid(30 * MINUTE, 15 * MINUTE, "Europe/Paris")
THAT_DAY = (
    span("2026-10-05T07:00", "2026-10-05T10:00"),
    span("2026-10-05T11:00", "2026-10-05T15:00"),
)


def facts(refused: tuple[BookingError, ...]) -> list[tuple[str, dict[str, object]]]:
    """Codes and facts, which compare by value as exceptions do not."""
    return [(refusal.code, dict(refusal.facts())) for refusal in refused]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (FINE, None),
        (wish(STRICT, "2026-10-05T07:15", "2026-10-05T09:15", quantity=3), None),
        (wish(SEATS, "2026-10-05T07:15", "2026-10-05T08:15", "u1", "u4", quantity=2), None),
        (wish(SEATS, "2026-10-05T07:15", "2026-10-05T08:15", "u1", "u4"), None),
        (wish(SEATS, "2026-10-05T07:15", "2026-10-05T08:15", quantity=2), None),
        (
            wish(STRICT, "2026-09-30T07:15", "2026-09-30T08:15"),
            InThePast(utc("2026-09-30T07:15"), NOW),
        ),
        (
            wish(STRICT, "2026-11-02T08:15", "2026-11-02T09:15"),
            BeyondAdvance(30 * DAY, utc("2026-10-31")),
        ),
        (
            wish(STRICT, "2026-10-05T07:15", "2026-10-05T07:44"),
            TooShort(29 * MINUTE, 30 * MINUTE),
        ),
        (
            wish(STRICT, "2026-10-05T07:15", "2026-10-05T09:16"),
            TooLong(121 * MINUTE, 2 * HOUR),
        ),
        (wish(STRICT, "2026-10-05T07:30", "2026-10-05T08:30"), GRID),
        (wish(STRICT, "2026-10-05T07:15:01", "2026-10-05T08:15"), GRID),
        (wish(STRICT, "2026-10-05T07:15:00.000001", "2026-10-05T08:15"), GRID),
        (
            wish(STRICT, "2026-10-05T09:15", "2026-10-05T10:15"),
            OutsideOpeningHours("Europe/Paris", THAT_DAY),
        ),
        (
            wish(STRICT, "2026-10-04T09:15", "2026-10-04T10:15"),
            OutsideOpeningHours("Europe/Paris", ()),
        ),
        (wish(STRICT, "2026-10-05T07:15", "2026-10-05T08:15", quantity=0), NoUnits()),
        (wish(STRICT, "2026-10-05T07:15", "2026-10-05T08:15", quantity=-1), NoUnits()),
        (wish(STRICT, "2026-10-05T07:15", "2026-10-05T08:15", quantity=True), NoUnits()),
        (wish(STRICT, "2026-10-05T07:15", "2026-10-05T08:15", quantity=4), TooManyUnits(4, 3)),
        (wish(STRICT, "2026-10-05T07:15", "2026-10-05T08:15", "u1"), UnitsNotForChoosing()),
        (
            wish(SEATS, "2026-10-05T07:15", "2026-10-05T08:15", "u1", "x", "y"),
            UnknownUnits(("x", "y")),
        ),
        (
            wish(SEATS, "2026-10-05T07:15", "2026-10-05T08:15", "u1", "u2", "u1"),
            UnitsNamedTwice(("u1",)),
        ),
        (
            wish(SEATS, "2026-10-05T07:15", "2026-10-05T08:15", "u1", "u2", quantity=3),
            QuantityDisagrees(3, 2),
        ),
        (
            wish(SEATS, "2026-10-05T07:15", "2026-10-05T08:15", "u0", "u1", "u2", "u3"),
            TooManyUnits(4, 3),
        ),
    ],
)
def test_a_wish_is_refused_by_what_is_wrong_with_it(
    wanted: Wish, expected: BookingError | None
) -> None:
    """By that alone, with the facts that say what would be accepted; or not at all."""
    assert facts(refusals(wanted, NOW)) == (facts((expected,)) if expected else [])


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (FINE.span.start - 30 * DAY - timedelta(microseconds=1), BeyondAdvance),
        (FINE.span.start - 30 * DAY, None),
        (FINE.span.start - HOUR, None),
        (FINE.span.start - HOUR + timedelta(microseconds=1), InsideNotice),
        (FINE.span.start, InsideNotice),
        (FINE.span.start + timedelta(microseconds=1), InThePast),
    ],
)
def test_the_time_to_book_is_from_the_advance_to_the_notice(
    now: datetime, expected: type[BookingError] | None
) -> None:
    """Both ends included; after the start it is the past that is in the way, not the notice."""
    assert [type(refusal) for refusal in refusals(FINE, now)] == ([expected] if expected else [])


def test_without_notice_this_very_moment_can_be_booked() -> None:
    """Who walks in is served at once."""
    judge(Wish(resource=resource(), span=Span(NOW, NOW + HOUR)), NOW)


def test_the_most_units_are_those_that_there_are() -> None:
    """However many one booking may take, more than all is too many."""
    few = resource(units=2)
    [refusal] = refusals(wish(few, "2026-10-05T07:15", "2026-10-05T08:15", quantity=3), NOW)
    assert facts((refusal,)) == facts((TooManyUnits(3, 2),))


def test_the_grid_is_the_wall_clocks() -> None:
    """Where clocks are 45 minutes off the hour, starts are on the hour of the wall, not of UTC;
    and a step that does not divide the day begins anew at every midnight."""
    nepal = resource(zone="Asia/Kathmandu", rules=Rules(step=HOUR))
    judge(wish(nepal, "2026-10-05T09:00+05:45", "2026-10-05T10:00+05:45"), NOW)
    with pytest.raises(OffTheGrid):
        judge(wish(nepal, "2026-10-05T09:00", "2026-10-05T10:00"), NOW)
    sevens = resource(rules=Rules(step=7 * HOUR))
    judge(wish(sevens, "2026-10-05T21:00", "2026-10-05T22:00"), NOW)
    judge(wish(sevens, "2026-10-06T00:00", "2026-10-06T01:00"), NOW)
    with pytest.raises(OffTheGrid):
        judge(wish(sevens, "2026-10-06T04:00", "2026-10-06T05:00"), NOW)


def test_buffers_may_lie_outside_the_opening_hours() -> None:
    """Cleaning after the last appointment is not time that is sold."""
    cleaned = resource(schedule=OFFICE, rules=Rules(buffer_before=HOUR, buffer_after=HOUR))
    judge(wish(cleaned, "2026-10-05T09:00", "2026-10-05T12:00"), NOW)


def test_a_performance_has_its_own_hours() -> None:
    """It may be at night, at an odd time, long or short; but not past, nor of unknown seats."""
    wanted = replace(wish(SEATS, "2026-10-04T23:59", "2026-10-05T05:00", "u1"), on_schedule=False)
    judge(wanted, NOW)
    judge(replace(wanted, span=span("2026-10-04T23:59", "2026-10-05T00:00")), NOW)
    with pytest.raises(InThePast):
        judge(wanted, NOW + 4 * DAY)
    with pytest.raises(UnknownUnits):
        judge(replace(wanted, unit_ids=(UnitId("x"),)), NOW)


def test_the_first_refusal_in_order_of_precedence_is_raised() -> None:
    """A wish with much wrong gets all refusals in the policies' order; the first is thrown."""
    wrong = wish(SEATS, "2026-09-27T03:01", "2026-09-27T09:00", "u1", "u1", "x", "y", quantity=9)
    assert [type(refusal) for refusal in refusals(wrong, NOW)] == [
        InThePast,
        TooLong,
        OffTheGrid,
        OutsideOpeningHours,
        UnknownUnits,
        UnitsNamedTwice,
        QuantityDisagrees,
        TooManyUnits,
    ]
    with pytest.raises(InThePast):
        judge(wrong, NOW)


@pytest.mark.parametrize(
    "period",
    [
        Span(EARLIEST, EARLIEST + LONGEST),
        Span(LATEST - LONGEST, LATEST),
        Span(EARLIEST, EARLIEST + timedelta(microseconds=1)),
        Span(LATEST - timedelta(microseconds=1), LATEST),
    ],
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "Europe/Amsterdam"])
def test_no_period_is_too_far_for_an_answer(period: Span, zone: str) -> None:
    """At the very ends of the calendar a wish is refused like any other, and nothing breaks."""
    remote = replace(STRICT, zone=zone, schedule=Schedule(weekly=(CLOSED,) * 7))
    codes = {refusal.code for refusal in refusals(Wish(resource=remote, span=period), NOW)}
    assert codes & {"in-the-past", "beyond-advance"}
    assert "outside-opening-hours" in codes


REFUSALS = [
    refusal
    for refusal in vars(all_refusals).values()
    if isinstance(refusal, type) and issubclass(refusal, AgainstTheRules)
]


def test_codes_are_unique_and_name_the_field() -> None:
    """A program tells refusals apart by code, and knows which part of the wish to change."""
    assert len({refusal.code for refusal in REFUSALS}) == len(REFUSALS) == len(POLICIES) + 1
    assert {refusal.kind for refusal in REFUSALS} == {Kind.INVALID}
    facts_of_all = [field for refusal in REFUSALS for field in fields(refusal)]
    named = {field.default for field in facts_of_all if field.name == "field"}
    assert named == {"start", "end", "quantity", "unitIds"}


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (GRID, "Starts are every 0:30:00 from local midnight plus 0:15:00 in Europe/Paris"),
        (
            OutsideOpeningHours("UTC", ()),
            "Not open for the whole period; open that day in UTC: none",
        ),
        (TooManyUnits(4, 3), "4 units are too many: the most at once is 3"),
    ],
)
def test_refusals_speak_and_travel(refusal: BookingError, message: str) -> None:
    """The message has the facts filled in, also on the other side of a process boundary."""
    assert str(refusal) == message
    assert str(pickle.loads(pickle.dumps(refusal))) == message


def test_the_hours_of_that_day_are_those_of_the_resource_s_zone() -> None:
    """Late on Sunday in UTC it is Monday in Auckland: the hours shown are Monday's."""
    auckland = resource(zone="Pacific/Auckland", schedule=OFFICE)
    late = datetime(2026, 10, 4, 18, tzinfo=UTC)
    [refusal] = refusals(Wish(resource=auckland, span=Span(late, late + HOUR)), NOW)
    assert isinstance(refusal, OutsideOpeningHours)
    assert refusal.open_periods[0] == span("2026-10-05T09:00+13:00", "2026-10-05T12:00+13:00")
