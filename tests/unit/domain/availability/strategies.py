"""Any resource, any claims, any moment: what the properties of availability are tried on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

from hypothesis import strategies as st

from booking_core.domain.availability.intervals import Interval
from booking_core.domain.catalogue.resource import Assignment, Resource
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import ALL_DAY, ALWAYS_OPEN, OpeningHours, Schedule
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import Span, to_microseconds
from tests.unit.domain.availability.given import MINUTE, resource

MINUTE_US = 60_000_000
# Around a change of the clocks in New York, Paris, Lord Howe, Santiago, Havana and Troll.
DAYS_OF_CHANGE = (
    datetime(2026, 3, 8, 6, tzinfo=UTC),
    datetime(2026, 11, 1, 5, tzinfo=UTC),
    datetime(2026, 3, 29, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 0, tzinfo=UTC),
    datetime(2026, 4, 4, 14, tzinfo=UTC),
    datetime(2026, 9, 6, 3, tzinfo=UTC),
)

zones = st.sampled_from(sorted(available_timezones())) | st.sampled_from(
    [
        "America/New_York",
        "Europe/Paris",
        "Australia/Lord_Howe",
        "America/Santiago",
        "America/Havana",
        "Antarctica/Troll",
        "Asia/Kathmandu",
    ]
)
moments = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(DAYS_OF_CHANGE),
    st.integers(-600, 600),
)


@st.composite
def opening_hours(draw: st.DrawFn) -> OpeningHours:
    """Hours that often meet the clocks' changes, and often pass midnight."""
    opens = draw(st.integers(0, 1439) | st.sampled_from([0, 60, 90, 120, 150, 1380]))
    lasts = draw(st.integers(1, 1440) | st.sampled_from([15, 60, 1440 - opens, 1440]))
    return OpeningHours(opens, opens + max(1, lasts))


days = st.just(ALL_DAY) | st.lists(opening_hours(), max_size=3).map(tuple)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Always open, or any week with a few exceptions on the days that the tests look at."""
    if draw(st.integers(0, 3)) == 0:
        return ALWAYS_OPEN
    dates = st.sampled_from(
        [day.date() + timedelta(days=n) for day in DAYS_OF_CHANGE for n in (0, 1)]
    )
    exceptions: dict[date, tuple[OpeningHours, ...]] = draw(
        st.dictionaries(dates, days, max_size=3)
    )
    return Schedule(weekly=tuple(draw(days) for _ in range(7)), exceptions=exceptions)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Any grid, buffers up to two hours, and bounds that are sometimes in the way."""
    step = draw(st.sampled_from([1, 5, 15, 30, 45, 60, 7 * 60]) | st.integers(1, 1440))
    shortest = draw(st.sampled_from([1, 1, 30]))
    notice = draw(st.sampled_from([0, 0, 45, 300]))
    return Rules(
        step=step * MINUTE,
        offset=draw(st.integers(0, step - 1)) * MINUTE,
        duration_min=shortest * MINUTE,
        duration_max=draw(st.sampled_from([shortest, 90, 3000])) * MINUTE,
        notice_min=notice * MINUTE,
        advance_max=(notice + draw(st.sampled_from([300, 600, 100_000]))) * MINUTE,
        buffer_before=draw(st.sampled_from([0, 0, 7, 120])) * MINUTE,
        buffer_after=draw(st.sampled_from([0, 0, 10, 90])) * MINUTE,
        units_max=draw(st.integers(1, 4)),
    )


@st.composite
def resources(draw: st.DrawFn, assignment: Assignment | None = None) -> Resource:
    """A resource of one to four units."""
    return resource(
        units=draw(st.integers(1, 4)),
        zone=draw(zones),
        schedule=draw(schedules()),
        rules=draw(rules()),
        assignment=assignment or draw(st.sampled_from(Assignment)),
    )


gaps = st.sampled_from([0, 1, 20, 60]) | st.integers(0, 600)
lengths = st.sampled_from([1, 30, 60]) | st.integers(1, 400)


@st.composite
def claims_by_unit(
    draw: st.DrawFn, wanted: Resource, around: datetime
) -> dict[UnitId, list[Interval]]:
    """For each unit some claims that do not overlap, from five hours before the moment on."""
    begin = to_microseconds(around)
    by_unit: dict[UnitId, list[Interval]] = {}
    for unit in wanted.units:
        since = -300
        claims = by_unit[unit.id] = []
        for free, length in draw(st.lists(st.tuples(gaps, lengths), max_size=5)):
            since += free
            claims.append((begin + since * MINUTE_US, begin + (since + length) * MINUTE_US))
            since += length
    return by_unit


@st.composite
def possible(draw: st.DrawFn, wanted: Resource) -> tuple[int, int]:
    """A duration in minutes and a quantity that its rules take; now and then what they do not."""
    bounds = wanted.rules
    if draw(st.integers(0, 7)) == 0:
        return draw(st.integers(1, 100)), draw(st.integers(0, 5))
    longest = min(bounds.duration_max // MINUTE, 300)
    minutes = draw(st.integers(bounds.duration_min // MINUTE, longest))
    return minutes, draw(st.integers(1, min(bounds.units_max, len(wanted.units))))


def together(by_unit: dict[UnitId, list[Interval]]) -> list[Interval]:
    """The claims of all units, by start."""
    return sorted(interval for intervals in by_unit.values() for interval in intervals)


def window_from(start: datetime, minutes: int) -> Span:
    """So many minutes from that moment."""
    return Span(start, start + minutes * MINUTE)
