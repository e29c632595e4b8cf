"""Extend a hold while its customer pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking_core.application.booking.facts import instant
from booking_core.application.booking.open_booking import OpenBooking
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, BookingTrigger
from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.lifecycle import PaymentState

HOLD_LONGEST = timedelta(minutes=60)  # From the making of the booking, however often extended.


@dataclass(eq=False)
class NotExtendable(BookingError):
    """The hold cannot be extended: {reason}"""

    code = "not-extendable"
    kind = Kind.CONFLICT
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendHold:
    """By as much as the terms give a hold, counted from now."""

    booking_id: BookingId
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendHoldHandler:
    """For its customer, while a payment is processing."""

    once: Once
    open_booking: OpenBooking

    def __call__(self, command: ExtendHold, by: Caller, key: str | None = None) -> Outcome:
        """The booking with its later expiry, or NotExtendable."""
        return self.once(command, by, key, lambda turn: self._draft(command, turn))

    def _draft(self, command: ExtendHold, turn: Turn) -> None:
        draft = turn.draft
        dossier = self.open_booking(command.booking_id, draft.by, command.expected_version)
        page = draft.open(dossier)
        extended = extend(dossier.booking, dossier.account, draft.now)
        if extended is dossier.booking:
            raise NotExtendable("no payment is processing, or it lasts as long as it may")
        page.booking = extended
        page.tell(
            "booking.extended",
            {"bookingId": extended.id, "expiresAt": instant(extended.expires_at)},
        )


def extend(booking: Booking, account: Account, now: datetime) -> Booking:
    """The booking with the later expiry that a processing payment earns it, or as it is."""
    attempt = account.open_attempt()
    processing = attempt is not None and attempt.state is PaymentState.PROCESSING
    may = BOOKING_LIFECYCLE.allows(booking.state, BookingTrigger.EXTEND)
    if not processing or not may or booking.expires_at is None or booking.is_overdue(now):
        return booking
    until = min(now + booking.terms.hold_for, booking.created_at + HOLD_LONGEST)
    return booking.extend(until) if until > booking.expires_at else booking
