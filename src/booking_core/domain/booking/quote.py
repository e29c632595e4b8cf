"""What a cancellation would give back, and what it gives back: one function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.money import Money


class CancelledBy(StrEnum):
    """Whose wish it is; only the customer's own is subject to the policy."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """`refund` comes back of `paid`, `kept` stays; both None where nothing was paid.

    `notice` is the time left before the start, negative once it has begun: then no tier is met.
    """

    at: datetime
    notice: timedelta
    paid: Money | None
    refund: Money | None
    kept: Money | None


def cancellation_quote(
    booking: Booking, paid: Money | None, *, at: datetime, by: CancelledBy
) -> Quote:
    """Judge a cancellation at that moment by the terms the booking was made on."""
    notice = booking.start - at
    if paid is None:
        return Quote(at=at, notice=notice, paid=None, refund=None, kept=None)
    if by is CancelledBy.CUSTOMER and not booking.is_held:
        refund = booking.terms.cancellation.refund(paid, notice)
    else:
        refund = paid
    return Quote(at=at, notice=notice, paid=paid, refund=refund, kept=paid - refund)
