"""Where bookings, and the money of each, rest in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

from booking_adapters.memory.listing import first_page
from booking_adapters.memory.state import State
from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.errors import InvalidInput, NotFound
from booking_core.domain.kernel.events import DomainEvent
from booking_core.domain.kernel.ids import BookingId, PaymentId, TenantId
from booking_core.domain.kernel.span import from_microseconds, to_microseconds
from booking_core.ports.booking_repository import (
    BookingFilter,
    BookingRepository,
    Dossier,
    HoldCount,
    OverdueHold,
)
from booking_core.ports.page import Page, PageRequest


@dataclass(frozen=True, slots=True)
class MemoryBookingRepository(BookingRepository):
    """Reads of one shelf; a page is cut from an order that is kept, never sorted anew."""

    state: State

    def get(self, tenant_id: TenantId, booking_id: BookingId) -> Dossier:
        with self.state.lock:
            return _found("booking", booking_id, self.state.bookings.get(tenant_id, booking_id))

    def get_many(self, tenant_id: TenantId, booking_ids: Sequence[BookingId]) -> Sequence[Dossier]:
        with self.state.lock:
            return tuple(self.get(tenant_id, booking_id) for booking_id in sorted(booking_ids))

    def of_payment(self, tenant_id: TenantId, payment_id: PaymentId) -> Dossier:
        with self.state.lock:
            dossier = self.state.bookings.paid_by(tenant_id, payment_id)
            return _found("payment", payment_id, dossier)

    def page(self, tenant_id: TenantId, wanted: BookingFilter, page: PageRequest) -> Page[Dossier]:
        before = None if page.after is None else _age(page.after)
        with self.state.lock:
            newest = self.state.bookings.newest(tenant_id, before)
            matching = (dossier for dossier in newest if _matches(dossier.booking, wanted))
            return first_page(matching, page.limit, _age_cursor)

    def history(
        self, tenant_id: TenantId, booking_id: BookingId, page: PageRequest
    ) -> Page[DomainEvent]:
        after = 0 if page.after is None else _sequence(page.after)
        with self.state.lock:
            self.get(tenant_id, booking_id)
            told = self.state.bookings.history(tenant_id, booking_id)
        following = (event for event in told if event.sequence > after)
        return first_page(following, page.limit, lambda event: str(event.sequence))

    def overdue(self, now: datetime, limit: int) -> Sequence[OverdueHold]:
        with self.state.lock:
            holds = takewhile(lambda b: b.is_overdue(now), self.state.bookings.by_deadline())
            return tuple(_overdue_hold(booking) for booking in islice(holds, limit))

    def holds(self, now: datetime, most: int) -> HoldCount:
        with self.state.lock:
            overdue = [booking.is_overdue(now) for booking in self.state.bookings.by_deadline()]
        return HoldCount(
            live=min(overdue.count(False), most), overdue=min(overdue.count(True), most)
        )

    def unsettled(self, limit: int, after: BookingId | None = None) -> Sequence[Dossier]:
        with self.state.lock:
            return tuple(islice(self.state.bookings.unsettled(after), limit))

    def outlived(self, limit: int, after: BookingId | None = None) -> Sequence[Dossier]:
        with self.state.lock:
            unsettled = self.state.bookings.unsettled(after)
            return tuple(islice(filter(_is_outlived, unsettled), limit))


def _is_outlived(dossier: Dossier) -> bool:
    return not dossier.booking.is_live and dossier.account.open_attempt() is not None


def _found(noun: str, id: str, dossier: Dossier | None) -> Dossier:
    if dossier is None:
        raise NotFound(noun, id)
    return dossier


def _matches(booking: Booking, wanted: BookingFilter) -> bool:
    return (
        wanted.customer_id in (None, booking.customer_id)
        and wanted.provider_id in (None, booking.provider_id)
        and wanted.state in (None, booking.state)
        and (
            wanted.resource_id is None
            or any(item.resource_id == wanted.resource_id for item in booking.items)
        )
    )


def _overdue_hold(booking: Booking) -> OverdueHold:
    return OverdueHold(
        tenant_id=booking.tenant_id,
        booking_id=booking.id,
        state=booking.state,
        version=booking.version,
        sequence=booking.sequence,
    )


def _age_cursor(dossier: Dossier) -> str:
    return f"{to_microseconds(dossier.booking.created_at)}:{dossier.booking.id}"


def _age(cursor: str) -> tuple[datetime, BookingId]:
    moment, colon, booking_id = cursor.partition(":")
    if not colon:
        raise InvalidInput("after", "the cursor of an earlier answer")
    return from_microseconds(_whole(moment)), BookingId(booking_id)


def _sequence(cursor: str) -> int:
    return _whole(cursor)


def _whole(digits: str) -> int:
    # Nothing that was ever handed out is longer, and int() of a long text takes a long time.
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 17):
        raise InvalidInput("after", "the cursor of an earlier answer")
    return int(digits)
