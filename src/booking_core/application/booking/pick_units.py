"""Pick the units that a wish gets: the only one, the named ones, the best, or any that fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking_core.application.booking.offered import Offered
from booking_core.domain.availability.allocation import Allocation, PoolWish
from booking_core.domain.availability.best_available import best_available
from booking_core.domain.availability.rearrange import Move, NoRoom, moved
from booking_core.domain.availability.wish import Wish
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import BookingId, TenantId, UnitId
from booking_core.domain.kernel.span import Span
from booking_core.ports.occupancy import Occupancy
from booking_core.ports.randomness import Randomness
from booking_core.ports.unit_of_work import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The units, who has to move for them, and whether other units would do as well."""

    unit_ids: tuple[UnitId, ...]
    moves: tuple[Move, ...] = ()
    contended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Of one pick: the moment, the try, and whose claims do not count, or count already.

    `own` is the booking that is picked for; `earlier` are the claims of its lines before this,
    and `moves` what others do for those lines.
    """

    tenant_id: TenantId
    now: datetime
    retried: bool
    own: BookingId | None = None
    earlier: tuple[Claim, ...] = ()
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUnits:
    """Reads claims only where there is something to choose: the commit guards every choice."""

    occupancy: Occupancy
    randomness: Randomness
    allocation: Allocation

    def __call__(self, offered: Offered, at: Circumstances, *, is_one_of_many: bool) -> Picked:
        """The units, or Taken; `is_one_of_many`: another resource would do as well."""
        wish = offered.wish
        if offered.wants_best:
            return self._best(offered, at)
        if wish.unit_ids or wish.resource.is_exclusive:
            exactly = wish.unit_ids or wish.resource.unit_ids
            # Once refused, look: if it is this line that cannot be had, no other try will help.
            if is_one_of_many or at.retried:
                return self.exactly(exactly, wish, wish.claimed, at)
            return Picked(unit_ids=exactly)
        return self.any(wish, wish.claimed, at)

    def exactly(
        self, unit_ids: tuple[UnitId, ...], wish: Wish, claimed: Span, at: Circumstances
    ) -> Picked:
        """These very units, or Taken."""
        taken = {claim.unit_id for claim in self._claims(wish, claimed, at)}
        if not taken.isdisjoint(unit_ids):
            raise Taken(wish.resource.id, (wish.span,))
        return Picked(unit_ids=unit_ids, contended=True)

    def _best(self, offered: Offered, at: Circumstances) -> Picked:
        wish, line = offered.wish, offered.line
        taken = {claim.unit_id for claim in self._claims(wish, wish.claimed, at)}
        units = wish.resource.units
        if offered.performance is not None:
            prices = offered.performance.prices
            units = tuple(unit for unit in units if unit.category in prices)
        chosen = best_available(units, taken, line.quantity, line.category)
        if chosen is None:
            raise Taken(wish.resource.id, (wish.span,))
        return Picked(unit_ids=chosen, contended=True)

    def any(self, wish: Wish, claimed: Span, at: Circumstances) -> Picked:
        """Whatever units allocation finds, if need be after others have moved, or Taken."""
        plan = self.allocation(
            PoolWish(
                unit_ids=wish.resource.unit_ids,
                span=claimed,
                quantity=wish.quantity,
                now=at.now,
                claims=lambda window: self._claims(wish, window, at),
                # Who lost a race picks at random among equals: else all losers pick the same again.
                tie_break=self.randomness.below if at.retried else None,
            )
        )
        if isinstance(plan, NoRoom):
            raise Taken(wish.resource.id, (wish.span,))
        return Picked(unit_ids=plan.units, moves=plan.moves, contended=True)

    def _claims(self, wish: Wish, window: Span, at: Circumstances) -> Sequence[Claim]:
        resource_id = wish.resource.id
        stored = self.occupancy.claims(at.tenant_id, resource_id, window, at.now)
        if at.own is None and not at.earlier:
            return stored
        others = [claim for claim in stored if claim.booking_id != at.own or at.own is None]
        return moved(others, at.moves) + [
            claim
            for claim in at.earlier
            if claim.resource_id == resource_id and claim.span.overlaps(window)
        ]
