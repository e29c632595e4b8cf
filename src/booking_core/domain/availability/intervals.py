"""Sorted half-open intervals of integers: the arithmetic of what is open, busy and free."""

from __future__ import annotations

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


def common(ones: Sequence[Interval], others: Sequence[Interval]) -> list[Interval]:
    """What lies in both; each side sorted and without overlaps."""
    shared: list[Interval] = []
    i = j = 0
    while i < len(ones) and j < len(others):
        one, other = ones[i], others[j]
        start = max(one[0], other[0])
        end = min(one[1], other[1])
        if start < end:
            shared.append((start, end))
        if one[1] <= other[1]:
            i += 1
        else:
            j += 1
    return shared


def stretched(intervals: Iterable[Interval], before: int, after: int) -> list[Interval]:
    """Each begun so much earlier and ended so much later; those left empty by a cut are dropped."""
    moved = ((start - before, end + after) for start, end in intervals)
    return [(start, end) for start, end in moved if start < end]
