"""When the clocks change, in every zone: no hour is lost, none is twice, no offer is false."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from booking_core.domain.availability.opening import open_spans
from booking_core.domain.availability.policies import refusals
from booking_core.domain.availability.slots import free_slots
from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.catalogue.schedule import ALL_DAY, OpeningHours, Schedule
from booking_core.domain.kernel.span import Span, to_microseconds
from tests.unit.domain.availability.given import CLOSED, DAY, HOUR, MINUTE, resource

YEARS = (2024, 2030)
# Every offset and every change of these years is a multiple of it, so that samples miss nothing.
SAMPLE = 15 * MINUTE
SAMPLE_US = 900_000_000
EVERY_ZONE = pytest.mark.parametrize("zone", sorted(available_timezones()))

# Before, within, across and after the hours that clocks skip or repeat anywhere.
TRICKY_HOURS = (
    OpeningHours(0, 180),
    OpeningHours(15, 45),
    OpeningHours(30, 90),
    OpeningHours(60, 120),
    OpeningHours(90, 150),
    OpeningHours(135, 165),
    OpeningHours(150, 300),
    OpeningHours(180, 240),
    OpeningHours(540, 1020),
    OpeningHours(1260, 1320),
    OpeningHours(1380, 1440),
    OpeningHours(1410, 1470),
    OpeningHours(1320, 1560),
    OpeningHours(90, 1530),
)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The instants at which the zone's offset changes in those years; one quiet day if none."""
    tz = ZoneInfo(zone)
    week, end = datetime(YEARS[0], 1, 1, tzinfo=UTC), datetime(YEARS[1] + 1, 1, 1, tzinfo=UTC)
    found = []
    while week < end:
        before, after = week, week + 7 * DAY
        if _offset(tz, before) != _offset(tz, after):
            while after - before > SAMPLE:
                middle = before + (after - before) // SAMPLE // 2 * SAMPLE
                if _offset(tz, middle) == _offset(tz, week):
                    before = middle
                else:
                    after = middle
            assert _offset(tz, after - timedelta(microseconds=1)) == _offset(tz, week)
            found.append(after)
        week += 7 * DAY
    return tuple(found) or (datetime(YEARS[0], 6, 1, 12, tzinfo=UTC),)


def kinds_of_change(zone: str) -> list[datetime]:
    """One change of each kind: the same time of day before, and the same after it."""
    tz = ZoneInfo(zone)
    kinds = {
        ((change - SAMPLE).astimezone(tz).timetz(), change.astimezone(tz).timetz()): change
        for change in changes(zone)
    }
    return list(kinds.values())


def _offset(tz: ZoneInfo, instant: datetime) -> timedelta | None:
    return instant.astimezone(tz).utcoffset()


def samples(start: datetime, end: datetime, tz: ZoneInfo) -> list[tuple[int, datetime]]:
    """Instants that far apart in UTC microseconds, each with what the clocks on the wall read."""
    count = (end - start) // SAMPLE
    instants = (start + index * SAMPLE for index in range(count))
    return [(to_microseconds(at), at.astimezone(tz).replace(tzinfo=None)) for at in instants]


def opened_on(day: date, hours: tuple[OpeningHours, ...]) -> Schedule:
    """Open on that date alone."""
    return Schedule(weekly=(CLOSED,) * 7, exceptions={day: hours})


@EVERY_ZONE
def test_around_the_clock_there_is_no_break(zone: str) -> None:
    """Days of 23, 24 and 25 hours join without a seam, wherever their midnights fall."""
    # The exception changes nothing, but it makes every day be unrolled.
    always = Schedule(weekly=(ALL_DAY,) * 7, exceptions={date(2000, 1, 1): ALL_DAY})
    for change in changes(zone):
        window = Span(change - 2 * DAY, change + 2 * DAY)
        whole = (to_microseconds(window.start), to_microseconds(window.end))
        assert open_spans(always, zone, window) == [whole]


@EVERY_ZONE
def test_a_day_open_for_24_hours_is_the_local_day(zone: str) -> None:
    """From its first instant to its last, be it 23 or 25 hours long; not a minute of the next."""
    tz = ZoneInfo(zone)
    for change in kinds_of_change(zone):
        start, end = change - 3 * DAY, change + 3 * DAY
        clocks = samples(start, end, tz)
        for days in (-1, 0, 1):
            day = change.astimezone(tz).date() + timedelta(days=days)
            of_the_day = [instant for instant, local in clocks if local.date() == day]
            assert open_spans(opened_on(day, ALL_DAY), zone, Span(start, end)) == [
                (of_the_day[0], of_the_day[-1] + SAMPLE_US)
            ]


@EVERY_ZONE
def test_hours_last_while_the_wall_clock_reads_them(zone: str) -> None:
    """From the first to the last instant at which the clocks read a time between opening and
    closing; not at all if they never do."""
    tz = ZoneInfo(zone)
    for change in kinds_of_change(zone):
        start, end = change - 2 * DAY, change + 3 * DAY
        clocks = samples(start, end, tz)
        day = change.astimezone(tz).date()
        midnight = datetime(day.year, day.month, day.day)
        for hours in TRICKY_HOURS:
            opens = midnight + hours.opens_minute * MINUTE
            closes = midnight + hours.closes_minute * MINUTE
            read = [instant for instant, local in clocks if opens <= local < closes]
            expected = [(read[0], read[-1] + SAMPLE_US)] if read else []
            assert open_spans(opened_on(day, (hours,)), zone, Span(start, end)) == expected


@EVERY_ZONE
def test_what_is_offered_is_what_the_rules_take(zone: str) -> None:
    """Every slot offered can be booked, none is offered twice, and all that can be are offered."""
    hours = (OpeningHours(0, 215), OpeningHours(240, 600), OpeningHours(1200, 1560))
    room = resource(
        zone=zone,
        schedule=Schedule(weekly=(hours,) * 7),
        rules=Rules(step=45 * MINUTE, offset=15 * MINUTE, duration_max=2 * HOUR),
    )
    tz = ZoneInfo(zone)
    for change in kinds_of_change(zone):
        now, window = change - DAY, Span(change - 8 * HOUR, change + 8 * HOUR)
        wishes = (
            Wish(resource=room, span=Span(start, start + HOUR))
            for start in (window.start + index * SAMPLE for index in range(64))
        )
        taken_by_rules = [wish.span for wish in wishes if not refusals(wish, now)]
        offered = free_slots(room, [], window, HOUR, 1, now, 1000)
        assert list(offered) == taken_by_rules
        assert {span.start.astimezone(tz).minute % 15 for span in offered} <= {0}
