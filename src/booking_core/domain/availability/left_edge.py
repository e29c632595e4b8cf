"""Make room by the left-edge algorithm: in order of start, each bar takes a lane that is free."""

from __future__ import annotations

from collections.abc import Iterable

from booking_core.domain.availability.chart import NOWHERE, Bar, Chart, Plan

NEVER = 1 << 62


def left_edge(chart: Chart) -> Plan | None:
    """Place the wish, then push aside whoever finds their lane taken; None if someone finds none.

    Exact where no fixed bar begins after the wish does. All bars that hold the instant at which
    the wish begins overlap there, so they lie on different lanes already and stay. Every later
    bar needs one lane that is free at its start, and there is one unless as many bars as there
    are lanes hold that instant, which is what it means to be full: interval graphs need no more
    colours than they have vertices at one point (Hashimoto & Stevens 1971, "Wire routing by
    optimizing channel assignment"; Golumbic 1980, "Algorithmic Graph Theory", ch. 8).

    A fixed bar that begins later makes it precolouring extension, NP-complete for interval
    graphs (Biró, Hujter & Tuza 1992): then a lane must also stay free until the newcomer is
    over, and None proves nothing.

    Few move: whoever finds their own lane free keeps it, and the search ends once nobody is
    displaced any more. Time: bars × log bars, and lanes for each bar that moves.
    """
    begin, over = chart.wish[0].start, chart.wish[0].end
    later = [bar for bar in chart.bars if bar.start > begin]
    free_from = [begin] * chart.lanes
    for bar in chart.bars:
        if bar.start <= begin:
            free_from[bar.lane] = max(free_from[bar.lane], bar.end)
    homing = _coming_starts(chart.lanes, later)
    promised = _coming_starts(chart.lanes, (bar for bar in later if bar.fixed))
    plan: Plan = {}
    for bar in (*chart.wish, *later):
        if bar.start >= over:
            break
        if bar.lane != NOWHERE:
            homing[bar.lane].pop()
            if bar.fixed:
                promised[bar.lane].pop()
            if bar.fixed or free_from[bar.lane] <= bar.start:
                free_from[bar.lane] = bar.end
                continue
        lane = _least_disturbing(bar, free_from, homing, promised)
        if lane is None:
            return None
        plan[bar] = lane
        free_from[lane] = bar.end
        over = max(over, bar.end)
    return plan


def _coming_starts(lanes: int, bars: Iterable[Bar]) -> list[list[int]]:
    """For each lane the starts of its bars as a stack with the nearest on top, NEVER below all."""
    starts: list[list[int]] = [[] for _ in range(lanes)]
    for bar in bars:
        starts[bar.lane].append(bar.start)
    return [[NEVER, *reversed(lane)] for lane in starts]


def _least_disturbing(
    bar: Bar, free_from: list[int], homing: list[list[int]], promised: list[list[int]]
) -> int | None:
    """The tightest lane that displaces nobody, else the one whose owner comes back last."""
    best: tuple[bool, int, int] | None = None
    for lane, free in enumerate(free_from):
        if free <= bar.start and bar.end <= promised[lane][-1]:
            owner_back = homing[lane][-1]
            displaces = owner_back < bar.end
            rank = (displaces, -owner_back if displaces else owner_back, lane)
            best = rank if best is None else min(best, rank)
    return None if best is None else best[2]
