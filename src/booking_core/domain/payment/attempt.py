"""One attempt to pay for a booking, and one refund of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from booking_core.domain.kernel.ids import PaymentId, RefundId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import (
    PAYMENT_LIFECYCLE,
    REFUND_LIFECYCLE,
    PaymentState,
    PaymentTrigger,
    RefundState,
    RefundTrigger,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`number` counts a booking's attempts from 1: (booking, number) is the provider's key.

    `amount` is what was asked for, `captured` what really came. `checkout_url` is where the
    customer pays.
    """

    id: PaymentId
    number: int
    amount: Money
    provider: str
    created_at: datetime
    state: PaymentState = PaymentState.CREATED
    provider_ref: str | None = None
    checkout_url: str | None = None
    captured: Money | None = None
    failure: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the customer may still pay by it."""
        return self.state in (PaymentState.CREATED, PaymentState.PROCESSING)

    def after(self, trigger: PaymentTrigger, **changed: object) -> Attempt:
        return replace(self, state=PAYMENT_LIFECYCLE.after(self.state, trigger), **changed)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back by the way it came; its id is the provider's idempotency key."""

    id: RefundId
    payment_id: PaymentId
    amount: Money
    reason: str
    created_at: datetime
    state: RefundState = RefundState.REQUESTED
    provider_ref: str | None = None
    failure: str | None = None

    def after(self, trigger: RefundTrigger, **changed: object) -> Refund:
        return replace(self, state=REFUND_LIFECYCLE.after(self.state, trigger), **changed)  # type: ignore[arg-type]
