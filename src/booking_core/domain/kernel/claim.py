"""A claim: one unit, one period, and what holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking_core.domain.kernel.ids import BlockId, BookingId, ResourceId, UnitId
from booking_core.domain.kernel.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`span` includes buffers. Exactly one of `booking_id` and `block_id` is set.

    `pinned`: the unit is promised or moved into, so nothing may re-arrange it.
    `held_until`: when a hold lapses; None once it is for good.
    """

    resource_id: ResourceId
    unit_id: UnitId
    span: Span
    booking_id: BookingId | None = None
    block_id: BlockId | None = None
    pinned: bool = False
    held_until: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is a hold whose time is over: it blocks nobody, swept or not."""
        return self.held_until is not None and self.held_until <= now
