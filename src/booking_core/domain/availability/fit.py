"""Pick free units of a pool without moving anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.span import LONGEST, Span


def fit(
    unit_ids: Sequence[UnitId],
    claims: Iterable[Claim],
    span: Span,
    quantity: int,
    *,
    tie_break: Callable[[int], int] | None = None,
) -> tuple[UnitId, ...] | None:
    """The units that are free for the whole span and whose gap around it is tightest.

    Best fit: wide gaps stay whole for the long stays that need them. `claims` are the live claims
    of the pool; those far from the span only tell how wide a gap is. None when fewer units than
    `quantity` are free, though `rearrange` may still make room.

    The same call has the same answer. Racers who must not all pick the same unit again pass
    `tie_break`: given a count, it returns an index below it, and so picks among all free units.
    """
    tightest_first = _free_with_slack(unit_ids, claims, span)
    if len(tightest_first) < quantity:
        return None
    candidates = sorted(tightest_first, key=tightest_first.__getitem__)
    if tie_break is None:
        return tuple(candidates[:quantity])
    return tuple(candidates.pop(tie_break(len(candidates))) for _ in range(quantity))


def first_fit(
    unit_ids: Sequence[UnitId], claims: Iterable[Claim], span: Span, quantity: int
) -> tuple[UnitId, ...] | None:
    """The first units in the pool's own order that are free for the whole span, or None."""
    taken = {claim.unit_id for claim in claims if claim.span.overlaps(span)}
    free = [unit_id for unit_id in unit_ids if unit_id not in taken]
    return tuple(free[:quantity]) if len(free) >= quantity else None


def _free_with_slack(
    unit_ids: Sequence[UnitId], claims: Iterable[Claim], span: Span
) -> dict[UnitId, timedelta]:
    """The idle time that each free unit would keep around the span; an open side is LONGEST."""
    freed: dict[UnitId, datetime] = {}
    needed: dict[UnitId, datetime] = {}
    taken: set[UnitId] = set()
    start, end = span.start, span.end
    for claim in claims:
        unit_id, other = claim.unit_id, claim.span
        if other.end <= start:
            freed[unit_id] = max(other.end, freed.get(unit_id, other.end))
        elif other.start >= end:
            needed[unit_id] = min(other.start, needed.get(unit_id, other.start))
        else:
            taken.add(unit_id)
    return {
        unit_id: min(start - freed.get(unit_id, start - LONGEST), LONGEST)
        + min(needed.get(unit_id, end + LONGEST) - end, LONGEST)
        for unit_id in unit_ids
        if unit_id not in taken
    }
