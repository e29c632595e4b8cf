"""Look at bookings: one, a list, a history."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.open_booking import OpenBooking
from booking_core.application.caller import Caller
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId
from booking_core.ports.booking_repository import BookingFilter, BookingRepository, Dossier
from booking_core.ports.page import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBookings:
    """Everyone sees their own: customers what they booked, providers what they sold."""

    open_booking: OpenBooking
    bookings: BookingRepository

    def one(self, booking_id: BookingId, by: Caller) -> Dossier:
        """The booking, or NotFound."""
        return self.open_booking(booking_id, by)

    def page(self, wanted: BookingFilter, page: PageRequest, by: Caller) -> Page[Dossier]:
        """Newest first, cut down to what the caller may list."""
        return self.bookings.page(by.tenant_id, by.narrow(wanted), page)

    def history(self, booking_id: BookingId, page: PageRequest, by: Caller) -> Page[DomainEvent]:
        """What happened to the booking, in order, or NotFound."""
        self.open_booking(booking_id, by)
        return self.bookings.history(by.tenant_id, booking_id, page)
