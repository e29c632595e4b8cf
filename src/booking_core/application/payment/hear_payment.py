"""Another payment service tells of a payment that it took by itself, for a booking of ours."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from booking_core.application.caller import Caller
from booking_core.application.once import Once, Turn
from booking_core.application.payment.close_attempts import CloseAttempts
from booking_core.application.payment.complete_payment import (
    CompletePayment,
    CompletePaymentHandler,
)
from booking_core.application.payment.facts import attempt_facts
from booking_core.application.payment.fail_payment import FailPayment, FailPaymentHandler
from booking_core.application.payment.note_external_refund import (
    NoteExternalRefund,
    NoteExternalRefundHandler,
)
from booking_core.application.payment.progress_payment import (
    ProgressPayment,
    ProgressPaymentHandler,
)
from booking_core.application.payment.settle_refunds import NoteRefund, SettleRefunds
from booking_core.domain.kernel.errors import BookingError, InvalidInput, Kind
from booking_core.domain.kernel.ids import BookingId, PaymentId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.attempt import Attempt
from booking_core.ports.booking_repository import BookingRepository, Dossier
from booking_core.ports.payment_webhook import Told


@dataclass(eq=False)
class NothingToPay(BookingError):
    """The booking {booking_id} has no price, and the message names no amount"""

    code = "nothing-to-pay"
    kind = Kind.CONFLICT
    booking_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearPayment:
    """What the service tells. `ref` is its own name for the payment, or None if it names none.

    `amount` is None where the service does not repeat it: then it is what was asked for. For a
    refund `refund_ref` is the service's name for it.
    """

    service: str
    told: Told
    booking_id: BookingId
    ref: str | None
    amount: Money | None = None
    reason: str = "payment_failed"
    refund_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What an attempt that somebody else began is told apart by."""

    service: str
    booking_id: BookingId
    ref: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HearPaymentHandler:
    """Told twice, late or out of order, it has one effect: the payment is found by its name.

    An attempt that we do not know yet is noted first, in a commit of its own, and then meets the
    same fate as those of our own provider.
    """

    once: Once
    bookings: BookingRepository
    progress_payment: ProgressPaymentHandler
    complete_payment: CompletePaymentHandler
    fail_payment: FailPaymentHandler
    note_external_refund: NoteExternalRefundHandler
    settle_refunds: SettleRefunds
    close_attempts: CloseAttempts

    def __call__(self, command: HearPayment, by: Caller) -> Dossier:
        """The booking and its money as they are then.

        Raises NotFound for a booking that is not ours, NothingToPay, and Overdrawn where a refund
        is told of before the payment that it returns: told again later, it is right.
        """
        by.run()
        dossier = self.bookings.get(by.tenant_id, command.booking_id)
        attempt = _known(dossier.account, command) or self._noted(command, by)
        match command.told:
            case Told.PROCESSING:
                return self.progress_payment(ProgressPayment(payment_id=attempt.id), by)
            case Told.FAILED:
                fail = FailPayment(payment_id=attempt.id, reason=command.reason)
                return self.fail_payment(fail, by)
            case Told.COMPLETED:
                complete = CompletePayment(
                    payment_id=attempt.id,
                    amount=command.amount or attempt.amount,
                    provider_ref=command.ref or attempt.provider_ref or attempt.id,
                )
                paid = self.complete_payment(complete, by)
                self.close_attempts.of(paid)  # Our own provider's, which it has superseded.
                return paid
            case Told.REFUNDED:
                return self._refunded(command, attempt, by)

    def _noted(self, command: HearPayment, by: Caller) -> Attempt:
        heard = Heard(command.service, command.booking_id, command.ref)
        # The service's names may be longer than a key, and have letters that a key has not.
        digest = blake2b(repr(heard).encode(), digest_size=16).hexdigest()
        outcome = self.once(heard, by, f"heard:{digest}", lambda turn: self._draft(command, turn))
        assert outcome.payment_id is not None  # The draft names it.
        now = self.bookings.of_payment(by.tenant_id, outcome.payment_id)
        return now.account.attempt(outcome.payment_id)

    def _draft(self, command: HearPayment, turn: Turn) -> None:
        draft = turn.draft
        page = draft.open(self.bookings.get(draft.by.tenant_id, command.booking_id))
        attempt = _known(page.account, command)
        if attempt is None:
            asked = page.account.due(page.booking.price) or command.amount or page.booking.price
            if asked is None:
                raise NothingToPay(page.booking.id)
            attempt = Attempt(
                id=PaymentId(draft.ids.one()),
                number=len(page.account.attempts) + 1,
                amount=asked,
                provider=command.service,
                created_at=draft.now,
                provider_ref=command.ref,
            )
            page.account = page.account.noted(attempt)
            page.tell("payment.created", attempt_facts(page.booking, attempt))
        draft.payment_id = attempt.id

    def _refunded(self, command: HearPayment, attempt: Attempt, by: Caller) -> Dossier:
        """The answer to a refund that we asked for, if there is one of that amount, else news."""
        if command.amount is None or command.refund_ref is None:
            raise InvalidInput("refundId", "the service's name for the refund, and its amount")
        dossier = self.bookings.of_payment(by.tenant_id, attempt.id)
        account = dossier.account
        if any(refund.provider_ref == command.refund_ref for refund in account.refunds):
            return dossier
        for refund in account.outstanding_refunds(attempt.provider):
            if refund.payment_id == attempt.id and refund.amount == command.amount:
                note = NoteRefund(
                    booking_id=command.booking_id, refund_id=refund.id, ref=command.refund_ref
                )
                self.settle_refunds.note(note, by.tenant_id)
                return self.bookings.of_payment(by.tenant_id, attempt.id)
        external = NoteExternalRefund(
            payment_id=attempt.id, amount=command.amount, provider_ref=command.refund_ref
        )
        return self.note_external_refund(external, by)


def _known(account: Account, command: HearPayment) -> Attempt | None:
    """The attempt that the service means.

    By our own name for it or by the service's. A name that is told only at the end belongs to the
    one that is open. A service that names none means that one too, or else its last: it repeats
    itself.
    """
    for attempt in account.attempts:
        if attempt.id == command.ref:
            return attempt
    theirs = [attempt for attempt in account.attempts if attempt.provider == command.service]
    for attempt in theirs:
        if attempt.provider_ref is not None and attempt.provider_ref == command.ref:
            return attempt
    for attempt in reversed(theirs):
        if attempt.is_open and (attempt.provider_ref is None or command.ref is None):
            return attempt
    return theirs[-1] if theirs and command.ref is None else None
