"""How many units are free, as it changes over time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from booking_core.domain.availability.busy import Busy
from booking_core.domain.availability.intervals import Interval, gaps
from booking_core.domain.availability.opening import open_spans
from booking_core.domain.availability.window import bounded
from booking_core.domain.catalogue.resource import Resource
from booking_core.domain.kernel.span import Span, to_microseconds

Step: TypeAlias = tuple[int, int, int]  # (start, end) in UTC microseconds, and how many are free.


def free_quantity(resource: Resource, taken: Busy, window: Span) -> list[Step]:
    """Steps that cover the window without gap or overlap; no two neighbours are equal.

    While the resource is closed nothing is free. `taken` are the claims that overlap the window;
    InvalidInput for a window that is too long.
    """
    start, end = to_microseconds(bounded(window).start), to_microseconds(window.end)
    closed = gaps(open_spans(resource.schedule, resource.zone, window), start, end)
    units = len(resource.units)
    changes: dict[int, int] = {start: 0}
    _count(changes, taken, 1, start, end)
    # A closed resource is one of whose units all are taken, whatever else is.
    _count(changes, closed, units, start, end)
    steps: list[Step] = []
    used = 0
    moments = sorted(changes)
    for moment, following in zip(moments, [*moments[1:], end], strict=True):
        used += changes[moment]
        free = max(0, units - used)
        if steps and steps[-1][2] == free:
            steps[-1] = (steps[-1][0], following, free)
        else:
            steps.append((moment, following, free))
    return steps


def _count(
    changes: dict[int, int], intervals: Iterable[Interval], units: int, start: int, end: int
) -> None:
    """Add what the intervals take from where they begin and give back where they end."""
    for begins, ends in intervals:
        if begins < end and ends > start:
            changes[max(begins, start)] = changes.get(max(begins, start), 0) + units
            if ends < end:
                changes[ends] = changes.get(ends, 0) - units
