"""What events tell of a booking: ids, periods and numbers, never personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.item import Item
from booking_core.domain.kernel.events import Json
from booking_core.domain.kernel.money import Money


def booking_facts(booking: Booking) -> dict[str, Json]:
    """The data of booking.created and its kin (SPEC §5)."""
    return {
        "bookingId": booking.id,
        "customerId": booking.customer_id,
        "providerId": booking.provider_id,
        "state": booking.state.value,
        "items": items_facts(booking.items),
        "price": money_facts(booking.price),
        "expiresAt": instant(booking.expires_at),
    }


def cancelled_facts(
    booking: Booking, reason: str, by: str, refund: Money | None
) -> dict[str, Json]:
    """The data of booking.cancelled: `by` is customer, provider or system."""
    return {
        "bookingId": booking.id,
        "customerId": booking.customer_id,
        "providerId": booking.provider_id,
        "items": items_facts(booking.items),
        "reason": reason,
        "by": by,
        "refund": money_facts(refund),
    }


def items_facts(items: tuple[Item, ...]) -> tuple[Mapping[str, Json], ...]:
    """What was sold, line by line."""
    return tuple(
        {
            "resourceId": item.resource_id,
            "serviceId": item.service_id,
            "performanceId": item.performance_id,
            "unitIds": item.unit_ids,
            "start": instant(item.span.start),
            "end": instant(item.span.end),
        }
        for item in items
    )


def money_facts(money: Money | None) -> Json:
    """Minor units and currency, or nothing."""
    if money is None:
        return None
    return {"amountMinor": money.amount_minor, "currency": money.currency}


def instant(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, with a Z."""
    return None if at is None else at.replace(tzinfo=None).isoformat() + "Z"
