"""Bring a booking back whose payment came too late, if its whole period is still free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from booking_core.application.booking.facts import booking_facts
from booking_core.application.booking.make_way import MakeWay
from booking_core.application.booking.pick_units import Circumstances, PickUnits
from booking_core.application.draft import Page
from booking_core.application.once import Turn
from booking_core.domain.availability.rearrange import Move, composed
from booking_core.domain.availability.wish import Wish
from booking_core.domain.booking.item import Item
from booking_core.domain.catalogue.resource import Assignment
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.errors import NotFound
from booking_core.ports.catalogue_repository import CatalogueRepository
from booking_core.ports.unit_of_work import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstate:
    """In the same units, or in a pool in equivalent ones; never once the period has begun."""

    catalogue: CatalogueRepository
    pick_units: PickUnits
    make_way: MakeWay

    def __call__(self, page: Page, turn: Turn) -> bool:
        """Whether it could be drafted; if not, the page is as it was."""
        draft, booking = turn.draft, page.booking
        if booking.start <= draft.now:
            return False
        at = Circumstances(
            tenant_id=booking.tenant_id, now=draft.now, retried=turn.number > 0, own=booking.id
        )
        items: dict[int, Item] = {}
        try:
            # By start, as ChooseItems goes through its lines.
            for number, item in sorted(enumerate(booking.items), key=_start):
                again, moves = self._again(item, at)
                items[number] = again
                at = replace(
                    at, earlier=at.earlier + _claims(again), moves=composed(at.moves, moves)
                )
        except (Taken, NotFound):
            return False
        page.booking = booking.reinstate(tuple(items[number] for number in range(len(items))))
        page.tell("booking.confirmed", booking_facts(page.booking) | {"code": booking.code})
        self.make_way(at.moves, draft)
        draft.retries_when_taken = True  # Then somebody has just taken it: judge it anew.
        return True

    def _again(self, item: Item, at: Circumstances) -> tuple[Item, tuple[Move, ...]]:
        resource = self.catalogue.resource(at.tenant_id, item.resource_id)
        interchangeable = resource.assignment is Assignment.ANY and not resource.is_exclusive
        wish = Wish(resource=resource, span=item.span, quantity=len(item.unit_ids))
        if interchangeable:
            picked = self.pick_units.any(wish, item.claimed, at)
            return replace(item, unit_ids=picked.unit_ids), picked.moves
        self.pick_units.exactly(item.unit_ids, wish, item.claimed, at)
        return item, ()


def _start(numbered: tuple[int, Item]) -> datetime:
    return numbered[1].span.start


def _claims(item: Item) -> tuple[Claim, ...]:
    return tuple(
        Claim(resource_id=item.resource_id, unit_id=unit_id, span=item.claimed)
        for unit_id in item.unit_ids
    )
