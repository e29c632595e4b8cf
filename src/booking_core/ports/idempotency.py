"""Answers given before, by the key of the request."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.ids import PaymentId, TenantId
from booking_core.domain.payment.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """A key belongs to one principal of one tenant and to one operation."""

    tenant_id: TenantId
    principal: str
    operation: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered to a request: the same request gets it again.

    `fingerprint` tells another request under the same key apart.
    """

    request: RequestKey
    fingerprint: str
    at: datetime
    booking: Booking
    account: Account
    payment_id: PaymentId | None = None


class Idempotency(Protocol):
    """Contract: tests/contract/test_idempotency.py."""

    @abstractmethod
    def answer(self, request: RequestKey) -> Answer | None:
        """What was answered to this request, if it was."""
        ...

    @abstractmethod
    def forget(self, before: datetime, limit: int) -> int:
        """Drop at most `limit` answers older than that; how many went."""
        ...
