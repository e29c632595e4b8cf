"""The provider agrees to a booking that awaits it."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.facts import booking_facts
from booking_core.application.booking.open_booking import OpenBooking, require_hold
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.domain.kernel.ids import BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveBooking:
    """Where money is due a fresh hold begins, else it is confirmed."""

    booking_id: BookingId
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveBookingHandler:
    """For its provider."""

    once: Once
    open_booking: OpenBooking

    def __call__(self, command: ApproveBooking, by: Caller, key: str | None = None) -> Outcome:
        """The booking, pending or confirmed, or IllegalTransition, or HoldLapsed."""
        return self.once(command, by, key, lambda turn: self._draft(command, turn))

    def _draft(self, command: ApproveBooking, turn: Turn) -> None:
        draft = turn.draft
        dossier = self.open_booking.as_provider(
            command.booking_id, draft.by, command.expected_version
        )
        require_hold(dossier.booking, draft.now)
        page = draft.open(dossier)
        if dossier.account.due(dossier.booking.price) is not None:
            page.booking = dossier.booking.approve_unpaid(draft.now)
            page.tell("booking.approved", booking_facts(page.booking))
        else:
            page.booking = dossier.booking.approve()
            page.tell(
                "booking.confirmed", booking_facts(page.booking) | {"code": page.booking.code}
            )
