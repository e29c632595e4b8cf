"""Move other bookings of a pool to equivalent units, so that a new wish fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from booking_core.application.booking.facts import items_facts
from booking_core.application.draft import Draft
from booking_core.domain.availability.rearrange import Move
from booking_core.domain.booking.item import Item
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.booking_repository import BookingRepository
from booking_core.ports.unit_of_work import StaleBooking


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeWay:
    """Each moved booking is a page of the same draft: all move, and the wish fits, or none."""

    bookings: BookingRepository

    def __call__(self, moves: Sequence[Move], draft: Draft) -> None:
        """Draft the moves, or StaleBooking when a booking is not where it was seen."""
        by_booking: dict[BookingId, list[Move]] = {}
        for move in moves:
            assert move.claim.booking_id is not None  # Blocks are never moved.
            by_booking.setdefault(move.claim.booking_id, []).append(move)
        if not by_booking:
            return
        for dossier in self.bookings.get_many(draft.by.tenant_id, tuple(by_booking)):
            page = draft.open(dossier)
            items = dossier.booking.items
            for move in by_booking[dossier.booking.id]:
                items = _moved(items, move)
            page.booking = dossier.booking.with_units(items)
            page.tell(
                "booking.rearranged",
                {"bookingId": page.booking.id, "items": items_facts(page.booking.items)},
            )


def _moved(items: Iterable[Item], move: Move) -> tuple[Item, ...]:
    moved, claim = [], move.claim
    found = False
    for item in items:
        place = item.resource_id == claim.resource_id and item.claimed == claim.span
        if place and not found and claim.unit_id in item.unit_ids:
            found = True
            units = tuple(move.to if u == claim.unit_id else u for u in item.unit_ids)
            item = replace(item, unit_ids=units)
        moved.append(item)
    if not found:
        assert claim.booking_id is not None
        raise StaleBooking(claim.booking_id)
    return tuple(moved)
