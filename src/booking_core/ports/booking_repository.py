"""Where bookings, and the money of each, rest between commands."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import (
    BookingId,
    CustomerId,
    PaymentId,
    ProviderId,
    ResourceId,
    TenantId,
)
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.account import Account
from booking_core.domain.payment.attempt import Attempt
from booking_core.domain.payment.lifecycle import PaymentState
from booking_core.ports.page import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A booking and its money, as they stood together at one moment."""

    booking: Booking
    account: Account

    @property
    def due(self) -> Money | None:
        """What can be paid for it; None where nothing is due, or nothing is held for it."""
        return self.account.due(self.booking.price) if self.booking.is_live else None

    def given_up(self, provider: str) -> tuple[Attempt, ...]:
        """That provider's attempts which brought nothing, and by which nobody shall pay."""
        over = {PaymentState.CANCELLED}
        if self.due is None:
            over |= {PaymentState.CREATED, PaymentState.PROCESSING}
        return tuple(a for a in self.account.attempts if a.provider == provider and a.state in over)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilter:
    """Which bookings to list; None does not narrow."""

    customer_id: CustomerId | None = None
    provider_id: ProviderId | None = None
    resource_id: ResourceId | None = None
    state: BookingState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueHold:
    """As much of an overdue hold as expiring it takes; sweepers read them by the thousand."""

    tenant_id: TenantId
    booking_id: BookingId
    state: BookingState
    version: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCount:
    """How many holds stand, and how many are over and were not expired yet."""

    live: int
    overdue: int


class BookingRepository(Protocol):
    """Reads only: every write goes through the unit of work.

    Contract: tests/contract/test_booking_repository.py.
    """

    @abstractmethod
    def get(self, tenant_id: TenantId, booking_id: BookingId) -> Dossier:
        """The booking with its money, or NotFound."""
        ...

    @abstractmethod
    def get_many(self, tenant_id: TenantId, booking_ids: Sequence[BookingId]) -> Sequence[Dossier]:
        """Those bookings, by id, or NotFound if one is missing; in one query."""
        ...

    @abstractmethod
    def of_payment(self, tenant_id: TenantId, payment_id: PaymentId) -> Dossier:
        """The booking that this payment is for, or NotFound."""
        ...

    @abstractmethod
    def page(self, tenant_id: TenantId, wanted: BookingFilter, page: PageRequest) -> Page[Dossier]:
        """Newest first."""
        ...

    @abstractmethod
    def history(
        self, tenant_id: TenantId, booking_id: BookingId, page: PageRequest
    ) -> Page[DomainEvent]:
        """Its events in order; the cursor is a sequence number."""
        ...

    @abstractmethod
    def overdue(self, now: datetime, limit: int) -> Sequence[OverdueHold]:
        """Holds whose time is over, of all tenants, longest overdue first."""
        ...

    @abstractmethod
    def holds(self, now: datetime, most: int) -> HoldCount:
        """Of all tenants; neither number is counted further than `most`."""
        ...

    @abstractmethod
    def unsettled(self, limit: int, after: BookingId | None = None) -> Sequence[Dossier]:
        """Bookings of all tenants with an open attempt, or with a refund that is not done, by id.

        What reconciliation compares with the payment provider.
        """
        ...

    @abstractmethod
    def outlived(self, limit: int, after: BookingId | None = None) -> Sequence[Dossier]:
        """Bookings of all tenants that hold nothing any more and have an open attempt, by id."""
        ...
