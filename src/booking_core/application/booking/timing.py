"""Acts that make sense only once a booking has begun, or before it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking_core.domain.booking.booking import Booking
from booking_core.domain.kernel.errors import BookingError, Kind


@dataclass(eq=False)
class NotBegun(BookingError):
    """The booking begins at {start}"""

    code = "not-begun"
    kind = Kind.CONFLICT
    start: str


@dataclass(eq=False)
class IsOver(BookingError):
    """The booking ended at {end}"""

    code = "is-over"
    kind = Kind.CONFLICT
    end: str


@dataclass(eq=False)
class HasBegun(BookingError):
    """The booking began at {start}"""

    code = "has-begun"
    kind = Kind.CONFLICT
    start: str


def require_not_begun(booking: Booking, now: datetime) -> None:
    """HasBegun from its start on."""
    if now >= booking.start:
        raise HasBegun(booking.start.isoformat())


def require_begun(booking: Booking, now: datetime) -> None:
    """NotBegun before its start."""
    if now < booking.start:
        raise NotBegun(booking.start.isoformat())


def require_before_end(booking: Booking, now: datetime) -> None:
    """IsOver from its end on."""
    if now >= booking.end:
        raise IsOver(booking.end.isoformat())
