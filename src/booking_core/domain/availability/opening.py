"""When a resource is open, in UTC: its wall-clock hours unrolled over real days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking_core.domain.availability.intervals import Interval, merged
from booking_core.domain.catalogue.schedule import OpeningHours, Schedule
from booking_core.domain.kernel.localtime import Fold, Gap, resolve, zone
from booking_core.domain.kernel.span import MICROSECOND, Span, to_microseconds

# Hours end by the end of the next day. One day more on either side, because at a change of the
# clocks an instant may lie before one midnight by the sun and after it by the clock.
DAYS_BEFORE, DAYS_AFTER = 2, 1


def open_spans(schedule: Schedule, zone_name: str, window: Span) -> list[Interval]:
    """The open periods within the window: sorted, in UTC microseconds, neither overlapping nor
    touching, so that days open around the clock are one period.

    Hours that begin at a skipped time begin when the clocks are put forward; at a time that
    happens twice they begin the first and end the second time.
    """
    start, end = to_microseconds(window.start), to_microseconds(window.end)
    if schedule.always_open:
        return [(start, end)]
    tz = zone(zone_name)
    first = window.start.astimezone(tz).toordinal() - DAYS_BEFORE
    last = window.end.astimezone(tz).toordinal() + DAYS_AFTER
    hours = sorted(
        hours
        for ordinal in range(first, last + 1)
        for hours in _open_on(schedule, zone_name, ordinal)
        if hours[0] < end and hours[1] > start
    )
    return [(max(opens, start), min(closes, end)) for opens, closes in merged(hours)]


def is_open(schedule: Schedule, zone_name: str, span: Span) -> bool:
    """Whether the resource is open for the whole period."""
    if schedule.always_open:
        return True
    start, end = to_microseconds(span.start), to_microseconds(span.end)
    today = span.start.astimezone(zone(zone_name)).toordinal()
    for ordinal in (today, today - 1):  # Most wishes fit into the hours of one day.
        for opens, closes in _open_on(schedule, zone_name, ordinal):
            if opens <= start and end <= closes:
                return True
    return open_spans(schedule, zone_name, span) == [(start, end)]


def _open_on(schedule: Schedule, zone_name: str, ordinal: int) -> tuple[Interval, ...]:
    return _unrolled(schedule.hours_on(date.fromordinal(ordinal)), zone_name, ordinal)


@lru_cache(maxsize=32_768)
def _unrolled(
    hours: tuple[OpeningHours, ...], zone_name: str, ordinal: int
) -> tuple[Interval, ...]:
    """The hours that begin on that local date."""
    tz = zone(zone_name)
    midnight = datetime.combine(date.fromordinal(ordinal), time.min)
    spans = (
        (
            _opening(midnight + timedelta(minutes=each.opens_minute), tz),
            _closing(midnight + timedelta(minutes=each.closes_minute), tz),
        )
        for each in hours
    )
    # Hours that lie within a gap do not take place.
    return tuple((opens, closes) for opens, closes in spans if opens < closes)


def _opening(local: datetime, tz: ZoneInfo) -> int:
    return _at(local, tz, Fold.FIRST)


def _closing(local: datetime, tz: ZoneInfo) -> int:
    """The second of two, but the first where the repeated time begins with it.

    When it is 1:00 and the clocks go back to 0:00, a day that ends at midnight ended an hour ago.
    """
    first, second = _at(local, tz, Fold.FIRST), _at(local, tz, Fold.SECOND)
    if first == second:
        return first
    just_before = local - MICROSECOND
    begins_with_it = _at(just_before, tz, Fold.FIRST) == _at(just_before, tz, Fold.SECOND)
    return first if begins_with_it else second


def _at(local: datetime, tz: ZoneInfo, fold: Fold) -> int:
    return to_microseconds(resolve(local, tz, gap=Gap.LATER, fold=fold, field="schedule"))
