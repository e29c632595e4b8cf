"""The free periods of a resource, for those who choose start and end themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from booking_core.domain.availability.busy import Busy, BusyByUnit
from booking_core.domain.availability.intervals import common, gaps
from booking_core.domain.availability.opening import open_spans
from booking_core.domain.availability.slots import allowed_starts, blocked
from booking_core.domain.availability.window import bounded
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.kernel.span import MICROSECOND, Span, from_microseconds, to_microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Periods by their starts and ends, in UTC microseconds, earliest first."""

    starts_us: list[int]
    ends_us: list[int]

    def __len__(self) -> int:
        return len(self.starts_us)

    def __iter__(self) -> Iterator[Span]:
        for start, end in zip(self.starts_us, self.ends_us, strict=True):
            yield Span(from_microseconds(start), from_microseconds(end))


def free_periods(
    resource: Resource,
    taken: Busy | BusyByUnit,
    window: Span,
    quantity: int,
    now: datetime,
) -> Periods:
    """The longest periods of the window in which that many units can be booked, buffers included.

    Open throughout, not before the notice that the rules ask for, beginning no further ahead than
    they allow, and not shorter than the shortest booking. Of units that the customer names, or of
    which some are pinned, that many are free at each moment, though not always the same: ask
    free_slots for a whole period.

    `taken` are the live claims that overlap the window with the buffers on each side. Raises
    InvalidInput for a window that is too long.
    """
    rules = resource.rules
    end = to_microseconds(bounded(window).end)
    earliest, latest = allowed_starts(resource, window, now)
    if not 1 <= quantity <= min(rules.units_max, len(resource.units)) or earliest > latest:
        return Periods(starts_us=[], ends_us=[])
    overlapping = blocked(
        resource,
        taken,
        quantity,
        before=rules.buffer_after // MICROSECOND,
        after=rules.buffer_before // MICROSECOND,
    )
    opening = open_spans(resource.schedule, resource.zone, window)
    shortest = rules.duration_min // MICROSECOND
    found = [
        (since, until)
        for since, until in common(gaps(overlapping, earliest, end), opening)
        if since <= latest and until - since >= shortest
    ]
    return Periods(starts_us=[since for since, _ in found], ends_us=[until for _, until in found])
