"""All bookings with their money and events, and the orders in which they are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from booking_adapters.memory.frozen_json import frozen
from booking_adapters.memory.sorted_index import SortedIndex
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId, CustomerId, PaymentId, TenantId
from booking_core.domain.payment.lifecycle import RefundState
from booking_core.ports.booking_repository import Dossier


def is_unsettled(dossier: Dossier) -> bool:
    """Whether the payment provider may know more than is written here, or owes a refund."""
    account = dossier.account
    refunding = any(refund.state is not RefundState.SUCCEEDED for refund in account.refunds)
    return refunding or account.open_attempt() is not None


class BookingShelf:
    """Each booking once, as it stands now; every order is kept up as bookings are put."""

    def __init__(self) -> None:
        self._dossiers: dict[tuple[TenantId, BookingId], Dossier] = {}
        self._events: dict[tuple[TenantId, BookingId], tuple[DomainEvent, ...]] = {}
        self._paid_for: dict[tuple[TenantId, PaymentId], BookingId] = {}
        self._holds: dict[tuple[TenantId, CustomerId], dict[BookingId, Booking]] = defaultdict(dict)
        self._by_age: dict[TenantId, SortedIndex[tuple[datetime, BookingId]]] = defaultdict(
            SortedIndex
        )
        self._by_deadline: SortedIndex[tuple[datetime, TenantId, BookingId]] = SortedIndex()
        self._unsettled: SortedIndex[tuple[BookingId, TenantId]] = SortedIndex()

    def put(self, dossier: Dossier) -> None:
        """Keep this in place of what stood there."""
        tenant_id, booking_id = dossier.booking.tenant_id, dossier.booking.id
        standing = self._dossiers.get((tenant_id, booking_id))
        if standing is not None:
            self._unindex(standing)
        self._dossiers[tenant_id, booking_id] = dossier
        self._index(dossier)

    def tell(self, event: DomainEvent) -> DomainEvent:
        """Add an event to the history of its booking; the event as it is kept."""
        key = event.tenant_id, event.booking_id
        # Whoever handed it in may still hold the dict that its data came in.
        kept = replace(event, data=frozen(event.data))
        self._events[key] = (*self._events.get(key, ()), kept)
        return kept

    def get(self, tenant_id: TenantId, booking_id: BookingId) -> Dossier | None:
        """The booking with its money, if there is one."""
        return self._dossiers.get((tenant_id, booking_id))

    def history(self, tenant_id: TenantId, booking_id: BookingId) -> Sequence[DomainEvent]:
        """Its events in order."""
        return self._events.get((tenant_id, booking_id), ())

    def paid_by(self, tenant_id: TenantId, payment_id: PaymentId) -> Dossier | None:
        """The booking that this payment is for, if there is one."""
        booking_id = self._paid_for.get((tenant_id, payment_id))
        return None if booking_id is None else self._dossiers[tenant_id, booking_id]

    def holds(self, tenant_id: TenantId, customer_id: CustomerId) -> Mapping[BookingId, Booking]:
        """What the customer holds and has not confirmed, overdue or not."""
        return self._holds.get((tenant_id, customer_id), {})

    def newest(
        self, tenant_id: TenantId, before: tuple[datetime, BookingId] | None
    ) -> Iterator[Dossier]:
        """A tenant's bookings that were made before that one, last made first."""
        for _, booking_id in self._by_age.get(tenant_id, SortedIndex()).below(before):
            yield self._dossiers[tenant_id, booking_id]

    def by_deadline(self) -> Iterator[Booking]:
        """All holds, the first to lapse first."""
        for _, tenant_id, booking_id in self._by_deadline.above():
            yield self._dossiers[tenant_id, booking_id].booking

    def unsettled(self, after: BookingId | None) -> Iterator[Dossier]:
        """What reconciliation has to look at, by id."""
        start = None if after is None else (after, TenantId(""))
        for booking_id, tenant_id in self._unsettled.above(start):
            if booking_id != after:
                yield self._dossiers[tenant_id, booking_id]

    def __iter__(self) -> Iterator[Dossier]:
        return iter(self._dossiers.values())

    def _index(self, dossier: Dossier) -> None:
        booking = dossier.booking
        self._by_age[booking.tenant_id].add((booking.created_at, booking.id))
        for attempt in dossier.account.attempts:
            self._paid_for[booking.tenant_id, attempt.id] = booking.id
        if booking.is_held:
            self._holds[booking.tenant_id, booking.customer_id][booking.id] = booking
        if booking.expires_at is not None:
            self._by_deadline.add((booking.expires_at, booking.tenant_id, booking.id))
        if is_unsettled(dossier):
            self._unsettled.add((booking.id, booking.tenant_id))

    def _unindex(self, dossier: Dossier) -> None:
        booking = dossier.booking
        self._by_age[booking.tenant_id].remove((booking.created_at, booking.id))
        if booking.is_held:
            holds = self._holds[booking.tenant_id, booking.customer_id]
            del holds[booking.id]
            if not holds:
                del self._holds[booking.tenant_id, booking.customer_id]
        if booking.expires_at is not None:
            self._by_deadline.remove((booking.expires_at, booking.tenant_id, booking.id))
        if is_unsettled(dossier):
            self._unsettled.remove((booking.id, booking.tenant_id))
