"""A pool's claims and a wish as bars on lanes, in integers: what the searches for room work on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import Span, to_microseconds

NOWHERE = -1  # The lane of a bar that has none yet.


class Bar(NamedTuple):
    """From `start` to `end` (microseconds since 1970, half-open) on a lane: one unit's row.

    `number` tells bars apart: an index into the claims, or below zero for a part of the wish.
    """

    start: int
    end: int
    lane: int
    number: int
    fixed: bool = False


# The lane that each bar of the wish gets, and the new lane of each bar that has to move.
Plan = dict[Bar, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`bars` by their start; no two on one lane overlap. `wish`: bars of one period, NOWHERE yet.

    A bar stays fixed if its claim is pinned, is no booking's, or has begun: whoever has begun
    may have moved in, nobody has looked at what was on another unit before, and exactness never
    needs such a move.
    """

    lanes: int
    bars: tuple[Bar, ...]
    wish: tuple[Bar, ...]

    @classmethod
    def drawn(
        cls,
        unit_ids: Sequence[UnitId],
        claims: Iterable[Claim],
        span: Span,
        quantity: int,
        now: datetime,
    ) -> Chart:
        """Claims on units that the pool has no longer are left out."""
        lane_of = {unit_id: lane for lane, unit_id in enumerate(unit_ids)}
        bars = [
            Bar(
                to_microseconds(claim.span.start),
                to_microseconds(claim.span.end),
                lane_of[claim.unit_id],
                number,
                claim.pinned or claim.booking_id is None or claim.span.start <= now,
            )
            for number, claim in enumerate(claims)
            if claim.unit_id in lane_of
        ]
        start, end = to_microseconds(span.start), to_microseconds(span.end)
        wish = tuple(Bar(start, end, NOWHERE, -1 - part) for part in range(quantity))
        return cls(lanes=len(unit_ids), bars=tuple(sorted(bars)), wish=wish)

    @property
    def is_full(self) -> bool:
        """Whether no re-arrangement at all can make room.

        Somewhere in the wanted period too few units are left over, or too few are free of fixed
        bars for all of it.
        """
        start, end = self.wish[0].start, self.wish[0].end
        beside = [bar for bar in self.bars if bar.start < end and start < bar.end]
        barred = {bar.lane for bar in beside if bar.fixed}
        # At one instant an end (-1) sorts before a start (+1): periods are half-open.
        edges = sorted(
            [(max(bar.start, start), 1) for bar in beside] + [(bar.end, -1) for bar in beside]
        )
        most_at_once = max(accumulate(step for _, step in edges), default=0)
        return self.lanes - max(most_at_once, len(barred)) < len(self.wish)
