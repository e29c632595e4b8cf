"""Cancel a booking, and give back what its terms say; or ask beforehand what that would be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking_core.application.booking.facts import cancelled_facts
from booking_core.application.booking.open_booking import OpenBooking
from booking_core.application.booking.reason import reason_code
from booking_core.application.booking.timing import require_before_end
from booking_core.application.caller import Caller, Role
from booking_core.application.once import Once, Outcome, Turn
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.give_back import cancel_open_attempts, owe_back
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, BookingTrigger
from booking_core.domain.booking.quote import CancelledBy, Quote, cancellation_quote
from booking_core.domain.kernel.ids import BookingId
from booking_core.domain.kernel.money import Money
from booking_core.ports.booking_repository import Dossier
from booking_core.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBooking:
    """The claims are released at once; the money follows by the policy."""

    booking_id: BookingId
    reason: str = "cancelled"
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBookingHandler:
    """For its customer, its provider, or the office."""

    once: Once
    open_booking: OpenBooking
    settle_refunds: SettleRefunds
    close_attempts: CloseAttempts

    def __call__(self, command: CancelBooking, by: Caller, key: str | None = None) -> Outcome:
        """The booking, cancelled, with its refunds asked for, or IllegalTransition."""
        reason_code(command.reason)
        outcome = self.once(command, by, key, lambda turn: self._draft(command, turn))
        self.settle_refunds.of(outcome.dossier)
        self.close_attempts.of(outcome.dossier)
        return outcome

    def _draft(self, command: CancelBooking, turn: Turn) -> None:
        draft = turn.draft
        dossier = self.open_booking(command.booking_id, draft.by, command.expected_version)
        quote = _judge(dossier, draft.by, draft.now)
        page = draft.open(dossier)
        page.booking = dossier.booking.cancel(command.reason)
        page.tell(
            "booking.cancelled",
            cancelled_facts(
                page.booking,
                command.reason,
                cancelled_by(draft.by, dossier).value,
                quote.refund,
            ),
        )
        cancel_open_attempts(page)
        if quote.refund is not None:
            owe_back(page, quote.refund, draft, command.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCancellation:
    """What would come back if it were cancelled now."""

    booking_id: BookingId


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCancellationHandler:
    """The same function that the cancellation itself is judged by."""

    open_booking: OpenBooking
    clock: Clock

    def __call__(self, command: QuoteCancellation, by: Caller) -> Quote:
        """The quote, or IllegalTransition if it cannot be cancelled any more."""
        dossier = self.open_booking(command.booking_id, by)
        BOOKING_LIFECYCLE.after(dossier.booking.state, BookingTrigger.CANCEL)
        return _judge(dossier, by, self.clock.now())


def _judge(dossier: Dossier, by: Caller, at: datetime) -> Quote:
    whose = cancelled_by(by, dossier)
    if whose is CancelledBy.CUSTOMER:
        require_before_end(dossier.booking, at)
    return cancellation_quote(dossier.booking, _paid(dossier), at=at, by=whose)


def cancelled_by(by: Caller, dossier: Dossier) -> CancelledBy:
    """In which capacity the caller cancels; a provider's own stay is a customer's too."""
    if Role.CUSTOMER in by.roles and by.id == dossier.booking.customer_id:
        return CancelledBy.CUSTOMER
    return CancelledBy.SYSTEM if Role.SERVICE in by.roles else CancelledBy.PROVIDER


def _paid(dossier: Dossier) -> Money | None:
    price = dossier.booking.price
    if price is None:
        return None
    paid = dossier.account.earned(price.currency)
    return None if paid.is_zero else paid
