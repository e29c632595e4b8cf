"""Do what the payment provider's callback calls for: the one place that knows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from booking_core.application.caller import system
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.complete_payment import (
    CompletePayment,
    CompletePaymentHandler,
)
from booking_core.application.payment.fail_payment import FailPayment, FailPaymentHandler
from booking_core.application.payment.note_external_refund import (
    NoteExternalRefund,
    NoteExternalRefundHandler,
)
from booking_core.application.payment.progress_payment import (
    ProgressPayment,
    ProgressPaymentHandler,
)
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.domain.kernel.ids import CorrelationId
from booking_core.ports.booking_repository import BookingRepository, Dossier
from booking_core.ports.payment_webhook import Callback, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyCallback:
    """Every act is safe to repeat, so a callback may come twice, late, or out of order."""

    bookings: BookingRepository
    progress_payment: ProgressPaymentHandler
    complete_payment: CompletePaymentHandler
    fail_payment: FailPaymentHandler
    note_external_refund: NoteExternalRefundHandler
    settle_refunds: SettleRefunds
    close_attempts: CloseAttempts

    def __call__(self, callback: Callback, correlation_id: CorrelationId | None = None) -> Dossier:
        """The booking and its money as they are then.

        Raises NotFound for a payment that is not ours, and Overdrawn where a refund is told of
        before the payment that it returns: told again later, it is right.
        """
        # The same principal as reconciliation's: what both tell at once has one effect.
        by = replace(system(callback.tenant_id), correlation_id=correlation_id)
        payment_id, amount = callback.payment_id, callback.amount
        match callback.told:
            case Told.PROCESSING:
                return self.progress_payment(ProgressPayment(payment_id=payment_id), by)
            case Told.FAILED:
                reason = callback.reason or "failed"
                fail = FailPayment(payment_id=payment_id, reason=reason)
                return self._closed(self.fail_payment(fail, by))
            case Told.COMPLETED:
                assert amount is not None  # A callback that tells of money names it.
                complete = CompletePayment(
                    payment_id=payment_id, amount=amount, provider_ref=callback.ref
                )
                return self._closed(self.complete_payment(complete, by))
            case Told.REFUNDED if callback.refund_id is None:
                assert amount is not None
                note = NoteExternalRefund(
                    payment_id=payment_id, amount=amount, provider_ref=callback.ref
                )
                return self.note_external_refund(note, by)
            case Told.REFUNDED:
                # Ours. Asking again tells what came of it, should the first answer be lost.
                self.settle_refunds.of(self.bookings.of_payment(by.tenant_id, payment_id))
                return self.bookings.of_payment(by.tenant_id, payment_id)

    def _closed(self, dossier: Dossier) -> Dossier:
        """With the attempts closed which that ending has made needless."""
        self.close_attempts.of(dossier)
        return dossier
