"""Interval arithmetic against sets of whole numbers."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from booking_core.domain.availability.intervals import (
    Interval,
    clipped,
    common,
    crowded,
    gaps,
    merged,
    stretched,
)

END = 30
some = st.lists(
    st.tuples(st.integers(0, END - 1), st.integers(1, 12)).map(
        lambda pair: (pair[0], min(END, pair[0] + pair[1]))
    ),
    max_size=8,
).map(sorted)


def points(intervals: list[Interval]) -> list[int]:
    """Every number in them, as often as it is."""
    return [point for start, end in intervals for point in range(start, end)]


def is_apart(intervals: list[Interval]) -> bool:
    """Whether they are sorted, not empty, and leave something between each other."""
    edges = [edge for interval in intervals for edge in interval]
    return all(one < other for one, other in pairwise(edges))


@given(some)
def test_a_union_has_each_point_once(intervals: list[Interval]) -> None:
    """Merging neither loses nor adds a point, and leaves nothing that could be merged further."""
    union = merged(intervals)
    assert points(union) == sorted(set(points(intervals)))
    assert is_apart(union)


@given(some, st.integers(0, 5))
@example([(0, 5), (0, 5), (5, 8), (5, 8)], 1)  # One crowd leaves as another comes.
def test_a_crowd_is_where_more_than_so_many_overlap(intervals: list[Interval], most: int) -> None:
    """A point is crowded if and only if more intervals than allowed cover it."""
    covered = points(intervals)
    crowds = crowded(intervals, most)
    assert points(crowds) == [point for point in range(END) if covered.count(point) > most]
    assert is_apart(crowds)


@given(some, st.integers(0, END), st.integers(0, END))
def test_gaps_are_what_is_not_covered(intervals: list[Interval], start: int, end: int) -> None:
    """A point between the bounds is in a gap if and only if no interval covers it."""
    left = gaps(intervals, start, end)
    assert points(left) == [n for n in range(start, end) if n not in points(intervals)]
    assert is_apart(left)


@given(some, st.integers(0, END), st.integers(1, END))
def test_clipping_keeps_what_is_within(intervals: list[Interval], start: int, length: int) -> None:
    """What lies between the bounds stays, cut at the bounds."""
    end = start + length
    inside = clipped(merged(intervals), start, end)
    assert points(inside) == [n for n in points(merged(intervals)) if start <= n < end]
    assert all(one < other for one, other in inside)


@given(some, some)
def test_common_is_what_lies_in_both(ones: list[Interval], others: list[Interval]) -> None:
    """A point is common if and only if both sides have it."""
    shared = common(merged(ones), merged(others))
    assert points(shared) == sorted(set(points(ones)) & set(points(others)))


@given(some, st.integers(-6, 6), st.integers(-6, 6))
def test_stretching_moves_both_ends(intervals: list[Interval], before: int, after: int) -> None:
    """Each begins so much earlier and ends so much later, or is gone if nothing is left of it."""
    moved = [(start - before, end + after) for start, end in intervals]
    expected = [(start, end) for start, end in moved if start < end]
    assert stretched(intervals, before, after) == expected
