"""The live claims of one unit, in order of time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime

from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.span import Span, to_microseconds


class Timeline:
    """No two of them overlap, so starts and ends rise together and both can be bisected.

    Starts and ends are whole microseconds since 1970, UTC.
    """

    __slots__ = ("_claims", "_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._claims: list[Claim] = []

    def __bool__(self) -> bool:
        return bool(self._claims)

    def __iter__(self) -> Iterator[Claim]:
        return iter(self._claims)

    def overlapping(self, window: Span) -> Sequence[Claim]:
        """The claims that share a moment with the window, by start."""
        return self._claims[self._range(window)]

    def busy(self, window: Span, now: datetime) -> Iterator[tuple[int, int]]:
        """(start, end) of the overlapping claims that are not overdue, by start."""
        found = self._range(window)
        claims = zip(self._starts[found], self._ends[found], self._claims[found], strict=True)
        # As Claim.is_overdue has it; a call for each would cost more than all the rest.
        return (
            (start, end)
            for start, end, claim in claims
            if claim.held_until is None or claim.held_until > now
        )

    def add(self, claim: Claim) -> None:
        """Insert a claim that overlaps none of them."""
        start, end = to_microseconds(claim.span.start), to_microseconds(claim.span.end)
        position = bisect_left(self._starts, start)
        self._starts.insert(position, start)
        self._ends.insert(position, end)
        self._claims.insert(position, claim)

    def remove(self, claim: Claim) -> None:
        """Take out a claim that is there."""
        first = bisect_left(self._starts, to_microseconds(claim.span.start))
        position = self._claims.index(claim, first)
        del self._starts[position], self._ends[position], self._claims[position]

    def _range(self, window: Span) -> slice:
        return slice(
            bisect_right(self._ends, to_microseconds(window.start)),
            bisect_left(self._starts, to_microseconds(window.end)),
        )
