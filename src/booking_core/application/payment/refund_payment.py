"""Give money back by the provider's own wish."""

from __future__ import annotations

from dataclasses import dataclass

from booking_core.application.booking.reason import reason_code
from booking_core.application.caller import Caller
from booking_core.application.once import Once, Outcome, Turn
from booking_core.application.payment.give_back import owe
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.ports.booking_repository import BookingRepository, Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayment:
    """So much of one payment; without an amount, all that is left of it."""

    payment_id: PaymentId
    amount: Money | None = None
    reason: str = "goodwill"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPaymentHandler:
    """For the provider whose sale it was. The booking itself stays as it is."""

    once: Once
    bookings: BookingRepository
    settle_refunds: SettleRefunds

    def __call__(self, command: RefundPayment, by: Caller, key: str | None = None) -> Outcome:
        """The booking with the refund asked for, or Overdrawn: never more than was captured."""
        reason_code(command.reason)
        outcome = self.once(command, by, key, lambda turn: self._draft(command, turn))
        self.settle_refunds.of(outcome.dossier)
        return outcome

    def _sold(self, payment_id: PaymentId, by: Caller) -> Dossier:
        dossier = self.bookings.of_payment(by.tenant_id, payment_id)
        try:
            return by.sell(dossier)
        except NotFound:  # Somebody else's: as if there were no such payment.
            raise NotFound("payment", payment_id) from None

    def _draft(self, command: RefundPayment, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self._sold(command.payment_id, draft.by))
        attempt = page.account.attempt(command.payment_id)
        if attempt.captured is None:
            raise InvalidInput("paymentId", "a payment that was captured")
        currency = attempt.captured.currency
        left = Money(page.account.refundable(attempt, currency), currency)
        owe(
            page,
            page.account.request_refund(
                RefundId(draft.ids.one()),
                attempt.id,
                command.amount or left,
                draft.now,
                command.reason,
            ),
        )
