"""What the payment provider tells of its own accord, and by whom it may be told."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from booking_core.domain.kernel.errors import BookingError, InvalidInput, Kind
from booking_core.domain.kernel.ids import PaymentId, RefundId, TenantId
from booking_core.domain.kernel.money import Money, positive


class Told(StrEnum):
    """What has become of a payment, in the words of our own events (SPEC §5)."""

    PROCESSING = "payment.processing"
    COMPLETED = "payment.completed"
    FAILED = "payment.failed"
    REFUNDED = "payment.refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One thing that the provider tells; it may tell it again, late, or in any order.

    `ref` is the provider's own name: of the refund where one is told of, else of the payment.
    `amount` is what was captured or refunded, `reason` why a payment failed. `refund_id` names
    the refund that we asked for; None where the provider gave money back of its own accord.
    """

    event_id: str
    told: Told
    tenant_id: TenantId
    payment_id: PaymentId
    ref: str
    amount: Money | None = None
    reason: str | None = None
    refund_id: RefundId | None = None

    def __post_init__(self) -> None:
        money = self.told in (Told.COMPLETED, Told.REFUNDED)
        if (self.amount is not None) is not money:
            raise InvalidInput("amount", "the money that came or went, and nothing where none did")
        if self.amount is not None:
            positive("amount", self.amount)
        if (self.reason is not None) is not (self.told is Told.FAILED):
            raise InvalidInput("reason", "why it failed, and nothing where it did not")
        if self.refund_id is not None and self.told is not Told.REFUNDED:
            raise InvalidInput("refundId", "nothing but for a refund")


@dataclass(eq=False)
class SignatureRefused(BookingError):
    """The signature is {reason}"""

    code = "signature-refused"
    kind = Kind.UNAUTHENTICATED
    reason: str  # missing, malformed, outdated or wrong


class PaymentWebhook(Protocol):
    """Reads the provider's requests; contract: tests/contract/test_payment_webhook.py.

    `name` is the provider's, as in its gateway, and the last part of the route.
    """

    name: str

    @abstractmethod
    def callbacks(self, headers: Mapping[str, str], body: bytes) -> Sequence[Callback]:
        """What the request tells, or SignatureRefused, or InvalidInput naming the field.

        `headers` by lower-case name. The signature covers the raw bytes, and is judged before
        any of them is read; a request that is signed but tells nothing of ours gives no callback.
        """
        ...
