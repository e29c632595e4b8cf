"""The grid on which starts lie: every so many minutes of the wall clock, from local midnight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from booking_core.domain.availability.intervals import Interval, clipped
from booking_core.domain.catalogue.rules import Rules
from booking_core.domain.kernel.localtime import zone
from booking_core.domain.kernel.span import MICROSECOND, from_microseconds, to_microseconds

DAY_US = 86_400_000_000


def is_on_grid(start: datetime, zone_name: str, rules: Rules) -> bool:
    """Whether the local time at that instant is the offset plus a whole number of steps.

    The count begins anew at every midnight, so that a day shortened or lengthened by a change of
    the clocks keeps its usual times; a repeated hour has its grid times twice.
    """
    local = start.astimezone(zone(zone_name))
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    since_midnight = seconds * 1_000_000 + local.microsecond
    return (since_midnight - rules.offset // MICROSECOND) % (rules.step // MICROSECOND) == 0


def starts_on_grid(
    periods: Sequence[Interval], zone_name: str, rules: Rules, most: int
) -> list[int]:
    """The grid's instants in the periods (sorted, without overlaps), the first `most` of them."""
    if not periods:
        return []
    step, offset = rules.step // MICROSECOND, rules.offset // MICROSECOND
    starts: list[int] = []
    first, last = periods[0][0], periods[-1][1]
    for since, until, midnight in _stretches(zone_name, first, last, by_day=bool(DAY_US % step)):
        grid = midnight + offset
        for start, end in clipped(periods, since, until):
            first = start + (grid - start) % step
            if first + step < end:
                starts += range(first, end, step)
                if len(starts) >= most:
                    return starts[:most]
            elif first < end:  # In a busy calendar the rule, and far cheaper than a range.
                starts.append(first)
    return starts[:most]


def _stretches(
    zone_name: str, start: int, end: int, *, by_day: bool
) -> Iterator[tuple[int, int, int]]:
    """Stretches (start, end, a local midnight) of [start, end) without a change of the clocks.

    A step that does not divide the day counts from its own midnight: `by_day` cuts there too.
    """
    for since, until, utc_offset in _offsets(zone_name, start // DAY_US, end // DAY_US + 1):
        if not by_day:
            yield since, until, -utc_offset
            continue
        midnight = (since + utc_offset) // DAY_US * DAY_US - utc_offset
        while midnight < until:
            yield max(since, midnight), min(until, midnight + DAY_US), midnight
            midnight += DAY_US


@lru_cache(maxsize=4096)
def _offsets(zone_name: str, first_day: int, last_day: int) -> tuple[tuple[int, int, int], ...]:
    """Periods (start, end, microseconds east of UTC) from one UTC midnight to another.

    Looks at each midnight and halves the days that differ: no zone changes twice in a day.
    """
    offsets: list[tuple[int, int, int]] = []
    since = first_day * DAY_US
    offset = _offset(zone_name, since)
    for day in range(first_day + 1, last_day + 1):
        following = _offset(zone_name, day * DAY_US)
        if following != offset:
            change = _change(zone_name, (day - 1) * DAY_US, day * DAY_US)
            offsets.append((since, change, offset))
            since, offset = change, following
    offsets.append((since, last_day * DAY_US, offset))
    return tuple(offsets)


def _change(zone_name: str, before: int, after: int) -> int:
    """The first instant at which the offset is no more what it was."""
    offset = _offset(zone_name, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone_name, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone_name: str, instant: int) -> int:
    local = from_microseconds(instant).astimezone(zone(zone_name))
    return to_microseconds(local.replace(tzinfo=UTC)) - instant
