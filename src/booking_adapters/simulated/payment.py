"""A payment as the provider knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from booking_adapters.simulated.script import PROMPT, Script, Step, Travel
from booking_core.domain.kernel.ids import RefundId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import (
    PAYMENT_LIFECYCLE,
    PaymentState,
    PaymentTrigger,
)
from booking_core.ports.payment_gateway import (
    IntentRequest,
    ProviderRecord,
    ProviderRefund,
    RefundRefused,
)
from booking_core.ports.payment_webhook import Callback, Told

TRIGGERS = {
    Told.PROCESSING: PaymentTrigger.PROCESS,
    Told.COMPLETED: PaymentTrigger.COMPLETE,
    Told.FAILED: PaymentTrigger.FAIL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Immutable. `token` opens its checkout page; `events` counts the callbacks made of it."""

    asked: IntentRequest
    ref: str
    token: str
    changed_at: datetime
    state: PaymentState = PaymentState.CREATED
    captured: Money | None = None
    failure: str | None = None
    refunds: tuple[ProviderRefund, ...] = ()
    refund_refusal: str | None = None
    refund_travel: Travel = PROMPT
    events: int = 0

    @property
    def record(self) -> ProviderRecord:
        return ProviderRecord(
            provider_ref=self.ref,
            tenant_id=self.asked.tenant_id,
            payment_id=self.asked.payment_id,
            state=self.state,
            captured=self.captured,
            refunds=self.refunds,
            failure=self.failure,
            changed_at=self.changed_at,
        )

    @property
    def left(self) -> Money | None:
        """What was captured and not refunded; None where nothing was captured."""
        if self.captured is None:
            return None
        gone = sum(refund.amount.amount_minor for refund in self.refunds)
        return Money(self.captured.amount_minor - gone, self.captured.currency)

    def following(self, script: Script) -> Payment:
        """The payment, treating refunds as that script says."""
        return replace(
            self, refund_refusal=script.refund_refusal, refund_travel=script.refund_travel
        )

    def refund(self, refund_id: RefundId) -> ProviderRefund | None:
        """The refund that was given for this id."""
        return next((given for given in self.refunds if given.refund_id == refund_id), None)

    def after(self, step: Step, at: datetime) -> tuple[Payment, Callback] | None:
        """The payment after that step and what is told of it; None if it cannot happen now."""
        if self.state is PaymentState.CANCELLED:
            return None  # In our own books money may come after that; not where it is kept out.
        if step.told is Told.REFUNDED:
            amount = step.amount or self.left
            if amount is None or not self._has(amount):
                return None
            return self._given_back(amount, at, refund_id=None)
        trigger = TRIGGERS[step.told]
        if not PAYMENT_LIFECYCLE.allows(self.state, trigger):
            return None
        completes, fails = step.told is Told.COMPLETED, step.told is Told.FAILED
        changed = replace(
            self,
            state=PAYMENT_LIFECYCLE.after(self.state, trigger),
            captured=step.amount or self.asked.amount if completes else None,
            failure=step.reason if fails else None,
            changed_at=at,
            events=self.events + 1,
        )
        return changed, changed._callback(
            step.told, self.ref, amount=changed.captured, reason=changed.failure
        )

    def cancelled(self, at: datetime) -> Payment:
        """The payment, closed to its customer; as it is where somebody has begun to pay."""
        if self.state is not PaymentState.CREATED:
            return self
        return replace(self, state=PaymentState.CANCELLED, changed_at=at)

    def asked_back(
        self, refund_id: RefundId, amount: Money, at: datetime
    ) -> tuple[Payment, Callback]:
        """The payment with this refund, and what is told of it; or RefundRefused."""
        if self.refund_refusal is not None:
            raise RefundRefused(self.refund_refusal)
        if self.captured is None:
            raise RefundRefused("not_captured")
        if not self._has(amount):
            raise RefundRefused("more_than_is_left")
        return self._given_back(amount, at, refund_id)

    def _given_back(
        self, amount: Money, at: datetime, refund_id: RefundId | None
    ) -> tuple[Payment, Callback]:
        given = ProviderRefund(
            ref=f"{self.ref}-refund-{len(self.refunds) + 1}", amount=amount, refund_id=refund_id
        )
        whole = amount == self.left
        trigger = PaymentTrigger.REFUND_ALL if whole else PaymentTrigger.REFUND_PART
        changed = replace(
            self,
            state=PAYMENT_LIFECYCLE.after(self.state, trigger),
            refunds=(*self.refunds, given),
            changed_at=at,
            events=self.events + 1,
        )
        return changed, changed._callback(
            Told.REFUNDED, given.ref, amount=amount, refund_id=refund_id
        )

    def _has(self, amount: Money) -> bool:
        left = self.left
        if left is None or amount.currency != left.currency:
            return False
        return 0 < amount.amount_minor <= left.amount_minor

    def _callback(
        self,
        told: Told,
        ref: str,
        *,
        amount: Money | None = None,
        reason: str | None = None,
        refund_id: RefundId | None = None,
    ) -> Callback:
        return Callback(
            event_id=f"{self.ref}-event-{self.events}",
            told=told,
            tenant_id=self.asked.tenant_id,
            payment_id=self.asked.payment_id,
            ref=ref,
            amount=amount,
            reason=reason,
            refund_id=refund_id,
        )
