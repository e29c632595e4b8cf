"""The customer did not come."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.facts import instant
from booking_core.application.booking.open_booking import OpenBooking
from booking_core.application.booking.timing import require_begun
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.domain.kernel.ids import BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNoShow:
    """Not before the booking begins."""

    booking_id: BookingId
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNoShowHandler:
    """For its provider."""

    once: Once
    open_booking: OpenBooking

    def __call__(self, command: MarkNoShow, by: Caller, key: str | None = None) -> Outcome:
        """The booking, marked, or IllegalTransition."""
        return self.once(command, by, key, lambda turn: self._draft(command, turn))

    def _draft(self, command: MarkNoShow, turn: Turn) -> None:
        draft = turn.draft
        dossier = self.open_booking.as_provider(
            command.booking_id, draft.by, command.expected_version
        )
        page = draft.open(dossier)
        require_begun(dossier.booking, draft.now)
        page.booking = dossier.booking.no_show(draft.now)
        page.tell("booking.no_show", {"bookingId": page.booking.id, "at": instant(draft.now)})
