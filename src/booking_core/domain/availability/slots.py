"""Which periods can really be booked: those that the rules allow and that are free.

All is counted in integer microseconds since 1970 UTC: a month of slots costs little more than
reading the claims, and a Span is made only for what somebody looks at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from types import MappingProxyType

from booking_core.domain.availability.busy import Busy, BusyByUnit
from booking_core.domain.availability.grid import starts_on_grid
from booking_core.domain.availability.intervals import (
    Interval,
    common,
    crowded,
    gaps,
    merged,
    stretched,
)
from booking_core.domain.availability.opening import open_spans
from booking_core.domain.availability.window import reach
from booking_core.domain.catalogue.resource import Assignment, Resource
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.span import MICROSECOND, Span, from_microseconds, to_microseconds

NOTHING_PINNED: BusyByUnit = MappingProxyType({})
SLOTS_MOST = 150_000  # More than the minutes of the longest window.


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Periods of one length by their starts, in UTC microseconds, earliest first.

    They may overlap each other: one may be booked, not all. `is_complete` is False if there are
    more than were asked for.
    """

    starts_us: list[int]
    duration_us: int
    is_complete: bool = True

    def __len__(self) -> int:
        return len(self.starts_us)

    def __iter__(self) -> Iterator[Span]:
        for start in self.starts_us:
            yield Span(from_microseconds(start), from_microseconds(start + self.duration_us))


def free_slots(
    resource: Resource,
    taken: Busy | BusyByUnit,
    window: Span,
    duration: timedelta,
    quantity: int,
    now: datetime,
    limit: int,
    pinned: BusyByUnit = NOTHING_PINNED,
) -> Slots:
    """The first `limit` slots that start in the window: all that can be booked, and no others.

    `taken` are the live claims that overlap window.reach(resource, window, duration). Units that
    the customer names cannot be re-arranged, so for these it has to tell them apart; if it does
    not, every claim counts as another unit's, and what is offered can be booked, but more might.
    Of a pool's claims, `pinned` are those that cannot be moved, blocks above all: a slot needs
    enough units without any. Whether the others fit around pins to come, allocation decides.

    Raises InvalidInput for a window, duration or limit out of bounds.
    """
    if not 1 <= limit <= SLOTS_MOST:
        raise InvalidInput("limit", f"1 to {SLOTS_MOST}")
    reach(resource, window, duration)
    length = duration // MICROSECOND
    if not _is_allowed(resource, duration, quantity):
        return Slots(starts_us=[], duration_us=length)
    starts = _free_starts(resource, taken, window, length, quantity, now, pinned)
    found = starts_on_grid(starts, resource.zone, resource.rules, limit + 1)
    return Slots(starts_us=found[:limit], duration_us=length, is_complete=len(found) <= limit)


def _is_allowed(resource: Resource, duration: timedelta, quantity: int) -> bool:
    """Whether the rules take so much for so long at any time at all."""
    rules = resource.rules
    return rules.duration_min <= duration <= rules.duration_max and 1 <= quantity <= min(
        rules.units_max, len(resource.units)
    )


def _free_starts(
    resource: Resource,
    taken: Busy | BusyByUnit,
    window: Span,
    length: int,
    quantity: int,
    now: datetime,
    pinned: BusyByUnit,
) -> list[Interval]:
    """Where a free period of that length may start, on the grid or not."""
    earliest, latest = allowed_starts(resource, window, now)
    if earliest > latest:
        return []
    whole = Span(from_microseconds(earliest), from_microseconds(latest + length))
    # What starts later than this would not be over when the resource closes.
    opening = stretched(open_spans(resource.schedule, resource.zone, whole), 0, 1 - length)
    rules = resource.rules
    overlapping = blocked(
        resource,
        taken,
        quantity,
        before=length + rules.buffer_after // MICROSECOND - 1,
        after=rules.buffer_before // MICROSECOND,
        pinned=pinned,
    )
    return common(gaps(overlapping, earliest, latest + 1), opening)


def allowed_starts(resource: Resource, window: Span, now: datetime) -> tuple[int, int]:
    """The first and last moment of the window that is neither too soon nor too far ahead."""
    rules, present = resource.rules, to_microseconds(now)
    earliest = max(to_microseconds(window.start), present + rules.notice_min // MICROSECOND)
    latest = min(to_microseconds(window.end) - 1, present + rules.advance_max // MICROSECOND)
    return earliest, latest


def blocked(
    resource: Resource,
    taken: Busy | BusyByUnit,
    quantity: int,
    *,
    before: int,
    after: int,
    pinned: BusyByUnit = NOTHING_PINNED,
) -> list[Interval]:
    """Where fewer units than wanted are free, stretched by so much; by start, in microseconds.

    Interchangeable units are free for the whole of a period if enough are at each moment of it:
    whoever is in the way can be moved. A named unit has to be free from beginning to end, and so
    has a pool's of what is pinned.
    """
    most = len(resource.units) - quantity
    if resource.assignment is Assignment.ANY:
        pooled = sorted(chain(*taken.values())) if isinstance(taken, Mapping) else taken
        # Where one claim is too many there is nothing to count.
        crowds = stretched(crowded(pooled, most) if most else pooled, before, after)
        return (
            sorted(crowds + _occupied(pinned.values(), most, before, after)) if pinned else crowds
        )
    apart = taken.values() if isinstance(taken, Mapping) else ([claim] for claim in taken)
    return _occupied(apart, most, before, after)


def _occupied(apart: Iterable[Busy], most: int, before: int, after: int) -> list[Interval]:
    """Where more than `most` units have a claim that is so near; each unit counts once."""
    spread = (merged(stretched(unit, before, after)) for unit in apart)
    return crowded(sorted(chain.from_iterable(spread)), most)
