"""The customer has arrived: from now on nothing moves the booking to another unit."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.facts import instant
from booking_core.application.booking.open_booking import OpenBooking
from booking_core.application.booking.timing import require_before_end
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.domain.kernel.ids import BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInBooking:
    """Allowed until the booked period is over."""

    booking_id: BookingId
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInBookingHandler:
    """For its provider."""

    once: Once
    open_booking: OpenBooking

    def __call__(self, command: CheckInBooking, by: Caller, key: str | None = None) -> Outcome:
        """The booking, its units pinned, or IllegalTransition."""
        return self.once(command, by, key, lambda turn: self._draft(command, turn))

    def _draft(self, command: CheckInBooking, turn: Turn) -> None:
        draft = turn.draft
        dossier = self.open_booking.as_provider(
            command.booking_id, draft.by, command.expected_version
        )
        page = draft.open(dossier)
        require_before_end(dossier.booking, draft.now)
        page.booking = dossier.booking.check_in(draft.now)
        page.tell("booking.checked_in", {"bookingId": page.booking.id, "at": instant(draft.now)})
