"""Sorted half-open intervals of integers: the arithmetic of what is open, busy and free."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]  # [start, end), in microseconds since 1970 UTC.


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Their union, where overlapping and touching ones are one; sorted by start going in."""
    union: list[Interval] = []
    for start, end in intervals:
        if union and start <= union[-1][1]:
            if end > union[-1][1]:
                union[-1] = (union[-1][0], end)
        else:
            union.append((start, end))
    return union


def crowded(intervals: Sequence[Interval], most: int) -> list[Interval]:
    """Where more than `most` of them overlap; sorted by start going in."""
    if most == 0:
        return merged(intervals)
    if len(intervals) <= most:
        return []
    ends = sorted([end for _, end in intervals])
    crowds: list[Interval] = []
    overlapping = ended = full_since = 0
    for start, _ in intervals:
        while ends[ended] <= start:
            if overlapping == most + 1:
                crowds.append((full_since, ends[ended]))
            overlapping -= 1
            ended += 1
        overlapping += 1
        if overlapping == most + 1:
            full_since = start
    while overlapping > most:
        if overlapping == most + 1:
            crowds.append((full_since, ends[ended]))
        overlapping -= 1
        ended += 1
    return merged(crowds)  # One ends and another begins at the same moment: still crowded.


def gaps(intervals: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """What they leave uncovered of [start, end); sorted by start going in."""
    left: list[Interval] = []
    for covered_from, covered_to in intervals:
        if covered_from >= end:
            break
        if covered_from > start:
            left.append((start, covered_from))
        if covered_to > start:
            start = covered_to
    if start < end:
        left.append((start, end))
    return left


def clipped(intervals: Sequence[Interval], start: int, end: int) -> list[Interval]:
    """What of them lies in [start, end), not empty; sorted and without overlaps going in."""
    first = bisect_left(intervals, (start,))
    if first and intervals[first - 1][1] > start:
        first -= 1
    inside = list(intervals[first : bisect_left(intervals, (end,))])
    if inside and inside[0][0] < start:
        inside[0] = (start, inside[0][1])
    if inside and inside[-1][1] > end:
        inside[-1] = (inside[-1][0], end)
    return inside


def common(many: Sequence[Interval], few: Iterable[Interval]) -> list[Interval]:
    """What lies in both; each side sorted and without overlaps. Cheap where `few` are few."""
    return [shared for start, end in few for shared in clipped(many, start, end)]


def stretched(intervals: Iterable[Interval], before: int, after: int) -> list[Interval]:
    """Each begun so much earlier and ended so much later; those left empty by a cut are dropped."""
    moved = [(start - before, end + after) for start, end in intervals]
    return [each for each in moved if each[0] < each[1]] if before + after < 0 else moved
