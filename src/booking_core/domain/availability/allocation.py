"""How a pool picks units: a host may choose the way, and the commit guards whatever is picked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from booking_core.domain.availability.chart import Chart
from booking_core.domain.availability.fit import first_fit, fit
from booking_core.domain.availability.rearrange import NoRoom, Rearrangement, rearrange
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import LONGEST, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolWish:
    """So many of a pool's units for the whole span, buffers included.

    `claims` reads the live claims that overlap a window, without those that the wish gives up;
    every reading is a query. `tie_break` is set for who has just lost a race, as `fit` needs it.
    """

    unit_ids: tuple[UnitId, ...]
    span: Span
    quantity: int
    now: datetime
    claims: Callable[[Span], Sequence[Claim]]
    tie_break: Callable[[int], int] | None = None


# A poor way to allocate refuses more than it need; it never sells anything twice.
Allocation: TypeAlias = Callable[[PoolWish], Rearrangement | NoRoom]


def fit_or_rearrange(wish: PoolWish) -> Rearrangement | NoRoom:
    """Any units that are free; only if too few are, others move who have not moved in yet.

    A pool that is full in the wanted period is refused by what lies there: whatever comes later is
    not read for that.
    """
    near = wish.claims(wish.span)
    free = fit(wish.unit_ids, near, wish.span, wish.quantity, tie_break=wish.tie_break)
    if free is not None:
        return Rearrangement(units=free, moves=())
    if Chart.drawn(wish.unit_ids, near, wish.span, wish.quantity, wish.now).is_full:
        return NoRoom(certain=True)
    begin = min(wish.now, wish.span.start)
    coming = wish.claims(Span(begin, begin + LONGEST))
    return rearrange(wish.unit_ids, coming, wish.span, wish.quantity, wish.now)


def first_fit_only(wish: PoolWish) -> Rearrangement | NoRoom:
    """The first free units in the pool's own order; nobody is ever moved.

    For comparison: it refuses what availability, which counts on others moving, has offered.
    """
    free = first_fit(wish.unit_ids, wish.claims(wish.span), wish.span, wish.quantity)
    return NoRoom(certain=False) if free is None else Rearrangement(units=free, moves=())
