"""The payment provider."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_core.domain.kernel.errors import BookingError, Kind
from booking_core.domain.kernel.ids import BookingId, PaymentId, RefundId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.lifecycle import PaymentState

RECORDS_MOST = 1000  # In one answer.


@dataclass(eq=False)
class GatewayUnavailable(BookingError):
    """The payment provider {provider} does not answer"""

    code = "payment-provider-unavailable"
    kind = Kind.BUSY
    provider: str


@dataclass(eq=False)
class RefundRefused(BookingError):
    """The payment provider refused the refund: {reason}"""

    code = "refund-refused"
    kind = Kind.CONFLICT
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRequest:
    """(booking, attempt) is the key: asking twice makes one intent."""

    tenant_id: TenantId
    booking_id: BookingId
    payment_id: PaymentId
    attempt: int
    amount: Money
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSession:
    """What the customer needs to pay."""

    provider_ref: str
    checkout_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRefund:
    """Money that the provider gave back; `refund_id` is None where we had not asked for it."""

    ref: str
    amount: Money
    refund_id: RefundId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRecord:
    """What the provider knows of one payment; its refunds in the order in which it gave them."""

    provider_ref: str
    tenant_id: TenantId
    payment_id: PaymentId
    state: PaymentState
    captured: Money | None
    refunds: tuple[ProviderRefund, ...]
    failure: str | None
    changed_at: datetime


class PaymentGateway(Protocol):
    """Called outside transactions only; contract: tests/contract/test_payment_gateway.py.

    Every method may raise GatewayUnavailable: then the outcome is unknown, and the same call
    with the same key is safe.
    """

    name: str

    @abstractmethod
    def create_intent(self, request: IntentRequest) -> PaymentSession:
        """Open a payment, or return the one that this key opened."""
        ...

    @abstractmethod
    def find(self, tenant_id: TenantId, payment_id: PaymentId) -> ProviderRecord | None:
        """What the provider knows of this payment; None if it never heard of it."""
        ...

    @abstractmethod
    def cancel(self, tenant_id: TenantId, payment_id: PaymentId) -> ProviderRecord | None:
        """Let nobody pay by it any more; what the provider knows of it then, None if nothing.

        Its state says what became of it: CANCELLED, also when it was so before; or, since there is
        nothing left to cancel, whatever it is. PROCESSING is money on its way, which cannot be
        stopped: it will be told of, as paid or as failed.
        """
        ...

    @abstractmethod
    def refund(
        self, tenant_id: TenantId, payment_id: PaymentId, refund_id: RefundId, amount: Money
    ) -> str:
        """Give money back once per refund id; the provider's reference, or RefundRefused."""
        ...

    @abstractmethod
    def changed_since(
        self, since: datetime, limit: int, after: str | None = None
    ) -> Sequence[ProviderRecord]:
        """At most so many payments that changed at or after that instant, oldest change first.

        Of those that changed at one instant, by provider_ref; at `since` itself only the ones
        beyond `after`. So the last record of a page says where the next begins. InvalidInput unless
        the limit is 1 to 1000.
        """
        ...
