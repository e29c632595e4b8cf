"""The customer is at the bank's page: the hold is extended, within bounds."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.extend_hold import extend
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Turn
from booking_core.application.payment.facts import attempt_facts
from booking_core.domain.kernel.errors import IllegalTransition
from booking_core.domain.kernel.ids import PaymentId
from booking_core.domain.payment.lifecycle import PaymentState, PaymentTrigger
from booking_core.ports.booking_repository import BookingRepository, Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPayment:
    """The provider says that this attempt is being worked on."""

    payment_id: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPaymentHandler:
    """So that a buyer who is paying does not lose the hold."""

    once: Once
    bookings: BookingRepository

    def __call__(self, command: ProgressPayment, by: Caller) -> Dossier:
        """The booking as it is then; nothing changes unless the attempt was just created."""
        by.run()
        dossier = self.bookings.of_payment(by.tenant_id, command.payment_id)
        if dossier.account.attempt(command.payment_id).state is not PaymentState.CREATED:
            return dossier
        key = f"processing:{command.payment_id}"
        try:
            return self.once(command, by, key, lambda turn: self._draft(command, turn)).dossier
        except IllegalTransition:  # Meanwhile it came to its end.
            return self.bookings.of_payment(by.tenant_id, command.payment_id)

    def _draft(self, command: ProgressPayment, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.of_payment(draft.by.tenant_id, command.payment_id))
        page.account = page.account.moved(command.payment_id, PaymentTrigger.PROCESS)
        attempt = page.account.attempt(command.payment_id)
        page.tell("payment.processing", attempt_facts(page.booking, attempt))
        page.booking = extend(page.booking, page.account, draft.now)
