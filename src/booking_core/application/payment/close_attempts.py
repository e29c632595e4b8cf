"""Close at the payment provider what nobody shall pay by any more, and note what it says."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.caller import system
from booking_core.application.once import Once, Turn
from booking_core.application.payment.complete_payment import (
    CompletePayment,
    CompletePaymentHandler,
)
from booking_core.application.payment.fail_payment import FailPayment, FailPaymentHandler
from booking_core.application.payment.give_back import cancel_attempt
from booking_core.domain.kernel.errors import IllegalTransition
from booking_core.domain.kernel.ids import BookingId, PaymentId, TenantId
from booking_core.domain.payment.attempt import Attempt
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.booking_repository import BookingRepository, Dossier
from booking_core.ports.payment_gateway import GatewayUnavailable, PaymentGateway


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteClosed:
    """The provider lets nobody pay by this attempt."""

    payment_id: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAttempts:
    """Runs after the commit that gave the attempts up, never inside it.

    Asked twice, the provider cancels once. Should the customer have been quicker, the money meets
    the late-payment table. What cannot be closed now, reconciliation finds open at the provider.
    What another payment service began it has to close: it hears of it by the event.
    """

    once: Once
    bookings: BookingRepository
    gateway: PaymentGateway
    complete_payment: CompletePaymentHandler
    fail_payment: FailPaymentHandler

    def of(self, dossier: Dossier) -> bool:
        """Close what this dossier has given up; whether the provider answered every time."""
        try:
            for attempt in dossier.given_up(self.gateway.name):
                self.one(dossier.booking.tenant_id, attempt)
        except GatewayUnavailable:
            return False
        return True

    def outlived(self, batch: int, after: BookingId | None = None) -> BookingId | None:
        """Close a batch of attempts that outlived their bookings: holds lapse without closing any.

        The booking after which the next batch begins; None at the end, or when the provider does
        not answer.
        """
        dossiers = self.bookings.outlived(batch, after)
        if not all(map(self.of, dossiers)) or len(dossiers) < batch:
            return None
        return dossiers[-1].booking.id

    def one(self, tenant_id: TenantId, attempt: Attempt) -> None:
        """Close this attempt, or hear that it came to its end; GatewayUnavailable."""
        by = system(tenant_id)
        record = self.gateway.cancel(tenant_id, attempt.id)
        if record is not None and record.captured is not None:
            complete = CompletePayment(
                payment_id=attempt.id, amount=record.captured, provider_ref=record.provider_ref
            )
            self.complete_payment(complete, by)
        elif record is not None and record.state is PaymentState.FAILED:
            fail = FailPayment(payment_id=attempt.id, reason=record.failure or "failed")
            self.fail_payment(fail, by)
        elif attempt.is_open and (record is None or record.state is PaymentState.CANCELLED):
            self._note(NoteClosed(payment_id=attempt.id), tenant_id)

    def _note(self, note: NoteClosed, tenant_id: TenantId) -> None:
        try:
            self.once(note, system(tenant_id), None, lambda turn: self._draft(note, turn))
        except IllegalTransition:
            return  # Meanwhile it came to its end, or somebody else noted it.

    def _draft(self, note: NoteClosed, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.of_payment(draft.by.tenant_id, note.payment_id))
        cancel_attempt(page, page.account.attempt(note.payment_id))
