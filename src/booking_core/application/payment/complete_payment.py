"""Money came: confirm the booking, bring it back, or give the money back (SPEC §4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from booking_core.application.booking.facts import booking_facts, money_facts
from booking_core.application.caller import Caller
from booking_core.application.draft import Page
from booking_core.application.once import Once, Turn
from booking_core.application.payment.facts import attempt_facts
from booking_core.application.payment.give_back import cancel_open_attempts, owe_back_of
from booking_core.application.payment.reinstate import Reinstate
from booking_core.application.payment.settle_refunds import SettleRefunds
from booking_core.domain.booking.late_payment import ON_PAYMENT, Verdict
from booking_core.domain.kernel.ids import PaymentId
from booking_core.domain.kernel.money import Money
from booking_core.ports.booking_repository import BookingRepository, Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletePayment:
    """The provider says that this amount was captured."""

    payment_id: PaymentId
    amount: Money
    provider_ref: str


@dataclass(frozen=True, slots=True)
class Captured:
    """What a capture is told apart by: whoever tells of it again tells of the same."""

    payment_id: PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletePaymentHandler:
    """For the provider's callback and for reconciliation; told twice, it has one effect."""

    once: Once
    bookings: BookingRepository
    reinstate: Reinstate
    settle_refunds: SettleRefunds

    def __call__(self, command: CompletePayment, by: Caller) -> Dossier:
        """The booking and its money as they are then."""
        by.run()
        dossier = self.bookings.of_payment(by.tenant_id, command.payment_id)
        if dossier.account.attempt(command.payment_id).captured is not None:
            # Told again, perhaps because we were cut off before the money went back.
            self.settle_refunds.of(dossier)
            return dossier
        # The payment itself is the key: callbacks that race have one effect, and one answer.
        key = f"captured:{command.payment_id}"
        captured = Captured(command.payment_id)
        outcome = self.once(captured, by, key, lambda turn: self._draft(command, turn))
        self.settle_refunds.of(outcome.dossier)
        return outcome.dossier

    def _draft(self, command: CompletePayment, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.of_payment(draft.by.tenant_id, command.payment_id))
        page.account = page.account.capture(
            command.payment_id, command.amount, draft.now, ref=command.provider_ref
        )
        attempt = page.account.attempt(command.payment_id)
        page.tell("payment.completed", attempt_facts(page.booking, attempt))
        if attempt.captured != attempt.amount:
            page.booking = page.booking.flagged("wrong_payment_amount")
        else:
            self._decide(page, command, turn)
        if page.account.due(page.booking.price) is None:
            cancel_open_attempts(page)  # This payment superseded them.

    def _decide(self, page: Page, command: CompletePayment, turn: Turn) -> None:
        """By the late-payment table; money that is not due, or does not suffice, goes back."""
        draft, booking, amount = turn.draft, page.booking, command.amount
        back = partial(owe_back_of, page, command.payment_id, draft)
        assert page.before is not None
        due = page.before.account.due(booking.price)
        if due is None or amount.amount_minor < due.amount_minor:
            return back(amount, "not_due")
        verdict = ON_PAYMENT[booking.state]
        if verdict is Verdict.CONFIRM:
            page.booking = booking.pay()
            page.tell("booking.confirmed", booking_facts(page.booking) | {"code": booking.code})
        elif verdict is Verdict.REINSTATE_OR_REFUND and not self.reinstate(page, turn):
            page.tell(
                "booking.late_payment", {"bookingId": booking.id, "amount": money_facts(amount)}
            )
            return back(amount, "late_payment")
        elif verdict is Verdict.REFUND and not booking.is_live:
            return back(amount, "booking_is_over")
        return back(amount - due, "surplus")
