"""All the money of one booking: attempts to pay, refunds, and the transfers they made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from booking_core.domain.kernel.errors import BookingError, Kind, NotFound
from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money, positive
from booking_core.domain.payment.attempt import Attempt, Refund
from booking_core.domain.payment.ledger import (
    Balance,
    LedgerAccount,
    Overdrawn,
    Transfer,
    balance,
)
from booking_core.domain.payment.lifecycle import (
    PaymentState,
    PaymentTrigger,
    RefundState,
    RefundTrigger,
)


@dataclass(eq=False)
class TooManyAttempts(BookingError):
    """This booking may be paid for {attempts_max} times, and was"""

    code = "too-many-attempts"
    kind = Kind.CONFLICT
    attempts_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Immutable; rides under its booking's version, so two writers cannot both win."""

    attempts: tuple[Attempt, ...] = ()
    refunds: tuple[Refund, ...] = ()
    transfers: tuple[Transfer, ...] = ()

    @property
    def state(self) -> PaymentState:
        """The booking's payment state: of the attempt that brought money, else of the last."""
        paid = [a for a in self.attempts if a.captured is not None]
        latest = paid or self.attempts
        return latest[-1].state if latest else PaymentState.NONE

    def balance(self, currency: str) -> Balance:
        return balance(self.transfers, currency)

    def earned(self, currency: str) -> Money:
        """What counts towards the price: kept, and not in suspense."""
        sides = ((t.credit, t.debit, t.amount) for t in self.transfers)
        total = sum(
            amount.amount_minor * ((credit is LedgerAccount.KEPT) - (debit is LedgerAccount.KEPT))
            for credit, debit, amount in sides
            if amount.currency == currency
        )
        return Money(total, currency)

    def due(self, price: Money | None) -> Money | None:
        """What is still to be paid of that price; None where nothing is."""
        if price is None:
            return None
        left = price.amount_minor - self.earned(price.currency).amount_minor
        return Money(left, price.currency) if left > 0 else None

    def attempt(self, payment_id: PaymentId) -> Attempt:
        """The attempt of that id, or NotFound."""
        for attempt in self.attempts:
            if attempt.id == payment_id:
                return attempt
        raise NotFound("payment", payment_id)

    def open_attempt(self) -> Attempt | None:
        """The attempt by which the customer may pay now, if there is one."""
        return next((attempt for attempt in self.attempts if attempt.is_open), None)

    def begin(self, attempt: Attempt, attempts_max: int) -> Account:
        """With one more attempt, or TooManyAttempts."""
        if len(self.attempts) >= attempts_max:
            raise TooManyAttempts(attempts_max)
        return replace(self, attempts=(*self.attempts, attempt))

    def noted(self, attempt: Attempt) -> Account:
        """With an attempt that somebody else began: it is a fact, whatever the terms allow."""
        return replace(self, attempts=(*self.attempts, attempt))

    def moved(self, payment_id: PaymentId, trigger: PaymentTrigger, **changed: object) -> Account:
        """With that attempt moved along its lifecycle, or IllegalTransition."""
        return self._with(self.attempt(payment_id).after(trigger, **changed))

    def with_session(self, payment_id: PaymentId, ref: str, checkout_url: str | None) -> Account:
        """With what the provider said of that attempt."""
        attempt = self.attempt(payment_id)
        return self._with(replace(attempt, provider_ref=ref, checkout_url=checkout_url))

    def capture(
        self, payment_id: PaymentId, captured: Money, at: datetime, *, ref: str | None = None
    ) -> Account:
        """With money that came: kept if it is what was asked for, in suspense if it is not."""
        attempt = self.attempt(payment_id)
        paid = attempt.after(
            PaymentTrigger.COMPLETE,
            captured=positive("amount", captured),
            provider_ref=ref or attempt.provider_ref,
        )
        to = LedgerAccount.KEPT if captured == attempt.amount else LedgerAccount.SUSPENSE
        return self._with(paid)._told(LedgerAccount.PROVIDER, to, captured, at, payment_id)

    def owe_back(self, amount: Money, at: datetime, *, reason: str, ids: Iterable[str]) -> Account:
        """With refunds requested for that amount, newest payments first, or Overdrawn.

        Of what was earned: money in suspense waits for a person. `ids` gives a fresh id for each
        refund.
        """
        account, left, fresh = self, amount, iter(ids)
        for attempt in reversed(self.attempts):
            if _where_kept(attempt) is not LedgerAccount.KEPT:
                continue
            part = min(left.amount_minor, account.refundable(attempt, amount.currency))
            if part > 0:
                account = account.request_refund(
                    RefundId(next(fresh)), attempt.id, Money(part, amount.currency), at, reason
                )
                left -= Money(part, amount.currency)
        if not left.is_zero:
            raise Overdrawn(LedgerAccount.KEPT.value, str(amount))
        return account

    def request_refund(
        self, refund_id: RefundId, payment_id: PaymentId, amount: Money, at: datetime, reason: str
    ) -> Account:
        """With that much of one payment owed back, or Overdrawn if it does not hold so much."""
        attempt = self.attempt(payment_id)
        positive("amount", amount)
        if amount.amount_minor > self.refundable(attempt, amount.currency):
            raise Overdrawn(LedgerAccount.KEPT.value, str(amount))
        refund = Refund(
            id=refund_id, payment_id=payment_id, amount=amount, reason=reason, created_at=at
        )
        asked = replace(self, refunds=(*self.refunds, refund))
        return asked._told(
            _where_kept(attempt), LedgerAccount.DUE_BACK, amount, at, payment_id, refund_id
        )

    def refundable(self, attempt: Attempt, currency: str) -> int:
        """Minor units of that payment which are neither refunded nor owed back yet."""
        if attempt.captured is None or attempt.captured.currency != currency:
            return 0
        owed = sum(r.amount.amount_minor for r in self.refunds if r.payment_id == attempt.id)
        return attempt.captured.amount_minor - owed

    def refund(self, refund_id: RefundId) -> Refund:
        """The refund of that id, or NotFound."""
        for refund in self.refunds:
            if refund.id == refund_id:
                return refund
        raise NotFound("refund", refund_id)

    def refund_succeeded(self, refund_id: RefundId, at: datetime, ref: str) -> Account:
        """With the money gone back, and its payment refunded in part or in full."""
        refund = self.refund(refund_id)
        done = self._with_refund(refund.after(RefundTrigger.SUCCEED, provider_ref=ref))
        told = done._told(
            LedgerAccount.DUE_BACK,
            LedgerAccount.PROVIDER,
            refund.amount,
            at,
            refund.payment_id,
            refund_id,
        )
        return told.moved(refund.payment_id, told._refund_trigger(refund.payment_id))

    def refund_failed(self, refund_id: RefundId, why: str) -> Account:
        """With the refund failed: the money is still owed."""
        return self._with_refund(self.refund(refund_id).after(RefundTrigger.FAIL, failure=why))

    def refund_retried(self, refund_id: RefundId) -> Account:
        return self._with_refund(self.refund(refund_id).after(RefundTrigger.RETRY, failure=None))

    def outstanding_refunds(self, provider: str) -> tuple[Refund, ...]:
        """Refunds of payments that this provider took, which it has still to be asked for."""
        return self._refunds(RefundState.REQUESTED, provider)

    def refused_refunds(self, provider: str) -> tuple[Refund, ...]:
        """Refunds that this provider refused: still owed."""
        return self._refunds(RefundState.FAILED, provider)

    def _refunds(self, state: RefundState, provider: str) -> tuple[Refund, ...]:
        theirs = {attempt.id for attempt in self.attempts if attempt.provider == provider}
        return tuple(r for r in self.refunds if r.state is state and r.payment_id in theirs)

    def _refund_trigger(self, payment_id: PaymentId) -> PaymentTrigger:
        captured = self.attempt(payment_id).captured
        assert captured is not None  # Only a captured payment can be refunded.
        returned = sum(
            r.amount.amount_minor
            for r in self.refunds
            if r.payment_id == payment_id and r.state is RefundState.SUCCEEDED
        )
        whole = returned == captured.amount_minor
        return PaymentTrigger.REFUND_ALL if whole else PaymentTrigger.REFUND_PART

    def _with(self, changed: Attempt) -> Account:
        return replace(
            self, attempts=tuple(changed if a.id == changed.id else a for a in self.attempts)
        )

    def _with_refund(self, changed: Refund) -> Account:
        return replace(
            self, refunds=tuple(changed if r.id == changed.id else r for r in self.refunds)
        )

    def _told(
        self,
        debit: LedgerAccount,
        credit: LedgerAccount,
        amount: Money,
        at: datetime,
        payment_id: PaymentId,
        refund_id: RefundId | None = None,
    ) -> Account:
        transfer = Transfer(
            debit=debit,
            credit=credit,
            amount=amount,
            at=at,
            payment_id=payment_id,
            refund_id=refund_id,
        )
        return replace(self, transfers=(*self.transfers, transfer))


def _where_kept(attempt: Attempt) -> LedgerAccount:
    """A payment of the right amount was earned; any other waits in suspense."""
    right = attempt.captured == attempt.amount
    return LedgerAccount.KEPT if right else LedgerAccount.SUSPENSE


EMPTY_ACCOUNT = Account()
