"""The seats of a performance, as a customer sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking_core.domain.availability.wish import Wish
from booking_core.domain.catalogue.performance import Performance
from booking_core.domain.catalogue.resource import Resource, Unit
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import UnitId
from booking_core.domain.kernel.money import Money


class SeatState(StrEnum):
    """Whether a seat can be had, and if not, whether it may yet become free."""

    FREE = "free"
    HELD = "held"  # Somebody is about to pay; free again if not.
    TAKEN = "taken"
    BLOCKED = "blocked"  # Not for sale: kept back, or its category has no price.


@dataclass(frozen=True, slots=True)
class Seat:
    """A unit of the hall; `price` is None where it is not sold."""

    unit: Unit
    state: SeatState
    price: Money | None


def seat_map(
    hall: Resource, performance: Performance, claims: Iterable[Claim], now: datetime
) -> tuple[Seat, ...]:
    """Every unit of the hall, in its order.

    A claim that overlaps the performance by its buffers counts, whichever performance it is for;
    an overdue hold does not. Raises InvalidInput if the performance is in another hall.
    """
    if hall.id != performance.resource_id:
        raise InvalidInput("resourceId", f"the hall of the performance, {performance.resource_id}")
    kept = Wish(resource=hall, span=performance.during, on_schedule=False).claimed
    states: dict[UnitId, SeatState] = {}
    for claim in claims:
        if claim.span.overlaps(kept) and not claim.is_overdue(now):
            state = _state(claim)
            if _FIRMNESS[state] > _FIRMNESS[states.get(claim.unit_id, SeatState.FREE)]:
                states[claim.unit_id] = state
    return tuple(_seat(unit, states.get(unit.id), performance) for unit in hall.units)


# Of several claims in one performance's time (two shorter ones, say), the firmest counts.
_FIRMNESS = {state: rank for rank, state in enumerate(SeatState)}


def _state(claim: Claim) -> SeatState:
    if claim.block_id is not None:
        return SeatState.BLOCKED
    return SeatState.TAKEN if claim.held_until is None else SeatState.HELD


def _seat(unit: Unit, state: SeatState | None, performance: Performance) -> Seat:
    price = performance.prices.get(unit.category)
    if state is None:
        state = SeatState.FREE if price is not None else SeatState.BLOCKED
    return Seat(unit, state, price)
