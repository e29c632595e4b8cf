"""Two bookings change places, at once: neither is ever without its own."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.open_booking import OpenBooking
from booking_core.application.booking.reschedule_booking import (
    move,
    require_movable,
    same_currency,
)
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapBookings:
    """Each takes the items, and the price, of the other."""

    booking_id: BookingId
    with_id: BookingId

    def __post_init__(self) -> None:
        if self.booking_id == self.with_id:
            raise InvalidInput("withId", "another booking")


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapBookingsHandler:
    """For somebody who may reschedule both."""

    once: Once
    open_booking: OpenBooking
    settle_refunds: SettleRefunds
    close_attempts: CloseAttempts

    def __call__(self, command: SwapBookings, by: Caller, key: str | None = None) -> Outcome:
        """The first booking where the second was, or IllegalTransition for either."""
        outcome = self.once(command, by, key, lambda turn: self._draft(command, turn))
        for dossier in (outcome.dossier, self.open_booking(command.with_id, by)):
            self.settle_refunds.of(dossier)
            self.close_attempts.of(dossier)
        return outcome

    def _draft(self, command: SwapBookings, turn: Turn) -> None:
        draft = turn.draft
        first = self.open_booking(command.booking_id, draft.by)
        second = self.open_booking(command.with_id, draft.by)
        for dossier in (first, second):
            require_movable(dossier, draft)
            if dossier.booking.checked_in_at is not None:
                raise InvalidInput("withId", "bookings that nobody has moved into")
        if first.booking.provider_id != second.booking.provider_id:
            raise InvalidInput("withId", "a booking of the same provider")
        same_currency(first.booking.price, second.booking.price)
        for one, other in ((first, second), (second, first)):
            move(draft.open(one), other.booking.items, other.booking.price, draft)
