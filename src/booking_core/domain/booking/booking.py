"""A booking: a customer's claims, all or nothing, with its state, price and terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from booking_core.domain.booking.code import Code
from booking_core.domain.booking.item import Item
from booking_core.domain.booking.lifecycle import (
    BOOKING_LIFECYCLE,
    HOLDING,
    LIVE,
    BookingState,
    BookingTrigger,
)
from booking_core.domain.booking.terms import Terms
from booking_core.domain.kernel.claim import Claim
from booking_core.domain.kernel.ids import BookingId, CustomerId, ProviderId, TenantId
from booking_core.domain.kernel.money import Money
from booking_core.domain.kernel.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Immutable: each act returns the booking as it is afterwards.

    `version` counts its commits and `sequence` its events; whoever commits raises them.
    `price` is None where nothing is due. `expires_at` is set while it is held.
    """

    tenant_id: TenantId
    id: BookingId
    code: Code
    customer_id: CustomerId
    provider_id: ProviderId
    state: BookingState
    items: tuple[Item, ...]
    price: Money | None
    terms: Terms
    created_at: datetime
    expires_at: datetime | None = None
    reason_code: str | None = None
    checked_in_at: datetime | None = None
    flag: str | None = None  # Why a person should look at it; None while nobody need.
    version: int = 0
    sequence: int = 0

    @property
    def start(self) -> datetime:
        return min([item.span.start for item in self.items])

    @property
    def end(self) -> datetime:
        return max([item.span.end for item in self.items])

    @property
    def is_live(self) -> bool:
        """Whether its claims keep others out."""
        return self.state in LIVE

    @property
    def is_held(self) -> bool:
        return self.state in HOLDING

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is a hold whose time is over: a fact of the clock, not of a sweeper."""
        return self.expires_at is not None and self.expires_at <= now

    def claims(self) -> Iterator[Claim]:
        """Its live claims; none when it holds nothing any more."""
        if not self.is_live:
            return
        for item in self.items:
            for unit_id in item.unit_ids:
                yield Claim(
                    resource_id=item.resource_id,
                    unit_id=unit_id,
                    span=item.claimed,
                    booking_id=self.id,
                    pinned=item.promised or self.checked_in_at is not None,
                    held_until=self.expires_at,
                )

    def pay(self) -> Booking:
        return self._moved(BookingTrigger.PAY, expires_at=None)

    def approve(self) -> Booking:
        return self._moved(BookingTrigger.APPROVE, expires_at=None)

    def approve_unpaid(self, at: datetime) -> Booking:
        """Approved, but money is due: it starts a fresh hold."""
        return self._moved(BookingTrigger.APPROVE_UNPAID, expires_at=at + self.terms.hold_for)

    def reject(self, reason: str) -> Booking:
        return self._ended(BookingTrigger.REJECT, reason)

    def extend(self, until: datetime) -> Booking:
        return self._moved(BookingTrigger.EXTEND, expires_at=until)

    def fail(self, reason: str) -> Booking:
        return self._ended(BookingTrigger.FAIL, reason)

    def expire(self) -> Booking:
        return self._ended(BookingTrigger.EXPIRE, "hold_lapsed")

    def cancel(self, reason: str) -> Booking:
        return self._ended(BookingTrigger.CANCEL, reason)

    def reschedule(self, items: tuple[Item, ...], price: Money | None) -> Booking:
        return self._moved(BookingTrigger.RESCHEDULE, items=items, price=price)

    def reinstate(self, items: tuple[Item, ...]) -> Booking:
        """Back from the dead, because its payment came late and its period is still free."""
        return self._moved(BookingTrigger.REINSTATE, items=items, reason_code=None)

    def check_in(self, at: datetime) -> Booking:
        return self._moved(BookingTrigger.CHECK_IN, checked_in_at=at)

    def complete(self, at: datetime) -> Booking:
        """Over; what is left of its claims ends at this moment."""
        items = tuple(_ended_at(item, at) for item in self.items)
        return self._moved(BookingTrigger.COMPLETE, items=items, reason_code="completed")

    def no_show(self, at: datetime) -> Booking:
        """Nobody came; what is left of its claims ends only if the terms say so."""
        items = self.items
        if self.terms.releases_on_no_show:
            items = tuple(_ended_at(item, at) for item in items)
        return self._moved(BookingTrigger.NO_SHOW, items=items, reason_code="no_show")

    def with_units(self, items: tuple[Item, ...]) -> Booking:
        """The same booking in other, equivalent units (re-arranged)."""
        return replace(self, items=items)

    def flagged(self, why: str) -> Booking:
        return replace(self, flag=why)

    def _moved(self, trigger: BookingTrigger, **changed: object) -> Booking:
        return replace(self, state=BOOKING_LIFECYCLE.after(self.state, trigger), **changed)  # type: ignore[arg-type]

    def _ended(self, trigger: BookingTrigger, reason: str) -> Booking:
        return self._moved(trigger, expires_at=None, reason_code=reason)


def _ended_at(item: Item, at: datetime) -> Item:
    """The item with its claim cut off at that moment; one that has not begun stays as it is."""
    if not item.claimed.start < at < item.claimed.end:
        return item
    sold_until = max(min(item.span.end, at), item.span.start)
    span = Span(item.span.start, sold_until) if sold_until > item.span.start else item.span
    return replace(item, span=span, claimed=Span(item.claimed.start, at))
