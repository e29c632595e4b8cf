"""Make room by ejection: take the cheapest place, and find others for those who were there."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from booking_core.domain.availability.chart import Bar, Chart, Plan

STEPS_MOST = 64


def eject(chart: Chart) -> Plan | None:
    """A heuristic for pools with promised units; None after STEPS_MOST steps proves nothing.

    The longest homeless bar goes where those in its way are shortest in sum, and they become
    homeless in turn. Whoever is put out again weighs more each time, so that the search leaves
    a circle by itself. Fixed bars are never put out. Time: lanes × log bars a step.
    """
    lanes: list[list[Bar]] = [[] for _ in range(chart.lanes)]
    for bar in chart.bars:
        lanes[bar.lane].append(bar)
    evictions: defaultdict[int, int] = defaultdict(int)
    homeless = [(bar.start - bar.end, bar) for bar in chart.wish]
    heapify(homeless)
    plan: Plan = {}
    for _ in range(STEPS_MOST):
        _, bar = heappop(homeless)
        place = _cheapest(bar, lanes, evictions)
        if place is None:
            return None
        for evicted in lanes[place.lane][place.first : place.last]:
            evictions[evicted.number] += 1
            heappush(homeless, (evicted.start - evicted.end, evicted))
        lanes[place.lane][place.first : place.last] = [bar]
        plan[bar] = place.lane
        if not homeless:
            return {bar: lane for bar, lane in plan.items() if lane != bar.lane}
    return None


class _Place(NamedTuple):
    """Where a bar may go; `first` to `last` (excluded) of the lane's bars are in its way."""

    cost: int
    is_new: bool
    lane: int
    first: int
    last: int


def _cheapest(bar: Bar, lanes: list[list[Bar]], evictions: defaultdict[int, int]) -> _Place | None:
    """The bar's own lane wins a tie; None where fixed bars are in its way on every lane."""
    best: _Place | None = None
    for lane, bars in enumerate(lanes):
        first = bisect_left(bars, bar)
        if first and bars[first - 1].end > bar.start:
            first -= 1
        last, cost = first, 0
        while last < len(bars) and (other := bars[last]).start < bar.end:
            cost += (other.end - other.start) * (1 + evictions[other.number])
            if other.fixed or (best is not None and cost > best.cost):
                break
            last += 1
        else:
            place = _Place(cost, lane != bar.lane, lane, first, last)
            best = place if best is None else min(best, place)
    return best
