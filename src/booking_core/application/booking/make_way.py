"""Move other bookings of a pool to equivalent units, so that a new wish fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from booking_core.application.booking.facts import items_facts
from booking_core.application.draft import Draft
from booking_core.domain.availability.rearrange import Move
from booking_core.domain.booking.booking import Booking
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
            page.booking = _moved(dossier.booking, by_booking[dossier.booking.id])
            page.tell(
                "booking.rearranged",
                {"bookingId": page.booking.id, "items": items_facts(page.booking.items)},
            )


def _moved(booking: Booking, moves: Iterable[Move]) -> Booking:
    """All at once: one move may take the unit that another one leaves."""
    to = {(m.claim.resource_id, m.claim.span, m.claim.unit_id): m.to for m in moves}
    items = tuple(
        replace(
            item,
            unit_ids=tuple(
                to.pop((item.resource_id, item.claimed, unit_id), unit_id)
                for unit_id in item.unit_ids
            ),
        )
        for item in booking.items
    )
    if to:
        raise StaleBooking(booking.id)
    return booking.with_units(items)
