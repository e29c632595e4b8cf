"""A payment attempt failed for good."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.reason import reason_code
from booking_core.application.caller import Caller
from booking_core.application.draft import Page
from booking_core.application.once import Once, Turn
from booking_core.application.payment.facts import attempt_facts
from booking_core.application.payment.give_back import cancel_open_attempts
from booking_core.domain.booking.lifecycle import BOOKING_LIFECYCLE, BookingTrigger
from booking_core.domain.kernel.errors import IllegalTransition
from booking_core.domain.kernel.ids import PaymentId
from booking_core.domain.payment.lifecycle import PaymentTrigger
from booking_core.ports.booking_repository import BookingRepository, Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class FailPayment:
    """The provider says that this attempt brings nothing."""

    payment_id: PaymentId
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """What a failure is told apart by: another reason for it does not make it another."""

    payment_id: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class FailPaymentHandler:
    """The hold is kept for another attempt, unless the terms release it or none is left."""

    once: Once
    bookings: BookingRepository

    def __call__(self, command: FailPayment, by: Caller) -> Dossier:
        """The booking as it is then; nothing changes when the attempt is over already."""
        by.run()
        reason_code(command.reason)
        dossier = self.bookings.of_payment(by.tenant_id, command.payment_id)
        if not dossier.account.attempt(command.payment_id).is_open:
            return dossier
        key, failed = f"failed:{command.payment_id}", Failed(command.payment_id)
        try:
            return self.once(failed, by, key, lambda turn: self._draft(command, turn)).dossier
        except IllegalTransition:  # Meanwhile it was paid, or cancelled.
            return self.bookings.of_payment(by.tenant_id, command.payment_id)

    def _draft(self, command: FailPayment, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.of_payment(draft.by.tenant_id, command.payment_id))
        page.account = page.account.moved(
            command.payment_id, PaymentTrigger.FAIL, failure=command.reason
        )
        attempt = page.account.attempt(command.payment_id)
        page.tell(
            "payment.failed",
            attempt_facts(page.booking, attempt) | {"reason": command.reason},
        )
        if _is_hopeless(page):
            page.booking = page.booking.fail("payment_failed")
            page.tell("booking.failed", {"bookingId": page.booking.id, "reason": "payment_failed"})
            cancel_open_attempts(page)


def _is_hopeless(page: Page) -> bool:
    """Whether the hold has nothing to wait for any more."""
    booking, terms = page.booking, page.booking.terms
    if not BOOKING_LIFECYCLE.allows(booking.state, BookingTrigger.FAIL):
        return False
    none_left = len(page.account.attempts) >= terms.attempts_max
    return terms.releases_on_payment_failure or none_left
