"""The provider declines a booking that awaits it."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.open_booking import OpenBooking
from booking_core.application.booking.reason import reason_code
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.give_back import cancel_open_attempts
from booking_core.domain.kernel.ids import BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectBooking:
    """The claims are released."""

    booking_id: BookingId
    reason: str = "rejected"
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectBookingHandler:
    """For its provider."""

    once: Once
    open_booking: OpenBooking
    close_attempts: CloseAttempts

    def __call__(self, command: RejectBooking, by: Caller, key: str | None = None) -> Outcome:
        """The booking, rejected, or IllegalTransition."""
        reason_code(command.reason)
        outcome = self.once(command, by, key, lambda turn: self._draft(command, turn))
        self.close_attempts.of(outcome.dossier)
        return outcome

    def _draft(self, command: RejectBooking, turn: Turn) -> None:
        draft = turn.draft
        dossier = self.open_booking.as_provider(
            command.booking_id, draft.by, command.expected_version
        )
        page = draft.open(dossier)
        page.booking = dossier.booking.reject(command.reason)
        page.tell("booking.rejected", {"bookingId": page.booking.id, "reason": command.reason})
        cancel_open_attempts(page)
