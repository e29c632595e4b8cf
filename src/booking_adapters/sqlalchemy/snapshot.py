"""What an answer keeps of a booking: all of it that may be another tomorrow.

Whatever a booking never changes is read from its own row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from booking_adapters.sqlalchemy.codec import decode, encode
from booking_core.domain.booking.booking import Booking
from booking_core.domain.booking.item import Item
from booking_core.domain.booking.lifecycle import BookingState
from booking_core.domain.kernel.money import Money
from booking_core.domain.payment.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The changing part of a booking, with its money."""

    state: BookingState
    items: tuple[Item, ...]
    price: Money | None
    expires_at: datetime | None
    reason_code: str | None
    checked_in_at: datetime | None
    flag: str | None
    version: int
    sequence: int
    account: Account


def snapshot(booking: Booking, account: Account) -> str:
    """The document that an answer keeps."""
    return encode(
        Snapshot(
            state=booking.state,
            items=booking.items,
            price=booking.price,
            expires_at=booking.expires_at,
            reason_code=booking.reason_code,
            checked_in_at=booking.checked_in_at,
            flag=booking.flag,
            version=booking.version,
            sequence=booking.sequence,
            account=account,
        )
    )


def restored(booking: Booking, document: str) -> tuple[Booking, Account]:
    """The booking as it was when the snapshot was taken, and its money."""
    then = decode(document, Snapshot)
    as_it_was = replace(
        booking,
        state=then.state,
        items=then.items,
        price=then.price,
        expires_at=then.expires_at,
        reason_code=then.reason_code,
        checked_in_at=then.checked_in_at,
        flag=then.flag,
        version=then.version,
        sequence=then.sequence,
    )
    return as_it_was, then.account
